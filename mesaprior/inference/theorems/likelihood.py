"""Likelihoods as exact integers over one denominator per number of rows, so that their sums are exact too."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.cut_ratio import cut_ratio
from mesaprior.inference.bayes.noise import BetaNoise, Noise, NoiseModel

MOST_COUNT = 100_000
"""Largest sum of the pseudo-counts of misses and hits."""

MOST_KEPT = 20_000
"""Numerators of tallies that are kept at a time, as far as they depend on nothing else."""


@dataclass(frozen=True, eq=False)
class ExactLikelihood(ABC):
    """Numerators and denominators of the likelihoods under a noise model.

    With h hits, m misses and k abstentions on n = h + m + k rows, the likelihood is ``numerator(n, h, m)`` over
    ``denominator(n)``.

    Attributes
    ----------
    n_actions : int
        A, at least 2.
    """

    n_actions: int
    _numerators: dict[int, dict[tuple[int, int], int]] = field(
        default_factory=dict[int, dict[tuple[int, int], int]], repr=False, kw_only=True
    )

    def numerator(self, n: int, hits: int, misses: int) -> int:
        """Return the likelihood of these tallies on n rows, times ``denominator(n)``."""
        known = self._numerators.setdefault(n, {})
        key = (hits, misses)
        if key not in known:
            known[key] = self._worked_out(n, hits, misses)
        return known[key]

    def forget_before(self, n: int) -> None:
        """Forget the numerators of fewer rows; they are long, and are computed again on request."""
        for fewer in [rows for rows in self._numerators if rows < n]:
            del self._numerators[fewer]

    @abstractmethod
    def denominator(self, n: int) -> int:
        """Return the common denominator of all likelihoods of n rows."""

    @abstractmethod
    def _worked_out(self, n: int, hits: int, misses: int) -> int:
        """Return a numerator."""


@dataclass(frozen=True, eq=False)
class KnownLikelihood(ExactLikelihood):
    """A known error rate.

    Attributes
    ----------
    miss, hit, scored : int
        Of the share e/d: each miss has e, each hit d - e, each scored row d. A miss also divides by A - 1, and an
        abstention by A.
    """

    miss: int
    hit: int
    scored: int

    def denominator(self, n: int) -> int:
        """See `ExactLikelihood`."""
        return (self.scored * (self.n_actions - 1) * self.n_actions) ** n

    def _worked_out(self, n: int, hits: int, misses: int) -> int:
        A, abstained = self.n_actions, n - hits - misses
        tallied = self.hit**hits * self.miss**misses * self.scored**abstained
        return tallied * (A - 1) ** (n - misses) * A ** (n - abstained)


@dataclass(frozen=True, eq=False)
class CutLikelihood(ExactLikelihood):
    """An unknown error rate, integrated out under a Beta density cut off at chance.

    Attributes
    ----------
    misses, hits, unit : int
        Pseudo-counts a = misses/unit and b = hits/unit.
    start : Fraction
        R(a, b), or a fraction close to it.

    Notes
    -----
    The likelihood is A^-(h + m) R(a + m, b + h) / R(a, b) with the cut ratio R, whose values all follow from the first:

        R(p + 1, q) = A (p R(p, q) - 1) / ((A - 1) (p + q)),    R(p, q + 1) = A (q R(p, q) + 1) / (p + q).

    Whatever that one is, the likelihoods of a row's actions add up to that of the rows before it. R(a + m, b + h) is
    kept as an integer x over the denominator of `start`, (A - 1)^m, and the product of misses + hits + unit * i for
    i = 0..h + m - 1.
    """

    misses: int
    hits: int
    unit: int
    start: Fraction
    _products: list[int] = field(default_factory=lambda: [1], repr=False, kw_only=True)
    _without_hits: list[int] = field(default_factory=list[int], repr=False, kw_only=True)
    _diagonals: dict[int, list[int]] = field(default_factory=dict[int, list[int]], repr=False, kw_only=True)

    def denominator(self, n: int) -> int:
        """See `ExactLikelihood`."""
        return self.start.numerator * self._product(n) * ((self.n_actions - 1) * self.n_actions) ** n

    def _worked_out(self, n: int, hits: int, misses: int) -> int:
        scored = hits + misses
        kept = self._product(n) // self._product(scored)
        return self._diagonal(scored)[hits] * kept * (self.n_actions - 1) ** (n - misses)

    def _product(self, n: int) -> int:
        """Return the product of the factors of n scored rows."""
        known = self._products
        while len(known) <= n:
            known.append(known[-1] * (self.misses + self.hits + self.unit * (len(known) - 1)))
        return known[n]

    def _diagonal(self, scored: int) -> list[int]:
        """Return the x of all tallies of a number of scored rows, by hits."""
        known = self._diagonals.get(scored)
        if known is None:
            # From hits to hits: p R(p, q + 1) = (A - 1) q R(p + 1, q) + A.
            known = [self._x_without_hits(scored)]
            one = self.unit * self.n_actions * self.start.denominator * self._product(scored)
            powers = [1]
            for _ in range(scored):
                powers.append(powers[-1] * (self.n_actions - 1))
            for h in range(scored):
                m = scored - h - 1
                above = (self.hits + self.unit * h) * known[-1] + one * powers[m]
                known.append(above // (self.misses + self.unit * m))
            if sum(map(len, self._diagonals.values())) > MOST_KEPT:
                self._diagonals.clear()
            self._diagonals[scored] = known
        return known

    def _x_without_hits(self, misses: int) -> int:
        """Return the x of a number of misses and no hits."""
        A, known = self.n_actions, self._without_hits
        if not known:
            known.append(self.start.numerator)
        while len(known) <= misses:
            m = len(known) - 1
            one = self.unit * self.start.denominator * self._product(m) * (A - 1) ** m
            known.append(A * ((self.misses + self.unit * m) * known[-1] - one))
        return known[misses]


def exact_likelihood(noise: NoiseModel, n_actions: int, n_rows: int) -> ExactLikelihood:
    """Return the exact form of a noise model.

    Parameters
    ----------
    noise : NoiseModel
        `Noise` or `BetaNoise`. Numbers are read as they are written: 0.05 is 1/20.
    n_actions : int
        A, at least 2.
    n_rows : int
        Rows up to which likelihoods will be asked for.

    Raises
    ------
    UsageError
        If the noise model is of another kind, does not fit that number of actions, or has pseudo-counts of more than
        `MOST_COUNT`.

    Notes
    -----
    With whole b up to `cut_ratio.WHOLE` everything is exact, whatever a is. Else R(a, b) is replaced by a fraction so
    close to it that `cut_ratio.SPARE_BITS` are right in every likelihood; nothing else is rounded.
    """
    if isinstance(noise, Noise):
        noise.check(n_actions)
        share = Fraction(repr(float(noise.eps)))
        e, d = share.numerator, share.denominator
        return KnownLikelihood(n_actions, e, d - e, d)
    if isinstance(noise, BetaNoise):
        a, b = (Fraction(repr(float(value))) for value in (noise.a, noise.b))
        if a + b > MOST_COUNT:
            raise UsageError(
                f"noise {noise} has pseudo-counts of {float(a + b):g} together, too many for exact integers; give at "
                f"most {MOST_COUNT:,}, or a known share of misses."
            )
        unit = math.lcm(a.denominator, b.denominator)
        return CutLikelihood(n_actions, int(a * unit), int(b * unit), unit, cut_ratio(a, b, n_actions, n_rows))
    raise UsageError(f"noise {noise!r} has no exact form here; use Noise or BetaNoise.")
