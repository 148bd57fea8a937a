"""All states of tangled circuits, gate by gate, and the functions that the last gates compute from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS
from mesaprior.hypotheses.circuits.least.kernels import Found
from mesaprior.hypotheses.circuits.least.tangled import kernels
from mesaprior.hypotheses.circuits.least.tangled.uses import Uses
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import GoesOn, spread

N_PARTS = 2
"""Disjoint parts that many states are found in, each by one thread; nothing depends on how many threads there are."""

ROWS_AT_ONCE = 2_000
"""States that are extended, or looked up from, in one call of a kernel."""

LARGE = 5_000
"""States from which on they are extended in parts."""

LAST = 3
"""Gates that are looked up instead of added."""


class Level(NamedTuple):
    """All states after g gates: their nodes, and the gates of one way to each; see `kernels.States`."""

    code: NDArray[np.uint64]
    gates: NDArray[np.uint32]


class Tangled:
    """The search for the functions of tangled circuits of r gates.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    r : int
    costs : Costs
        Of functions that need fewer gates.
    workers : int
        Threads; nothing depends on it.
    goes_on : callable
        Called now and then; what it raises ends the search.
    """

    def __init__(
        self, n: int, basis: Basis, r: int, costs: kernels.Costs, *, workers: int, goes_on: Callable[[], object]
    ):
        self._symmetries, self._P = symmetries(n), np.int64(basis.n_combinations)
        self._r, self._costs, self._workers, self._goes_on = r, costs, workers, goes_on

    def find(self, uses: Uses, found: Found) -> None:
        """Find the functions of those with given uses.

        Parameters
        ----------
        uses : Uses
            Inputs that it does not name are not used.
        found : Found
            Of r gates; what is marked is not found again.
        """
        level = self._last_level(uses)
        for first in range(0, len(level.code), ROWS_AT_ONCE):
            self._goes_on()
            rows = slice(first, first + ROWS_AT_ONCE)
            kernels.find_tangled(self._symmetries, self._P, self._costs, level.code[rows], level.gates[rows], found)

    def _last_level(self, uses: Uses) -> Level:
        """Return the states that three gates are missing in."""
        level = self._first(uses)
        for g in range(self._r - LAST):
            level = self._next(uses, g, level)
        return level

    def _first(self, uses: Uses) -> Level:
        """Return the one state without gates."""
        # Each gate adds a node at most, and r + 1 - g uses are left after g gates at most.
        code = np.zeros((1, (self._r + 1 + len(uses.inputs)) // 2), dtype=np.uint64)
        for v, count in enumerate(uses.inputs):
            flag = int(count == 1) << kernels.USES_BITS
            code[0, v] = int(self._symmetries.where[v, 1]) << DEPTH_BITS | flag | count - 1
        return Level(np.sort(code, axis=1), np.zeros((1, 0), dtype=np.uint32))

    def _next(self, uses: Uses, g: int, level: Level) -> Level:
        """Return all states with one more gate than g."""
        # At least three gates come after the last one that shares.
        left = 0 if g + 1 == self._r - LAST else uses.further
        budget = np.array([sum(uses.inputs) - g, uses.further, left, g + 1], dtype=np.int64)
        n_parts = N_PARTS if len(level.code) >= LARGE else 1

        def make() -> dict[int, Level]:
            return {}

        def grow(done: dict[int, Level], part: int, is_wanted: GoesOn) -> None:
            done[part] = self._grow(level, budget, (part, n_parts), is_wanted)

        done: dict[int, Level] = {}
        for tally in spread(range(n_parts), make, grow, workers=min(self._workers, n_parts)):
            done |= tally
        parts = [done[part] for part in range(n_parts)]
        return Level(np.concatenate([part.code for part in parts]), np.concatenate([part.gates for part in parts]))

    def _grow(self, level: Level, budget: np.ndarray, part: tuple[int, int], is_wanted: GoesOn) -> Level:
        """Return one part of the states with one more gate."""
        parents = kernels.States(*level, np.zeros(0, dtype=np.int32), np.zeros(1, dtype=np.int64))
        states = _room(level, 1 << 12)
        place, n_parents = np.zeros(2, dtype=np.int64), len(level.code)
        while place[0] < n_parents and is_wanted():
            self._goes_on()
            place[1] = min(n_parents, place[0] + ROWS_AT_ONCE)
            status = kernels.add_gate(
                self._symmetries, self._P, self._costs, parents, budget, place, np.array(part, dtype=np.int64), states
            )
            if status == kernels.FULL:
                states = _enlarged(level, states)
        rows = slice(int(states.used[0]))
        return Level(states.code[rows].copy(), states.gates[rows].copy())


def _room(level: Level, rows: int) -> kernels.States:
    """Return room for states with one more gate than those of a level."""
    return kernels.States(
        code=np.zeros((rows, level.code.shape[1]), dtype=np.uint64),
        gates=np.zeros((rows, level.gates.shape[1] + 1), dtype=np.uint32),
        slots=np.full(2 * rows, -1, dtype=np.int32),
        used=np.zeros(1, dtype=np.int64),
    )


def _enlarged(level: Level, old: kernels.States) -> kernels.States:
    """Return the same states with twice the room."""
    new, rows = _room(level, 2 * len(old.code)), slice(int(old.used[0]))
    new.code[rows], new.gates[rows], new.used[0] = old.code[rows], old.gates[rows], old.used[0]
    kernels.reslot(new)
    return new
