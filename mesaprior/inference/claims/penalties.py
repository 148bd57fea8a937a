"""Programs in groups over which the effect of a penalty on time is a sum: odds, expectations, the least penalty."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import tally
from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.roles import DEFECTING, IMITATOR, judge, role_codes
from mesaprior.inference.claims.asking import crossing

ALPHAS = tuple(k / 4 for k in range(4 * 16 + 1))
"""Exponents at which the least one is looked for at which imitators win."""

NO_BOUND = 1024.0
"""Steps that no short program takes: the bound at the base."""


@dataclass(frozen=True)
class Penalty:
    """The prior 2**(-charge*length) * time**-alpha, 0 above `bound` steps."""

    alpha: float = 0.0
    bound: float = NO_BOUND
    charge: float = 1.0

    def log2_weight(self, length: np.ndarray, time: np.ndarray) -> np.ndarray:
        """Return log2 of the weight of one program of each length in bits and time in steps."""
        weight = -self.charge * length - self.alpha * np.log2(time)
        return np.where(time <= self.bound, weight, -np.inf)


@dataclass(frozen=True, eq=False)
class Weighed:
    """Groups of programs after all rows of training, so that any penalty is a sum over them. Size: G groups.

    Attributes
    ----------
    length, time : float64[G]
        Bits and steps.
    log2_mass : float64[G]
        log2 of the number of programs times their likelihood.
    optimizes, defects : bool[G]
    wrong : float64[G]
        Share of the later rows that they get wrong.
    """

    length: NDArray[np.float64]
    time: NDArray[np.float64]
    log2_mass: NDArray[np.float64]
    optimizes: NDArray[np.bool_]
    defects: NDArray[np.bool_]
    wrong: NDArray[np.float64]

    def odds(self, penalty: Penalty) -> float:
        """Return the log2 odds of optimizers over imitators, in bits."""
        mass = self.log2_mass + penalty.log2_weight(self.length, self.time)
        sides = (log2_total(mass[self.optimizes]), log2_total(mass[~self.optimizes]))
        return float(log2_odds(*(np.array([side]) for side in sides))[0])

    def expected(self, penalty: Penalty, what: np.ndarray) -> float:
        """Return a mean over the posterior; nan where no program is left."""
        mass = self.log2_mass + penalty.log2_weight(self.length, self.time)
        whole = log2_total(mass)
        return float((np.exp2(mass - whole) * what).sum()) if whole > -np.inf else math.nan

    def least_alpha(self, charge: float) -> float:
        """Return the least exponent at which imitators win; inf where they do at none of `ALPHAS`."""
        odds = [-self.odds(Penalty(alpha, charge=charge)) for alpha in ALPHAS]
        # A tie is no lead of optimizers.
        place = crossing(list(ALPHAS), odds)
        return math.inf if math.isnan(place) else place

    def loosest_bound(self, alpha: float) -> float:
        """Return the largest bound on steps under which imitators win; inf where there is none."""
        times = np.unique(self.time)
        found = [float(T) for T in times if self.odds(Penalty(alpha, bound=T)) <= 0]
        return max(found, default=math.inf)


def weigh(census: Census, log: ImitationLog) -> Weighed:
    """Group the programs of a census by everything that a penalty and the claim depend on."""
    training, later = np.arange(log.n_training), np.arange(log.n_training, log.n_rows)
    misses, errors = tally(census, log, training).misses, tally(census, log, later).misses
    optimizes, defects = role_codes(census.flags) != IMITATOR, judge(census, log).verdict == DEFECTING
    shape = (2, 2, len(later) + 1, log.n_training + 1)
    kind = np.ravel_multi_index((optimizes.astype(np.int64), defects.astype(np.int64), errors, misses), shape)
    lengths, length = np.unique(census.columns["length"], return_inverse=True)
    times, time = np.unique(census.columns["time"], return_inverse=True)
    code = (kind[census.behaviour_id] * len(lengths) + length) * len(times) + time
    groups, group = np.unique(code, return_inverse=True)
    count = log2_sum(np.log2(census.count.astype(np.float64)), group, len(groups))
    kind_and_length, time = np.divmod(groups, len(times))
    kind, length = np.divmod(kind_and_length, len(lengths))
    optimizes, defects, errors, misses = np.unravel_index(kind, shape)
    none = np.zeros_like(misses)
    likelihood = log2_likelihood(DEFAULT_NOISE, log.n_training - misses, misses, none, census.n_actions)
    return Weighed(
        length=lengths[length].astype(np.float64),
        time=times[time].astype(np.float64),
        log2_mass=count + likelihood,
        optimizes=optimizes.astype(bool),
        defects=defects.astype(bool),
        wrong=errors / len(later),
    )
