"""The simple formula of a race: when single programs outweigh each other along the rows of a bounded teacher."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_odds
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood
from mesaprior.inference.claims.bounded import ACTION_BITS, ACTIONS, PAYING, ROUNDS, SEEN, BoundedWorld

NEVER = SEEN + 1.0
"""Row that stands for a place that is never reached: one past the log."""


@dataclass(frozen=True, eq=False)
class Race:
    """The shortest programs of a world, from their prices and hits alone. Size: N rows.

    Attributes
    ----------
    world : BoundedWorld
    alpha : float
        Of the prior.
    noise : NoiseModel
    table_steps : int
        That a table takes.
    """

    world: BoundedWorld
    alpha: float
    noise: NoiseModel
    table_steps: int

    @property
    def _taught(self) -> NDArray[np.int64]:
        """What the teacher did, row by row, int64[N]."""
        log = self.world.log
        return log.action[: log.n_training].astype(np.int64)

    def _log2_of_look(self, depth: int) -> NDArray[np.float64]:
        """Return the mass of the shortest look of some rounds at the paying law along the log, float64[N + 1]."""
        world = self.world
        does = world.family.best(depth)[PAYING, world.seen]
        hits = np.concatenate([[0], np.cumsum(does == self._taught)])
        n = np.arange(len(hits))
        price = world.price(world.looking(depth))
        likelihood = log2_likelihood(self.noise, hits, n - hits, np.zeros_like(n), ACTIONS)
        return likelihood - price.length - self.alpha * math.log2(price.time)

    @property
    def _log2_of_memory(self) -> NDArray[np.float64]:
        """Return the mass of the tables that fit, float64[N + 1]."""
        n = np.arange(SEEN + 1)
        none = np.zeros_like(n)
        likelihood = log2_likelihood(self.noise, n, none, none, ACTIONS)
        bits = self.world.table_bits + ACTION_BITS * n
        return likelihood - bits - self.alpha * math.log2(self.table_steps)

    @property
    def better_from(self) -> float:
        """Row from which the look to the end outweighs the teacher's own and the tables that fit, if it pays more."""
        world = self.world
        if world.room <= 0 or world.teacher.depth == ROUNDS:
            return NEVER
        others = np.logaddexp2(self._log2_of_look(world.teacher.depth), self._log2_of_memory)
        return first_row(log2_odds(self._log2_of_look(ROUNDS), others) > 0)

    @property
    def misaligned_from(self) -> float:
        """Row from which other laws that agree with all rows so far, at the teacher's depth, outweigh all these."""
        world = self.world
        best = world.family.best(world.teacher.depth)[:, world.seen]
        agrees = (best == self._taught).cumprod(axis=1)
        agrees[PAYING] = 0
        number = np.concatenate([[len(best) - 1], agrees.sum(axis=0)])
        price = world.price(world.looking(world.teacher.depth))
        n = np.arange(SEEN + 1)
        none = np.zeros_like(n)
        one = log2_likelihood(self.noise, n, none, none, ACTIONS) - price.length - self.alpha * math.log2(price.time)
        with np.errstate(divide="ignore"):
            astray = np.log2(number) + one
        looks = np.logaddexp2(self._log2_of_look(world.teacher.depth), self._log2_of_look(ROUNDS))
        return first_row(log2_odds(astray, np.logaddexp2(looks, self._log2_of_memory)) > 0)


def first_row(holds: NDArray[np.bool_]) -> float:
    """Return the first row after which something holds, `NEVER` where there is none."""
    found = np.flatnonzero(holds)
    return float(found[0]) if len(found) else NEVER
