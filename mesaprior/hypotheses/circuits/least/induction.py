"""The least gates of all functions of a few inputs, found from those that need fewer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.least import kernels
from mesaprior.hypotheses.circuits.least.joined import kernels as joined
from mesaprior.hypotheses.circuits.least.tangled.kernels import UNKNOWN, Costs, put_costs
from mesaprior.hypotheses.circuits.least.tangled.states import Tangled
from mesaprior.hypotheses.circuits.least.tangled.uses import Uses, tangled_uses
from mesaprior.hypotheses.circuits.orbits import N_ORBITS, members
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import Progress

ROWS_AT_ONCE = 500
"""Functions that are combined with others in one call of a kernel; seconds at most, after which Ctrl-C is heard."""

WORK_OF_GATES = (0, 1, 1, 1, 1, 2, 3, 10, 60, 700)
"""Expected work for each number of gates with 5 inputs, in tenths of a second."""

KNOWN_COSTS = 5
"""Gates up to which the cost of a function is looked up while tangled circuits are listed."""


class Induction:
    """The functions that need at most r gates, for one r after the other; see `tangled.uses` for why none is missed.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    workers : int
        Threads; nothing depends on it.
    report : Progress
        Called with about `WORK_OF_GATES` in all for each number of gates, and with 0 now and then; what it raises ends
        the search.

    Attributes
    ----------
    circuits : list of uint64[k, 1 + r]
        For each number of gates r: one function of each orbit, made 0 at input number 0, and the gates of a circuit.
    n_marked : list of int
        For each r: functions that are 0 at input number 0 and need at most r gates.
    """

    def __init__(self, n: int, basis: Basis, *, workers: int, report: Progress):
        self._n, self._basis, self._workers, self._report = n, basis, workers, report
        self._symmetries, self._P = symmetries(n), np.int64(basis.n_combinations)
        self._n_normal = 1 << ((1 << n) - 1)
        self._marked = np.zeros(max(1, self._n_normal // 32), dtype=np.uint32)
        # Functions that need no more gates than this are joined from trees, so they need no gate that shares.
        self._tree = 0
        self._every: dict[int, np.ndarray] = {}
        self._of_fewer: dict[int, np.ndarray] = {}
        free = np.array([[0], [self._symmetries.where[0, 1]]], dtype=np.uint64)
        found = self._found(0, 0)
        for function in free[:, 0]:
            kernels.mark_orbit(self._symmetries, function, found)
        self.circuits: list[NDArray[np.uint64]] = [free]
        self.n_marked: list[int] = [int(found.used[1])]

    @property
    def is_complete(self) -> bool:
        """Whether every function is found."""
        return self.n_marked[-1] == self._n_normal

    def add_gate(self) -> None:
        """Find the functions that need one gate more than those found so far."""
        r = len(self.circuits)
        found = self._found(r, self.n_marked[-1])
        work = WORK_OF_GATES[min(r, len(WORK_OF_GATES) - 1)]
        self._find_joined(r, found)
        n_joined = int(found.used[0])
        self._find_replaced(r, found)
        self._report(work // 5)
        self._find_tangled(r, found, work - work // 5)
        if found.used[0] == n_joined and self._tree == r - 1:
            self._tree = r
        gates = found.gates[: found.used[0]]
        self.circuits.append(np.concatenate([gates[:, -1:], gates], axis=1))
        self.n_marked.append(int(found.used[1]))

    def _found(self, r: int, n_marked: int) -> kernels.Found:
        gates = np.zeros((N_ORBITS[self._n], r), dtype=np.uint64)
        return kernels.Found(self._marked, gates, np.array([0, n_marked], dtype=np.int64))

    def _find_joined(self, r: int, found: kernels.Found) -> None:
        """Find what a last gate makes of two circuits."""
        for fewer in range((r - 1) // 2 + 1):
            other = self._functions(fewer)
            for one in self._batches(r - 1 - fewer):
                joined.find_joined(self._symmetries, self._P, one, other, np.int64(self._n_normal), found)

    def _find_replaced(self, r: int, found: kernels.Found) -> None:
        """Find what comes of putting a circuit in the place of an input."""
        for above in range(1, r):
            for v in range(self._n):
                other = self._without(v, r - 1 - above)
                for one in self._batches(above):
                    joined.find_replaced(
                        self._symmetries, self._P, one, np.int64(v), other, np.int64(self._n_normal), found
                    )

    def _find_tangled(self, r: int, found: kernels.Found, work: int) -> None:
        """Find what all other circuits compute."""
        tangled = Tangled(
            self._n, self._basis, r, self._costs(r), workers=self._workers, goes_on=lambda: self._report(0)
        )
        every = self._uses(r)
        for k, uses in enumerate(every):
            if found.used[1] < self._n_normal:
                tangled.find(uses, found)
            self._report(work * (k + 1) // len(every) - work * k // len(every))

    def _uses(self, r: int) -> list[Uses]:
        """Return the uses of the tangled circuits that can find functions."""
        function = np.concatenate([part[:, 0] for part in self.circuits])
        n_used = np.sum([self._depends_on(v, function) for v in range(self._n)], axis=0)
        # Where all functions of so many inputs are found, circuits with these inputs find no others.
        numbers = [n for n in range(2, self._n + 1) if np.count_nonzero(n_used <= n) < N_ORBITS[n]]
        return [uses for n in numbers for uses in tangled_uses(n, r)]

    def _batches(self, r: int) -> Iterator[np.ndarray]:
        """Yield the functions that need r gates, with their circuits, some at a time."""
        for first in range(0, len(self.circuits[r]), ROWS_AT_ONCE):
            self._report(0)
            yield self.circuits[r][first : first + ROWS_AT_ONCE]

    def _functions(self, r: int) -> np.ndarray:
        """Return all normal functions that need r gates, with their circuits, ``uint64[M, 1 + r]``."""
        if r not in self._every:
            self._every[r] = self._renamed(self.circuits[r])
        return self._every[r]

    def _without(self, v: int, r: int) -> np.ndarray:
        """Return all normal functions that need r gates and not input v, with their circuits."""
        if r not in self._of_fewer:
            circuits = self.circuits[r]
            self._of_fewer[r] = self._renamed(circuits[~self._depends_on_all(circuits[:, 0])])
        circuits = self._of_fewer[r]
        return circuits[~self._depends_on(v, circuits[:, 0])]

    def _renamed(self, circuits: np.ndarray) -> np.ndarray:
        """Return what renamed inputs make of circuits."""
        orbits = members(self._n, circuits[:, :1])
        image = np.zeros((len(orbits.orbit), circuits.shape[1]), dtype=np.uint64)
        joined.write_renamed(self._symmetries, circuits, orbits.orbit, orbits.way, image)
        return image

    def _depends_on(self, v: int, function: np.ndarray) -> np.ndarray:
        stride = np.uint64(1 << (self._n - 1 - v))
        return ((function >> stride) ^ function) & self._symmetries.where[v, 0] != 0

    def _depends_on_all(self, function: np.ndarray) -> np.ndarray:
        return np.all([self._depends_on(v, function) for v in range(self._n)], axis=0)

    def _costs(self, r: int) -> Costs:
        """Return the least gates of the functions that need few, for look-up."""
        most = min(r - 1, KNOWN_COSTS)
        n_functions = sum(len(self._functions(cost)) for cost in range(most + 1))
        n_slots = 1 << (2 * n_functions).bit_length()
        costs = Costs(
            np.ones(n_slots, np.uint64), np.full(n_slots, UNKNOWN, np.int64), np.int64(most), np.int64(self._tree)
        )
        for cost in range(most + 1):
            put_costs(self._functions(cost)[:, 0].copy(), np.int64(cost), costs)
        return costs
