"""Compiled sums over all straight-line circuits, by what their last gate computes.

Letters and codes as in `circuits.kernels`. A set of gates stands with the number of circuits that have it, polarities
aside: of the gates of the basis, half as many make normal functions of normal functions.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS, DONE, FULL, combined, write_least


class Tally(NamedTuple):
    """Numbers of circuits by the code of the last gate: its function times 16, plus its depth.

    Attributes
    ----------
    code : uint64[power of two]
        Open addressing; the code plus 1, 0 where empty. Empty altogether where there is a place for every code.
    count : uint64[power of two]
        At the place of the code; where there is one for every code, at (function / 2) * 16 + depth.
    used : int64[1]
    """

    code: np.ndarray
    count: np.ndarray
    used: np.ndarray


@njit
def _add(tally, code, count):
    if len(tally.code) == 0:
        low = code & np.uint64((1 << DEPTH_BITS) - 1)
        tally.count[np.int64((code >> np.uint64(DEPTH_BITS + 1)) << np.uint64(DEPTH_BITS) | low)] += count
        return
    mask = len(tally.code) - 1
    slot = np.int64((code * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20)) & mask
    key = code + np.uint64(1)
    while tally.code[slot] != key:
        if tally.code[slot] == 0:
            tally.code[slot] = key
            tally.used[0] += 1
            break
        slot = (slot + 1) & mask
    tally.count[slot] += count


@njit
def move(old, new):
    """Add all of one tally to another."""
    for slot in range(len(old.code)):
        if old.code[slot] != 0:
            _add(new, old.code[slot] - np.uint64(1), old.count[slot])


@njit
def tally_circuits(symmetries, P, code, count, place, with_two, tally):
    """Add up the circuits that have one or two gates more than sets of L gates.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
        Combinations that are gates.
    code : uint64[R, L]
    count : uint64[R]
        Circuits with the gates of each set.
    place : int64[2]
        The row to go on with, and the row to stop before; the first is moved on.
    with_two : bool
    tally : Tally
        Circuits are added to it.

    Returns
    -------
    int
        `DONE`, or `FULL`: enlarge the tally and go on.
    """
    n, L = symmetries.n, code.shape[1]
    m = n + L
    function, depth = np.zeros(m, dtype=np.uint64), np.zeros(m, dtype=np.uint64)
    n_gates = P * (m * (m - 1) // 2)
    most = n_gates * (1 + m * P) if with_two else n_gates
    for v in range(n):
        function[v] = symmetries.where[v, 1]
    one, bits = np.uint64(1), np.uint64(DEPTH_BITS)
    while place[0] < place[1]:
        if len(tally.code) > 0 and tally.used[0] + most > len(tally.code) // 2:
            return FULL
        row = place[0]
        for k in range(L):
            function[n + k] = code[row, k] >> bits
            depth[n + k] = code[row, k] & np.uint64((1 << DEPTH_BITS) - 1)
        ways = count[row]
        # The last of two gates that does not use the one before it follows any of them.
        apart = ways * np.uint64(n_gates) if with_two else ways
        for j in range(1, m):
            for i in range(j):
                d = max(depth[i], depth[j]) + one
                for p in range(P):
                    middle = combined(p, function[i], function[j])
                    _add(tally, middle << bits | d, apart)
                    if with_two:
                        for k in range(m):
                            e = max(d, depth[k]) + one
                            for q in range(P):
                                _add(tally, combined(q, middle, function[k]) << bits | e, ways)
        place[0] = row + 1
    return DONE


@njit
def write_forms(symmetries, code, least):
    """Write the one form of each function with its depth (``uint64[k]``) under renamed inputs."""
    given, best, trial = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.uint64)
    for k in range(len(code)):
        given[0] = code[k]
        write_least(symmetries, given, best, trial)
        least[k] = best[0]
