"""Compiled enumeration of all machines on a blank tape, in tree normal form, with exact counts of their output.

Letters as in `turing.kernels`; B = 4 * n + 2 choices an entry.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit_in_place
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
    run,
)
from mesaprior.hypotheses.turing.strings.closed.kernels import RADIUS
from mesaprior.hypotheses.turing.strings.closed.kernels import is_closed as is_closed_by_words
from mesaprior.hypotheses.turing.strings.short.kernels import (
    CELLS,
    HIGHEST,
    IS_WIDE,
    LEADING_LEFT,
    LEADING_RIGHT,
    LOWEST,
    MACHINE,
    N_LEFT,
    N_RIGHT,
    OFF_WORD,
    REACHING,
    START,
    TAPE,
    follow,
    leading,
    reaching,
    word_of,
)

# Columns of `Tally.entry`: all that is examined for most strings stands in one line of the cache.
SIZES, WORD, COUNT, OFFSET = range(4)

# Places in `Tally.best`.
MOST_STEPS, MOST_ONES = range(2)

# Steps after which a closed set is looked for. Nearly all runs that halt, or whose pattern recurs, are over by then.
PROVED_AT = 128


class Frames(NamedTuple):
    """The partial machines from the prefix down to the current one, one level each, and their tapes.

    Attributes
    ----------
    table : int64[2 * n]
        The machine; entries above `level` are chosen further down.
    node : int64[levels + 1, N_COLUMNS]
        Where the run of each level needs a choice, how many states it names, which choice is next (-1: halting), the
        states from which it escapes, and what `short.kernels` tells of it; and a row for the run that comes next.
    multiplicity : int64[levels + 1]
        Ways to name its states.
    saved : uint8[levels, cells]
        The tape of each level where its run needs a choice, if it is wider than a word.
    tape : uint8[cells]
        The tape that is run on once it is wider than a word.
    place : int64[5]
        The level to continue with, -1 at the start; the number of entries of the prefix; machines recorded; leftmost
        and rightmost cell of `tape` that may not be blank.
    blank : uint8[1]
        A blank tape.
    scratch : Scratch
    records : int64[2, MOST_RECORDS, 4]
        How the head came to new ends of the tape, see `short.kernels.follow`.
    views : uint64[2 * n]
        For closed sets.
    """

    table: np.ndarray
    node: np.ndarray
    multiplicity: np.ndarray
    saved: np.ndarray
    tape: np.ndarray
    place: np.ndarray
    blank: np.ndarray
    scratch: Scratch
    records: np.ndarray
    views: np.ndarray


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


@njit_in_place
def _slot_of(sizes, words, offset, n_slots):
    """Return the first slot to try for a string."""
    h = sizes * np.uint64(0x9E3779B97F4A7C15)
    n_words = (np.int64(sizes >> np.uint64(32)) + 63) >> 6
    for i in range(n_words):
        h = (h ^ words[offset + i]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return np.int64(h & np.uint64(n_slots - 1))


@njit_in_place
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


@njit_in_place
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


@njit_in_place
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


@njit_in_place
def _keep_witness(tally, which, value, table, entry, code):
    """Keep a machine that beats all before."""
    tally.best[which] = value
    for e in range(len(table)):
        tally.witness[which, e] = table[e]
    tally.witness[which, entry] = code


@njit_in_place
def _count_short(tally, word, head, steps, left, right, table, entry, n, count):
    """Do the same as `_count_halts` for a tape of one word."""
    steps += 1
    width = right - left + 1
    string = tally.string
    text = (word & ~(np.int64(1) << head)) >> left
    ones = np.int64(0)
    if width > tally.best[MOST_ONES]:
        rest = text
        while rest:
            rest &= rest - 1
            ones += 1
    for written in range(2):
        if written:
            ones += 1
            text |= np.int64(1) << (head - left)
        if steps > tally.best[MOST_STEPS]:
            _keep_witness(tally, MOST_STEPS, steps, table, entry, 4 * n + written)
        if ones > tally.best[MOST_ONES]:
            _keep_witness(tally, MOST_ONES, ones, table, entry, 4 * n + written)
        string[0] = np.uint64(text)
        _add(tally, width, steps, count)


@njit_in_place
def _persist(n, cap, radius, level, frames):
    """Go on with a run that has left the word, or was followed for `PROVED_AT` steps; return a verdict.

    The parameters are those of `explore`. If the run has just left the word, or its tape stood in cells from the start,
    the first steps are still to be done.
    """
    node, table, tape = frames.node, frames.table, frames.tape
    start = np.int64(cap + 1)
    early = min(cap, PROVED_AT)
    verdict = np.int64(CAP)
    for until in (early, cap):
        if not node[level, IS_WIDE] and 0 <= node[level, HEAD] < CELLS:
            verdict = follow(node, level, 4 * n, until, frames.records)
        if not node[level, IS_WIDE] and not 0 <= node[level, HEAD] < CELLS:
            _unpack(node, level, tape, start - START)
        if node[level, IS_WIDE]:
            verdict, pos, state, t, lo, hi = run(
                table, n, tape, node[level, HEAD], node[level, STATE], node[level, STEPS_DONE], node[level, LEFT],
                node[level, RIGHT], start, start, node[level, ESCAPES_LEFT], node[level, ESCAPES_RIGHT], until,
                frames.scratch,
            )  # fmt: skip
            node[level, HEAD], node[level, STATE], node[level, STEPS_DONE] = pos, state, t
            node[level, LEFT], node[level, RIGHT] = lo, hi
        if verdict != CAP:
            return verdict
        if until < cap and radius >= RADIUS and is_closed_by_words(table, n, frames.views):
            return np.int64(CLOSED)
    is_tried = radius == 0 or (radius == RADIUS and cap > PROVED_AT)
    if not is_tried and is_closed(table, n, frames.blank, 0, radius, frames.scratch):
        verdict = np.int64(CLOSED)
    return verdict


@njit_in_place
def _unpack(node, level, tape, offset):
    """Go on with a tape in cells where the word is too short."""
    word = node[level, TAPE]
    for i in range(max(node[level, LEFT], 0), min(node[level, RIGHT], CELLS - 1) + 1):
        tape[offset + i] = np.uint8((word >> i) & 1)
    node[level, IS_WIDE] = 1
    for column in (HEAD, LEFT, RIGHT):
        node[level, column] += offset


@njit_in_place
def _begin(n, cap, radius, frames):
    """Run the machine of the first level from its start; return the verdict."""
    node, tape, place = frames.node, frames.tape, frames.place
    for i in range(place[3], place[4] + 1):
        tape[i] = 0
    place[3], place[4] = 0, -1
    node[0, CHOICE] = -1
    node[0, ESCAPES_LEFT], node[0, ESCAPES_RIGHT] = escaping(frames.table, n, 0), escaping(frames.table, n, 1)
    node[0, MACHINE] = word_of(frames.table, n)
    for column in (STATE, STEPS_DONE, TAPE, N_LEFT, N_RIGHT, IS_WIDE):
        node[0, column] = 0
    for column in (HEAD, LEFT, RIGHT, LOWEST, HIGHEST):
        node[0, column] = START
    verdict = follow(node, np.int64(0), 4 * n, min(cap, PROVED_AT), frames.records)
    if verdict in (CAP, OFF_WORD):
        verdict = _persist(n, cap, radius, np.int64(0), frames)
    if node[0, IS_WIDE]:
        place[3], place[4] = node[0, LEFT], node[0, RIGHT]
    return verdict


@njit_in_place
def _open(n, level, undefined, powers, frames, tally):
    """Count the machines that halt where a run needs a choice, and prepare the others; return whether there are any.

    The level is new, so a tape in cells is still the one that was run on.
    """
    node, table, tape, saved = frames.node, frames.table, frames.tape, frames.saved
    lo, hi, pos, entry = node[level, LEFT], node[level, RIGHT], node[level, HEAD], node[level, ENTRY]
    count = frames.multiplicity[level] * powers[undefined - 1]
    if node[level, IS_WIDE]:
        _count_halts(tally, tape, pos, node[level, STEPS_DONE], lo, hi, table, entry, n, count)
        for i in range(lo, hi + 1):
            saved[level, i] = tape[i]
    else:
        _count_short(tally, node[level, TAPE], pos, node[level, STEPS_DONE], lo, hi, table, entry, n, count)
    tally.verdict[STOPPED] += 2 * count
    if undefined == 1:
        # Without a halting entry nothing halts, whatever the last entry does.
        tally.verdict[NO_HALT] += 4 * n * count
        return False
    node[level, CHOICE] = 0
    node[level, REACHING] = reaching(table, n, entry)
    if entry & 1 == 0:
        node[level, LEADING_LEFT] = leading(table, n, entry, 0)
        node[level, LEADING_RIGHT] = leading(table, n, entry, 1)
    return True


@njit_in_place
def _choose(node, level, choice):
    """Make a choice at a level, and put the run of the next level where it stands."""
    entry, below, to = node[level, ENTRY], level + 1, choice >> 2
    for column in range(HEAD, RIGHT + 1):
        node[below, column] = node[level, column]
    for column in range(TAPE, IS_WIDE + 1):
        node[below, column] = node[level, column]
    node[below, MACHINE] = (node[level, MACHINE] & ~(np.int64(31) << (5 * entry))) | choice << (5 * entry)
    escapes_left, escapes_right = node[level, ESCAPES_LEFT], node[level, ESCAPES_RIGHT]
    if entry & 1 == 0:
        # A run over blank cells that comes to the entry now goes on as before, or round.
        if choice & 2:
            if ((escapes_right | node[level, LEADING_RIGHT]) >> to) & 1:
                escapes_right |= node[level, LEADING_RIGHT]
        elif ((escapes_left | node[level, LEADING_LEFT]) >> to) & 1:
            escapes_left |= node[level, LEADING_LEFT]
    node[below, ESCAPES_LEFT], node[below, ESCAPES_RIGHT] = escapes_left, escapes_right


@njit_in_place
def _extend(n, cap, radius, level, undefined, powers, frames, tally):
    """Make the choices of a level up to the first with which the run needs another choice; return whether there is one.

    The next level is then ready to be opened.
    """
    # Passing all frames costs as much as some steps of a run, so it is done where a run is long.
    node, table, multiplicity, records = frames.node, frames.table, frames.multiplicity, frames.records
    tape, saved, place = frames.tape, frames.saved, frames.place
    choice, used, entry = node[level, CHOICE], node[level, USED], node[level, ENTRY]
    below, early = level + 1, min(cap, PROVED_AT)
    while choice < 4 * min(used + 1, n):
        to = choice >> 2
        ways = multiplicity[level]
        if to == used:
            ways *= n - used
        verdict = np.int64(NO_HALT)
        if (node[level, REACHING] >> to) & 1:
            table[entry] = choice
            _choose(node, level, choice)
            for i in range(place[3], place[4] + 1):
                tape[i] = 0
            place[3], place[4] = 0, -1
            if node[level, IS_WIDE]:
                for i in range(node[level, LEFT], node[level, RIGHT] + 1):
                    tape[i] = saved[level, i]
                verdict = np.int64(OFF_WORD)
            else:
                verdict = follow(node, below, 4 * n, early, records)
            if verdict in (CAP, OFF_WORD):
                verdict = _persist(n, cap, radius, below, frames)
                if node[below, IS_WIDE]:
                    place[3], place[4] = node[below, LEFT], node[below, RIGHT]
        choice += 1
        if verdict == STOPPED:
            node[level, CHOICE] = choice
            node[below, USED], node[below, CHOICE] = used + (to == used), -1
            multiplicity[below] = ways
            return True
        tally.verdict[verdict] += ways * powers[undefined - 1]
    table[entry] = UNDEFINED
    return False


@njit_in_place
def explore(n, cap, radius, depth, powers, frames, tally, found, budget):
    """Count all machines that extend a partial one.

    Parameters
    ----------
    n : int
        States.
    cap : int
        Most steps.
    radius : int
        Cells on each side to look for closed sets with, where a run is long; 0 not to.
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
    node, place = frames.node, frames.place
    room = len(tally.entry) // 2 - 2
    word_room = len(tally.words) - 2 * len(tally.string)
    level, given = place[0], place[1]
    if level < 0:
        verdict = _begin(n, cap, radius, frames)
        if verdict != STOPPED:
            tally.verdict[verdict] += frames.multiplicity[0] * powers[2 * n - given]
            return DONE
        level = np.int64(0)
    while level >= 0:
        undefined = 2 * n - given - level
        if node[level, CHOICE] < 0:
            pos = node[level, HEAD]
            symbol = np.int64(frames.tape[pos]) if node[level, IS_WIDE] else (node[level, TAPE] >> pos) & 1
            node[level, ENTRY] = 2 * node[level, STATE] + symbol
            if given + level == depth:
                for e in range(2 * n):
                    found[place[2], e] = frames.table[e]
                place[2] += 1
                level -= 1
                continue
            place[0] = level
            if tally.used[0] > room or tally.used[1] > word_room:
                return FULL
            if budget <= 0:
                return PAUSED
            budget -= 1
            if not _open(n, level, undefined, powers, frames, tally):
                level -= 1
                continue
        level += 1 if _extend(n, cap, radius, level, undefined, powers, frames, tally) else -1
    place[0] = level
    return DONE
