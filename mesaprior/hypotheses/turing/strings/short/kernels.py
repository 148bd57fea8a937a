"""Compiled kernels for short runs on a blank tape: all that a run touches stands in a few machine words.

Letters and codes as in `turing.kernels`. A machine is one word of five bits an entry, 31 where it is undefined. A tape
is one word, cell i its bit i; the run of the machine starts in its middle.
"""

# pyright: basic

import numpy as np

from mesaprior._jit import njit_in_place
from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CYCLE,
    ESCAPE,
    ESCAPES_LEFT,
    ESCAPES_RIGHT,
    HEAD,
    LEFT,
    N_RUN_COLUMNS,
    RIGHT,
    STATE,
    STEPS_DONE,
    STOPPED,
    TRANSLATED,
)

# Cells of a word, so that it is not negative, and the one in which the run of a machine starts.
CELLS = 62
START = 31

# Cells to each side of the start, and so the most records to one side.
MOST_RECORDS = 31

# Columns of a record: the tape, the head, the state, and how far the head had been to the other side since the record
# before it.
WORD, AT, IN, BACK = range(4)

# A verdict of `follow`: the head is one cell beyond the word.
OFF_WORD = 7

# More columns of a node. The machine and the tape as words; how far the head has been back since the last record to
# the right and to the left; the number of records to each side. Whether the tape stands in cells; see `reaching`; see
# `leading`.
MACHINE, TAPE, LOWEST, HIGHEST, N_LEFT, N_RIGHT, IS_WIDE, REACHING, LEADING_LEFT, LEADING_RIGHT = range(
    N_RUN_COLUMNS, N_RUN_COLUMNS + 10
)
N_COLUMNS = N_RUN_COLUMNS + 10

# A configuration is kept to compare with for so many steps at first; then doubling, as Brent does.
_FIRST_WINDOW = 8


@njit_in_place
def word_of(table, n):
    """Return a machine as a word."""
    word = np.int64(0)
    for e in range(2 * n):
        word |= min(table[e], np.int64(31)) << (5 * e)
    return word


@njit_in_place
def reaching(table, n, entry):
    """Return the states, as bits, from which an undefined entry other than one can be reached without that one."""
    states = np.int64(0)
    for e in range(2 * n):
        if table[e] >= 4 * n and e != entry:
            states |= np.int64(1) << (e >> 1)
    while True:
        more = states
        for e in range(2 * n):
            if e != entry and table[e] < 4 * n and (more >> (table[e] >> 2)) & 1:
                more |= np.int64(1) << (e >> 1)
        if more == states:
            return states
        states = more


@njit_in_place
def leading(table, n, entry, right):
    """Return the states, as bits, from which a run over blank cells to one side comes to an entry, which reads 0."""
    states = np.int64(1) << (entry >> 1)
    while True:
        more = states
        for s in range(n):
            code = table[2 * s]
            if code < 4 * n and (code >> 1) & 1 == right and (more >> (code >> 2)) & 1:
                more |= np.int64(1) << s
        if more == states:
            return states
        states = more


@njit_in_place
def _recurs_right(records, n, tape, pos, state, lowest):
    """Return whether the head came to a new right end as before: in the same state, all it read since as now.

    Parameters
    ----------
    records : int64[2, MOST_RECORDS, 4]
    n : int
        Records to the right so far.
    tape, pos, state : int
        Of now.
    lowest : int
        Leftmost cell of the head since the last record.
    """
    while n > 0:
        n -= 1
        k = np.uintp(n)
        if records[1, k, IN] == state:
            there = records[1, k, AT]
            differing = (tape >> (pos - there)) ^ records[1, k, WORD]
            if (differing >> lowest) & ((np.int64(1) << (there - lowest)) - 1) == 0:
                return True
        lowest = min(lowest, records[1, k, BACK])
    return False


@njit_in_place
def _recurs_left(records, n, tape, pos, state, highest):
    """Return the same for a new left end; see `_recurs_right`."""
    while n > 0:
        n -= 1
        k = np.uintp(n)
        if records[0, k, IN] == state:
            there = records[0, k, AT]
            differing = tape ^ (records[0, k, WORD] >> (there - pos))
            if (differing >> (pos + 1)) & ((np.int64(1) << (highest - there)) - 1) == 0:
                return True
        highest = max(highest, records[0, k, BACK])
    return False


@njit_in_place
def _record(records, side, n, tape, pos, state, back):
    """Write down that the head came to a new end."""
    k = np.uintp(n)
    records[side, k, WORD], records[side, k, AT] = tape, pos
    records[side, k, IN], records[side, k, BACK] = state, back


@njit_in_place
def follow(node, level, halting, until, records):
    """Run a partial machine until it needs a choice, is proved never to halt, leaves the word, or has done its steps.

    Parameters
    ----------
    node : int64[levels, N_COLUMNS]
    level : int
        The row of the run: where it stands, and where it stands in the end.
    halting : int
        4 * n: the code from which on an entry stops the run.
    until : int
        Most steps, the halting one counted.
    records : int64[2, MOST_RECORDS, 4]
        How the head came to each new left end (0) and right end (1), from the start of the machine on. Those of this
        run are appended.

    Returns
    -------
    int
        A verdict as of `turing.kernels.run`, or `OFF_WORD`.

    Notes
    -----
    `TRANSLATED` compares with all records. What was before the last choice was done by the same machine, so a pattern
    is known as soon as the head comes round once.
    """
    machine = node[level, MACHINE]
    escapes_left, escapes_right = node[level, ESCAPES_LEFT], node[level, ESCAPES_RIGHT]
    tape, pos, state, t = node[level, TAPE], node[level, HEAD], node[level, STATE], node[level, STEPS_DONE]
    lo, hi, lowest, highest = node[level, LEFT], node[level, RIGHT], node[level, LOWEST], node[level, HIGHEST]
    n_left, n_right = node[level, N_LEFT], node[level, N_RIGHT]
    window = np.int64(_FIRST_WINDOW)
    verdict = np.int64(-1)
    while verdict < 0:
        if t >= until:
            verdict = np.int64(CAP)
            break
        kept_tape, kept_pos, kept_state = tape, pos, state
        pause = min(until, t + window)
        window *= 2
        while t < pause:
            bit = (tape >> pos) & 1
            code = (machine >> (10 * state + 5 * bit)) & 31
            if code >= halting:
                verdict = np.int64(STOPPED)
                break
            tape ^= ((code & 1) ^ bit) << pos
            pos += (code & 2) - 1
            state = code >> 2
            t += 1
            lowest = min(lowest, pos)
            highest = max(highest, pos)
            if pos > hi:
                hi = pos
                if (escapes_right >> state) & 1:
                    verdict = np.int64(ESCAPE)
                    break
                if pos == CELLS:
                    verdict = np.int64(OFF_WORD)
                    break
                if _recurs_right(records, n_right, tape, pos, state, lowest):
                    verdict = np.int64(TRANSLATED)
                    break
                _record(records, 1, n_right, tape, pos, state, lowest)
                n_right += 1
                lowest = pos
            elif pos < lo:
                lo = pos
                if (escapes_left >> state) & 1:
                    verdict = np.int64(ESCAPE)
                    break
                if pos < 0:
                    verdict = np.int64(OFF_WORD)
                    break
                if _recurs_left(records, n_left, tape, pos, state, highest):
                    verdict = np.int64(TRANSLATED)
                    break
                _record(records, 0, n_left, tape, pos, state, highest)
                n_left += 1
                highest = pos
            elif tape == kept_tape and pos == kept_pos and state == kept_state:
                verdict = np.int64(CYCLE)
                break
    node[level, TAPE], node[level, HEAD], node[level, STATE], node[level, STEPS_DONE] = tape, pos, state, t
    node[level, LEFT], node[level, RIGHT], node[level, LOWEST], node[level, HIGHEST] = lo, hi, lowest, highest
    node[level, N_LEFT], node[level, N_RIGHT] = n_left, n_right
    return verdict
