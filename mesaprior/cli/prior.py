"""`mesaprior prior`: the catalogue of priors, and what one looks like."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click

from mesaprior.cli.options import Parameter, format_option, parameters_of


@click.group()
def prior() -> None:
    """List the priors and show one."""


def _print_csv(header: list[str], rows: list[list[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)


@prior.command("list")
@format_option("table", "json", "csv")
def list_priors(form: str) -> None:
    """List the catalogue: name, formula and meaning of each prior."""
    from mesaprior.priors.catalogue import catalogue

    entries = catalogue()
    if form == "json":
        names = ("name", "text", "meaning", "source", "normalizable")
        click.echo(json.dumps([{name: getattr(entry, name) for name in names} for entry in entries]))
        return
    if form == "csv":
        _print_csv(["name", "formula", "meaning"], [[entry.name, entry.text, entry.meaning] for entry in entries])
        return
    from rich.table import Table

    from mesaprior.cli.render import console

    table = Table()
    for name in ("name", "formula", "meaning"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        table.add_row(entry.name, entry.text, entry.meaning)
    console().print(table)


@prior.command("show")
@click.argument("name_or_formula")
@click.option("--param", "parameters", type=Parameter(), multiple=True, help="A parameter of the prior; repeatable.")
@format_option("table", "json", "csv")
def show_prior(name_or_formula: str, parameters: tuple[tuple[str, float], ...], form: str) -> None:
    """Show a prior: its formula as text and LaTeX, what it reads, and where it comes from.

    \b
    Examples:
      mesaprior prior show levin
      mesaprior prior show '2**-length / (time + infer_time)'
    """
    from mesaprior.priors.prior import describe_prior

    described = describe_prior(name_or_formula, parameters_of(parameters))
    facts = {
        "name": described.name,
        "formula": described.text,
        "latex": described.latex,
        "columns": list(described.columns),
        "parameters": dict(described.parameters),
        "meaning": described.meaning,
        "source": described.source,
        "normalizable": described.normalizable,
    }
    if form == "json":
        click.echo(json.dumps(facts))
        return
    facts["columns"] = ", ".join(described.columns) or "none"
    facts["parameters"] = (
        ", ".join(
            f"{name} = {value:g}" if value is not None else f"{name} (to be given: --param {name}=VALUE)"
            for name, value in described.parameters.items()
        )
        or "none"
    )
    if form == "csv":
        rows = [[name, value] for name, value in facts.items()]
        _print_csv(["field", "value"], rows)
        return
    for name, value in facts.items():
        if value:
            click.echo(f"{name:<13}{value}")
