"""Likelihoods as exact integers over one denominator a number of rows, so that sums of them are exact too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

from mesaprior.errors import UsageError
from mesaprior.inference.noise import BetaNoise, Noise, NoiseModel


@dataclass(frozen=True, eq=False)
class ExactLikelihood:
    """Numerators and denominators of the likelihoods that a noise model gives.

    With h hits, m misses and k abstentions on n = h + m + k rows, the likelihood is ``numerator(n, h, m)`` over
    ``denominator(n)``.

    Attributes
    ----------
    n_actions : int
        A, at least 2.
    miss, hit : tuple of int
        Factors of the i-th miss and of the i-th hit, i from 0; the last one is repeated for a known share of misses.
    scored : tuple of int
        Factors of the denominator, likewise by scored rows.

    Notes
    -----
    Known noise e/d: each hit has d - e, each miss e, each scored row d. ``beta:a,b`` with a = p/q and b = r/q: the
    i-th miss has p + iq, the i-th hit r + iq, the i-th scored row p + r + iq (rising factorials). A miss also divides
    by A - 1, an abstention by A. Numbers are read as they are written: 0.05 is 1/20.
    """

    n_actions: int
    miss: tuple[int, int]
    hit: tuple[int, int]
    scored: tuple[int, int]
    _products: dict[tuple[int, int], list[int]] = field(default_factory=dict, repr=False)
    _numerators: dict[int, dict[tuple[int, int], int]] = field(default_factory=dict, repr=False)

    def numerator(self, n: int, hits: int, misses: int) -> int:
        """Return the likelihood of these tallies on n rows, times ``denominator(n)``."""
        known = self._numerators.setdefault(n, {})
        key = (hits, misses)
        if key not in known:
            A, abstained = self.n_actions, n - hits - misses
            kept = self._product(self.scored, n) // self._product(self.scored, hits + misses)
            tallied = self._product(self.hit, hits) * self._product(self.miss, misses)
            known[key] = tallied * kept * (A - 1) ** (n - misses) * A ** (n - abstained)
        return known[key]

    def forget_before(self, n: int) -> None:
        """Forget the numerators of fewer rows; they are long, and are worked out again where they are asked for."""
        for fewer in [rows for rows in self._numerators if rows < n]:
            del self._numerators[fewer]

    def denominator(self, n: int) -> int:
        """Return the common denominator of all likelihoods of n rows."""
        return self._product(self.scored, n) * ((self.n_actions - 1) * self.n_actions) ** n

    def _product(self, factor: tuple[int, int], n: int) -> int:
        """Return the product of n factors that begin with the first number and grow by the second."""
        known = self._products.setdefault(factor, [1])
        while len(known) <= n:
            known.append(known[-1] * (factor[0] + (len(known) - 1) * factor[1]))
        return known[n]


def exact_likelihood(noise: NoiseModel, n_actions: int) -> ExactLikelihood:
    """Return the exact form of a noise model.

    Parameters
    ----------
    noise : NoiseModel
        `Noise` or `BetaNoise`.
    n_actions : int
        A, at least 2.

    Raises
    ------
    UsageError
        If the noise model is of another kind.
    """
    if isinstance(noise, Noise):
        share = Fraction(repr(float(noise.eps)))
        e, d = share.numerator, share.denominator
        return ExactLikelihood(n_actions, (e, 0), (d - e, 0), (d, 0))
    if isinstance(noise, BetaNoise):
        p, r, q = _over_one_denominator([noise.a, noise.b])
        return ExactLikelihood(n_actions, (p, q), (r, q), (p + r, q))
    raise UsageError(f"noise {noise!r} has no exact form here; use Noise or BetaNoise.")


def _over_one_denominator(values: Sequence[float]) -> tuple[int, ...]:
    """Return numerators of decimal numbers, and then their common denominator."""
    fractions = [Fraction(repr(float(value))) for value in values]
    q = lcm(*(value.denominator for value in fractions))
    return (*(int(value * q) for value in fractions), q)
