"""`mesaprior why MACHINE --blank`: one machine on a blank tape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesaprior.cli.progress import progress
from mesaprior.cli.report import show
from mesaprior.errors import UsageError
from mesaprior.hypotheses.turing.halting import verdict_of
from mesaprior.hypotheses.turing.policies.policy import DEFAULT_RADIUS
from mesaprior.hypotheses.turing.runs.run import MOST_STEPS, run_machine
from mesaprior.hypotheses.turing.text import read_machine
from mesaprior.inference.reports.blank_tape import report_blank_tape

if TYPE_CHECKING:
    from mesaprior.cli.options import SpaceOptions

OPTIONS = ("--max-time",)
"""Options of a space that go with a blank tape."""


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
        As of `show`.

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
    max_steps = asked.get("--max-time") or MOST_STEPS
    reading = read_machine(program)
    with progress("Running the machine", 2 * max_steps) as report:
        run = run_machine(reading.machine, max_steps, report=report)
        verdict = verdict_of(run, [0], DEFAULT_RADIUS)
        report(max_steps)
    show(report_blank_tape(reading, run, verdict, max_steps), form)
