"""Baselines for hits in training: chance, the most frequent action, the best table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import ImitationLog


@dataclass(frozen=True)
class Fit:
    """Baselines: hits in training that need no program, out of N rows.

    Attributes
    ----------
    n_training : int
        N.
    chance : float
        Expected hits of uniform guesses: N / A.
    most_frequent : int
        Hits of always taking the action that is taken most often.
    most_frequent_action : int
        That action; the smallest of several.
    best_table : int
        The most hits that any map from situations to actions has.
    best_program : int
        The most hits of any program counted.
    """

    n_training: int
    chance: float
    most_frequent: int
    most_frequent_action: int
    best_table: int
    best_program: int

    @property
    def is_beaten(self) -> bool:
        """Whether some program counted has more hits than the most frequent action."""
        return self.best_program > self.most_frequent


def fit_of(log: ImitationLog, n_actions: int, hits: NDArray[np.int64]) -> Fit:
    """Return the baselines of a log.

    Parameters
    ----------
    log : ImitationLog
    n_actions : int
        A.
    hits : int64[B]
        Hits of each behaviour on the training rows.

    Returns
    -------
    Fit
    """
    action = log.action[: log.n_training]
    situation = log.row_situation[: log.n_training]
    taken = np.bincount(situation * n_actions + action, minlength=len(log.situations) * n_actions)
    by_situation = taken.reshape(-1, n_actions)
    of_action = by_situation.sum(axis=0)
    return Fit(
        n_training=log.n_training,
        chance=log.n_training / n_actions,
        most_frequent=int(of_action.max()),
        most_frequent_action=int(of_action.argmax()),
        best_table=int(by_situation.max(axis=1).sum()),
        best_program=int(hits.max(initial=0)),
    )


def always_of(predictions: np.ndarray) -> int | None:
    """Return the action that predictions (int16[C]) all are, or None where there are several, or abstentions."""
    first = int(predictions[0])
    return first if first != ABSTAIN and bool((predictions == first).all()) else None
