"""One program on one log: its role and verdict, its hits, and its weight under a prior and a noise model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.texts import Texts
from mesaprior.inference.bayes.noise import NoiseModel, log2_likelihood
from mesaprior.inference.bayes.roles import ROLES, VERDICTS, judge
from mesaprior.priors.prior import FormulaPrior


@dataclass(frozen=True, eq=False)
class Assessment:
    """What a log, a prior and a noise model make of one program.

    Attributes
    ----------
    explained : Explained
        The program.
    log : ImitationLog
    prior : FormulaPrior
    noise : NoiseModel
    role, verdict : str
    hits, misses, abstained : int
        Training rows.
    log2_prior, log2_likelihood : float
        Bits; -inf where the weight or the likelihood is 0.
    """

    explained: Explained
    log: ImitationLog
    prior: FormulaPrior
    noise: NoiseModel
    role: str
    verdict: str
    hits: int
    misses: int
    abstained: int
    log2_prior: float
    log2_likelihood: float


def assess(
    explained: Explained, log: ImitationLog, prior: FormulaPrior, noise: NoiseModel, tolerance: float
) -> Assessment:
    """Judge and weigh one program.

    Parameters
    ----------
    explained : Explained
    log : ImitationLog
    prior : FormulaPrior
        Over columns that the program has.
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Raises
    ------
    UsageError
        If the prior gives no finite weight from 0 upwards, or the noise does not fit that number of actions.
    """
    census = _census_of_one(explained, log)
    judgement = judge(census, log, tolerance=tolerance)
    hits, misses, abstained = _tallies(explained.predictions, log)
    tallies = (np.array([hits]), np.array([misses]), np.array([abstained]))
    log2_chance = log2_likelihood(noise, *tallies, explained.n_actions)
    return Assessment(
        explained=explained,
        log=log,
        prior=prior,
        noise=noise,
        role=ROLES[int(judgement.role[0])],
        verdict=VERDICTS[int(judgement.verdict[0])],
        hits=hits,
        misses=misses,
        abstained=abstained,
        log2_prior=float(prior.log2_weight(census.columns)[0]),
        log2_likelihood=float(log2_chance[0]),
    )


def _census_of_one(explained: Explained, log: ImitationLog) -> Census:
    """Return a census of this program alone, every row a cell of its own."""
    return Census(
        space="",
        n_actions=explained.n_actions,
        predictions=explained.predictions["intact"][None, :].astype(np.int16),
        flags=np.array([[int(flag) for flag in explained.flags.values()]], dtype=np.uint8),
        witness=Texts.of([explained.program]),
        behaviour_id=np.zeros(1, dtype=np.int64),
        columns={name: np.array([value]) for name, value in explained.columns.items()},
        count=np.ones(1, dtype=np.uint64),
        row_cell=np.arange(log.n_rows),
    )


def _tallies(predictions: Mapping[str, np.ndarray], log: ImitationLog) -> tuple[int, int, int]:
    """Return the hits, misses and abstentions in training."""
    predicted = predictions["intact"][: log.n_training]
    hits = int((predicted == log.action[: log.n_training]).sum())
    abstained = int((predicted == ABSTAIN).sum())
    return hits, log.n_training - hits - abstained, abstained
