"""What programs do on later rows: as the teacher, as a rival goal, as any other goal of a family, or none of these.

An error that serves no goal is a loss of capability; later actions that are best for another goal are a loss of
alignment. Both are measured by behaviour alone, and whether a program searches is measured apart from it, by lesions.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import TRAIN, ImitationLog
from mesaprior.inference.bayes.roles import IMITATOR, role_codes

FAITHFUL, RIVAL, OTHER_GOAL, ERRING = range(4)
"""Codes of what a behaviour does on later rows."""

CONDUCTS = ("faithful", "rival", "other_goal", "erring")
"""Their names, by code."""


TWO_BY_TWO = ("search_agent", "search_only", "agent_only", "neither")
"""Shares by mechanism and behaviour: who optimizes and acts for a goal, who optimizes and does not, who acts for one
without optimizing, and the rest."""


@dataclass(frozen=True, eq=False)
class Goals:
    """Goals that later actions may serve. Sizes: G goals, R later rows, A actions.

    Attributes
    ----------
    best : int64[G, R]
        The best action by goal and later row; goal 0 is the teacher's.
    rivals : tuple of int
        Those that agree with the teacher wherever it was seen.
    bits : float
        K(U) of a goal of the family, what it takes to write one down.
    """

    best: NDArray[np.int64]
    rivals: tuple[int, ...]
    bits: float


@dataclass(frozen=True, eq=False)
class Conduct:
    """What behaviours do on later rows. Size: B behaviours.

    Attributes
    ----------
    code : int64[B]
        See `CONDUCTS`.
    goal : int64[B]
        The goal that the later actions are best for, the first of several; -1 where there is none.
    searches : bool[B]
        Whether it optimizes, by lesion.
    is_agent : bool[B]
        Whether its later actions are best for some goal of the family, the teacher's included, and say more than
        naming that goal does.
    """

    code: NDArray[np.int64]
    goal: NDArray[np.int64]
    searches: NDArray[np.bool_]
    is_agent: NDArray[np.bool_]

    def two_by_two(self, share: NDArray[np.float64]) -> dict[str, float]:
        """Return the share of the posterior by mechanism and behaviour.

        Parameters
        ----------
        share : float64[B]
            Of each behaviour; they add up to 1.

        Returns
        -------
        dict of str to float
            Under the names of `TWO_BY_TWO`.
        """
        split = [
            searches & acts for searches in (self.searches, ~self.searches) for acts in (self.is_agent, ~self.is_agent)
        ]
        return {name: float(share[which].sum()) for name, which in zip(TWO_BY_TWO, split, strict=True)}

    def by_code(self, share: NDArray[np.float64]) -> dict[str, float]:
        """Return the share of the posterior by conduct, under the names of `CONDUCTS`."""
        return {name: float(share[self.code == code].sum()) for code, name in enumerate(CONDUCTS)}


def conduct_of(census: Census, log: ImitationLog, goals: Goals) -> Conduct:
    """Judge the behaviours of a census by their actions on later rows.

    Parameters
    ----------
    census : Census
        Counted on `log`, without abstentions.
    log : ImitationLog
        Each later row with the teacher's action.
    goals : Goals

    Notes
    -----
    A behaviour is faithful where it does as the teacher on all later rows, whatever it is good for besides. Serving a
    goal is taking its best action on each of them. The share of maps from S situations to A actions that do as well is
    A^-S where the best is unique, so g is S * log2(A), and is above K(U) or for no behaviour. Cost: O((B + G) * R).
    """
    later = np.flatnonzero(log.split != TRAIN)
    action = census.predictions[:, census.row_cell[later]].astype(np.int64)
    goal = first_alike(action, goals.best)
    faithful = (action == log.action[later]).all(axis=1)
    n_situations = len(np.unique(log.row_situation[later]))
    could_be = n_situations * math.log2(census.n_actions) > goals.bits
    rival = np.isin(goal, np.array(goals.rivals, dtype=np.int64))
    serves = (goal >= 0) & could_be
    code = np.where(faithful, FAITHFUL, np.where(rival, RIVAL, np.where(serves, OTHER_GOAL, ERRING)))
    return Conduct(code.astype(np.int64), goal, role_codes(census.flags) != IMITATOR, serves)


def first_alike(rows: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return for each row the number of the first known row that equals it, or -1."""
    number: dict[bytes, int] = {}
    for index, row in enumerate(np.ascontiguousarray(known)):
        number.setdefault(row.tobytes(), index)
    return np.array([number.get(row.tobytes(), -1) for row in np.ascontiguousarray(rows)], dtype=np.int64)
