"""Where the lead is lost for good, exactly, on logs too long to examine every training prefix.

The last prefix without a lead is searched for from the end. A stretch of rows is passed over where bounds on all items
show that the lead is kept throughout; elsewhere it is cut in half, and what is short enough is looked at prefix by
prefix. So the answer is that of looking at every one. The bounds are derived in ``docs/reference/posterior.md``.

Sizes: I items, D training cells, K prefixes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.gains import log2_gains
from mesaprior.inference.bayes.logspace import log2_scaled, log2_total
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.prefixes import ClassMasses, part_of

MARGIN = 1e-3
"""Bits by which a bound has to keep the lead: far more than rounding, also of logarithms of millions of bits."""

BEHIND = -121.0
"""Bits behind the leader of its class, at every prefix, at which an item is left out: kernels do so, too, at -120."""

FEW, FEW_INTEGRALS = 1 << 18, 1 << 15
"""Pairs of an item and a row that are looked at one by one; where the cut at chance is felt each is an integral."""

MOST_PREFIXES = 1 << 14
"""Prefixes that are looked at in one go."""

MOST_KEPT = 0.75
"""Share of the items that count from which on none is left out."""

Odds = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""Gives the odds, float64[K], of log2 masses by class and prefix, float64[classes, K]."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some rows, and the items that count there.

    Attributes
    ----------
    start, stop : int
        Rows start..stop-1 are between the prefixes of `start` and of `stop` rows.
    which : int64[I]
        Places of the items among all, ascending.
    predictions : int16[I, D]
        Of these items.
    before : int64[2, I]
        Hits and misses of each on the first `start` rows.
    met : int64[4, I]
        Hits and misses of each on the rows of the stretch, and those that the reference has, too.
    reference : int
        An item that all others are compared with: which of these it is.
    """

    start: int
    stop: int
    which: NDArray[np.int64]
    predictions: NDArray[np.int16]
    before: NDArray[np.int64]
    met: NDArray[np.int64]
    reference: int

    def kept(self, is_kept: NDArray[np.bool_]) -> Stretch:
        """Return the stretch without the items that do not count, the reference among those that do."""
        # Where few can go, copying the others costs more than they do.
        if is_kept.mean() > MOST_KEPT:
            return self
        parts = {name: getattr(self, name)[..., is_kept] for name in ("which", "before", "met")}
        reference = int(is_kept[: self.reference].sum())
        return replace(self, predictions=self.predictions[is_kept], reference=reference, **parts)


@dataclass(frozen=True, eq=False)
class Search:
    """The search for the last prefix at which challengers do not lead.

    Attributes
    ----------
    masses : ClassMasses
    side : int64[classes]
        1 for the classes of challengers, 0 for those of the others, -1 for those that are on no side.
    odds_of : Odds
        The odds of the challengers over the others.
    """

    masses: ClassMasses
    side: NDArray[np.int64]
    odds_of: Odds

    def last_behind(self, n: NDArray[np.int64], odds: NDArray[np.float64]) -> int | None:
        """Return the largest prefix with odds that are not above 0, or None where there is none.

        Parameters
        ----------
        n : int64[K]
            Prefixes, ascending, from 0 to N.
        odds : float64[K]
            The odds there.
        """
        if not odds[-1] > 0:
            return int(n[-1])
        if len(n) == self.masses.n_training + 1:
            behind = np.flatnonzero(~(odds > 0))
            return int(n[behind[-1]]) if len(behind) else None
        if not self.masses.n_leaders:
            every = np.arange(self.masses.n_training + 1)
            return self.last_behind(every, self.odds_of(self.masses.at(every)))
        which = np.flatnonzero(self.side[self.masses.items.of_class] >= 0)
        predictions = self.masses.predictions(which)
        after = self.masses.meetings(predictions, 0, self.masses.n_training)[:2]
        for k in reversed(range(len(n) - 1)):
            reference = self._leading_challenger(which, after)
            met = self.masses.meetings(predictions, int(n[k]), int(n[k + 1]), predictions[reference])
            before = after - met[:2]
            stretch = Stretch(int(n[k]), int(n[k + 1]), which, predictions, before, met, reference)
            found = self._last_in(stretch)
            if found is not None:
                return found
            after = before
        return None

    def _last_in(self, stretch: Stretch) -> int | None:
        """Return the last prefix of a stretch without a lead, of those before its last row."""
        n_rows = stretch.stop - stretch.start
        if self._is_bounded:
            low, high = self._bounds(stretch)
            if self._is_kept(stretch, low, high):
                return None
            stretch = stretch.kept(self._counts(stretch, low, high))
        few = FEW_INTEGRALS if self._is_cut_felt(stretch) else FEW
        if n_rows == 1 or (n_rows * len(stretch.which) <= few and n_rows <= MOST_PREFIXES):
            behind = np.flatnonzero(~(self._odds(stretch)[:-1] > 0))
            return stretch.start + int(behind[-1]) if len(behind) else None
        first, second = self._halves(stretch, (stretch.start + stretch.stop) // 2)
        found = self._last_in(second)
        return self._last_in(first) if found is None else found

    def _odds(self, stretch: Stretch) -> NDArray[np.float64]:
        """Return the odds at every prefix of a stretch, float64[stop - start + 1]."""
        items = part_of(self.masses.items, stretch.which)._replace(hits=stretch.before[0], misses=stretch.before[1])
        peak = np.full((self.masses.n_classes, stretch.stop - stretch.start + 1), -np.inf)
        total = np.zeros_like(peak)
        self.masses.add_rows(stretch.predictions, items, stretch.start, stretch.stop, peak, total)
        return self.odds_of(log2_scaled(total, peak))

    def _halves(self, stretch: Stretch, middle: int) -> tuple[Stretch, Stretch]:
        """Return the rows before a row of a stretch, and those from it on."""
        reference = stretch.predictions[stretch.reference]
        met = self.masses.meetings(stretch.predictions, stretch.start, middle, reference)
        return (
            replace(stretch, stop=middle, met=met),
            replace(stretch, start=middle, before=stretch.before + met[:2], met=stretch.met - met),
        )

    def _leading_challenger(self, which: np.ndarray, tallies: np.ndarray) -> int:
        """Return which item is the challenger of most mass by these tallies, of those that lead a class at the end."""
        items = self.masses.items
        first = np.unique(items.of_class[which], return_index=True)[1]
        first = first[self.side[items.of_class[which[first]]] == 1]
        mass = items.log2[which[first]] + log2_gains(self.masses.tables, *tallies[:, first])
        return int(first[np.argmax(mass)])

    @property
    def _is_bounded(self) -> bool:
        """Whether a hit never makes a likelihood smaller, nor later hits matter less: so it is with our own noise."""
        return type(self.masses.noise) in (Noise, BetaNoise)

    def _is_cut_felt(self, stretch: Stretch) -> bool:
        """Whether likelihoods of some items take integrals."""
        hits, misses = stretch.before + stretch.met[:2]
        return not len(self.masses.tables.columns.start) and bool(
            (misses >= self.masses.tables.felt_from[hits + misses]).any()
        )

    def _bounds(self, stretch: Stretch) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far each item is ahead of the reference at each prefix of a stretch, at least and at most.

        Returns
        -------
        low, high : float64[I]
            Bits, the prior mass of the item included.
        """
        r, log2_prior = stretch.reference, self.masses.items.log2[stretch.which]
        (hits, misses), (own_hits, own_misses, both_hits, both_misses) = stretch.before, stretch.met
        tables, h, m = self.masses.tables, int(hits[r]), int(misses[r])
        all_hits, all_misses = h + int(own_hits[r]), m + int(own_misses[r])
        # What one of the two alone hits or misses inside.
        its_hits, its_misses = own_hits - both_hits, own_misses - both_misses
        hits_without, misses_without = all_hits - h - both_hits, all_misses - m - both_misses

        def difference(mine: tuple[np.ndarray, np.ndarray], other: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
            return log2_gains(tables, *mine) - log2_gains(tables, *other)

        def choose(*cases: np.ndarray | int) -> np.ndarray:
            return np.where(ahead, cases[0], np.where(behind, cases[1], cases[2])).astype(np.int64)

        # The most hits and the fewest misses that the item has more than the reference.
        more, fewer = hits - h + its_hits, misses - m - misses_without
        ahead, behind = (more >= 0) & (fewer <= 0), (more <= 0) & (fewer >= 0)
        high = difference(
            (
                choose(hits + own_hits, hits + its_hits, hits + own_hits),
                choose(misses, misses + both_misses, misses),
            ),
            (
                choose(h + both_hits, h, h),
                choose(m + misses_without, all_misses, all_misses),
            ),
        )
        # The fewest hits and the most misses.
        more, fewer = hits - h - hits_without, misses - m + its_misses
        ahead, behind = (more >= 0) & (fewer <= 0), (more <= 0) & (fewer >= 0)
        low = difference(
            (
                choose(hits, hits + both_hits, hits),
                choose(misses + own_misses, misses + its_misses, misses + own_misses),
            ),
            (
                choose(h + hits_without, all_hits, all_hits),
                choose(m + both_misses, m, m),
            ),
        )
        return log2_prior + low, log2_prior + high

    def _is_kept(self, stretch: Stretch, low: np.ndarray, high: np.ndarray) -> bool:
        """Whether challengers lead at every prefix of a stretch for sure."""
        side = self.side[self.masses.items.of_class[stretch.which]]
        least, most = log2_total(low[side == 1]), log2_total(high[side == 0])
        return bool(least > -np.inf) and bool(least - most > MARGIN)

    def _counts(self, stretch: Stretch, low: np.ndarray, high: np.ndarray) -> NDArray[np.bool_]:
        """Return which items count at some prefix of a stretch: those that lead their class at the end always do."""
        of_class = self.masses.items.of_class[stretch.which]
        classes, first = np.unique(of_class, return_index=True)
        leader = first[np.searchsorted(classes, of_class)]
        return (high >= low[leader] + BEHIND) | (stretch.which < self.masses.n_leaders)
