"""The posterior predictive: what the mixture of all hypotheses would do on each later row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import Tally, blocks
from mesaprior.inference.bayes.noise import NoiseModel


def predict_later(
    census: Census,
    log: ImitationLog,
    noise: NoiseModel,
    training: Tally,
    log2_mass: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the probability of each action on each later row, at N.

    Parameters
    ----------
    census : Census
    log : ImitationLog
    noise : NoiseModel
        Spreads each hypothesis's prediction over the actions; an abstention is uniform.
    training : Tally
        Hits and misses on all training rows, which a `BetaNoise` has learned eps from.
    log2_mass : float64[B]
        log2 posterior share of each behaviour.

    Returns
    -------
    float64[R - N, A]
        Later rows with and without an action; nan where nothing is left.

    Notes
    -----
    Rows that share a cell share their predictive. Time is O(B * D) for D distinct later cells.
    """
    n_actions = census.n_actions
    cells, cell_of_row = np.unique(census.row_cell[log.n_training :], return_inverse=True)
    if not len(cells):
        return np.empty((0, n_actions))
    if np.isnan(log2_mass).any():
        return np.full((len(cell_of_row), n_actions), np.nan)
    mass = np.exp2(log2_mass)
    live = np.flatnonzero(mass)
    predicted, other = noise.predictive(training.hits[live], training.misses[live], n_actions)

    # By cell, then abstention or action: mass, and the parts of it on the predicted and on each other action.
    slots = (len(cells), n_actions + 1)
    sums = np.zeros((3, *slots))
    first_slot = np.arange(len(cells)) * (n_actions + 1) + 1
    for block in blocks(len(live), len(cells)):
        slot = census.predictions[live[block]][:, cells] + first_slot
        for part, weight in enumerate((1.0, predicted[block], other[block])):
            weights = np.broadcast_to((mass[live[block]] * weight)[:, None], slot.shape)
            added = np.bincount(slot.ravel(), weights=weights.ravel(), minlength=slots[0] * slots[1])
            sums[part] += added.reshape(slots)
    uniform = sums[0, :, :1] / n_actions
    elsewhere = sums[2, :, 1:] @ (1 - np.eye(n_actions))
    return (uniform + sums[1, :, 1:] + elsewhere)[cell_of_row]
