"""`mesaprior theorems` at the command line."""

import csv
import io
import json

import pytest

QUESTION = ("theorems", "log.csv", "--language", "mine.toml", "--max-bits", "12")


def test_all_hold_on_a_little_log(files, run):
    answer = json.loads(run(*QUESTION, "--format", "json").stdout)
    assert answer["hold"] is True
    assert set(answer["truth"]) == {"program", "is_exact", "log2_weight"}
    by_name = {row["name"]: row for row in answer["theorems"]}
    assert by_name["expected KL"]["holds"] is True
    assert by_name["expected KL"]["right"] == pytest.approx(-answer["truth"]["log2_weight"] * 0.6931471805599453)
    assert by_name["binary squared error"]["left"] is None
    assert "two actions" in by_name["binary squared error"]["fails"]
    assert answer["provenance"]["noise"] == "beta:1,9"
    rows = list(csv.DictReader(io.StringIO(run(*QUESTION, "--format", "csv").stdout)))
    assert [row["name"] for row in rows] == list(by_name)
    shown = run(*QUESTION, "--alpha", "1/8", "--threshold", "0.25").stdout
    assert "theorems hold" in shown
    assert "Ville, c = 1/4" in shown
    assert "BROKEN" not in shown


@pytest.mark.parametrize("value", ["0", "2", "x", "1/0", "1e-99999999999", "nan"])
def test_bad_shares_are_refused(files, run, value):
    result = run(*QUESTION, "--alpha", value, code=2)
    assert "is no share" in result.stderr
    assert "Traceback" not in result.stderr
