"""All sets with one more gate: each once, in a canonical form under renaming of inputs."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.circuits import kernels
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import Progress, spread

N_PARTS = 4
"""Disjoint parts that large sets are built in, each by one thread; nothing depends on how many threads there are."""

ROWS_AT_ONCE = 2_000
"""Sets that are extended in one call of a kernel; a second at most, after which Ctrl-C is heard."""

LARGE = 5_000
"""Sets from which on they are extended in parts."""


@dataclass(frozen=True, eq=False)
class Level:
    """All sets of L gates, one for each orbit under renaming of inputs.

    Attributes
    ----------
    code : uint64[R, L]
        Gates, ascending: the function, made 0 at input number 0, times 16, plus the depth.
    count : uint64[R] or uint64[0]
        Straight-line circuits with these gates, polarities aside; added up over all that renamed inputs make of the
        set. Empty where sets are not counted.
    """

    code: NDArray[np.uint64]
    count: np.ndarray


def first_level(*, is_counted: bool) -> Level:
    """Return the one set of no gates."""
    return Level(np.zeros((1, 0), dtype=np.uint64), np.ones(int(is_counted), dtype=np.uint64))


def next_level(
    n: int,
    basis: Basis,
    level: Level,
    *,
    needless: NDArray[np.int64] | None = None,
    most_needless: int = 64,
    workers: int = 1,
    report: Progress | None = None,
) -> Level:
    """Return all sets with one more gate.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    level : Level
    needless : int64[R] or None
        Gates that each set could do without; with it, sets that could do without more than `most_needless` are left
        out so far as it is easily seen.
    most_needless : int
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Called with 1 for each part.

    Raises
    ------
    RunError
        If a count does not fit into 64 bits.

    Notes
    -----
    Cost: about 0.5 microseconds for each set and gate with 4 inputs, and 6 with 5.
    """
    parents = kernels.Parents(level.code, level.count, np.empty(0, dtype=np.int64) if needless is None else needless)
    n_parts = N_PARTS if len(level.code) >= LARGE else 1

    def make() -> dict[int, Level]:
        return {}

    def grow(done: dict[int, Level], part: int, goes_on: Callable[[], bool]) -> None:
        growing = _Growing(n, basis, parents, most_needless, (part, n_parts))
        done[part] = growing.run(goes_on)

    done = ChainMap(*spread(range(n_parts), make, grow, workers=min(workers, n_parts), report=report))
    levels = [done[part] for part in range(n_parts)]
    return Level(*(np.concatenate([getattr(part, name) for part in levels]) for name in ("code", "count")))


class _Growing:
    """One part of the sets of a level, while they are found."""

    def __init__(self, n: int, basis: Basis, parents: kernels.Parents, most_needless: int, part: tuple[int, int]):
        self._symmetries, self._basis, self._parents = symmetries(n), basis, parents
        self._most_needless, self._part = np.int64(most_needless), np.array(part, dtype=np.int64)
        rows, size = 1 << 12, parents.code.shape[1] + 1
        self._sets = kernels.Sets(
            code=np.zeros((rows, size), dtype=np.uint64),
            count=np.zeros(rows, dtype=np.uint64),
            slots=np.full(2 * rows, -1, dtype=np.int32),
            used=np.zeros(1, dtype=np.int64),
        )

    def run(self, goes_on: Callable[[], bool]) -> Level:
        """Find all of them."""
        place, n_parents = np.zeros(2, dtype=np.int64), len(self._parents.code)
        while place[0] < n_parents and goes_on():
            place[1] = min(n_parents, place[0] + ROWS_AT_ONCE)
            status = kernels.extend(
                self._symmetries,
                np.int64(self._basis.n_combinations),
                self._parents,
                self._most_needless,
                place,
                self._part,
                self._sets,
            )
            if status == kernels.OVERFLOW:
                raise RunError("a number of circuits does not fit into 64 bits; ask for fewer gates.")
            if status == kernels.FULL:
                self._enlarge()
        n_sets = int(self._sets.used[0])
        is_counted = len(self._parents.count) > 0
        return Level(self._sets.code[:n_sets].copy(), self._sets.count[: n_sets * is_counted].copy())

    def _enlarge(self) -> None:
        """Double the room."""
        old = self._sets
        self._sets = kernels.Sets(
            code=np.concatenate([old.code, np.zeros_like(old.code)]),
            count=np.concatenate([old.count, np.zeros_like(old.count)]),
            slots=np.full(2 * len(old.slots), -1, dtype=np.int32),
            used=old.used,
        )
        kernels.reslot(self._sets)
