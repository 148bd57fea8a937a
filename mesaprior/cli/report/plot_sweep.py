"""The picture of `sweep --plot`: the odds along one axis, or who leads over two, with the line where nobody does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mesaprior.cli.contests import Contest
from mesaprior.cli.report.figure import save_picture
from mesaprior.cli.report.plot_figure import draw_phases
from mesaprior.inference.figure import Phases
from mesaprior.inference.picture import COLOURS
from mesaprior.inference.roles import ROLES, VERDICTS
from mesaprior.inference.sweeps.sweep import SweptPosterior

WIDE_RANGE = 50.0
"""An axis above 0 that spans more than this factor is drawn in equal ratios."""


def plot_sweep(swept: SweptPosterior, contests: Sequence[Contest], path: str, *, title: str) -> None:
    """Draw a sweep along its axes of several values, one or two, into a file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    axes = {name: values for name, values in swept.axes.items() if len(values) > 1}
    held = "".join(f", {name} = {values[0]:g}" for name, values in swept.axes.items() if len(values) == 1)
    shape = tuple(len(values) for values in axes.values())
    if len(axes) == 1:
        figure, panels = plt.subplots(2, 1, figsize=(8.4, 5.6), sharex=True, layout="constrained")
        ((name, values),) = axes.items()
        _draw_masses(panels[0], values, swept, contests)
        _draw_lines(panels[1], values, contests)
        panels[1].set(xlabel=name, xlim=(values[0], values[-1]))
        if _is_wide(values):
            panels[1].set_xscale("log")
    else:
        n = len(contests)
        figure, panels = plt.subplots(1, n, figsize=(6.4 * n, 4.8), squeeze=False, layout="constrained")
        for panel, contest in zip(panels[0], contests, strict=True):
            _draw_contest(figure, panel, axes, contest, contest.odds.reshape(shape))
    figure.suptitle(f"{title}{held}", fontsize=11, x=0.01, ha="left", wrap=True)
    save_picture(figure, path)


def _draw_masses(panel: Any, values: np.ndarray, swept: SweptPosterior, contests: Sequence[Contest]) -> None:
    """Draw the shares of the sides along the axis as areas."""
    by_role = contests[0].challengers == "optimizers"
    masses, names = (swept.mass_by_role, ROLES) if by_role else (swept.mass_by_verdict, VERDICTS)
    masses = np.nan_to_num(masses.reshape(len(values), len(names)))
    present = [part for part in range(len(names)) if masses[:, part].any()]
    if present:
        colours, labels = [COLOURS[part] for part in present], [names[part] for part in present]
        panel.stackplot(values, masses[:, present].T, colors=colours, labels=labels, alpha=0.85)
        panel.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)
    panel.set(ylabel="share of the posterior", ylim=(0, 1))
    panel.spines[["top", "right"]].set_visible(False)


def _draw_lines(panel: Any, values: np.ndarray, contests: Sequence[Contest]) -> None:
    """Draw the odds along the axis; where one side has no mass there is no point."""
    panel.axhline(0, color="0.6", linewidth=0.8)
    for contest, colour in zip(contests, ("0.15", COLOURS[1]), strict=False):
        odds = contest.odds.reshape(-1)
        label = f"{contest.challengers} : {contest.others}"
        panel.plot(values, np.where(np.isfinite(odds), odds, np.nan), color=colour, linewidth=1.4, label=label)
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
    panel.set_title(f"log2 odds, {contest.challengers} over {contest.others}", fontsize=10)
    for values, scale in ((x, panel.set_xscale), (y, panel.set_yscale)):
        if _is_wide(values):
            scale("log")


def _is_wide(values: np.ndarray) -> bool:
    return bool(values[0] > 0 and values[-1] / values[0] > WIDE_RANGE)
