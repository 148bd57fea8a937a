"""`mesaprior reach`: the extra bits needed to search, learn or defect while fitting the training rows."""

from __future__ import annotations

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import SpaceOptions, format_option, other_log_option, space_options, tolerance_option
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options(is_hidden=True)
@space_options
@tolerance_option
@format_option()
def reach(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    tolerance: float,
    form: str,
) -> None:
    """Give the extra bits needed to search, learn or defect while fitting all training rows.

    Finds the shortest program that fits every training row and searches, learns, or defects later, and compares it
    with the shortest imitator that fits. No prior and no noise model is used: these are facts about the
    language, the bound and the log. If no such program is within the bound, the answer is a lower bound.

    \b
    Examples:
      mesaprior reach corridor.csv --language corridor.toml --max-bits 28
      mesaprior reach corridor-32 --format json
    """
    from mesaprior.cli.question import ask
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.reach import report_reach

    question = ask(source, other_log=other_log, asked=asked, reading=reading)
    analysis = Analysis(question.census, question.log, tolerance=tolerance, space=question.space)
    show(report_reach(question, analysis), form)
