"""Ways to act and what the posterior gives them along a log: hypotheses of every kind, and tables, by their actions.

Sizes: H hypotheses, S situations, A actions, N training rows, each in a situation of its own.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood

TIE = 2.0**-40
"""Shares that are as near as that to the largest are as large."""


@dataclass(frozen=True, eq=False)
class Policies:
    """Hypotheses by what they do in each situation, and all tables, with their prior mass.

    Attributes
    ----------
    actions : int64[H, S]
    log2_weight : float64[H]
        log2 prior mass, on any one scale.
    log2_tables : float
        The same of all tables together.
    seen, taught : int64[N]
        Situation and action of each training row; no situation stands twice.
    noise : NoiseModel
    n_actions : int
        A.
    """

    actions: NDArray[np.int64]
    log2_weight: NDArray[np.float64]
    log2_tables: float
    seen: NDArray[np.int64]
    taught: NDArray[np.int64]
    noise: NoiseModel
    n_actions: int

    def log2_mass(self) -> NDArray[np.float64]:
        """Return the mass of each hypothesis along the rows, float64[H, N + 1]."""
        hits = np.zeros((len(self.actions), len(self.seen) + 1), dtype=np.int64)
        hits[:, 1:] = (self.actions[:, self.seen] == self.taught).cumsum(axis=1)
        n = np.arange(hits.shape[1])
        return self.log2_weight[:, None] + self._likelihood(hits, n - hits)

    def log2_mass_of_tables(self) -> NDArray[np.float64]:
        """Return the mass of all tables along the rows, float64[N + 1]."""
        return self.log2_tables + np.array([log2_total(self._by_hits(n)) for n in range(len(self.seen) + 1)])

    def repeating(self) -> NDArray[np.float64]:
        """Return the share of tables that do in a situation that was seen what was done there, float64[N + 1].

        It is the same for all of them, and 1/A before any row.
        """
        shares = [1 / self.n_actions]
        for n in range(1, len(self.seen) + 1):
            by_hits = self._by_hits(n)
            shares.append(float(np.exp2(by_hits - log2_total(by_hits)) @ np.arange(n + 1)) / n)
        return np.array(shares)

    def votes(self, share: NDArray[np.float64], of_tables: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the share of the posterior behind each action, float64[N + 1, S, A].

        Parameters
        ----------
        share : float64[H, N + 1]
            Of each hypothesis.
        of_tables : float64[N + 1]
            Of all tables.
        """
        N, (_, S), A = len(self.seen), self.actions.shape, self.n_actions
        situations: NDArray[np.int64] = np.arange(S, dtype=np.int64)
        cell = (self.actions + A * situations).reshape(-1)
        votes = np.empty((N + 1, S, A))
        repeating = self.repeating()
        for n in range(N + 1):
            votes[n] = np.bincount(cell, np.repeat(share[:, n], S), minlength=S * A).reshape(S, A)
            tables = np.full((S, A), 1 / A)
            tables[self.seen[:n]] = (1 - repeating[n]) / (A - 1)
            tables[self.seen[:n], self.taught[:n]] = repeating[n]
            votes[n] += of_tables[n] * tables
        return votes

    def _by_hits(self, n: int) -> NDArray[np.float64]:
        """Return the log2 mass of tables with 0..n hits on n rows, of all tables 1 before any row: float64[n + 1]."""
        hits = np.arange(n + 1)
        others = math.log2(self.n_actions - 1)
        count = np.array([math.log2(math.comb(n, h)) + (n - h) * others for h in range(n + 1)])
        return count - n * math.log2(self.n_actions) + self._likelihood(hits, n - hits)

    def _likelihood(self, hits: NDArray[np.int64], misses: NDArray[np.int64]) -> NDArray[np.float64]:
        return log2_likelihood(self.noise, hits, misses, np.zeros_like(hits), self.n_actions)


def pay_by_vote(votes: NDArray[np.float64], pay: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the mean pay over situations of the action with most votes, ties drawn at random, float64[N + 1].

    Parameters
    ----------
    votes : float64[N + 1, S, A]
    pay : int64[A, S]
    """
    wins = votes >= votes.max(axis=2, keepdims=True) * (1 - TIE)
    return ((wins * pay.T).sum(axis=2) / wins.sum(axis=2)).mean(axis=1)
