"""Compiled enumeration of all machines on a blank tape, in tree normal form, with exact counts of their output.

Letters as in `turing.kernels`; B = 4 * n + 2 choices an entry.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CHOICE,
    CLOSED,
    DONE,
    ENTRY,
    ESCAPES_LEFT,
    ESCAPES_RIGHT,
    FULL,
    HEAD,
    LEFT,
    NO_HALT,
    PAUSED,
    RIGHT,
    STATE,
    STEPS_DONE,
    STOPPED,
    UNDEFINED,
    USED,
    Scratch,
    escaping,
    is_closed,
    reaches_halt,
    run,
)

# Columns of `Tally.entry`: all that is examined for most strings stands in one line of the cache.
SIZES, WORD, COUNT, OFFSET = range(4)

# Places in `Tally.best`.
MOST_STEPS, MOST_ONES = range(2)


class Frames(NamedTuple):
    """The partial machines from the prefix down to the current one, one level each, and their tapes.

    Attributes
    ----------
    table : int64[2 * n]
        The machine; entries above `level` are chosen further down.
    node : int64[levels, N_RUN_COLUMNS]
        Where the run of each level needs a choice, how many states it names, which choice is next (-1: halting), and
        the states from which it escapes.
    multiplicity : int64[levels]
        Ways to name its states.
    saved : uint8[levels, cells]
        The tape of each level where its run needs a choice.
    tape : uint8[cells]
        The tape that is run on.
    place : int64[5]
        The level to continue with, -1 at the start; the number of entries of the prefix; machines recorded; leftmost
        and rightmost cell of `tape` that may not be blank.
    blank : uint8[1]
        A blank tape.
    scratch : Scratch
    """

    table: np.ndarray
    node: np.ndarray
    multiplicity: np.ndarray
    saved: np.ndarray
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
    entry : uint64[power of two, 4]
        One for each distinct (string, steps), by open addressing: width * 2^32 + steps, 0 where empty; cells 0 to 63 as
        bits, the first one lowest; the count; and where in `words` wider strings stand.
    words : uint64[...]
        Strings wider than 64 cells: cell i is bit i % 64 of word i // 64.
    string : uint64[words]
        Scratch for one string.
    used : int64[2]
        Entries and words in use.
    best : int64[2]
        Most steps and most ones so far.
    witness : int64[2, 2 * n]
        The first machine of each.
    """

    verdict: np.ndarray
    entry: np.ndarray
    words: np.ndarray
    string: np.ndarray
    used: np.ndarray
    best: np.ndarray
    witness: np.ndarray


@njit
def _slot_of(sizes, words, offset, n_slots):
    """Return the first slot to try for a string."""
    h = sizes * np.uint64(0x9E3779B97F4A7C15)
    n_words = (np.int64(sizes >> np.uint64(32)) + 63) >> 6
    for i in range(n_words):
        h = (h ^ words[offset + i]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return np.int64(h & np.uint64(n_slots - 1))


@njit
def refill(old, tally):
    """Move the entries of an old table to an empty one."""
    n_slots = len(tally.entry)
    for k in range(len(old)):
        sizes = old[k, SIZES]
        if sizes == 0:
            continue
        if sizes >> np.uint64(32) > 64:
            slot = _slot_of(sizes, tally.words, np.int64(old[k, OFFSET]), n_slots)
        else:
            slot = _slot_of(sizes, old[k], WORD, n_slots)
        while tally.entry[slot, SIZES] != 0:
            slot = (slot + 1) & (n_slots - 1)
        for column in range(4):
            tally.entry[slot, column] = old[k, column]


@njit
def _add(tally, width, steps, count):
    """Count machines that print the string in the scratch."""
    entry, words, string, used = tally.entry, tally.words, tally.string, tally.used
    sizes = np.uint64(width) << np.uint64(32) | np.uint64(steps)
    n_words = (width + 63) >> 6
    n_slots = len(entry)
    slot = _slot_of(sizes, string, 0, n_slots)
    while True:
        there = entry[slot, SIZES]
        if there == 0:
            entry[slot, SIZES] = sizes
            entry[slot, WORD] = string[0]
            entry[slot, COUNT] = np.uint64(count)
            used[0] += 1
            if n_words > 1:
                entry[slot, OFFSET] = np.uint64(used[1])
                for i in range(n_words):
                    words[used[1] + i] = string[i]
                used[1] += n_words
            return
        if there == sizes and entry[slot, WORD] == string[0]:
            same = True
            if n_words > 1:
                offset = np.int64(entry[slot, OFFSET])
                for i in range(1, n_words):
                    if words[offset + i] != string[i]:
                        same = False
                        break
            if same:
                entry[slot, COUNT] += np.uint64(count)
                return
        slot = (slot + 1) & (n_slots - 1)


@njit
def _count_halts(tally, tape, head, steps, left, right, table, entry, n, count):
    """Count the two machines that halt at an undefined entry, one for each symbol written; `count` each."""
    steps += 1
    width = right - left + 1
    string = tally.string
    ones = np.int64(0)
    word = np.uint64(0)
    for i in range(width):
        bit = np.int64(tape[left + i]) if left + i != head else 0
        ones += bit
        word |= np.uint64(bit) << np.uint64(i & 63)
        if i & 63 == 63:
            string[i >> 6] = word
            word = np.uint64(0)
    if width & 63:
        string[width >> 6] = word
    for written in range(2):
        if written:
            ones += 1
            string[(head - left) >> 6] |= np.uint64(1) << np.uint64((head - left) & 63)
        if steps > tally.best[MOST_STEPS]:
            _keep_witness(tally, MOST_STEPS, steps, table, entry, 4 * n + written)
        if ones > tally.best[MOST_ONES]:
            _keep_witness(tally, MOST_ONES, ones, table, entry, 4 * n + written)
        _add(tally, width, steps, count)


@njit
def _keep_witness(tally, which, value, table, entry, code):
    """Keep a machine that beats all before."""
    tally.best[which] = value
    for e in range(len(table)):
        tally.witness[which, e] = table[e]
    tally.witness[which, entry] = code


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
        Partial machines to examine in this call.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the tally and continue; `PAUSED`: continue.
    """
    table, node, multiplicity = frames.table, frames.node, frames.multiplicity
    saved, tape, place, scratch = frames.saved, frames.tape, frames.place, frames.scratch
    room = len(tally.entry) // 2 - 2
    word_room = len(tally.words) - 2 * len(tally.string)
    start = np.int64(cap + 1)
    level, given = place[0], place[1]
    # The tape that is run on is blank but for these cells.
    dirty_left, dirty_right = place[3], place[4]
    if level < 0:
        for i in range(dirty_left, dirty_right + 1):
            tape[i] = 0
        escapes_left, escapes_right = escaping(table, n, 0), escaping(table, n, 1)
        verdict, pos, state, t, lo, hi = run(
            table, n, tape, start, np.int64(0), np.int64(0), start, start, start, start, escapes_left, escapes_right,
            cap, scratch,
        )  # fmt: skip
        dirty_left, dirty_right = lo, hi
        if verdict == STOPPED:
            node[0, HEAD], node[0, STATE], node[0, STEPS_DONE], node[0, LEFT], node[0, RIGHT] = pos, state, t, lo, hi
            node[0, ENTRY] = 2 * state + np.int64(tape[pos])
            node[0, ESCAPES_LEFT], node[0, ESCAPES_RIGHT] = escapes_left, escapes_right
            node[0, CHOICE] = -1
            for i in range(lo, hi + 1):
                saved[0, i] = tape[i]
            level = np.int64(0)
        else:
            if verdict == CAP and radius > 0 and is_closed(table, n, frames.blank, 0, radius, scratch):
                verdict = CLOSED
            tally.verdict[verdict] += multiplicity[0] * powers[2 * n - given]
    while level >= 0:
        entry, lo, hi = node[level, ENTRY], node[level, LEFT], node[level, RIGHT]
        undefined = 2 * n - given - level
        choice = node[level, CHOICE]
        if choice < 0:
            if given + level == depth:
                for e in range(2 * n):
                    found[place[2], e] = table[e]
                place[2] += 1
                level -= 1
                continue
            if tally.used[0] > room or tally.used[1] > word_room:
                place[0], place[3], place[4] = level, dirty_left, dirty_right
                return FULL
            # A level is new here, so its tape is still the one that was run on.
            count = multiplicity[level] * powers[undefined - 1]
            _count_halts(tally, tape, node[level, HEAD], node[level, STEPS_DONE], lo, hi, table, entry, n, count)
            tally.verdict[STOPPED] += 2 * count
            if undefined == 1:
                # Without a halting entry nothing halts, whatever the last entry does.
                tally.verdict[NO_HALT] += 4 * n * count
                level -= 1
                continue
            for i in range(lo, hi + 1):
                saved[level, i] = tape[i]
            choice = np.int64(0)
            budget -= 1
        if choice == 4 * min(node[level, USED] + 1, n):
            table[entry] = UNDEFINED
            level -= 1
            continue
        if budget < 0:
            node[level, CHOICE] = choice
            place[0], place[3], place[4] = level, dirty_left, dirty_right
            return PAUSED
        node[level, CHOICE] = choice + 1
        table[entry] = choice
        used = node[level, USED]
        ways = multiplicity[level]
        if choice >> 2 == used:
            ways *= n - used
            used += 1
        if not reaches_halt(table, n, choice >> 2):
            tally.verdict[NO_HALT] += ways * powers[undefined - 1]
            continue
        escapes_left, escapes_right = node[level, ESCAPES_LEFT], node[level, ESCAPES_RIGHT]
        if entry & 1 == 0:
            if choice & 2:
                escapes_right = escaping(table, n, 1)
            else:
                escapes_left = escaping(table, n, 0)
        for i in range(dirty_left, lo):
            tape[i] = 0
        for i in range(hi + 1, dirty_right + 1):
            tape[i] = 0
        for i in range(lo, hi + 1):
            tape[i] = saved[level, i]
        verdict, pos, state, t, dirty_left, dirty_right = run(
            table, n, tape, node[level, HEAD], node[level, STATE], node[level, STEPS_DONE], lo, hi, start, start,
            escapes_left, escapes_right, cap, scratch,
        )  # fmt: skip
        if verdict != STOPPED:
            if verdict == CAP and radius > 0 and is_closed(table, n, frames.blank, 0, radius, scratch):
                verdict = CLOSED
            tally.verdict[verdict] += ways * powers[undefined - 1]
            continue
        level += 1
        node[level, HEAD], node[level, STATE], node[level, STEPS_DONE] = pos, state, t
        node[level, LEFT], node[level, RIGHT] = dirty_left, dirty_right
        node[level, ENTRY] = 2 * state + np.int64(tape[pos])
        node[level, USED], node[level, CHOICE] = used, -1
        node[level, ESCAPES_LEFT], node[level, ESCAPES_RIGHT] = escapes_left, escapes_right
        multiplicity[level] = ways
    place[0], place[3], place[4] = level, dirty_left, dirty_right
    return DONE
