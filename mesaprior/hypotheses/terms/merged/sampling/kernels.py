"""Compiled kernels of unranking: the number of programs of one length and time in a record, and program number i.

A record is a production with its arguments, which are classes, and the ways to wrap it; `made` has m of them, int64[m,
5], as production, emission, c, a, b. Kernels check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# No step count grows beyond this.
SATURATION = 2**62


class Heads(NamedTuple):
    """What productions and ways charge, and the counts of the classes.

    Attributes
    ----------
    arity, space, weight : int64[D]
        By production, as in `counting.kernels.Productions`.
    charge : int64[D, 6]
        Of the head: steps, factor and the most steps of the arguments that do not saturate; the same for infer_time.
    start : int64[E + 1]
        The first way of each emission.
    length : int64[w]
        Bits of the whole term, by way.
    way : int64[w, 6]
        As `charge`, of the wrapping tokens.
    first, end : int64[n]
        Where the counts of a class stand, all spaces one after the other.
    entry : int64[e, 3]
        Time, infer_time and count.
    base : int64[spaces]
        First class of each space.
    """

    arity: np.ndarray
    space: np.ndarray
    weight: np.ndarray
    charge: np.ndarray
    start: np.ndarray
    length: np.ndarray
    way: np.ndarray
    first: np.ndarray
    end: np.ndarray
    entry: np.ndarray
    base: np.ndarray


@njit
def _plus(a, b):
    """Return a + b, saturating."""
    return SATURATION if a >= SATURATION - b else a + b


@njit
def _charged(charge, k, column, below):
    """Return what token or way k charges on top of the steps below it, saturating."""
    if below > charge[k, column + 2]:
        return np.int64(SATURATION)
    return charge[k, column] + charge[k, column + 1] * below


@njit
def _bounds(heads, d, c, a, b, bounds):
    """Write the positions of the counts of the arguments c, a and b; a missing argument has one count."""
    arity, first = heads.arity[d], heads.base[heads.space[d]]
    for k in range(3):
        bounds[k, 0], bounds[k, 1] = 0, 1
    if arity >= 3:
        bounds[0, 0], bounds[0, 1] = heads.first[first + c], heads.end[first + c]
    if arity >= 2:
        bounds[1, 0], bounds[1, 1] = heads.first[first + a], heads.end[first + a]
    if arity >= 1:
        bounds[2, 0], bounds[2, 1] = heads.first[first + b], heads.end[first + b]


@njit
def _walk(heads, record, length, time, infer_time, index, bounds, found):
    """Return how many programs of this length and times a record stands for, one order of the arguments only.

    Where `index` is below that number, `found` (int64[5]) is written: the way, the counts of c, a and b that the
    program belongs to, and its number among those; the walk ends there.
    """
    d, e = record[0], record[1]
    arity, entry = heads.arity[d], heads.entry
    is_any = False
    for w in range(heads.start[e], heads.start[e + 1]):
        is_any = is_any or heads.length[w] == length
    total = np.int64(0)
    if not is_any:
        return total
    _bounds(heads, d, record[2], record[3], record[4], bounds)
    for i in range(bounds[0, 0], bounds[0, 1]):
        time_1, infer_1, count_1 = np.int64(0), np.int64(0), np.int64(1)
        if arity >= 3:
            time_1, infer_1, count_1 = entry[i, 0], entry[i, 1], entry[i, 2]
        for j in range(bounds[1, 0], bounds[1, 1]):
            time_2, infer_2, count_2 = time_1, infer_1, count_1
            if arity >= 2:
                time_2, infer_2 = _plus(time_1, entry[j, 0]), _plus(infer_1, entry[j, 1])
                count_2 = count_1 * entry[j, 2]
            for k in range(bounds[2, 0], bounds[2, 1]):
                time_3, infer_3, count_3 = time_2, infer_2, count_2
                if arity >= 1:
                    time_3, infer_3 = _plus(time_2, entry[k, 0]), _plus(infer_2, entry[k, 1])
                    count_3 = count_2 * entry[k, 2]
                whole = _charged(heads.charge, d, 0, time_3)
                infer_whole = _charged(heads.charge, d, 3, infer_3)
                for w in range(heads.start[e], heads.start[e + 1]):
                    if heads.length[w] != length or _charged(heads.way, w, 0, whole) != time:
                        continue
                    if _charged(heads.way, w, 3, infer_whole) != infer_time:
                        continue
                    if total <= index < total + count_3:
                        found[0], found[1], found[2], found[3], found[4] = w, i, j, k, index - total
                        return total + count_3
                    total += count_3
    return total


@njit
def count_programs(heads, made, length, time, infer_time, out):
    """Write how many programs of this length, time and infer_time each record stands for, int64[m]."""
    bounds, found = np.zeros((3, 2), dtype=np.int64), np.zeros(5, dtype=np.int64)
    for r in range(len(made)):
        count = _walk(heads, made[r], length, time, infer_time, -1, bounds, found)
        out[r] = heads.weight[made[r, 0]] * count


@njit
def find_program(heads, record, length, time, infer_time, index, found):
    """Find program number `index` of a record among those of this length, time and infer_time.

    Parameters
    ----------
    record : int64[5]
    index : int
        Below what `count_programs` says.
    found : int64[6]
        Written: the way, the counts of c, a and b (as places in `entry`), its number among the programs with these
        counts, and 1 where a and b change places.
    """
    bounds = np.zeros((3, 2), dtype=np.int64)
    found[5] = 0
    if heads.weight[record[0]] == 2:
        one = _walk(heads, record, length, time, infer_time, -1, bounds, found)
        if index >= one:
            index -= one
            found[5] = 1
    _walk(heads, record, length, time, infer_time, index, bounds, found)
