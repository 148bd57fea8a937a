"""The weights that a prior gives to the programs of a census, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.inference.bayes.roles import search_advantage, shortest
from mesaprior.priors.columns import check_columns


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

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> NDArray[np.float64]:
        """Return log2 of the weight of one program of each group, float64[G]; -inf is weight 0."""
        ...


def prior_of(prior: Prior | str, parameters: Mapping[str, float] | None = None) -> Prior:
    """Return a prior as it is, or the one that a name of the catalogue or a formula stands for.

    Parameters
    ----------
    prior : Prior or str
    parameters : mapping of str to float, optional
        Values of the parameters of a prior that is given by name or formula.

    Raises
    ------
    UsageError
        If there is no such prior, or a parameter is not its own or comes with a prior that has its values already.
    """
    if isinstance(prior, str):
        # The formulas are loaded where one is read.
        from mesaprior.priors.prior import make_prior

        return make_prior(prior, parameters)
    if not hasattr(prior, "log2_weight"):
        raise UsageError(
            f"prior={prior!r} is no prior; give a name or a formula, such as prior='speed', or a prior of make_prior."
        )
    if parameters:
        raise UsageError(
            f"{', '.join(parameters)}: prior {prior.name!r} has its parameters already; give the prior by its name to "
            "set them."
        )
    return prior


@dataclass(frozen=True, eq=False)
class Weighed:
    """A census weighed by a prior: the part of a posterior that depends on neither actions nor noise, computed once.

    Attributes
    ----------
    census : Census
    prior : Prior

    Notes
    -----
    The prior is asked for its weights once, when the first of these numbers is asked for. That raises a `UsageError`
    if it reads a column that the census lacks, gives a weight that is no finite number from 0 upwards, or gives every
    program weight 0.
    """

    census: Census
    prior: Prior

    @cached_property
    def log2_weight(self) -> NDArray[np.float64]:
        """The log2 weight of one program of each group, not normalized, float64[G]; -inf where it is 0."""
        census, prior = self.census, self.prior
        check_columns(prior, census.space, census.columns)
        weight = np.asarray(prior.log2_weight(census.columns), dtype=np.float64)
        # A prior that reads no column may give one number for all.
        weight = np.broadcast_to(weight, (len(census.count),)) if weight.ndim == 0 else weight
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
        return weight

    @cached_property
    def log2_group(self) -> NDArray[np.float64]:
        """The log2 prior mass of each group, float64[G]: the weight of one program times the exact count."""
        return self.log2_weight + np.log2(self.census.count.astype(np.float64))

    @cached_property
    def log2_behaviour(self) -> NDArray[np.float64]:
        """The log2 prior mass of each behaviour, float64[B]."""
        return log2_sum(self.log2_group, self.census.behaviour_id, self.census.n_behaviours)

    @cached_property
    def log2_whole(self) -> float:
        """The log2 prior mass of all programs together, by which shares are normalized."""
        return float(log2_total(self.log2_group))

    @cached_property
    def lengths(self) -> tuple[np.ndarray, np.ndarray]:
        """The lengths that occur, ascending, array[L], and which of them each group has, int64[G]."""
        return np.unique(self.census.columns["length"], return_inverse=True)

    @cached_property
    def shortest(self) -> tuple[np.ndarray, np.ndarray]:
        """Length and time of each behaviour's witness; see `roles.shortest`."""
        return shortest(self.census)

    @cached_property
    def search_advantage(self) -> NDArray[np.float64]:
        """Bits that optimizing saves each behaviour, float64[B]; see `roles.search_advantage`."""
        return search_advantage(self.census, self.shortest[0])
