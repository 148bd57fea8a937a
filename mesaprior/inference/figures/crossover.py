"""The figure of crossovers: the odds along the parameter, with every place where they pass 0."""

from __future__ import annotations

from mesaprior.inference.crossovers.crossover import Crossovers
from mesaprior.inference.figures.axes import is_wide
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, Points

MOST_LABELLED = 6
"""More crossovers are not labelled one by one."""


def figure_of_crossovers(found: Crossovers, *, title: str) -> Figure:
    """Return the odds along the parameter, with a mark at every crossover.

    Parameters
    ----------
    found : Crossovers
    title : str
        What is to be seen, in one sentence.
    """
    x, y = tuple(found.values.tolist()), tuple(found.odds.tolist())
    is_labelled = len(found.crossings) <= MOST_LABELLED
    marks = [Mark("x", c.zero.value, f"{c.zero.kind} at {c.zero.value:.6g}" * is_labelled) for c in found.crossings]
    kind = Points if found.is_whole else Line
    panel = Panel(
        x=found.parameter,
        y="log2 odds (bits)",
        series=(kind(found.contest.ratio, x, y),),
        marks=(Mark("y", 0.0, ""), *marks),
        is_log=is_wide(found.low, found.high),
    )
    return Figure(title, (panel,))
