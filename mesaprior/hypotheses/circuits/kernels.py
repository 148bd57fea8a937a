"""Compiled sets of functions: their gates, and their canonical form under renaming of inputs.

A function is *normal* if it is 0 at input number 0; of a function and its complement exactly one is. Two normal
functions have five normal combinations that need both (and, and-not both ways, or, exclusive or); these and their
complements are the ten gates. Without the exclusive or there are four. Sizes: n inputs, L gates of a set, m =
n + L nodes, P = 5 or 4 combinations.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# Ends of a call of `extend`.
DONE = 0
FULL = 1
OVERFLOW = 2

DEPTH_BITS = 4
"""Lowest bits of a code: the depth of the gate. A code is function * 16 + depth."""


class Symmetries(NamedTuple):
    """The ways to permute and complement inputs. Number g is permutation g >> n with complements g & (2^n - 1).

    Attributes
    ----------
    n : int
    full : uint64
        The truth table of the constant 1.
    order : int64[n!, n]
        Which input stands at each position.
    table : uint32[n! * 2^n, bytes, 256]
        What each byte of a truth table contributes to the new one.
    where : uint64[n, 2]
        Input numbers at which an input is 0 and 1, as sets of bits.
    ones : uint8[65536]
        Bits of a number.
    walk : int8[n! * (2^n + 1)]
        Moves that lead from a function through all that renamed inputs make of it and back: v < n complements input v,
        and n + v swaps it with the next input.
    """

    n: int
    full: np.uint64
    order: np.ndarray
    table: np.ndarray
    where: np.ndarray
    ones: np.ndarray
    walk: np.ndarray


class Parents(NamedTuple):
    """Sets of L gates that more gates are added to.

    Attributes
    ----------
    code : uint64[R, L]
        Each in its one form.
    count : uint64[R] or uint64[0]
        Ways to build each. Without any, sets of distinct functions that are not constant are built, all of depth 0;
        with them, all sets are, repetitions and constants included, each gate with its depth.
    needless : int64[R] or int64[0]
        Gates that each could do without, as bits n + k; see `least.kernels`.
    """

    code: np.ndarray
    count: np.ndarray
    needless: np.ndarray


class Sets(NamedTuple):
    """Distinct sets of gates, found so far.

    Attributes
    ----------
    code : uint64[rows, L]
        Each row ascending.
    count : uint64[rows]
        Ways to build each, added up over all sets that renamed inputs make of it.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    used : int64[1]
        Rows in use.
    """

    code: np.ndarray
    count: np.ndarray
    slots: np.ndarray
    used: np.ndarray


@njit
def renamed(symmetries, g, function):
    """Return the image of a normal function under a renaming of the inputs, normalized."""
    image = np.uint64(0)
    for byte in range(symmetries.table.shape[1]):
        image |= np.uint64(symmetries.table[g, byte, np.int64((function >> np.uint64(8 * byte)) & np.uint64(255))])
    if image & np.uint64(1):
        image ^= symmetries.full
    return image


@njit
def moved(symmetries, move, function):
    """Return what one move of the walk makes of a function."""
    n, where = symmetries.n, symmetries.where
    if move < n:
        stride = np.uint64(1 << (n - 1 - move))
        return (function & where[move, 0]) << stride | (function & where[move, 1]) >> stride
    v = move - n
    stride = np.uint64(1 << (n - 2 - v))
    high = where[v, 1] & where[v + 1, 0]
    low = where[v, 0] & where[v + 1, 1]
    return function & ~(high | low) | (function & high) >> stride | (function & low) << stride


@njit
def combined(p, a, b):
    """Return combination number p of two normal functions: and, and-not, not-and, or, exclusive or."""
    if p == 0:
        return a & b
    if p == 1:
        return a & ~b
    if p == 2:
        return ~a & b
    if p == 3:
        return a | b
    return a ^ b


@njit
def _weight(symmetries, function):
    """Return the number of inputs at which a function is 1."""
    low = symmetries.ones[np.int64(function & np.uint64(0xFFFF))]
    return np.int64(low) + np.int64(symmetries.ones[np.int64(function >> np.uint64(16))])


@njit
def mixed(x):
    """Return a number that looks random (the finalizer of MurmurHash3)."""
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xFF51AFD7ED558CCD)
    x ^= x >> np.uint64(33)
    x *= np.uint64(0xC4CEB9FE1A85EC53)
    x ^= x >> np.uint64(33)
    return x


@njit
def add_marks(symmetries, code, marks):
    """Add to ``marks: uint64[n, 2]`` the invariants of a gate that distinguish the inputs and their two values.

    It does not change when the gate is complemented, and moves with the inputs when they are renamed.
    """
    size = np.int64(1) << symmetries.n
    function, depth = code >> np.uint64(DEPTH_BITS), code & np.uint64((1 << DEPTH_BITS) - 1)
    weight = _weight(symmetries, function)
    whole = np.uint64(weight * (size - weight)) << np.uint64(20) | depth << np.uint64(40)
    for v in range(symmetries.n):
        for b in range(2):
            part = _weight(symmetries, function & symmetries.where[v, b])
            marks[v, b] += mixed(whole | np.uint64(part * (size // 2 - part) + 1))


@njit
def _is_even(symmetries, code, v):
    """Return whether complementing input v changes no gate, or complements it."""
    for k in range(len(code)):
        function = code[k] >> np.uint64(DEPTH_BITS)
        image = moved(symmetries, v, function)
        if image != function and image != function ^ symmetries.full:
            return False
    return True


@njit
def write_least_of(symmetries, code, marks, best, trial):
    """Write the canonical form of a set of gates: the least under renaming of inputs.

    Parameters
    ----------
    symmetries : Symmetries
    code : uint64[L]
    marks : uint64[n, 2]
        Of all gates together. Only ways to rename are tried that put the inputs, and the values of each, in their
        order, so what is least does not depend on the form that the set came in.
    best : uint64[L]
        Written, ascending.
    trial : uint64[L]
        Scratch.

    Returns
    -------
    int
        A renaming that leads there.
    """
    n, L = symmetries.n, len(code)
    way = np.int64(0)
    fixed, free = np.int64(0), np.int64(0)
    for v in range(n):
        if marks[v, 0] > marks[v, 1]:
            fixed |= np.int64(1) << v
        elif marks[v, 0] == marks[v, 1] and not _is_even(symmetries, code, v):
            free |= np.int64(1) << v
    # Bit w of place v: whether input w may not come after it.
    after = np.zeros(n, dtype=np.int64)
    for v in range(n):
        lesser, greater = min(marks[v, 0], marks[v, 1]), max(marks[v, 0], marks[v, 1])
        for w in range(n):
            other_lesser, other_greater = min(marks[w, 0], marks[w, 1]), max(marks[w, 0], marks[w, 1])
            if lesser > other_lesser or (lesser == other_lesser and greater > other_greater):
                after[v] |= np.int64(1) << w
    first = True
    for permutation in range(len(symmetries.order)):
        in_order = True
        for k in range(1, n):
            if (after[symmetries.order[permutation, k - 1]] >> symmetries.order[permutation, k]) & 1:
                in_order = False
                break
        if not in_order:
            continue
        part = free
        while True:
            g = (permutation << n) | fixed | part
            for k in range(L):
                depth = code[k] & np.uint64((1 << DEPTH_BITS) - 1)
                new = renamed(symmetries, g, code[k] >> np.uint64(DEPTH_BITS)) << np.uint64(DEPTH_BITS) | depth
                at = k
                while at > 0 and trial[at - 1] > new:
                    trial[at] = trial[at - 1]
                    at -= 1
                trial[at] = new
            is_less = first
            if not first:
                for k in range(L):
                    if trial[k] != best[k]:
                        is_less = trial[k] < best[k]
                        break
            if is_less:
                for k in range(L):
                    best[k] = trial[k]
                first, way = False, g
            if part == 0:
                break
            part = (part - 1) & free
    return way


@njit
def write_least(symmetries, code, best, trial):
    """Write the canonical form of a set of gates, ``uint64[L]``; see `write_least_of`."""
    marks = np.zeros((symmetries.n, 2), dtype=np.uint64)
    for k in range(len(code)):
        add_marks(symmetries, code[k], marks)
    write_least_of(symmetries, code, marks, best, trial)


@njit
def slot_of(code, n_slots):
    """Return the first slot to try for a set."""
    h = np.uint64(0)
    for k in range(len(code)):
        h = mixed(h * np.uint64(0x9E3779B97F4A7C15) + code[k])
    return np.int64(h & np.uint64(n_slots - 1))


@njit
def reslot(sets):
    """Fill empty slots (all -1) after they were enlarged."""
    for row in range(sets.used[0]):
        slot = slot_of(sets.code[row], len(sets.slots))
        while sets.slots[slot] >= 0:
            slot = (slot + 1) & (len(sets.slots) - 1)
        sets.slots[slot] = row


@njit
def _add(sets, code, count):
    """Add a set with its number of ways; return whether the sum fits."""
    slot = slot_of(code, len(sets.slots))
    while True:
        row = np.int64(sets.slots[slot])
        if row < 0:
            row = sets.used[0]
            sets.slots[slot] = row
            for k in range(len(code)):
                sets.code[row, k] = code[k]
            sets.count[row] = count
            sets.used[0] = row + 1
            return True
        same = True
        for k in range(len(code)):
            if sets.code[row, k] != code[k]:
                same = False
                break
        if same:
            sets.count[row] += count
            return sets.count[row] >= count
        slot = (slot + 1) & (len(sets.slots) - 1)


@njit
def _n_bits(bits):
    """Return how many bits are set."""
    n = np.int64(0)
    while bits:
        bits &= bits - 1
        n += 1
    return n


@njit
def extend(symmetries, P, parents, most_needless, place, part, sets):
    """Add every possible gate to sets of L gates.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
        Combinations that are gates.
    parents : Parents
    most_needless : int
        Sets that could surely do without more gates than this are left out; only asked where `Parents.needless` is
        given.
    place : int64[2]
        The row to continue with, and the row to stop before; the first is moved on.
    part : int64[2]
        Which part of the results to keep, of how many; the parts are disjoint.
    sets : Sets
        Of L + 1 gates; more are added.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the sets and continue; `OVERFLOW`: a count does not fit into 64 bits.
    """
    code, count = parents.code, parents.count
    n, L = symmetries.n, code.shape[1]
    m, is_counted, is_pruned = n + L, len(count) > 0, len(parents.needless) > 0
    node = np.zeros(m, dtype=np.uint64)
    new, best, trial = np.zeros(L + 1, dtype=np.uint64), np.zeros(L + 1, dtype=np.uint64), np.zeros(L + 1, np.uint64)
    marks, together = np.zeros((n, 2), dtype=np.uint64), np.zeros((n, 2), dtype=np.uint64)
    depth_mask = np.uint64((1 << DEPTH_BITS) - 1)
    for v in range(n):
        node[v] = symmetries.where[v, 1] << np.uint64(DEPTH_BITS)
    most = P * (m * (m - 1) // 2)
    while place[0] < place[1]:
        if sets.used[0] + most > min(len(sets.code), len(sets.slots) // 2):
            return FULL
        row = place[0]
        marks[:] = np.uint64(0)
        for k in range(L):
            node[n + k] = code[row, k]
            new[k] = code[row, k]
            add_marks(symmetries, code[row, k], marks)
        for j in range(1, m):
            b = node[j] >> np.uint64(DEPTH_BITS)
            for i in range(j):
                # What a gate does not use stays needless, and so is the gate itself.
                if (
                    is_pruned
                    and _n_bits(parents.needless[row] & ~((np.int64(1) << i) | (np.int64(1) << j))) >= most_needless
                ):
                    continue
                a = node[i] >> np.uint64(DEPTH_BITS)
                depth = np.uint64(0)
                if is_counted:
                    depth = max(node[i] & depth_mask, node[j] & depth_mask) + np.uint64(1)
                for p in range(P):
                    function = combined(p, a, b)
                    if not is_counted:
                        is_new = function != np.uint64(0)
                        for k in range(m):
                            is_new &= function != node[k] >> np.uint64(DEPTH_BITS)
                        if not is_new:
                            continue
                    new[L] = function << np.uint64(DEPTH_BITS) | depth
                    for v in range(n):
                        together[v, 0], together[v, 1] = marks[v, 0], marks[v, 1]
                    add_marks(symmetries, new[L], together)
                    if part[1] > 1:
                        # What does not change when inputs are renamed says which part a set belongs to.
                        alike = np.uint64(0)
                        for v in range(n):
                            lesser, greater = min(together[v, 0], together[v, 1]), max(together[v, 0], together[v, 1])
                            alike += mixed(mixed(lesser) + greater)
                        if np.int64(alike >> np.uint64(33)) % part[1] != part[0]:
                            continue
                    write_least_of(symmetries, new, together, best, trial)
                    if not _add(sets, best, count[row] if is_counted else np.uint64(1)):
                        return OVERFLOW
        place[0] = row + 1
    return DONE


@njit
def write_circuits(symmetries, P, function, orbit, way, gate, node_function):
    """Write circuits whose gates compute given functions, all of them after the inputs are renamed.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    function : uint64[k, r]
        Normal functions of the gates of k circuits, each of which can be built from the inputs and others; the last
        one comes last in the circuit.
    orbit, way : int64[W]
        For each circuit that is wanted, one of the k and a way to rename the inputs.
    gate : uint8[W, r, 3]
        Written: left node, right node and table of each gate, see `gates.FORMS`.
    node_function : uint64[W, n + r]
        Written: what each node computes.

    Returns
    -------
    bool
        Whether all could be built.
    """
    n, r = symmetries.n, function.shape[1]
    node, wanted = np.zeros(n + r, dtype=np.uint64), np.zeros(r, dtype=np.uint64)
    table = np.array([8, 4, 2, 14, 6])
    for v in range(n):
        node[v] = symmetries.where[v, 1]
    for w in range(len(orbit)):
        for k in range(r):
            wanted[k] = renamed(symmetries, way[w], function[orbit[w], k])
        left = (np.int64(1) << r) - 1
        for at in range(r):
            m = n + at
            is_built = False
            for k in range(r):
                if not (left >> k) & 1 or (k == r - 1 and at < r - 1):
                    continue
                for j in range(1, m):
                    for i in range(j):
                        for p in range(P):
                            if not is_built and combined(p, node[i], node[j]) == wanted[k]:
                                is_built = True
                                gate[w, at, 0], gate[w, at, 1], gate[w, at, 2] = i, j, table[p]
                if is_built:
                    node[m] = wanted[k]
                    left &= ~(np.int64(1) << k)
                    break
            if not is_built:
                return False
        for k in range(n + r):
            node_function[w, k] = node[k]
    return True


@njit
def _write_node(text, at, n, node):
    """Write the name of a node; return the place after it."""
    number = node + 1 if node < n else node - n + 1
    text[at] = 120 if node < n else 103  # x, g
    at += 1
    if number >= 10:
        text[at] = 48 + number // 10
        at += 1
    text[at] = 48 + number % 10
    return at + 1


@njit
def write_texts(n, gate, output, text, size):
    """Write circuits as text; see `circuit.format_circuit`.

    Parameters
    ----------
    n : int
        Inputs.
    gate : uint8[W, r, 3]
    output : int64[W, K]
        Of each output twice its node, plus 1 where it is complemented; -2 for the constant 0 and -1 for 1.
    text : uint8[W, widest]
        Written, from the left.
    size : int64[W]
        Written: bytes of each text.
    """
    for w in range(len(gate)):
        at = np.int64(0)
        for k in range(gate.shape[1]):
            left, right, table = np.int64(gate[w, k, 0]), np.int64(gate[w, k, 1]), np.int64(gate[w, k, 2])
            at = _write_node(text[w], at, n, n + k)
            text[w, at] = 61  # =
            at += 1
            if table == 2 or table == 1 or table == 11 or table == 7:
                text[w, at] = 126  # ~
                at += 1
            at = _write_node(text[w], at, n, left)
            if table == 6 or table == 9:
                text[w, at] = 94  # ^
            elif table == 8 or table == 4 or table == 2 or table == 1:
                text[w, at] = 38  # &
            else:
                text[w, at] = 124  # |
            at += 1
            if table == 4 or table == 1 or table == 13 or table == 7 or table == 9:
                text[w, at] = 126
                at += 1
            at = _write_node(text[w], at, n, right)
            text[w, at], text[w, at + 1] = 59, 32  # ; and a space
            at += 2
        for k in range(output.shape[1]):
            if k > 0:
                text[w, at] = 32
                at += 1
            value = output[w, k]
            if value < 0:
                text[w, at] = 48 + (value + 2)
                at += 1
            else:
                if value & 1:
                    text[w, at] = 126
                    at += 1
                at = _write_node(text[w], at, n, value >> 1)
        size[w] = at


@njit
def write_orbit(symmetries, function, image, way):
    """Write the orbits of normal functions under renaming of inputs, and the renamings.

    Parameters
    ----------
    symmetries : Symmetries
    function : uint64[c]
        One function, or several that are renamed together.
    image : uint64[n! * 2^n, c]
        Written: distinct, in the order of the ways that lead to them.
    way : int64[n! * 2^n]
        Written: the first way that leads to each.

    Returns
    -------
    int
        How many there are.
    """
    n_images, c = np.int64(0), len(function)
    n_slots = np.int64(1)
    while n_slots < 2 * len(symmetries.table):
        n_slots *= 2
    slots = np.full(n_slots, -1, dtype=np.int64)
    trial = np.zeros(c, dtype=np.uint64)
    for g in range(len(symmetries.table)):
        for k in range(c):
            trial[k] = renamed(symmetries, g, function[k])
        slot = slot_of(trial, n_slots)
        while True:
            at = slots[slot]
            if at < 0:
                slots[slot] = n_images
                for k in range(c):
                    image[n_images, k] = trial[k]
                way[n_images] = g
                n_images += 1
                break
            same = True
            for k in range(c):
                same &= image[at, k] == trial[k]
            if same:
                break
            slot = (slot + 1) & (n_slots - 1)
    return n_images
