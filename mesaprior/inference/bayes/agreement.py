"""Counting rows on which behaviours give stated actions, block by block, without a table of them all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import ImitationLog

BLOCK_ENTRIES = 1 << 20
"""Entries of a table of behaviours by cells that are held at a time."""


@dataclass(frozen=True, eq=False)
class Tally:
    """Hits, misses and abstentions of each behaviour on some rows.

    Attributes
    ----------
    hits, misses, abstained : int64[B]
        Numbers of rows; they add up to the number of rows counted.
    """

    hits: NDArray[np.int64]
    misses: NDArray[np.int64]
    abstained: NDArray[np.int64]


def blocks(n_behaviours: int, n_cells: int) -> Iterator[slice]:
    """Yield slices of behaviours so that each, times `n_cells`, has about `BLOCK_ENTRIES` entries."""
    size = max(1, BLOCK_ENTRIES // max(1, n_cells))
    for start in range(0, n_behaviours, size):
        yield slice(start, min(start + size, n_behaviours))


def count_agreeing(
    predictions: NDArray[np.int16], cell: NDArray[np.int64], action: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count, for each behaviour, the rows on which it gives the stated action.

    Parameters
    ----------
    predictions : int16[B, C]
        As in `Census`.
    cell : int64[n]
        Cell of each row.
    action : int64[n]
        The action asked for on each row; `ABSTAIN` counts abstentions.

    Returns
    -------
    int64[B]

    Notes
    -----
    Rows with equal cell and action are counted once and multiplied.
    """
    agreeing = np.zeros(len(predictions), dtype=np.int64)
    if not len(cell):
        return agreeing
    # Actions are at least ABSTAIN, so that cell and action are one number.
    base = int(action.max()) + 2
    pairs, weight = np.unique(cell * base + (action + 1), return_counts=True)
    cells, actions = pairs // base, pairs % base - 1
    for block in blocks(len(predictions), len(pairs)):
        agreeing[block] = (predictions[block][:, cells] == actions) @ weight
    return agreeing


def tally(census: Census, log: ImitationLog, rows: NDArray[np.int64]) -> Tally:
    """Count each behaviour's hits, misses and abstentions on the given rows, all of which have an action.

    Parameters
    ----------
    census : Census
    log : ImitationLog
    rows : int64[n]
        Rows in the log's order.
    """
    cell = census.row_cell[rows]
    hits = count_agreeing(census.predictions, cell, log.action[rows])
    abstained = count_agreeing(census.predictions, cell, np.full(len(rows), ABSTAIN))
    return Tally(hits, len(rows) - hits - abstained, abstained)


def runs(predictions: NDArray[np.int16], cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the runs of neighbouring behaviours that give equal predictions in the given cells.

    Parameters
    ----------
    predictions : int16[B, C]
        As in `Census`.
    cells : int64[n]
        The cells that matter.

    Returns
    -------
    int64[B]
        Number of each behaviour's run, from 0 upwards. Since a census is sorted by predictions and numbers
        its cells by first appearance, behaviours that agree on all cells, or on the training cells, form one
        run.
    """
    is_new = np.zeros(len(predictions), dtype=np.int64)
    for block in blocks(len(predictions) - 1, len(cells)):
        before = predictions[block][:, cells]
        after = predictions[block.start + 1 : block.stop + 1][:, cells]
        is_new[block.start + 1 : block.stop + 1] = (before != after).any(axis=1)
    return np.cumsum(is_new)
