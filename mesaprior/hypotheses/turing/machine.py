"""One machine: its table, its text, and its run in plain Python."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from mesaprior.errors import ContentError, UsageError

MOST_STATES = 6
"""States of a machine, at most: with seven, the number of machines does not fit into 64 bits."""

UNDEFINED = 255
"""Code of an entry that no run has read; as in `turing.kernels`."""

NAMES = "ABCDEF"
"""Names of the states."""

_ENTRY = re.compile(r"([01])([LR])([A-F])|([01])-H|---")


@dataclass(frozen=True)
class Machine:
    """A machine with n states and two symbols; state 0, written A, is the first.

    Attributes
    ----------
    table : tuple of int
        2 * n codes; entry 2 * state + symbol is 4 * next + 2 * right + write for a step, 4 * n + write for a halt (it
        writes and does not move), or `UNDEFINED`.
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


class Run(NamedTuple):
    """How a run ended.

    Attributes
    ----------
    halted : bool
        Whether it came to a halt within the steps allowed.
    steps : int
        Steps done, the halting one counted.
    head : int
        Cell of the head.
    tape : dict of int to int
        Symbol of every cell visited or given.
    visited : (int, int)
        Leftmost and rightmost cell visited.
    reads : tuple of int
        How often each entry of the table was read.
    last_entry : int
        The entry that was read last; -1 where no step was done.
    """

    halted: bool
    steps: int
    head: int
    tape: dict[int, int]
    visited: tuple[int, int]
    reads: tuple[int, ...]
    last_entry: int

    @property
    def n_cells(self) -> int:
        """Cells visited."""
        return self.visited[1] - self.visited[0] + 1

    @property
    def output(self) -> str:
        """Every cell visited, from left to right."""
        return "".join(str(self.tape.get(cell, 0)) for cell in range(self.visited[0], self.visited[1] + 1))


def run_machine(machine: Machine, max_steps: int, tape: Mapping[int, int] | None = None) -> Run:
    """Run a machine from state 0 and cell 0 for at most so many steps: the meaning of a table, in plain Python.

    Parameters
    ----------
    machine : Machine
    max_steps : int
    tape : mapping of int to int, or None
        Symbols by cell; 0 elsewhere.

    Raises
    ------
    ContentError
        If the run reads an undefined entry.
    """
    cells = dict(tape or {})
    state = head = left = right = steps = 0
    halting, reads, entry = 4 * machine.n_states, [0] * len(machine.table), -1
    while steps < max_steps:
        entry = 2 * state + cells.get(head, 0)
        code = machine.table[entry]
        if code == UNDEFINED:
            text = format_machine(machine)
            raise ContentError(f"{text}: the run reads an undefined entry after {steps} steps; define it.")
        steps += 1
        reads[entry] += 1
        cells[head] = code & 1
        if code >= halting:
            return Run(True, steps, head, cells, (left, right), tuple(reads), entry)
        head += (code & 2) - 1
        state = code >> 2
        left, right = min(left, head), max(right, head)
    return Run(False, steps, head, cells, (left, right), tuple(reads), entry)


def format_machine(machine: Machine) -> str:
    """Return the text of a machine, such as ``1RB1LA_0LA1-H``.

    States A, B, ... are separated by underscores; of each, what it does on 0 and then on 1: the symbol written, the
    move and the next state, ``1-H`` for writing a 1 and halting there, ``---`` where it is undefined.
    """
    words = [format_entry(code, machine.n_states) for code in machine.table]
    return "_".join(words[e] + words[e + 1] for e in range(0, len(words), 2))


def format_entry(code: int, n: int) -> str:
    """Return the text of an entry of a machine with n states."""
    if code == UNDEFINED:
        return "---"
    if code >= 4 * n:
        return f"{code & 1}-H"
    return f"{code & 1}{'LR'[code >> 1 & 1]}{NAMES[code >> 2]}"


def parse_machine(text: str) -> Machine:
    """Read a machine from its text; see `format_machine`.

    Raises
    ------
    ContentError
        If it is not the text of a machine.
    """
    states = text.strip().split("_")
    n = len(states)
    if n > MOST_STATES:
        raise ContentError(f"{text!r} has {n} states; a machine has at most {MOST_STATES}, separated by underscores.")
    table: list[int] = []
    for name, state in zip(NAMES, states, strict=False):
        if len(state) != 6:
            raise ContentError(f"{text!r}: state {name} is {state!r}; write two entries of 3 characters, as in 1RB1-H.")
        for word in (state[:3], state[3:]):
            match = _ENTRY.fullmatch(word)
            if match is None:
                raise ContentError(
                    f"{text!r}: state {name} has the entry {word!r}; write a symbol, a move and a state as in 1RB, "
                    "1-H to halt, or --- where it is undefined."
                )
            table.append(_code(match, n, text))
    return Machine(tuple(table))


def _code(match: re.Match[str], n: int, text: str) -> int:
    write, move, following, last = match.groups()
    if last is not None:
        return 4 * n + int(last)
    if write is None:
        return UNDEFINED
    if NAMES.index(following) >= n:
        raise ContentError(f"{text!r} goes to state {following} and has only {n}; name a state up to {NAMES[n - 1]}.")
    return 4 * NAMES.index(following) + 2 * (move == "R") + int(write)


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
        raise UsageError(f"--states {states} is out of range; give a number of states from 1 to {MOST_STATES}.")
    if not 1 <= max_steps <= 10**6:
        raise UsageError(f"--max-steps {max_steps} is out of range; give a number of steps from 1 to 1000000.")
