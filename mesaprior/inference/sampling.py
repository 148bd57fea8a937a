"""Programs drawn from the posterior, each with exactly its probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.agreement import tally
from mesaprior.inference.noise import NoiseModel, log2_likelihood
from mesaprior.inference.posterior import DEFAULT_NOISE, check_log
from mesaprior.inference.roles import judge
from mesaprior.inference.weights import Prior, log2_prior


@dataclass(frozen=True)
class Draw:
    """A program that was drawn.

    Attributes
    ----------
    program : str
        Its text.
    length : int
        Bits.
    time, infer_time : int
        Steps.
    behaviour : int
        Id in the census.
    role, verdict : int
        Codes, see `roles.ROLES` and `roles.VERDICTS`.
    probability : float
        Posterior probability of this one program, 0..1.
    """

    program: str
    length: int
    time: int
    infer_time: int
    behaviour: int
    role: int
    verdict: int
    probability: float


def sample(
    census: Census,
    log: ImitationLog,
    space: TermSpace,
    prior: Prior,
    k: int,
    seed: int = 0,
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    workers: int = 1,
    report: Callable[[int], None] | None = None,
) -> list[Draw]:
    """Draw programs from the posterior over the programs of a census, independently and with replacement.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    space : TermSpace
        What was counted.
    prior : Prior
        Normalized over the programs counted.
    k : int
        How many programs, at least 0.
    seed : int
        From 0 upwards; the same seed draws the same programs.
    noise : NoiseModel
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    workers : int
        Threads; the programs do not depend on it.
    report : callable or None
        Told, now and then, how many more terms are accounted for.

    Returns
    -------
    list of Draw
        k of them, in the order in which they were drawn.

    Raises
    ------
    UsageError
        If `k` or `seed` is negative, or as `posterior`.
    ContentError
        As `posterior`.
    RunError
        If no program is left, the census is not of this space and log, or as `posterior`.

    Notes
    -----
    A group, that is all programs of one behaviour, length, time and infer_time, is drawn by its share of the
    posterior in double precision. Then a number below the exact count of the group is drawn uniformly as an integer,
    and the program of that number is found: numbers and programs of a group belong together one to one.

    Cost: that of the shorter levels of the census, and about one more pass over its combinations however many programs
    are drawn; see `Unranker`.
    """
    # Numba is loaded where a kernel runs, and nowhere else.
    from mesaprior.hypotheses.terms.merged.sampling.groups import programs_at

    for name, value in (("k", k), ("seed", seed)):
        if value < 0:
            raise UsageError(f"{name} {value} is negative; give an integer from 0 upwards.")
    log2_share = log2_group_share(census, log, prior, noise=noise)
    rng = np.random.default_rng(seed)
    groups = draw_groups(log2_share, k, rng)
    # Counts are below 2^64, so that their numbers are drawn exactly.
    numbers = [int(rng.integers(0, census.count[group], dtype=np.uint64)) for group in groups]
    programs = programs_at(space, census, log, groups, numbers, workers=workers, report=report)
    judgement = judge(census, log, tolerance=tolerance)
    return [
        Draw(
            program=space.format(program),
            **{name: int(census.columns[name][group]) for name in ("length", "time", "infer_time")},
            behaviour=int(census.behaviour_id[group]),
            role=int(judgement.role[census.behaviour_id[group]]),
            verdict=int(judgement.verdict[census.behaviour_id[group]]),
            probability=float(np.exp2(log2_share[group]) / np.float64(census.count[group])),
        )
        for group, program in zip(groups, programs, strict=True)
    ]


def log2_group_share(
    census: Census, log: ImitationLog, prior: Prior, *, noise: NoiseModel = DEFAULT_NOISE
) -> np.ndarray:
    """Return log2 of the share of the posterior that each group of a census holds at N, float64[G].

    Raises
    ------
    RunError
        If no program is left, or as `posterior`.
    UsageError, ContentError
        As `posterior`.
    """
    check_log(census, log)
    training = tally(census, log, np.arange(log.n_training))
    likelihood = log2_likelihood(noise, training.hits, training.misses, training.abstained, census.n_actions)
    log2_mass = log2_prior(census, prior) + likelihood[census.behaviour_id]
    peak = log2_mass.max()
    if peak == -np.inf:
        raise RunError(
            "no program is left to draw: every program counted was ruled out; allow for noise, or count longer ones."
        )
    return log2_mass - (peak + np.log2(np.exp2(log2_mass - peak).sum()))


def draw_groups(log2_share: np.ndarray, k: int, rng: np.random.Generator) -> list[int]:
    """Draw k groups by their shares, ``float64[G]`` of log2; groups without a share are never drawn."""
    end = np.cumsum(np.exp2(log2_share))
    groups = np.searchsorted(end, rng.random(k) * end[-1], side="right")
    # Rounding may reach the very end, where the last group with a share stands.
    last = int(np.searchsorted(end, end[-1], side="left"))
    return np.minimum(groups, last).tolist()
