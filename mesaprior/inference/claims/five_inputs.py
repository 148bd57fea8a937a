"""The least circuits of five inputs: known up to some gates, and looked up one function at a time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits.gates import FULL
from mesaprior.hypotheses.circuits.least.search import least_circuits
from mesaprior.hypotheses.circuits.orbits import orbit_forms
from mesaprior.inference.claims.completions import Openings, equal_shares

_LAST = (1 << 32) - 1
"""The function that is 1 at all inputs."""


@dataclass(frozen=True)
class LeastOfFive:
    """Completions of the fewest gates share alike; see `completions.Weighing`.

    Attributes
    ----------
    max_gates : int
        Where no completion has a circuit of so few gates none has a share.
    """

    max_gates: int

    @cached_property
    def _orbits(self) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
        """Forms of all orbits that are known, ascending, and their gates."""
        return _orbits_up_to(self.max_gates)

    def cost(self, functions: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the least gates of functions, infinite above `max_gates`."""
        forms, gates = self._orbits
        known, number = np.unique(_forms(functions.reshape(-1)), return_inverse=True)
        place = np.minimum(np.searchsorted(forms, known), len(forms) - 1)
        found = np.where(forms[place] == known, gates[place], np.inf)
        return found[number].reshape(functions.shape)

    def shares(self, functions: NDArray[np.int64], fills: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return equal shares of the least."""
        return equal_shares(self.cost(functions)[..., fills])

    def wholes(self, at: Openings) -> list[float]:
        """Return nan: of how many partial functions some completion is known would take all four billion functions."""
        return [math.nan] * len(at.fills)


@cache
def _orbits_up_to(max_gates: int) -> tuple[NDArray[np.uint64], NDArray[np.float64]]:
    least = least_circuits(5, FULL, max_gates)
    forms = orbit_forms(5, np.concatenate(least.function)[:, None])[:, 0]
    gates = np.repeat(np.arange(len(least.function), dtype=np.float64), [len(part) for part in least.function])
    order = np.argsort(forms)
    return forms[order], gates[order]


def _forms(functions: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return the form of the orbit of each function, uint64[k]; a function and its complement have the same gates."""
    normal = np.where(functions & 1, _LAST - functions, functions).astype(np.uint64)
    return orbit_forms(5, normal[:, None])[:, 0]
