"""The behaviours of largest posterior mass, with what is reported of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import top_behaviours
from mesaprior.inference.bayes.roles import ROLES, VERDICTS


class Leading(NamedTuple):
    """A behaviour of much mass, as a row of a table.

    Attributes
    ----------
    mass : float
        Share of the posterior after all training rows; nan where nothing is left.
    role, verdict : str
    hits, misses : int
        Training rows.
    bits : int or float
        Length of a shortest program.
    steps : int
        Its time.
    program : str
        Its text.
    """

    mass: float
    role: str
    verdict: str
    hits: int
    misses: int
    bits: float
    steps: int
    program: str


def leading(posterior: Posterior, witness: Sequence[str], top: int) -> dict[int, Leading]:
    """Return the behaviours of most mass by their ids, in the order of `top_behaviours`.

    Parameters
    ----------
    posterior : Posterior
    witness : sequence of str
        Text of each behaviour, as in `Census`.
    top : int
        How many, at least 0; fewer where there are fewer behaviours.

    Raises
    ------
    UsageError
        If `top` is negative.
    """
    return {
        entry.behaviour: Leading(
            mass=entry.mass,
            role=ROLES[posterior.role[entry.behaviour]],
            verdict=VERDICTS[posterior.verdict[entry.behaviour]],
            hits=int(posterior.hits[entry.behaviour]),
            misses=int(posterior.misses_in_training[entry.behaviour]),
            bits=posterior.length[entry.behaviour].item(),
            steps=int(posterior.time[entry.behaviour]),
            program=witness[entry.behaviour],
        )
        for entry in top_behaviours(posterior, witness, top)
    }
