"""What a census holds, as tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN, FLAGS, Census
from mesaprior.hypotheses.tables import Column, Table
from mesaprior.inference.report import Records, Report

BLOCK = 2**16
"""Numbers that are made Python values at once."""

_TERMS = {"behaviour": "behaviour id", "space": "space of a run"}
"""What the glossary calls columns whose names have another meaning elsewhere."""

Columns = Mapping[str, Callable[[], Iterable[Any]]]
"""For each column of a table what goes through its values: a table may be larger than the memory left."""


def report_table(census: Census, table: str) -> Report:
    """Return a table of a census, whose records are made as they are asked for.

    Parameters
    ----------
    census : Census
    table : str
        One of `TABLES`.
    """
    columns = TABLES[table](census)
    shown = tuple(_column(name, changes=census.changes) for name in columns)
    return Report(
        facts=lambda: {name: list(values()) for name, values in columns.items()},
        records=lambda: Records(list(columns), _rows(columns)),
        blocks=lambda: [Table("", shown, [tuple(map(str, row)) for row in _rows(columns)])],
    )


def _column(name: str, changes: Collection[str]) -> Column:
    is_long = name in ("witness", "predictions")
    return Column(
        name, is_text=is_long, folds=is_long, term="rows changed" if name in changes else _TERMS.get(name, "")
    )


def _rows(columns: Columns) -> Iterator[tuple[Any, ...]]:
    return zip(*(values() for values in columns.values()), strict=True)


def _values(array: np.ndarray) -> Iterator[Any]:
    """Yield the values of an array as Python numbers, or its rows as lists of them."""
    block = max(1, BLOCK // max(1, array[:1].size))
    for start in range(0, len(array), block):
        yield from array[start : start + block].tolist()


def _programs(census: Census) -> Columns:
    arrays = {"behaviour": census.behaviour_id} | census.columns | {"count": census.count}
    return {name: partial(_values, array) for name, array in arrays.items()}


def _behaviours(census: Census) -> Columns:
    names = {action: str(action) for action in range(census.n_actions)} | {ABSTAIN: "-"}
    return {
        "behaviour": lambda: range(census.n_behaviours),
        **{flag: partial(_values, census.flags[:, index]) for index, flag in enumerate(FLAGS)},
        "witness": lambda: census.witness,
        "predictions": lambda: (" ".join(names[action] for action in row) for row in _values(census.predictions)),
        **{name: partial(_values, column) for name, column in census.changes.items()},
    }


def _log_rows(census: Census) -> Columns:
    return {"row": lambda: range(len(census.row_cell)), "cell": partial(_values, census.row_cell)}


TABLES: dict[str, Callable[[Census], Columns]] = {
    "programs": _programs,
    "behaviours": _behaviours,
    "rows": _log_rows,
}
"""The columns of each table."""
