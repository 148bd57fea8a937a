"""What the engines hand over: exact counts by signature, length, time and infer_time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

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
