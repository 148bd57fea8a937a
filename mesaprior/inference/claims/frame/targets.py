"""Targets that nobody planned: what a learner's own prior, or another formalism's, would ask it to imitate."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.claims.boolean_inputs import all_inputs
from mesaprior.inference.worlds.chance import Chance
from mesaprior.priors.prior import make_prior

MOST_GATES = 4
"""Of the circuits that targets are drawn from."""

_FINE = 2**53
"""Steps in which a share of the mass is drawn."""


def from_programs(seed: int, census: Census, prior: Prior) -> NDArray[np.int64]:
    """Draw the actions of a program of the learner's own prior, int64[C] by cell of the census."""
    return census.predictions[_drawn(Chance(seed, "targets of programs"), census, prior)].astype(np.int64)


def from_circuits(seed: int, n_situations: int, n_actions: int) -> NDArray[np.int64]:
    """Draw the actions of circuits over the four bits of a situation, one circuit for each bit of an action.

    Parameters
    ----------
    seed : int
    n_situations : int
        At most 16; situation s has the bits of the number s.
    n_actions : int
        A power of two.

    Returns
    -------
    int64[n_situations]

    Notes
    -----
    The prior is 2^-length over all circuits of at most `MOST_GATES` gates, counted once for each process.
    """
    census, chance, prior = _circuits(), Chance(seed, "targets of circuits"), make_prior("simplicity")
    bits = (n_actions - 1).bit_length()
    assert 2**bits == n_actions
    assert n_situations <= 16
    actions = np.zeros(n_situations, dtype=np.int64)
    for _ in range(bits):
        bit = census.predictions[_drawn(chance, census, prior)][census.row_cell[:n_situations]]
        actions = 2 * actions + bit
    return actions


@cache
def _circuits() -> Census:
    return obtain(CircuitSpace(MOST_GATES), all_inputs(4), workers=1)


def _drawn(chance: Chance, census: Census, prior: Prior) -> int:
    """Return a behaviour, as likely as its mass."""
    log2_mass = Weighed(census, prior).log2_behaviour
    most: np.float64 = log2_mass.max()
    upto = np.exp2(log2_mass - most).cumsum()
    place = chance.below(_FINE) / _FINE * float(upto[-1])
    return int(np.searchsorted(upto, place, side="right"))
