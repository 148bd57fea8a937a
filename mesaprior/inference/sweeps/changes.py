"""Sign changes of odds along a line of a grid."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SignChange:
    """Two neighbouring values of an axis between which the lead changes.

    Attributes
    ----------
    before, after : float
        The last value with the old sign and the first with the new one; what lies between has odds of 0 or none.
    near : float
        About where the odds are 0: by a straight line between the two; `after` where one of them is infinite.
    is_rise : bool
        Whether the odds are above 0 from here on.
    """

    before: float
    after: float
    near: float
    is_rise: bool


def sign_changes(values: NDArray[np.float64], odds: NDArray[np.float64]) -> list[SignChange]:
    """Return the sign changes of odds along an axis, in order.

    Parameters
    ----------
    values : float64[V]
        Ascending.
    odds : float64[V]
        Bits; infinite ones have a sign, undefined ones and 0 have none.
    """
    found: list[SignChange] = []
    signed = np.flatnonzero(np.nan_to_num(odds) != 0)
    for first, second in zip(signed[:-1].tolist(), signed[1:].tolist(), strict=True):
        if (odds[first] > 0) == (odds[second] > 0):
            continue
        before, after = float(values[first]), float(values[second])
        found.append(SignChange(before, after, _near(values, odds, first, second), bool(odds[second] > 0)))
    return found


def _near(values: np.ndarray, odds: np.ndarray, first: int, second: int) -> float:
    level = np.flatnonzero(odds[first : second + 1] == 0)
    if len(level):
        return float(values[first + level[0]])
    low, high = float(odds[first]), float(odds[second])
    if math.isinf(low) or math.isinf(high):
        return float(values[second])
    share = low / (low - high)
    return float(values[first] + share * (values[second] - values[first]))
