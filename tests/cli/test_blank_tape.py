"""`mesaprior why --blank`: one machine on a blank tape, against plain Python and the champions."""

import csv
import io
import itertools
import json
import math

import pytest

from tests.cli.test_bad_input import one_sentence
from tests.hypotheses.turing import plain_machines

BLANK = ("--space", "turing", "--blank")
CHAMPION = "1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA"
MACHINES = list(itertools.islice(plain_machines.machines(2), 17, None, 811))


def on_blank(run, text, *options):
    return json.loads(run("why", text, *BLANK, *options, "--format", "json").stdout)


@pytest.mark.parametrize("machine", MACHINES, ids=plain_machines.text)
def test_it_does_what_the_machine_does_run_by_itself(machine, run):
    text = plain_machines.text(machine)
    facts = on_blank(run, text, "--max-steps", 50)
    assert (facts["program"], facts["states"], facts["max_steps"], facts["notes"]) == (text, 2, 50, [])
    assert facts["length"] == pytest.approx(4 * math.log2(10))
    assert sum(entry["bits"] for entry in facts["entries"]) == pytest.approx(facts["length"])
    end = plain_machines.run(machine, 50)
    if end is None:
        assert facts["verdict"] not in ("halted", "cap")
        assert [facts[name] for name in ("steps", "tape", "head", "halts_in", "halts_on")] == [None] * 5
        assert sum(entry["reads"] for entry in facts["entries"]) == 50
        return
    steps, head, tape, visited = end
    cells = [tape.get(cell, 0) for cell in range(min(visited), max(visited) + 1)]
    assert (facts["verdict"], facts["steps"], facts["cells"]) == ("halted", steps, len(visited))
    assert (facts["ones"], facts["tape"]) == (sum(cells), "".join(map(str, cells)))
    assert (facts["head"], facts["start"]) == (head - min(visited), -min(visited))
    place = 2 * "AB".index(facts["halts_in"]) + facts["halts_on"]
    assert facts["entries"][place]["text"] == f"{machine[place][0]}-H"
    assert sum(entry["reads"] for entry in facts["entries"]) == steps


def test_the_champion_of_five_states(run):
    facts = on_blank(run, CHAMPION, "--max-steps", "1e8")
    assert (facts["steps"], facts["ones"], facts["cells"]) == (47_176_870, 4098, 12_289)
    assert (len(facts["tape"]), facts["tape"].count("1")) == (12_289, 4098)
    assert (facts["program"], facts["standard"]) == (CHAMPION.replace("1RZ", "1-H"), CHAMPION)
    assert ["1RZ in state E on 0" in note for note in facts["notes"]] == [True]
    assert sum(entry["reads"] for entry in facts["entries"]) == 47_176_870
    # The cap is 10^8 where none is given.
    assert on_blank(run, CHAMPION) == facts
    shown = run("why", CHAMPION, *BLANK).stdout
    for part in (
        "It halts after 47,176,870 steps, with 4,098 ones on the tape, having visited 12,289 cells.",
        "It halts in state E on 0, ",
        "more)...",
        f"Standard text format: {CHAMPION}",
        "• 1RZ in state E on 0 halts without a move here",
        "23,563,940",
    ):
        assert part in shown, part
    assert facts["tape"] not in shown
    (row,) = csv.DictReader(io.StringIO(run("why", CHAMPION, *BLANK, "--format", "csv").stdout))
    assert row == {name: str(facts[name]) for name in ("program", "verdict", "steps", "cells", "ones", "tape")}


def test_an_entry_that_is_not_defined_halts(run):
    facts = on_blank(run, CHAMPION.replace("1RZ", "---"))
    assert (facts["verdict"], facts["steps"], facts["ones"]) == ("halted", 47_176_870, 4097)
    assert ["--- in state E on 0" in note and "one more 1" in note for note in facts["notes"]] == [True]


def test_ends_in_words(run):
    for text, options, parts in (
        ("1RB1LB_1LA1RZ", (), ["halts after 6 steps, with 4 ones", "state B on 1, 1 cell to the left", "Tape: 1111"]),
        ("1RZ---", (), ["halts after 1 step, with 1 one on the tape, having visited 1 cell", "where it started."]),
        ("1RA1RA", ("--max-steps", 1500), ["never halts: it runs away", "After 1,500 steps there are 1,500 ones"]),
        (
            CHAMPION,
            ("--max-steps", 100),
            ["still running after 100 steps", "is not known", "follows it longer"],
        ),
    ):
        shown = " ".join(run("why", text, *BLANK, *options).stdout.split())
        for part in parts:
            assert part in shown, part
    assert "follows it longer" not in run("why", "1RB---_0LC1RE_0LD1LC_1RA1LB_0RB0RA", *BLANK).stdout


def test_a_run_that_goes_on_has_empty_cells_in_csv(run):
    (row,) = csv.DictReader(io.StringIO(run("why", "1RA1RA", *BLANK, "--max-time", 9, "--format", "csv").stdout))
    assert row == {"program": "1RA1RA", "verdict": "escape", "steps": "", "cells": "10", "ones": "9", "tape": ""}


WRONG = {
    "too many steps": ((CHAMPION, *BLANK, "--max-steps", 10**8 + 1), 2, ["--max-steps 100000001", "1 to 100000000"]),
    "no step": ((CHAMPION, *BLANK, "--max-steps", 0), 2, ["--max-steps", "x>=1"]),
    "half a step": ((CHAMPION, *BLANK, "--max-steps", "5e-1"), 2, ["--max-steps", "5e-1"]),
    "no whole number": ((CHAMPION, *BLANK, "--max-steps", "1.25e1"), 2, ["--max-steps", "1.25e1"]),
    "terms": (("p", "--blank"), 2, ["--blank", "--space turing"]),
    "circuits": (("1 x1", "--blank", "--space", "circuits"), 2, ["--blank", "--space turing"]),
    "a log": ((CHAMPION, *BLANK, "--log", "log.csv"), 2, ["--log does not go with --blank"]),
    "what is about a log": (
        (CHAMPION, *BLANK, "--noise", 0.1, "--prior", "levin", "--param", "a=1", "--tolerance", 0, "--basis", "aig"),
        2,
        ["--prior and --param and --noise and --tolerance and --basis do not go with --blank"],
    ),
    "neither": ((CHAMPION, "--space", "turing"), 2, ["--log is missing", "--blank"]),
    "no machine": (("1RB2LA_1LA", *BLANK), 1, ["state A on 1 has the entry '2LA'", "state B is '1LA'"]),
}


@pytest.mark.parametrize(("arguments", "code", "words"), WRONG.values(), ids=WRONG)
def test_what_is_refused(arguments, code, words, run):
    one_sentence(run("why", *arguments, code=code), *words)
