"""Likelihoods from how often a log shows each situation: no order of rows matters, and rows cost nothing.

A census depends on the situations alone, so a posterior after some thousand rows takes as long as one after ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood


@dataclass(frozen=True, eq=False)
class Shown:
    """What a log shows. Size: S situations.

    Attributes
    ----------
    action : int64[S]
        What the teacher does in each situation.
    times : int64[S]
        How many rows show it.
    n_actions : int
        A.
    noise : NoiseModel
    """

    action: NDArray[np.int64]
    times: NDArray[np.int64]
    n_actions: int
    noise: NoiseModel

    def log2_policies(self, policies: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log2 likelihood of policies without abstentions, float64[B] from int64[B, S]."""
        shown = np.flatnonzero(self.times)
        misses = (policies[:, shown] != self.action[shown]) @ self.times[shown]
        return self._by_misses[misses]

    @property
    def log2_tables(self) -> float:
        """The log2 of the mean likelihood of all A^S tables: the evidence for who knows each answer by heart.

        With each situation the tables that get it wrong miss as many rows more as show it, whatever they do elsewhere.
        """
        n = int(self.times.sum())
        share = np.zeros(n + 1)
        share[0] = 1.0
        for times in self.times[self.times > 0].tolist():
            wrong = np.concatenate([np.zeros(times), share[: n + 1 - times]])
            share = (share + (self.n_actions - 1) * wrong) / self.n_actions
        with np.errstate(divide="ignore"):
            return float(log2_total(np.log2(share) + self._by_misses))

    @property
    def _by_misses(self) -> NDArray[np.float64]:
        return _log2_by_misses(self.noise, int(self.times.sum()), self.n_actions)


@lru_cache(maxsize=64)
def _log2_by_misses(noise: NoiseModel, n_rows: int, n_actions: int) -> NDArray[np.float64]:
    """Return the log2 likelihood of 0..n_rows misses among so many rows."""
    misses = np.arange(n_rows + 1)
    return log2_likelihood(noise, n_rows - misses, misses, np.zeros_like(misses), n_actions)
