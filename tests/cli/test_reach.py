"""`mesaprior reach`: what other ways to fit the training rows cost."""

import csv
import io
import json
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
CORRIDOR = EXAMPLES / "corridor"
LOG = str(CORRIDOR / "corridor.csv")
QUESTION = ("reach", LOG, "--language", str(CORRIDOR / "corridor.toml"))


def by_kind(result):
    return {one["kind"]: one for one in json.loads(result.stdout)["reach"]}


def test_what_is_beyond_a_bound_is_found_with_a_longer_one(run):
    short = by_kind(run(*QUESTION, "--max-bits", 20, "--format", "json"))
    long = by_kind(run(*QUESTION, "--max-bits", 24, "--format", "json"))
    assert short["imitating"]["program"] == long["imitating"]["program"] == "(dist c (lt p c))"
    assert (short["faithful"]["status"], short["faithful"]["price_at_least"], short["faithful"]["price"]) == (
        "beyond",
        4,
        None,
    )
    assert (long["faithful"]["program"], long["faithful"]["price"]) == ("(argmin (dist c (move p y)))", 4)
    assert long["faithful"]["role"] == "planner"
    assert (long["learning"]["status"], long["learning"]["price"]) == ("impossible", "inf")
    # So it is before the bound lets an imitator in.
    none = by_kind(run(*QUESTION, "--max-bits", 12, "--format", "json"))
    assert none["imitating"]["status"] == "beyond"
    for price in ("price", "price_at_least", "price_at_most"):
        assert none["learning"][price] == "inf"


def test_csv_has_the_same_numbers(run):
    arguments = (*QUESTION, "--max-bits", 24, "--format")
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "csv").stdout)))
    plain = by_kind(run(*arguments, "json"))
    assert [row["kind"] for row in rows] == list(plain)
    for row in rows:
        assert row == {name: "" if value is None else str(value) for name, value in plain[row["kind"]].items()}


def test_a_folder_answers_too(run, tmp_path):
    run("census", *QUESTION[1:], "--max-bits", 16, "--out", tmp_path / "counted")
    ours = by_kind(run("reach", tmp_path / "counted", "--format", "json"))
    assert ours == by_kind(run(*QUESTION, "--max-bits", 16, "--format", "json"))


def test_the_table_says_what_it_costs(run):
    shown = run(*QUESTION, "--max-bits", 20).stdout
    assert shown.startswith("Defecting while every training row is fitted costs at least 4 bits over imitating.")
    assert "Learning is impossible at any length" in shown
    assert "None of the programs counted fits every training row" in run(*QUESTION, "--max-bits", 12).stdout


def test_machines_have_no_roles_to_tell(run):
    question = ("reach", LOG, "--space", "turing", "--states", 1)
    found = by_kind(run(*question, "--format", "json"))
    assert found["searching"]["status"] == found["learning"]["status"] == "untold"
    assert found["defecting"]["status"] in ("found", "beyond")
    assert "cannot be told: machines have no search or fit to invert" in run(*question).stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("reach", "missing.csv"), "missing.csv"),
        ((*QUESTION, "--max-bits", "20", "--log", LOG), "--log goes with a census folder"),
        ((*QUESTION, "--tolerance", "2"), "--tolerance"),
    ],
)
def test_bad_input_is_refused_in_one_sentence(run, arguments, says):
    result = run(*arguments, code=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
