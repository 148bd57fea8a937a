"""A census scored on a log: hits and misses, likelihoods, roles and verdicts; independent of the prior."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import ContentError, RunError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import Tally, tally
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood
from mesaprior.inference.bayes.roles import Judgement, judge


@dataclass(frozen=True, eq=False)
class Scored:
    """A census scored on the log that it was counted on: the part of a posterior that no prior changes, computed once.

    Attributes
    ----------
    census : Census
        With B behaviours.
    log : ImitationLog
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Raises
    ------
    ContentError
        If the log has an action that the census does not know.
    RunError
        If the census was counted on other rows, or is empty.
    """

    census: Census
    log: ImitationLog
    noise: NoiseModel = DEFAULT_NOISE
    tolerance: float = 0.0

    def __post_init__(self) -> None:
        check_log(self.census, self.log)

    @cached_property
    def training(self) -> Tally:
        """Hits, misses and abstentions of each behaviour on the training rows."""
        return tally(self.census, self.log, np.arange(self.log.n_training))

    @cached_property
    def log2_likelihood(self) -> NDArray[np.float64]:
        """The log2 likelihood of the training actions under each behaviour, float64[B]."""
        met = self.training
        return log2_likelihood(self.noise, met.hits, met.misses, met.abstained, self.census.n_actions)

    @cached_property
    def judgement(self) -> Judgement:
        """Role, verdict and later misses of each behaviour; a `UsageError` if the tolerance is outside 0..1."""
        return judge(self.census, self.log, tolerance=self.tolerance)


def check_log(census: Census, log: ImitationLog) -> None:
    """Refuse a log that is not the one the census was counted on, as far as can be seen."""
    if len(census.row_cell) != log.n_rows:
        raise RunError(
            f"the census was counted on a log of {len(census.row_cell)} rows, but {log.source} has "
            f"{log.n_rows}; give the log that it was counted on, or count again."
        )
    if not len(census.count):
        raise RunError("the census holds no program, so there is nothing to update; raise the bound.")
    for name, values in (("action", log.action), ("rival", log.rival)):
        for row in np.flatnonzero(values >= census.n_actions)[:1]:
            raise ContentError(
                f"{log.source}, line {log.file_line[row]}, column {name!r}: {values[row]} is out of range; "
                f"the census knows the actions 0 to {census.n_actions - 1}, so give the language more "
                "actions or correct the log."
            )
