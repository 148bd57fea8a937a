"""The numbers behind a figure, one row each, as a table."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator

from mesaprior.hypotheses.log.notices import inert
from mesaprior.inference.figures.figure import Areas, Bars, Figure, Line, Matrix, Panel, Phases, Points, Series

HEADER = ("panel", "series", "x", "y", "value", "low", "high")
"""`y` is the second axis of a grid; `low` and `high` are the ends of a band. What does not apply is empty."""

Number = float | str


def csv_of(figure: Figure) -> str:
    """Return the numbers as CSV, with `HEADER`; floats read back as they are, and nan is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for panel in figure.panels:
        for row in _rows_of_panel(panel):
            writer.writerow([inert(_text(value)) for value in row])
    return out.getvalue()


def _rows_of_panel(panel: Panel) -> Iterator[tuple[Number, ...]]:
    name = panel.title or panel.y
    for series in panel.series:
        for row in _rows(series):
            yield name, *row
    for mark in panel.marks:
        if mark.label:
            yield name, mark.label, *((mark.at, "", "") if mark.axis == "x" else ("", mark.at, "")), "", ""


def _rows(series: Series) -> Iterator[tuple[Number, ...]]:
    """Yield series, x, y, value, low and high of every number."""
    if isinstance(series, Line):
        low, high = (end or ("",) * len(series.x) for end in (series.low, series.high))
        for x, value, least, most in zip(series.x, series.y, low, high, strict=True):
            yield series.label, x, "", value, least, most
    elif isinstance(series, Points):
        for x, value in zip(series.x, series.y, strict=True):
            yield series.label, x, "", value, "", ""
    elif isinstance(series, Bars | Areas):
        places = series.names if isinstance(series, Bars) else series.x
        for label, part in zip(series.labels, series.parts, strict=True):
            for x, value in zip(places, part, strict=True):
                yield label, x, "", value, "", ""
    else:
        across, up = (series.names, series.names) if isinstance(series, Matrix) else (series.x, series.y)
        label = f"{series.above} : {series.below}" if isinstance(series, Phases) else series.label
        for y, row in zip(up, series.z, strict=True):
            for x, value in zip(across, row, strict=True):
                yield label, x, y, value, "", ""


def _text(value: Number) -> str:
    if isinstance(value, str):
        return value
    return "" if math.isnan(value) else repr(float(value))
