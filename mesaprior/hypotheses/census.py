"""The census: exact counts of hypotheses by behaviour, length, time and further columns.

A census depends on no prior. It is the one record that every hypothesis space returns and that every
prior and posterior reads. Sizes: B behaviours, C cells, G groups (rows of the `programs` table), R rows of the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from mesaprior.errors import RunError

ABSTAIN = -1
"""Stands in `Census.predictions` where a hypothesis gives no prediction."""

FLAGS = ("searching_train", "searching_later", "learning_train", "learning_later")
"""Names of the columns of `Census.flags`."""


@dataclass(frozen=True, eq=False)
class Census:
    """Exact counts of the hypotheses of a space on one log.

    Attributes
    ----------
    space : str
        Name of the hypothesis space, such as ``"terms"``.
    n_actions : int
        A, the number of actions.
    predictions : int16[B, C]
        Action (0..A-1) or `ABSTAIN` of each behaviour in each cell. Rows are distinct together with `flags`, and
        sorted lexicographically by (predictions, flags): the id of a behaviour is its rank.
    flags : uint8[B, 4]
        Lesion flags, 0 or 1, in the order of `FLAGS`.
    witness : tuple of str
        For each behaviour, a program of least time among the shortest.
    behaviour_id : int64[G]
        Behaviour of each group.
    columns : dict of str to array[G]
        ``length`` (bits; int64 for terms, float64 elsewhere), ``time`` and ``infer_time`` (steps, int64), and what
        else the space defines. Groups are sorted by behaviour, then by these columns in order, and are distinct.
    count : uint64[G]
        Exact number of hypotheses of each group, at least 1.
    row_cell : int64[R]
        Cell of each row of the log, in the log's order; cells are numbered by first appearance.
    bounds : dict of str to int or None
        What was counted, such as ``{"max_bits": 28, "max_time": None}``.
    """

    space: str
    n_actions: int
    predictions: np.ndarray
    flags: np.ndarray
    witness: tuple[str, ...]
    behaviour_id: np.ndarray
    columns: dict[str, np.ndarray]
    count: np.ndarray
    row_cell: np.ndarray
    bounds: dict[str, Any] = field(default_factory=dict)
