"""The odds as a function of one parameter of the prior or of the noise, and the classes of programs behind them.

A *class* holds the programs of one side that agree in the columns that the prior reads and in their tally on the
training rows: they have equal weight for every value of the parameter. Sizes: V values, P classes, B behaviours.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.cut import chance
from mesaprior.inference.bayes.logspace import log2_odds, log2_sum
from mesaprior.inference.bayes.noise import BetaNoise, Noise, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.odds import CHALLENGERS, OTHERS
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.sweeps.axes import HITS, MISSES, NOISE
from mesaprior.inference.sweeps.equivalence import Pooling, Pools, distinct
from mesaprior.inference.sweeps.masses import Weighing
from mesaprior.priors.compiler import Program
from mesaprior.priors.prior import FormulaPrior
from mesaprior.priors.sweeps.separation import separate


class OddsCurve:
    """The final odds along one parameter.

    Parameters
    ----------
    scored : Scored
        Its noise counts where the parameter is not of the noise, or is the other pseudo-count.
    prior : Prior
    parameter : str
        A parameter of the prior, or `noise`, `a` or `b`.
    side : int64[B]
        As `Contest.sides_of` returns it.
    workers : int
        Threads.

    Attributes
    ----------
    classes : Pools
        The classes, P of them; `label` is the number of a tally.
    side : int64[P]
        Side of each class.
    hits, misses, abstained : int64[P]
        Tally of each class.
    tally_of : int64[B]
        Number of the side and tally of each behaviour, -1 where it is on no side.
    """

    def __init__(
        self,
        scored: Scored,
        prior: Prior,
        parameter: str,
        side: np.ndarray,
        *,
        workers: int = 1,
    ) -> None:
        census, training = scored.census, scored.training
        self._n_actions, self._noise, self._parameter = census.n_actions, scored.noise, parameter
        _, example, number = distinct((side, training.hits, training.abstained))
        self.tally_of: NDArray[np.int64] = np.where(side >= 0, number, -1)
        pooling = Pooling(census, prior.columns)
        self.classes: Pools = pooling.pool(self.tally_of)
        first = example[self.classes.label]
        self.side: NDArray[np.int64] = side[first]
        self.hits: NDArray[np.int64] = training.hits[first]
        self.misses: NDArray[np.int64] = training.misses[first]
        self.abstained: NDArray[np.int64] = training.abstained[first]
        self.is_of_noise: bool = parameter in (NOISE, MISSES, HITS)
        self._weighing = Weighing(prior, None if self.is_of_noise else parameter, workers)
        if self.is_of_noise:
            self._log2_class = self._weights_of_classes(0.0)
            # What the noise distinguishes are tallies, whatever the columns.
            self._tallies, self._first, place = distinct((self.classes.label,))
            self._log2_tally = log2_sum(self._log2_class, place, len(self._first))
        else:
            self._sided = pooling.pool(side, scored.log2_likelihood)

    def log2_masses(self, values: np.ndarray) -> NDArray[np.float64]:
        """Return the log2 mass of the two sides at values of the parameter, float64[V, 2]; not normalized."""
        if not self.is_of_noise:
            return self._weighing.log2_masses(self._sided, 2, values)
        first = self._first
        likelihood = np.stack([self._likelihood(value, first) for value in values.tolist()])
        terms = self._log2_tally + likelihood
        return np.stack(
            [np.logaddexp2.reduce(terms[:, self.side[first] == side], axis=1, initial=-np.inf) for side in (0, 1)],
            axis=1,
        )

    def odds(self, values: np.ndarray) -> NDArray[np.float64]:
        """Return the log2 odds of the challengers over the others, float64[V]."""
        masses = self.log2_masses(np.asarray(values, dtype=np.float64))
        return log2_odds(masses[:, CHALLENGERS], masses[:, OTHERS])

    def log2_classes(self, value: float) -> NDArray[np.float64]:
        """Return the log2 mass of each class at a value, float64[P]; not normalized."""
        if self.is_of_noise:
            return self._log2_class + self._likelihood(value, np.arange(len(self.side)))
        return self._weights_of_classes(value) + log2_likelihood(
            self._noise, self.hits, self.misses, self.abstained, self._n_actions
        )

    def noise_at(self, value: float) -> NoiseModel:
        """Return the noise at a value of the parameter."""
        if self._parameter == NOISE:
            return Noise(value)
        if self._parameter in (MISSES, HITS):
            assert isinstance(self._noise, BetaNoise)
            return BetaNoise(
                value if self._parameter == MISSES else self._noise.a,
                value if self._parameter == HITS else self._noise.b,
            )
        return self._noise

    def most_roots(self, low: float, high: float) -> int | None:
        """Return an upper bound on the number of zeros of the odds, or None where none is known.

        Notes
        -----
        Where the prior is offset * base**factor, the difference of the two sides is a sum of c_i * b_i**factor with
        distinct bases: it has at most as many zeros as its coefficients, in the order of the bases, have changes of
        sign (E. Laguerre's extension of the rule of Descartes, 1883; G. J. O. Jameson, Counting zeros of generalised
        polynomials, 2006). The factor must run one way with the parameter, which is examined on a few values. Along
        `noise`, with y = eps / (c - eps), the sides are polynomials in y, and the rule is that of Descartes.
        """
        if self._parameter == NOISE:
            return self._most_roots_of_noise()
        prior = self._weighing.prior
        if self.is_of_noise or not isinstance(prior, FormulaPrior):
            return None
        separation = separate(prior.formula, self._parameter)
        bases = [base for base, _ in separation.powers if base.columns] if separation else []
        if len(bases) != 1 or len(self.classes.label) == 0:
            return None
        columns = self.classes.columns
        slope, wrong = Program(bases[0], prior.parameters).weigh(columns)
        if wrong >= 0 or not np.isfinite(slope).all():
            return None
        if not self._runs_one_way(slope, low, high):
            return None
        log2_mass = self.log2_classes(low)
        slopes, place = np.unique(slope, return_inverse=True)
        place = place.reshape(-1)
        by_side = log2_sum(log2_mass, place * 2 + self.side, 2 * len(slopes)).reshape(-1, 2)
        return _changes(by_side)

    def _most_roots_of_noise(self) -> int:
        """Return a bound on the number of error rates from 0 to c at which the odds are 0.

        Between 0 and c it is the number of changes of sign among the coefficients of the difference of the sides, by
        powers of y: h hits, m misses and k abstentions have the factor A^-(m + k) (1 + y/A)^h y^m (1 + y)^k, up to one
        that all tallies share. The ends are examined.
        """
        first, actions = self._first, self._n_actions
        hits, misses, abstained = self.hits[first], self.misses[first], self.abstained[first]
        n = int((hits + misses + abstained).max(initial=0))
        by_power = np.full((n + 1, 2), -np.inf)
        constant = self._log2_tally - (misses + abstained) * math.log2(actions)
        for place, (h, m, k) in enumerate(zip(hits.tolist(), misses.tolist(), abstained.tolist(), strict=True)):
            side = self.side[first[place]]
            factor = constant[place] + _log2_powers(h, -math.log2(actions), k)
            by_power[m:, side][: h + k + 1] = np.logaddexp2(by_power[m:, side][: h + k + 1], factor)
        ends = self.odds(np.array([0.0, chance(actions)]))
        return _changes(by_power) + int((ends == 0).sum())

    def _runs_one_way(self, slope: np.ndarray, low: float, high: float) -> bool:
        """Return whether the weights of the classes of least and greatest slope diverge, or converge, monotonically."""
        ends = np.array([int(np.argmin(slope)), int(np.argmax(slope))])
        if slope[ends[0]] == slope[ends[1]]:
            return True
        pools = self.classes.take(ends)
        drift = [
            float(np.diff(self._weighing.at({self._parameter: value}).weights(pools))[0])
            for value in np.linspace(low, high, 65).tolist()
        ]
        steps = np.diff(drift)
        return bool((steps > 0).all() or (steps < 0).all())

    def _weights_of_classes(self, value: float) -> np.ndarray:
        weighing = self._weighing if self.is_of_noise else self._weighing.at({self._parameter: value})
        return weighing.weights(self.classes) + self.classes.log2_mass

    def _likelihood(self, value: float, chosen: np.ndarray) -> np.ndarray:
        return log2_likelihood(
            self.noise_at(value), self.hits[chosen], self.misses[chosen], self.abstained[chosen], self._n_actions
        )


def _log2_powers(n: int, log2_slope: float, k: int) -> np.ndarray:
    """Return log2 of the coefficients of (1 + slope * y)^n (1 + y)^k, float64[n + k + 1]."""
    j = np.arange(1, n + 1)
    binomial = np.concatenate([[0.0], np.cumsum(np.log2((n + 1 - j) / j))])
    powers = binomial + log2_slope * np.arange(n + 1)
    for _ in range(k):
        powers = np.logaddexp2(np.append(powers, -np.inf), np.append(-np.inf, powers))
    return powers


def _changes(log2_masses: np.ndarray) -> int:
    """Return the number of sign changes of the challengers' mass minus the others' along the rows, float64[n, 2]."""
    odds = log2_odds(log2_masses[:, CHALLENGERS], log2_masses[:, OTHERS])
    signs = np.sign(odds[np.nan_to_num(odds, nan=0.0) != 0])
    return int((signs[1:] != signs[:-1]).sum())
