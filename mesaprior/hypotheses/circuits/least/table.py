"""Every Boolean function of up to 4 inputs: its least gates, least formula and least depth, and a least circuit."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.circuits import texts
from mesaprior.hypotheses.circuits.circuit import Circuit
from mesaprior.hypotheses.circuits.gates import FULL, Basis
from mesaprior.hypotheses.circuits.least import kernels
from mesaprior.hypotheses.circuits.least.formulas import least_depths, least_formulas
from mesaprior.hypotheses.circuits.least.search import LeastCircuits, least_circuits
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.threads import Progress

MOST_INPUTS = 4
"""With five there are four billion functions."""


class LeastTable:
    """The least cost of every function of n inputs, by its number: bit i is the value at input number i.

    Parameters
    ----------
    n : int
        1 to `MOST_INPUTS`.
    basis : Basis
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        See `least_circuits`.

    Attributes
    ----------
    n : int
    basis : Basis
    least : LeastCircuits

    Raises
    ------
    UsageError
        If n is out of range.
    """

    def __init__(self, n: int, basis: Basis = FULL, *, workers: int = 1, report: Progress | None = None):
        if not 1 <= n <= MOST_INPUTS:
            raise UsageError(f"a table of all functions has 1 to {MOST_INPUTS} inputs, not {n}; give such a number.")
        self.n = n
        self.basis = basis
        self.least: LeastCircuits = least_circuits(n, basis, workers=workers, report=report)
        self._representative = np.concatenate(self.least.function)
        n_normal = 1 << ((1 << n) - 1)
        self._orbit, self._way = np.full(n_normal, -1, dtype=np.int64), np.zeros(n_normal, dtype=np.int64)
        kernels.place_members(symmetries(n), self._representative, self._orbit, self._way)

    @property
    def n_functions(self) -> int:
        """The number of functions, 2^2^n."""
        return 1 << (1 << self.n)

    @cached_property
    def gates(self) -> np.ndarray:
        """Least two-input gates of each function, ``uint8[2^2^n]``."""
        sizes = [len(function) for function in self.least.function]
        return self._of_all(np.repeat(np.arange(len(sizes), dtype=np.uint8), sizes)[self._orbit])

    @cached_property
    def formula(self) -> np.ndarray:
        """Least binary operators in a formula of each function, ``uint8[2^2^n]``."""
        return self._of_all(least_formulas(self.n, self.basis, self._representative))

    @cached_property
    def depth(self) -> np.ndarray:
        """Least depth of each function, ``uint8[2^2^n]``."""
        return self._of_all(least_depths(self.n, self.basis, self._representative))

    def circuits(self, functions: np.ndarray) -> Texts:
        """Return a least circuit of each of these functions (``int64[W]``) as text."""
        parts: list[Texts] = []
        places: list[np.ndarray] = []
        for r in np.unique(self.gates[functions]):
            place = np.flatnonzero(self.gates[functions] == r)
            parts.append(texts.texts_of(self.n, *self._arrays(functions[place], int(r))))
            places.append(place)
        together = Texts.of(()) if not parts else parts[0]
        for part in parts[1:]:
            together = together + part
        order = np.argsort(np.concatenate(places)) if places else np.empty(0, dtype=np.int64)
        return together.take(order)

    def circuit(self, function: int) -> Circuit:
        """Return a least circuit of a function."""
        gate, output = self._arrays(np.array([function]), int(self.gates[function]))
        return texts.circuit_of(self.n, gate[0], output[0])

    def _arrays(self, functions: np.ndarray, r: int) -> tuple[np.ndarray, np.ndarray]:
        """Return gates and outputs of circuits for functions that need r gates."""
        is_complemented = (functions & 1).astype(bool)
        normal = np.where(is_complemented, self.n_functions - 1 - functions, functions)
        first = sum(len(function) for function in self.least.function[:r])
        return texts.build_circuits(
            self.n,
            self.basis,
            self.least.gates[r],
            self._orbit[normal >> 1] - first,
            self._way[normal >> 1],
            normal[:, None].astype(np.uint64),
            is_complemented[:, None],
        )

    def _of_all(self, normal: np.ndarray) -> np.ndarray:
        """Return the values of all functions from those that are 0 at input number 0; complements have equal values."""
        function = np.arange(self.n_functions)
        return normal[np.where(function & 1, self.n_functions - 1 - function, function) >> 1]
