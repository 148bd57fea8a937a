"""One machine on a blank tape: how long it runs, how far, and what it leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.progress import progress
from mesaprior.errors import UsageError
from mesaprior.hypotheses.phrases import string_text
from mesaprior.hypotheses.turing.explained_entries import entries_table, entry_facts, reading_notes
from mesaprior.hypotheses.turing.halting import IN_WORDS, verdict_of
from mesaprior.hypotheses.turing.machine import length_of_machines
from mesaprior.hypotheses.turing.policies.policy import DEFAULT_RADIUS
from mesaprior.hypotheses.turing.runs.run import MOST_STEPS, run_machine
from mesaprior.hypotheses.turing.text import NAMES, format_machine, format_standard, read_machine

if TYPE_CHECKING:
    from mesaprior.cli.options import SpaceOptions

OPTIONS = ("--max-time",)
CSV = ("program", "verdict", "steps", "cells", "ones", "tape")


def explain_on_blank(program: str, asked: SpaceOptions, given: list[str], form: str) -> None:
    """Run a machine on a blank tape, and print what it does.

    Parameters
    ----------
    program : str
        The text of the machine.
    asked : SpaceOptions
    given : list of str
        Options that belong to a log, and were given.
    form : str
        ``table``, ``json`` or ``csv``.

    Raises
    ------
    UsageError
        If an option does not go with a blank tape.
    """
    if asked.space != "turing":
        raise UsageError("--blank is for a Turing machine; add --space turing, or give --log LOG in its place.")
    others = [*given, *(option for option in asked.given if option not in OPTIONS)]
    if others:
        belong, them = ("does", "it") if len(others) == 1 else ("do", "them")
        raise UsageError(
            f"{' and '.join(others)} {belong} not go with --blank, where there is no log to ask; leave {them} out, or "
            "leave --blank out."
        )
    facts = _facts(program, asked.get("--max-time") or MOST_STEPS)
    if form == "json":
        click.echo(json.dumps(facts, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(CSV, [["" if facts[name] is None else facts[name] for name in CSV]])
    else:
        _render(facts)


def _facts(program: str, max_steps: int) -> dict[str, Any]:
    """Return what the machine does on a blank tape, as plain data."""
    reading = read_machine(program)
    machine = reading.machine
    with progress("Running the machine", 2 * max_steps) as report:
        run = run_machine(machine, max_steps, report=report)
        verdict = verdict_of(run, [0], DEFAULT_RADIUS)
        report(max_steps)
    halted = run.halted
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


def _render(facts: dict[str, Any]) -> None:
    from mesaprior.cli.render_explained import as_rich
    from mesaprior.cli.report.terminal import console

    out = console()
    out.print(facts["program"], style="bold", markup=False)
    for line in _result(facts):
        out.print(line, markup=False)
    out.print(
        f"On a blank tape · {_many(facts['states'], 'state')} · {facts['length']:.2f} bits · followed for at most "
        f"{facts['max_steps']:,} steps",
        style="dim",
        markup=False,
    )
    out.print(f"Standard text format: {facts['standard']}", style="dim", markup=False)
    for note in facts["notes"]:
        out.print(f"• {note}", markup=False, soft_wrap=True)
    if facts["verdict"] == "cap" and facts["max_steps"] < MOST_STEPS:
        out.print(f"• --max-steps follows it longer, for up to {MOST_STEPS:,} steps.", markup=False)
    out.print(as_rich(entries_table(facts["entries"])))


def _result(facts: dict[str, Any]) -> list[str]:
    """Return how the run ended, in sentences."""
    cells, ones = _many(facts["cells"], "cell"), _many(facts["ones"], "one")
    if facts["verdict"] == "cap":
        after = f"after {_many(facts['max_steps'], 'step')}, with {ones} on the tape, having visited {cells}"
        return [f"It is still running {after}; whether it ever halts is not known."]
    if facts["verdict"] != "halted":
        after = f"After {_many(facts['max_steps'], 'step')} there are {ones} on the tape, and it has visited {cells}."
        return [f"It never halts: {IN_WORDS[facts['verdict']]}.", after]
    steps, off = _many(facts["steps"], "step"), facts["head"] - facts["start"]
    where = f"{_many(abs(off), 'cell')} to the {'left' if off < 0 else 'right'} of where it started"
    return [
        f"It halts after {steps}, with {ones} on the tape, having visited {cells}.",
        f"It halts in state {facts['halts_in']} on {facts['halts_on']}, {where if off else 'where it started'}.",
        f"Tape: {string_text(facts['tape'])}",
    ]


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"
