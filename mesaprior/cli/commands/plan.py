"""`mesaprior plan`: sizes, time and memory before a run."""

from __future__ import annotations

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import SpaceOptions, format_option, space_options
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show


@click.command(cls=Command)
@click.argument("log_file", type=FILE, metavar="LOG")
@reading_options()
@space_options
@format_option()
def plan(log_file: str, asked: SpaceOptions, reading: ReadingOptions, form: str) -> None:
    """Tell how many programs there are within a bound, and the time and memory that counting them takes.

    The numbers of programs are exact and found at once; time and memory are estimated by counting shorter programs
    for about a second. For other spaces than terms, only the numbers are given.

    \b
    Example:
      mesaprior plan corridor.csv --language corridor.toml --max-bits 40
    """
    from mesaprior.cli.reading import read_asked
    from mesaprior.cli.spaces import space_of
    from mesaprior.inference.reports.plan import report_plan

    log = read_asked(log_file, reading, asked.get("--language"))
    show(report_plan(space_of(log, asked), log), form)
