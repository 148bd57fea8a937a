"""`mesaprior export`: the tables of a census as CSV."""

from __future__ import annotations

import sys

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FOLDER

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
    import pandas as pd

    from mesaprior.hypotheses.census import ABSTAIN, FLAGS
    from mesaprior.hypotheses.store import open_census

    census = open_census(folder).census
    if table == "programs":
        frame = pd.DataFrame({"behaviour": census.behaviour_id} | census.columns | {"count": census.count})
    elif table == "behaviours":
        names = {action: str(action) for action in range(census.n_actions)} | {ABSTAIN: "-"}
        frame = pd.DataFrame({"behaviour": range(census.n_behaviours)})
        for index, flag in enumerate(FLAGS):
            frame[flag] = census.flags[:, index]
        frame["witness"] = census.witness
        frame["predictions"] = [" ".join(names[action] for action in row) for row in census.predictions.tolist()]
        for name, column in census.changes.items():
            frame[name] = column
    else:
        frame = pd.DataFrame({"row": range(len(census.row_cell)), "cell": census.row_cell})
    frame.to_csv(sys.stdout, index=False, lineterminator="\n")
