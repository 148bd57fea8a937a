"""The picture of a posterior: who holds it along the training rows, and the odds below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.odds import Partition
from mesaprior.inference.figures.drawing import COLOURS, check_matplotlib, escape_dollars

LABEL_SPACING = 0.075
"""Least distance of two labels beside the areas, as a share of the height."""

SIZE = (8.4, 5.6)
"""Inches."""


def figure_of(sides: Partition, title_source: str, file: str | Path | None = None) -> Any:
    """Return the picture of a posterior, and write it into a file if one is named.

    Parameters
    ----------
    sides : Partition
    title_source : str
        What was asked about, for the title.
    file : str or Path, optional
        The ending says how it is written: ``.png``, ``.svg``, or what else Matplotlib knows.

    Returns
    -------
    matplotlib.figure.Figure
        Without a file one of pyplot, which notebooks and windows show.

    Raises
    ------
    RunError
        If Matplotlib is not installed.
    UsageError
        If the file has no ending of a picture, or no folder.
    """
    check_matplotlib("plot()")
    if file is None:
        from matplotlib import pyplot as plt

        figure = plt.figure(figsize=SIZE, layout="constrained")
        draw_posterior(figure, sides, title_source=title_source)
        escape_dollars(figure)
        return figure
    figure = posterior_figure(sides, title_source)
    known = figure.canvas.get_supported_filetypes()
    if Path(file).suffix.removeprefix(".") not in known:
        raise UsageError(f"file={str(file)!r} is no kind of picture; let its name end in .png, .svg or .pdf.")
    if not Path(file).parent.is_dir():
        raise UsageError(f"file={str(file)!r}: there is no folder {Path(file).parent}; make it first.")
    escape_dollars(figure)
    figure.savefig(file, dpi=150)
    return figure


def posterior_figure(sides: Partition, title_source: str) -> Any:
    """Return the picture of a posterior as a figure that pyplot does not know: it needs no window, and no closing.

    Parameters
    ----------
    sides : Partition
    title_source : str
        What was asked about, for the title.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    draw_posterior(figure, sides, title_source=title_source)
    return figure


def draw_posterior(figure: Any, sides: Partition, *, title_source: str) -> None:
    """Draw the mass of each side along n, and the log2 odds of the two that are weighed below it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Empty, of about `SIZE`.
    sides : Partition
    title_source : str
        What was asked about, for the title.
    """
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1))
    figure.suptitle(f"{title_source}: {sides.headline}", fontsize=11, x=0.01, ha="left", wrap=True)
    _draw_masses(above, sides)
    _draw_odds(below, sides)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)


def _draw_masses(axes: Any, sides: Partition) -> None:
    """Draw the shares of the sides as areas, each with its name and its share at N beside it."""
    n = sides.n
    present = [part for part, number in enumerate(sides.number) if number]
    masses = np.nan_to_num(sides.mass[present])
    axes.stackplot(n, masses, colors=[COLOURS[part] for part in present], alpha=0.85)
    axes.set(ylabel="share of the posterior", ylim=(0, 1), xlim=(0, max(1, n[-1])))
    if sides.loses_at is not None:
        axes.axvline(sides.loses_at, color="white", linewidth=1.2, linestyle="--")
    middles = np.cumsum(masses[:, -1]) - masses[:, -1] / 2
    for part, place in zip(present, _spread(middles), strict=True):
        axes.annotate(
            f"{sides.names[part]}  {share_text(float(sides.mass[part, -1]))}",
            (1, place),
            xycoords="axes fraction",
            xytext=(6, 0),
            textcoords="offset points",
            color=COLOURS[part],
            fontweight="bold",
            va="center",
        )


def _spread(places: np.ndarray) -> np.ndarray:
    """Return rising places in 0..1 moved apart to `LABEL_SPACING`, each by no more than it takes."""
    spread = places.copy()
    for index in range(1, len(spread)):
        spread[index] = max(spread[index], spread[index - 1] + LABEL_SPACING)
    high = 1.0
    for index in reversed(range(len(spread))):
        spread[index] = min(spread[index], high)
        high = spread[index] - LABEL_SPACING
    return spread


def _draw_odds(axes: Any, sides: Partition) -> None:
    """Draw the odds along n; where one side has no mass there is no point, and no curve at all is said in words."""
    n, odds = sides.n, sides.log2_odds
    finite = np.where(np.isfinite(odds), odds, np.nan)
    axes.set(xlabel="training rows seen", ylabel=f"log2 odds\n{sides.challengers} : {sides.others}")
    if np.isnan(finite).all():
        axes.set_yticks([])
        axes.text(0.5, 0.5, "no finite odds: a side has no mass", transform=axes.transAxes, ha="center", color="0.4")
        return
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.plot(n, finite, color="0.15", linewidth=1.4, marker="." if len(n) <= 40 else "")
    if sides.loses_at is not None:
        axes.axvline(sides.loses_at, color=COLOURS[1], linewidth=1, linestyle="--")
        late = sides.loses_at > n[-1] / 2
        axes.annotate(
            sides.loss,
            (sides.loses_at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(-4 if late else 4, -2),
            textcoords="offset points",
            fontsize=8,
            color=COLOURS[1],
            ha="right" if late else "left",
            va="top",
        )
