"""Worlds of successive environments: fixed goals, goals by environment, and which programs take the clone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.roles import IMITATOR, role_codes
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import log2_mass_fitting, price_of, up_to
from mesaprior.inference.claims.claim import jitter_of
from mesaprior.inference.claims.kinds import Kinds, kinds_of, log2_masses_of_programs
from mesaprior.inference.worlds.world import World, log_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

OPTIONS = 3
"""Options besides the clone, which is one more action."""

ACTION_BITS = 2
"""Of a table's entry."""

FIXED, BUNDLE = 0, 1
"""Programs that search, and all others."""

AS_TEACHER, CLONE, ELSE = 0, 1, 2
"""What is done where there is a clone."""


@dataclass(frozen=True, eq=False)
class Measured:
    """Measurements of a world along its log under one prior. Sizes: E environments.

    Attributes
    ----------
    odds, predicted : float64[E + 1]
        log2 odds of fixed goals over bundles, by count and by formula, in bits.
    share : float64[2, E + 1]
        Of the posterior, by `FIXED` and `BUNDLE`.
    clone : float64[2, E + 1]
        log2 odds that a program of either side takes the clone, in bits.
    closeness : float64[2, E + 1]
        Share of all environments in which a program drawn from the posterior does as the teacher would, and in which
        it does what pays best, the clone included.
    """

    odds: NDArray[np.float64]
    predicted: NDArray[np.float64]
    share: NDArray[np.float64]
    clone: NDArray[np.float64]
    closeness: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class VisitedWorld:
    """A world, its log with a number of visits to each environment in turn, and its census.

    Attributes
    ----------
    world : World
    log : ImitationLog
    visits : int
    census : Census
    space : TermSpace
    kinds : Kinds
        By side, by what is done where there is a clone, and by how many of the other environments are right.
    """

    world: World
    log: ImitationLog
    visits: int
    census: Census
    space: TermSpace
    kinds: Kinds

    def visited(self, visits: int) -> VisitedWorld:
        """Return the same with another number of visits to each environment, without counting again."""
        assert self.census.vectors is not None
        log = _one_by_one(self.world, visits)
        census = behaviours_of(self.census.vectors, log, bounds=self.census.bounds)
        return _sorted(self.world, log, visits, census, self.space)

    def up_to(self, bound: float) -> VisitedWorld:
        """Return the same without longer programs."""
        return _sorted(self.world, self.log, self.visits, up_to(self.census, bound), self.space)

    def measured(self, alpha: float) -> Measured:
        """Update a prior on the environments, one by one."""
        E = self.log.n_training // self.visits
        weighed = Weighed(self.census, make_prior("speed", {"alpha": alpha}))
        log2_mass = self.kinds.log2_masses(weighed, every=self.visits)
        mass = log2_mass.reshape(2, 3, E + 1, E + 1)
        by_side, whole = log2_total(mass, (1, 2)), log2_total(mass, (0, 1, 2))
        by_answer = log2_total(mass, 2)
        shares = np.exp2(mass - whole).sum(axis=0)
        n_right = (shares.sum(axis=0) * np.arange(E + 1)[:, None]).sum(axis=0)
        return Measured(
            odds=log2_odds(by_side[FIXED], by_side[BUNDLE]),
            predicted=self._predicted(weighed),
            share=np.exp2(by_side - whole),
            clone=log2_odds(by_answer[:, CLONE], np.logaddexp2(by_answer[:, AS_TEACHER], by_answer[:, ELSE])),
            closeness=(n_right + shares[[AS_TEACHER, CLONE]].sum(axis=1)) / (E + 1),
        )

    def _predicted(self, weighed: Weighed) -> np.ndarray:
        """Return the odds of the shortest fixed goal over the tables that fit and the colour together."""
        log = self.log
        goal, table, colour = (program.text for program in self.world.programs)
        fixed, by_colour = log2_masses_of_programs([goal, colour], self.space, weighed, log)
        # Tables that agree with what was seen weigh as one without the bits of what was not.
        price = price_of(table, self.space.language, log)
        if price.length > self.census.columns["length"].max():
            return np.full(len(fixed[:: self.visits]), np.nan)
        tables = log2_mass_fitting(price, weighed, log.n_training)
        n_seen = np.ceil(np.arange(log.n_training + 1) / self.visits)
        tables += ACTION_BITS * (len(log.situations) - n_seen)
        return log2_odds(fixed, np.logaddexp2(tables, by_colour))[:: self.visits]


def _one_by_one(world: World, visits: int) -> ImitationLog:
    """Return the log of a world with a number of visits to each training environment in turn."""
    log = world.log
    rows = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    actions, rivals = log.action.tolist(), log.rival.tolist()
    n = log.n_training
    training = [row for row in zip(rows[:n], actions[:n], strict=True) for _ in range(visits)]
    later = list(zip(rows[n:], actions[n:], rivals[n:], strict=True))
    return log_of(log.features, training, later, source=log.source)


def count_environments(
    seed: int, max_bits: int, *, environments: int, visits: int, misled: int, law_bits: int
) -> VisitedWorld:
    """Draw a world of environments, and count it.

    Parameters
    ----------
    seed : int
    max_bits : int
    environments : int
        That are seen, each in `visits` rows; there is one more, with the clone.
    misled : int
        Environments whose colour misleads.
    law_bits : int
        Bits of the rule of payoffs.
    """
    world = make_world(
        "rules",
        seed=seed,
        environments=environments,
        rows=environments,
        later=1,
        options=OPTIONS,
        exceptions=misled,
        law_bits=law_bits,
        jitter=jitter_of(seed),
    )
    space = TermSpace(world.language, max_bits)
    log = _one_by_one(world, visits)
    return _sorted(world, log, visits, obtain(space, log, workers=1), space)


def _sorted(world: World, log: ImitationLog, visits: int, census: Census, space: TermSpace) -> VisitedWorld:
    """Sort the behaviours of a census by the distinctions of the claim."""
    trained, later = np.arange(0, log.n_training, visits), np.arange(log.n_training, log.n_rows)
    (new,) = later[log.action[later] != log.rival[later]]
    action = census.predictions[:, census.row_cell[new]]
    where = np.where(action == log.action[new], AS_TEACHER, np.where(action == log.rival[new], CLONE, ELSE))
    right = (census.predictions[:, census.row_cell[trained]] == log.action[trained]).sum(axis=1)
    side = np.where(role_codes(census.flags) == IMITATOR, BUNDLE, FIXED)
    shape = (2, 3, len(trained) + 1)
    kind = np.ravel_multi_index((side, where, right), shape)
    return VisitedWorld(world, log, visits, census, space, kinds_of(census, log, kind, math.prod(shape)))
