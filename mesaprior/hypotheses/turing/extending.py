"""Counting the machines below a prefix, call by call: shared by both enumerations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.threads import GoesOn
from mesaprior.hypotheses.turing.kernels import DONE, FULL, UNDEFINED, USED

BUDGET = 1_000_000
"""Partial machines that are examined in one call of a kernel; about a second, after which Ctrl-C is heard."""


def powers_of_choices(states: int) -> np.ndarray:
    """Return the number of ways to fill 0, 1, ... entries, ``int64[2 * n + 1]``: powers of 4n + 2."""
    return np.array([(4 * states + 2) ** k for k in range(2 * states + 1)], dtype=np.int64)


def extend_prefix(
    prefix: NDArray[np.int64],
    frames: Any,
    explore: Callable[[], int],
    enlarge: Callable[[], object],
    goes_on: GoesOn,
) -> int:
    """Count the machines that extend a prefix.

    Parameters
    ----------
    prefix : int64[2 * n]
    frames : Frames
        Of either enumeration; `table`, `place`, `node` and `multiplicity` of the first level are written.
    explore : callable
        Looks at some machines; returns `DONE`, `FULL` or `PAUSED`.
    enlarge : callable
        Makes room for more counts.
    goes_on : callable
        Asked before each call; where it says no, what was counted is of no use any more.

    Returns
    -------
    int
        Machines written down.
    """
    n = len(prefix) // 2
    named = 1 + max((int(code) >> 2 for code in prefix if code < 4 * n), default=0)
    frames.table[:] = prefix
    frames.place[:3] = (-1, np.count_nonzero(prefix != UNDEFINED), 0)
    frames.node[0, USED] = named
    # States are named in the order in which they are entered, and every name counts.
    frames.multiplicity[0] = np.prod(np.arange(n - named + 1, n), dtype=np.int64)
    while goes_on():
        status = explore()
        if status == DONE:
            break
        if status == FULL:
            enlarge()
    return int(frames.place[2])
