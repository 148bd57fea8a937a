"""Compiled search for the functions that one, two or three more gates compute from a set of gates.

Letters as in `circuits.kernels`. A function is found once for its orbit under renaming of inputs: it is looked up in a
bit set, one bit for each normal function, in which whole orbits are marked. In a least circuit every gate but the last
is used, so the last gates must use each gate of a set that is dispensable: that all others can be built without.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS, combined, moved, renamed


class Found(NamedTuple):
    """Functions found so far.

    Attributes
    ----------
    marked : uint32[words]
        Bit function / 2 of every normal function that was found.
    gates : uint64[rows, r]
        The first circuit of each orbit, as the functions of its gates; the last one is the function found.
    used : int64[2]
        Rows in use, and all bits that are set.
    """

    marked: np.ndarray
    gates: np.ndarray
    used: np.ndarray


@njit
def is_marked(marked, function):
    """Return whether a normal function is marked."""
    bit = function >> np.uint64(1)
    return (marked[np.int64(bit >> np.uint64(5))] >> np.uint32(bit & np.uint64(31))) & np.uint32(1) != 0


@njit
def mark_orbit(symmetries, function, found):
    """Mark a normal function and its orbit under renaming of inputs."""
    marked, n_new = found.marked, np.int64(0)
    for move in symmetries.walk:
        function = moved(symmetries, np.int64(move), function)
        bit = (function ^ symmetries.full if function & np.uint64(1) else function) >> np.uint64(1)
        word, mask = np.int64(bit >> np.uint64(5)), np.uint32(1) << np.uint32(bit & np.uint64(31))
        n_new += (marked[word] & mask) == np.uint32(0)
        marked[word] |= mask
    found.used[1] += n_new


@njit
def write_needless(symmetries, P, code, needless):
    """Write which gates of a set are dispensable: all others can be built without them.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    code : uint64[R, L]
    needless : int64[R]
        Written: bit n + k for gate k.
    """
    n, L = symmetries.n, code.shape[1]
    m = n + L
    node = np.zeros(m, dtype=np.uint64)
    pairs, start = np.zeros(L * m * m // 2 + 1, dtype=np.int64), np.zeros(L + 1, dtype=np.int64)
    inputs = (np.int64(1) << n) - 1
    for v in range(n):
        node[v] = symmetries.where[v, 1]
    for row in range(len(code)):
        for k in range(L):
            node[n + k] = code[row, k] >> np.uint64(DEPTH_BITS)
        for k in range(L):
            start[k + 1] = start[k]
            for j in range(1, m):
                for i in range(j):
                    if i == n + k or j == n + k:
                        continue
                    for p in range(P):
                        if combined(p, node[i], node[j]) == node[n + k]:
                            pairs[start[k + 1]] = (np.int64(1) << i) | (np.int64(1) << j)
                            start[k + 1] += 1
        needless[row] = 0
        for without in range(L):
            built = inputs
            grows = True
            while grows:
                grows = False
                for k in range(L):
                    bit = np.int64(1) << (n + k)
                    if k == without or built & bit:
                        continue
                    for at in range(start[k], start[k + 1]):
                        if pairs[at] & ~built == 0:
                            built |= bit
                            grows = True
                            break
            if built | (np.int64(1) << (n + without)) == (np.int64(1) << m) - 1:
                needless[row] |= np.int64(1) << (n + without)


@njit
def _note(symmetries, node, n, m, function, found):
    """Record a new function with the gates before it."""
    row = found.used[0]
    for k in range(n, m):
        found.gates[row, k - n] = node[k]
    found.gates[row, m - n] = function
    found.used[0] = row + 1
    mark_orbit(symmetries, function, found)


@njit
def _find_with_two(symmetries, P, node, m, needless, found):
    """Look up the functions of two more gates on m nodes, the second using the first; node m is scratch."""
    n = symmetries.n
    marked = found.marked
    for j in range(1, m):
        b = node[j]
        for i in range(j):
            a = node[i]
            left = needless & ~((np.int64(1) << i) | (np.int64(1) << j))
            if left & (left - 1):
                continue
            for p in range(P):
                middle = combined(p, a, b)
                node[m] = middle
                for k in range(m):
                    if left and not (left >> k) & 1:
                        continue
                    c = node[k]
                    for q in range(P):
                        function = combined(q, middle, c)
                        if not is_marked(marked, function):
                            _note(symmetries, node, n, m + 1, function, found)


@njit
def find_with_two(symmetries, P, code, needless, stop_at, found):
    """Find the functions that two more gates compute from sets of L gates.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    code : uint64[R, L]
    needless : int64[R]
        See `write_needless`.
    stop_at : int
        It ends early when so many functions are marked.
    found : Found
        Of L + 2 gates; what is marked is not found again.
    """
    n, L = symmetries.n, code.shape[1]
    node = np.zeros(n + L + 1, dtype=np.uint64)
    for v in range(n):
        node[v] = symmetries.where[v, 1]
    for row in range(len(code)):
        for k in range(L):
            node[n + k] = code[row, k] >> np.uint64(DEPTH_BITS)
        _find_with_two(symmetries, P, node, n + L, needless[row], found)
        if found.used[1] >= stop_at:
            return


@njit
def find_with_three(symmetries, P, code, needless, stop_at, found):
    """Find the functions that three more gates compute from sets of L gates; as `find_with_two`."""
    n, L = symmetries.n, code.shape[1]
    m = n + L
    node = np.zeros(m + 2, dtype=np.uint64)
    for v in range(n):
        node[v] = symmetries.where[v, 1]
    for row in range(len(code)):
        for k in range(L):
            node[n + k] = code[row, k] >> np.uint64(DEPTH_BITS)
        for j in range(1, m):
            for i in range(j):
                left = needless[row] & ~((np.int64(1) << i) | (np.int64(1) << j))
                # Two more gates can use two others beside the new one.
                once = left & (left - 1)
                if once & (once - 1):
                    continue
                for p in range(P):
                    function = combined(p, node[i], node[j])
                    is_new = function != np.uint64(0)
                    for k in range(m):
                        is_new &= function != node[k]
                    if is_new:
                        node[m] = function
                        _find_with_two(symmetries, P, node, m + 1, left | (np.int64(1) << m), found)
            if found.used[1] >= stop_at:
                return


@njit
def place_members(symmetries, function, orbit, way):
    """Write for every normal function its orbit, and a renaming of the inputs that leads to it.

    Parameters
    ----------
    symmetries : Symmetries
    function : uint64[k]
        One of each orbit.
    orbit : int64[2^n / 2 functions]
        Written at function / 2.
    way : int64[2^n / 2 functions]
        Written.
    """
    for k in range(len(function)):
        for g in range(len(symmetries.table)):
            bit = np.int64(renamed(symmetries, g, function[k]) >> np.uint64(1))
            if orbit[bit] < 0:
                orbit[bit], way[bit] = k, g


@njit
def find_from_pairs(symmetries, P, one, other, value, reached):
    """Give a value to the functions that combine one function with another, where they have none yet.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    one : uint64[a]
        Normal functions, one of each orbit.
    other : uint64[b]
        Normal functions, with all that renamed inputs make of them.
    value : int
    reached : uint8[functions / 2]
        At function / 2; 255 where there is no value.

    Returns
    -------
    int
        Functions that got one.
    """
    n_new = np.int64(0)
    for i in range(len(one)):
        for j in range(len(other)):
            for p in range(P):
                function = combined(p, one[i], other[j])
                if reached[np.int64(function >> np.uint64(1))] == 255:
                    for g in range(len(symmetries.table)):
                        bit = np.int64(renamed(symmetries, g, function) >> np.uint64(1))
                        if reached[bit] == 255:
                            reached[bit] = value
                            n_new += 1
    return n_new
