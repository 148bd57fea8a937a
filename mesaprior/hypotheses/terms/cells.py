"""The cells of a log: where a hypothesis can predict differently.

In a language with `fit` a prediction depends on the situation and on the history so far. It is refitted at 0, 1, ...,
64, 128, 256, 512, ... rows, so a *knowledge state* is a pair (training rows seen, online rows seen) and a cell is a
pair (situation, knowledge state). In a language without `fit` the cells are the situations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log import DEPLOY, ONLINE, ImitationLog

EVERY_ROW_UP_TO = 64
"""Fits follow every new row up to this many, and then only at the doublings of it."""


def refit_point(k: int) -> int:
    """Return s(k): the largest of 0, 1, ..., 64, 128, 256, 512, ... that is at most k."""
    return k if k <= EVERY_ROW_UP_TO else 1 << (k.bit_length() - 1)


@dataclass(frozen=True, eq=False)
class Cells:
    """The distinct (situation, knowledge state) of a log, by first appearance.

    Attributes
    ----------
    situation : int64[C]
        Index into the log's situations.
    knowledge : int64[C]
        Index into `seen_training` and `seen_online`.
    row_cell : int64[R]
        Cell of each row.
    seen_training : int64[W]
        Training rows that a fit in each knowledge state has seen.
    seen_online : int64[W]
        Online rows that it has seen.
    """

    situation: NDArray[np.int64]
    knowledge: NDArray[np.int64]
    row_cell: NDArray[np.int64]
    seen_training: NDArray[np.int64]
    seen_online: NDArray[np.int64]


def cells_of(log: ImitationLog, *, with_fit: bool) -> Cells:
    """Return the cells of a log for a language with or without `fit`."""
    if not with_fit:
        # Situations are numbered by first appearance, as cells are.
        S, nothing = len(log.situations), np.zeros(1, dtype=np.int64)
        return Cells(np.arange(S), np.zeros(S, dtype=np.int64), log.row_situation, nothing, nothing.copy())
    N = log.n_training
    states: dict[tuple[int, int], int] = {}
    cells: dict[tuple[int, int], int] = {}
    row_cell = np.empty(log.n_rows, dtype=np.int64)
    online_before = 0
    for row in range(log.n_rows):
        state = (refit_point(row), 0) if row < N else (N, refit_point(online_before))
        online_before += int(log.split[row] == ONLINE)
        knowledge = states.setdefault(state, len(states))
        row_cell[row] = cells.setdefault((int(log.row_situation[row]), knowledge), len(cells))
    situation, knowledge = np.array(list(cells), dtype=np.int64).reshape(-1, 2).T
    seen = np.array(list(states), dtype=np.int64)
    return Cells(situation.copy(), knowledge.copy(), row_cell, seen[:, 0].copy(), seen[:, 1].copy())


def history_rows(log: ImitationLog) -> np.ndarray:
    """Return the rows (int64[H]) that fits may see, in order: training rows, then online rows."""
    return np.flatnonzero(log.split != DEPLOY)
