"""All settings of the weights of one unit, and its outputs under each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.networks.architecture import norm_codes


def settings_of(weights: tuple[int, ...], n: int) -> np.ndarray:
    """Return every choice of n numbers from a set, ``int64[w^n, n]``; the last one changes fastest."""
    digits = np.indices((len(weights),) * n).reshape(n, -1).T
    return np.array(weights, dtype=np.int64)[digits]


def bits_of_inputs(inputs: np.ndarray, n: int) -> np.ndarray:
    """Return the inputs of these numbers, ``int64[D]``, as 0 and 1, ``int64[D, n]``, the most significant first."""
    return (inputs[:, None] >> np.arange(n - 1, -1, -1)) & 1


def tables_of(settings: NDArray[np.int64], inputs: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the outputs of units at these inputs: bit i is whether the unit is 1 at the i-th input.

    Parameters
    ----------
    settings : int64[m, n + 1]
        Weights, then the bias.
    inputs : int64[D]
        Numbers of inputs, D at most 16.

    Returns
    -------
    uint64[m]
    """
    seen = bits_of_inputs(inputs, settings.shape[1] - 1)
    fires = settings[:, :-1] @ seen.T + settings[:, -1:] > 0
    return (fires.astype(np.uint64) << np.arange(len(inputs), dtype=np.uint64)).sum(axis=1, dtype=np.uint64)


class Units:
    """The units of one kind by outputs and norms.

    Parameters
    ----------
    weights : tuple of int
    inputs : int64[D]
    n : int
        Inputs of the unit.

    Attributes
    ----------
    table : uint64[U]
    norm : int64[U]
        See `architecture.norm_codes`. Table and norm together are distinct, and ascend.
    count : int64[U]
        Settings of the weights.
    first : int64[U]
        Number of the first of them in `settings_of`.

    Notes
    -----
    Cost: all w^(n + 1) settings are examined.
    """

    def __init__(self, weights: tuple[int, ...], inputs: np.ndarray, n: int):
        settings = settings_of(weights, n + 1)
        table, norm = tables_of(settings, inputs), norm_codes(settings)
        order = np.lexsort((norm, table))
        table, norm = table[order], norm[order]
        starts = np.flatnonzero(np.r_[True, (table[1:] != table[:-1]) | (norm[1:] != norm[:-1])])
        self.table: NDArray[np.uint64] = table[starts]
        self.norm: NDArray[np.int64] = norm[starts]
        self.count: NDArray[np.int64] = np.diff(np.append(starts, len(order)))
        # The order is stable, so the first of a group has the lowest number.
        self.first: NDArray[np.int64] = order[starts]
