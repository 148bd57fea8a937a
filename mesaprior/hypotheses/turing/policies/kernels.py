"""Compiled enumeration of all machines on several tapes at once, with exact counts by behaviour.

Letters as in `turing.kernels`; S situations, A actions, B = 4 * n + 2 choices an entry, W words of a key.
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
    N_RUN_COLUMNS,
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

# Columns of `Frames.node` after those of all enumerations.
SITUATION, MOST_STEPS, MOST_CELLS, ABSTAINS, UNDECIDED = range(N_RUN_COLUMNS, N_RUN_COLUMNS + 5)
N_COLUMNS = N_RUN_COLUMNS + 5

# Places in `Tally.verdict`.
HALTS, ABSTAINS_SOMEWHERE, UNDECIDED_SOMEWHERE = range(3)


class Question(NamedTuple):
    """The inputs of the machines.

    Attributes
    ----------
    n : int
    tape : uint8[S, cells]
        Situations as bits, at least one cell; the head starts on the leftmost.
    A : int
    action_bits : int
        Cells that the action is read from.
    cap : int
        Most steps.
    radius : int
        Cells on each side to look for closed sets with, where a run comes to the cap; 0 not to.
    depth : int
        Machines that need a choice after so many entries are not extended but written down; 2 * n for none.
    powers : int64[2 * n + 1]
        Powers of B.
    """

    n: int
    tape: np.ndarray
    A: int
    action_bits: int
    cap: int
    radius: int
    depth: int
    powers: np.ndarray


class Frames(NamedTuple):
    """The partial machines from the prefix down to the current one, one level each, and their tapes.

    Attributes
    ----------
    table : int64[2 * n]
        The machine; entries above `level` are chosen further down.
    node : int64[levels, N_COLUMNS]
        Where the run of each level needs a choice: in which situation, where; how many states it names, which choice
        is next, the states from which it escapes; and, of the situations before, the most steps and cells, and whether
        it abstains or is undecided.
    multiplicity : int64[levels]
        Ways to name its states.
    saved : uint8[levels, cells]
        The tape of each level where its run needs a choice.
    tape : uint8[cells]
        The tape that is run on.
    action : int64[S]
        Plus one; 0 where the machine abstains. Of a level, those before its situation.
    place : int64[5]
        The level to continue with, -1 at the start; the number of entries of the prefix; machines recorded; leftmost
        and rightmost cell of `tape` that may not be blank.
    scratch : Scratch
    """

    table: np.ndarray
    node: np.ndarray
    multiplicity: np.ndarray
    saved: np.ndarray
    tape: np.ndarray
    action: np.ndarray
    place: np.ndarray
    scratch: Scratch


class Tally(NamedTuple):
    """Exact counts of machines.

    Attributes
    ----------
    verdict : int64[3]
        Machines that halt in every situation, that are proved not to in some, and that came to the cap in some.
    key : uint64[rows, W]
        Distinct (actions, time, space): the last word is time * 2^32 + space, see `pack_actions` for the others.
    count : int64[rows]
    witness : uint8[rows, 2 * n]
        The first machine of each; `UNDEFINED` where no situation reads an entry.
    rank : int64[rows]
        Number of the prefix of the witness.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    used : int64[1]
        Rows in use.
    scratch : uint64[W]
    """

    verdict: np.ndarray
    key: np.ndarray
    count: np.ndarray
    witness: np.ndarray
    rank: np.ndarray
    slots: np.ndarray
    used: np.ndarray
    scratch: np.ndarray


@njit
def _slot_of(key, n_slots):
    """Return the first slot to try for a key."""
    h = np.uint64(0)
    for w in range(len(key)):
        h = (h ^ key[w]) * np.uint64(0x9E3779B97F4A7C15)
        h ^= h >> np.uint64(29)
    return np.int64(h & np.uint64(n_slots - 1))


@njit
def reslot(tally):
    """Fill empty slots (all -1) after they were enlarged."""
    n_slots = len(tally.slots)
    for row in range(tally.used[0]):
        slot = _slot_of(tally.key[row], n_slots)
        while tally.slots[slot] >= 0:
            slot = (slot + 1) & (n_slots - 1)
        tally.slots[slot] = row


@njit
def pack_actions(action, A, key):
    """Write actions, plus one, side by side into words: of each as many bits as A needs, the first ones lowest."""
    bits = np.int64(0)
    while A >> bits:
        bits += 1
    a_word = 64 // bits
    for w in range(len(key) - 1):
        word = np.uint64(0)
        for i in range(w * a_word, min(len(action), (w + 1) * a_word)):
            word |= np.uint64(action[i]) << np.uint64(bits * (i - w * a_word))
        key[w] = word


@njit
def unpack_actions(key, A, action):
    """Write the actions of keys, ``uint64[rows, W]``, to ``int16[rows, S]``; -1 where a machine abstains."""
    bits = np.int64(0)
    while A >> bits:
        bits += 1
    a_word = 64 // bits
    mask = np.uint64((1 << bits) - 1)
    for row in range(len(key)):
        for i in range(action.shape[1]):
            word = key[row, i // a_word] >> np.uint64(bits * (i % a_word))
            action[row, i] = np.int64(word & mask) - 1


@njit
def _add(tally, table, rank, count):
    """Count machines whose key stands in the scratch."""
    key, n_rows = tally.scratch, tally.used[0]
    n_slots = len(tally.slots)
    slot = _slot_of(key, n_slots)
    while True:
        row = np.int64(tally.slots[slot])
        if row < 0:
            tally.slots[slot] = n_rows
            for w in range(len(key)):
                tally.key[n_rows, w] = key[w]
            for e in range(len(table)):
                tally.witness[n_rows, e] = table[e]
            tally.rank[n_rows] = rank
            tally.count[n_rows] = count
            tally.used[0] = n_rows + 1
            return
        same = True
        for w in range(len(key)):
            if tally.key[row, w] != key[w]:
                same = False
                break
        if same:
            tally.count[row] += count
            return
        slot = (slot + 1) & (n_slots - 1)


@njit
def _advance(question, table, node, level, tape, action, scratch):
    """Continue a partial machine after a choice, situation by situation.

    Returns
    -------
    bool
        Whether it needs another choice, which then stands in the node; else all situations are done.
    """
    n, cap, S, cells = question.n, question.cap, len(question.tape), question.tape.shape[1]
    first = np.int64(cap + 1)
    last = first + cells - 1
    pos, state, t = node[level, HEAD], node[level, STATE], node[level, STEPS_DONE]
    lo, hi, i = node[level, LEFT], node[level, RIGHT], node[level, SITUATION]
    while True:
        verdict = np.int64(NO_HALT)
        if reaches_halt(table, n, state):
            verdict, pos, state, t, lo, hi = run(
                table, n, tape, pos, state, t, lo, hi, first, last, node[level, ESCAPES_LEFT],
                node[level, ESCAPES_RIGHT], cap, scratch,
            )  # fmt: skip
            if verdict == STOPPED:
                entry = 2 * state + np.int64(tape[pos])
                code = table[entry]
                if code == UNDEFINED:
                    node[level, HEAD], node[level, STATE], node[level, STEPS_DONE] = pos, state, t
                    node[level, LEFT], node[level, RIGHT] = lo, hi
                    node[level, ENTRY], node[level, SITUATION] = entry, i
                    return True
                tape[pos] = np.uint8(code & 1)
                value = np.int64(0)
                for k in range(question.action_bits):
                    value = 2 * value + np.int64(tape[pos + k])
                action[i] = value % question.A + 1
                node[level, MOST_STEPS] = max(node[level, MOST_STEPS], t + 1)
                node[level, MOST_CELLS] = max(node[level, MOST_CELLS], hi - lo + 1)
            elif (
                verdict == CAP
                and question.radius > 0
                and is_closed(table, n, question.tape[i], 0, question.radius, scratch)
            ):
                verdict = CLOSED
        if verdict != STOPPED:
            action[i] = 0
            node[level, ABSTAINS] = 1
            if verdict == CAP:
                node[level, UNDECIDED] = 1
        i += 1
        if i == S:
            node[level, LEFT], node[level, RIGHT] = lo, hi
            return False
        for k in range(lo, max(hi, last) + 1):
            tape[k] = 0
        for k in range(cells):
            tape[first + k] = question.tape[i, k]
        pos, state, t, lo, hi = first, np.int64(0), np.int64(0), first, first


@njit
def _count(question, node, level, table, action, rank, count, tally):
    """Count machines that are finished in all situations."""
    time, space = node[level, MOST_STEPS], node[level, MOST_CELLS]
    if node[level, ABSTAINS]:
        time, space = np.int64(question.cap), np.int64(question.cap)
    pack_actions(action, question.A, tally.scratch)
    tally.scratch[len(tally.scratch) - 1] = np.uint64(time) << np.uint64(32) | np.uint64(space)
    _add(tally, table, rank, count)
    if node[level, UNDECIDED]:
        tally.verdict[UNDECIDED_SOMEWHERE] += count
    elif node[level, ABSTAINS]:
        tally.verdict[ABSTAINS_SOMEWHERE] += count
    else:
        tally.verdict[HALTS] += count


@njit
def explore(question, frames, rank, tally, found, budget):
    """Count all machines that extend a partial one.

    Parameters
    ----------
    question : Question
    frames : Frames
    rank : int
        Number of the prefix.
    tally : Tally
    found : int64[..., 2 * n]
        Machines written down.
    budget : int
        Machines, partial or whole, to examine in this call.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the tally and continue; `PAUSED`: continue.
    """
    n, powers = question.n, question.powers
    table, node, multiplicity, place = frames.table, frames.node, frames.multiplicity, frames.place
    saved, tape, action, scratch = frames.saved, frames.tape, frames.action, frames.scratch
    cells = question.tape.shape[1]
    first = np.int64(question.cap + 1)
    last = first + cells - 1
    room = min(len(tally.key), len(tally.slots) // 2) - 1
    level, given = place[0], place[1]
    # The tape that is run on is blank but for these cells.
    dirty_left, dirty_right = place[3], place[4]
    if level < 0:
        for k in range(dirty_left, dirty_right + 1):
            tape[k] = 0
        for k in range(cells):
            tape[first + k] = question.tape[0, k]
        node[0, HEAD], node[0, STATE], node[0, STEPS_DONE], node[0, LEFT], node[0, RIGHT] = first, 0, 0, first, first
        node[0, ESCAPES_LEFT], node[0, ESCAPES_RIGHT] = escaping(table, n, 0), escaping(table, n, 1)
        for column in range(SITUATION, N_COLUMNS):
            node[0, column] = 0
        node[0, CHOICE] = -1
        # A prefix needs a choice somewhere.
        _advance(question, table, node, 0, tape, action, scratch)
        level = np.int64(0)
        dirty_left, dirty_right = node[0, LEFT], max(node[0, RIGHT], last)
    while level >= 0:
        lo, hi, entry = node[level, LEFT], max(node[level, RIGHT], last), node[level, ENTRY]
        undefined = 2 * n - given - level
        if node[level, CHOICE] < 0:
            if given + level == question.depth:
                for e in range(2 * n):
                    found[place[2], e] = table[e]
                place[2] += 1
                level -= 1
                continue
            # A level is new here, so its tape is still the one that was run on.
            for k in range(lo, hi + 1):
                saved[level, k] = tape[k]
            node[level, CHOICE] = 0
        choice, used, ways = node[level, CHOICE], node[level, USED], multiplicity[level]
        if choice == 4 * min(used + 1, n) + 2:
            table[entry] = UNDEFINED
            level -= 1
            continue
        if tally.used[0] >= room or budget <= 0:
            place[0], place[3], place[4] = level, dirty_left, dirty_right
            return FULL if tally.used[0] >= room else PAUSED
        budget -= 1
        node[level, CHOICE] = choice + 1
        below = level + 1
        for column in range(N_COLUMNS):
            node[below, column] = node[level, column]
        if choice < 2:
            table[entry] = 4 * n + choice
        else:
            code = choice - 2
            table[entry] = code
            if code >> 2 == used:
                ways *= n - used
                node[below, USED] = used + 1
            if entry & 1 == 0:
                if code & 2:
                    node[below, ESCAPES_RIGHT] = escaping(table, n, 1)
                else:
                    node[below, ESCAPES_LEFT] = escaping(table, n, 0)
        node[below, CHOICE] = -1
        for k in range(dirty_left, lo):
            tape[k] = 0
        for k in range(hi + 1, dirty_right + 1):
            tape[k] = 0
        for k in range(lo, hi + 1):
            tape[k] = saved[level, k]
        if _advance(question, table, node, below, tape, action, scratch):
            multiplicity[below] = ways
            level = below
        else:
            _count(question, node, below, table, action, rank, ways * powers[undefined - 1], tally)
        dirty_left, dirty_right = node[below, LEFT], max(node[below, RIGHT], last)
    place[0], place[3], place[4] = level, dirty_left, dirty_right
    return DONE
