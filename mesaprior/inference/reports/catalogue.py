"""The report on the priors of the catalogue, and of one prior."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.tables import Table, texts, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.inference.summaries.priors import summarize_prior
from mesaprior.priors.catalogue import Entry
from mesaprior.priors.columns import columns
from mesaprior.priors.formula import suggestion
from mesaprior.priors.prior import Description


def report_catalogue(entries: Sequence[Entry]) -> Report:
    """Return the report on several priors."""
    names = ("name", "text", "meaning", "source", "normalizable")
    rows = [(entry.name, entry.text, entry.meaning) for entry in entries]
    return Report(
        facts=lambda: [{name: getattr(entry, name) for name in names} for entry in entries],
        records=lambda: Records(("name", "formula", "meaning"), rows),
        blocks=lambda: [Table("", (*words("name"), *texts("formula", "meaning")), rows)],
    )


def report_prior(described: Description) -> Report:
    """Return the report on one prior, which need not have values for its parameters."""
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
    in_words = facts | {
        "columns": ", ".join(described.columns) or "none",
        "parameters": ", ".join(_values(described)) or "none",
    }
    summary = summarize_prior(described)
    return Report(
        facts=lambda: facts | {"summary": summary},
        records=lambda: Records(("field", "value"), list(in_words.items())),
        blocks=lambda: _lines(summary, in_words),
    )


def _values(described: Description) -> Iterator[str]:
    """Yield each parameter with its value, or how to give it one."""
    for name, value in described.parameters.items():
        if value is None:
            yield f"{name} (to be given: --param {name}=VALUE{suggestion(name, columns())})"
        else:
            yield f"{name} = {value:g}"


def _lines(summary: str, in_words: dict[str, Any]) -> Iterator[Block]:
    yield Line(summary, "summary")
    for name, value in in_words.items():
        if value:
            yield Line(f"{name:<13}{value}")
