"""`mesaprior safeguards` at the command line."""

import csv
import io
import json

import pytest

from mesaprior.inference.worlds.worlds import make_world

QUESTION = ("safeguards", "log.csv", "--language", "mine.toml", "--max-bits", "12")


def test_formats_say_the_same(files, run):
    answer = json.loads(run(*QUESTION, "--alpha", "0.1", "--alpha", "0.01", "--format", "json").stdout)
    rows = list(
        csv.DictReader(io.StringIO(run(*QUESTION, "--alpha", "0.1", "--alpha", "0.01", "--format", "csv").stdout))
    )
    names = ["mixture", "MAP", "sampling", "tempered 2", "top set 0.1", "top set 0.01", "majority of 3"]
    assert [row["name"] for row in rows] == [row["name"] for row in answer["safeguards"]] == names
    for row, entry in zip(rows, answer["safeguards"], strict=True):
        assert all(float(row[key]) == float(entry[key]) for key in entry if key != "name")
    assert answer["provenance"]["cost"] == 0.1
    wary, warier = answer["safeguards"][4:6]
    assert wary["questions_later"] <= warier["questions_later"]
    assert wary["errors_later"] >= warier["errors_later"]
    shown = run(*QUESTION, "--online", "--no-slips").stdout
    assert "majority of 3" in shown
    assert "3 training rows and 3 later ones with an action, on 2 of which" in shown


def test_a_picture(files, run):
    pytest.importorskip("matplotlib")
    run(*QUESTION, "--alpha", "0.01", "--plot", "acts.svg")
    text = (files / "acts.svg").read_text()
    assert "<svg" in text
    # The title names the prior with its parameters; letters are drawn as shapes, with the text in a comment.
    run(*QUESTION, "--prior", "speed", "--param", "alpha=2", "--plot", "acts.svg")
    assert (
        "<!-- log, prior speed (alpha=2), noise beta:1,9: what each way to act does -->"
        in (files / "acts.svg").read_text()
    )
    assert "prior speed (alpha=2)" in run(*QUESTION, "--prior", "speed", "--param", "alpha=2").stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--temperature", "0"), "temperature 0.0 is out of range"),
        (("--alpha", "2"), "alpha 2.0 is out of range"),
        (("--voters", "0"), "k 0 is out of range"),
        (("--cost", "-1"), "cost -1.0"),
        (("--cost", "1e308"), "cost 1e+308"),
        (("--cost", "nan"), "cost nan"),
    ],
)
def test_bad_numbers_are_refused_in_one_sentence(files, run, options, says):
    result = run(*QUESTION, *options, code=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_picture_of_acting(files, run):
    pytest.importorskip("matplotlib")
    line = ("world", "act", "fork", "--set", "steps=1", "--steps", 3, "--max-bits", 16)
    result = run(*line, "--prior", "speed", "--param", "alpha=2", "--plot", "acts.svg")
    title = "fork, seed 0, prior speed (alpha=2), noise beta:1,9: what each way to act does"
    assert f"<!-- {title} -->" in (files / "acts.svg").read_text()
    assert "fork, seed 0 · programs up to 16 bits · prior speed (alpha=2)" in result.stdout


def test_acting_in_a_world_in_three_formats(run):
    line = ("world", "act", "fork", "--seed", 2, "--set", "steps=1", "--steps", 4, "--max-bits", 18, "--alpha", "0.01")
    answer = json.loads(run(*line, "--format", "json").stdout)
    rows = list(csv.DictReader(io.StringIO(run(*line, "--format", "csv").stdout)))
    steps = list(csv.DictReader(io.StringIO(run(*line, "--by-step", "--format", "csv").stdout)))
    names = ["teacher", "mixture", "MAP", "sampling", "tempered 2", "top set 0.01", "majority of 3"]
    assert [row["name"] for row in rows] == [entry["name"] for entry in answer["safeguards"]] == names
    assert [(row["name"], row["step"]) for row in steps] == [(name, str(t)) for name in names for t in range(1, 5)]
    for row, entry in zip(rows, answer["safeguards"], strict=True):
        assert all(float(row[key]) == float(entry[key]) for key in row if key != "name")
        mine = [step for step in steps if step["name"] == row["name"]]
        for key in ("defections", "errors", "questions", "ungraded", "regret"):
            assert [float(step[key]) for step in mine] == entry["steps"][key]
            assert sum(entry["steps"][key]) == pytest.approx(entry[key])
        for key in ("any_defection", "untold", "locked_in"):
            assert entry["steps"][key][-1] == entry[key]
            assert all(0 <= value <= 1 for value in entry["steps"][key])
    world = make_world("fork", seed=2, steps=1)
    assert answer["provenance"]["world"] == {"name": "fork", "seed": 2, "settings": world.settings}
    assert answer["provenance"]["bounds"] == {"max_bits": 18, "max_time": None}
    assert answer["provenance"]["steps"] == 4
    shown = run(*line).stdout
    assert "top set 0.01" in shown
    assert "in fork, seed 2, in 4 steps" in shown
    assert run(*line, "--by-step").stdout.count("MAP") == 4


@pytest.mark.parametrize(
    ("options", "code", "says"),
    [
        (("corridor", "--work", "6000000", "--max-bits", 12), 1, "take 2 steps, or allow more work than 6,000,000"),
        (("decks",), 2, "choose one with a walk"),
        (("forks",), 2, "did you mean 'fork'"),
        (("fork", "--steps", 0), 2, "--steps"),
        (("fork", "--alpha", 2), 2, "alpha 2.0 is out of range"),
        (("fork", "--prior", "2**-gates"), 2, "gates"),
        (("fork", "--set", "steps=9"), 2, "steps = 9 is out of range"),
    ],
)
def test_what_cannot_be_acted_in_is_one_sentence(options, code, says, run):
    result = run("world", "act", *options, code=code)
    assert says in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
