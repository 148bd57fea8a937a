"""The log2 prior mass of labelled pools of a census at many values of one parameter of the prior."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.sweeps.equivalence import Pools
from mesaprior.priors.prior import FormulaPrior
from mesaprior.priors.sweeps import sweep

MOST_SUMS = 1 << 18
"""Sums that are taken at a time: labels times values of the parameter."""


@dataclass(frozen=True)
class Weighing:
    """A prior and its varying parameter.

    Attributes
    ----------
    prior : Prior
    parameter : str or None
        None where none varies.
    workers : int
        Threads.
    """

    prior: Prior
    parameter: str | None = None
    workers: int = 1

    def at(self, parameters: dict[str, float]) -> Weighing:
        """Return the same with other values of parameters of the prior."""
        if not parameters:
            return self
        assert isinstance(self.prior, FormulaPrior)
        values = {**self.prior.parameters, **parameters}
        return replace(self, prior=FormulaPrior(self.prior.name, self.prior.text, values))

    def log2_masses(self, pools: Pools, n_labels: int, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log2 mass of each label at each value of the parameter.

        Parameters
        ----------
        pools : Pools
            P of them.
        n_labels : int
        values : float64[V]
            Values of the parameter; one of any kind where none varies.

        Returns
        -------
        float64[V, n_labels]
            -inf where nothing has mass.

        Raises
        ------
        UsageError
            If the prior gives a weight that is no finite number from 0 upwards.
        """
        if not len(pools.label):
            return np.full((len(values), n_labels), -np.inf)
        if self.parameter is None:
            return log2_sum(self.weights(pools) + pools.log2_mass, pools.label, n_labels)[None, :]
        assert isinstance(self.prior, FormulaPrior)
        step = max(1, MOST_SUMS // max(1, n_labels))
        parts = [
            sweep(
                self.prior,
                self.parameter,
                values[first : first + step],
                pools.columns,
                pools.log2_mass,
                pools.label,
                n_labels,
                workers=self.workers,
            )
            for first in range(0, len(values), step)
        ]
        return np.concatenate(parts)

    def weights(self, pools: Pools) -> NDArray[np.float64]:
        """Return the log2 weight of one program of each pool, float64[P]."""
        columns: dict[str, Any] = pools.columns
        # A prior that reads no column takes the number of rows from any.
        weight = np.asarray(self.prior.log2_weight(columns or {"": pools.log2_mass}), dtype=np.float64)
        weight = np.broadcast_to(weight, pools.log2_mass.shape)
        wrong = np.flatnonzero(np.isnan(weight) | (weight == np.inf))
        if len(wrong):
            place = ", ".join(f"{name}={column[wrong[0]]}" for name, column in pools.columns.items())
            raise UsageError(
                f"prior {self.prior.name!r} gives no finite weight from 0 upwards at {place or 'every program'}; "
                "change the formula or its parameters."
            )
        return weight
