"""Rules for a verdict: supported, refuted or depends, from the margins of many worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SUPPORTED, REFUTED, DEPENDS = "supported", "refuted", "depends"
"""What a verdict can be."""

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
