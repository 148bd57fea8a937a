"""The report on one machine on a blank tape: how long it runs, how far, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import string_text
from mesaprior.hypotheses.turing.explained_entries import entries_table, entry_facts, reading_notes
from mesaprior.hypotheses.turing.halting import IN_WORDS
from mesaprior.hypotheses.turing.machine import length_of_machines
from mesaprior.hypotheses.turing.runs.run import MOST_STEPS, Run
from mesaprior.hypotheses.turing.text import NAMES, Reading, format_machine, format_standard
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes

COLUMNS = ("program", "verdict", "steps", "cells", "ones", "tape")
"""Header of the records."""


def report_blank_tape(reading: Reading, run: Run, verdict: str, max_steps: int) -> Report:
    """Return the report on a run on a blank tape.

    Parameters
    ----------
    reading : Reading
        The machine, as it was read.
    run : Run
        Of this machine.
    verdict : str
        As `verdict_of` gives it.
    max_steps : int
        For how many steps it was followed, at most.
    """
    facts = _facts(reading, run, verdict, max_steps)
    return Report(
        facts=lambda: facts,
        records=lambda: Records(COLUMNS, [["" if facts[name] is None else facts[name] for name in COLUMNS]]),
        blocks=lambda: _blocks(facts),
    )


def _facts(reading: Reading, run: Run, verdict: str, max_steps: int) -> dict[str, Any]:
    machine, halted = reading.machine, run.halted
    return {
        "program": format_machine(machine),
        "standard": format_standard(machine),
        "notes": reading_notes(reading, run.reads),
        "states": machine.n_states,
        "length": length_of_machines(machine.n_states),
        "max_steps": max_steps,
        "verdict": verdict,
        "steps": run.steps if halted else None,
        "cells": run.n_cells,
        "ones": run.n_ones,
        "tape": run.output if halted else None,
        "head": run.head - run.visited[0] if halted else None,
        "start": -run.visited[0],
        "halts_in": NAMES[run.last_entry >> 1] if halted else None,
        "halts_on": run.last_entry & 1 if halted else None,
        "entries": entry_facts(machine, run.reads),
    }


def _blocks(facts: dict[str, Any]) -> Iterator[Block]:
    yield Line(facts["program"], "headline")
    for sentence in _result(facts):
        yield Line(sentence)
    yield Line(
        f"On a blank tape · {number_of(facts['states'], 'state')} · {facts['length']:.2f} bits · followed for at most "
        f"{facts['max_steps']:,} steps",
        "about",
    )
    yield Line(f"Standard text format: {facts['standard']}", "about")
    yield from notes(*facts["notes"])
    if facts["verdict"] == "cap" and facts["max_steps"] < MOST_STEPS:
        yield Line(f"--max-steps follows it longer, for up to {MOST_STEPS:,} steps.", "note")
    yield entries_table(facts["entries"])


def _result(facts: dict[str, Any]) -> list[str]:
    """Return how the run ended, in sentences."""
    cells, ones = number_of(facts["cells"], "cell"), number_of(facts["ones"], "one")
    steps_followed = number_of(facts["max_steps"], "step")
    if facts["verdict"] == "cap":
        return [
            f"It is still running after {steps_followed}, with {ones} on the tape, having visited {cells}; whether it "
            "ever halts is not known."
        ]
    if facts["verdict"] != "halted":
        after = f"After {steps_followed} there are {ones} on the tape, and it has visited {cells}."
        return [f"It never halts: {IN_WORDS[facts['verdict']]}.", after]
    steps, off = number_of(facts["steps"], "step"), facts["head"] - facts["start"]
    where = f"{number_of(abs(off), 'cell')} to the {'left' if off < 0 else 'right'} of where it started"
    return [
        f"It halts after {steps}, with {ones} on the tape, having visited {cells}.",
        f"It halts in state {facts['halts_in']} on {facts['halts_on']}, {where if off else 'where it started'}.",
        f"Tape: {string_text(facts['tape'])}",
    ]
