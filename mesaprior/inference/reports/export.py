"""What a census holds, as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN, FLAGS, Census
from mesaprior.hypotheses.tables import Table, numbers, texts
from mesaprior.inference.report import Records, Report

BLOCK = 2**16
"""Rows that are made Python values at once."""


@dataclass(frozen=True)
class _Columns:
    """The columns of a table, of which any rows can be asked for: it may be larger than the memory left."""

    n_rows: int
    of: dict[str, Callable[[slice], Sequence[Any]]]

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield all rows, made block by block."""
        for start in range(0, self.n_rows, BLOCK):
            block = slice(start, start + BLOCK)
            yield from zip(*(values(block) for values in self.of.values()), strict=True)


def report_table(census: Census, table: str) -> Report:
    """Return a table of a census, whose records are made block by block.

    Parameters
    ----------
    census : Census
    table : str
        One of `TABLES`.
    """
    columns = TABLES[table](census)
    shown = [texts(name) if name in ("witness", "predictions") else numbers(name) for name in columns.of]
    return Report(
        facts=lambda: {name: values(slice(None)) for name, values in columns.of.items()},
        records=lambda: Records(list(columns.of), columns.rows()),
        blocks=lambda: [Table("", sum(shown, ()), [tuple(map(str, row)) for row in columns.rows()])],
    )


def _values(array: np.ndarray) -> Callable[[slice], Sequence[Any]]:
    return lambda rows: array[rows].tolist()


def _programs(census: Census) -> _Columns:
    arrays = {"behaviour": census.behaviour_id} | census.columns | {"count": census.count}
    return _Columns(len(census.count), {name: _values(array) for name, array in arrays.items()})


def _behaviours(census: Census) -> _Columns:
    names = {action: str(action) for action in range(census.n_actions)} | {ABSTAIN: "-"}
    flags = {flag: _values(census.flags[:, index]) for index, flag in enumerate(FLAGS)}
    changes = {name: _values(column) for name, column in census.changes.items()}

    def predictions(rows: slice) -> list[str]:
        return [" ".join(names[action] for action in row) for row in census.predictions[rows].tolist()]

    return _Columns(
        census.n_behaviours,
        {
            "behaviour": _values(np.arange(census.n_behaviours)),
            **flags,
            "witness": lambda rows: census.witness[rows],
            "predictions": predictions,
            **changes,
        },
    )


def _log_rows(census: Census) -> _Columns:
    n_rows = len(census.row_cell)
    return _Columns(n_rows, {"row": _values(np.arange(n_rows)), "cell": _values(census.row_cell)})


TABLES: dict[str, Callable[[Census], _Columns]] = {
    "programs": _programs,
    "behaviours": _behaviours,
    "rows": _log_rows,
}
"""The columns of each table."""
