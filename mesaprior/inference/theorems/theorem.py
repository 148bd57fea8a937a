"""One evaluated theorem: two sides and their distance, or the assumption of the theorem that does not hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

TOLERANCE = 2.0**-36
"""By which share of the larger side, or of 1, two sides may differ by rounding alone (about 1.5e-11)."""


@dataclass(frozen=True)
class Theorem:
    """A theorem on a census and a log.

    Attributes
    ----------
    name : str
    statement : str
        In symbols: mu the true hypothesis with prior weight w, xi the mixture of all.
    source : str
        Who proved it, where it is no exercise.
    relation : str
        ``<=`` or ``=``: how the left side has to stand to the right side.
    left, right : float or None
        The two sides, None where a hypothesis fails.
    evaluated : str
        What was evaluated: on which rows, over how many histories.
    fails : str or None
        Which hypothesis of the theorem does not hold here, in words.
    """

    name: str
    statement: str
    source: str
    relation: str
    left: float | None
    right: float | None
    evaluated: str
    fails: str | None = None

    @property
    def slack(self) -> float | None:
        """Right side minus left side; for an equality, minus their distance."""
        if self.left is None or self.right is None:
            return None
        if self.left == self.right:
            return 0.0
        difference = self.right - self.left
        return difference if self.relation == "<=" else -abs(difference)

    @property
    def holds(self) -> bool | None:
        """Whether it holds, up to `TOLERANCE`; None where it was not evaluated. An undefined side never holds."""
        slack = self.slack
        if slack is None or self.left is None or self.right is None:
            return None
        size = max([1.0, *(abs(side) for side in (self.left, self.right) if math.isfinite(side))])
        return slack >= -TOLERANCE * size


def failing(name: str, statement: str, source: str, fails: str) -> Theorem:
    """Return a theorem with an assumption that does not hold here."""
    return Theorem(name, statement, source, "<=", None, None, "", fails)
