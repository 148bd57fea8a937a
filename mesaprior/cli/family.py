"""The option `--family`: the same question in near-by languages and bounds, counted with progress."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Decorator
from mesaprior.cli.progress import progress

if TYPE_CHECKING:
    from mesaprior.hypotheses.space import Space
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.robustness.family import Family

family_option: Decorator = click.option(
    "--family",
    "is_family",
    is_flag=True,
    help="Repeat the question with each token dropped or repriced, and with shorter bounds, to see if the odds hold.",
)


def family_of_question(analysis: Analysis, space: Space) -> Family:
    """Repeat a question with shorter bounds and in near-by languages, with progress; see `family_of`."""
    from mesaprior.inference.robustness.relatives import n_relatives

    n_counted = n_relatives(space)
    with progress(f"Counting in {n_counted} near-by languages", n_counted) as report:
        return analysis.family(workers=os.cpu_count() or 1, report=report)
