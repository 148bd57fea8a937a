"""One log, several hypothesis spaces: how far the posterior depends on the formalism.

A space is asked through its own census. What can be compared between spaces are *functions*: which action is taken in
each distinct situation of the log. Sizes: P spaces, S distinct situations, F functions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import ABSTAIN, Census, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.logspace import ROUNDING, log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.posterior import posterior_of
from mesaprior.inference.bayes.result import TIED, top_behaviours
from mesaprior.inference.bayes.roles import VERDICTS
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed, prior_of
from mesaprior.inference.robustness.ranks import average_ranks, correlation_of_ranks


@dataclass(frozen=True, eq=False)
class FunctionMass:
    """What a space gives to each function that it can express.

    Attributes
    ----------
    actions : int16[F, S]
        Distinct, in lexicographic order; a learner acts as in its last cell of a situation.
    log2_before, log2_after : float64[F]
        log2 share of the prior and of the posterior at N, over all programs counted; -inf where a function has none,
        nan where nothing is left.
    abstaining : float
        Share of the prior of programs that give no action in some situation, and so compute none of the functions.
    """

    actions: NDArray[np.int16]
    log2_before: NDArray[np.float64]
    log2_after: NDArray[np.float64]
    abstaining: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What one space says of a log.

    Attributes
    ----------
    space : str
    prior : str
        Name of the prior over its programs.
    programs, behaviours : int
    functions : FunctionMass
    mass_by_verdict : float64[4]
        Share of the posterior at N by verdict, see `roles.VERDICTS`; nan where nothing is left.
    log2_odds : float
        Optimizers over imitators at N, in bits; nan where the space has no roles.
    log2_odds_verdict : float
        Defecting over faithful at N, in bits; inf or -inf where one side is empty, nan where both are.
    loses_at_verdict : int or None
        Least n from which on defecting programs lead.
    leader : str or None
        Witness of the behaviour of the largest mass at N; None where nothing is left.
    leader_length, leader_mass : float
        Its bits and its share; nan where there is none.
    leader_verdict : str
        Its verdict; empty where there is none.
    """

    space: str
    prior: str
    programs: int
    behaviours: int
    functions: FunctionMass
    mass_by_verdict: NDArray[np.float64]
    log2_odds: float
    log2_odds_verdict: float
    loses_at_verdict: int | None
    leader: str | None
    leader_length: float
    leader_mass: float
    leader_verdict: str


@dataclass(frozen=True, eq=False)
class Agreement:
    """A function that all spaces can express, and what they give to it before any data.

    Attributes
    ----------
    actions : tuple of int
        In the order of the situations of the log.
    log2_mass : float64[P]
        log2 share in each space, of the functions that all can express.
    spread : float
        Largest less least of these, in bits.
    """

    actions: tuple[int, ...]
    log2_mass: NDArray[np.float64]
    spread: float


@dataclass(frozen=True, eq=False)
class SpacesCompared:
    """Several spaces on one log.

    Attributes
    ----------
    answers : tuple of Answer
        P, in the order asked.
    common : int64[P, P]
        Functions that both spaces of a pair give mass to.
    before, after : float64[P, P]
        Spearman's rho of the log2 mass over these functions, in the prior and in the posterior at N; nan where there
        are fewer than two, or all are tied on one side.
    n_shared : int
        Functions that all spaces give mass to.
    best, worst : tuple of Agreement
        The shared functions that the spaces agree on most and least; the larger mean of log2 mass first among equals.
    price : float
        The largest difference between the verdict odds of two spaces, in bits: what the choice of the formalism was
        worth on this log. inf where one of them rules a side out. A space in which neither side has mass is left aside;
        nan where fewer than two have odds.
    """

    answers: tuple[Answer, ...]
    common: NDArray[np.int64]
    before: NDArray[np.float64]
    after: NDArray[np.float64]
    n_shared: int
    best: tuple[Agreement, ...]
    worst: tuple[Agreement, ...]
    price: float


def answer_of(
    census: Census,
    log: ImitationLog,
    prior: Prior | str,
    *,
    has_lesions: bool,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
) -> Answer:
    """Compute the posterior of one space on a log.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    prior : Prior or str
    has_lesions : bool
        Whether its programs have roles.
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Raises
    ------
    ContentError, RunError, UsageError
        As `posterior` does.
    """
    weighed = Weighed(census, prior_of(prior))
    result = posterior_of(weighed, Scored(census, log, noise, tolerance))
    leader = top_behaviours(result, census.witness, 1)[0]
    is_left = not math.isnan(leader.mass)
    return Answer(
        space=census.space,
        prior=weighed.prior.name,
        programs=exact_sum(census.count),
        behaviours=census.n_behaviours,
        functions=_functions(weighed, log, result.log2_mass),
        mass_by_verdict=result.mass_by_verdict[:, -1],
        log2_odds=float(result.log2_odds[-1]) if has_lesions else math.nan,
        log2_odds_verdict=float(result.log2_odds_verdict[-1]),
        loses_at_verdict=result.loses_at_verdict,
        leader=census.witness[leader.behaviour] if is_left else None,
        leader_length=float(result.length[leader.behaviour]) if is_left else math.nan,
        leader_mass=leader.mass,
        leader_verdict=VERDICTS[int(result.verdict[leader.behaviour])] if is_left else "",
    )


def compare_spaces(answers: Sequence[Answer], *, top: int = 5) -> SpacesCompared:
    """Compare the posteriors of several spaces on one log.

    Parameters
    ----------
    answers : sequence of Answer
        At least two, of the same log.
    top : int
        How many functions to name on each side, at least 0.

    Raises
    ------
    UsageError
        If there are fewer than two.

    Notes
    -----
    Ranks are taken among the functions that both spaces of a pair give mass to in the prior, so a space is not blamed
    for what it cannot express; `SpacesCompared.common` says how many these are. Masses that differ by rounding only
    are tied. Cost: a sort of all functions of all spaces.
    """
    if len(answers) < 2:
        raise UsageError("one space alone cannot be compared; name at least two.")
    P = len(answers)
    actions, places = _aligned([answer.functions.actions for answer in answers])
    before, after = (np.full((P, len(actions)), -np.inf) for _ in range(2))
    for p, (answer, place) in enumerate(zip(answers, places, strict=True)):
        before[p, place], after[p, place] = answer.functions.log2_before, answer.functions.log2_after
    has_mass = before > -np.inf
    common = has_mass.astype(np.int64) @ has_mass.T.astype(np.int64)
    shared = np.flatnonzero(has_mass.all(axis=0))
    best, worst = _extremes(actions[shared], before[:, shared], top)
    return SpacesCompared(
        answers=tuple(answers),
        common=common,
        before=_correlations(before, has_mass),
        after=_correlations(after, has_mass),
        n_shared=len(shared),
        best=best,
        worst=worst,
        price=_price([answer.log2_odds_verdict for answer in answers]),
    )


def _functions(weighed: Weighed, log: ImitationLog, log2_after: np.ndarray) -> FunctionMass:
    """Return the masses over functions of what a prior and a posterior give to behaviours."""
    census, before = weighed.census, weighed.log2_behaviour
    before = before - log2_total(before)
    last_row = np.zeros(len(log.situations), dtype=np.int64)
    last_row[log.row_situation] = np.arange(log.n_rows)
    actions = census.predictions[:, census.row_cell[last_row]]
    total = ~(actions == ABSTAIN).any(axis=1)
    distinct, rank = np.unique(actions[total], axis=0, return_inverse=True)
    rank = rank.reshape(-1)
    after = log2_after[total]
    is_left = not np.isnan(log2_after).any()
    return FunctionMass(
        actions=distinct,
        log2_before=log2_sum(before[total], rank, len(distinct)),
        log2_after=log2_sum(after, rank, len(distinct)) if is_left else np.full(len(distinct), np.nan),
        abstaining=float(np.exp2(log2_total(before[~total]))),
    )


def _aligned(functions: Sequence[np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return all distinct functions of several lists, and where those of each list stand among them."""
    distinct, place = np.unique(np.concatenate(functions), axis=0, return_inverse=True)
    ends = np.cumsum([len(part) for part in functions])
    return distinct, np.split(place.reshape(-1), ends[:-1])


def _correlations(log2_mass: np.ndarray, has_mass: np.ndarray) -> np.ndarray:
    """Return Spearman's rho for each pair of rows, over the columns where both have mass in the prior."""
    P = len(log2_mass)
    rho = np.full((P, P), np.nan)
    for first in range(P):
        for second in range(first, P):
            both = has_mass[first] & has_mass[second]
            pair = log2_mass[[first, second]][:, both]
            if both.sum() >= 2 and not np.isnan(pair).any():
                ranks = [average_ranks(row, _tied(row)) for row in pair]
                rho[first, second] = rho[second, first] = correlation_of_ranks(*ranks)
    return rho


def _tied(log2_mass: np.ndarray) -> np.ndarray:
    """Return within how many bits masses are equal."""
    return np.maximum(ROUNDING * np.where(log2_mass > -np.inf, np.abs(log2_mass), 0.0), TIED)


def _extremes(
    actions: np.ndarray, log2_mass: np.ndarray, top: int
) -> tuple[tuple[Agreement, ...], tuple[Agreement, ...]]:
    """Return the functions that the spaces agree on most and least."""
    if not len(actions):
        return (), ()
    share = log2_mass - log2_total(log2_mass, axis=1)[:, None]
    spread = share.max(axis=0) - share.min(axis=0)
    # Rounding must not order what is equal.
    rounded, mean = spread.round(9), share.mean(axis=0).round(9)
    best = np.lexsort((-mean, rounded))[:top]
    worst = np.lexsort((-mean, -rounded))[:top]

    def agreement(f: int) -> Agreement:
        return Agreement(tuple(actions[f].tolist()), share[:, f].copy(), float(spread[f]))

    return tuple(agreement(int(f)) for f in best), tuple(agreement(int(f)) for f in worst)


def _price(odds: Sequence[float]) -> float:
    """Return the largest difference between odds, with infinite ones of one sign alike."""
    known = [value for value in odds if not math.isnan(value)]
    if len(known) < 2:
        return math.nan
    least, most = min(known), max(known)
    return 0.0 if least == most else most - least
