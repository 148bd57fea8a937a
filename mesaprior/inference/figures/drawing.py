"""Drawing with Matplotlib: what all pictures share, and figures that are data.

These have lines with bands, points, divided bars, areas, and who leads over a grid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mesaprior.errors import RunError
from mesaprior.inference.figures.figure import Areas, Bars, Figure, Line, Panel, Phases, Points

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000", "#999999")
"""Colours of series in their order; told apart by people who see colours differently (Okabe and Ito)."""

DASHED = "0.25"
"""Colour of what was not measured, where it is one line."""

DEEPEST = 16.0
"""Bits at which the colours of a grid end, at most."""

LONG_LABEL = 24
"""Characters of a label from which on legends have one column."""

LONG_NAMES = 40
"""Characters of the names of all bars together from which on they are written aslant."""

MOST_DOTS = 100
"""Points of a line that have a dot each, at most."""

WIDE_RANGE = 50.0
"""An axis above 0 that spans more than this factor is drawn in equal ratios."""

PANEL_WIDTH, HEIGHT = 5.6, 4.4
"""Inches."""


def check_matplotlib(asker: str) -> None:
    """Refuse to draw where Matplotlib is not installed.

    Parameters
    ----------
    asker : str
        What needs it, as it is typed.

    Raises
    ------
    RunError
        If so.
    """
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise RunError(
            f"{asker} needs Matplotlib, which is not installed; `pip install 'mesaprior[plot]'` installs it."
        )


def escape_dollars(figure: Any) -> None:
    """Have the texts of a finished figure drawn as they are written: a ``$`` in a name begins no mathematics.

    The numbers along axes stay as Matplotlib writes them, powers of ten with their exponents raised. To be called once.
    """
    from matplotlib.axis import Tick
    from matplotlib.text import Text

    numbers = {id(text) for tick in figure.findobj(Tick) for text in tick.findobj(Text)}
    for text in figure.findobj(Text):
        if id(text) not in numbers:
            # Texts that are wrapped are searched for mathematics whatever `parse_math` says.
            text.set_text(text.get_text().replace("$", r"\$"))


def is_wide(low: float, high: float) -> bool:
    """Tell whether an axis between these ends is drawn in equal ratios."""
    return bool(low > 0 and high / low > WIDE_RANGE)


def drawn(figure: Figure) -> Any:
    """Return a figure as one of Matplotlib, which needs no window and no closing."""
    from matplotlib.figure import Figure as Drawing

    n = len(figure.panels)
    drawing = Drawing(figsize=(PANEL_WIDTH * n + (1.4 if n == 1 else 0.0), HEIGHT), layout="constrained")
    axes = drawing.subplots(1, n, squeeze=False)
    drawing.suptitle(figure.title, fontsize=11, x=0.01, ha="left", wrap=True)
    for panel, place in zip(figure.panels, axes[0], strict=True):
        _draw_panel(drawing, place, panel)
    return drawing


def _draw_panel(drawing: Any, axes: Any, panel: Panel) -> None:
    colours = iter(COLOURS * (1 + len(panel.series) // len(COLOURS)))
    n_dashed = sum(isinstance(series, Line) and series.is_dashed for series in panel.series)
    # One dashed line is grey; of several each has the colour of the line that it belongs to, in order.
    dashed = iter([DASHED] if n_dashed == 1 else COLOURS * (1 + n_dashed // len(COLOURS)))
    for series in panel.series:
        if isinstance(series, Line):
            _draw_line(axes, series, next(dashed if series.is_dashed else colours))
        elif isinstance(series, Points):
            x, y = _finite(series.x, series.y)
            axes.plot(x, y, "o", markersize=4, alpha=0.7, color=next(colours), label=series.label)
        elif isinstance(series, Bars):
            _draw_bars(axes, series)
        elif isinstance(series, Areas):
            parts = np.nan_to_num(np.array(series.parts))
            axes.stackplot(series.x, parts, labels=series.labels, colors=COLOURS[: len(parts)], alpha=0.85)
        else:
            draw_phases(drawing, axes, series)
    for mark in panel.marks:
        line = axes.axvline if mark.axis == "x" else axes.axhline
        line(mark.at, color="0.5", linewidth=0.9, linestyle=":", label=mark.label or None)
    axes.set(xlabel=panel.x, ylabel=panel.y)
    axes.set_title(panel.title, fontsize=10)
    if panel.is_log:
        axes.set_xscale("log")
    if panel.y_range:
        axes.set_ylim(*panel.y_range)
    axes.spines[["top", "right"]].set_visible(False)
    labels = axes.get_legend_handles_labels()[1]
    if labels and any(isinstance(series, Bars | Areas) for series in panel.series):
        # What is filled leaves no room inside.
        columns = 1 if max(map(len, labels)) > LONG_LABEL else 2
        axes.legend(frameon=False, fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=columns)
    elif labels:
        axes.legend(frameon=False, fontsize=8)


def _draw_line(axes: Any, line: Line, colour: str) -> None:
    """Draw a line where it is finite, and its band where both ends are."""
    dots = {"marker": "o"} if len(line.x) <= MOST_DOTS else {}
    style = {"linestyle": "--", "linewidth": 1.1} if line.is_dashed else dots
    x, y = _finite(line.x, line.y)
    axes.plot(x, y, markersize=3.5, label=line.label, color=colour, **style)
    if line.low:
        low, high = (np.array(end, dtype=float) for end in (line.low, line.high))
        known = np.isfinite(low) & np.isfinite(high)
        axes.fill_between(line.x, low, high, where=known, color=colour, alpha=0.15, linewidth=0)


def _draw_bars(axes: Any, bars: Bars) -> None:
    start = np.zeros(len(bars.names))
    for label, parts, colour in zip(bars.labels, bars.parts, COLOURS, strict=False):
        lengths = np.nan_to_num(np.array(parts))
        axes.bar(bars.names, lengths, bottom=start, color=colour, label=label, width=0.62)
        start = start + lengths
    if sum(map(len, bars.names)) > LONG_NAMES:
        axes.tick_params(axis="x", labelrotation=20)


def draw_phases(drawing: Any, axes: Any, phases: Phases) -> None:
    """Draw who leads over two axes, and the line where the odds are 0; the scale has arrows where it is cut off."""
    from matplotlib.colors import LinearSegmentedColormap

    odds = np.array(phases.z, dtype=float)
    finite = np.abs(odds[np.isfinite(odds)])
    deepest = min(DEEPEST, max(float(finite.max(initial=0.0)), 0.1))
    shown = np.clip(odds, -deepest, deepest)
    colours = LinearSegmentedColormap.from_list("lead", [COLOURS[0], "white", COLOURS[1]])
    mesh = axes.pcolormesh(
        phases.x, phases.y, shown, cmap=colours, vmin=-deepest, vmax=deepest, shading="nearest", rasterized=True
    )
    axes.set_facecolor("0.8")
    if min(odds.shape) > 1 and np.nanmin(shown, initial=0.0) < 0 < np.nanmax(shown, initial=0.0):
        axes.contour(phases.x, phases.y, shown, [0.0], colors="black", linewidths=1.4)
    is_cut = bool((np.abs(odds) > deepest).any())
    bar = drawing.colorbar(mesh, ax=axes, extend="both" if is_cut else "neither")
    bar.set_label(f"{phases.below} lead   (bits)   {phases.above} lead")


def _finite(x: Sequence[float], y: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return y with gaps where it is not finite."""
    return list(x), [value if math.isfinite(value) else math.nan for value in y]
