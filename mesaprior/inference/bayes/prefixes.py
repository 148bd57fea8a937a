"""Masses of classes of behaviours at training prefixes: at all of them in one pass over the log, or at some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import suited
from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import runs
from mesaprior.inference.bayes.cut import MOST_ROWS_OF_COLUMNS
from mesaprior.inference.bayes.logspace import log2_scaled, log2_sum
from mesaprior.inference.bayes.noise import NoiseModel

if TYPE_CHECKING:
    from mesaprior.inference.bayes.kernels import Items, Tables

ITEM = 5e-6
"""Seconds that plain Python takes for an item and a row, about."""

VISIT = 5e-7
"""Seconds that plain Python takes for an item and a cell, about."""

COMPILING = 2.0
"""Seconds that it takes to compile what adds items."""

MANY_ROWS = 64
"""On logs of more rows it pays to find the leader of each class first."""

HELD = 1 << 23
"""Entries of a table of items by cells that are held at a time."""

TALLIES = 8
"""Tallies that are held of each item at each checkpoint, at most."""


@dataclass(frozen=True, eq=False)
class ClassMasses:
    """The masses of classes of behaviours, to be asked for at any training prefix.

    Attributes
    ----------
    census : Census
    log : ImitationLog
        The log that the census was counted on.
    noise : NoiseModel
    of_class : int64[B]
        Class of each behaviour, 0..K-1.
    n_classes : int
        K.
    log2_behaviour : float64[B]
        log2 prior mass of each behaviour.
    likelihood : float64[B]
        log2 likelihood of all training rows under each behaviour.

    Notes
    -----
    Behaviours of one class that agree in all training cells share their whole likelihood, so their prior mass is added
    first; what is left are I items. On long logs the item of each class that leads after all rows comes before the
    others, most of which are then seen to be negligible without much work. Mass at a prefix is the same, bit for bit,
    whichever other prefixes are asked for.
    """

    census: Census
    log: ImitationLog
    noise: NoiseModel
    of_class: NDArray[np.int64]
    n_classes: int
    log2_behaviour: NDArray[np.float64]
    likelihood: NDArray[np.float64]

    @property
    def n_training(self) -> int:
        """N, the number of training rows."""
        return self.log.n_training

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """The D cells of the census that training rows are in, ascending, int64[D]."""
        return np.unique(self.census.row_cell[: self.n_training])

    @cached_property
    def rows(self) -> NDArray[np.int64]:
        """Place in `cells`, and the teacher's action, of each training row, int64[2, N]."""
        place = np.zeros(len(self.census.predictions[0]), dtype=np.int64)
        place[self.cells] = np.arange(len(self.cells))
        N = self.n_training
        return np.stack([place[self.census.row_cell[:N]], self.log.action[:N]]).astype(np.int64)

    @cached_property
    def tables(self) -> Tables:
        """How likely tallies of up to N rows are."""
        return self.noise.tables(self.n_training, self.census.n_actions)

    @cached_property
    def items(self) -> Items:
        """The items in the order in which they are added; `row` is a behaviour that predicts what the item does."""
        # Numba is loaded where a kernel runs, and nowhere else.
        from mesaprior.inference.bayes.kernels import Items

        pattern = runs(self.census.predictions, self.cells)
        codes, member_of = np.unique(pattern * self.n_classes + self.of_class, return_inverse=True)
        log2_item = log2_sum(self.log2_behaviour, member_of, len(codes))
        of_pattern, item_class = np.divmod(codes, self.n_classes)
        example = np.flatnonzero(np.diff(pattern, prepend=-1) > 0)[of_pattern]
        order = np.arange(len(codes))
        if self.n_training > MANY_ROWS:
            first = _leaders(log2_item + self.likelihood[example], item_class)
            order = np.concatenate([first, np.delete(order, first)])
        nothing = np.zeros(len(order), dtype=np.int64)
        return Items(example[order], item_class[order], log2_item[order], nothing, nothing)

    @property
    def n_leaders(self) -> int:
        """How many items lead a class after all rows; they are the first ones."""
        return len(np.unique(self.items.of_class)) if self.n_training > MANY_ROWS else 0

    def predictions(self, which: slice | np.ndarray) -> NDArray[np.int16]:
        """Return the predictions of some items in `cells`, int16[I, D]."""
        found = self.census.predictions[np.ix_(self.items.row[which], self.cells)]
        return np.ascontiguousarray(found, dtype=np.int16)

    def taken(self, start: int, stop: int) -> NDArray[np.int64]:
        """Return how often the teacher took each action in each of `cells` on training rows start..stop-1, [D, A]."""
        cell, action = self.rows[:, start:stop]
        A = self.census.n_actions
        return np.bincount(cell * A + action, minlength=len(self.cells) * A).reshape(-1, A)

    def at(self, n: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return log2 masses, not normalized, by class and prefix.

        Parameters
        ----------
        n : int64[K]
            Numbers of training rows, ascending, 0..N.

        Returns
        -------
        float64[classes, K]

        Notes
        -----
        Time is O(I * N) for all prefixes, and else O(N + I * D * K) for D cells. Memory is O(K) beside the blocks of
        items that are held at a time.
        """
        peak = np.full((self.n_classes, len(n)), -np.inf)
        total = np.zeros((self.n_classes, len(n)))
        if len(n) == self.n_training + 1:
            for block in self._blocks():
                self.add_rows(self.predictions(block), part_of(self.items, block), 0, self.n_training, peak, total)
        else:
            self._add_at(n, peak, total)
        return log2_scaled(total, peak)

    def add_rows(
        self, predictions: np.ndarray, items: Items, start: int, stop: int, peak: np.ndarray, total: np.ndarray
    ) -> None:
        """Add items to the sums at the prefixes start..stop, whose tallies on `start` rows they hold.

        Parameters
        ----------
        predictions : int16[P, D]
            Of the items, in their order.
        items : Items
        start, stop : int
        peak, total : float64[classes, stop - start + 1]
            Changed in place.
        """
        from mesaprior.inference.bayes.kernels import add_mass_by_prefix

        add = self._suited(add_mass_by_prefix, ITEM * len(items.row) * (stop - start + 1))
        rows = np.ascontiguousarray(self.rows[:, start:stop])
        own = items._replace(row=np.arange(len(items.row)))
        add(predictions, rows, start, self.tables, own, peak, total)

    def meetings(
        self, predictions: np.ndarray, start: int, stop: int, reference: np.ndarray | None = None
    ) -> NDArray[np.int64]:
        """Return hits and misses of items on training rows start..stop-1, and those that a reference has, too, [4, I].

        Parameters
        ----------
        predictions : int16[I, D]
        start, stop : int
        reference : int16[D], optional
            Predictions of the reference.
        """
        from mesaprior.inference.bayes.kernels import meetings

        if reference is None:
            reference = np.full(len(self.cells), ABSTAIN, dtype=np.int16)
        count = suited(meetings, VISIT * predictions.size)
        return count(predictions, np.arange(len(predictions)), reference, self.taken(start, stop))

    def _add_at(self, n: np.ndarray, peak: np.ndarray, total: np.ndarray) -> None:
        """Add all items to the sums at some prefixes."""
        from mesaprior.inference.bayes.kernels import add_mass_at

        add = self._suited(add_mass_at, ITEM * len(self.items.row) * len(n))
        starts = [0, *n[:-1].tolist()]
        # What a block predicts is gathered once: of many behaviours in many cells that is most of the work.
        for block in self._blocks(TALLIES * len(n)):
            predictions = self.predictions(block)
            met = [self.meetings(predictions, *ends)[:2] for ends in zip(starts, n.tolist(), strict=True)]
            hits, misses = np.ascontiguousarray(np.cumsum(met, axis=0).transpose(1, 0, 2))
            add(n, hits, misses, self.tables, part_of(self.items, block), peak, total)

    def _blocks(self, width: int = 0) -> list[slice]:
        """Return slices of items so that each, times the cells or what else is held of each, has `HELD` entries."""
        size = max(1, HELD // max(width, len(self.cells)))
        return [slice(start, start + size) for start in range(0, len(self.items.row), size)]

    def _suited(self, kernel: Any, seconds: float) -> Callable[..., Any]:
        """Return a kernel that adds items, or the same as plain Python."""
        # Without columns there are integrals, which may overflow; the kernel adds, so it must not be begun twice.
        return suited(kernel, seconds if self.n_training <= MOST_ROWS_OF_COLUMNS else np.inf, COMPILING)


def part_of(items: Items, which: slice | np.ndarray) -> Items:
    """Return some items, in the order that is asked for."""
    return type(items)(*(np.ascontiguousarray(column[which]) for column in items))


def _leaders(log2_final: NDArray[np.float64], item_class: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the item of each class with the most mass after all training rows, the first of several, int64[<= K].

    Parameters
    ----------
    log2_final : float64[I]
        log2 mass of each item after all training rows.
    item_class : int64[I]
        As in the kernel.
    """
    falling = np.argsort(-log2_final, kind="stable")
    return falling[np.unique(item_class[falling], return_index=True)[1]]
