"""Expectations over every sequence of actions that the truth may produce, exactly.

Two sequences of equal length on which every hypothesis has the same number of hits have the same likelihood under every
hypothesis, so they are evaluated once, as one history. This holds if every action occurs equally often in every cell:
with n_d rows in cell d there are at most the product of the binomials (n_d + A - 1 over A - 1) histories, compared with
A^N sequences. Probabilities are ratios of integers, each rounded once; sums over histories are compensated.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.theorems.hypothesis_class import HypothesisClass

WORK = 3_000_000
"""Histories times hypotheses that are examined by default: some ten seconds."""

DIGITS = 64
"""Rows after which a look at a hypothesis counts twice, three times and so on."""

_LN2 = math.log(2)


@dataclass(frozen=True)
class Expectations:
    """Expectations of the mixture when the truth produces the actions. Sums run over the evaluated rows.

    Attributes
    ----------
    n_rows : int
        The number of rows evaluated, from the first: as many as the bound on work allows.
    n_histories : int
        Histories examined, of all lengths.
    kl : float
        Sum over rows of E KL(mu || xi) of the next action, in nats.
    log_ratio : float
        E ln(mu/xi) of whole sequences, in nats.
    squared : float
        Sum over rows of E sum over actions of (mu - xi)^2.
    errors_mu, errors_xi : float
        Expected errors of who predicts the likeliest action under mu, and under xi.
    fallen : tuple of float
        For each threshold c, the probability that the posterior of the truth ever falls below c times its prior.
    left : tuple of float
        For each alpha, the probability that the truth ever leaves the top set.
    excess : tuple of float
        For each alpha, the largest excess, over histories with the truth in the top set and actions, of the least
        probability within the set over that under the truth.
    asked : tuple of float
        For each alpha, the expected number of rows at which the top set asks.
    probability : float
        Total probability of the longest histories.
    """

    n_rows: int
    n_histories: int
    kl: float
    log_ratio: float
    squared: float
    errors_mu: float
    errors_xi: float
    fallen: tuple[float, ...]
    left: tuple[float, ...]
    excess: tuple[float, ...]
    asked: tuple[float, ...]
    probability: float


@dataclass
class _Paths:
    """The number of sequences that lead to a history, and for each event of those on which it has not happened yet."""

    all: int
    untouched: list[int]


@dataclass(frozen=True)
class _View:
    """The state at a history: tallies, masses, and the joint of history and next action, over integers."""

    hits: list[int]
    misses: list[int]
    mass: list[int]
    total: int


def expectations(
    hypotheses: HypothesisClass,
    truth: int,
    *,
    thresholds: Sequence[Fraction] = (),
    alphas: Sequence[Fraction] = (),
    work: int = WORK,
) -> Expectations:
    """Take expectations over all sequences of actions under one hypothesis of a class.

    Parameters
    ----------
    hypotheses : HypothesisClass
    truth : int
        Hypothesis that produces the actions.
    thresholds : sequence of Fraction
        The c of Ville's inequality, each above 0.
    alphas : sequence of Fraction
        The alpha of top sets, each in 0..1.
    work : int
        Bound on histories times hypotheses, of which each counts more often on long histories; at least the first row
        is always looked at.

    Notes
    -----
    Time is O(histories * P log P) with integers of some hundred digits, memory O(histories of one length * P).
    """
    walk = _Walk(hypotheses, truth, thresholds, alphas)
    n_events = len(thresholds) + len(alphas)
    start = np.zeros(hypotheses.n_hypotheses, dtype=np.int32)
    level = {start.tobytes(): _Paths(1, [1] * n_events)}
    done, n = 0, 0
    while n < len(hypotheses.row_cell):
        # Integers grow with the rows.
        ahead = len(level) * hypotheses.n_hypotheses * (1 + n // DIGITS)
        if n and done + ahead > work:
            break
        done += ahead
        level = walk.step(n, level)
        n += 1
    return walk.finish(n, level, len(thresholds))


class _Walk:
    """A walk through the histories, one length at a time, that accumulates expectations."""

    def __init__(
        self,
        hypotheses: HypothesisClass,
        truth: int,
        thresholds: Sequence[Fraction],
        alphas: Sequence[Fraction],
    ):
        self.hypotheses, self.truth = hypotheses, truth
        self.thresholds, self.alphas = thresholds, alphas
        self.terms: dict[str, list[float]] = {name: [] for name in ("kl", "squared", "mu", "xi")}
        self.asked: list[list[float]] = [[] for _ in alphas]
        self.excess = [-math.inf] * len(alphas)
        self.n_histories = 0

    def step(self, n: int, level: dict[bytes, _Paths]) -> dict[bytes, _Paths]:
        """Process all histories of n rows, and return those of n + 1."""
        A = self.hypotheses.n_actions
        cell = int(self.hypotheses.row_cell[n])
        self.hypotheses.likelihood.forget_before(n)
        given = self.hypotheses.predictions[:, cell]
        scored = self._scored(n)
        longer: dict[bytes, _Paths] = {}
        for history, paths in level.items():
            hits = np.frombuffer(history, dtype=np.int32)
            view = self._view(n, hits, scored)
            sets = self._strike_out(paths, n, view)
            mu = self._look_ahead(n, cell, paths, view, sets)
            for a in range(A):
                if not mu[a]:
                    continue
                after = (hits + (given == a)).astype(np.int32).tobytes()
                known = longer.get(after)
                if known is None:
                    longer[after] = _Paths(paths.all, list(paths.untouched))
                else:
                    known.all += paths.all
                    known.untouched = [x + y for x, y in zip(known.untouched, paths.untouched, strict=True)]
        return longer

    def finish(self, n: int, level: dict[bytes, _Paths], n_thresholds: int) -> Expectations:
        """Process the longest histories, and add up."""
        hypotheses, likelihood = self.hypotheses, self.hypotheses.likelihood
        log_ratio: list[float] = []
        probability: list[float] = []
        happened: list[list[float]] = [[] for _ in range(n_thresholds + len(self.alphas))]
        scored = self._scored(n)
        for history, paths in level.items():
            view = self._view(n, np.frombuffer(history, dtype=np.int32), scored)
            self._strike_out(paths, n, view)
            under_truth = likelihood.numerator(n, view.hits[self.truth], view.misses[self.truth])
            chance = paths.all * under_truth / likelihood.denominator(n)
            probability.append(chance)
            log_ratio.append(chance * ln_ratio(under_truth * hypotheses.whole, view.total))
            for event, untouched in zip(happened, paths.untouched, strict=True):
                event.append((paths.all - untouched) * under_truth / likelihood.denominator(n))
        events = tuple(math.fsum(event) for event in happened)
        return Expectations(
            n_rows=n,
            n_histories=self.n_histories,
            kl=math.fsum(self.terms["kl"]),
            log_ratio=math.fsum(log_ratio),
            squared=math.fsum(self.terms["squared"]),
            errors_mu=math.fsum(self.terms["mu"]),
            errors_xi=math.fsum(self.terms["xi"]),
            fallen=events[:n_thresholds],
            left=events[n_thresholds:],
            excess=tuple(self.excess),
            asked=tuple(math.fsum(asked) for asked in self.asked),
            probability=math.fsum(probability),
        )

    def _scored(self, n: int) -> NDArray[np.int64]:
        """Return the rows among the first n on which each hypothesis does not abstain, int64[P]."""
        return (self.hypotheses.predictions[:, self.hypotheses.row_cell[:n]] >= 0).sum(axis=1)

    def _view(self, n: int, hits: np.ndarray, scored: np.ndarray) -> _View:
        """Return tallies and masses of all hypotheses at a history."""
        self.n_histories += 1
        h, m = hits.tolist(), (scored - hits).tolist()
        numerator = self.hypotheses.likelihood.numerator
        mass = [w * numerator(n, x, y) for w, x, y in zip(self.hypotheses.weight, h, m, strict=True)]
        return _View(h, m, mass, sum(mass))

    def _strike_out(self, paths: _Paths, n: int, view: _View) -> list[list[int]]:
        """Record the events that have happened at a history, and return the top set for each alpha."""
        hypotheses, mine = self.hypotheses, view.mass[self.truth]
        # Posterior below c * prior: mine / total < c * weight / whole. Total is over the denominator of n rows.
        prior = hypotheses.weight[self.truth] * view.total
        for k, c in enumerate(self.thresholds):
            if mine * hypotheses.whole * c.denominator < c.numerator * prior:
                paths.untouched[k] = 0
        if not self.alphas:
            return []
        order = sorted(range(len(view.mass)), key=lambda p: -view.mass[p])
        sets = [top_set(order, view.mass, alpha) for alpha in self.alphas]
        for k, members in enumerate(sets):
            if self.truth not in members:
                paths.untouched[len(self.thresholds) + k] = 0
        return sets

    def _look_ahead(self, n: int, cell: int, paths: _Paths, view: _View, sets: list[list[int]]) -> list[float]:
        """Add the terms of the next row, and return the truth's probabilities of its actions."""
        hypotheses, likelihood, A = self.hypotheses, self.hypotheses.likelihood, self.hypotheses.n_actions
        given = hypotheses.predictions[:, cell].tolist()
        grouped: dict[tuple[int, int, int], int] = {}
        for key, weight in zip(zip(view.hits, view.misses, given, strict=True), hypotheses.weight, strict=True):
            grouped[key] = grouped.get(key, 0) + weight
        joint = [0] * A
        for key, weight in grouped.items():
            for a, after in enumerate(_after(hypotheses, n, *key)):
                joint[a] += weight * after
        # The denominator grows by this factor from n rows to n + 1.
        growth = likelihood.denominator(n + 1) // likelihood.denominator(n)
        whole = view.total * growth
        key = (view.hits[self.truth], view.misses[self.truth], given[self.truth])
        now = likelihood.numerator(n, key[0], key[1])
        after = _after(hypotheses, n, *key)
        mu = [x / (now * growth) for x in after]
        xi = [x / whole for x in joint]

        chance = paths.all * now / likelihood.denominator(n)
        kl = math.fsum(p * ln_ratio(x * whole, y * now * growth) for p, x, y in zip(mu, after, joint, strict=True) if x)
        self.terms["kl"].append(chance * kl)
        self.terms["squared"].append(chance * math.fsum((p - q) ** 2 for p, q in zip(mu, xi, strict=True)))
        # Ties go to the first action, here and there; integers decide.
        self.terms["mu"].append(chance * (1 - mu[after.index(max(after))]))
        self.terms["xi"].append(chance * (1 - mu[joint.index(max(joint))]))
        for k, members in enumerate(sets):
            least = least_probabilities(hypotheses, n, [(view.hits[p], view.misses[p], given[p]) for p in members])
            self.asked[k].append(chance * max(0.0, 1 - math.fsum(least)))
            if self.truth in members:
                self.excess[k] = max(self.excess[k], *(x - y for x, y in zip(least, mu, strict=True)))
        return mu


def top_set(order: Sequence[int], mass: Sequence[int], alpha: Fraction) -> list[int]:
    """Return the top set: each hypothesis whose mass is at least alpha times the sum of those up to and including it.

    Parameters
    ----------
    order : sequence of int
        Hypotheses by falling mass.
    mass : sequence of int
        [P] Masses, not normalized.
    alpha : Fraction
        From 0 to 1.

    Notes
    -----
    Masses fall and sums grow, so the set is the beginning of the order.

    References
    ----------
    M. K. Cohen, M. Hutter and N. Nanda, Fully general online imitation learning, 2021.
    """
    members: list[int] = []
    total = 0
    for p in order:
        total += mass[p]
        if not mass[p] or mass[p] * alpha.denominator < alpha.numerator * total:
            break
        members.append(p)
    return members


def least_probabilities(hypotheses: HypothesisClass, n: int, members: Sequence[tuple[int, int, int]]) -> list[float]:
    """Return, for each action, the least probability that any of these hypotheses gives it on the next row.

    Parameters
    ----------
    hypotheses : HypothesisClass
    n : int
        Rows seen.
    members : sequence of (int, int, int)
        Hits, misses, and the action given next, of each.

    Notes
    -----
    A quotient of integers is rounded once, and rounding never turns an order around: the least of several is the
    least of their roundings.
    """
    likelihood = hypotheses.likelihood
    growth = likelihood.denominator(n + 1) // likelihood.denominator(n)
    rows = [
        [x / (likelihood.numerator(n, key[0], key[1]) * growth) for x in _after(hypotheses, n, *key)]
        for key in set(members)
    ]
    return [min(column) for column in zip(*rows, strict=True)]


def ln_ratio(numerator: int, denominator: int) -> float:
    """Return the natural logarithm of a ratio of positive integers of any size."""
    shift = numerator.bit_length() - denominator.bit_length()
    quotient = numerator / (denominator << shift) if shift >= 0 else (numerator << -shift) / denominator
    return math.log(quotient) + shift * _LN2


def _after(hypotheses: HypothesisClass, n: int, hits: int, misses: int, given: int) -> list[int]:
    """Return the likelihood numerators after each next action, for tallies on n rows and the action given."""
    numerator, A = hypotheses.likelihood.numerator, hypotheses.n_actions
    if given < 0:
        return [numerator(n + 1, hits, misses)] * A
    after = [numerator(n + 1, hits, misses + 1)] * A
    after[given] = numerator(n + 1, hits + 1, misses)
    return after
