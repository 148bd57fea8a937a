"""The compiled kernel of a run of one machine, which may be long.

Letters: n states, e table entries. Codes of entries are those of `turing.kernels`.
"""

# pyright: basic

import numpy as np

from mesaprior._jit import njit

# As in `turing.kernels`: above all codes.
UNDEFINED = 255

# Where a run stands, a place of `follow`.
HEAD, STATE, STEPS, LEFT, RIGHT, LAST_ENTRY = range(6)
N_PLACES = 6

# Ends of a call: the run halted; it has done the steps asked for; the head is off the tape, so enlarge it and continue.
HALTED, PAUSED, OFF_TAPE = range(3)


@njit
def follow(table, tape, place, reads, until):
    """Continue a run until it halts, reaches a number of steps, or the head leaves the tape.

    Parameters
    ----------
    table : int64[2 * n]
    tape : uint8[cells]
        Changed in place.
    place : int64[6]
        `HEAD` (a cell of the tape), `STATE`, `STEPS` done, the leftmost and rightmost cell visited, and the entry read
        last (-1 for none). Changed in place; where the head is off the tape, it is next to one end.
    reads : int64[2 * n]
        How often each entry was read; added to.
    until : int
        Steps of the whole run, the halting one counted.

    Returns
    -------
    int
        `HALTED`, `PAUSED` or `OFF_TAPE`.

    Notes
    -----
    The halting step is a step. An entry that is not defined halts and writes nothing.
    """
    halting = 2 * len(table)
    pos, state, t, lo, hi, e = place[0], place[1], place[2], place[3], place[4], place[5]
    end = PAUSED
    while t < until:
        e = 2 * state + np.int64(tape[np.uintp(pos)])
        code = table[np.uintp(e)]
        t += 1
        reads[np.uintp(e)] += 1
        if code >= halting:
            if code != UNDEFINED:
                tape[np.uintp(pos)] = np.uint8(code & 1)
            end = HALTED
            break
        tape[np.uintp(pos)] = np.uint8(code & 1)
        pos += (code & 2) - 1
        state = code >> 2
        if pos < lo:
            lo = pos
            if pos < 0:
                end = OFF_TAPE
                break
        elif pos > hi:
            hi = pos
            if pos == len(tape):
                end = OFF_TAPE
                break
    place[0], place[1], place[2], place[3], place[4], place[5] = pos, state, t, lo, hi, e
    return end
