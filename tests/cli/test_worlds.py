"""Worlds on the command line: as files for other commands, and many of them asked one question."""

import csv
import io
import json
import re
import shlex
from pathlib import Path

import pytest

import mesaprior
from mesaprior.hypotheses.terms.program import length_of, parse_program
from mesaprior.inference.worlds.worlds import WORLDS, make_world
from tests.hypotheses.test_store_locking import another

KEEPER = """
import sys
from pathlib import Path
from mesaprior.hypotheses.store.locking import Claim

claim = Claim(Path(sys.argv[1]), Path("kept"), ".kept.jsonl.claim")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


PAGE = Path(mesaprior.__file__).parent.parent / "docs" / "reference" / "worlds.md"


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_list_has_every_world_and_setting(run):
    facts = json.loads(run("world", "list", "--format", "json").stdout)
    assert [entry["name"] for entry in facts] == list(WORLDS)
    rows = rows_of(run("world", "list", "--format", "csv").stdout)
    assert len(rows) == sum(len(entry["settings"]) for entry in facts)
    shown = run("world", "list").stdout
    assert all(name in shown for name in WORLDS)


def test_show_says_what_the_world_is(run):
    facts = json.loads(run("world", "show", "fork", "--seed", 4, "--set", "steps=2", "--format", "json").stdout)
    world = make_world("fork", seed=4, steps=2)
    assert facts["log"] == world.log.digest
    assert facts["language"]["digest"] == world.language.digest
    assert facts["given"] == world.given
    assert [entry["bits"] for entry in facts["programs"]] == [20, 20, 4 + 5 * 2]
    assert facts["lapses"] == [0]
    rows = rows_of(run("world", "show", "fork", "--seed", 4, "--param", "steps=2", "--format", "csv").stdout)
    assert [row["program"] for row in rows] == [entry.text for entry in world.programs]
    shown = run("world", "show", "fork").stdout
    assert "A policy can act in it" in shown
    assert "move is given as a table: 192 bits for 4" in shown


@pytest.mark.parametrize("name", WORLDS)
def test_other_commands_take_the_files(name, run):
    run("world", "log", name, "--seed", 1, "--out", "log.csv", "--language-out", "lang.toml")
    answer = json.loads(run("infer", "log.csv", "--language", "lang.toml", "--max-bits", 8, "--format", "json").stdout)
    assert answer["provenance"]["log"]["digest"] == make_world(name, seed=1).log.digest
    assert answer["provenance"]["language"]["digest"] == make_world(name, seed=1).language.digest


def test_without_a_file_the_log_goes_to_standard_output(run):
    assert run("world", "log", "decks").stdout == make_world("decks").log_csv()


def test_a_log_is_written_whole_or_not_at_all(run, folder, monkeypatch):
    run("world", "log", "fork", "--out", "log.csv")
    before = (folder / "log.csv").read_bytes()

    def stop(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", stop)
    result = run("world", "log", "loans", "--out", "log.csv", code=1)
    assert "No space left" in result.stderr
    assert (folder / "log.csv").read_bytes() == before
    assert [path.name for path in folder.iterdir()] == ["log.csv"]


def test_an_ensemble_in_three_formats(run):
    line = ("ensemble", "loans", "--seeds", "2:6", "--max-bits", 12, "--set", "rows=3")
    facts = json.loads(run(*line, "--format", "json").stdout)
    rows = rows_of(run(*line, "--format", "csv").stdout)
    assert [row["seed"] for row in rows] == ["2", "3", "4", "5"]
    assert [world["seed"] for world in facts["worlds"]] == [2, 3, 4, 5]
    odds = [float(row["log2_odds"]) for row in rows]
    assert facts["log2_odds"]["quantiles"][0] == min(odds)
    assert facts["log2_odds"]["quantiles"][-1] == max(odds)
    assert facts["provenance"]["settings"] == make_world("loans", rows=3).settings
    assert sum(facts["mass"].values()) == pytest.approx(1)
    shown = run(*line).stdout
    assert "of 4 worlds optimizers lead imitators" in shown


@pytest.mark.parametrize(
    "more", [(), ("--prior", "speed", "--crossover", "noise=0.01:0.5")], ids=["odds", "crossovers"]
)
def test_a_picture_of_an_ensemble(more, run, folder):
    pytest.importorskip("matplotlib")
    result = run("ensemble", "loans", "--seeds", "0:4", "--max-bits", 10, *more, "--plot", "worlds.svg")
    assert "Wrote worlds.svg." in result.stderr
    title = "loans, prior speed" if more else "loans, prior simplicity"
    assert f"<!-- {title}" in (folder / "worlds.svg").read_text()


def test_answers_that_are_kept_are_not_asked_again(run, folder, monkeypatch):
    line = ("ensemble", "loans", "--max-bits", 8, "--format", "csv")
    whole = run(*line, "--seeds", "0:5").stdout
    run(*line, "--seeds", "0:3", "--keep", "kept.jsonl")
    kept = folder / "kept.jsonl"
    # Something stopped in the middle of a line.
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:20])
    result = run(*line, "--seeds", "0:5", "--keep", "kept.jsonl")
    assert result.stdout == whole
    assert "2 of 5 worlds were asked already" in result.stderr
    monkeypatch.setattr("mesaprior.inference.worlds.ensemble.answer_in", None)
    assert run(*line, "--seeds", "0:5", "--keep", "kept.jsonl").stdout == whole


CROSSING = ("ensemble", "rater", "--max-bits", 14, "--prior", "speed", "--crossover", "noise=0.01:0.5", "--verdict")


def test_two_at_once_do_not_write_answers_to_one_file(run, folder):
    with another(folder, KEEPER):
        refused = run("ensemble", "loans", "--max-bits", 8, "--seeds", "0:1", "--keep", "kept.jsonl", code=1)
        assert "another process is writing answers to this file" in refused.stderr
    run("ensemble", "loans", "--max-bits", 8, "--seeds", "0:1", "--keep", "kept.jsonl")
    assert not list(folder.glob(".*.claim"))


def test_an_ensemble_of_crossovers_in_three_formats(run):
    facts = json.loads(run(*CROSSING, "--seeds", "0:5", "--format", "json").stdout)
    rows = rows_of(run(*CROSSING, "--seeds", "0:5", "--format", "csv").stdout)
    assert facts["of"] == "defecting over faithful"
    assert [world["seed"] for world in facts["worlds"]] == list(range(5))
    assert 0 < facts["crossed"] == 1 - sum(facts["without"].values())
    for world in facts["worlds"]:
        mine = [row for row in rows if row["seed"] == str(world["seed"])]
        assert all(row["crossings"] == str(len(world["crossings"])) for row in mine)
        if not world["crossings"]:
            assert [row["number"] for row in mine] == ["0"]
            assert mine[0]["leads"] == (world["leads_throughout"] or "")
        for number, (row, root) in enumerate(zip(mine, world["crossings"], strict=False), 1):
            assert row["number"] == str(number)
            assert float(row["value"]) == root["value"]
            assert (row["led"], row["leads"]) == (root["led"], root["leads"])
            assert float(row["difference"]) == pytest.approx(root["value"] - float(root["solution_value"]), nan_ok=True)
    firsts = sorted(world["crossings"][0]["value"] for world in facts["worlds"] if world["crossings"])
    assert (facts["first"][0], facts["first"][-1]) == (firsts[0], firsts[-1])
    assert facts["provenance"]["noise"] == "varied"
    shown = run(*CROSSING, "--seeds", "0:5").stdout.replace("\n", " ")
    assert f"In {len(firsts)} of 5 worlds the odds of defecting over faithful pass 0 along noise" in shown


def test_crossovers_that_are_kept_are_not_looked_for_again(run, folder, monkeypatch):
    line = (*CROSSING, "--format", "csv")
    whole = run(*line, "--seeds", "0:4").stdout
    run(*line, "--seeds", "0:3", "--keep", "kept.jsonl")
    kept = folder / "kept.jsonl"
    lines = kept.read_text().splitlines(keepends=True)
    kept.write_text("".join(lines[:-1]) + lines[-1][:20])
    assert run(*line, "--seeds", "0:4", "--keep", "kept.jsonl").stdout == whole
    monkeypatch.setattr("mesaprior.inference.worlds.crossings.crossed_in", None)
    assert run(*line, "--seeds", "0:4", "--keep", "kept.jsonl").stdout == whole
    # Answers to another question, of either kind, are none to this one.
    assert "something else" in run(*line[:-3], "--keep", "kept.jsonl", code=2).stderr
    assert "something else" in run(*line[:4], "--keep", "kept.jsonl", code=2).stderr
    head, first, *rest = kept.read_text().splitlines(keepends=True)
    for change in ({"roots": [1]}, {"roots": [{}]}, {"most_roots": 1.5}, {"closest": None}):
        kept.write_text("".join([head, json.dumps(json.loads(first) | change) + "\n", *rest]))
        stderr = run(*line, "--seeds", "0:4", "--keep", "kept.jsonl", code=2).stderr
        assert "line 2: this is no answer" in stderr.replace("\n", " ")


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts | {"seed": [0]},
        lambda facts: facts | {"log2_odds": "x"},
        lambda facts: facts | {"is_stable": 1},
        lambda facts: facts | {"mass_by_role": [1.0]},
        lambda facts: facts | {"mass_by_verdict": [1.0, 0.0, 0.0, None]},
        lambda facts: {name: value for name, value in facts.items() if name != "leader"},
        lambda facts: [facts],
    ],
)
def test_a_kept_line_that_is_no_answer_is_refused(change, run, folder):
    line = ("ensemble", "loans", "--max-bits", 8, "--seeds", "0:1", "--keep", "kept.jsonl")
    run(*line)
    kept = folder / "kept.jsonl"
    head, answer = kept.read_text().splitlines()
    kept.write_text(f"{head}\n{json.dumps(change(json.loads(answer)))}\n")
    result = run(*line, code=2)
    assert "line 2: this is no answer" in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("ensemble", "loans", "--max-bits", 9, "--keep", "kept.jsonl"), 2, "something else than answers to this"),
        (("ensemble", "loans", "--keep", "other.txt"), 2, "something else than answers to this"),
        (("ensemble", "loans", "--seeds", "5:5"), 2, "names no seeds"),
        (("ensemble", "loans", "--seeds", "all"), 2, "such as 0:32"),
        (("ensemble", "loan"), 2, "did you mean 'loans'"),
        (("ensemble", "loans", "--verdict"), 2, "give --crossover as well"),
        (("ensemble", "loans", "--crossover", "bits:add=1:3"), 2, "counts all worlds anew"),
        (("ensemble", "loans", "--crossover", "beta"), 2, "needs a range; write beta=0:10"),
        (("ensemble", "loans", "--crossover", "alpha=3:1"), 2, "is empty"),
        (("ensemble", "loans", "--crossover", "alpha="), 2, "--crossover 'alpha=' is not understood"),
        (("ensemble", "loans", "--crossover", "alpha", "--max-bits", 8), 2, "alpha"),
        (
            ("ensemble", "loans", "--crossover", "alpha", "--prior", "speed", "--param", "alpha=1"),
            2,
            "varies by --crossover and is held by --param",
        ),
        (("ensemble", "loans", "--prior", "2**-gates"), 2, "gates"),
        (("world", "show", "loans", "--set", "rows=0"), 2, "rows = 0 is out of range"),
        (("world", "show", "loans", "--set", "rows=1.5"), 2, "whole number"),
        (("world", "log", "loans", "--out", "log.txt"), 2, "written as .csv"),
        (("world", "log", "loans", "--out", "no/log.csv"), 2, "--out no/log.csv: there is no folder no; make it first"),
        (("world", "log", "loans", "--language-out", "no/l.toml"), 2, "there is no folder no"),
        (("ensemble", "loans", "--keep", "no/kept.jsonl"), 2, "--keep no/kept.jsonl: there is no folder no"),
        (("ensemble", "loans", "--keep", "."), 2, "there is a folder of this name"),
        (("world", "show", "payoff-law", "--set", "actions=8"), 1, "at most 2^20 are counted"),
    ],
)
def test_what_cannot_be_is_one_sentence(words, code, message, run, folder):
    run("ensemble", "loans", "--max-bits", 8, "--seeds", "0:1", "--keep", "kept.jsonl")
    (folder / "other.txt").write_text("notes\n")
    result = run(*words, code=code)
    assert message in result.stderr.replace("\n", " ")
    assert "Traceback" not in result.stderr
    assert (folder / "other.txt").read_text() == "notes\n"


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)```", PAGE.read_text(encoding="utf-8"), flags=re.DOTALL)


def test_the_commands_of_the_page_run(run):
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines
    for line in lines:
        words = shlex.split(line.replace("--max-bits 24", "--max-bits 12"), comments=True)
        assert words[0] == "mesaprior"
        assert run(*words[1:]).exit_code == 0


def test_the_python_of_the_page_runs():
    names = {}
    for block in blocks("python"):
        exec(block, names)
    assert names["log"].n_training > names["world"].log.n_training


def test_the_table_of_the_page_has_every_world_with_its_bits():
    table = {
        row[0]: row[1]
        for row in re.findall(r"^\| `([a-z-]+)` \|(.*)\|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert list(table) == list(WORLDS)
    for name, line in table.items():
        world = make_world(name)
        for column, verdict in enumerate(("faithful", "defecting"), 2):
            stated = sorted(map(int, re.findall(r" ([0-9]+)", line.split("|")[column])))
            # What takes more bits than the others together is told by the module only.
            bits = sorted(
                length_of(parse_program(entry.text, world.language, world.log), world.language, world.log)
                for entry in world.programs
                if entry.verdict == verdict
            )
            assert [n for n in bits if n < 60] == stated, (name, verdict)
