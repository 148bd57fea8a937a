"""The series of a panel, each kind as it is drawn."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from mesaprior.inference.figures.axes import End, share_label, within
from mesaprior.inference.figures.figure import Areas, Bars, Line, Matrix, Panel, Phases, Points, Series, Surface
from mesaprior.inference.figures.palette import BLUE, MARKERS, REST, VERMILION, colours_of

DASHED = "0.25"
"""Colour of what was not measured, where it is one line."""

DEEPEST = 16.0
"""Bits at which the colours of a grid end, at most."""

LONG_LABEL = 24
"""Characters of a label from which on legends have one column."""

LONG_NAMES = 40
"""Characters of the names of all bars together from which on they are written aslant."""

MANY_BARS = 16
"""Bars from which on they have no names, and touch."""

MOST_DOTS = 100
"""Points of a line that have a dot each, at most."""

FEW_PLACES = 8
"""Places of a grid that have a number each along the axis, at most."""

DEPTH = 256.0
"""Bits below the greatest weight at which a surface stops telling weights apart, at most."""


def draw_series(drawing: Any, axes: Any, panel: Panel, order: Sequence[str]) -> list[End] | None:
    """Draw the series of a panel; those without a colour of their own take these colours.

    Returns
    -------
    list of End or None
        Lines to be named at their ends; None where nothing is finite, so that nothing was drawn.
    """
    if not any(_is_visible(series) for series in panel.series):
        return None
    ends: list[End] = []
    colours = iter(_colours(panel.series, order))
    points = [series for series in panel.series if isinstance(series, Points)]
    for series in panel.series:
        if isinstance(series, Line):
            ends += _draw_line(axes, series, next(colours))
        elif isinstance(series, Points):
            _draw_points(axes, series, next(colours), points.index(series))
        elif isinstance(series, Bars):
            _draw_bars(axes, series)
        elif isinstance(series, Areas):
            ends += _draw_shares(axes, series)
        elif isinstance(series, Phases):
            _draw_phases(drawing, axes, series)
        elif isinstance(series, Surface):
            _draw_surface(drawing, axes, series)
        else:
            _draw_matrix(axes, series)
    _draw_legend(axes)
    if ends and not points:
        # Lines end at the edge, where their names begin.
        axes.margins(x=0)
    return ends if len(ends) > 1 or any(isinstance(series, Areas) for series in panel.series) else _named(axes, ends)


def _is_visible(series: Series) -> bool:
    """Tell whether a series has a finite number."""
    match series:
        case Line() | Points():
            numbers: Sequence[Any] = series.y
        case Bars() | Areas():
            numbers = series.parts
        case _:
            numbers = series.z
    return bool(np.isfinite(np.array(numbers, dtype=float)).any())


def _colours(series: Sequence[Series], order: Sequence[str]) -> list[str]:
    """Return a colour for each line and each set of points.

    One dashed line is grey; of several each has the colour of the line that it belongs to, in order.
    """
    dashed = [one for one in series if isinstance(one, Line) and one.is_dashed]
    shown = [one for one in series if isinstance(one, Line | Points)]
    own = iter(colours_of([one.label for one in shown if one not in dashed], order))
    of_dashed = iter([DASHED] if len(dashed) == 1 else colours_of([""] * len(dashed), order))
    return [next(of_dashed if one in dashed else own) for one in shown]


def _named(axes: Any, ends: list[End]) -> list[End]:
    """Return the ends that need a label: not that of a single line which the axis names already."""
    return [end for end in ends if end.label and end.label not in axes.get_ylabel()]


def _draw_line(axes: Any, line: Line, colour: str) -> list[End]:
    """Draw a line where it is finite, and its band where both ends are."""
    x, y = np.array(line.x, dtype=float), np.array(line.y, dtype=float)
    known = np.isfinite(y)
    dots = {"marker": "o"} if len(x) <= MOST_DOTS else {}
    style = {"linestyle": "--", "linewidth": 1.1} if line.is_dashed else dots
    axes.plot(x, np.where(known, y, np.nan), markersize=3.5, color=colour, **style)
    if line.low:
        low, high = (np.array(end, dtype=float) for end in (line.low, line.high))
        both = np.isfinite(low) & np.isfinite(high)
        axes.fill_between(x, low, high, where=both, color=colour, alpha=0.15, linewidth=0)
    return [End(line.label, float(y[known][-1]), colour)] if known.any() else []


def _draw_shares(axes: Any, areas: Areas) -> list[End]:
    """Draw each part of a whole as a line; parts without any share are left out."""
    ends: list[End] = []
    dots = {"marker": ".", "markersize": 5} if len(areas.x) <= MOST_DOTS else {}
    for label, part, colour in zip(areas.labels, areas.parts, colours_of(areas.labels), strict=True):
        shares = np.array(part, dtype=float)
        known = np.isfinite(shares)
        if not (shares[known] > 0).any():
            continue
        drawn = np.where(known, np.clip(np.nan_to_num(shares), within(0.0), within(1.0)), np.nan)
        axes.plot(areas.x, drawn, color=colour, linewidth=1.8, **dots)
        last = float(shares[known][-1])
        ends.append(End(share_label(label, last), within(last), colour))
    return ends


def _draw_points(axes: Any, points: Points, colour: str, number: int) -> None:
    """Draw points: larger where several fall together; a second series is hollow, so that it hides nothing."""
    finite = [(x, y) for x, y in zip(points.x, points.y, strict=True) if math.isfinite(x) and math.isfinite(y)]
    together = Counter(finite)
    x, y = zip(*together, strict=True) if together else ((), ())
    size = [18.0 * math.sqrt(n) * (1 + number) for n in together.values()]
    fill = {"color": colour, "alpha": 0.75} if number == 0 else {"facecolors": "none", "edgecolors": colour}
    is_first = number == 0 and max(together.values(), default=1) > 1
    several = " (larger where several fall together)" if is_first else ""
    axes.scatter(
        x, y, s=size, marker=MARKERS[number % len(MARKERS)], linewidths=1.3, label=points.label + several, **fill
    )


def _draw_bars(axes: Any, bars: Bars) -> None:
    places, start = np.arange(len(bars.names)), np.zeros(len(bars.names))
    is_many = len(places) > MANY_BARS
    colours = colours_of(bars.labels)
    for label, parts, colour in zip(bars.labels, bars.parts, colours, strict=True):
        lengths = np.nan_to_num(np.array(parts, dtype=float))
        if len(bars.labels) > 1 and not lengths.any():
            continue
        shade = REST if label.startswith("other ") else colour
        axes.bar(places, lengths, bottom=start, color=shade, label=label, width=1.0 if is_many else 0.62)
        start = start + lengths
    if is_many:
        axes.set_xticks([])
        axes.set_xlim(-0.5, len(places) - 0.5)
        return
    axes.set_xticks(places, bars.names)
    if sum(map(len, bars.names)) > LONG_NAMES:
        axes.tick_params(axis="x", labelrotation=20)


def _draw_phases(drawing: Any, axes: Any, phases: Phases) -> None:
    """Draw who leads over two axes, and the line where the odds are 0; the scale has arrows where it is cut off."""
    from matplotlib.colors import LinearSegmentedColormap

    odds = np.array(phases.z, dtype=float)
    finite = odds[np.isfinite(odds)]
    deepest = min(DEEPEST, max(float(np.abs(finite).max(initial=0.0)), 0.1))
    shown = np.clip(odds, -deepest, deepest)
    colours = LinearSegmentedColormap.from_list("lead", [BLUE, "white", VERMILION])
    mesh = axes.pcolormesh(
        phases.x, phases.y, shown, cmap=colours, vmin=-deepest, vmax=deepest, shading="nearest", rasterized=True
    )
    axes.set_facecolor("0.8")
    low, high = float(finite.min()), float(finite.max())
    if min(odds.shape) > 1 and low < 0 < high:
        axes.contour(phases.x, phases.y, shown, [0.0], colors="black", linewidths=1.4)
    elif low > 0 or high < 0:
        # One colour all over looks like nothing; so who leads is said.
        leader = phases.above if low > 0 else phases.below
        least, most = sorted((abs(low), abs(high)))
        said = f"{leader} lead everywhere, by {least:.3g} to {most:.3g} bits"
        axes.set_title(f"{axes.get_title()}\n{said}".strip(), fontsize=10)
    _number_places(axes, phases.x, phases.y)
    is_cut = bool((np.abs(odds) > deepest).any())
    bar = drawing.colorbar(mesh, ax=axes, extend="both" if is_cut else "neither")
    bar.set_label(f"{phases.below} lead   (bits)   {phases.above} lead")


def _number_places(axes: Any, x: Sequence[float], y: Sequence[float]) -> None:
    """Write a number at each place of a grid where they are few, so that no other place seems to be there."""
    for places, put in ((x, axes.set_xticks), (y, axes.set_yticks)):
        if len(places) <= FEW_PLACES:
            put(places, [f"{place:g}" for place in places])


def _draw_surface(drawing: Any, axes: Any, surface: Surface) -> None:
    """Draw values over a grid, with lines of equal value; grey where there is none."""
    values = np.array(surface.z, dtype=float)
    finite = np.isfinite(values)
    shown = np.where(finite, values, np.nan)
    top = float(np.nanmax(shown))
    floor = max(float(np.nanmin(shown)), top - DEPTH)
    # As one picture, with edges of their own colour: cells drawn one by one leave seams between them.
    mesh = axes.pcolormesh(
        surface.x, surface.y, np.maximum(shown, floor), cmap="viridis", shading="nearest", rasterized=True,
        edgecolors="face", linewidth=0.4,
    )  # fmt: skip
    is_cut = bool((finite & (values < floor)).any())
    bar = drawing.colorbar(mesh, ax=axes, label=surface.label, extend="min" if is_cut else "neither")
    if top > floor and min(shown.shape) > 1:
        step = 2.0 ** math.ceil(math.log2((top - floor) / 12))
        levels = [level * step for level in range(math.ceil(floor / step), math.floor(top / step) + 1)]
        # The lines are named beside the scale, where no name is cut off or crosses another line.
        bar.add_lines(axes.contour(surface.x, surface.y, shown, levels, colors="white", linewidths=0.7, linestyles="-"))
        bar.set_ticks(levels)
    axes.set_facecolor("0.85")


def _draw_matrix(axes: Any, matrix: Matrix) -> None:
    """Draw a number for each pair of names, with what else is said of the pair below it."""
    values = np.array(matrix.z, dtype=float)
    axes.imshow(values, vmin=-1, vmax=1, cmap="RdBu")
    for j, row in enumerate(matrix.z):
        for i, value in enumerate(row):
            if i != j:
                number = "-" if math.isnan(value) else f"{value:+.2f}\n{matrix.notes[j][i]}"
                colour = "white" if abs(np.nan_to_num(value)) > 0.6 else "0.15"
                axes.text(i, j, number, ha="center", va="center", color=colour, fontsize=9)
    axes.set_xticks(range(len(matrix.names)), matrix.names)
    axes.set_yticks(range(len(matrix.names)), matrix.names)
    axes.spines[:].set_visible(False)


def _draw_legend(axes: Any) -> None:
    """Name points and bars above the panel, or, where that takes many lines, beside it: inside it would hide some."""
    labels = axes.get_legend_handles_labels()[1]
    if not labels:
        return
    is_long = max(map(len, labels)) > LONG_LABEL
    style = {"frameon": False, "fontsize": 8}
    if is_long and len(labels) > 3:
        axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), **style)
        return
    # The title of the panel goes on top of the names, which stand where it would.
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=1 if is_long else 2,
        title=axes.get_title() or None, title_fontsize=10, **style,
    )  # fmt: skip
    axes.set_title("")
