"""The figure of a sweep: the odds along one axis, or who leads over two, with the line where the odds are 0."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesaprior.inference.bayes.odds import Contest
from mesaprior.inference.figures.axes import is_wide
from mesaprior.inference.figures.figure import Areas, Figure, Line, Mark, Panel, Phases
from mesaprior.inference.sweeps.sweep import SweptPosterior


def figure_of_sweep(swept: SweptPosterior, contests: Sequence[Contest], *, title: str) -> Figure:
    """Return a sweep along its axes of several values, one or two."""
    axes = {name: values for name, values in swept.axes.items() if len(values) > 1}
    held = "".join(f", {name} = {values[0]:g}" for name, values in swept.axes.items() if len(values) == 1)
    if len(axes) == 1:
        ((name, values),) = axes.items()
        return Figure(title + held, _panels_along(name, values, swept, contests), is_stacked=True)
    return Figure(title + held, tuple(_panel_over(axes, contest, swept) for contest in contests))


def _panels_along(
    name: str, values: np.ndarray, swept: SweptPosterior, contests: Sequence[Contest]
) -> tuple[Panel, Panel]:
    """Return the shares of roles or verdicts along the axis, and the odds; where a side has no mass there is none."""
    x = tuple(values.tolist())
    is_log = is_wide(x[0], x[-1])
    shares = np.nan_to_num(swept.shares(contests[0]).reshape(len(x), -1))
    held = Areas(x, contests[0].names, tuple(map(tuple, shares.T.tolist())))
    odds = tuple(Line(contest.ratio, x, tuple(contest.odds_of(swept).reshape(-1).tolist())) for contest in contests)
    return (
        Panel(name, "share of the posterior", (held,), is_log=is_log),
        Panel(name, "log2 odds (bits)", odds, (Mark("y", 0.0, ""),), is_log=is_log),
    )


def _panel_over(axes: dict[str, np.ndarray], contest: Contest, swept: SweptPosterior) -> Panel:
    """Return who leads over two axes, the first of them across."""
    (across, x), (up, y) = axes.items()
    odds = contest.odds_of(swept).reshape(len(x), len(y))
    grid = tuple(tuple(row) for row in odds.T.tolist())
    phases = Phases(tuple(x.tolist()), tuple(y.tolist()), grid, above=contest.challengers, below=contest.others)
    return Panel(
        across,
        up,
        (phases,),
        title=f"log2 odds, {contest}",
        is_log=is_wide(x[0], x[-1]),
    )
