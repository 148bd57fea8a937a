"""What commands about Turing machines share: their options, and the table of strings with progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from mesaprior.hypotheses.turing.strings.table import StringTable

states_option = click.option(
    "--states", type=click.IntRange(1, 6), required=True, metavar="N", help="States of the machines, the halt aside."
)
max_steps_option = click.option(
    "--max-steps",
    type=click.IntRange(1, 10**6),
    metavar="T",
    help="Follow runs for T steps; without it as far as any machine of up to 4 states runs, and 500 steps for 5.",
)


def string_table(states: int, max_steps: int | None, workers: int) -> StringTable:
    """Count what machines print, with progress on standard error."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.turing.machine import n_machines
    from mesaprior.hypotheses.turing.strings.counting import StringEnumeration

    enumeration = StringEnumeration(states, max_steps)
    with progress(f"Running {n_machines(states):,} machines", len(enumeration.prefixes)) as report:
        return enumeration.table(workers=workers, report=report)
