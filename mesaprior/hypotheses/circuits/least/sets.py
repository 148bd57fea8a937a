"""The functions that need a number of gates, from all sets of gates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.growing import Level, first_level, next_level
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS
from mesaprior.hypotheses.circuits.least import kernels
from mesaprior.hypotheses.circuits.orbits import N_ORBITS
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import Progress, spread

EXHAUSTED = {("full", 4): 7, ("aig", 4): 9}
"""Gates up to which the circuits of 4 inputs can be exhausted; with fewer inputs all functions are reached."""

ROWS_AT_ONCE = 20_000
"""Sets that are examined in one call of a kernel."""


class SetSearch:
    """The functions found so far.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    max_gates : int or None
        None for all functions.
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Called with 1 for every number of gates that is done.

    Attributes
    ----------
    function, gates, n_functions : list
        See `search.LeastCircuits`.

    Notes
    -----
    For r gates, every set of r - 2 gates is built, one of all that renamed inputs make of each other, and what two
    more gates make of it is looked up. A set that could do without four of its gates is left out, since two gates can
    use three others at most. So every function that r gates can make is found with r gates or fewer, and what is not
    found needs more. Where the sets become too many, three gates are added to those there are: that cannot prove that
    a function needs more, but what is found so after r - 1 gates were exhausted needs exactly r.
    """

    def __init__(self, n: int, basis: Basis, max_gates: int | None, workers: int, report: Progress | None):
        self._n, self._basis, self._workers, self._report = n, basis, workers, report
        self._symmetries, self._P = symmetries(n), np.int64(basis.n_combinations)
        self._n_normal = 1 << ((1 << n) - 1)
        self._max_gates = self._n_normal if max_gates is None else max_gates
        self._last_exhausted = min(EXHAUSTED.get((basis.name, n), self._max_gates), self._max_gates)
        self._marked = np.zeros(max(1, self._n_normal // 32), dtype=np.uint32)
        self._n_marked = 0
        self.function: list[np.ndarray] = []
        self.gates: list[np.ndarray] = []
        self.n_functions: list[int] = []

    def run(self) -> None:
        """Search for one number of gates after the other until all functions are found."""
        self._mark(0, np.array([[0], [self._symmetries.where[0, 1]]], dtype=np.uint64))
        level, needless = first_level(is_counted=False), np.zeros(1, dtype=np.int64)
        r = 1
        while r <= self._max_gates and self._n_marked < self._n_normal:
            if r == 1:
                level = self._next(level, needless)
                self._mark(1, level.code >> np.uint64(DEPTH_BITS))
                level = first_level(is_counted=False)
            elif r <= self._last_exhausted:
                level = level if r == 2 else self._next(level, needless)
                needless = self._needless(level.code)
                self._look_up(r, level.code, needless, kernels.find_with_two)
            else:
                self._look_up(r, level.code, needless, kernels.find_with_three)
                if self._n_marked < self._n_normal:
                    raise RunError(f"a function of {self._n} inputs needs more than {r} gates; report this.")
            if self._report is not None:
                self._report(1)
            r += 1

    def _next(self, level: Level, needless: np.ndarray) -> Level:
        """Return the sets with one more gate that the remaining search needs."""
        size = level.code.shape[1] + 1
        return next_level(
            self._n,
            self._basis,
            level,
            needless=needless,
            most_needless=self._last_exhausted - size + 1,
            workers=self._workers,
        )

    def _found(self, r: int) -> kernels.Found:
        return kernels.Found(
            self._marked,
            np.zeros((N_ORBITS[self._n], r), dtype=np.uint64),
            np.array([0, self._n_marked], dtype=np.int64),
        )

    def _mark(self, r: int, gates: np.ndarray) -> None:
        """Keep circuits of r gates, ``uint64[k, max(1, r)]``, whose functions were not found before."""
        found = self._found(r)
        new: list[int] = []
        for k, function in enumerate(gates[:, -1]):
            before = int(found.used[1])
            kernels.mark_orbit(self._symmetries, function, found)
            if found.used[1] > before:
                new.append(k)
        self._keep(gates[new, -1], gates[new][:, :r], int(found.used[1]))

    def _needless(self, code: np.ndarray) -> np.ndarray:
        """Return the dispensable gates of each set."""
        needless = np.zeros(len(code), dtype=np.int64)

        def write(_: None, batch: int, goes_on: Callable[[], bool]) -> None:
            rows = slice(batch * ROWS_AT_ONCE, (batch + 1) * ROWS_AT_ONCE)
            kernels.write_needless(self._symmetries, self._P, code[rows], needless[rows])

        spread(_batches(code), lambda: None, write, workers=self._workers)
        return needless

    def _look_up(self, r: int, code: np.ndarray, needless: np.ndarray, find: Any) -> None:
        """Find the functions that more gates compute from sets."""
        stop_at = np.int64(self._n_normal)
        gates: dict[int, np.ndarray] = {}

        def make() -> kernels.Found:
            found = self._found(r)
            return found._replace(marked=found.marked.copy())

        def look_up(found: kernels.Found, batch: int, goes_on: Callable[[], bool]) -> None:
            rows, before = slice(batch * ROWS_AT_ONCE, (batch + 1) * ROWS_AT_ONCE), int(found.used[0])
            if found.used[1] < stop_at:
                find(self._symmetries, self._P, code[rows], needless[rows], stop_at, found)
                gates[batch] = found.gates[before : found.used[0]].copy()

        spread(_batches(code), make, look_up, workers=self._workers)
        # Of the circuits that threads found for the same orbit, that of the first batch stays, as with one thread.
        every = np.concatenate([gates[batch] for batch in sorted(gates)])
        self._mark(r, every)

    def _keep(self, function: np.ndarray, gates: np.ndarray, n_marked: int) -> None:
        self.function.append(function)
        self.gates.append(gates)
        self.n_functions.append(2 * (n_marked - self._n_marked))
        self._n_marked = n_marked


def _batches(code: np.ndarray) -> range:
    """Return the numbers of the blocks of rows that are processed together."""
    return range(-(-len(code) // ROWS_AT_ONCE))
