"""Sums, shares and odds of masses that are given as log2, without underflow; sums do not depend on their order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

ROUNDING = 2.0**-47
"""Odds nearer to 0 than this share of the logarithms that they are the difference of count as 0."""


LIMB_BITS = 26
"""Bits of a part of a number, so that sums of 2^27 parts are exact."""


def log2_sum(values: NDArray[np.float64], index: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Sum masses by index; the result does not depend on their order.

    Parameters
    ----------
    values : float64[G]
        log2 masses; -inf is mass 0.
    index : int64[G]
        Where each mass is added, 0..size-1.
    size : int
        Number of sums.

    Returns
    -------
    float64[size]
        log2 of each sum; -inf where nothing or only mass 0 was added.
    """
    peak = np.full(size, -np.inf)
    np.maximum.at(peak, index, values)
    scaled = np.zeros(len(values))
    live = values > -np.inf
    scaled[live] = np.exp2(values[live] - peak[index[live]])
    return log2_scaled(sum_by(scaled, index, size), peak)


def sum_by(values: NDArray[np.float64], index: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Sum numbers from 0 to 1 by index; the result does not depend on their order.

    Parameters
    ----------
    values : float64[G]
        From 0 to 1, at most 2^27 of them; what is below 2^-79 is rounded.
    index : int64[G]
        Where each is added, 0..size-1.
    size : int
        Number of sums.

    Returns
    -------
    float64[size]

    Notes
    -----
    Each number is cut into three whole numbers of 26 bits, whose sums are exact.
    """
    total = np.zeros(size)
    rest = values.astype(np.float64)
    for limb in (1, 2, 3):
        rest *= 2.0**LIMB_BITS
        part = np.rint(rest)
        rest -= part
        total += np.bincount(index, weights=part, minlength=size) * 2.0 ** (-LIMB_BITS * limb)
    return total


def log2_scaled(total: np.ndarray, peak: np.ndarray) -> np.ndarray:
    """Return ``log2(total * 2**peak)``, -inf where `total` is 0."""
    result = np.full(total.shape, -np.inf)
    live = total > 0
    result[live] = np.log2(total[live]) + peak[live]
    return result


def log2_total(values: NDArray[np.float64], axis: int | tuple[int, ...] = 0) -> NDArray[np.float64]:
    """Sum masses along axes.

    Parameters
    ----------
    values : float64[...]
        log2 masses; -inf is mass 0.
    axis : int or tuple of int
        Axes that disappear.

    Returns
    -------
    float64[...]
        log2 of each sum.
    """
    peak = values.max(axis=axis, keepdims=True, initial=-np.inf)
    safe = np.where(peak > -np.inf, peak, 0.0)
    total = np.exp2(values - safe).sum(axis=axis)
    return log2_scaled(total, safe.reshape(total.shape))


def share(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share that masses have in a whole, nan where nothing is left.

    Parameters
    ----------
    part, whole : float64[...]
        log2 masses of compatible shapes.

    Returns
    -------
    float64[...]
        ``2**(part - whole)``.
    """
    part, whole = np.broadcast_arrays(part, whole)
    result = np.full(part.shape, np.nan)
    live = whole > -np.inf
    result[live] = np.exp2(part[live] - whole[live])
    return result


def sum_shares(mass: NDArray[np.float64], axis: int, among: int) -> NDArray[np.float64]:
    """Add shares of one whole along an axis.

    Parameters
    ----------
    mass : float64[...]
        Shares, 0..1; nan where there is no whole.
    axis : int
        Axis that disappears.
    among : int
        Axis of the result along which the sums make up the whole.

    Returns
    -------
    float64[...]
        Exactly 1 where one sum has everything, though its parts are rounded.
    """
    total = mass.sum(axis=axis)
    is_some = total > 0
    return np.where(is_some & (is_some.sum(axis=among, keepdims=True) == 1), 1.0, total)


def log2_odds(first: NDArray[np.float64], second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log2 odds of one mass over another.

    Parameters
    ----------
    first, second : float64[...]
        log2 masses of one shape.

    Returns
    -------
    float64[...]
        Bits; inf or -inf where one side is empty, nan where both are. Exactly 0 where the two differ by
        no more than rounding, so that an exact tie is never a lead.
    """
    odds = np.full(first.shape, np.nan)
    some = (first > -np.inf) | (second > -np.inf)
    odds[some] = first[some] - second[some]
    both = (first > -np.inf) & (second > -np.inf)
    size = np.maximum(1.0, np.maximum(np.abs(first[both]), np.abs(second[both])))
    odds[both] = np.where(np.abs(odds[both]) <= ROUNDING * size, 0.0, odds[both])
    return odds
