"""The least formula and the least depth of every Boolean function of up to 4 inputs.

A formula is a circuit in which the result of every gate is used once; it costs a gate for each binary operator. The
functions with formulas of r operators combine those of j with those of r - 1 - j, and the functions of depth d combine
those of less. One of the two functions need only be one of each orbit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.least import kernels
from mesaprior.hypotheses.circuits.symmetries import symmetries

_NONE = 255


def least_formulas(n: int, basis: Basis, representative: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Return the least binary operators in a formula of each normal function.

    Parameters
    ----------
    n : int
        Inputs, at most 4.
    basis : Basis
    representative : uint64[k]
        One function of each orbit.

    Returns
    -------
    uint8[functions / 2]
        At function / 2.
    """
    reached = _start(n)
    total, r = 1 + n, 0
    # Constants cost nothing, and no gate has a use for them.
    while total < len(reached):
        r += 1
        for j in range((r - 1) // 2 + 1):
            one = representative[reached[_place(representative)] == j]
            total += _combine(n, basis, one, _functions(reached == r - 1 - j), r, reached)
    return reached


def least_depths(n: int, basis: Basis, representative: np.ndarray) -> np.ndarray:
    """Return the least depth of each normal function; as `least_formulas`."""
    reached = _start(n)
    total, d = 1 + n, 0
    while total < len(reached):
        d += 1
        one = representative[reached[_place(representative)] < d]
        total += _combine(n, basis, one, _functions(reached < d), d, reached)
    return reached


def _start(n: int) -> np.ndarray:
    """Return the values of constants and inputs; the other functions have none yet."""
    reached = np.full(1 << ((1 << n) - 1), _NONE, dtype=np.uint8)
    reached[0] = 0
    reached[_place(symmetries(n).where[:, 1])] = 0
    return reached


def _place(function: np.ndarray) -> np.ndarray:
    return (function >> np.uint64(1)).astype(np.int64)


def _functions(chosen: np.ndarray) -> np.ndarray:
    return np.flatnonzero(chosen).astype(np.uint64) << np.uint64(1)


def _combine(n: int, basis: Basis, one: np.ndarray, other: np.ndarray, value: int, reached: np.ndarray) -> int:
    return int(
        kernels.find_from_pairs(symmetries(n), np.int64(basis.n_combinations), one, other, np.uint8(value), reached)
    )
