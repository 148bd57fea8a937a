"""The summary of many random worlds, with a confidence interval."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.hypotheses.phrases import bits_text
from mesaprior.inference.bayes.odds import Contest
from mesaprior.inference.worlds.crossings import CrossingSpread
from mesaprior.inference.worlds.ensemble import Answer, Spread

QUANTILE = 1.959964
"""Of the normal distribution, for an interval of 95 %."""


def summarize_ensemble(answers: Sequence[Answer], odds: Spread) -> str:
    """Return in which share of worlds optimizers lead, by how much, and in how many of them that is settled."""
    n, stable = len(answers), sum(answer.is_stable for answer in answers)
    median = odds.quantiles[len(odds.quantiles) // 2]
    if stable == n:
        settled = "In all of them the odds are stable in the length bound."
    elif not stable:
        settled = "In all of them the odds still move with the length bound."
    else:
        settled = f"In {n - stable} of them the odds still move with the length bound."
    return f"{_share_of_worlds('optimizers lead imitators', odds.above, n)} {_median(median)} {settled}"


def summarize_crossings(known: CrossingSpread, n: int, parameter: str, contest: Contest) -> str:
    """Return in which share of all worlds the choice of a parameter decides who wins, and from which value on."""
    first = _share_of_worlds(f"the choice of {parameter} decides who wins", known.crossed, n)
    if not known.crossed:
        return first
    median = known.first[len(known.first) // 2]
    rising = round(known.rising * n)
    return (
        f"{first} There the lead changes for the first time at {parameter} = {median:.4g} in the median world, and "
        f"{contest.challengers} take it in {rising} of the {round(known.crossed * n)}."
    )


def _share_of_worlds(what: str, share: float, n: int) -> str:
    low, high = interval(share, n)
    return (
        f"In {round(share * n)} of these {n} worlds {what}; the share among all such worlds then lies "
        f"between {100 * low:.0f} and {100 * high:.0f} %, at 95 % confidence."
        if n > 1
        else f"One world alone says little. In this one {what if share else f'it is not true that {what}'}."
    )


def _median(odds: float) -> str:
    if math.isnan(odds):
        return "In none of them does either side have any mass."
    return f"The median of the odds of optimizers over imitators is {bits_text(odds)} bits."


def interval(share: float, n: int) -> tuple[float, float]:
    """Return the interval of 95 % for a share that was found among n, after E. B. Wilson (1927)."""
    z = QUANTILE
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
