"""Programs drawn from the posterior, each with exactly its probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed


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
    weighed: Weighed,
    scored: Scored,
    space: TermSpace,
    k: int,
    seed: int = 0,
    *,
    workers: int = 1,
    report: Callable[[int], None] | None = None,
) -> list[Draw]:
    """Draw programs from the posterior over the programs of a census, independently and with replacement.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        Of the same.
    space : TermSpace
        What was counted.
    k : int
        How many programs, at least 0.
    seed : int
        From 0 upwards; the same seed draws the same programs.
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
    census, log = scored.census, scored.log
    log2_share = log2_group_share(weighed, scored)
    rng = np.random.default_rng(seed)
    groups = draw_groups(log2_share, k, rng)
    # Counts are below 2^64, so that their numbers are drawn exactly.
    numbers = [int(rng.integers(0, int(census.count[group]), dtype=np.uint64)) for group in groups]
    programs = programs_at(space, census, log, groups, numbers, workers=workers, report=report)
    judgement = scored.judgement
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


def log2_group_share(weighed: Weighed, scored: Scored) -> NDArray[np.float64]:
    """Return log2 of the share of the posterior that each group of a census holds at N, float64[G].

    Raises
    ------
    RunError
        If no program is left, or as `posterior`.
    UsageError, ContentError
        As `posterior`.
    """
    log2_mass = weighed.log2_group + scored.log2_likelihood[scored.census.behaviour_id]
    peak = log2_mass.max()
    if peak == -np.inf:
        raise RunError(
            "no program is left to draw: every program counted was ruled out; allow for noise, or count longer ones."
        )
    return log2_mass - (peak + np.log2(np.exp2(log2_mass - peak).sum()))


def draw_groups(log2_share: np.ndarray, k: int, rng: np.random.Generator) -> list[int]:
    """Draw k groups by their shares, ``float64[G]`` of log2; groups without a share are never drawn."""
    end = np.cumsum(np.exp2(log2_share))
    total = float(end[-1])
    groups = np.searchsorted(end, rng.random(k) * total, side="right")
    # Rounding may reach the very end, where the last group with a share stands.
    last = int(np.searchsorted(end, total, side="left"))
    return np.minimum(groups, last).tolist()
