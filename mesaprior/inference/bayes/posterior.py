"""The posterior over behaviours at every training prefix: masses by role and verdict, and the odds.

Sizes: N training rows, K of the prefixes 0..N, R rows, A actions, B behaviours, L lengths that occur. Arrays by role or
verdict follow the codes of `mesaprior.inference.bayes.roles`; arrays by prefix are at the checkpoints, which are all
prefixes of a short log.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import Tally
from mesaprior.inference.bayes.checkpoints import Checkpoints, checkpoints_of
from mesaprior.inference.bayes.classes import (
    N_CLASSES,
    SHAPE,
    SIDE_BY_ROLE,
    SIDE_BY_VERDICT,
    class_of,
    odds_by_role,
    odds_by_verdict,
)
from mesaprior.inference.bayes.fit import Fit, fit_of
from mesaprior.inference.bayes.interventions import Effect, effects
from mesaprior.inference.bayes.logspace import (
    log2_odds,
    log2_sum,
    log2_total,
    share,
    sum_by,
    sum_shares,
)
from mesaprior.inference.bayes.losing import Search
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.predictive import predict_later
from mesaprior.inference.bayes.prefixes import ClassMasses
from mesaprior.inference.bayes.roles import (
    IMITATOR,
    ROLES,
    VERDICTS,
    Judgement,
)
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior, Weighed, prior_of


@dataclass(frozen=True)
class Exact:
    """A shortest program with no miss in training.

    Attributes
    ----------
    program : str
        Its text; of several, the one of least time, then the first in the order of texts.
    length : int or float
        Bits.
    role : int
        Code, see `ROLES`.
    """

    program: str
    length: float
    role: int


@dataclass(frozen=True, eq=False)
class Posterior:
    """The posterior over the hypotheses of a census, at each checkpoint of a log.

    Attributes
    ----------
    n : int64[K]
        The checkpoints, numbers of training rows: ascending, from 0 to N.
    log2_evidence : float64[K]
        log2 probability of the first n actions under the mixture; 0 at n = 0, -inf where nothing is left.
    mass : float64[4, 4, K]
        Share of the posterior by role, verdict and prefix; nan where nothing is left.
    sleepers : float64[K]
        Share of the posterior held by optimizers whose lesion flags are off on all training rows.
    log2_odds : float64[K]
        Optimizers over imitators, in bits; inf, -inf where one side is empty, nan where both are.
    log2_odds_verdict : float64[K]
        Defecting over faithful, all roles, likewise.
    misses : float64[4]
        Expected share of the later rows with an action that are missed at N, given the role; nan where the
        role has no mass or there is no such row.
    number : tuple of tuple of int
        Exact number of programs by role and verdict.
    predictive : float64[R - N, A]
        Probability of each action on each later row at N.
    bounds : array[L]
        The lengths that occur, ascending, in bits.
    log2_odds_by_bound : float64[L]
        Odds at N, optimizers over imitators, over the programs up to each length.
    is_stable : bool
        Whether the odds have settled as the bound grew (see `is_stable`).
    loses_at : int or None
        Least n of all with odds above 0 there and at every later n: where the honest imitator loses.
    loses_at_verdict : int or None
        The same for defecting over faithful.
    log2_mass : float64[B]
        log2 share of each behaviour at N; -inf where it has none, nan where nothing is left.
    role, verdict : int64[B]
        Codes of each behaviour.
    length : array[B]
        Least length of each behaviour, in bits.
    time : int64[B]
        Least time among the shortest programs of each behaviour, in steps.
    search_advantage : float64[B]
        Bits that optimizing saves for the same actions; nan where there is no pair to compare.
    hits, misses_in_training : int64[B]
        Training rows that each behaviour hits and misses; abstentions count in neither.
    fit : Fit
        Baselines for these.
    exact : Exact or None
        A shortest program with no miss in training; an abstention misses.
    interventions : tuple of Effect
        Who changes under each intervention of the language, in its order.
    """

    n: NDArray[np.int64]
    log2_evidence: NDArray[np.float64]
    mass: NDArray[np.float64]
    sleepers: NDArray[np.float64]
    log2_odds: NDArray[np.float64]
    log2_odds_verdict: NDArray[np.float64]
    misses: NDArray[np.float64]
    number: tuple[tuple[int, ...], ...]
    predictive: NDArray[np.float64]
    bounds: np.ndarray
    log2_odds_by_bound: NDArray[np.float64]
    is_stable: bool
    loses_at: int | None
    loses_at_verdict: int | None
    log2_mass: NDArray[np.float64]
    role: NDArray[np.int64]
    verdict: NDArray[np.int64]
    length: np.ndarray
    time: NDArray[np.int64]
    search_advantage: NDArray[np.float64]
    hits: NDArray[np.int64]
    misses_in_training: NDArray[np.int64]
    fit: Fit
    exact: Exact | None
    interventions: tuple[Effect, ...] = ()

    @property
    def n_training(self) -> int:
        """N, the number of training rows."""
        return int(self.n[-1])

    @property
    def programs(self) -> int:
        """How many programs were counted, exactly."""
        return sum(sum(row) for row in self.number)

    @property
    def mass_by_role(self) -> NDArray[np.float64]:
        """Share of the posterior by role and prefix, float64[4, K]."""
        return sum_shares(self.mass, 1, 0)

    @property
    def mass_by_verdict(self) -> NDArray[np.float64]:
        """Share of the posterior by verdict and prefix, float64[4, K]."""
        return sum_shares(self.mass, 0, 0)


def posterior(
    census: Census,
    log: ImitationLog,
    prior: Prior | str,
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    checkpoints: Checkpoints = None,
) -> Posterior:
    """Update a prior over the programs of a census on the training rows of a log.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    prior : Prior or str
        A string is the name of a prior of the catalogue, or a formula. It is normalized over the programs counted, so a
        constant factor is irrelevant.
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    checkpoints : int or "all" or None
        The number of prefixes at which it is computed; see `checkpoints_of`.

    Returns
    -------
    Posterior

    Raises
    ------
    ContentError
        If the log has an action that the census does not know.
    RunError
        If the census was counted on other rows, or is empty.
    UsageError
        If the prior gives no program any weight (see `Weighed`), `tolerance` is outside 0..1, or `checkpoints` is
        invalid.

    Notes
    -----
    Time is O(G + B * C + I * N) for G groups, C cells and I <= B pairs of training predictions and class if every
    prefix is a checkpoint; for K of them O(G + N + I * C * K), and what it takes to find where the imitator loses (see
    `losing`). Beyond the census, memory is O(G + N). All sums run in one fixed order: the result does not depend on
    threads, and the result at one prefix does not depend on the others.
    """
    scored = Scored(census, log, noise, tolerance)
    return posterior_of(Weighed(census, prior_of(prior)), scored, checkpoints)


def posterior_of(weighed: Weighed, scored: Scored, checkpoints: Checkpoints = None) -> Posterior:
    """Return the posterior of a census that is weighed by a prior and scored on a log.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        Of the same programs; rows of other people over the same situations can share the weights.
    checkpoints : int or "all" or None
        As in `posterior`.

    Raises
    ------
    UsageError
        As `posterior`.
    """
    census, log, noise = scored.census, scored.log, scored.noise
    judgement, training, likelihood = scored.judgement, scored.training, scored.log2_likelihood
    log2_behaviour = weighed.log2_behaviour
    n = checkpoints_of(checkpoints, log.n_training)
    masses = ClassMasses(census, log, noise, class_of(judgement), N_CLASSES, log2_behaviour, likelihood)
    by_class = masses.at(n)
    odds, odds_verdict = odds_by_role(by_class), odds_by_verdict(by_class)
    behind = Search(masses, SIDE_BY_ROLE, odds_by_role).last_behind(n, odds)
    behind_verdict = Search(masses, SIDE_BY_VERDICT, odds_by_verdict).last_behind(n, odds_verdict)
    log2_class = by_class.reshape(*SHAPE, -1)
    evidence = log2_total(log2_class, axis=(0, 1, 2))

    log2_final = log2_behaviour + likelihood
    log2_mass = log2_final - evidence[-1] if evidence[-1] > -np.inf else np.full(len(log2_final), np.nan)
    odds_by_bound = _odds_by_bound(weighed, judgement.role, likelihood)
    # The last bound is the whole census: one number, not two that differ by rounding.
    odds_by_bound[-1] = odds[-1]
    length, time = weighed.shortest
    return Posterior(
        n=n,
        log2_evidence=evidence - evidence[0],
        mass=share(log2_total(log2_class, axis=2), evidence),
        sleepers=share(log2_total(log2_class[:, :, 1], axis=(0, 1)), evidence),
        log2_odds=odds,
        log2_odds_verdict=odds_verdict,
        misses=_expected_misses(judgement, log2_final),
        number=_number(census, judgement),
        predictive=predict_later(census, log, noise, training, log2_mass),
        bounds=weighed.lengths[0],
        log2_odds_by_bound=odds_by_bound,
        is_stable=is_stable(odds_by_bound),
        loses_at=_next(behind, log.n_training),
        loses_at_verdict=_next(behind_verdict, log.n_training),
        log2_mass=log2_mass,
        role=judgement.role,
        verdict=judgement.verdict,
        length=length,
        time=time,
        search_advantage=weighed.search_advantage,
        hits=training.hits,
        misses_in_training=training.misses,
        fit=fit_of(log, census.n_actions, training.hits),
        exact=_exact(census, log, training, judgement.role, length, time),
        interventions=effects(census, log, noise, judgement.role, log2_behaviour, likelihood, n, evidence),
    )


def loses_at(odds: NDArray[np.float64]) -> int | None:
    """Return the least n with odds above 0 there and at every later n, or None.

    Parameters
    ----------
    odds : float64[N + 1]
        log2 odds at every prefix; inf counts as above 0, nan does not.
    """
    behind = np.flatnonzero(~(odds > 0))
    return _next(int(behind[-1]) if len(behind) else None, len(odds) - 1)


def _next(behind: int | None, n_training: int) -> int | None:
    """Return the prefix after the last one without a lead; None where there is none after it."""
    first = 0 if behind is None else behind + 1
    return first if first <= n_training else None


def is_stable(odds_by_bound: NDArray[np.float64], *, within: float = 1.0) -> bool:
    """Return whether the odds have settled as the length bound grew.

    Parameters
    ----------
    odds_by_bound : float64[L]
        Final log2 odds at each length that occurs, ascending.
    within : float
        How far apart settled odds may be, in bits.

    Returns
    -------
    bool
        True with at least three lengths and the odds at the last three finite, of one sign and no further apart than
        that, or all the same infinity.
    """
    last = odds_by_bound[-3:]
    if len(last) < 3 or np.isnan(last).any():
        return False
    if np.isinf(last).any():
        return bool((last == last[0]).all())
    return bool((np.sign(last) == np.sign(last[0])).all() and last.max() - last.min() <= within)


def _odds_by_bound(weighed: Weighed, role: np.ndarray, likelihood: np.ndarray) -> np.ndarray:
    """Return the final odds over the programs up to each length that occurs."""
    census = weighed.census
    bounds, length_id = weighed.lengths
    log2_final = weighed.log2_group + likelihood[census.behaviour_id]
    optimizes = (role[census.behaviour_id] != IMITATOR).astype(np.int64)
    by_length = log2_sum(log2_final, optimizes * len(bounds) + length_id, 2 * len(bounds))
    imitators, optimizers = np.logaddexp2.accumulate(by_length.reshape(2, len(bounds)), axis=1)
    return log2_odds(optimizers, imitators)


def _expected_misses(judgement: Judgement, log2_final: np.ndarray) -> NDArray[np.float64]:
    """Return the expected share of later rows missed given each role, float64[4]."""
    whole = log2_sum(log2_final, judgement.role, len(ROLES))
    given_role = share(log2_final, whole[judgement.role])
    missed = np.nan_to_num(given_role * judgement.miss_rate)
    expected = sum_by(missed, judgement.role, len(ROLES))
    # Where nothing with any mass hits a row all are missed, however the shares of it add up.
    hit = sum_by(np.nan_to_num(given_role * (1 - judgement.miss_rate)), judgement.role, len(ROLES))
    expected[(hit == 0) & (expected > 0)] = 1.0
    if np.isnan(judgement.miss_rate).any():
        expected[:] = np.nan
    return np.where(whole > -np.inf, expected, np.nan)


def _number(census: Census, judgement: Judgement) -> tuple[tuple[int, ...], ...]:
    """Return the exact number of programs by role and verdict, as Python integers."""
    of_class = (judgement.role * len(VERDICTS) + judgement.verdict)[census.behaviour_id]
    number = [[0] * len(VERDICTS) for _ in ROLES]
    for code in np.unique(of_class).tolist():
        role, verdict = divmod(code, len(VERDICTS))
        number[role][verdict] = exact_sum(census.count[of_class == code])
    return tuple(tuple(row) for row in number)


def _exact(
    census: Census,
    log: ImitationLog,
    training: Tally,
    role: np.ndarray,
    length: np.ndarray,
    time: np.ndarray,
) -> Exact | None:
    """Return a shortest program without a miss in training, or None."""
    found = np.flatnonzero(training.hits == log.n_training)
    if not len(found):
        return None
    found = found[length[found] == length[found].min()]
    found = found[time[found] == time[found].min()]
    places: list[int] = found.tolist()
    best = min(places, key=lambda behaviour: census.witness[behaviour])
    return Exact(census.witness[best], length[best].item(), int(role[best]))
