"""The summary of crossovers: whether the choice of a parameter decides who wins."""

from __future__ import annotations

import math

from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.crossovers.crossover import Crossing, Crossovers

CLOSE = 0.05
"""Relative difference up to which the two leading classes alone give about the same crossover."""


def summarize_crossover(found: Crossovers) -> str:
    """Return what the crossovers say about who wins, what explains the first of them, and what may be missing."""
    name = found.parameter
    if not found.crossings:
        return _without(found)
    first = found.crossings[0]
    before = found.contest.leader(_sign(first.zero.before))
    after = found.contest.leader(first.leads)
    if len(found.crossings) == 1 and before and after and before != after:
        who = (
            f"Up to {name} = {first.zero.value:.4g} {before} lead and beyond it {after}, so the choice of {name} "
            "decides who wins."
        )
    else:
        n = len(found.crossings)
        times = "once" if n == 1 else f"{n:,} times"
        who = f"The odds meet 0 {times} in this range, so near those values the choice of {name} decides who wins."
    return " ".join(filter(None, [who, _explained(first), _completeness(found)]))


def _without(found: Crossovers) -> str:
    name, contest = found.parameter, found.contest
    if math.isnan(found.closest):
        return f"One side or both have no mass, so no value of {name} in this range can change who wins."
    ahead, behind = (
        (contest.challengers, contest.others) if found.distance > 0 else (contest.others, contest.challengers)
    )
    gap = abs(found.distance)
    return (
        f"No value of {name} from {found.low:g} to {found.high:g} lets {behind} win: {ahead} lead by at least "
        f"{gap:.3g} bits ({ratio_text(gap)} to 1). {_completeness(found)}"
    )


def _explained(first: Crossing) -> str:
    """Return whether the two leading classes explain a crossover."""
    if first.solution is None or math.isnan(first.difference):
        return ""
    size = max(abs(first.zero.value), abs(first.difference))
    if abs(first.difference) <= CLOSE * size:
        return "The leading class of each side alone would change the lead at nearly the same value."
    return (
        f"The leading class of each side alone would change the lead at {first.solution.value:.4g}, so the other "
        "programs matter."
    )


def _completeness(found: Crossovers) -> str:
    if found.is_complete:
        return "No crossover in this range is missed."
    return "Two crossovers between neighbouring values of the grid can be missed."


def _sign(odds: float) -> bool | None:
    return None if math.isnan(odds) or odds == 0 else odds > 0
