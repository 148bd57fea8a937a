"""Several reports as one, where a question has several parts."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from mesaprior.inference.report import Report


def joined(reports: Sequence[Report]) -> Report:
    """Return one report made of several, in order.

    Parameters
    ----------
    reports : sequence of Report
        At least one. Their facts are dictionaries without a common key; the table for programs is that of the last one
        that has any, so that what is asked for beside a result can take its place.
    """

    def facts() -> dict[str, Any]:
        return {name: fact for report in reports for name, fact in report.facts().items()}

    records = [report.records for report in reports if report.records is not None]
    return Report(
        facts=facts,
        records=records[-1] if records else None,
        blocks=lambda: chain.from_iterable(report.blocks() for report in reports),
    )
