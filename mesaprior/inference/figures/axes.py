"""The axes of a panel: their scales, the marks across them, and labels beside the lines."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import Any

import numpy as np

from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.figures.figure import Areas, Panel, Phases, Surface
from mesaprior.inference.figures.palette import MARK

EMPTY = "no finite number here:\na side has no mass"
"""What stands in a panel that has nothing to show."""

SHARE_TICKS = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999)
"""Shares that have a number along their axis, where they are within it."""

LEAST_SHARE = 1e-6
"""Shares below it, and above 1 less it, are drawn at the end of the axis."""

USUAL_SHARE = 0.01
"""A share axis goes at least from here to 1 less it."""

WIDE_RANGE = 50.0
"""An axis above 0 that spans more than this factor is drawn in equal ratios."""

LABEL_WIDTH = 22
"""Characters after which a label beside a line is broken."""

LINE_HEIGHT = 0.055
"""Height of a line of such a label, as a share of a panel that is as high as usual."""

USUAL_HEIGHT = 3.4
"""Inches of that panel."""


@dataclass(frozen=True)
class End:
    """Where a line ends on the right, and what it is called there."""

    label: str
    y: float
    colour: str


def is_wide(low: float, high: float) -> bool:
    """Tell whether an axis between these ends is drawn in equal ratios."""
    return bool(low > 0 and high / low > WIDE_RANGE)


def scale_axes(axes: Any, panel: Panel) -> None:
    """Set the scales and the ends of the axes."""
    if panel.is_log:
        axes.set_xscale("log")
    if any(isinstance(series, Phases | Surface) and is_wide(series.y[0], series.y[-1]) for series in panel.series):
        axes.set_yscale("log")
    shares = [part for series in panel.series if isinstance(series, Areas) for part in series.parts]
    if shares:
        _scale_shares(axes, np.array(shares, dtype=float))
    elif panel.y_range:
        axes.set_ylim(*panel.y_range)


def _scale_shares(axes: Any, shares: np.ndarray) -> None:
    """Scale `y` by the log of the odds, so that shares near 0 and near 1 are told apart."""
    from matplotlib.ticker import NullLocator

    def label(share: float, place: int) -> str:
        return tick_text(share)

    inner = shares[(shares > 0) & (shares < 1)]
    nearest = float(np.minimum(inner, 1 - inner).min(initial=USUAL_SHARE)) if len(inner) else USUAL_SHARE
    # A share of less than a thousandth of a thousandth is at the end, whatever it is.
    end = max(LEAST_SHARE, 10.0 ** math.floor(math.log10(nearest)))
    axes.set_yscale("logit", nonpositive="clip")
    axes.set_ylim(end, 1 - end)
    axes.set_yticks([tick for tick in SHARE_TICKS if end <= tick <= 1 - end * (1 - 1e-9)])
    axes.yaxis.set_major_formatter(label)
    axes.yaxis.set_minor_locator(NullLocator())


def tick_text(share: float) -> str:
    """Return a share along an axis as per cent, with as many digits as tell it from 0 and from 1."""
    return f"{100 * share:.10g} %"


def within(share: float, end: float = LEAST_SHARE) -> float:
    """Return a share, moved to the end of its axis where it is nearer to 0 or 1 than that."""
    return min(max(share, end), 1 - end)


def draw_marks(axes: Any, panel: Panel) -> list[End]:
    """Draw lines across the panel. One with a label has it at its end, outside, where it lies on nothing.

    Returns
    -------
    list of End
        Those with a label that end on the right, where `label_ends` writes it.
    """
    ends: list[End] = []
    named = [mark for mark in panel.marks if mark.label and mark.axis == "x"]
    for mark in panel.marks:
        line = axes.axvline if mark.axis == "x" else axes.axhline
        line(mark.at, color=MARK, linewidth=0.9, linestyle=":", zorder=1)
        if not mark.label:
            continue
        if mark.axis == "y":
            ends.append(End(mark.label, mark.at, MARK))
            continue
        slanted = {"rotation": 30, "rotation_mode": "anchor"} if len(named) > 1 else {}
        low, high = axes.get_xlim()
        is_late = not slanted and mark.at > (low + high) / 2
        axes.annotate(
            mark.label,
            (mark.at, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="right" if is_late else "left",
            va="bottom",
            color=MARK,
            fontsize=8,
            **slanted,
        )
    return ends


def label_ends(axes: Any, ends: list[End]) -> None:
    """Write the name of each line beside its right end, moved up or down to avoid overlaps."""
    if not ends:
        return
    scale = axes.transData + axes.transAxes.inverted()
    # A number and its unit stay together.
    texts = [textwrap.fill(end.label.replace(" %", "\u00a0%"), LABEL_WIDTH) for end in ends]
    unit = LINE_HEIGHT * USUAL_HEIGHT / max(0.5, axes.bbox.height / axes.figure.dpi)
    heights = [unit * (1 + text.count("\n")) for text in texts]
    places = [float(scale.transform((axes.get_xlim()[1], end.y))[1]) for end in ends]
    order = sorted(range(len(ends)), key=lambda index: places[index])
    spread = spread_apart([places[index] for index in order], [heights[index] for index in order])
    for index, place in zip(order, spread, strict=True):
        # The line that joins them, in the colour of the series, says which is which where labels had to move.
        axes.annotate(
            texts[index],
            (1.0, min(max(places[index], 0.0), 1.0)),
            xytext=(1.035, place),
            xycoords="axes fraction",
            textcoords="axes fraction",
            va="center",
            fontsize=9,
            color="0.15",
            annotation_clip=False,
            arrowprops={
                **{"arrowstyle": "-", "color": ends[index].colour, "linewidth": 2.0},
                **{"shrinkA": 1, "shrinkB": 0, "relpos": (0, 0.5)},
            },
        )


def spread_apart(places: list[float], heights: list[float]) -> list[float]:
    """Return rising places moved apart, so that texts of these heights do not overlap and the highest ends at 1."""
    spread = list(places)
    for index in range(1, len(spread)):
        spread[index] = max(spread[index], spread[index - 1] + (heights[index - 1] + heights[index]) / 2)
    for index in reversed(range(len(spread))):
        above = spread[index + 1] - heights[index + 1] / 2 if index + 1 < len(spread) else 1.0 + heights[index] / 2
        spread[index] = min(spread[index], above - heights[index] / 2)
    return spread


def share_label(label: str, share: float) -> str:
    """Return the name of a part of a whole with its share at the end."""
    return label if math.isnan(share) else f"{label}  {share_text(share)}"
