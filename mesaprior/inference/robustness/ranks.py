"""Ranks of masses, where rounding must not tell equal ones apart, and their correlation."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def average_ranks(values: NDArray[np.float64], tied: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return average ranks, from 1 for the least.

    Parameters
    ----------
    values : float64[n]
        -inf is a value like any other.
    tied : float64[n]
        Values that are neighbours by size share a rank where they differ by at most the larger of their two entries.

    Returns
    -------
    float64[n]
    """
    order = np.argsort(values, kind="stable")
    value, tied = values[order], tied[order]
    is_new = np.ones(len(order), dtype=bool)
    is_new[1:] = value[1:] > value[:-1] + np.maximum(tied[1:], tied[:-1])
    start = np.flatnonzero(is_new)
    stop = np.append(start[1:], len(order))
    rank = np.empty(len(order))
    rank[order] = np.repeat((start + 1 + stop) / 2, stop - start)
    return rank


def correlation_of_ranks(first: np.ndarray, second: np.ndarray) -> float:
    """Return the correlation of average ranks (Spearman's rho), nan where all are tied on one side."""
    # The mean of average ranks is known exactly, so that all tied means all 0.
    middle = (len(first) + 1) / 2
    x, y = first - middle, second - middle
    spread = np.sqrt((x * x).sum() * (y * y).sum())
    # Rounding never takes it past 1.
    return float(np.clip((x * y).sum() / spread, -1.0, 1.0)) if spread > 0 else math.nan
