"""`mesaprior language`: fitted prices, and what is known of a code."""

import csv
import io
import json
import tomllib
from fractions import Fraction

import pytest

HERE = ("log.csv", "--language", "mine.toml")


def test_fitted_prices_read_back(files, run):
    text = run("language", *HERE, "--fit-bits", "--weight", "y=4", "--weight", "move=3").stdout
    tokens = tomllib.loads(text)["token"]
    bits = {token.get("name", token.get("value", token["kind"])): token.get("bits", 3) for token in tokens}
    assert bits["candidate"] == min(bits.values()) < max(bits.values())
    assert bits["move"] <= bits["p"]
    assert sum(Fraction(1, 2**price) for price in bits.values()) == 1
    (files / "fitted.toml").write_text(text)
    assert run("language", "log.csv", "--language", "fitted.toml").stdout == text
    run("infer", "log.csv", "--language", "fitted.toml", "--max-bits", "12")


def test_equal_weights_use_up_the_room_of_the_code(files, run):
    rows = list(csv.DictReader(io.StringIO(run("language", *HERE, "--fit-bits", "--format", "csv").stdout)))
    assert [row["token"] for row in rows] == ["p", "c", "y", "move", "dist", "argmin", "2"]
    assert sorted(int(row["bits"]) for row in rows) == [2, 3, 3, 3, 3, 3, 3]


def test_the_code(files, run):
    facts = json.loads(run("language", *HERE, "--code", "--max-bits", "12", "--format", "json").stdout)
    assert facts["kraft"] == "7/8"
    assert [token["word"] for token in facts["tokens"]] == ["000", "001", "010", "011", "100", "101", "110"]
    assert facts["equations"] == {"G": "2*G**2*z**3 + G_y*z**3 + 3*z**3", "G_y": "2*G_y**2*z**3 + G_y*z**3 + 4*z**3"}
    # 3 leaves; a search over 4 leaves; two binaries over 3 * 3 leaves and a search of a search; and so on.
    assert facts["programs"] == {"3": 3, "6": 4, "9": 18 + 4, "12": 2 * 2 * 3 * 4 + 2 * 4 * 4 + 4}
    counted = sum(n / 2 ** int(length) for length, n in facts["programs"].items())
    assert facts["tail"] == pytest.approx(facts["mass"] - counted)
    assert 0.5 <= facts["radius"] < 1
    assert facts["greatest_temperature"] >= 1
    assert "sqrt" in facts["closed_form"]
    shown = run("language", *HERE, "--code").stdout
    assert "Kraft's sum over the tokens is 7/8; room for a token of 3 bits is left." in shown
    assert "G_y = 2*G_y**2*z**3 + G_y*z**3 + 4*z**3" in shown
    rows = run("language", *HERE, "--code", "--max-bits", "12", "--format", "csv").stdout.splitlines()
    assert rows[:3] == ["length,programs", "3,3", "6,4"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--weight", "y=2"), "--weight goes with --fit-bits"),
        (("--fit-bits", "--weight", "z=2"), "has no such token; it has p, c, y, move, dist, argmin, 2"),
        (("--fit-bits", "--weight", "y=1", "--weight", "y=2"), "--weight y is given 2 times"),
        (("--fit-bits", "--weight", "y=-2"), "weight of 'y' = -2 is out of range"),
        (("--fit-bits", "--weight", "y=inf"), "weight of 'y' = inf is out of range"),
        (("--code", "--format", "toml"), "--format toml is for a language"),
    ],
)
def test_what_is_refused(options, words, files, run):
    assert words in run("language", *HERE, *options, code=2).stderr
