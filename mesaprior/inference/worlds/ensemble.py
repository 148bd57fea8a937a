"""One question in many worlds: the posterior of each seed of a family, and the distribution of the answers."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.worlds.seeds import over_seeds
from mesaprior.inference.worlds.worlds import make_world

QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)
"""Least, quartiles and largest: the quantiles of a distribution."""


@dataclass(frozen=True)
class Answer:
    """The posterior in one world, after all training rows.

    Attributes
    ----------
    seed : int
    programs : int
        How many were counted.
    log2_odds : float
        Optimizers over imitators, in bits; infinite where one side has nothing, nan where both have.
    log2_odds_verdict : float
        Defecting over faithful, likewise.
    loses_at, loses_at_verdict : int or None
        The number of training rows from which these stay above 0.
    is_stable : bool
        Whether the odds have settled as the bound grew.
    mass_by_role, mass_by_verdict : tuple of float
        Shares, in the order of `ROLES` and `VERDICTS`.
    leader, leader_role, leader_verdict : str
        Witness of the behaviour with the most mass, and what it is; empty where nothing is left.
    leader_mass : float
        Its share; nan where nothing is left.
    """

    seed: int
    programs: int
    log2_odds: float
    log2_odds_verdict: float
    loses_at: int | None
    loses_at_verdict: int | None
    is_stable: bool
    mass_by_role: tuple[float, ...]
    mass_by_verdict: tuple[float, ...]
    leader: str
    leader_role: str
    leader_verdict: str
    leader_mass: float


def answer_in(
    name: str,
    seed: int,
    settings: Mapping[str, int],
    prior: Prior,
    *,
    max_bits: int,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
) -> Answer:
    """Make one world, count its programs up to `max_bits` and update the prior on its log.

    Raises
    ------
    UsageError, ContentError, RunError
        As `make_world`, `obtain` and `posterior`.
    """
    world = make_world(name, seed=seed, **settings)
    census = obtain(TermSpace(world.language, max_bits), world.log, workers=1)
    result = posterior(census, world.log, prior, noise=noise, tolerance=tolerance)
    # Among behaviours of equal mass the one with the first witness leads, for any order in the census.
    most = result.log2_mass.max()
    tied: list[int] = np.flatnonzero(result.log2_mass == most).tolist()
    leader = min(tied, key=lambda behaviour: census.witness[behaviour], default=None)
    return Answer(
        seed=seed,
        programs=result.programs,
        log2_odds=float(result.log2_odds[-1]),
        log2_odds_verdict=float(result.log2_odds_verdict[-1]),
        loses_at=result.loses_at,
        loses_at_verdict=result.loses_at_verdict,
        is_stable=result.is_stable,
        mass_by_role=tuple(result.mass_by_role[:, -1].tolist()),
        mass_by_verdict=tuple(result.mass_by_verdict[:, -1].tolist()),
        leader="" if leader is None else census.witness[leader],
        leader_role="" if leader is None else ROLES[int(result.role[leader])],
        leader_verdict="" if leader is None else VERDICTS[int(result.verdict[leader])],
        leader_mass=float(np.exp2(most)),
    )


def ensemble(
    name: str,
    seeds: Sequence[int],
    settings: Mapping[str, int],
    prior: Prior,
    *,
    max_bits: int,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    workers: int = 1,
) -> Generator[Answer]:
    """Return the answers in all worlds one by one, in the order of the seeds.

    Parameters
    ----------
    name : str
        A family of worlds.
    seeds : sequence of int
    settings : mapping of str to int
    prior : Prior
    max_bits : int
        Length bound of each census.
    noise, tolerance
        As in `posterior`.
    workers : int
        Threads, each with a world of its own; the answers do not depend on it.

    Raises
    ------
    UsageError, ContentError, RunError
        As `answer_in`, at the first seed where it does.
    """

    def ask(seed: int) -> Answer:
        return answer_in(name, seed, settings, prior, max_bits=max_bits, noise=noise, tolerance=tolerance)

    return over_seeds(ask, seeds, workers=workers)


@dataclass(frozen=True)
class Spread:
    """The distribution of a number over worlds.

    Attributes
    ----------
    quantiles : tuple of float
        At `QUANTILES`: numbers that occurred, the lower one between two; infinities count, nan does not.
    above, below, even, undefined : float
        Share of the worlds in which it is above 0, below 0, 0, and nan.
    """

    quantiles: tuple[float, ...]
    above: float
    below: float
    even: float
    undefined: float


def spread(values: Sequence[float]) -> Spread:
    """Return the distribution of a number; there must be at least one value."""
    array = np.asarray(values, dtype=np.float64)
    known = np.sort(array[~np.isnan(array)])
    # Interpolating between infinities would give nan, so a quantile is one of the numbers.
    quantiles = [float(known[int(q * (len(known) - 1))]) if len(known) else float("nan") for q in QUANTILES]
    share = [float(np.mean(found)) for found in (array > 0, array < 0, array == 0, np.isnan(array))]
    return Spread(tuple(quantiles), *share)
