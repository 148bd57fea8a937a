"""Compiled sums over all straight-line circuits, by what their last gate computes.

Letters and codes as in `circuits.kernels`. A set of gates is stored with its number of circuits, without polarities:
half of the gates of the basis make normal functions of normal functions.
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
        The row to continue with, and the row to stop before; the first is moved on.
    with_two : bool
    tally : Tally
        Circuits are added to it.

    Returns
    -------
    int
        `DONE`, or `FULL`: enlarge the tally and continue.
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


class Pairs(NamedTuple):
    """Numbers of circuits by the last gate and another node.

    Attributes
    ----------
    key : uint64[rows, 3]
        Function of the last gate; of the other node (0 for a constant); the greater depth of the two, plus 16 where the
        other is the last gate itself.
    count : uint64[rows]
    first : int64[rows]
        The row of the first set of gates that, with the last gate, makes such a circuit.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    used : int64[1]
    """

    key: np.ndarray
    count: np.ndarray
    first: np.ndarray
    slots: np.ndarray
    used: np.ndarray


@njit
def _pair_slot(last, other, third, mask):
    h = (last * np.uint64(0x9E3779B97F4A7C15)) ^ (other + np.uint64(0x632BE59BD9B4E019)) * np.uint64(0xD6E8FEB86659FD93)
    h ^= h >> np.uint64(32)
    return np.int64(((h + third) * np.uint64(0xD6E8FEB86659FD93)) >> np.uint64(24)) & mask


@njit
def _add_pair(pairs, last, other, third, count, first):
    mask = len(pairs.slots) - 1
    slot = _pair_slot(last, other, third, mask)
    while True:
        row = np.int64(pairs.slots[slot])
        if row < 0:
            row = pairs.used[0]
            pairs.slots[slot] = row
            pairs.key[row, 0], pairs.key[row, 1], pairs.key[row, 2] = last, other, third
            pairs.count[row], pairs.first[row] = count, first
            pairs.used[0] = row + 1
            return
        if pairs.key[row, 0] == last and pairs.key[row, 1] == other and pairs.key[row, 2] == third:
            pairs.count[row] += count
            return
        slot = (slot + 1) & mask


@njit
def reslot_pairs(pairs):
    """Fill empty slots (all -1) after they were enlarged."""
    mask = len(pairs.slots) - 1
    for row in range(pairs.used[0]):
        slot = _pair_slot(pairs.key[row, 0], pairs.key[row, 1], pairs.key[row, 2], mask)
        while pairs.slots[slot] >= 0:
            slot = (slot + 1) & mask
        pairs.slots[slot] = row


@njit
def tally_pairs(symmetries, P, code, count, place, pairs):
    """Add up the circuits with one gate more than sets of L gates, by that gate and any node; as `tally_circuits`."""
    n, L = symmetries.n, code.shape[1]
    m = n + L
    function, depth = np.zeros(m, dtype=np.uint64), np.zeros(m, dtype=np.uint64)
    most = P * (m * (m - 1) // 2) * (m + 2)
    for v in range(n):
        function[v] = symmetries.where[v, 1]
    while place[0] < place[1]:
        if pairs.used[0] + most > min(len(pairs.key), len(pairs.slots) // 2):
            return FULL
        row = place[0]
        for k in range(L):
            function[n + k] = code[row, k] >> np.uint64(DEPTH_BITS)
            depth[n + k] = code[row, k] & np.uint64((1 << DEPTH_BITS) - 1)
        for j in range(1, m):
            for i in range(j):
                d = max(depth[i], depth[j]) + np.uint64(1)
                for p in range(P):
                    last = combined(p, function[i], function[j])
                    _add_pair(pairs, last, last, d | np.uint64(1 << DEPTH_BITS), count[row], row)
                    _add_pair(pairs, last, np.uint64(0), d, count[row], row)
                    for k in range(m):
                        _add_pair(pairs, last, function[k], max(d, depth[k]), count[row], row)
        place[0] = row + 1
    return DONE


@njit
def write_pair_forms(symmetries, pair, least):
    """Write the one form of each ordered pair of functions (``uint64[k, 2]``) under renamed inputs."""
    given, best, trial = np.zeros(2, dtype=np.uint64), np.zeros(2, dtype=np.uint64), np.zeros(2, dtype=np.uint64)
    bits, mask = np.uint64(DEPTH_BITS), np.uint64((1 << DEPTH_BITS) - 1)
    for k in range(len(pair)):
        # What stands for the depth says which of the two a function is.
        given[0], given[1] = pair[k, 0] << bits, pair[k, 1] << bits | np.uint64(1)
        write_least(symmetries, given, best, trial)
        for at in range(2):
            least[k, np.int64(best[at] & mask)] = best[at] >> bits
