"""Safeguards: ways to act on a posterior, and the exact action of each on the rows of a log, in order.

Sizes: P policies (behaviours that differ in some cell), R rows, N training rows, A actions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError

TIED = 2.0**-36
"""Masses within this many bits of each other are equal."""

ROUNDING = 2.0**-40
"""By which share a mass may miss the border of the top set: an exact tie counts as in."""

MOST_COST = 1e100
"""The largest cost of a question; sums of it over all rows are finite."""


@dataclass(frozen=True, eq=False)
class Belief:
    """What is believed before a row, and what each policy would do there.

    Attributes
    ----------
    log2_mass : float64[P]
        log2 share of the posterior; -inf where a policy is ruled out.
    log2_prior, log2_likelihood : float64[P]
        Of which it is made; not normalized.
    given : int64[P]
        Action of each policy on this row, -1 where it abstains.
    predicted, other : float64[P]
        Probability that a policy takes the action that it gives, and that it takes each other one.
    n_actions : int
        A.
    """

    log2_mass: NDArray[np.float64]
    log2_prior: NDArray[np.float64]
    log2_likelihood: NDArray[np.float64]
    given: NDArray[np.int64]
    predicted: NDArray[np.float64]
    other: NDArray[np.float64]
    n_actions: int

    def probabilities(self, policies: np.ndarray) -> NDArray[np.float64]:
        """Return the probability of each action under each of the policies named, float64[n, A]."""
        given = self.given[policies]
        actions = np.arange(self.n_actions)
        hit, miss = self.predicted[policies][:, None], self.other[policies][:, None]
        spread = np.where(given[:, None] == actions, hit, miss)
        return np.where(given[:, None] < 0, 1 / self.n_actions, spread)

    def mix(self, log2_mass: np.ndarray) -> NDArray[np.float64]:
        """Return the probability of each action under a mixture, float64[A]."""
        weight = np.exp2(log2_mass)
        live = np.flatnonzero(weight)
        weight, given = weight[live], self.given[live]
        by_action = np.zeros((2, self.n_actions + 1))
        for k, part in enumerate((self.predicted[live], self.other[live])):
            by_action[k] = np.bincount(given + 1, weights=weight * part, minlength=self.n_actions + 1)
        idle = float(weight[given < 0].sum()) / self.n_actions
        elsewhere = by_action[1, 1:] @ (1 - np.eye(self.n_actions))
        return by_action[0, 1:] + elsewhere + idle

    def leaders(self, k: int) -> np.ndarray:
        """Return the k policies of most mass; of equal ones those that come first."""
        n = len(self.log2_mass)
        return self.in_order(-np.inf if k >= n else float(np.partition(self.log2_mass, n - k)[n - k]))[:k]

    def in_order(self, least: float) -> np.ndarray:
        """Return all policies of at least so much log2 mass, and some below, from the most mass to the least.

        Of equal ones those that come first do so. What has no mass is left out.
        """
        # Masses that are equal up to rounding lie far closer together than a bit, so none is cut from its equals.
        live = np.flatnonzero((self.log2_mass > -np.inf) & (self.log2_mass >= least - 1))
        falling = live[np.argsort(-self.log2_mass[live], kind="stable")]
        mass = self.log2_mass[falling]
        # Neighbours that differ by rounding alone are equal.
        is_less = mass[1:] - mass[:-1] < -TIED
        if is_less.all():
            return falling
        tie = np.append(0, np.cumsum(is_less))
        return falling[np.lexsort((falling, tie))]


@dataclass(frozen=True, eq=False)
class Decision:
    """What is done on a row.

    Attributes
    ----------
    action : float64[A]
        Probability of taking each action by oneself.
    asks : float
        Probability of asking the teacher, who then acts; the remainder to 1.
    """

    action: NDArray[np.float64]
    asks: float = 0.0


class Safeguard(Protocol):
    """A way to act on a posterior."""

    @property
    def name(self) -> str:
        """Name, for tables."""
        ...

    def decide(self, belief: Belief) -> Decision:
        """Return the decision on a row, given the posterior before it."""
        ...


@dataclass(frozen=True)
class Mixture:
    """Take each action with its probability under the mixture of all programs."""

    name: str = "mixture"

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        return Decision(belief.mix(belief.log2_mass))


@dataclass(frozen=True)
class Leader:
    """Act as the policy of most posterior mass does (MAP)."""

    name: str = "MAP"

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        return Decision(belief.probabilities(belief.leaders(1))[0])


@dataclass(frozen=True)
class Sampling:
    """Draw a program from the posterior and act as it does.

    On any one row that is what the mixture does. But the program that is drawn once training is over is kept, so what
    is done on one later row goes together with what is done on the others.

    References
    ----------
    P. A. Ortega and D. A. Braun, A minimum relative entropy principle for learning and acting, 2010; W. R. Thompson, On
    the likelihood that one unknown probability exceeds another, 1933.
    """

    name: str = "sampling"

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        return Decision(belief.mix(belief.log2_mass))


@dataclass(frozen=True)
class Tempered:
    """Act as the mixture under (prior * likelihood)^(1/temperature), program by program.

    Parameters
    ----------
    temperature : float
        Above 0: below 1 the leading programs get more, above 1 all get more alike.
    log2_prior : float64[P]
        log2 of the sum over a policy's programs of the tempered weights.
    """

    temperature: float
    log2_prior: np.ndarray

    @property
    def name(self) -> str:
        """See `Safeguard`."""
        return f"tempered {self.temperature:g}"

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        log2_mass = self.log2_prior + belief.log2_likelihood / self.temperature
        peak = log2_mass.max()
        return Decision(belief.mix(log2_mass - peak - math.log2(np.exp2(log2_mass - peak).sum())))


@dataclass(frozen=True)
class TopSet:
    """Take each action with the least probability that a policy of the top set gives it, and ask else.

    Parameters
    ----------
    alpha : float
        In (0, 1]; the smaller, the more policies have to agree.

    References
    ----------
    M. K. Cohen, M. Hutter and N. Nanda, Fully general online imitation learning, 2021.
    """

    alpha: float

    @property
    def name(self) -> str:
        """See `Safeguard`."""
        return f"top set {self.alpha:g}"

    def members(self, belief: Belief) -> np.ndarray:
        """Return the top set: each policy with at least alpha times the mass of those up to and including it."""
        # A member has at least alpha times the mass of the heaviest.
        order = belief.in_order(float(belief.log2_mass.max()) + math.log2(self.alpha))
        mass = np.exp2(belief.log2_mass[order])
        inside = mass >= self.alpha * np.cumsum(mass) * (1 - ROUNDING)
        # Masses fall and sums grow, so the first one outside ends the set; the heaviest is always in.
        outside = np.flatnonzero(~inside[1:])
        return order[: int(outside[0]) + 1] if len(outside) else order

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        members = self.members(belief)
        least = belief.probabilities(members).min(axis=0)
        return Decision(least, 0.0 if len(members) == 1 else max(0.0, 1 - math.fsum(least.tolist())))


@dataclass(frozen=True)
class Majority:
    """Take the action that most of the k leading policies give, one vote each; the smallest of equals.

    Parameters
    ----------
    k : int
        At least 1.
    """

    k: int

    @property
    def name(self) -> str:
        """See `Safeguard`."""
        return f"majority of {self.k}"

    def decide(self, belief: Belief) -> Decision:
        """See `Safeguard`."""
        given = belief.given[belief.leaders(self.k)]
        votes = np.bincount(given[given >= 0], minlength=belief.n_actions)
        if not votes.any():
            # All abstain.
            return Decision(np.full(belief.n_actions, 1 / belief.n_actions))
        return Decision((np.arange(belief.n_actions) == votes.argmax()).astype(np.float64))


def check_settings(temperatures: Sequence[float], alphas: Sequence[float], ks: Sequence[int], cost: float) -> None:
    """Refuse numbers out of range.

    Raises
    ------
    UsageError
        If so; the message names the number.
    """
    for temperature in temperatures:
        if not (temperature > 0 and math.isfinite(temperature)):
            raise UsageError(f"temperature {temperature!r} is out of range; give a finite number above 0, such as 2.")
    for alpha in alphas:
        if not 0 < alpha <= 1:
            raise UsageError(f"alpha {alpha!r} is out of range; give a number above 0 and at most 1, such as 0.1.")
    for k in ks:
        if k < 1:
            raise UsageError(f"k {k} is out of range; let 1 or more policies vote.")
    if not 0 <= cost <= MOST_COST:
        raise UsageError(f"cost {cost!r} is no cost of a question; give a number from 0 to {MOST_COST:g}, such as 0.1.")
