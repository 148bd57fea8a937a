"""Printing a report: one place that chooses among the formats."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import is_explaining

if TYPE_CHECKING:
    from mesaprior.inference.report import Report


def show(report: Report, form: str) -> None:
    """Print a report in a format.

    Parameters
    ----------
    report : Report
    form : str
        ``table``, ``json``, ``csv`` or ``markdown``.
    """
    typed = report.typed()
    _PRINTERS[form](typed.explained() if is_explaining() else typed)


def _print_table(report: Report) -> None:
    from mesaprior.cli.report.terminal import print_report

    print_report(report)


def _print_json(report: Report) -> None:
    click.echo(json.dumps(report.to_dict(), allow_nan=False))


def _print_csv(report: Report) -> None:
    from mesaprior.cli.streams import print_csv

    assert report.records is not None
    records = report.records()
    print_csv(records.header, records.rows)


def _print_markdown(report: Report) -> None:
    sys.stdout.write(report.to_markdown())


_PRINTERS: dict[str, Callable[[Report], None]] = {
    "table": _print_table,
    "json": _print_json,
    "csv": _print_csv,
    "markdown": _print_markdown,
}
"""How a report is printed in each format."""

FORMATS = tuple(_PRINTERS)
"""How every result can be printed; for a person unless asked otherwise."""
