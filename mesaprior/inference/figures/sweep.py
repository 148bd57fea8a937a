"""The figure of a sweep: the odds along one axis, or who leads over two, with the line where the odds are 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mesaprior.inference.bayes.odds import Contest
from mesaprior.inference.figures.drawing import COLOURS, draw_phases, is_wide
from mesaprior.inference.figures.figure import Phases
from mesaprior.inference.sweeps.sweep import SweptPosterior


def figure_of_sweep(swept: SweptPosterior, contests: Sequence[Contest], *, title: str) -> Any:
    """Return a sweep along its axes of several values, one or two, as a Matplotlib figure."""
    from matplotlib.figure import Figure

    axes = {name: values for name, values in swept.axes.items() if len(values) > 1}
    held = "".join(f", {name} = {values[0]:g}" for name, values in swept.axes.items() if len(values) == 1)
    shape = tuple(len(values) for values in axes.values())
    if len(axes) == 1:
        figure = Figure(figsize=(8.4, 5.6), layout="constrained")
        panels = figure.subplots(2, 1, sharex=True)
        ((name, values),) = axes.items()
        _draw_masses(panels[0], values, swept, contests[0])
        _draw_lines(panels[1], values, swept, contests)
        panels[1].set(xlabel=name, xlim=(values[0], values[-1]))
        if is_wide(values[0], values[-1]):
            panels[1].set_xscale("log")
    else:
        n = len(contests)
        figure = Figure(figsize=(6.4 * n, 4.8), layout="constrained")
        panels = figure.subplots(1, n, squeeze=False)
        for panel, contest in zip(panels[0], contests, strict=True):
            _draw_contest(figure, panel, axes, contest, contest.odds_of(swept).reshape(shape))
    figure.suptitle(f"{title}{held}", fontsize=11, x=0.01, ha="left", wrap=True)
    return figure


def _draw_masses(panel: Any, values: np.ndarray, swept: SweptPosterior, contest: Contest) -> None:
    """Draw the shares of roles or verdicts along the axis as areas."""
    names = contest.names
    masses = np.nan_to_num(swept.shares(contest).reshape(len(values), len(names)))
    present = [part for part in range(len(names)) if masses[:, part].any()]
    if present:
        colours, labels = [COLOURS[part] for part in present], [names[part] for part in present]
        panel.stackplot(values, masses[:, present].T, colors=colours, labels=labels, alpha=0.85)
        panel.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    panel.set(ylabel="share of the posterior", ylim=(0, 1))
    panel.spines[["top", "right"]].set_visible(False)


def _draw_lines(panel: Any, values: np.ndarray, swept: SweptPosterior, contests: Sequence[Contest]) -> None:
    """Draw the odds along the axis; where one side has no mass there is no point."""
    panel.axhline(0, color="0.6", linewidth=0.8)
    for contest, colour in zip(contests, ("0.15", COLOURS[1]), strict=False):
        odds = contest.odds_of(swept).reshape(-1)
        panel.plot(values, np.where(np.isfinite(odds), odds, np.nan), color=colour, linewidth=1.4, label=contest.ratio)
    panel.set(ylabel="log2 odds (bits)")
    panel.spines[["top", "right"]].set_visible(False)
    panel.legend(frameon=False, fontsize=8)


def _draw_contest(figure: Any, panel: Any, axes: dict[str, np.ndarray], contest: Contest, odds: np.ndarray) -> None:
    """Draw who leads over two axes, the first of them across."""
    (across, x), (up, y) = axes.items()
    grid = tuple(tuple(row) for row in odds.T.tolist())
    phases = Phases(tuple(x.tolist()), tuple(y.tolist()), grid, above=contest.challengers, below=contest.others)
    draw_phases(figure, panel, phases)
    panel.set(xlabel=across, ylabel=up)
    panel.set_title(f"log2 odds, {contest}", fontsize=10)
    for values, scale in ((x, panel.set_xscale), (y, panel.set_yscale)):
        if is_wide(values[0], values[-1]):
            scale("log")
