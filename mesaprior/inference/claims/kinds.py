"""Masses of the kinds of behaviours that a claim distinguishes, along a log; and of single programs beside them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.cut import log2_of_tallies
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import log2_weight_of, price_of

PAIRS_AT_ONCE = 31
"""Pairs of a cell and an action that are put into one number, with two bits each."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Behaviours sorted by kind and by the rows of a log that they get right. Sizes: K kinds, I items, P pairs.

    Attributes
    ----------
    census : Census
    log : ImitationLog
    n_kinds : int
        K.
    item : int64[B]
        Item of each behaviour: those of one kind that hit, miss and abstain on the same training rows.
    item_kind : int64[I]
    pair : int64[N]
        Pair of cell and action of each training row.
    hits, abstains : bool[I, P]
    """

    census: Census
    log: ImitationLog
    n_kinds: int
    item: NDArray[np.int64]
    item_kind: NDArray[np.int64]
    pair: NDArray[np.int64]
    hits: NDArray[np.bool_]
    abstains: NDArray[np.bool_]

    def log2_masses(
        self, weighed: Weighed, *, noise: NoiseModel = DEFAULT_NOISE, every: int = 1
    ) -> NDArray[np.float64]:
        """Return the mass of each kind at training prefixes.

        Parameters
        ----------
        prior : Prior
        noise : NoiseModel
        every : int
            The prefixes are 0, `every`, twice `every`, ..., up to N.

        Returns
        -------
        float64[K, N // every + 1]
            log2 masses on the scale on which the prior's whole mass is 1; -inf where a kind has none.
        """
        census, N, n_items = self.census, self.log.n_training, len(self.item_kind)
        by_item = log2_sum(weighed.log2_group - weighed.log2_whole, self.item[census.behaviour_id], n_items)
        hits, abstained = np.zeros(n_items, dtype=np.int64), np.zeros(n_items, dtype=np.int64)
        tables = noise.tables(N, census.n_actions)
        masses = np.empty((self.n_kinds, N // every + 1))
        for n in range(N + 1):
            if n % every == 0:
                likelihood = log2_of_tallies(tables, hits, n - hits - abstained, abstained)
                masses[:, n // every] = log2_sum(by_item + likelihood, self.item_kind, self.n_kinds)
            if n < N:
                hits += self.hits[:, self.pair[n]]
                abstained += self.abstains[:, self.pair[n]]
        return masses


def kinds_of(census: Census, log: ImitationLog, kind: NDArray[np.int64], n_kinds: int) -> Kinds:
    """Sort the behaviours of a census by kind.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    kind : int64[B]
        Kind of each behaviour, 0..K-1.
    n_kinds : int
        K.

    Notes
    -----
    Time is O(B * P + B log B).
    """
    N = log.n_training
    pairs, pair = np.unique(np.stack([census.row_cell[:N], log.action[:N]]), axis=1, return_inverse=True)
    cell, action = pairs
    code = kind
    for begin in range(0, pairs.shape[1], PAIRS_AT_ONCE):
        several = range(begin, min(begin + PAIRS_AT_ONCE, pairs.shape[1]))
        status = np.zeros(len(census.predictions), dtype=np.int64)
        for p in several:
            given = census.predictions[:, cell[p]]
            status = 4 * status + 2 * (given == ABSTAIN) + (given == action[p])
        statuses, status = np.unique(status, return_inverse=True)
        code = np.unique(code * len(statuses) + status, return_inverse=True)[1]
    _, first, item = np.unique(code * n_kinds + kind, return_index=True, return_inverse=True)
    given = census.predictions[first][:, cell]
    return Kinds(census, log, n_kinds, item, kind[first], pair.reshape(-1), given == action, given == ABSTAIN)


def log2_masses_of_programs(
    texts: Sequence[str],
    space: TermSpace,
    weighed: Weighed,
    log: ImitationLog,
    *,
    noise: NoiseModel = DEFAULT_NOISE,
) -> NDArray[np.float64]:
    """Return the mass of single programs at every training prefix: what a simple formula is made of.

    Returns
    -------
    float64[n, N + 1]
        For each text, on the scale of `Kinds.log2_masses`.
    """
    n = np.arange(log.n_training + 1)
    census = weighed.census
    masses = np.empty((len(texts), len(n)))
    for i, text in enumerate(texts):
        price = price_of(text, space.language, log)
        weight = log2_weight_of(price, census, weighed.prior)
        action = space.predict(space.parse(text, log), log).predictions["intact"][: log.n_training]
        hits = np.concatenate([[0], np.cumsum(action == log.action[: log.n_training])])
        masses[i] = (
            weight - weighed.log2_whole + log2_likelihood(noise, hits, n - hits, np.zeros_like(n), census.n_actions)
        )
    return masses


def reaching(places: Sequence[float], values: Sequence[float], level: float) -> float:
    """Return the first place from which on all values are at least `level`; inf where there is none."""
    below = [i for i, value in enumerate(values) if not value >= level]
    first = below[-1] + 1 if below else 0
    return float(places[first]) if first < len(places) else math.inf
