"""`mesaprior crossover`: numbers, formulas, prices, and what is refused."""

import csv
import io
import json

import pytest

from tests.cli.test_bad_input import one_sentence

LANGUAGE = ["--language", "mine.toml", "--max-bits", 15]
ASKED = ["--verdict", "--prior", "speed", "--over", "alpha=0:8", "--noise", "0.01"]


@pytest.fixture
def counted(files, run):
    run("census", "log.csv", *LANGUAGE, "--out", "counted")
    return "counted"


def crossover(run, *options):
    return json.loads(run("crossover", *options, "--format", "json").stdout)


def test_at_a_crossover_infer_finds_the_sides_level(counted, run):
    found = crossover(run, counted, *ASKED)
    assert [one["leads"] for one in found["crossings"]] == ["defecting", "faithful"]
    for one in found["crossings"]:
        options = ["--prior", "speed", "--param", f"alpha={one['value']!r}", "--noise", "0.01", "--format", "json"]
        assert json.loads(run("infer", counted, *options).stdout)["log2_odds_verdict"][-1] == pytest.approx(0, abs=1e-7)
        assert one["log2_odds_alone"] == pytest.approx(one["log2_odds_equation"], abs=1e-6)
        assert one["kind"] == "root"
        assert one["solution"]
    rows = csv.DictReader(io.StringIO(run("crossover", counted, *ASKED, "--format", "csv").stdout))
    assert [float(row["value"]) for row in rows] == [one["value"] for one in found["crossings"]]


def test_the_table_explains_the_difference(counted, run):
    text = run("crossover", counted, *ASKED).stdout
    for part in ("pass 0 for alpha from 0 to 8", "leading class", "by the equation", "rule of signs"):
        assert part in text
    # Programs are never cut, however wide the other columns are.
    for one in crossover(run, counted, *ASKED)["crossings"]:
        assert all(one[side]["program"] in text for side in ("challenger", "other"))


def test_where_there_is_none_the_table_says_who_leads(counted, run):
    assert "there is no crossover" in run("crossover", counted, "--prior", "speed", "--over", "alpha=5:8").stdout


@pytest.fixture
def level(files):
    """A log before whose last training row nobody leads."""
    tokens = "".join(f'[[token]]\nkind = "feature"\nname = "{name}"\nbits = 1\n' for name in "fg")
    (files / "fg.toml").write_text(f"domain = 2\nactions = 2\n{tokens}")
    (files / "fg.csv").write_text("f,g,action,rival,split\n0,0,0,,train\n1,0,0,,train\n1,0,1,0,deploy\n")
    return ["fg.csv", "--language", "fg.toml", "--max-bits", 1, "--verdict"]


def test_where_nobody_leads_at_first_it_is_said(level, run):
    # f is right later, g as the rival; both are right on the first training row, and only g on the second.
    text = run("crossover", *level, "--over", "n").stdout
    assert "are 0 for n from 0 to 2 at 0 to 1 (defecting lead after it)" in text
    assert "no crossover" not in text
    (one,) = crossover(run, *level, "--over", "n")["crossings"]
    assert (one["kind"], one["value"], one["until"], one["before"], one["leads"]) == ("level", 0, 1, "nan", "defecting")


def test_where_nobody_leads_in_all_of_the_range_nobody_is_named(level, run):
    assert "from 0 to 1 at 0 to 1 (the end of the range)" in run("crossover", *level, "--over", "n=0:1").stdout
    (one,) = crossover(run, *level, "--over", "n=0:1")["crossings"]
    assert (one["kind"], one["value"], one["until"], one["leads"]) == ("level", 0, 1, None)


@pytest.mark.parametrize(
    "over", [ASKED, ["--over", "n", "--verdict"], ["--prior", "bounded", "--over", "T"]], ids=["roots", "n", "wide"]
)
def test_pictures(counted, run, files, over):
    pytest.importorskip("matplotlib")
    result = run("crossover", counted, *over, "--plot", "odds.png")
    assert (files / "odds.png").read_bytes()[:4] == b"\x89PNG"
    assert "Wrote odds.png." in result.stderr


def test_a_picture_of_no_kind_is_refused_before_any_work(run):
    one_sentence(run("crossover", "nowhere.csv", "--over", "n", "--plot", "odds.gif", code=2), ".png", ".svg", ".pdf")


def test_training_rows(counted, run):
    found = crossover(run, counted, "--over", "n", "--noise", "0.2")
    odds = json.loads(run("infer", counted, "--noise", "0.2", "--format", "json").stdout)["log2_odds"]
    assert (found["log2_odds_low"], found["log2_odds_high"]) == (pytest.approx(odds[0]), pytest.approx(odds[-1]))
    assert found["complete"]


def test_prices_are_counted_anew_and_that_is_said(files, run):
    result = run("crossover", "log.csv", *LANGUAGE, "--over", "bits:argmin=3:6", "--format", "json")
    assert "anew for each of 4 prices of 'argmin'" in result.stderr
    found = json.loads(result.stdout)
    assert found["points"] == 4
    for value, key in ((3, "log2_odds_low"), (6, "log2_odds_high")):
        text = (files / "mine.toml").read_text().replace('"argmin"', f'"argmin"\nbits = {value}')
        (files / f"{value}.toml").write_text(text)
        options = ["--language", f"{value}.toml", "--max-bits", 15, "--format", "json"]
        assert found[key] == pytest.approx(json.loads(run("infer", "log.csv", *options).stdout)["log2_odds"][-1])


def test_machines_are_weighed_by_verdict(files, run):
    (files / "bits.csv").write_text("a,action,rival,split\n0,0,,train\n1,1,,train\n1,1,0,deploy\n")
    space = ["--space", "turing", "--states", 1, "--max-time", 20]
    result = run("crossover", "bits.csv", *space, "--prior", "speed", "--over", "alpha", "--format", "json")
    assert "have no roles" in result.stderr
    assert json.loads(result.stdout)["of"] == "defecting over faithful"


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--over", "alpha=3:1"], ["'3:1'", "lower end"]),
        (["--over", "alpha=3"], ["low:high"]),
        (["--over", "alpha="], ["alpha=0:10"]),
        (["--over", "beta"], ["'beta'", "range"]),
        (["--over", "beta=1:2"], ["'beta'", "alpha, noise"]),
        (["--over", "noise=0:2"], ["from 0 to that of chance"]),
        (["--over", "bits:argmin"], ["whole numbers"]),
        (["--over", "bits:argmin=1.5:3"], ["whole numbers"]),
        (["--over", "bits:argmin=1:1e999"], ["whole numbers"]),
        (["--over", "bits:nobody=1:3"], ["'nobody'", "argmin"]),
        (["--over", "price:argmin=1:3"], ["bits or steps"]),
        (["--over", "steps:argmin=1:300"], ["300", "64"]),
        (["--over", "alpha", "--param", "alpha=1"], ["--param"]),
    ],
)
def test_what_is_refused(counted, run, options, parts):
    one_sentence(run("crossover", counted, "--prior", "speed", *options, code=2), *parts)
