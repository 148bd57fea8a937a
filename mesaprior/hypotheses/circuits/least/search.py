"""The least number of gates of Boolean functions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.least.induction import WORK_OF_GATES, Induction
from mesaprior.hypotheses.circuits.least.sets import SetSearch
from mesaprior.hypotheses.circuits.symmetries import MOST_INPUTS
from mesaprior.hypotheses.threads import Progress

MOST_GATES = {"full": 9, "aig": 9}
"""Gates up to which functions of 5 inputs are searched, by basis."""


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
    return MOST_GATES[basis.name] if n == MOST_INPUTS else None


def work_of(n: int, max_gates: int) -> int:
    """Return what the reports of a search up to some gates add up to, if not all functions are found before."""
    if n < MOST_INPUTS:
        return max_gates
    return sum(WORK_OF_GATES[: max_gates + 1])


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
        Called with numbers that add up to `work_of`, and with 0 now and then.

    Raises
    ------
    UsageError
        If numbers are out of range.

    Notes
    -----
    The search is exhaustive: see `sets.SetSearch` for up to 4 inputs, and `tangled.uses` for 5.

    Cost: 4 inputs and all gates in a second, without exclusive ors in half a minute; 5 inputs up to 7 gates in 3
    seconds, up to 8 in 10, up to 9 in two minutes and 0.7 GB.

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
    if most is None:
        search = SetSearch(n, basis, max_gates, workers, report)
        search.run()
        return LeastCircuits(n, basis, tuple(search.function), tuple(search.gates), tuple(search.n_functions))
    return _of_five(n, basis, max_gates or 0, workers, report)


def _of_five(n: int, basis: Basis, max_gates: int, workers: int, report: Progress | None) -> LeastCircuits:
    """Find the functions of 5 inputs."""
    induction = Induction(n, basis, workers=workers, report=report or (lambda _: None))
    while len(induction.circuits) <= max_gates and not induction.is_complete:
        induction.add_gate()
    circuits = induction.circuits
    return LeastCircuits(
        n,
        basis,
        tuple(part[:, 0] for part in circuits),
        tuple(part[:, 1:] for part in circuits),
        tuple(2 * int(number) for number in np.diff([0, *induction.n_marked])),
    )
