"""The hypothesis class of the theorems: programs with the noise model's errors, weighed by exact integers.

Programs with the same actions on all training rows are one hypothesis here, since no training row distinguishes them. A
hypothesis is the sequence of its actions on the rows of the log, with the errors of the noise model: a measure over all
sequences of actions. What a learner would have fitted to other actions does not matter.
Sizes: P hypotheses, D distinct training cells, N training rows, A actions, B behaviours, G groups.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import runs
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.theorems.likelihood import ExactLikelihood, exact_likelihood

WIDEST = 65_536
"""Bits by which the weights of two programs may differ: they are written over one denominator."""


@dataclass(frozen=True, eq=False)
class HypothesisClass:
    """A finite class of measures over sequences of N actions, with prior weights.

    Attributes
    ----------
    weight : tuple of int
        [P] Prior weights, each at least 1, over the common denominator `whole`.
    whole : int
        What the weights are divided by: their sum.
    predictions : int16[P, D]
        Action of each hypothesis in each training cell, -1 for an abstention; rows are distinct.
    row_cell : int64[N]
        Column of `predictions` of each training row.
    action : int64[N]
        What the teacher did.
    likelihood : ExactLikelihood
    member_of : int64[B]
        Hypothesis of each behaviour; -1 where its weight is 0.
    """

    weight: tuple[int, ...]
    whole: int
    predictions: NDArray[np.int16]
    row_cell: NDArray[np.int64]
    action: NDArray[np.int64]
    likelihood: ExactLikelihood
    member_of: NDArray[np.int64]

    @property
    def n_actions(self) -> int:
        """A."""
        return self.likelihood.n_actions

    @property
    def n_hypotheses(self) -> int:
        """P."""
        return len(self.weight)

    def tallies(self, n: int) -> tuple[np.ndarray, np.ndarray]:
        """Return hits and misses of each hypothesis on the first n rows, int64[P] each."""
        given = self.predictions[:, self.row_cell[:n]]
        hits = (given == self.action[:n]).sum(axis=1)
        return hits, (given >= 0).sum(axis=1) - hits

    def masses(self, n: int) -> list[int]:
        """Return weight times likelihood of each hypothesis on the first n rows, times ``denominator(n)``."""
        hits, misses = self.tallies(n)
        pairs = zip(self.weight, hits.tolist(), misses.tolist(), strict=True)
        return [weight * self.likelihood.numerator(n, h, m) for weight, h, m in pairs]

    def log2_mixture(self, n: int) -> float:
        """Return log2 of the probability of the teacher's first n actions under the mixture; -inf where it is 0."""
        total = sum(self.masses(n))
        return log2_ratio(total, self.whole * self.likelihood.denominator(n)) if total else -math.inf

    def exact(self) -> int | None:
        """Return the hypothesis without a miss or an abstention in training, or None; there is at most one."""
        hits, _ = self.tallies(len(self.action))
        found = np.flatnonzero(hits == len(self.action))
        return int(found[0]) if len(found) else None

    def leader(self) -> int:
        """Return the hypothesis with the largest posterior after all training rows, the first in a tie."""
        masses = self.masses(len(self.action))
        return masses.index(max(masses))


def class_of(weighed: Weighed, log: ImitationLog, noise: NoiseModel) -> HypothesisClass:
    """Return the class of a census on a log.

    Parameters
    ----------
    weighed : Weighed
        Hypotheses of weight 0 are left out.
    log : ImitationLog
        The log that the census was counted on.
    noise : NoiseModel
        `Noise` or `BetaNoise`.

    Raises
    ------
    UsageError
        If the prior or the noise model does not fit.
    RunError
        If weights lie so far apart that they fit over no common denominator of `WIDEST` bits.

    Notes
    -----
    The log2 weight of a program, a double, is read as a number of 53 bits times a power of two; multiplied by the
    exact counts and added up, nothing is rounded any more. For ``2**-length`` nothing is rounded at all.
    Time is O(G log G + B * D).
    """
    census = weighed.census
    cells, row_cell = np.unique(census.row_cell[: log.n_training], return_inverse=True)
    pattern = runs(census.predictions, cells)
    weight = _exact_weights(weighed, pattern)
    kept = np.array([p for p, w in enumerate(weight) if w], dtype=np.int64)
    place = np.full(len(weight), -1, dtype=np.int64)
    place[kept] = np.arange(len(kept))
    first = np.searchsorted(pattern, kept)
    patterns: list[int] = kept.tolist()
    weights = tuple(weight[p] for p in patterns)
    return HypothesisClass(
        weight=weights,
        whole=sum(weights),
        predictions=np.ascontiguousarray(census.predictions[first][:, cells]),
        row_cell=row_cell.astype(np.int64),
        action=log.action[: log.n_training].astype(np.int64),
        likelihood=exact_likelihood(noise, census.n_actions, log.n_training),
        member_of=place[pattern],
    )


def log2_ratio(numerator: int, denominator: int) -> float:
    """Return log2 of a ratio of positive integers of any size, with a relative error of about 2^-52 or less."""
    # Shifting both to a quotient near 1 keeps ratios beyond the range of doubles.
    shift = numerator.bit_length() - denominator.bit_length()
    quotient = numerator / (denominator << shift) if shift >= 0 else (numerator << -shift) / denominator
    return math.log2(quotient) + shift


def _exact_weights(weighed: Weighed, pattern: np.ndarray) -> list[int]:
    """Return the prior weight of each run of behaviours, over one denominator."""
    census, log2_weight = weighed.census, weighed.log2_weight
    live = np.flatnonzero(log2_weight > -np.inf)
    values, value_id = np.unique(log2_weight[live], return_inverse=True)
    key = pattern[census.behaviour_id[live]] * len(values) + value_id
    order = np.argsort(key, kind="stable")
    keys, start = np.unique(key[order], return_index=True)
    count = census.count[live][order]
    # Halves of 32 bits cannot overflow in sums of fewer than 2^32 groups.
    low = np.add.reduceat(count & np.uint64(0xFFFFFFFF), start).tolist()
    high = np.add.reduceat(count >> np.uint64(32), start).tolist()

    exponent = np.floor(values)
    spread = float(exponent[-1] - exponent[0])
    if spread > WIDEST:
        raise RunError(
            f"prior {weighed.prior.name!r} gives weights that differ by 2^{spread:.0f}, too far apart for exact "
            f"integers (up to 2^{WIDEST}); lower the bound on length or time, or change the prior."
        )
    shift = (exponent - exponent[0]).astype(np.int64).tolist()
    mantissa = (np.exp2(values - exponent) * 2.0**52).astype(np.int64).tolist()
    weight = [0] * (int(pattern[-1]) + 1)
    for k, lower, upper in zip(keys.tolist(), low, high, strict=True):
        run, value = divmod(k, len(values))
        weight[run] += (mantissa[value] * (lower + (upper << 32))) << shift[value]
    return weight
