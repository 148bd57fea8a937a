"""The run of one machine: its steps, its cells, its output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError, setting
from mesaprior.hypotheses.threads import Progress
from mesaprior.hypotheses.turing.machine import UNDEFINED, Machine
from mesaprior.hypotheses.turing.runs.kernels import (
    HALTED,
    HEAD,
    LAST_ENTRY,
    LEFT,
    N_PLACES,
    OFF_TAPE,
    PAUSED,
    RIGHT,
    STEPS,
    follow,
)

MOST_STEPS = 10**8
"""Steps that one machine is followed for, at most; it takes a second or two."""

CHUNK = 10_000_000
"""Steps in one call of the kernel; a twentieth of a second, after which Ctrl-C is heard."""

MARGIN = 1 << 10
"""Cells on both sides of what is given to begin with."""


@dataclass(frozen=True, eq=False)
class Run:
    """The result of a run.

    Attributes
    ----------
    machine : Machine
    halted : bool
        Whether it came to a halt within the steps allowed.
    steps : int
        Steps done, the halting one counted.
    head : int
        Cell of the head; it starts on cell 0.
    visited : (int, int)
        Leftmost and rightmost cell visited.
    reads : tuple of int
        How often each entry of the table was read.
    last_entry : int
        The entry that was read last.
    cells : uint8[W]
        The tape: every cell visited or given, and those between. Empty where it was not kept.
    first : int
        Which cell the first of these is.
    """

    machine: Machine
    halted: bool
    steps: int
    head: int
    visited: tuple[int, int]
    reads: tuple[int, ...]
    last_entry: int
    cells: NDArray[np.uint8]
    first: int

    @property
    def n_cells(self) -> int:
        """Cells visited."""
        return self.visited[1] - self.visited[0] + 1

    @property
    def n_ones(self) -> int:
        """Ones on the tape."""
        return int(np.count_nonzero(self.cells))

    @property
    def output(self) -> str:
        """Every cell visited, from left to right."""
        left, right = (cell - self.first for cell in self.visited)
        return (self.cells[left : right + 1] + ord("0")).tobytes().decode("ascii")

    @property
    def read_undefined(self) -> tuple[int, ...]:
        """Undefined entries that were read: none, or the one at which the run halted."""
        is_read = self.halted and self.machine.table[self.last_entry] == UNDEFINED
        return (self.last_entry,) if is_read else ()

    def symbol(self, cell: int) -> int:
        """Return the symbol in a cell."""
        place = cell - self.first
        return int(self.cells[place]) if 0 <= place < len(self.cells) else 0

    def without_tape(self) -> Run:
        """Return the same without the tape, which may be long."""
        return replace(self, cells=self.cells[:0].copy())


def run_machine(
    machine: Machine, max_steps: int, tape: Mapping[int, int] | None = None, *, report: Progress | None = None
) -> Run:
    """Run a machine from state A and cell 0 for a bounded number of steps.

    Parameters
    ----------
    machine : Machine
        Where the run reads an entry that is not defined, it halts and leaves the cell as it is; that is a step.
    max_steps : int
        1 to `MOST_STEPS`, the halting step counted.
    tape : mapping of int to int, or None
        Symbols by cell; 0 elsewhere. None for a blank tape.
    report : Progress or None
        Called now and then with how many steps were done; at the end, with those that are not needed. The reports add
        up to `max_steps`.

    Returns
    -------
    Run

    Raises
    ------
    UsageError
        If the number of steps is out of range.

    Notes
    -----
    Some 10^8 steps a second, and a byte for each cell visited. The busy beaver of 5 states, 47,176,870 steps on 12,289
    cells, takes half a second.
    """
    if not 1 <= max_steps <= MOST_STEPS:
        raise UsageError(
            setting("max_steps", max_steps), f" is out of range; give a number of steps from 1 to {MOST_STEPS}."
        )
    given = {cell: symbol for cell, symbol in (tape or {}).items() if symbol}
    least, most = min(given, default=0), max(given, default=0)
    first = min(least, 0) - MARGIN
    cells = np.zeros(max(most, 0) + MARGIN + 1 - first, dtype=np.uint8)
    for cell in given:
        cells[cell - first] = 1
    table, reads = np.array(machine.table, dtype=np.int64), np.zeros(len(machine.table), dtype=np.int64)
    place = np.zeros(N_PLACES, dtype=np.int64)
    place[[HEAD, LEFT, RIGHT]], place[LAST_ENTRY] = -first, -1
    end, done = OFF_TAPE, 0
    while end == OFF_TAPE or (end == PAUSED and done < max_steps):
        end = follow(table, cells, place, reads, min(done + CHUNK, max_steps))
        if end == OFF_TAPE:
            cells, more = _longer(cells, is_left=place[HEAD] < 0, most=max_steps)
            place[[HEAD, LEFT, RIGHT]] += more
            first -= more
        if report is not None:
            report(int(place[STEPS]) - done)
        done = int(place[STEPS])
    if report is not None:
        report(max_steps - done)
    left, right = min(least - first, int(place[LEFT])), max(most - first, int(place[RIGHT]))
    return Run(
        machine=machine,
        halted=end == HALTED,
        steps=done,
        head=int(place[HEAD]) + first,
        visited=(int(place[LEFT]) + first, int(place[RIGHT]) + first),
        reads=tuple(reads.tolist()),
        last_entry=int(place[LAST_ENTRY]),
        cells=cells[left : right + 1].copy(),
        first=left + first,
    )


def _longer(cells: np.ndarray, *, is_left: bool, most: int) -> tuple[np.ndarray, int]:
    """Return a tape that is twice as long, or by `most` cells, on one side; and how many cells are new on the left."""
    n, more = len(cells), min(len(cells), most)
    longer = np.zeros(n + more, dtype=np.uint8)
    begin = more if is_left else 0
    longer[begin : begin + n] = cells
    return longer, begin
