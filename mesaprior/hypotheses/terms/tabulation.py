"""What the engines hand over, exact counts by signature, length, time and infer_time, and the census made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import Census, Vectors, behaviours_of, census_from_groups, group
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.language import Token


@dataclass(frozen=True, eq=False)
class Tabulation:
    """Counts of closed terms by signature (see `grid.Grid.signatures`); signatures without programs may be among them.

    Attributes
    ----------
    signatures : uint8[n, signature_size]
        Distinct.
    witness : callable
        Given signature ids, returns for each the text of a program of least time among the shortest.
    signature_id, length, time, infer_time : int64[G]
        Distinct groups in any order.
    count : uint64[G]
    """

    signatures: np.ndarray
    witness: Callable[[Sequence[int]], list[str]]
    signature_id: np.ndarray
    length: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


def literal_of(token: Token, number: int, grid: Grid) -> tuple[int, ...]:
    """Return the literal table number `number` of a lookup, see `kernels.lookup_block`."""
    size = grid.log.feature_sizes[grid.log.features.index(token.name)]
    A = grid.language.actions
    return tuple(number // A**power % A for power in reversed(range(size)))


def census_of(tabulation: Tabulation, grid: Grid, bounds: dict[str, Any]) -> Census:
    """Return the census that an engine's tabulation stands for."""
    present, ids = np.unique(tabulation.signature_id, return_inverse=True)
    signatures = tabulation.signatures[present].astype(np.int16)
    witness = tuple(tabulation.witness(present.tolist()))
    columns = {"length": tabulation.length, "time": tabulation.time, "infer_time": tabulation.infer_time}
    Q = grid.layout.Q
    if grid.with_fit:
        flags = (signatures[:, Q:] >> np.arange(4)) & 1
        return census_from_groups(
            space="terms",
            n_actions=grid.language.actions,
            predictions=signatures[:, grid.point_of_cell],
            flags=flags,
            witness=witness,
            behaviour_id=ids.reshape(-1),
            columns=columns,
            count=tabulation.count,
            row_cell=grid.cells.row_cell,
            bounds=bounds,
        )
    log = grid.log
    sorted_situations = np.lexsort(log.situations.T[::-1]) if log.features else np.zeros(1, dtype=np.int64)
    point_of_situation = np.empty(len(log.situations), dtype=np.int64)
    point_of_situation[grid.cells.situation] = grid.point_of_cell
    points = point_of_situation[sorted_situations]
    inverted = (Q if grid.with_search else 0) + points
    S = len(points)
    rows, witness, ids, columns, count = group(
        np.hstack([signatures[:, points], signatures[:, inverted]]),
        witness,
        ids.reshape(-1),
        columns,
        tabulation.count,
    )
    vectors = Vectors(
        features=log.features,
        situations=log.situations[sorted_situations],
        n_actions=grid.language.actions,
        intact=rows[:, :S].copy(),
        search_inverted=rows[:, S:].copy(),
        witness=witness,
        vector_id=ids,
        columns=columns,
        count=count,
    )
    return behaviours_of(vectors, log, bounds=bounds)
