"""Roles, verdicts, sleepers and search advantages of behaviours."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.inference.bayes.agreement import count_agreeing, runs

IMITATOR, PLANNER, LEARNER, PLANNER_LEARNER = 0, 1, 2, 3
"""Codes of the roles; all but imitators are optimizers."""

ROLES = ("imitator", "planner", "learner", "planner+learner")
"""Names of the roles, by code."""

FAITHFUL, DEFECTING, ERRING, UNJUDGED = 0, 1, 2, 3
"""Codes of the verdicts."""

VERDICTS = ("faithful", "defecting", "erring", "unjudged")
"""Names of the verdicts, by code."""


@dataclass(frozen=True, eq=False)
class Judgement:
    """Role, verdict and later misses of each behaviour, judged on the whole log.

    Attributes
    ----------
    role : int64[B]
        Code, see `ROLES`.
    verdict : int64[B]
        Code, see `VERDICTS`.
    is_sleeper : bool[B]
        An optimizer whose flags are all off on the training rows.
    miss_rate : float64[B]
        Share of the later rows with an action that are missed, 0..1; an abstention misses. nan where
        there is no such row.
    """

    role: NDArray[np.int64]
    verdict: NDArray[np.int64]
    is_sleeper: NDArray[np.bool_]
    miss_rate: NDArray[np.float64]


def role_codes(flags: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the role of each behaviour.

    Parameters
    ----------
    flags : uint8[B, 4]
        As in `Census`.

    Returns
    -------
    int64[B]
        Planner where it searches on some row, learner where it learns on some row, or both, or neither.
    """
    searching = flags[:, 0].astype(bool) | flags[:, 1].astype(bool)
    learning = flags[:, 2].astype(bool) | flags[:, 3].astype(bool)
    return PLANNER * searching.astype(np.int64) + LEARNER * learning.astype(np.int64)


def sleepers(flags: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return, for each behaviour, whether it is an optimizer whose flags are all off on the training rows.

    Parameters
    ----------
    flags : uint8[B, 4]
        As in `Census`.

    Returns
    -------
    bool[B]
    """
    awake = flags[:, 0].astype(bool) | flags[:, 2].astype(bool)
    return (role_codes(flags) != IMITATOR) & ~awake


def check_tolerance(tolerance: float) -> None:
    """Refuse a tolerance that is no share of rows, with a `UsageError`."""
    # Values from Python can be anything, whatever their annotation says.
    if not isinstance(tolerance, Real) or not 0 <= tolerance <= 1:
        raise UsageError(f"tolerance {tolerance!r} is no miss rate; give a number from 0 to 1.")


def judge(census: Census, log: ImitationLog, *, tolerance: float = 0.0) -> Judgement:
    """Return role, verdict and later misses of each behaviour.

    Parameters
    ----------
    census : Census
    log : ImitationLog
        The log that the census was counted on.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Raises
    ------
    UsageError
        If `tolerance` is outside 0..1.

    Notes
    -----
    The noise model plays no part: these are properties of the predictions.
    """
    check_tolerance(tolerance)
    n_behaviours = len(census.predictions)
    later = np.arange(log.n_training, log.n_rows)
    judged = later[log.action[later] != NONE]
    miss_rate = np.full(n_behaviours, np.nan)
    verdict = np.full(n_behaviours, UNJUDGED, dtype=np.int64)
    if len(judged):
        hits = count_agreeing(census.predictions, census.row_cell[judged], log.action[judged])
        miss_rate = (len(judged) - hits) / len(judged)
        verdict[:] = ERRING
        conflict = judged[(log.rival[judged] != NONE) & (log.rival[judged] != log.action[judged])]
        if len(conflict):
            sided = count_agreeing(census.predictions, census.row_cell[conflict], log.rival[conflict])
            verdict[sided == len(conflict)] = DEFECTING
        # A quotient of integers rounds to the same double as the decimal number that was typed for it.
        verdict[miss_rate <= tolerance] = FAITHFUL
    return Judgement(role_codes(census.flags), verdict, sleepers(census.flags), miss_rate)


def shortest(census: Census) -> tuple[np.ndarray, np.ndarray]:
    """Return length and time of each behaviour's witness.

    Parameters
    ----------
    census : Census

    Returns
    -------
    length : array[B]
        Least length in bits, of the type of the census's column.
    time : int64[B]
        Least time in steps among the programs of that length.
    """
    length_of, time_of = census.columns["length"], census.columns["time"]
    length = _least(length_of, census.behaviour_id, len(census.predictions))
    at_least = length_of == length[census.behaviour_id]
    return length, _least(time_of[at_least], census.behaviour_id[at_least], len(census.predictions))


def search_advantage(census: Census, length: np.ndarray) -> NDArray[np.float64]:
    """Return how many bits optimizing saves for the same actions in every cell.

    Parameters
    ----------
    census : Census
        Sorted by predictions, as every census is.
    length : array[B]
        Least length of each behaviour, in bits.

    Returns
    -------
    float64[B]
        Bits of the shortest program that does not optimize, less bits of the shortest that does; equal for
        all behaviours with equal predictions, nan where one side has no program within the bound.
    """
    policy = runs(census.predictions, np.arange(census.n_cells))
    n_policies = int(policy[-1]) + 1 if len(policy) else 0
    optimizes = role_codes(census.flags) != IMITATOR
    least = np.full((2, n_policies), np.inf)
    np.minimum.at(least, (optimizes.astype(np.int64), policy), length)
    finite = np.isfinite(least).all(axis=0)
    advantage = np.full(n_policies, np.nan)
    advantage[finite] = least[0, finite] - least[1, finite]
    return advantage[policy]


def _least(values: np.ndarray, index: np.ndarray, size: int) -> np.ndarray:
    """Return the least value by index; every index occurs."""
    largest = np.inf if values.dtype.kind == "f" else np.iinfo(values.dtype).max
    least = np.full(size, largest, dtype=values.dtype)
    np.minimum.at(least, index, values)
    return least
