"""`mesaprior safeguards` at the command line."""

import csv
import io
import json

import pytest

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
