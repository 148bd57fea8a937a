"""`mesaprior export`: the tables of a census as CSV."""

from __future__ import annotations

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FOLDER
from mesaprior.cli.report import show

TABLES = ("programs", "behaviours", "rows")


@click.command(cls=Command)
@click.argument("folder", type=FOLDER, metavar="CENSUS")
@click.argument("table", type=click.Choice(TABLES), metavar="[programs|behaviours|rows]")
def export(folder: str, table: str) -> None:
    """Print a table of a census as CSV.

    \b
    programs    behaviour,length,time,infer_time,count
    behaviours  behaviour, the four flags, witness, predictions (one action a
                cell; - abstains); then for each intervention of the language the
                numbers of training and of later rows where it changes the action
    rows        row,cell, training rows first

    \b
    Example:
      mesaprior export corridor-32 programs > programs.csv
    """
    from mesaprior.hypotheses.store import open_census
    from mesaprior.inference.reports.export import report_table

    show(report_table(open_census(folder).census, table), "csv")
