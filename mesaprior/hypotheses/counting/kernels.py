"""Compiled kernels of exact counting: distinct rows, and counts by class, time and infer_time.

Letters: m rows of a block or records, n classes, e counts. Kernels take arrays, write into arrays of the caller, and
return numbers; they check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# No step count grows beyond this.
SATURATION = 2**62

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@njit
def hash_row(row):
    """Return a 64-bit hash of uint64 words."""
    h = _PRIME
    for word in row:
        h = (h ^ word) * _PRIME
        h ^= h >> _SHIFT
    return h


@njit
def intern(block, rows, hashes, slots, n_rows, ids):
    """Merge a block of rows into a table of distinct rows, and write the id of each.

    Parameters
    ----------
    block : uint64[m, words]
    rows : uint64[capacity, words]
        The distinct rows so far; room for m more is the caller's duty.
    hashes : uint64[capacity]
    slots : int64[power of two]
        Open addressing, -1 where empty; more than twice as many as rows.
    n_rows : int
        Distinct rows so far.
    ids : int64[m]
        Written: the index in `rows` of each row of the block.

    Returns
    -------
    int
        Distinct rows after the block. Rows are numbered by first appearance.
    """
    mask = len(slots) - 1
    n_words = block.shape[1]
    for k in range(len(block)):
        h = hash_row(block[k])
        slot = np.int64(h & np.uint64(mask))
        while True:
            found = slots[slot]
            if found < 0:
                slots[slot] = n_rows
                hashes[n_rows] = h
                for w in range(n_words):
                    rows[n_rows, w] = block[k, w]
                ids[k] = n_rows
                n_rows += 1
                break
            if hashes[found] == h:
                same = True
                for w in range(n_words):
                    if rows[found, w] != block[k, w]:
                        same = False
                        break
                if same:
                    ids[k] = found
                    break
            slot = (slot + 1) & mask
    return n_rows


@njit
def reslot(hashes, n_rows, slots):
    """Fill empty slots (all -1) from the hashes of distinct rows, after the slots were enlarged."""
    mask = len(slots) - 1
    for index in range(n_rows):
        slot = np.int64(hashes[index] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index


@njit
def add_steps(a, b):
    """Return a + b, saturating; both lie in 0..SATURATION."""
    return SATURATION if a >= SATURATION - b else a + b


@njit
def charge(steps, factor, below):
    """Return steps + factor * below, saturating; all are non-negative and at most SATURATION."""
    if below > 0 and factor > (SATURATION - steps) // below:
        return SATURATION
    return steps + factor * below


class Productions(NamedTuple):
    """How the records of a level were put together; index d is the production of a record.

    Attributes
    ----------
    arity, steps, factor, infer_factor, weight : int64[D]
        Arguments, steps of the head token, evaluations of the arguments for time and for infer_time, and how many
        ordered pairs a record stands for (2 for the unequal halves of a commutative operator).
    """

    arity: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    infer_factor: np.ndarray
    weight: np.ndarray


class Records(NamedTuple):
    """A level in the making: which class each combination of arguments falls into.

    Attributes
    ----------
    class_id, production : int64[m]
    arguments : int64[3, m]
        Nodes of the arguments; for a lookup, the number of its table stands first.
    """

    class_id: np.ndarray
    production: np.ndarray
    arguments: np.ndarray


class Entries(NamedTuple):
    """Exact counts by (time, infer_time), grouped by node: those of node g are start[g] .. end[g] - 1.

    Attributes
    ----------
    start, end : int64[n]
    least_time : int64[n]
        Least time of any program of the node.
    time, infer_time : int64[e]
        Steps.
    count : uint64[e]
    """

    start: np.ndarray
    end: np.ndarray
    least_time: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


class Tally(NamedTuple):
    """A small hash table from (time, infer_time) to a count, with its used slots in order of arrival.

    Attributes
    ----------
    time, infer_time : int64[power of two]
    count : uint64[power of two]
        0 where the slot is empty.
    used : int64[power of two]
    """

    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray
    used: np.ndarray


@njit
def _tally(tally, n_used, time, infer_time, count):
    """Add a count under (time, infer_time); return the number of used slots."""
    mask = len(tally.count) - 1
    mixed = np.uint64(time) * _PRIME + np.uint64(infer_time)
    slot = np.int64((mixed ^ (mixed >> _SHIFT)) & np.uint64(mask))
    while True:
        if tally.count[slot] == 0:
            tally.time[slot] = time
            tally.infer_time[slot] = infer_time
            tally.count[slot] = count
            tally.used[n_used] = slot
            return n_used + 1
        if tally.time[slot] == time and tally.infer_time[slot] == infer_time:
            tally.count[slot] += count
            return n_used
        slot = (slot + 1) & mask


@njit
def group_records(class_id, start, order):
    """Write which records fall into each class, in order: order[start[c]] .. order[start[c + 1] - 1] are those of c.

    `start` is int64[n + 2], all zeros; its last entry is scratch.
    """
    for c in class_id:
        start[c + 2] += 1
    for c in range(2, len(start)):
        start[c] += start[c - 1]
    # Each start moves up as its class fills, and ends where the next class begins.
    for r in range(len(class_id)):
        c = class_id[r]
        order[start[c + 1]] = r
        start[c + 1] += 1


@njit
def least_times(records, productions, entries, best_time, best_record):
    """Keep, for each class, the record of least time; the first of several. Both outputs are int64[n classes]."""
    for r in range(len(records.class_id)):
        d = records.production[r]
        below = 0
        for argument in range(productions.arity[d]):
            below = add_steps(below, entries.least_time[records.arguments[argument, r]])
        time = charge(productions.steps[d], productions.factor[d], below)
        c = records.class_id[r]
        if time < best_time[c]:
            best_time[c] = time
            best_record[c] = r


@njit
def accumulate(records, order, start, productions, entries, tally, max_time, out, position):
    """Multiply the counts of arguments and add them up by (class, time, infer_time).

    Parameters
    ----------
    records : Records
    order : int64[m]
        Records grouped by class.
    start : int64[n + 1]
        Where the group of each class begins in `order`.
    productions : Productions
    entries : Entries
        Counts of the arguments.
    tally : Tally
        Scratch, empty.
    max_time : int
        Programs with more time are dropped.
    out : Entries
        Written: `time`, `infer_time`, `count` from position[1] on, and `start`, `end` of each class.
    position : int64[3]
        In and out: the class to go on with, the next free place of `out`, and a status (0 done, 1 `out` is full,
        2 `tally` is full). After growing what is full, call again.

    Notes
    -----
    Counts are at most the number of programs of the level, which the caller has checked to fit.
    """
    room = len(tally.count) // 2
    for c in range(position[0], len(start) - 1):
        n_used = 0
        full = False
        for place in range(start[c], start[c + 1]):
            r = order[place]
            d = records.production[r]
            arity = productions.arity[d]
            steps, factor, infer_factor = (
                productions.steps[d],
                productions.factor[d],
                productions.infer_factor[d],
            )
            weight = np.uint64(productions.weight[d])
            first_start, first_end = 0, 1
            second_start, second_end = 0, 1
            third_start, third_end = 0, 1
            if arity >= 1:
                g = records.arguments[0, r]
                first_start, first_end = entries.start[g], entries.end[g]
            if arity >= 2:
                g = records.arguments[1, r]
                second_start, second_end = entries.start[g], entries.end[g]
            if arity >= 3:
                g = records.arguments[2, r]
                third_start, third_end = entries.start[g], entries.end[g]
            for i in range(first_start, first_end):
                time_1, infer_1, count_1 = np.int64(0), np.int64(0), weight
                if arity >= 1:
                    time_1, infer_1 = entries.time[i], entries.infer_time[i]
                    count_1 = weight * entries.count[i]
                for j in range(second_start, second_end):
                    time_2, infer_2, count_2 = time_1, infer_1, count_1
                    if arity >= 2:
                        time_2 = add_steps(time_1, entries.time[j])
                        infer_2 = add_steps(infer_1, entries.infer_time[j])
                        count_2 = count_1 * entries.count[j]
                    for l in range(third_start, third_end):
                        time_3, infer_3, count_3 = time_2, infer_2, count_2
                        if arity >= 3:
                            time_3 = add_steps(time_2, entries.time[l])
                            infer_3 = add_steps(infer_2, entries.infer_time[l])
                            count_3 = count_2 * entries.count[l]
                        time = charge(steps, factor, time_3)
                        if time <= max_time:
                            infer_time = charge(steps, infer_factor, infer_3)
                            n_used = _tally(tally, n_used, time, infer_time, count_3)
                            if n_used > room:
                                full = True
                                break
                    if full:
                        break
                if full:
                    break
            if full:
                break
        if full or position[1] + n_used > len(out.time):
            for k in range(n_used):
                tally.count[tally.used[k]] = 0
            position[0] = c
            position[2] = 2 if full else 1
            return
        out.start[c] = position[1]
        for k in range(n_used):
            slot = tally.used[k]
            out.time[position[1]] = tally.time[slot]
            out.infer_time[position[1]] = tally.infer_time[slot]
            out.count[position[1]] = tally.count[slot]
            tally.count[slot] = 0
            position[1] += 1
        out.end[c] = position[1]
    position[0] = len(start) - 1
    position[2] = 0


@njit
def steps_block(arity, steps, factor, infer_factor, tokens, sizes, scratch, times):
    """Write (time, infer_time) of programs in prefix notation, each from its last token to its first.

    Parameters
    ----------
    arity, steps, factor, infer_factor : int64[T]
        Of each token, see `Productions`.
    tokens : int64[m, positions]
    sizes : int64[m]
        Tokens of each program.
    scratch : int64[positions, 3]
    times : int64[m, 2]
        Written.
    """
    for n in range(len(tokens)):
        for k in range(sizes[n] - 1, -1, -1):
            t = tokens[n, k]
            end = k + 1
            below, infer_below = np.int64(0), np.int64(0)
            for _ in range(arity[t]):
                below = add_steps(below, scratch[end, 1])
                infer_below = add_steps(infer_below, scratch[end, 2])
                end = scratch[end, 0]
            scratch[k, 0] = end
            scratch[k, 1] = charge(steps[t], factor[t], below)
            scratch[k, 2] = charge(steps[t], infer_factor[t], infer_below)
        times[n, 0] = scratch[0, 1]
        times[n, 1] = scratch[0, 2]
