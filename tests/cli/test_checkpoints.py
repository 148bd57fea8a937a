"""`mesaprior infer --checkpoints`."""

import csv
import io
import json
import random

import pytest

from mesaprior.inference.reports import posterior_facts

BY_N = ("log2_odds", "log2_odds_verdict", "sleepers", "log2_evidence")


@pytest.fixture
def long_log(files):
    """Write a log of 1,300 training rows and 40 later ones of two people, in words."""
    rng, sides = random.Random(4), ["left", "right", "up"]
    lines = ["who,colour,place,action,split"]
    for row in range(1_340):
        colour, place = rng.choice(["red", "green", "blue"]), rng.randrange(3)
        action = rng.choice(sides) if rng.random() < 0.2 else sides[place]
        lines.append(f"{'ab'[row % 3 == 0]},{colour},{place},{action},{'train' if row < 1_300 else 'deploy'}")
    (files / "long.csv").write_text("\n".join(lines))
    return ("infer", "long.csv", "--max-bits", "10")


def asked(run, *arguments):
    return json.loads(run(*arguments, "--format", "json").stdout)


def test_numbers_at_checkpoints_are_those_of_every_prefix(long_log, run):
    whole = asked(run, *long_log, "--drop", "who", "--checkpoints", "all")
    assert whole["n"] == list(range(1_301))
    for count, arguments in ((64, ()), (5, ("--checkpoints", "5")), (1_301, ("--checkpoints", "5000"))):
        some = asked(run, *long_log, "--drop", "who", *arguments)
        assert len(some["n"]) == count
        assert (some["n"][0], some["n"][-1]) == (0, 1_300)
        for name in BY_N:
            assert some[name] == [whole[name][n] for n in some["n"]], name
        assert some["mass"] == {role: [of[n] for n in some["n"]] for role, of in whole["mass"].items()}
        for name in set(whole) - {*BY_N, "n", "mass", "mass_by_verdict"}:
            assert some[name] == whole[name], name


def test_the_table_and_the_csv_have_the_checkpoints(long_log, run, files):
    question = (*long_log, "--drop", "who", "--checkpoints", "7")
    rows = list(csv.DictReader(io.StringIO(run(*question, "--format", "csv").stdout)))
    assert len(rows) == 7 * 16
    assert [int(row["n"]) for row in rows[::16]] == asked(run, *question)["n"]
    assert "1300 (n on a log scale)" in run(*question, "--plot", "odds.png").stdout.replace("\n", " ")
    assert (files / "odds.png").stat().st_size > 1_000


def test_every_person_has_checkpoints_where_rows_are_many(long_log, run):
    some = asked(run, *long_log, "--by", "who", "--checkpoints", "9")
    whole = asked(run, *long_log, "--by", "who")
    for person, other in zip(some["people"], whole["people"], strict=True):
        assert len(person["n"]) == 9
        assert "n" not in other
        assert person["log2_odds"] == [other["log2_odds"][n] for n in person["n"]]
        assert person["loses_at"] == other["loses_at"]


def test_a_memorizer_is_told_at_the_checkpoints(long_log, run, files):
    lines = (files / "long.csv").read_text().splitlines()
    (files / "short.csv").write_text("\n".join(lines[:121]))
    question = ("infer", "short.csv", "--max-bits", "10", "--drop", "who,split", "--memorizer", "place")
    whole, some = asked(run, *question)["memorizer"], asked(run, *question, "--checkpoints", "6")
    found = some["memorizer"]
    for name in ("log2_odds", "mass", "log2_evidence", "log2_odds_optimizers"):
        assert found[name] == [whole[name][n] for n in some["n"]], name
    assert found["loses_at"] == whole["loses_at"]


def test_predictions_of_many_later_rows_are_told_once_a_cell(long_log, run, monkeypatch):
    whole = asked(run, *long_log, "--drop", "who")["predictive"]
    monkeypatch.setattr(posterior_facts, "MOST_LATER", 30)
    some = asked(run, *long_log, "--drop", "who")["predictive"]
    assert len(whole) == 40
    assert len(some) == 9
    assert some.items() <= whole.items()
    assert {str(row) for row in some.values()} == {str(row) for row in whole.values()}
    assert asked(run, *long_log, "--drop", "who", "--checkpoints", "all")["predictive"] == whole


@pytest.mark.parametrize("wrong", ["1", "0", "-5", "2.5", "some", "9999999999"])
def test_what_is_no_number_of_checkpoints_is_refused(files, run, wrong):
    said = run("infer", "log.csv", "--checkpoints", wrong, code=2).stderr
    assert wrong in said
    assert "at least 2, or all" in said
