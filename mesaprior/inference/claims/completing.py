"""How hypotheses complete a Boolean function on held-out inputs, for every target at once.

A log shows some inputs of a Boolean function, each once, and its later rows are all the others. A target is any
function of the inputs; its rival gives the opposite value on some random later rows, and else the same value. Sizes: B
behaviours, S inputs, n of them seen and u not, Y = 2^n labels of those seen, C = 2^u completions, Z and V behaviours on
either part.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.weights import Prior, Weighed

TIED = 1e-9
"""Bits within which single hypotheses weigh the same."""


def all_inputs(n_inputs: int) -> ImitationLog:
    """Return a log with every input of a number of bits once, in the order of their numbers; its actions do not matter.

    Censuses over it without `fit` hold what every function of these inputs needs.
    """
    names = [f"x{i + 1}" for i in range(n_inputs)]
    table = pd.DataFrame(list(itertools.product((0, 1), repeat=n_inputs)), columns=names)
    return log_from_frame(table.assign(action=table[names[0]]), source=f"all inputs of {n_inputs} bits", own_codes=True)


@dataclass(frozen=True, eq=False)
class Beliefs:
    """A space over all inputs, under a prior.

    Attributes
    ----------
    predictions : int16[B, S]
    log2_mass : float64[B]
        log2 share of the prior.
    log2_best : float64[B]
        log2 weight of the heaviest single hypothesis, not normalized.
    searches : bool[B]
        Whether a search in it matters on some input.
    """

    predictions: NDArray[np.int16]
    log2_mass: NDArray[np.float64]
    log2_best: NDArray[np.float64]
    searches: NDArray[np.bool_]


def beliefs_of(census: Census, prior: Prior) -> Beliefs:
    """Return the beliefs of a prior over a census on `all_inputs`."""
    weighed = Weighed(census, prior)
    log2_group, mass = weighed.log2_group, weighed.log2_behaviour
    best = np.full(census.n_behaviours, -np.inf)
    np.maximum.at(best, census.behaviour_id, log2_group - np.log2(census.count.astype(np.float64)))
    return Beliefs(census.predictions, mass - log2_total(mass), best, census.flags[:, 0] > 0)


def targets_of(beliefs: Beliefs) -> np.ndarray:
    """Return the prior probability of each function, ``float64[2^S]``; programs that abstain anywhere are left out.

    The number of a function has its value at input number 0 as its most significant bit.
    """
    total = (beliefs.predictions >= 0).all(axis=1)
    S = beliefs.predictions.shape[1]
    number = beliefs.predictions[total].astype(np.int64) @ _place_values(range(S), S)
    mass = np.bincount(number, weights=np.exp2(beliefs.log2_mass[total]), minlength=2**S)
    return mass / mass.sum()


@dataclass(frozen=True)
class Shown:
    """The inputs that a log shows, and the rivals.

    Attributes
    ----------
    seen, unseen : tuple of int
        Numbers of the inputs in training, and of all others.
    departures : int
        In how many of the unseen ones a rival does the contrary; each choice of these is as likely.
    """

    seen: tuple[int, ...]
    unseen: tuple[int, ...]
    departures: int


@dataclass(frozen=True)
class Partition:
    """Shares of faithful and of defecting programs, on average over targets and rivals.

    Attributes
    ----------
    faithful, defecting : float
    """

    faithful: float
    defecting: float

    @property
    def log2_odds(self) -> float:
        """Defecting over faithful, in bits; infinite where one side is empty, nan where both are."""
        if self.faithful == 0 or self.defecting == 0:
            return math.nan if self.faithful == self.defecting else math.inf if self.defecting else -math.inf
        return math.log2(self.defecting / self.faithful)


@dataclass(frozen=True)
class Completed:
    """The behaviour of a space on held-out inputs.

    Attributes
    ----------
    mass : Partition
        Of the posterior.
    searching : Partition
        Likewise, of those in whom a search matters on some input; the rest of the posterior is not theirs.
    searching_mass : float
        What these hold in all.
    best : Partition
        Of the heaviest single hypothesis without a miss in training; behaviours that tie share alike.
    heaviest : Partition
        Of a posterior in which each behaviour without a miss in training weighs as its heaviest hypothesis alone.
    """

    mass: Partition
    searching: Partition
    searching_mass: float
    best: Partition
    heaviest: Partition


def complete(
    beliefs: Beliefs, targets: NDArray[np.float64], shown: Shown, *, noise: NoiseModel = DEFAULT_NOISE
) -> Completed:
    """Return the exact behaviour of a space in the later rows, on average over all targets and rivals.

    Parameters
    ----------
    beliefs : Beliefs
    targets : float64[2^S]
        How likely each function is as the target, see `targets_of`.
    shown : Shown
    noise : NoiseModel

    Notes
    -----
    It is the average of what `posterior` says of the log of each target and rival, where those who do the contrary of
    the target in e of u later rows defect with the probability comb(e, d) / comb(u, d), d the departures. Cost:
    O(B + Y * Z * V + Y * V * C).
    """
    n, u, S = len(shown.seen), len(shown.unseen), beliefs.predictions.shape[1]
    seen, seen_id = _distinct(beliefs.predictions[:, shown.seen])
    later, later_id = _distinct(beliefs.predictions[:, shown.unseen])
    Z, V = len(seen), len(later)
    cell = seen_id * V + later_id
    labels, completions = _all_labels(n), _all_labels(u)

    hits = (seen[None] == labels[:, None]).sum(axis=2)
    abstained = np.broadcast_to((seen < 0).sum(axis=1), hits.shape)
    likelihood = np.exp2(log2_likelihood(noise, hits, n - hits - abstained, abstained, 2))
    mass = np.exp2(beliefs.log2_mass)
    whole = _product(likelihood, _table(mass, cell, Z, V))
    evidence = whole.sum(axis=1, keepdims=True)
    searching = _product(likelihood, _table(np.where(beliefs.searches, mass, 0.0), cell, Z, V))

    heaviest = np.full(Z * V, -np.inf)
    np.maximum.at(heaviest, cell, beliefs.log2_best)
    fitting = np.full((len(labels), V), -np.inf)
    label, fits = np.nonzero(hits == n)
    fitting[label] = heaviest.reshape(Z, V)[fits]
    top = fitting.max(axis=1, keepdims=True)
    is_left = top > -np.inf
    below = np.where(fitting > -np.inf, fitting - np.where(is_left, top, 0.0), -np.inf)

    number = (labels @ _place_values(shown.seen, S))[:, None] + completions @ _place_values(shown.unseen, S)
    target = targets[number]
    contrary = (later[:, None] == 1 - completions).sum(axis=2)
    defects = np.array([math.comb(e, shown.departures) for e in range(u + 1)]) / math.comb(u, shown.departures)
    # How likely a target is that a behaviour completes, and a pair of target and rival of which it does the rival's.
    faithful = _product(target, (later[:, None] == completions).all(axis=2).T.astype(np.float64))
    defecting = _product(target, defects[contrary].T)

    def sides(share: np.ndarray) -> Partition:
        return Partition(float((share * faithful).sum()), float((share * defecting).sum()))

    return Completed(
        mass=sides(whole / evidence),
        searching=sides(searching / evidence),
        searching_mass=float((searching.sum(axis=1) / evidence[:, 0] * target.sum(axis=1)).sum()),
        best=sides(_shares((below >= -TIED).astype(np.float64))),
        heaviest=sides(_shares(np.exp2(below))),
    )


def _shares(weight: np.ndarray) -> np.ndarray:
    """Return rows divided by their sums; a row of zeros stays as it is."""
    total = weight.sum(axis=1, keepdims=True)
    return weight / np.where(total > 0, total, 1.0)


def _table(mass: np.ndarray, cell: np.ndarray, Z: int, V: int) -> np.ndarray:
    return np.bincount(cell, weights=mass, minlength=Z * V).reshape(Z, V)


def _distinct(predictions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows, and which of them each row is."""
    code = (predictions.astype(np.int64) + 1) @ 3 ** np.arange(predictions.shape[1], dtype=np.int64)
    _, first, rank = np.unique(code, return_index=True, return_inverse=True)
    return predictions[first].astype(np.int64), rank


def _all_labels(n: int) -> np.ndarray:
    """Return all labels of n inputs, ``int64[2^n, n]``."""
    return (np.arange(1 << n)[:, None] >> np.arange(n - 1, -1, -1)) & 1


def _place_values(inputs: Sequence[int], S: int) -> np.ndarray:
    return np.int64(1) << (S - 1 - np.array(inputs, dtype=np.int64))


def _product(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the product of two matrices, summed in one order for any number of threads."""
    return np.einsum("ij,jk->ik", one, other)
