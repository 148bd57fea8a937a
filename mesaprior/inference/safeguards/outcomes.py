"""Safeguards on the rows of a log: defections, errors, questions and regret, in expectation and without sampling.

Sizes: P policies, R rows, N training rows, A actions, B behaviours, G groups.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.hypotheses.threads import Progress
from mesaprior.inference.bayes.agreement import runs
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.scores import check_log
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.safeguards.ways import (
    Belief,
    Decision,
    Leader,
    Majority,
    Mixture,
    Safeguard,
    Sampling,
    Tempered,
    TopSet,
    check_settings,
)


@dataclass(frozen=True)
class Outcome:
    """What a safeguard does on a log, in expectation; nan where no program is left on some row.

    Attributes
    ----------
    name : str
    defections : float
        Later rows on which it takes the rival's action, of those where this differs from the teacher's.
    any_defection, all_defections : float
        Probability that it does so on at least one of these rows, and on all; nan where there is no such row.
    errors_train, errors_later : float
        Rows on which it acts by itself and not as the teacher did; later rows are those that have an action.
    questions_train, questions_later : float
        Rows on which it asks.
    regret : float
        Errors, and the cost of the questions, on all rows: the teacher itself has 0.
    bits : float
        -log2 of the probability that what happens is what the teacher did, over all rows; inf where it cannot be.
    """

    name: str
    defections: float
    any_defection: float
    all_defections: float
    errors_train: float
    errors_later: float
    questions_train: float
    questions_later: float
    regret: float
    bits: float


def safeguards_on(
    weighed: Weighed,
    log: ImitationLog,
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    temperatures: Sequence[float] = (2.0,),
    alphas: Sequence[float] = (0.1,),
    ks: Sequence[int] = (3,),
    cost: float = 0.1,
    has_slips: bool = True,
    is_online: bool = False,
    report: Progress | None = None,
) -> list[Outcome]:
    """Evaluate safeguards on the rows of a log, in order.

    Parameters
    ----------
    weighed : Weighed
    log : ImitationLog
        The log that the census was counted on.
    noise : NoiseModel
        Of the likelihood, and of the slips with which programs act.
    temperatures, alphas, ks : sequences
        Of the tempered mixtures, the top sets and the majorities.
    cost : float
        Of a question, in errors.
    has_slips : bool
        Whether programs act with the noise model's error rate, as learned for each, or deterministically.
    is_online : bool
        Whether later rows with an action are learned from as well, one after the other.
    report : callable or None
        Called with how many more rows are done.

    Returns
    -------
    list of Outcome
        Mixture, MAP, sampling, and then one for each temperature, alpha and k.

    Raises
    ------
    UsageError
        If a number is out of range or the prior does not fit.

    Notes
    -----
    Before row n the posterior is that after the n training rows before it. Time is O(G + R * P log P), memory O(P * C)
    for C cells; all sums run in one fixed order.
    """
    check_settings(temperatures, alphas, ks, cost)
    check_log(weighed.census, log)
    policies = Policies(weighed, log, noise, has_slips=has_slips)
    guards = guards_of(policies, temperatures, alphas, ks)
    records = [_Record(guard.name) for guard in guards]
    kept = _Kept(policies, log) if not is_online else None
    for row in range(log.n_rows):
        belief = policies.believe(row)
        for guard, record in zip(guards, records, strict=True):
            if belief is None:
                record.give_up()
            else:
                record.note(guard.decide(belief), log, row)
        if kept is not None and belief is not None:
            kept.note(belief, row)
        if row < log.n_training or (is_online and log.action[row] != NONE):
            policies.learn(row)
        if report is not None:
            report(1)
    outcomes = [record.outcome(cost) for record in records]
    if kept is None:
        return outcomes
    # The program that was drawn stays the same on all later rows.
    return [
        kept.correct(outcome, record.bits[0]) if outcome.name == Sampling.name else outcome
        for outcome, record in zip(outcomes, records, strict=True)
    ]


def guards_of(
    policies: Policies, temperatures: Sequence[float], alphas: Sequence[float], ks: Sequence[int]
) -> list[Safeguard]:
    """Return the mixture, MAP, sampling, and then a safeguard for each temperature, alpha and k."""
    return [
        Mixture(),
        Leader(),
        Sampling(),
        *(Tempered(t, policies.tempered(t)) for t in temperatures),
        *(TopSet(alpha) for alpha in alphas),
        *(Majority(k) for k in ks),
    ]


class Policies:
    """The posterior over policies: behaviours that give the same action in every cell are one.

    Parameters
    ----------
    weighed : Weighed
    log : ImitationLog
    noise : NoiseModel
        What was asked.
    has_slips : bool
        Whether policies act with slips.

    Attributes
    ----------
    predictions : int16[P, C]
    """

    def __init__(self, weighed: Weighed, log: ImitationLog, noise: NoiseModel, *, has_slips: bool = True):
        census = weighed.census
        self._log, self._noise, self._has_slips = log, noise, has_slips
        self._row_cell, self._n_actions = census.row_cell, census.n_actions
        policy = runs(census.predictions, np.arange(census.n_cells))
        first = np.flatnonzero(np.diff(policy, prepend=-1) > 0)
        self.predictions: np.ndarray = census.predictions[first]
        self._group_policy = policy[census.behaviour_id]
        self._weighed = weighed
        self._log2_prior = self.tempered(1.0)
        self._hits = np.zeros(len(first), dtype=np.int64)
        self._misses = np.zeros(len(first), dtype=np.int64)
        self._seen = 0

    def tempered(self, temperature: float) -> NDArray[np.float64]:
        """Return log2 of the sum of weights to the power 1/temperature over each policy's programs, float64[P]."""
        log2_group = self._weighed.log2_group
        if temperature != 1:
            log2_count = np.log2(self._weighed.census.count.astype(np.float64))
            log2_group = (log2_group - log2_count) / temperature + log2_count
        return log2_sum(log2_group, self._group_policy, len(self.predictions))

    def believe(self, row: int, told: Mapping[int, int] | None = None) -> Belief | None:
        """Return the posterior before a row; None where no program is left.

        Parameters
        ----------
        row : int
        told : dict of int to int
            Rows that would have been learned from as well, and how often each.
        """
        hits, misses, seen = self._hits, self._misses, self._seen
        for other, count in (told or {}).items():
            hit, miss = self._score(other)
            hits, misses, seen = hits + count * hit, misses + count * miss, seen + count
        likelihood = log2_likelihood(self._noise, hits, misses, seen - hits - misses, self._n_actions)
        log2_mass = self._log2_prior + likelihood
        whole = log2_total(log2_mass)
        if whole == -np.inf:
            return None
        if self._has_slips:
            predicted, other = self._noise.predictive(hits, misses, self._n_actions)
        else:
            predicted, other = np.ones(len(log2_mass)), np.zeros(len(log2_mass))
        return Belief(
            log2_mass - whole, self._log2_prior, likelihood, self.given(row), predicted, other, self._n_actions
        )

    def learn(self, row: int) -> None:
        """Update on what the teacher did on a row."""
        hit, miss = self._score(row)
        self._hits = self._hits + hit
        self._misses = self._misses + miss
        self._seen += 1

    def given(self, row: int) -> NDArray[np.int64]:
        """Return the action of each policy on a row, int64[P]; -1 where it abstains."""
        return self.predictions[:, self._row_cell[row]].astype(np.int64)

    def _score(self, row: int) -> tuple[np.ndarray, np.ndarray]:
        """Return which policies hit and which miss what the teacher did on a row, bool[P] each."""
        given = self.predictions[:, self._row_cell[row]]
        hit = given == self._log.action[row]
        return hit, (given >= 0) & ~hit


@dataclass
class _Record:
    """What a safeguard has done so far; lists of terms, added up with compensation at the end.

    Of a pair of lists the first is of training rows, the second of later ones.
    """

    name: str
    sided: list[float] = field(default_factory=list[float])
    errors: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    questions: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    bits: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))

    def note(self, decision: Decision, log: ImitationLog, row: int) -> None:
        """Note what is done on a row."""
        part = int(row >= log.n_training)
        action = int(log.action[row])
        self.questions[part].append(decision.asks)
        if action == NONE:
            return
        right = float(decision.action[action])
        # Summing what is wrong keeps small probabilities of error.
        wrong = math.fsum(float(p) for a, p in enumerate(decision.action) if a != action)
        self.errors[part].append(wrong)
        happens = right + decision.asks
        self.bits[part].append(-math.log2(min(1.0, happens)) if happens > 0 else math.inf)
        if conflicts(log, row):
            self.sided.append(float(decision.action[log.rival[row]]))

    def give_up(self) -> None:
        """Note that nothing is left to act on."""
        for terms in (self.sided, *self.errors, *self.questions, *self.bits):
            terms.append(math.nan)

    def outcome(self, cost: float) -> Outcome:
        """Add up."""
        errors = [math.fsum(terms) for terms in self.errors]
        questions = [math.fsum(terms) for terms in self.questions]
        none = math.prod(1 - p for p in self.sided)
        return Outcome(
            name=self.name,
            defections=math.fsum(self.sided),
            any_defection=1 - none if self.sided else math.nan,
            all_defections=math.prod(self.sided) if self.sided else math.nan,
            errors_train=errors[0],
            errors_later=errors[1],
            questions_train=questions[0],
            questions_later=questions[1],
            regret=math.fsum([*errors, cost * questions[0], cost * questions[1]]),
            bits=_bits([*self.bits[0], *self.bits[1]]),
        )


class _Kept:
    """What a single program, drawn after training, does on all later rows together."""

    def __init__(self, policies: Policies, log: ImitationLog):
        self._log = log
        self._never = np.ones(len(policies.predictions))
        self._always = np.ones(len(policies.predictions))
        self._log2_right = np.zeros(len(policies.predictions))
        self._log2_mass: np.ndarray | None = None

    def note(self, belief: Belief, row: int) -> None:
        """Note the probability with which each policy acts as the teacher and as the rival on a row."""
        if row < self._log.n_training or self._log.action[row] == NONE:
            return
        # On later rows the posterior no longer moves.
        self._log2_mass = belief.log2_mass
        acts = belief.probabilities(np.arange(len(belief.given)))
        with np.errstate(divide="ignore"):
            self._log2_right += np.log2(acts[:, self._log.action[row]])
        if conflicts(self._log, row):
            sided = acts[:, self._log.rival[row]]
            self._never *= 1 - sided
            self._always *= sided

    def correct(self, outcome: Outcome, bits_train: list[float]) -> Outcome:
        """Return an outcome with what a kept program does on all later rows together.

        Parameters
        ----------
        outcome : Outcome
            Of the mixture, row by row.
        bits_train : list of float
            Its bits on each training row, where a new program is drawn every time.
        """
        if self._log2_mass is None:
            return outcome
        bits = _bits([*bits_train, max(0.0, -float(log2_total(self._log2_mass + self._log2_right)))])
        if math.isnan(outcome.any_defection):
            # No row tells the teacher from the rival.
            return replace(outcome, bits=bits)
        mass = np.exp2(self._log2_mass)
        return replace(
            outcome,
            any_defection=math.fsum((mass * (1 - self._never)).tolist()),
            all_defections=math.fsum((mass * self._always).tolist()),
            bits=bits,
        )


def _bits(terms: list[float]) -> float:
    """Return the sum of bits; inf where one of them is, whatever the others are."""
    return math.inf if math.inf in terms else math.fsum(terms)


def conflicts(log: ImitationLog, row: int) -> bool:
    """Tell whether a later row has an action and a rival that differs from it."""
    return log.action[row] != NONE and log.rival[row] not in (NONE, log.action[row])
