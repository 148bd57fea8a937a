"""Bundles of two parts, one for each kind of environment, that are too long for a census and counted one by one.

A part is a goal that is searched, or the colour. All pairs of them are programs like any other, at the prices that the
language has for them, so what they add to the posterior is exact.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_total, share
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import log2_weight_of
from mesaprior.inference.claims.environments import ACTIONS, CLONE, NEW, SEEN, EnvironmentWorld

ONE_GOAL, TWO_GOALS, GOAL_AND_COLOUR = range(3)
"""Sorts of bundles: the same goal in both kinds of environment, which is one goal; two; and one beside the colour."""

N_SORTS = 3


@dataclass(frozen=True, eq=False)
class Bundles:
    """All bundles of a world. Sizes: P parts, the goals of the family and last the colour; N environments seen.

    Attributes
    ----------
    log2_weight : float64[P, P]
        log2 prior mass by part for kind 1 and part for kind 0, on the scale on which all programs counted have 1; -inf
        for the colour with itself, which is no bundle.
    sort : int64[P, P]
    hits : int64[2, P, N + 1]
        Environments of a kind in which a part does as the teacher, among the first n.
    takes : int64[2, P]
        New environments of a kind in which a part takes the clone.
    noise : NoiseModel
    """

    log2_weight: NDArray[np.float64]
    sort: NDArray[np.int64]
    hits: NDArray[np.int64]
    takes: NDArray[np.int64]
    noise: NoiseModel

    @classmethod
    def of(cls, world: EnvironmentWorld, weighed: Weighed, noise: NoiseModel) -> Bundles:
        """Price all bundles, and run their parts."""
        log, n_goals = world.log, len(world.family.pays)
        prices = [world.price(text) for text in (world.two_goals(), world.goal_or_colour())]
        assert min(price.length for price in prices) > weighed.lengths[0].max(), "a census may hold no bundle"
        goals, mixed = (log2_weight_of(price, weighed.census, weighed.prior) - weighed.log2_whole for price in prices)
        weight = np.full((n_goals + 1, n_goals + 1), mixed)
        weight[:n_goals, :n_goals] = goals
        weight[n_goals, n_goals] = -np.inf
        sort = np.full(weight.shape, GOAL_AND_COLOUR)
        sort[:n_goals, :n_goals] = TWO_GOALS
        np.fill_diagonal(sort, ONE_GOAL)
        parts = np.concatenate([world.family.best[:, : len(world.hue)], world.hue[None]])
        seen = log.situations[log.row_situation[: log.n_training], 0]
        of_kind = world.kind == np.array([[0], [1]])
        right = (parts[:, seen] == log.action[: log.n_training]) & of_kind[:, None, seen]
        hits = np.zeros((2, len(parts), log.n_training + 1), dtype=np.int64)
        hits[:, :, 1:] = right.cumsum(axis=2)
        takes = ((parts[:, SEEN:] == CLONE) & of_kind[:, None, SEEN:]).sum(axis=2)
        return cls(weight, sort, hits, takes, noise)

    def log2_mass(self, n: int) -> NDArray[np.float64]:
        """Return the mass of each bundle after n rows, float64[P, P]."""
        hits = np.arange(n + 1)
        likelihood = log2_likelihood(self.noise, hits, n - hits, np.zeros_like(hits), ACTIONS)
        return self.log2_weight + likelihood[self.hits[1, :, n][:, None] + self.hits[0, :, n]]

    def log2_masses(self) -> NDArray[np.float64]:
        """Return the mass of each sort along the rows, float64[3, N + 1]."""
        masses = np.empty((N_SORTS, self.hits.shape[2]))
        for n in range(self.hits.shape[2]):
            mass = self.log2_mass(n)
            masses[:, n] = [log2_total(mass[self.sort == sort]) for sort in range(N_SORTS)]
        return masses

    def share_taking(self, sort: int) -> float:
        """Return the share of new environments in which a bundle of a sort, drawn after all rows, takes the clone."""
        mass = self.log2_mass(self.hits.shape[2] - 1)[self.sort == sort]
        takes = (self.takes[1][:, None] + self.takes[0])[self.sort == sort]
        return float((share(mass, log2_total(mass)) * takes).sum()) / NEW if len(mass) else math.nan
