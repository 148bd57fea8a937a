"""What a prior gives to the groups of a census, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.logspace import log2_sum
from mesaprior.inference.roles import search_advantage, shortest


class Prior(Protocol):
    """What inference asks of a prior: a name, the columns it reads, and weights in log space."""

    @property
    def name(self) -> str:
        """Name or formula, for messages and provenance."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the census columns that the weight depends on."""
        ...

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return log2 of the weight of one program of each group, float64[G]; -inf is weight 0."""
        ...


def log2_prior(census: Census, prior: Prior) -> np.ndarray:
    """Return the log2 prior mass of each group, not normalized.

    Parameters
    ----------
    census : Census
    prior : Prior

    Returns
    -------
    float64[G]
        log2 weight of one program plus log2 of the exact count; -inf where the weight is 0.

    Raises
    ------
    UsageError
        If the prior reads a column that the census lacks, gives a weight that is no finite number from 0
        upwards, or gives every program weight 0.
    """
    missing = [name for name in prior.columns if name not in census.columns]
    if missing:
        raise UsageError(
            f"prior {prior.name!r} reads the column {missing[0]!r}, which the space {census.space!r} does "
            f"not count; its columns are {', '.join(census.columns)}, so use these or another space."
        )
    n_groups = len(census.count)
    weight = np.asarray(prior.log2_weight(census.columns), dtype=np.float64)
    # A prior that reads no column may give one number for all.
    weight = np.broadcast_to(weight, (n_groups,)) if weight.ndim == 0 else weight
    wrong = np.flatnonzero(np.isnan(weight) | (weight == np.inf))
    if len(wrong):
        place = ", ".join(f"{name}={census.columns[name][wrong[0]]}" for name in prior.columns)
        raise UsageError(
            f"prior {prior.name!r} gives no finite weight from 0 upwards at {place or 'every program'}; "
            "change the formula or its parameters."
        )
    if not (weight > -np.inf).any():
        raise UsageError(
            f"prior {prior.name!r} gives weight 0 to all of the programs counted, so there is nothing to "
            "update; change its parameters or raise the bound."
        )
    return weight + np.log2(census.count.astype(np.float64))


@dataclass(frozen=True, eq=False)
class Weighed:
    """A census weighed by a prior: what a posterior needs that no action and no noise changes, worked out once.

    Attributes
    ----------
    census : Census
    prior : Prior
    """

    census: Census
    prior: Prior

    @cached_property
    def log2_group(self) -> np.ndarray:
        """The log2 prior mass of each group, not normalized, float64[G]; see `log2_prior`."""
        return log2_prior(self.census, self.prior)

    @cached_property
    def log2_behaviour(self) -> np.ndarray:
        """The same of each behaviour, float64[B]."""
        return log2_sum(self.log2_group, self.census.behaviour_id, self.census.n_behaviours)

    @cached_property
    def lengths(self) -> tuple[np.ndarray, np.ndarray]:
        """The lengths that occur, ascending, array[L], and which of them each group has, int64[G]."""
        return np.unique(self.census.columns["length"], return_inverse=True)

    @cached_property
    def shortest(self) -> tuple[np.ndarray, np.ndarray]:
        """Length and time of each behaviour's witness; see `roles.shortest`."""
        return shortest(self.census)

    @cached_property
    def search_advantage(self) -> np.ndarray:
        """Bits that optimizing saves each behaviour, float64[B]; see `roles.search_advantage`."""
        return search_advantage(self.census, self.shortest[0])
