"""One machine: its table, and the number of machines."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mesaprior.errors import UsageError, setting

MOST_STATES = 6
"""States of a machine, at most: with seven, the number of machines does not fit into 64 bits."""

UNDEFINED = 255
"""Code of an entry that is not defined; as in `turing.kernels`."""

MOST_STEPS = 10**6
"""Steps that machines are followed for where all of a size are counted, at most."""


@dataclass(frozen=True)
class Machine:
    """A machine with n states and two symbols; state 0, written A, is the first.

    Attributes
    ----------
    table : tuple of int
        2 * n codes; entry 2 * state + symbol is 4 * next + 2 * right + write for a step, 4 * n + write for a halt (it
        writes and does not move), or `UNDEFINED`: where that is read, the run halts and leaves the cell as it is.
    """

    table: tuple[int, ...]

    @property
    def n_states(self) -> int:
        """n, the number of states."""
        return len(self.table) // 2

    @property
    def is_complete(self) -> bool:
        """Whether every entry is defined."""
        return UNDEFINED not in self.table

    @property
    def completed(self) -> Machine:
        """The same machine with every entry defined: undefined entries halt and write what they read."""
        n = self.n_states
        return Machine(tuple(4 * n + (e & 1) if code == UNDEFINED else code for e, code in enumerate(self.table)))


def n_machines(states: int) -> int:
    """Return the number of machines, (4n + 2)^(2n)."""
    return (4 * states + 2) ** (2 * states)


def length_of_machines(states: int) -> float:
    """Return the bits of every machine, 2n * log2(4n + 2)."""
    return 2 * states * math.log2(4 * states + 2)


def check_size(states: int, max_steps: int) -> None:
    """Refuse sizes that cannot be counted.

    Raises
    ------
    UsageError
        If so.
    """
    if not 1 <= states <= MOST_STATES:
        raise UsageError(
            setting("states", states), f" is out of range; give a number of states from 1 to {MOST_STATES}."
        )
    if not 1 <= max_steps <= MOST_STEPS:
        raise UsageError(
            setting("max_steps", max_steps), f" is out of range; give a number of steps from 1 to {MOST_STEPS}."
        )
