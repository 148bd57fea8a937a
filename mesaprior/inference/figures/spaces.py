"""The figure of spaces compared: verdicts by space, and how the spaces rank functions."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.phrases import bits_text
from mesaprior.inference.bayes.roles import VERDICTS
from mesaprior.inference.figures.drawing import COLOURS
from mesaprior.inference.robustness.spaces import SpacesCompared


def figure_of_spaces(result: SpacesCompared, *, title: str) -> Any:
    """Return the posterior by verdict in each space beside a heat map of rank correlations, as a Matplotlib figure."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.4, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.35, 1))
    figure.suptitle(title, fontsize=11, x=0.01, ha="left", wrap=True)
    _draw_verdicts(left, result)
    _draw_correlations(right, result)
    return figure


def _draw_verdicts(axes: Any, result: SpacesCompared) -> None:
    """Draw a bar for each space, divided by verdict, with the odds beside it."""
    names = [answer.space for answer in result.answers]
    masses = np.nan_to_num(np.array([answer.mass_by_verdict for answer in result.answers]))
    start = np.zeros(len(names))
    for verdict, label in enumerate(VERDICTS):
        if masses[:, verdict].any():
            axes.barh(names, masses[:, verdict], left=start, color=COLOURS[verdict], label=label, height=0.62)
            start = start + masses[:, verdict]
    for place, answer in enumerate(result.answers):
        odds = bits_text(answer.log2_odds_verdict)
        axes.annotate(
            odds if odds == "-" else f"{odds} bits",
            (1.0, place),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set(xlim=(0, 1), xlabel="share of the posterior; right: odds of defecting over faithful")
    axes.invert_yaxis()
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, frameon=False)


def _draw_correlations(axes: Any, result: SpacesCompared) -> None:
    """Draw the rank correlations: before the data above the diagonal, after below."""
    names = [answer.space for answer in result.answers]
    P = len(names)
    above = np.triu(np.ones((P, P), dtype=bool), 1)
    shown = np.where(above, result.before, result.after)
    np.fill_diagonal(shown, np.nan)
    axes.imshow(shown, vmin=-1, vmax=1, cmap="RdBu")
    for i in range(P):
        for j in range(P):
            if i != j:
                value = shown[i, j]
                text = "-" if np.isnan(value) else f"{value:+.2f}\n({result.common[i, j]:,})"
                colour = "white" if abs(np.nan_to_num(value)) > 0.6 else "0.15"
                axes.text(j, i, text, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(P), names)
    axes.set_yticks(range(P), names)
    axes.set_title("rank correlation over functions\nabove: before the data, below: after", fontsize=10)
    axes.spines[:].set_visible(False)
