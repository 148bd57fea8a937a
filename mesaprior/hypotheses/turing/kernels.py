"""Compiled kernels for one run of a partial machine: simulate, stop where a choice is needed, prove that none will be.

Letters: n states, e table entries. Entry 2 * state + symbol holds a code: `UNDEFINED`; 4 * next + 2 * right + write for
a step; 4 * n + write for a halt, which writes and does not move. A tape is a row of cells, 0 or 1, 0 beyond its ends.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit_in_place

# Above all codes, so that one comparison finds every entry at which a run stops.
UNDEFINED = 255

# Verdicts of a run. STOPPED: it reads an entry that is undefined or halts; every other one is final.
STOPPED = 0
CYCLE = 1
TRANSLATED = 2
ESCAPE = 3
NO_HALT = 4
CLOSED = 5
CAP = 6
VERDICTS = ("halted", "cycle", "translated_cycle", "escape", "no_way_to_halt", "closed_set", "cap")

# Ends of an enumeration call: all is done; no room, so enlarge and continue; a pause for the caller, so continue.
DONE, FULL, PAUSED = range(3)

# Columns of a node, see `Frames` of the enumerations: where a run needs a choice, how many states are named, which
# choice is next, and the states from which it escapes. An enumeration may have more.
HEAD, STATE, STEPS_DONE, LEFT, RIGHT, ENTRY, USED, CHOICE, ESCAPES_LEFT, ESCAPES_RIGHT = range(10)
N_RUN_COLUMNS = 10

# Steps after which the first configuration of a run is kept to compare with; then doubling, as Brent does.
_FIRST_WINDOW = 8


class Scratch(NamedTuple):
    """The working memory of a run.

    Attributes
    ----------
    kept : uint8[3, cells]
        The tape as it was at a step to compare with: any step, a step onto a new right end, onto a new left end.
    flip : uint64[cells]
        A random word for each cell, from which the hash of a tape is made.
    seen : uint8[n * 2 * 4**r]
        For closed sets with up to r cells on each side; r is 0 where none are tried.
    found : int32[n * 2 * 4**r]
        The same, in the order found.
    half : uint8[2, 2**r]
        Which r cells in a row stand anywhere on the left, and on the right.
    """

    kept: np.ndarray
    flip: np.ndarray
    seen: np.ndarray
    found: np.ndarray
    half: np.ndarray


@njit_in_place
def reaches_halt(table, n, state):
    """Return whether some entry of the states that can follow is undefined or halts."""
    reached = np.int64(1) << state
    todo = reached
    while todo:
        more = np.int64(0)
        for s in range(n):
            if (todo >> s) & 1:
                for b in range(2):
                    code = table[2 * s + b]
                    if code >= 4 * n:
                        return True
                    more |= np.int64(1) << (code >> 2)
        todo = more & ~reached
        reached |= more
    return False


@njit_in_place
def escaping(table, n, right):
    """Return the states, as bits, from which a machine runs over a blank half-tape for ever: right (1) or left (0)."""
    states = np.int64(0)
    for s in range(n):
        code = table[2 * s]
        if code < 4 * n and (code >> 1) & 1 == right:
            states |= np.int64(1) << s
    while True:
        staying = np.int64(0)
        for s in range(n):
            if (states >> s) & 1 and (states >> (table[2 * s] >> 2)) & 1:
                staying |= np.int64(1) << s
        if staying == states:
            return states
        states = staying


@njit_in_place
def run(table, n, tape, pos, state, t, lo, hi, first, last, escapes_left, escapes_right, cap, scratch):
    """Run a partial machine until it needs a choice, halts, is proved never to halt, or reaches the bound on steps.

    Parameters
    ----------
    table : int64[2 * n]
    tape : uint8[cells]
        Changed in place. A run of `cap` steps must stay inside.
    pos, state, t, lo, hi : int
        Head, state, steps done, leftmost and rightmost cell visited.
    first, last : int
        Cells left of the first and right of the last were blank at the start of all; the head starts between.
    escapes_left, escapes_right : int
        See `escaping`.
    cap : int
        Most steps, the halting one counted.
    scratch : Scratch

    Returns
    -------
    verdict, head, state, steps, leftmost, rightmost
        `STOPPED`: the head reads an entry that is undefined or halts, and a step is left to do it.

    Notes
    -----
    Every proof is exact. `CYCLE`: a whole configuration returns. `TRANSLATED`: twice the head enters, in the same
    state, a blank half-tape that it never was on, and all cells that were read in between stood alike as seen from
    the head; so the same follows for ever, further on (the partial recurrence of Lin and Rado 1965). Both compare with
    a step kept at doubling intervals (Brent 1980).
    """
    kept, flip = scratch.kept, scratch.flip
    h = np.uint64(0)

    window = _FIRST_WINDOW
    keep_at = t + 1
    cycle_hash, cycle_pos, cycle_state, cycle_lo, cycle_hi = h, np.int64(-1), np.int64(-1), lo, hi
    right_state, right_pos, right_from, right_next, lowest = np.int64(-1), np.int64(0), np.int64(0), t, pos
    left_state, left_pos, left_to, left_next, highest = np.int64(-1), np.int64(0), np.int64(0), t, pos
    right_window, left_window = _FIRST_WINDOW, _FIRST_WINDOW

    while t < cap:
        b = np.int64(tape[np.uintp(pos)])
        code = table[np.uintp(2 * state + b)]
        if code >= 4 * n:
            return STOPPED, pos, state, t, lo, hi
        w = code & 1
        tape[np.uintp(pos)] = np.uint8(w)
        if w != b:
            h ^= flip[np.uintp(pos)]
        pos += (code & 2) - 1
        state = code >> 2
        t += 1
        lowest = min(lowest, pos)
        highest = max(highest, pos)
        if pos > hi:
            hi = pos
            if pos > last:
                if (escapes_right >> state) & 1:
                    return ESCAPE, pos, state, t, lo, hi
                if state == right_state and lowest >= right_from:
                    alike = True
                    shift = pos - right_pos
                    for i in range(lowest, right_pos):
                        if kept[1, i] != tape[i + shift]:
                            alike = False
                            break
                    if alike:
                        return TRANSLATED, pos, state, t, lo, hi
                if t >= right_next:
                    right_state, right_pos, right_from, lowest = state, pos, lo, pos
                    for i in range(lo, pos):
                        kept[1, i] = tape[i]
                    right_next = t + right_window
                    right_window *= 2
        elif pos < lo:
            lo = pos
            if pos < first:
                if (escapes_left >> state) & 1:
                    return ESCAPE, pos, state, t, lo, hi
                if state == left_state and highest <= left_to:
                    alike = True
                    shift = pos - left_pos
                    for i in range(left_pos + 1, highest + 1):
                        if kept[2, i] != tape[i + shift]:
                            alike = False
                            break
                    if alike:
                        return TRANSLATED, pos, state, t, lo, hi
                if t >= left_next:
                    left_state, left_pos, left_to, highest = state, pos, hi, pos
                    for i in range(pos + 1, hi + 1):
                        kept[2, i] = tape[i]
                    left_next = t + left_window
                    left_window *= 2
        elif h == cycle_hash and pos == cycle_pos and state == cycle_state and lo == cycle_lo and hi == cycle_hi:
            # A hash is not believed.
            alike = True
            for i in range(lo, hi + 1):
                if kept[0, i] != tape[i]:
                    alike = False
                    break
            if alike:
                return CYCLE, pos, state, t, lo, hi
        if t >= keep_at:
            cycle_hash, cycle_pos, cycle_state, cycle_lo, cycle_hi = h, pos, state, lo, hi
            for i in range(lo, hi + 1):
                kept[0, i] = tape[i]
            keep_at = t + window
            window *= 2
    return CAP, pos, state, t, lo, hi


@njit_in_place
def _window(tape, head, step, skip, radius):
    """Return the cells at distance skip + 1 .. skip + radius of the head as bits, the nearest one lowest."""
    bits = np.int64(0)
    for i in range(radius):
        at = head + step * (skip + 1 + i)
        if 0 <= at < len(tape):
            bits |= np.int64(tape[at]) << i
    return bits


@njit_in_place
def _is_closed(table, n, tape, head, radius, scratch):
    """Return whether no reachable local view, of `radius` cells to each side, halts; see `is_closed`."""
    seen, found, half = scratch.seen, scratch.found, scratch.half
    size = np.int64(1) << radius
    seen[: 2 * n * size * size] = 0
    half[:, :size] = 0
    half[:, 0] = 1
    for at in range(len(tape)):
        if tape[at]:
            # Every window that holds this cell.
            for side, step in ((0, -1), (1, 1)):
                distance = (at - head) * step
                for skip in range(max(1, distance - radius), distance):
                    half[side, _window(tape, head, step, skip, radius)] = 1
    first = np.int64(tape[head])
    first = (first * size + _window(tape, head, -1, 0, radius)) * size + _window(tape, head, 1, 0, radius)
    seen[first] = 1
    found[0] = first
    n_found = 1
    again = True
    while again:
        again = False
        k = 0
        while k < n_found:
            one = np.int64(found[k])
            k += 1
            right = one & (size - 1)
            left = (one >> radius) & (size - 1)
            code = table[one >> (2 * radius)]
            if code >= 4 * n:
                return False
            # What is left behind, what the head moves onto, and the windows after the move.
            side = (code >> 1) & 1
            behind, ahead = (left, right) if side else (right, left)
            if not half[1 - side, behind]:
                half[1 - side, behind] = 1
                again = True
            behind = ((behind << 1) | (code & 1)) & (size - 1)
            entry = 2 * (code >> 2) + (ahead & 1)
            for far in range(2):
                beyond = (ahead >> 1) | (far << (radius - 1))
                if half[side, beyond]:
                    other = (entry * size + (behind if side else beyond)) * size + (beyond if side else behind)
                    if not seen[other]:
                        seen[other] = 1
                        found[n_found] = other
                        n_found += 1
    return True


@njit_in_place
def is_closed(table, n, tape, head, radius, scratch):
    """Return whether a machine is proved never to stop by a set of local views that is closed under its steps.

    Parameters
    ----------
    table : int64[2 * n]
    tape : uint8[cells]
        The tape at the start, in state 0.
    head : int
    radius : int
        Most cells to examine on each side, at least 1; fewer are tried first.
    scratch : Scratch

    Notes
    -----
    A view is the state, the cell under the head, and `radius` cells on each side. A cell that comes into view may be
    anything that ever stood there next to the others in view. Where no view reads an entry that stops, nothing does
    (closed position sets, Georgiev 2003, of n-grams).
    """
    for r in range(1, radius + 1):  # noqa: SIM110 - generators are not compiled
        if _is_closed(table, n, tape, head, r, scratch):
            return True
    return False
