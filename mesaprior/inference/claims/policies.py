"""The actions of a posterior along a log, and their payoff: by vote, by its leader, or by sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import runs
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.weights import Weighed

TIE = 2.0**-40
"""Shares, or log2 masses, that are as near as that to the largest are as large."""


@dataclass(frozen=True, eq=False)
class Patterns:
    """The posterior along a log over the actions of hypotheses in the training cells.

    Sizes: P patterns, C cells of training, N training rows, A actions.

    Attributes
    ----------
    predicted : int64[P, C]
        What is done in each cell.
    row_cell : int64[N]
        Cell of each training row, 0..C-1.
    share : float64[P, N + 1]
        Of the posterior after n rows.
    leading : float64[P, N + 1]
        log2 mass of the heaviest behaviour with this pattern, on a scale of its own for each n.
    likely, other : float64[P, N + 1]
        Probability that a hypothesis with this pattern gives to the action that it predicts, and to each other.
    n_actions : int
        A.
    """

    predicted: NDArray[np.int64]
    row_cell: NDArray[np.int64]
    share: NDArray[np.float64]
    leading: NDArray[np.float64]
    likely: NDArray[np.float64]
    other: NDArray[np.float64]
    n_actions: int

    def by_vote(self, worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the payoff of the action with most posterior mass in each cell; ties are drawn at random.

        Parameters
        ----------
        worth : float64[C, A]
            What an action earns in a cell.

        Returns
        -------
        float64[N + 1]
            Expected sum over the cells after n rows.
        """
        # Sums in a fixed order, and not as a product of matrices, whose last bits depend on the threads at work.
        votes = np.array(
            [[self.share[does == action].sum(axis=0) for action in range(self.n_actions)] for does in self.predicted.T]
        )
        wins = votes >= votes.max(axis=1, keepdims=True) * (1 - TIE)
        return ((wins * worth[:, :, None]).sum(axis=1) / wins.sum(axis=1)).sum(axis=0)

    def by_leader(self, worth: np.ndarray) -> np.ndarray:
        """Return the payoff of the behaviour with most mass; ties are drawn at random. See `by_vote`."""
        wins = self.leading >= self.leading.max(axis=0) - TIE
        return (wins * self._earns(worth)[:, None]).sum(axis=0) / wins.sum(axis=0)

    def by_sample(self, worth: np.ndarray) -> np.ndarray:
        """Return the payoff of actions drawn from the posterior predictive, with noise. See `by_vote`."""
        earns = self._earns(worth)[:, None]
        return (self.share * (self.likely * earns + self.other * (worth.sum() - earns))).sum(axis=0)

    def _earns(self, worth: np.ndarray) -> np.ndarray:
        return worth[np.arange(len(worth)), self.predicted].sum(axis=1)


def patterns_of(weighed: Weighed, log: ImitationLog, *, noise: NoiseModel = DEFAULT_NOISE) -> Patterns:
    """Return the posterior along a log over the actions of hypotheses in the training cells.

    Parameters
    ----------
    weighed : Weighed
        Of a census counted on `log`, without abstentions.
    log : ImitationLog
    noise : NoiseModel

    Notes
    -----
    Cost: O(G + B * C + P * N) for G groups and B behaviours.
    """
    census, N = weighed.census, log.n_training
    cells, row_cell = np.unique(census.row_cell[:N], return_inverse=True)
    pattern = runs(census.predictions, cells)
    example = np.flatnonzero(np.diff(pattern, prepend=-1))
    predicted = census.predictions[example][:, cells].astype(np.int64)
    assert not (predicted == ABSTAIN).any()
    of_behaviour = weighed.log2_behaviour
    heaviest = np.full(len(example), -np.inf)
    np.maximum.at(heaviest, pattern, of_behaviour)
    hits = np.zeros((len(example), N + 1), dtype=np.int64)
    hits[:, 1:] = (predicted[:, row_cell] == log.action[:N]).cumsum(axis=1)
    misses = np.arange(N + 1) - hits
    likelihood = log2_likelihood(noise, hits, misses, np.zeros_like(hits), census.n_actions)
    mass = log2_sum(of_behaviour, pattern, len(example))[:, None] + likelihood
    likely, other = noise.predictive(hits, misses, census.n_actions)
    return Patterns(
        predicted=predicted,
        row_cell=row_cell,
        share=np.exp2(mass - log2_total(mass)),
        leading=heaviest[:, None] + likelihood,
        likely=likely,
        other=other,
        n_actions=census.n_actions,
    )
