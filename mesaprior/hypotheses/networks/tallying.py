"""The counts of one thread, and of all of them together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from mesaprior.errors import Named, RunError, setting
from mesaprior.hypotheses.memory import available_memory
from mesaprior.hypotheses.networks import kernels
from mesaprior.hypotheses.networks.symmetry import Symmetries

_BUDGET = 1 << 27
"""Pairs of rows that are examined in one call; about a second at most, after which Ctrl-C is heard."""

MOST_BEHAVIOURS = 1 << 22
"""Behaviours that are counted; about a gigabyte a thread."""

_DIRECT = 16
"""Bits of a behaviour up to which every one has its row."""

_NONE = 1 << 30
"""More weights than any network has."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Networks by behaviour. Sizes: B behaviours, N norms.

    Attributes
    ----------
    behaviour : uint64[B]
        Distinct, ascending.
    count : int64[B, N]
    least : int64[B]
        Fewest non-zero weights of a network.
    first, second, choice, symmetry : int64[B]
        A network that has so few: rows of two pieces, the choice of biases, and the permutation of the inputs to apply.
    part : int64[B]
        The part of the work in which it was found.
    """

    behaviour: np.ndarray
    count: np.ndarray
    least: np.ndarray
    first: np.ndarray
    second: np.ndarray
    choice: np.ndarray
    part: np.ndarray
    symmetry: np.ndarray

    def symmetrized(self, symmetries: Symmetries, outputs: int) -> Groups:
        """Return the counts averaged over all permutations."""
        P = len(symmetries)
        images = [symmetries.of_behaviours(self.behaviour, p, outputs) for p in range(P)]
        behaviour = np.unique(np.concatenate(images))
        result = _nothing(behaviour, self.count.shape[1])
        rest = np.zeros_like(result.count)
        for p, image in enumerate(images):
            rows = np.searchsorted(behaviour, image)
            # A count times P might not fit into 64 bits: quotients and rests are added up by themselves.
            result.count[rows] += self.count // P
            rest[rows] += self.count % P
            result.take(rows, self, p)
        if (rest % P).any():
            raise RunError("the counts of networks that differ in the order of the inputs do not add up; report this.")
        result.count[:] += rest // P
        return result

    def take(self, rows: np.ndarray, other: Groups, symmetry: int | None = None) -> None:
        """Take the networks of others at distinct rows, ``int64[B']``, that have fewer weights or come from before."""
        better = other.least < self.least[rows]
        if symmetry is None:
            better |= (other.least == self.least[rows]) & (other.part < self.part[rows])
        chosen = rows[better]
        for name in ("least", "first", "second", "choice", "part"):
            getattr(self, name)[chosen] = getattr(other, name)[better]
        self.symmetry[chosen] = other.symmetry[better] if symmetry is None else symmetry


def merged(parts: Sequence[Groups]) -> Groups:
    """Return the counts of several threads together."""
    behaviour = np.unique(np.concatenate([part.behaviour for part in parts]))
    result = _nothing(behaviour, parts[0].count.shape[1])
    for part in parts:
        rows = np.searchsorted(behaviour, part.behaviour)
        result.count[rows] += part.count
        result.take(rows, part)
    return result


def _nothing(behaviour: np.ndarray, norms: int) -> Groups:
    column = np.zeros(len(behaviour), dtype=np.int64)
    return Groups(
        behaviour=behaviour,
        count=np.zeros((len(behaviour), norms), dtype=np.int64),
        least=column + _NONE,
        first=column.copy(),
        second=column.copy(),
        choice=column.copy(),
        part=column.copy(),
        symmetry=column,
    )


class Tallying:
    """Counts the networks that combine two sums.

    Parameters
    ----------
    one, other : kernels.Pieces
    outputs : kernels.Outputs
    """

    def __init__(self, one: kernels.Pieces, other: kernels.Pieces, outputs: kernels.Outputs):
        self._one, self._other, self._outputs = one, other, outputs
        C, k = outputs.choice.shape
        bits = k * outputs.situations
        # Each behaviour has a row of its own where there are few.
        rows, slots = (1 << bits, 0) if bits <= _DIRECT else (max(1 << 12, 1 << (2 * C).bit_length()), 1)
        _check_memory(rows, len(outputs.weights))
        column = np.zeros(rows, dtype=np.int64)
        self._tally = kernels.Tally(
            behaviour=np.arange(rows, dtype=np.uint64),
            count=np.zeros((len(outputs.weights), rows), dtype=np.int64),
            least=column + _NONE,
            first=column.copy(),
            second=column.copy(),
            choice=column.copy(),
            part=column.copy(),
            slots=np.full(4 * rows * slots, -1, dtype=np.int64),
            place=np.zeros(5, dtype=np.int64),
            bits=np.zeros(k * len(outputs.offset), dtype=np.uint64),
            norms=np.zeros(C, dtype=np.int64),
        )

    def extend(self, part: int, start: int, stop: int, *, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Count the networks of the rows from `start` to `stop` of the first pieces.

        Parameters
        ----------
        part : int
            Number of this part of the work; parts come in this order.
        start, stop : int
        goes_on : callable
            Asked now and then; where it says no, what was counted is of no use any more.

        Raises
        ------
        RunError
            If there is not enough memory.
        """
        self._tally.place[1:] = start, 0, start, 0
        while goes_on():
            status = kernels.count_networks(
                *(self._one, self._other, np.int64(stop), self._outputs, self._tally),
                *(np.int64(part), np.int64(_BUDGET)),
            )
            if status == kernels.DONE:
                return
            if status == kernels.FULL:
                self._enlarge()

    def _enlarge(self) -> None:
        """Double the room for behaviours."""
        old = self._tally
        if len(old.behaviour) >= MOST_BEHAVIOURS:
            raise RunError(
                f"the networks have more than {len(old.behaviour):,} behaviours, and their counts would take too much "
                "memory; ask for fewer ",
                Named("hidden units", "--hidden units"),
                ", fewer actions or fewer situations.",
            )
        _check_memory(2 * len(old.behaviour), len(old.count))
        columns = {name: getattr(old, name) for name in ("behaviour", "count", "first", "second", "choice", "part")}
        self._tally = old._replace(
            slots=np.full(2 * len(old.slots), -1, dtype=np.int64),
            least=np.concatenate([old.least, np.full_like(old.least, _NONE)]),
            **{name: np.concatenate([column, np.zeros_like(column)], axis=-1) for name, column in columns.items()},
        )
        kernels.reslot_tally(self._tally)

    def groups(self) -> Groups:
        """Return the counts."""
        tally = self._tally
        if len(tally.slots):
            n = int(tally.place[0])
            rows = np.argsort(tally.behaviour[:n])
        else:
            rows = np.flatnonzero(tally.least < _NONE)
        columns = (tally.least, tally.first, tally.second, tally.choice, tally.part)
        return Groups(
            tally.behaviour[rows],
            np.ascontiguousarray(tally.count[:, rows].T),
            *(column[rows] for column in columns),
            symmetry=np.zeros(len(rows), dtype=np.int64),
        )


def _check_memory(rows: int, norms: int) -> None:
    """Refuse tables that do not fit into the free memory, together with what they are copied to.

    Raises
    ------
    RunError
        If so.
    """
    if 16 * rows * norms > available_memory():
        raise RunError(
            f"the counts of {rows:,} behaviours by {norms:,} norms do not fit into the free memory; ask for fewer ",
            Named("hidden units", "--hidden units"),
            ", fewer ",
            setting("weights"),
            " or fewer situations.",
        )
