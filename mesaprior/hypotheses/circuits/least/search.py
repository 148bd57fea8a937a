"""The least number of gates of Boolean functions, by exhaustive search over sets of gates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.growing import Level, first_level, next_level
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS
from mesaprior.hypotheses.circuits.least import kernels
from mesaprior.hypotheses.circuits.symmetries import MOST_INPUTS, symmetries
from mesaprior.hypotheses.threads import Progress, spread

EXHAUSTED = {("full", 4): 7, ("aig", 4): 9, ("full", 5): 8, ("aig", 5): 8}
"""Gates up to which all circuits can be exhausted, by basis and inputs; with fewer inputs all functions are reached."""

N_ORBITS = (2, 2, 4, 14, 222, 616_126)
"""Classes of functions of n inputs under renaming and complementing inputs and outputs (Harrison 1965)."""

ROWS_AT_ONCE = 20_000
"""Sets that are examined in one call of a kernel."""


@dataclass(frozen=True, eq=False)
class LeastCircuits:
    """A least circuit for one function of each orbit under renaming and complementing of inputs.

    Attributes
    ----------
    n : int
        Inputs.
    basis : Basis
    function : tuple of uint64[k]
        For each number of gates r, from 0 on: functions that need r gates, made 0 at input number 0, one per orbit.
    gates : tuple of uint64[k, r]
        The functions of the gates of a circuit for each, the last one its own.
    n_functions : tuple of int
        For each r: the number of all functions that need r gates.
    """

    n: int
    basis: Basis
    function: tuple[np.ndarray, ...]
    gates: tuple[np.ndarray, ...]
    n_functions: tuple[int, ...]

    @property
    def is_complete(self) -> bool:
        """Whether every function of n inputs is among them."""
        return sum(self.n_functions) == 1 << (1 << self.n)


def most_gates(n: int, basis: Basis) -> int | None:
    """Return the largest allowed number of gates; None where all functions of n inputs are reached."""
    return EXHAUSTED[basis.name, n] if n == MOST_INPUTS else None


def least_circuits(
    n: int, basis: Basis, max_gates: int | None = None, *, workers: int = 1, report: Progress | None = None
) -> LeastCircuits:
    """Find the functions that need at most a number of gates.

    Parameters
    ----------
    n : int
        Inputs, 1 to `symmetries.MOST_INPUTS`.
    basis : Basis
    max_gates : int or None
        None for all functions, with up to 4 inputs.
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Called with 1 for every number of gates that is done.

    Raises
    ------
    UsageError
        If numbers are out of range.

    Notes
    -----
    For r gates, every set of r - 2 gates is built, one of all that renamed inputs make of each other, and what two
    more gates make of it is looked up. A set that could do without four of its gates is left out, since two gates can
    use three others at most. So every function that r gates can make is found with r gates or fewer, and what is not
    found needs more. Where the sets become too many, three gates are added to those there are: that cannot prove that
    a function needs more, but what is found so after r - 1 gates were exhausted needs exactly r.

    Cost: 4 inputs and all gates in 2 seconds, without exclusive ors in half a minute; 5 inputs up to 6 gates in 3
    seconds, up to 7 in half a minute, up to 8 in some minutes and 0.7 GB.

    References
    ----------
    D. E. Knuth, The Art of Computer Programming, volume 4A, section 7.1.2, Boolean evaluation.
    """
    if not 1 <= n <= MOST_INPUTS:
        raise UsageError(f"{n} inputs are out of range; give a number from 1 to {MOST_INPUTS}.")
    most = most_gates(n, basis)
    if most is not None and (max_gates is None or max_gates > most):
        raise UsageError(
            f"Functions of {n} inputs are searched up to {most} gates ({basis.name} basis); give a number of gates up "
            "to that."
        )
    return _Search(n, basis, max_gates, workers, report).run()


class _Search:
    """The functions found so far."""

    def __init__(self, n: int, basis: Basis, max_gates: int | None, workers: int, report: Progress | None):
        self._n, self._basis, self._workers, self._report = n, basis, workers, report
        self._symmetries, self._P = symmetries(n), np.int64(basis.n_combinations)
        self._n_normal = 1 << ((1 << n) - 1)
        self._max_gates = self._n_normal if max_gates is None else max_gates
        self._last_exhausted = min(EXHAUSTED.get((basis.name, n), self._max_gates), self._max_gates)
        self._marked = np.zeros(max(1, self._n_normal // 32), dtype=np.uint32)
        self._n_marked = 0
        self._function: list[np.ndarray] = []
        self._gates: list[np.ndarray] = []
        self._n_functions: list[int] = []

    def run(self) -> LeastCircuits:
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
        return LeastCircuits(self._n, self._basis, tuple(self._function), tuple(self._gates), tuple(self._n_functions))

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

    def _count_marked(self) -> int:
        """Return how many normal functions are found."""
        return sum(
            int(np.bitwise_count(self._marked[first : first + (1 << 20)]).sum(dtype=np.int64))
            for first in range(0, len(self._marked), 1 << 20)
        )

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
        # A copy of the bits for each thread; the bits of 5 inputs are too many for that.
        is_shared = self._n == MOST_INPUTS
        gates: dict[int, np.ndarray] = {}

        def make() -> kernels.Found:
            found = self._found(r)
            return found if is_shared else found._replace(marked=found.marked.copy())

        def look_up(found: kernels.Found, batch: int, goes_on: Callable[[], bool]) -> None:
            rows, before = slice(batch * ROWS_AT_ONCE, (batch + 1) * ROWS_AT_ONCE), int(found.used[0])
            if found.used[1] < stop_at:
                find(self._symmetries, self._P, code[rows], needless[rows], stop_at, found)
                gates[batch] = found.gates[before : found.used[0]].copy()

        spread(_batches(code), make, look_up, workers=1 if is_shared else self._workers)
        # Of the circuits that threads found for the same orbit, that of the first batch stays, as with one thread.
        every = np.concatenate([gates[batch] for batch in sorted(gates)])
        if is_shared:
            self._keep(every[:, -1].copy(), every, self._count_marked())
        else:
            self._mark(r, every)

    def _keep(self, function: np.ndarray, gates: np.ndarray, n_marked: int) -> None:
        self._function.append(function)
        self._gates.append(gates)
        self._n_functions.append(2 * (n_marked - self._n_marked))
        self._n_marked = n_marked


def _batches(code: np.ndarray) -> range:
    """Return the numbers of the blocks of rows that are processed together."""
    return range(-(-len(code) // ROWS_AT_ONCE))
