"""The exact number of straight-line circuits of each size for every function, independent of any log."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, prod

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import Named, RunError, UsageError, setting
from mesaprior.hypotheses.circuits.counting import kernels
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.growing import Level, first_level, next_level
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS, FULL
from mesaprior.hypotheses.circuits.orbits import orbit_sizes
from mesaprior.hypotheses.circuits.symmetries import MOST_INPUTS, symmetries
from mesaprior.hypotheses.threads import Progress, spread

MOST_GATES = {1: 0, 2: 8, 3: 8, 4: 8, 5: 6}
"""Gates up to which all circuits are counted, by inputs: what 64 bits and some minutes hold."""

ROWS_AT_ONCE = 2_000
"""Sets that are added up in one call of a kernel."""


@dataclass(frozen=True, eq=False)
class SizeCounts:
    """Circuits with one number of gates, by the function of the last gate and its depth.

    A function is made 0 at input number 0. One function stands for its orbit, all that renaming and complementing
    inputs make of it; the numbers are the same for each of them.

    Attributes
    ----------
    function : uint64[k]
    depth : int64[k]
    count : uint64[k]
        Circuits for each function of the orbit and for its complement; gates of both polarities.
    orbit_size : int64[k]
        Functions of the orbit that are 0 at input number 0.
    """

    function: NDArray[np.uint64]
    depth: NDArray[np.int64]
    count: NDArray[np.uint64]
    orbit_size: NDArray[np.int64]


def n_normal_circuits(n: int, basis: Basis, r: int) -> int:
    """Return the number of circuits with r gates, without polarities."""
    return prod(comb(n + k, 2) * basis.n_combinations for k in range(r))


def check_gates(n: int, max_gates: int) -> None:
    """Refuse more gates than can be counted.

    Raises
    ------
    UsageError
        If so.
    """
    if not 1 <= n <= MOST_INPUTS:
        raise UsageError(f"{n} inputs are out of range; give a number from 1 to {MOST_INPUTS}.")
    most = MOST_GATES[n]
    if n > 1 and max_gates > most:
        raise UsageError(
            setting("max_gates", max_gates),
            f": all circuits with {n} inputs are counted up to {most} gates; ask for at most {most}, or for the least "
            "circuits only (",
            Named("count='minimal'", "--circuits minimal"),
            ").",
        )


def count_circuits(
    n: int, basis: Basis, max_gates: int, *, workers: int = 1, report: Progress | None = None
) -> list[SizeCounts]:
    """Count all circuits with at least one gate and at most a given number.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    max_gates : int
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Called with 1 for every number of gates that is done.

    Returns
    -------
    list of SizeCounts
        For 1 gate, 2 gates and so on; none with fewer than two inputs.

    Raises
    ------
    UsageError
        If there are too many.
    RunError
        If the circuits counted are not all there are: an error of the program.

    Notes
    -----
    Circuits whose gates compute the same functions at the same depths in another order or another way are one set with
    a number of circuits, and so are those that renamed inputs make of each other. Sets are built up to two gates less
    than the largest circuits, whose last two gates are added up and never built. That half of all polarities give a
    function and half its complement makes a factor.

    Cost: 4 inputs up to 6 gates in a second, 7 in ten seconds, 8 in some minutes; 5 inputs up to 6 gates in half a
    minute.
    """
    check_gates(n, max_gates)
    if n < 2 or max_gates == 0:
        return []
    level = first_level(is_counted=True)
    sizes: list[SizeCounts] = []
    for r in range(1, max_gates + 1):
        with_two = r == max_gates and r > 1
        if r > 1 and not with_two:
            level = next_level(n, basis, level, workers=workers)
        sizes.append(_size_counts(n, basis, level, r, with_two, workers))
        if report is not None:
            report(1)
    return sizes


def _size_counts(n: int, basis: Basis, level: Level, r: int, with_two: bool, workers: int) -> SizeCounts:
    """Return the circuits with r gates, from sets of r - 1 gates or, with two more gates, of r - 2."""

    def add_up(tallying: _Tallying, batch: int, goes_on: object) -> None:
        tallying.add(level, batch)

    batches = range(-(-len(level.code) // ROWS_AT_ONCE))
    parts = spread(batches, lambda: _Tallying(n, basis, with_two), add_up, workers=workers)
    code, count = (np.concatenate(columns) for columns in zip(*(part.found() for part in parts), strict=True))
    form = np.zeros(len(code), dtype=np.uint64)
    kernels.write_forms(symmetries(n), code, form)
    order = np.argsort(form, kind="stable")
    starts = np.flatnonzero(np.diff(form[order], prepend=np.uint64(2**64 - 1)))
    form, total = form[order][starts], np.add.reduceat(count[order], starts)
    function = form >> np.uint64(DEPTH_BITS)
    distinct, which = np.unique(function, return_inverse=True)
    size = orbit_sizes(n, distinct[:, None])[which]
    if (total % size.astype(np.uint64)).any() or sum(total.tolist()) != n_normal_circuits(n, basis, r):
        raise RunError(f"the circuits with {r} gates were not counted evenly; report this.")
    each = total // size.astype(np.uint64)
    if int(each.max()) << (r - 1) >= 1 << 64:
        raise RunError(f"a number of circuits with {r} gates does not fit into 64 bits; ask for fewer gates.")
    depth = (form & np.uint64((1 << DEPTH_BITS) - 1)).astype(np.int64)
    return SizeCounts(function, depth, each << np.uint64(r - 1), size)


class _Tallying:
    """The sums of one thread."""

    def __init__(self, n: int, basis: Basis, with_two: bool):
        self._symmetries, self._P, self._with_two = symmetries(n), np.int64(basis.n_combinations), with_two
        is_dense = n < MOST_INPUTS
        slots = 1 << ((1 << n) - 1 + DEPTH_BITS) if is_dense else 1 << 18
        self._tally = kernels.Tally(
            code=np.zeros(0 if is_dense else slots, dtype=np.uint64),
            count=np.zeros(slots, dtype=np.uint64),
            used=np.zeros(1, dtype=np.int64),
        )

    def add(self, level: Level, batch: int) -> None:
        """Add up the circuits of a block of sets."""
        place = np.array([batch * ROWS_AT_ONCE, min(len(level.code), (batch + 1) * ROWS_AT_ONCE)], dtype=np.int64)
        while (
            kernels.tally_circuits(
                self._symmetries, self._P, level.code, level.count, place, self._with_two, self._tally
            )
            == FULL
        ):
            slots = 2 * len(self._tally.code)
            larger = kernels.Tally(np.zeros(slots, np.uint64), np.zeros(slots, np.uint64), np.zeros(1, np.int64))
            kernels.move(self._tally, larger)
            self._tally = larger

    def found(self) -> tuple[np.ndarray, np.ndarray]:
        """Return codes, ``uint64[k]``, and numbers of circuits, ``uint64[k]``."""
        place = np.flatnonzero(self._tally.count)
        if len(self._tally.code):
            return self._tally.code[place] - np.uint64(1), self._tally.count[place]
        depth_mask = (1 << DEPTH_BITS) - 1
        code = ((place >> DEPTH_BITS) << (DEPTH_BITS + 1)) | (place & depth_mask)
        return code.astype(np.uint64), self._tally.count[place]
