"""Figures of many worlds: the odds, or the first crossovers, sorted from the least to the largest."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.inference.bayes.odds import BY_ROLE, BY_VERDICT
from mesaprior.inference.figures.figure import Figure, Mark, Panel, Points
from mesaprior.inference.worlds.crossings import Crossed
from mesaprior.inference.worlds.ensemble import Answer

WORLDS = "worlds, sorted"


def figure_of_ensemble(answers: Sequence[Answer], *, title: str) -> Figure:
    """Return the log2 odds in many worlds, by role and by verdict; where a side has no mass there is no point."""
    series = tuple(
        _sorted(contest.ratio, [contest.odds_of(answer) for answer in answers]) for contest in (BY_ROLE, BY_VERDICT)
    )
    return Figure(title, (Panel(WORLDS, "log2 odds (bits)", series, (Mark("y", 0.0, ""),)),))


def figure_of_crossings(worlds: Sequence[Crossed], over: str, *, title: str) -> Figure:
    """Return the first crossovers in many worlds and their closed forms; worlds without any have no point."""
    firsts = [world.first for world in worlds if world.first]
    series = (
        _sorted("all programs", [root.value for root in firsts]),
        _sorted("leading classes, closed form", [root.solution_value for root in firsts]),
    )
    return Figure(title, (Panel(WORLDS, f"first crossover, {over}", series),))


def _sorted(label: str, values: Sequence[float]) -> Points:
    known = sorted(value for value in values if not math.isnan(value))
    return Points(label, tuple(float(place) for place in range(1, len(known) + 1)), tuple(known))
