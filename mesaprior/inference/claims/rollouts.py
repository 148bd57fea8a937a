"""Rollouts of imitators: trained on some rows, then acting on others, where only who asks is told what was right."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.noise import DEFAULT_NOISE
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.safeguards.outcomes import Policies, conflicts
from mesaprior.inference.safeguards.ways import Belief, Safeguard

ASKING = 2.0**-30
"""Chances to ask up to this one are rounding."""


@dataclass(frozen=True)
class Course:
    """The events on later rows, one after the other.

    Attributes
    ----------
    asked : list of bool
        Whether the teacher is asked.
    defections, errors : list of float
        Probability that the rival's action is taken where the teacher's differs, and that the action is not the
        teacher's; 0 where the teacher is asked.
    """

    asked: list[bool]
    defections: list[float]
    errors: list[float]


class Imitator:
    """The posterior over policies after some rows. Policies act deterministically; noise enters the likelihood only.

    Parameters
    ----------
    weighed : Weighed
    log : ImitationLog
        The log that the census was counted on.
    rows : sequence of int
        Rows of the log that are learned from, in order, and as often as they are named.
    untrained : Policies or None
        The policies under the same prior before any row, where they are known.
    """

    def __init__(self, weighed: Weighed, log: ImitationLog, rows: Sequence[int], untrained: Policies | None = None):
        self.weighed = weighed
        self.log = log
        self.rows: tuple[int, ...] = tuple(rows)
        self.untrained: Policies = untrained or Policies(weighed, log, DEFAULT_NOISE, has_slips=False)

    def after(self, rows: Sequence[int]) -> Imitator:
        """Return the imitator trained on other rows instead."""
        return Imitator(self.weighed, self.log, rows, self.untrained)

    @cached_property
    def _trained(self) -> Policies:
        """The policies after the rows; further learning works on a copy."""
        trained = copy.copy(self.untrained)
        for row in self.rows:
            trained.learn(row)
        return trained

    @cached_property
    def truth(self) -> float:
        """Posterior mass of the policies that act like the teacher on every row after training."""
        later = slice(self.log.n_training, None)
        given = self._trained.predictions[:, self.weighed.census.row_cell[later]]
        is_true = (given == self.log.action[later]).all(axis=1)
        return math.fsum(np.exp2(_believed(self._trained, self.log.n_training).log2_mass[is_true]).tolist())

    def follow(self, guard: Safeguard, later: Sequence[int], *, is_told: bool = False) -> Course:
        """Act on rows; where the guard may ask, ask and learn from the answer; otherwise learn nothing.

        Parameters
        ----------
        guard : Safeguard
        later : sequence of int
            Rows of the log that have an action, in the order in which they come.
        is_told : bool
            Whether the right action is shown after every row, asked or not.

        Notes
        -----
        The action in a situation stays the same until there is feedback, so time is O(P log P) for each situation and
        answer, for P policies.
        """
        policies = copy.copy(self._trained)
        course = Course([], [], [])
        known: dict[int, np.ndarray | None] = {}
        for row in later:
            cell = int(self.weighed.census.row_cell[row])
            if cell not in known:
                decision = guard.decide(_believed(policies, row))
                known[cell] = None if decision.asks > ASKING else decision.action
            action = known[cell]
            course.asked.append(action is None)
            if action is None:
                course.defections.append(0.0)
                course.errors.append(0.0)
            else:
                course.defections.append(float(action[self.log.rival[row]]) if conflicts(self.log, row) else 0.0)
                course.errors.append(1 - float(action[self.log.action[row]]))
            if action is None or is_told:
                policies.learn(row)
                known.clear()
        return course


def _believed(policies: Policies, row: int) -> Belief:
    """Return the posterior before a row."""
    belief = policies.believe(row)
    assert belief is not None, "no mistake rules anything out under the default noise"
    return belief
