"""How far priors differ on one census: before any data, and after the training rows of a log.

Sizes: N training rows, B behaviours, G groups of the census, P priors.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.logspace import ROUNDING, log2_sum
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.result import TIED, top_behaviours
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed, prior_of
from mesaprior.inference.robustness.ranks import average_ranks, correlation_of_ranks


@dataclass(frozen=True, eq=False)
class Standing:
    """What one prior says at N.

    Attributes
    ----------
    name : str
        Name of the prior.
    effective_programs : float
        2 to the entropy of the posterior over single programs: among how many equally likely ones it leaves the
        choice; from 1 to the number of programs, nan where nothing is left.
    effective_behaviours : float
        The same over behaviours, 1..B.
    log2_odds : float
        Optimizers over imitators, in bits; inf or -inf where one side is empty, nan where both are.
    log2_odds_verdict : float
        Defecting over faithful, all roles, in bits; as `log2_odds`.
    mass_by_role : float64[4]
        Share of the posterior by role, 0..1; nan where nothing is left.
    leader : int or None
        Behaviour of the largest mass; of tied ones the first by length, then by text. None where nothing is left.
    leader_mass : float
        Its share, 0..1; nan where nothing is left.
    loses_at : int or None
        Least n with odds above 0 there and at every later n: where the honest imitator loses.
    """

    name: str
    effective_programs: float
    effective_behaviours: float
    log2_odds: float
    log2_odds_verdict: float
    mass_by_role: NDArray[np.float64]
    leader: int | None
    leader_mass: float
    loses_at: int | None


@dataclass(frozen=True)
class Distance:
    """How far two priors and their posteriors lie apart, over single programs but for `rank_correlation`.

    Attributes
    ----------
    first, second : int
        Places of the two among the priors, ``first < second``.
    total_variation_before : float
        Largest difference in the prior probability of any set of programs, 0..1, both priors normalized over the
        programs counted.
    total_variation : float
        The same between the posteriors at N; nan where nothing is left of one, and so for all that follow.
    kl, kl_reverse : float
        Relative entropy at N in bits, from 0 upwards: what coding by the second costs beyond coding by the first where
        the first is right, and the other way round. inf where the one coded by rules out what the right one does not.
    rank_correlation : float
        Spearman's rho of the posterior masses of the behaviours, -1..1; nan where all are tied on one side.
    """

    first: int
    second: int
    total_variation_before: float
    total_variation: float
    kl: float
    kl_reverse: float
    rank_correlation: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """Priors side by side, on one census and log.

    Attributes
    ----------
    standings : tuple of Standing
        P, in the order of the priors.
    distances : tuple of Distance
        P (P - 1) / 2, one for each pair, in lexicographic order.
    behaviours : int
        B.
    """

    standings: tuple[Standing, ...]
    distances: tuple[Distance, ...]
    behaviours: int


@dataclass(frozen=True, eq=False)
class _Shares:
    """What the distances need of one prior.

    Attributes
    ----------
    before, after : float64[G]
        log2 shares of the groups in the prior and in the posterior at N; nan where nothing is left.
    rank : float64[B]
        Average ranks of the behaviours by posterior mass; nan where nothing is left.
    """

    before: NDArray[np.float64]
    after: NDArray[np.float64]
    rank: NDArray[np.float64]


def compare(
    census: Census,
    log: ImitationLog,
    priors: Sequence[Prior | str],
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
) -> Comparison:
    """Update several priors on one log and measure how far they differ.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    priors : sequence of Prior or str
        At least two, with different names. Strings are names or formulas. Constant factors are irrelevant.
    noise : NoiseModel
        The same for all priors.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Returns
    -------
    Comparison

    Raises
    ------
    ContentError, RunError
        As `posterior` does.
    UsageError
        If there are fewer than two priors or two of one name, and as `posterior` does.

    Notes
    -----
    The programs of a group share their weight and, being of one behaviour, their likelihood, so each of them has an
    equal share of the group. A sum over programs of differences or logarithms of such shares is therefore the sum over
    groups, with no approximation: absolute differences within a group have one sign, and ratios are those of the
    groups.

    Ranks need equal masses to be seen as equal, whatever rounding did to them: behaviours that are neighbours by mass
    are tied where their log2 masses differ by at most 1e-12 bits, or by a share of 2^-47 of the log2 prior mass or
    likelihood where these are large. Behaviours without mass are tied too.

    Time is that of P calls of `posterior` and O(P^2 * (G + B)); beyond the census and P posteriors, memory is
    O(P * (G + B)).

    References
    ----------
    T. M. Cover and J. A. Thomas, Elements of Information Theory, 2nd edition, sections 2.3 and 11.6.
    """
    of_each = [Weighed(census, prior_of(prior)) for prior in priors]
    return comparison_of(of_each, Scored(census, log, noise, tolerance))


def comparison_of(of_each: Sequence[Weighed], scored: Scored) -> Comparison:
    """Compare one census as several priors weigh it.

    Parameters
    ----------
    of_each : sequence of Weighed
        At least two, of priors of different names.
    scored : Scored
        Of the same census.

    Raises
    ------
    UsageError
        As `compare`.
    """
    census = scored.census
    _check_names([weighed.prior.name for weighed in of_each])
    posteriors = [posterior_of(weighed, scored) for weighed in of_each]
    shares = [_shares(weighed, scored.log2_likelihood) for weighed in of_each]
    log2_count = np.log2(census.count.astype(np.float64))
    return Comparison(
        standings=tuple(
            _standing(weighed.prior.name, result, census.witness, _effective(share.after, log2_count))
            for weighed, result, share in zip(of_each, posteriors, shares, strict=True)
        ),
        distances=tuple(
            _distance(first, second, shares[first], shares[second])
            for first, second in combinations(range(len(of_each)), 2)
        ),
        behaviours=census.n_behaviours,
    )


def _check_names(names: list[str]) -> None:
    """Refuse fewer than two priors, and two of one name."""
    if len(names) < 2:
        given = f"only {names[0]!r}" if names else "no prior"
        raise UsageError(f"there is {given} to compare; give two or more priors.")
    name, times = Counter(names).most_common(1)[0]
    if times > 1:
        raise UsageError(
            f"{times} of the priors to compare have the name {name!r}, and names tell them apart; give each prior a "
            "name of its own."
        )


def _shares(weighed: Weighed, likelihood: np.ndarray) -> _Shares:
    """Return the shares of the groups before and after, and the ranks of the behaviours."""
    census, log2_group = weighed.census, weighed.log2_group
    before, after = _normalized(log2_group), _normalized(log2_group + likelihood[census.behaviour_id])
    rank = np.full(census.n_behaviours, np.nan)
    if not np.isnan(after).any():
        rank = _ranks(weighed.log2_behaviour, likelihood)
    return _Shares(before, after, rank)


def _standing(name: str, result: Posterior, witness: Sequence[str], effective_programs: float) -> Standing:
    """Return what one prior says at N; the posterior has the numbers that depend on roles and prefixes."""
    leader = top_behaviours(result, witness, 1)[0]
    return Standing(
        name=name,
        effective_programs=effective_programs,
        effective_behaviours=_effective(result.log2_mass, np.zeros(len(result.log2_mass))),
        log2_odds=float(result.log2_odds[-1]),
        log2_odds_verdict=float(result.log2_odds_verdict[-1]),
        mass_by_role=result.mass_by_role[:, -1],
        leader=None if math.isnan(leader.mass) else leader.behaviour,
        leader_mass=leader.mass,
        loses_at=result.loses_at,
    )


def _distance(first: int, second: int, one: _Shares, other: _Shares) -> Distance:
    """Return how far two priors lie apart."""
    return Distance(
        first=first,
        second=second,
        total_variation_before=_total_variation(one.before, other.before),
        total_variation=_total_variation(one.after, other.after),
        kl=_relative_entropy(one.after, other.after),
        kl_reverse=_relative_entropy(other.after, one.after),
        rank_correlation=correlation_of_ranks(one.rank, other.rank),
    )


def _normalized(log2_mass: np.ndarray) -> np.ndarray:
    """Return log2 shares in the whole, nan where there is no mass at all."""
    whole = log2_sum(log2_mass, np.zeros(len(log2_mass), dtype=np.int64), 1)[0]
    return log2_mass - whole if whole > -np.inf else np.full(len(log2_mass), np.nan)


def _effective(log2_share: np.ndarray, log2_count: np.ndarray) -> float:
    """Return 2 to the entropy of shares that are each spread evenly over a number of things."""
    live = log2_share != -np.inf
    # No share is above its whole, even when rounded, so no surprise is below 0.
    surprise = log2_count[live] - log2_share[live]
    return float(np.exp2((np.exp2(log2_share[live]) * surprise).sum()))


def _total_variation(first: np.ndarray, second: np.ndarray) -> float:
    """Return half the sum of the absolute differences of log2 shares; rounding never takes it above 1."""
    return float(np.minimum(np.abs(np.exp2(first) - np.exp2(second)).sum() / 2, 1.0))


def _relative_entropy(first: np.ndarray, second: np.ndarray) -> float:
    """Return the relative entropy of log2 shares in bits, at least 0; inf where the second lacks what the first has."""
    if np.isnan(first).any() or np.isnan(second).any():
        return math.nan
    live = first > -np.inf
    if (second[live] == -np.inf).any():
        return math.inf
    # A difference of logarithms stays finite where the shares themselves underflow.
    bits = (np.exp2(first[live]) * (first[live] - second[live])).sum()
    return max(float(bits), 0.0)


def _ranks(log2_behaviour: np.ndarray, likelihood: np.ndarray) -> NDArray[np.float64]:
    """Return average ranks by posterior mass, from 1 for the least; ties as `compare` says, float64[B]."""
    log2_mass = log2_behaviour + likelihood
    size = np.maximum(np.abs(log2_behaviour), np.abs(likelihood))
    size[log2_mass == -np.inf] = 0.0
    return average_ranks(log2_mass, np.maximum(ROUNDING * size, TIED))
