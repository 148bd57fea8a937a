"""Which behaviours a page names: those that lead under some of the priors that its sliders give."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.scores import Scored

WEIGHTS, ALPHAS = (0.0, 0.5, 1.0, 2.0), (0.0, 1.0, 2.0, 4.0, 8.0)
"""Bits charged for a bit of length, and for every doubling of the time, at which it is seen who leads."""


def leaders(scored: Scored, most: int) -> NDArray[np.int64]:
    """Return behaviours that lead under some prior, before or after the training rows.

    Parameters
    ----------
    scored : Scored
    most : int
        How many, at most; all behaviours where there are no more.

    Returns
    -------
    int64[m]
        Their ids, ascending.

    Notes
    -----
    They are taken in turns: the first of each prior, then the second of each, and so on. Time is O(G + B log B) for
    each of the priors tried.
    """
    census = scored.census
    if census.n_behaviours <= most:
        return np.arange(census.n_behaviours)
    log2_time = np.log2(np.maximum(census.columns["time"], 1))
    log2_count = np.log2(census.count.astype(np.float64))
    ranks: list[np.ndarray] = []
    for weight, alpha in product(WEIGHTS, ALPHAS):
        log2_group = log2_count - weight * census.columns["length"] - alpha * log2_time
        prior = log2_sum(log2_group, census.behaviour_id, census.n_behaviours)
        for mass in (prior, prior + scored.log2_likelihood):
            first = np.argpartition(-mass, most)[:most]
            ranks.append(first[np.argsort(-mass[first], kind="stable")])
    in_turns = np.stack(ranks, axis=1).reshape(-1)
    _, place = np.unique(in_turns, return_index=True)
    return np.sort(in_turns[np.sort(place)[:most]])
