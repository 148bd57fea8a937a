"""A figure as data: panels with series and marks, to be drawn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mesaprior.narrowing import is_list_or_tuple, is_table


@dataclass(frozen=True)
class Line:
    """A line through points, with a band around it where `low` and `high` are given.

    Attributes
    ----------
    label : str
    x, y : tuple of float
    low, high : tuple of float
        As long as `x`, or empty.
    is_dashed : bool
        For what was not measured, such as a formula.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    is_dashed: bool = False


@dataclass(frozen=True)
class Points:
    """Points without a line."""

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]


@dataclass(frozen=True)
class Bars:
    """Bars that are divided: the part `labels[k]` of the bar `names[i]` is `parts[k][i]` long."""

    names: tuple[str, ...]
    labels: tuple[str, ...]
    parts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Areas:
    """Parts of a whole along an axis: the share of `labels[k]` at `x[i]` is `parts[k][i]`, 0..1."""

    x: tuple[float, ...]
    labels: tuple[str, ...]
    parts: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Phases:
    """Odds over a grid, in bits: `z[j][i]` at `x[i]`, `y[j]`; `above` leads where they are above 0.

    Where `y` spans a wide range it is drawn by equal ratios, as in a `Surface`.
    """

    x: tuple[float, ...]
    y: tuple[float, ...]
    z: tuple[tuple[float, ...], ...]
    above: str
    below: str


@dataclass(frozen=True)
class Surface:
    """Values over a grid: `z[j][i]` at `x[i]`, `y[j]`; -inf where there is nothing."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    z: tuple[tuple[float, ...], ...]
    label: str


@dataclass(frozen=True)
class Matrix:
    """Numbers from -1 to 1 for pairs of names: `z[j][i]` in row `names[j]`, with what else is said of the pair."""

    names: tuple[str, ...]
    z: tuple[tuple[float, ...], ...]
    notes: tuple[tuple[str, ...], ...]
    label: str


@dataclass(frozen=True)
class Mark:
    """A line across a panel: at a place of the axis ``x`` or ``y``."""

    axis: str
    at: float
    label: str


Series = Line | Points | Bars | Areas | Phases | Surface | Matrix


@dataclass(frozen=True)
class Panel:
    """Axes with their series and marks.

    Attributes
    ----------
    x, y : str
        What the axes show, with the unit.
    series : tuple of Series
    marks : tuple of Mark
    title : str
    is_log : bool
        Whether `x` goes by equal ratios.
    y_range : (float, float) or None
        Ends of `y`; None for what the series need.
    """

    x: str
    y: str
    series: tuple[Series, ...]
    marks: tuple[Mark, ...] = ()
    title: str = ""
    is_log: bool = False
    y_range: tuple[float, float] | None = None


@dataclass(frozen=True)
class Figure:
    """Panels under one sentence that says what they show.

    Attributes
    ----------
    title : str
    panels : tuple of Panel
    is_stacked : bool
        Whether the panels share `x` and stand below each other; else they stand side by side.
    """

    title: str
    panels: tuple[Panel, ...]
    is_stacked: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; each series names its kind, and numbers that are not finite are texts."""
        panels = [
            _plain(asdict(panel)) | {"series": [{"kind": _kind(s)} | _plain(asdict(s)) for s in panel.series]}
            for panel in self.panels
        ]
        return {"title": self.title, "panels": panels}


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the lower quartile, the median and the upper quartile: numbers that occur, nan aside; the lower of two.

    An infinity counts as the largest or least number there is; without any number all three are nan.
    """
    known = sorted(value for value in values if not math.isnan(value))
    if not known:
        return math.nan, math.nan, math.nan
    low, middle, high = (known[int(share * (len(known) - 1))] for share in (0.25, 0.5, 0.75))
    return low, middle, high


def line_of(label: str, x: Sequence[float], spreads: Sequence[Sequence[float]]) -> Line:
    """Return the line of the medians of many values at each place, with their quartiles as its band."""
    found = [quartiles(values) for values in spreads]
    low, middle, high = zip(*found, strict=True) if found else ((), (), ())
    return Line(label, tuple(x), tuple(middle), tuple(low), tuple(high))


def _kind(series: Series) -> str:
    return type(series).__name__.lower()


def _plain(value: object) -> Any:
    if is_table(value):
        return {key: _plain(item) for key, item in value.items()}
    if is_list_or_tuple(value):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
