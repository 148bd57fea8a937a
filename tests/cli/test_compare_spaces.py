"""`mesaprior compare-spaces`: the same numbers as each space by itself, a picture, and what is refused."""

import csv
import io
import json
import math

import pytest

from tests.cli.test_bad_input import one_sentence

ROWS = "a,b,action,rival,split\n0,0,0,,train\n0,1,1,,train\n1,0,1,0,deploy\n1,1,0,1,deploy\n"
SMALL = ["--spaces", "terms,turing", "--max-bits", 12, "--states", 1, "--max-time", 30]


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bits.csv").write_text(ROWS)


def test_each_space_says_what_it_says_alone(run):
    together = json.loads(run("compare-spaces", "bits.csv", *SMALL, "--noise", "0.1", "--format", "json").stdout)
    alone = {
        "terms": ["--max-bits", 12, "--max-time", 30],
        "turing": ["--space", "turing", "--states", 1, "--max-time", 30],
    }
    for answer in together["spaces"]:
        options = alone[answer["space"]]
        one = json.loads(run("infer", "bits.csv", *options, "--noise", "0.1", "--format", "json").stdout)
        assert answer["programs"] == one["programs"]
        assert answer["log2_odds_verdict"] == one["log2_odds_verdict"][-1]
        assert answer["leader"] == one["top"][0]["program"]
        for verdict, mass in answer["mass_by_verdict"].items():
            assert mass == pytest.approx(sum(one["mass_by_verdict"][role][verdict][-1] for role in one["mass"]))
        asked, provenance = together["provenance"], one["provenance"]
        assert (asked["versions"], asked["log"], asked["noise"]) == tuple(
            provenance[name] for name in ("versions", "log", "noise")
        )
        about = {name: provenance[name] for name in ("language", "bounds", "prior")}
        assert asked["spaces"][answer["space"]] == about
    assert together["spaces"][1]["log2_odds"] == "nan"
    assert together["situations"] == [{"a": a, "b": b} for a in (0, 1) for b in (0, 1)]
    assert together["shared_functions"] == together["common_functions"][0][1]


def test_the_table_and_the_csv(run):
    text = run("compare-spaces", "bits.csv", *SMALL).stdout
    for part in ("turing", "odds of defecting over faithful", "agree least", "prior simplicity in all spaces"):
        assert part in text
    rows = list(csv.DictReader(io.StringIO(run("compare-spaces", "bits.csv", *SMALL, "--format", "csv").stdout)))
    assert [row["space"] for row in rows] == ["terms", "turing"]


def test_four_spaces_on_one_log(run):
    options = ["--max-bits", 12, "--states", "1-2", "--max-gates", 2, "--hidden", 1, "--max-time", 30]
    found = json.loads(run("compare-spaces", "bits.csv", *options, "--format", "json").stdout)
    assert [answer["space"] for answer in found["spaces"]] == ["terms", "turing", "circuits", "networks"]
    # A network with one hidden unit computes every function of two inputs but parity and its complement.
    assert [answer["functions"] for answer in found["spaces"]][2:] == [16, 14]
    assert found["rank_correlation_before"][2][3] == found["rank_correlation_before"][3][2]
    odds = [float(answer["log2_odds_verdict"]) for answer in found["spaces"]]
    known = [value for value in odds if not math.isnan(value)]
    assert float(found["price"]) == pytest.approx(max(known) - min(known))


def test_a_prior_for_one_space(run):
    options = ["--prior", "uniform", "--prior", "turing:speed", "--param", "alpha=2"]
    found = json.loads(run("compare-spaces", "bits.csv", *SMALL, *options, "--format", "json").stdout)
    assert [answer["prior"] for answer in found["spaces"]] == ["uniform", "speed"]


def test_a_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    run("compare-spaces", "bits.csv", *SMALL, "--plot", "spaces.png")
    assert (tmp_path / "spaces.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(
    ("options", "parts"),
    [
        (["--spaces", "terms"], ["terms", "at least two"]),
        (["--spaces", "terms,terms"], ["2 times"]),
        (["--spaces", "terms,lambda"], ["'lambda'", "turing"]),
        (["--spaces", "terms,turing", "--prior", "networks:uniform"], ["'networks'", "terms, turing"]),
        (["--spaces", "terms,turing", "--prior", "uniform", "--prior", "levin"], ["two priors"]),
        (["--spaces", "terms,turing", "--prior", "turing:2**-gates"], ["gates", "turing"]),
        (["--spaces", "terms,turing", "--param", "alpha=2"], ["alpha"]),
        (["--spaces", "terms,turing", "--max-gates", 2], ["--max-gates", "circuits"]),
        (["--spaces", "terms,turing", "--plot", "x.gif"], [".png"]),
    ],
)
def test_what_is_refused(run, options, parts):
    one_sentence(run("compare-spaces", "bits.csv", *options, code=2), *parts)
