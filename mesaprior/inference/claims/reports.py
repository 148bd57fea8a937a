"""Findings as plain data, with a hash of their content and a citation line."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from mesaprior.inference.claims.claim import Findings, SecondLine, Sensitivity
from mesaprior.inference.claims.sources import Source
from mesaprior.narrowing import is_list_or_tuple, is_table

if TYPE_CHECKING:
    import pandas as pd

DIGITS = 9
"""Significant digits of numbers in reports; the last bits of sums may differ between processors."""

HASH_SHOWN = 16
"""Digits of a hash in a citation."""


def report_of(findings: Findings) -> dict[str, Any]:
    """Return all findings of a claim as plain data, in a fixed order of keys.

    Numbers have `DIGITS` significant digits; those that are not finite are the strings ``"inf"``, ``"-inf"`` and
    ``"nan"``. `table_hash` is the SHA-256 of `table_csv`, and `hash` that of the keys before it as JSON, sorted.
    """
    claim, formula = findings.claim, findings.formula
    content = {
        "name": claim.name,
        "argument": claim.argument,
        "worlds": {"what": claim.worlds, "number": findings.size.n_worlds},
        "size": findings.size_name,
        "max_bits": findings.size.max_bits,
        "margin": claim.margin,
        "rule": claim.rule.text,
        "verdict": findings.verdict,
        "share": _number(findings.share),
        "median_margin": _number(findings.median()),
        "sentences": findings.sentences,
        "sensitivity": [_sensitivity(found) for found in findings.sensitivities],
        "formula": {
            "text": claim.formula,
            "cells": formula.n_cells,
            "median_difference": _number(formula.median_difference),
            "largest_difference": _number(formula.largest_difference),
            "agreement": _number(formula.agreement),
        },
        "stable_share": _number(findings.stable_share),
        "edition": claim.edition,
        "interval": _numbers(findings.interval),
        "mark": findings.mark,
        "spread": _number(findings.spread),
        "lines": [_line(line) for line in findings.lines],
        "is_beyond": findings.size.is_beyond,
        "measured": claim.measured,
        "untested": claim.untested,
        "sources": [_source(source) for source in claim.sources],
        "prior_work": [_source(source) for source in claim.prior_work],
        "changed": claim.changed,
        "given": {"text": claim.given, "ledger": findings.ledger},
        "figure": rounded(findings.figure.to_json()),
        "table_hash": hashlib.sha256(table_csv(findings.table).encode()).hexdigest(),
    }
    digest = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    return content | {"hash": digest, "citation": _citation(findings, digest)}


def table_of_report(table: pd.DataFrame) -> dict[str, list[Any]]:
    """Return a table as plain data, column by column, rounded like a report."""
    return {str(name): rounded(table[name].tolist()) for name in table.columns}


def table_csv(table: pd.DataFrame) -> str:
    """Return a table as the text of a CSV file; undefined numbers are empty."""
    return table.to_csv(index=False, lineterminator="\n", float_format=f"%.{DIGITS}g")


def rounded(value: object) -> Any:
    """Return plain data with `DIGITS` significant digits in every number."""
    if is_table(value):
        return {key: rounded(item) for key, item in value.items()}
    if is_list_or_tuple(value):
        return [rounded(item) for item in value]
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | str:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else str(float(value))


def _numbers(values: Sequence[float]) -> list[float | str]:
    return [_number(value) for value in values]


def _sensitivity(found: Sensitivity) -> dict[str, Any]:
    return {
        "parameter": found.parameter.name,
        "meaning": found.parameter.meaning,
        "base": found.parameter.base,
        "values": list(found.parameter.values),
        "shares": _numbers(found.shares),
        "medians": _numbers(found.medians),
        "flips": _numbers(found.flips),
    }


def _line(line: SecondLine) -> dict[str, Any]:
    return {
        "label": line.label,
        "verdict": line.verdict,
        "share": _number(line.share),
        "median_margin": _number(line.median),
    }


def _source(source: Source) -> dict[str, Any]:
    return {"authors": source.authors, "year": source.year, "title": source.title, "where": source.where}


def _citation(findings: Findings, digest: str) -> str:
    return (
        f'mesaprior {version("mesaprior")}, claim "{findings.claim.name}", size {findings.size_name}, '
        f"{findings.size.n_worlds} worlds, sha256 {digest[:HASH_SHOWN]}"
    )
