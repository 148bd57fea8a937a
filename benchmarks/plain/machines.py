"""Every Turing machine of a size, run one after the other."""

import numba
import numpy as np


@numba.njit
def run_every_machine(n, max_steps, halting):
    """Run every machine of n states by itself, for `max_steps` at most, and count what those that halt print.

    Entry 2 * state + symbol is a digit of the machine's number: 4 * next + 2 * right + write, or 4 * n + write to halt.
    What is printed is written in `halting` at the number whose binary digits are a 1 and then the string.
    """
    n_entries, base = 2 * n, 4 * n + 2
    table = np.zeros(n_entries, dtype=np.int64)
    tape = np.zeros(2 * max_steps + 3, dtype=np.uint8)
    for _ in range(base**n_entries):
        state, head = 0, max_steps + 1
        left = right = head
        for _ in range(max_steps):
            code = table[2 * state + tape[head]]
            tape[head] = code & 1
            if code >= 4 * n:
                text = 1
                for cell in range(left, right + 1):
                    text = 2 * text + tape[cell]
                halting[text] += 1
                break
            head += (code & 2) - 1
            state = code >> 2
            left, right = min(left, head), max(right, head)
        tape[left : right + 1] = 0
        # The next machine: the next number in base 4n + 2.
        for entry in range(n_entries):
            table[entry] += 1
            if table[entry] < base:
                break
            table[entry] = 0
