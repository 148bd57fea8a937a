"""Compiled enumeration of all machines on a blank tape, in tree normal form, with exact counts of what they print.

Letters as in `turing.kernels`; B = 4 * n + 2 choices an entry.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CLOSED,
    NO_HALT,
    STOPPED,
    UNDEFINED,
    Scratch,
    escaping,
    is_closed,
    reaches_halt,
    run,
)

# Ends of a call of `explore`.
DONE = 0
FULL = 1
PAUSED = 2

# Columns of `Frames.node`.
HEAD, STATE, STEPS_DONE, LEFT, RIGHT, USED, CHOICE = range(7)
N_COLUMNS = 7

# Columns of `Tally.head`.
WIDTH, STEPS, OFFSET = range(3)

# Places in `Tally.best`.
MOST_STEPS, MOST_ONES = range(2)


class Frames(NamedTuple):
    """The partial machines from the prefix down to the one being looked at, one level each, and their tapes.

    Attributes
    ----------
    table : int64[2 * n]
        The machine; entries above `level` are chosen further down.
    node : int64[levels, N_COLUMNS]
        Where the run of each level needs a choice, how many states it names, and which choice is next (-1: halting).
    multiplicity : int64[levels]
        Ways to name its states.
    tape : uint8[levels, cells]
    place : int64[3]
        The level to go on with, -1 at the start; the number of entries of the prefix; machines written down.
    blank : uint8[1]
        A blank tape.
    scratch : Scratch
    """

    table: np.ndarray
    node: np.ndarray
    multiplicity: np.ndarray
    tape: np.ndarray
    place: np.ndarray
    blank: np.ndarray
    scratch: Scratch


class Tally(NamedTuple):
    """Exact counts of machines.

    Attributes
    ----------
    verdict : int64[len(VERDICTS)]
        By verdict; `STOPPED` counts those that halt.
    head : int64[rows, 3]
        Width, steps, and first word of each distinct (string, steps).
    count : int64[rows]
    words : uint64[...]
        The strings: cell i is bit i % 64 of word i // 64.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    used : int64[2]
        Rows and words in use.
    best : int64[2]
        Most steps and most ones so far.
    witness : int64[2, 2 * n]
        The first machine of each.
    """

    verdict: np.ndarray
    head: np.ndarray
    count: np.ndarray
    words: np.ndarray
    slots: np.ndarray
    used: np.ndarray
    best: np.ndarray
    witness: np.ndarray


@njit
def _slot_of(width, steps, words, offset, n_slots):
    """Return where to look first for a string."""
    h = np.uint64(width) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(steps)
    for i in range((width + 63) >> 6):
        h = (h ^ words[offset + i]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return np.int64(h & np.uint64(n_slots - 1))


@njit
def reslot(tally):
    """Fill empty slots (all -1) after they were enlarged."""
    n_slots = len(tally.slots)
    for row in range(tally.used[0]):
        width, steps, offset = tally.head[row, WIDTH], tally.head[row, STEPS], tally.head[row, OFFSET]
        slot = _slot_of(width, steps, tally.words, offset, n_slots)
        while tally.slots[slot] >= 0:
            slot = (slot + 1) & (n_slots - 1)
        tally.slots[slot] = row


@njit
def _add(tally, width, steps, count):
    """Count the string that stands behind the words in use."""
    n_rows, offset = tally.used[0], tally.used[1]
    n_slots = len(tally.slots)
    n_words = (width + 63) >> 6
    slot = _slot_of(width, steps, tally.words, offset, n_slots)
    while True:
        row = np.int64(tally.slots[slot])
        if row < 0:
            tally.slots[slot] = n_rows
            tally.head[n_rows, WIDTH] = width
            tally.head[n_rows, STEPS] = steps
            tally.head[n_rows, OFFSET] = offset
            tally.count[n_rows] = count
            tally.used[0] = n_rows + 1
            tally.used[1] = offset + n_words
            return
        if tally.head[row, WIDTH] == width and tally.head[row, STEPS] == steps:
            other = tally.head[row, OFFSET]
            same = True
            for i in range(n_words):
                if tally.words[other + i] != tally.words[offset + i]:
                    same = False
                    break
            if same:
                tally.count[row] += count
                return
        slot = (slot + 1) & (n_slots - 1)


@njit
def _write_string(tally, tape, left, right):
    """Write the cells from left to right behind the words in use; return how many are 1."""
    ones = np.int64(0)
    word = np.uint64(0)
    at = tally.used[1]
    for i in range(right - left + 1):
        bit = tape[left + i]
        ones += np.int64(bit)
        word |= np.uint64(bit) << np.uint64(i & 63)
        if i & 63 == 63:
            tally.words[at] = word
            at += 1
            word = np.uint64(0)
    if (right - left + 1) & 63:
        tally.words[at] = word
    return ones


@njit
def _count_halts(tally, tape, node, table, entry, n, count):
    """Count the two machines that halt at the undefined entry, one for each symbol written; `count` each."""
    head, left, right = node[HEAD], node[LEFT], node[RIGHT]
    steps, width = node[STEPS_DONE] + 1, right - left + 1
    for symbol in range(2):
        tape[head] = symbol
        ones = _write_string(tally, tape, left, right)
        for which, value in ((MOST_STEPS, steps), (MOST_ONES, ones)):
            if value > tally.best[which]:
                tally.best[which] = value
                for e in range(2 * n):
                    tally.witness[which, e] = table[e]
                tally.witness[which, entry] = 4 * n + symbol
        _add(tally, width, steps, count)


@njit
def explore(n, cap, radius, depth, powers, frames, tally, found, budget):
    """Count all machines that extend a partial one.

    Parameters
    ----------
    n : int
        States.
    cap : int
        Most steps.
    radius : int
        Cells on each side to look for closed sets with, where a run comes to the cap; 0 not to.
    depth : int
        Machines that need a choice after so many are not extended but written down; 2 * n for none.
    powers : int64[2 * n + 1]
        Powers of B.
    frames : Frames
    tally : Tally
    found : int64[..., 2 * n]
        Machines written down.
    budget : int
        Partial machines to look at in this call.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the tally and go on; `PAUSED`: go on.
    """
    table, node, multiplicity = frames.table, frames.node, frames.multiplicity
    place, scratch = frames.place, frames.scratch
    n_words = (cap + 63) >> 6
    room = min(len(tally.head), len(tally.slots) // 2) - 2
    word_room = len(tally.words) - 2 * n_words
    start = np.int64(cap + 1)
    level = place[0]
    given = place[1]
    if level < 0:
        for i in range(node[0, LEFT], node[0, RIGHT] + 1):
            frames.tape[0, i] = 0
        verdict, pos, state, t, lo, hi = run(
            table, n, frames.tape[0], (start, 0, 0, start, start), (start, start), (0, 0), cap, scratch
        )
        node[0, HEAD], node[0, STATE], node[0, STEPS_DONE], node[0, LEFT], node[0, RIGHT] = pos, state, t, lo, hi
        if verdict == CAP and radius > 0 and is_closed(table, n, frames.blank, 0, radius, scratch):
            verdict = CLOSED
        if verdict != STOPPED:
            tally.verdict[verdict] += multiplicity[0] * powers[2 * n - given]
            return DONE
        node[0, CHOICE] = -1
        level = 0
    while level >= 0:
        here = node[level]
        tape = frames.tape[level]
        entry = 2 * here[STATE] + np.int64(tape[here[HEAD]])
        undefined = 2 * n - given - level
        if here[CHOICE] < 0:
            if given + level == depth:
                for e in range(2 * n):
                    found[place[2], e] = table[e]
                place[2] += 1
                level -= 1
                continue
            if tally.used[0] > room or tally.used[1] > word_room:
                place[0] = level
                return FULL
            symbol = tape[here[HEAD]]
            count = multiplicity[level] * powers[undefined - 1]
            _count_halts(tally, tape, here, table, entry, n, count)
            tape[here[HEAD]] = symbol
            tally.verdict[STOPPED] += 2 * count
            if undefined == 1:
                # Without a halting entry nothing halts, whatever the last entry does.
                tally.verdict[NO_HALT] += 4 * n * count
                level -= 1
                continue
            here[CHOICE] = 0
            budget -= 1
        choice = here[CHOICE]
        if choice == 4 * min(here[USED] + 1, n):
            table[entry] = UNDEFINED
            here[CHOICE] = -1
            level -= 1
            continue
        if budget < 0:
            place[0] = level
            return PAUSED
        here[CHOICE] = choice + 1
        table[entry] = choice
        used = here[USED]
        ways = multiplicity[level]
        if choice >> 2 == used:
            ways *= n - used
            used += 1
        if not reaches_halt(table, n, choice >> 2):
            tally.verdict[NO_HALT] += ways * powers[undefined - 1]
            continue
        # The tape below is blank but for what its last run visited.
        below, other = node[level + 1], frames.tape[level + 1]
        for i in range(below[LEFT], below[RIGHT] + 1):
            other[i] = 0
        for i in range(here[LEFT], here[RIGHT] + 1):
            other[i] = tape[i]
        verdict, pos, state, t, lo, hi = run(
            table,
            n,
            other,
            (here[HEAD], here[STATE], here[STEPS_DONE], here[LEFT], here[RIGHT]),
            (start, start),
            (escaping(table, n, 0), escaping(table, n, 1)),
            cap,
            scratch,
        )
        below[LEFT], below[RIGHT] = lo, hi
        if verdict == CAP and radius > 0 and is_closed(table, n, frames.blank, 0, radius, scratch):
            verdict = CLOSED
        if verdict != STOPPED:
            tally.verdict[verdict] += ways * powers[undefined - 1]
            continue
        below[HEAD], below[STATE], below[STEPS_DONE], below[USED] = pos, state, t, used
        below[CHOICE] = -1
        multiplicity[level + 1] = ways
        level += 1
    return DONE
