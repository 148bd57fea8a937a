"""The picture of `infer --plot`: who holds the posterior along the training rows, and the odds below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.cli.pictures import save_picture
from mesaprior.hypotheses.phrases import share_text

if TYPE_CHECKING:
    from mesaprior.cli.sides import Sides

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Colours of the sides; told apart by people who see colours differently (Okabe and Ito)."""

LABEL_SPACING = 0.075
"""Least distance of two labels beside the areas, as a share of the height."""


def plot_posterior(sides: Sides, path: str, *, title_source: str) -> None:
    """Draw the mass of each side along n, and the log2 odds of the two that are weighed below it, into a file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, (above, below) = plt.subplots(
        2, 1, figsize=(8.4, 5.6), sharex=True, height_ratios=(2.2, 1), layout="constrained"
    )
    figure.suptitle(f"{title_source}: {sides.headline}", fontsize=11, x=0.01, ha="left", wrap=True)
    _draw_masses(above, sides)
    _draw_odds(below, sides)
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    save_picture(figure, path)


def _draw_masses(axes: Any, sides: Sides) -> None:
    """Draw the shares of the sides as areas, each with its name and its share at N beside it."""
    n = np.arange(sides.mass.shape[1])
    present = [part for part, number in enumerate(sides.number) if number]
    masses = np.nan_to_num(sides.mass[present])
    axes.stackplot(n, masses, colors=[COLOURS[part] for part in present], alpha=0.85)
    axes.set(ylabel="share of the posterior", ylim=(0, 1), xlim=(0, max(1, len(n) - 1)))
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


def _draw_odds(axes: Any, sides: Sides) -> None:
    """Draw the odds along n; where one side has no mass there is no point, and no curve at all is said in words."""
    n = np.arange(len(sides.log2_odds))
    odds = sides.log2_odds
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
        late = sides.loses_at > (len(n) - 1) / 2
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
