"""The rows of a log as a page shows them: each distinct one once, in the labels of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import NONE, SPLITS, ImitationLog
from mesaprior.hypotheses.log.raw_table import distinct_rows


@dataclass(frozen=True, eq=False)
class Situations:
    """Distinct rows of a log.

    Attributes
    ----------
    cell : int64[S]
        Cell of the census that each is in.
    cells : int64[C]
        The distinct ones of these cells, ascending.
    times : int64[S]
        How many rows of the log are like this.
    labels : list of list of str
        The features of each.
    split : list of str
    action, rival : int64[S]
        `NONE` where there is none.
    first : int64[S]
        Number of the first such row, in the log's order.
    n_left_out : int
        Distinct rows that are not among them.
    """

    cell: NDArray[np.int64]
    cells: NDArray[np.int64]
    times: NDArray[np.int64]
    labels: list[list[str]]
    split: list[str]
    action: NDArray[np.int64]
    rival: NDArray[np.int64]
    first: NDArray[np.int64]
    n_left_out: int

    def plain(self) -> dict[str, Any]:
        """Return them as plain data; cells by their place among `cells`."""
        return {
            "labels": self.labels,
            "split": self.split,
            "action": [None if action == NONE else action for action in self.action.tolist()],
            "rival": [None if rival == NONE else rival for rival in self.rival.tolist()],
            "times": self.times.tolist(),
            "row": self.first.tolist(),
            "cell": np.searchsorted(self.cells, self.cell).tolist(),
            "n_left_out": self.n_left_out,
        }


def situations_of(census: Census, log: ImitationLog, *, most: int) -> Situations:
    """Return the distinct rows of a log, training rows first.

    Parameters
    ----------
    census : Census
        Counted on it.
    log : ImitationLog
    most : int
        How many training rows and how many later ones to keep, at most, by first appearance.
    """
    # `NONE` is -1, and numbers are told apart from 0 upwards.
    parts = [census.row_cell, log.row_situation, log.action - NONE, log.rival - NONE, log.split.astype(np.int64)]
    first, row_of = distinct_rows(parts, log.n_rows)
    times = np.bincount(row_of, minlength=len(first))
    is_training = first < log.n_training
    kept = np.sort(np.concatenate([np.flatnonzero(is_training)[:most], np.flatnonzero(~is_training)[:most]]))
    first = first[kept]
    values = log.situations[log.row_situation[first]].tolist()
    return Situations(
        cell=census.row_cell[first],
        cells=np.unique(census.row_cell[first]),
        times=times[kept],
        labels=[
            [log.label(name, value) for name, value in zip(log.features, situation, strict=True)]
            for situation in values
        ],
        split=[SPLITS[split] for split in log.split[first].tolist()],
        action=log.action[first],
        rival=log.rival[first],
        first=first,
        n_left_out=len(times) - len(kept),
    )
