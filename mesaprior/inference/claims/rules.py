"""Rules for a verdict: supported, refuted or depends, from the margins of many worlds; and how sure it is."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SUPPORTED, REFUTED, DEPENDS = "supported", "refuted", "depends"
"""What a verdict can be."""

SETTLED, PROVISIONAL = "settled", "provisional"
"""Marks of a verdict: whether longer programs would move the margin, as far as the last bounds tell."""

CONFIDENCE_Z = 1.959963984540054
"""Quantile of the normal distribution that a 95 % interval leaves half of the rest beyond."""

MOST, FEW = 0.75, 0.25
"""Shares of worlds from which on an argument is supported, and up to which it is refuted."""


@dataclass(frozen=True)
class Rule:
    """The rule that turns a table into a verdict.

    Attributes
    ----------
    text : str
        The rule in words.
    decide : callable
        The verdict and the share of worlds that it rests on, from the table.
    """

    text: str
    decide: Callable[[pd.DataFrame], tuple[str, float]]


def share_holding(table: pd.DataFrame) -> float:
    """Return the share of the worlds with a margin above 0 at the base; undefined margins are not above 0."""
    base = table.loc[table["parameter"] == "base", "margin"]
    return float((base > 0).mean())


def verdict_of(share: float) -> str:
    """Return the verdict for a share of worlds in which an argument holds."""
    return SUPPORTED if share >= MOST else REFUTED if share <= FEW else DEPENDS


def _decide_by_share(table: pd.DataFrame) -> tuple[str, float]:
    share = share_holding(table)
    return verdict_of(share), share


BY_SHARE = Rule(
    "Supported where the margin is above 0 in at least three quarters of the worlds at the base, refuted where it is "
    "in at most one quarter, else it depends.",
    _decide_by_share,
)
"""The rule of claims whose margin says in each world whether the argument holds there."""


def _decide_by_sign(table: pd.DataFrame) -> tuple[str, float]:
    base = table.loc[table["parameter"] == "base", "margin"]
    holds, fails = float((base > 0).mean()), float((base < 0).mean())
    return (SUPPORTED if holds >= MOST else REFUTED if fails >= MOST else DEPENDS), holds


BY_SIGN = Rule(
    "Supported where the margin is above 0 in at least three quarters of the worlds at the base, refuted where it is "
    "below 0 in at least three quarters (the opposite holds there), else it depends.",
    _decide_by_sign,
)
"""The rule of the second edition: refuted means that the opposite holds, not that the argument does not."""


def wilson(share: float, n: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share of n draws, both 0..1.

    References
    ----------
    E. B. Wilson, Probable inference, the law of succession, and statistical inference, 1927.
    """
    z = CONFIDENCE_Z
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)
