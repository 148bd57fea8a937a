"""The panels of a kept figure as pictures for a page, in the colours of its style sheet, and their numbers as rows.

No series is told apart by colour alone: lines differ in their dashes, points in their shapes, grids bear signs.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from mesaprior.errors import RunError
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.figures.series import MANY_BARS
from mesaprior.inference.page.charts import DASHES, ODDS_STEPS, SHAPES, finished

WIDTH, HEIGHT = 420, 300
"""Pixels of a panel, without its axes; in the page it is as wide as there is room."""

MORE_DASHES = [*DASHES, [10, 2, 2, 2, 2, 2], [4, 1], [1, 4]]
MORE_SHAPES = [*SHAPES, "triangle-down", "cross", "triangle-right"]

N_COLOURS = 7
"""Colours of series that mean nothing of their own, `--series-0` and so on in the style sheet."""

DRAWN = {"svg", "g", "path", "text", "rect", "line", "defs", "clipPath", "tspan", "style"}
"""Elements that a picture may have."""


def panel_svg(panel: Mapping[str, Any]) -> str:
    """Return a panel of a figure as an SVG.

    Parameters
    ----------
    panel : mapping
        Plain data, as `Figure.to_json` gives it.

    Raises
    ------
    RunError
        If the picture holds anything but shapes and texts.
    """
    import altair as alt
    import vl_convert

    marks = list(_marks(panel))
    # Of several series of a kind each adds to one set of rows, so that their legend is one.
    kinds = {
        "line": _lines,
        "areas": _lines,
        "points": _points,
        "bars": _bars,
        "phases": _phases,
    }
    layers: list[Any] = []
    for kinds_here in (["phases"], ["bars"], ["line", "areas"], ["points"]):
        series = [one for one in panel["series"] if one["kind"] in kinds_here]
        if series:
            layers += kinds[kinds_here[0]](panel, series)
    if not layers:
        raise RunError("a panel has no series that a page can draw; make the figure anew with `claims run`.")
    # Altair does not say what this takes.
    layered: Any = alt.layer(*layers, *marks)
    chart = layered.resolve_scale(color="independent", shape="independent", strokeDash="independent")
    text = vl_convert.vega_to_svg(finished(chart.properties(width=WIDTH, height=HEIGHT)))
    return _checked(text)


def panel_note(panel: Mapping[str, Any]) -> str:
    """Return what the signs of a grid of odds mean; nothing for panels that say it themselves."""
    for one in panel["series"]:
        if one["kind"] == "phases":
            return (
                f"+ where {one['above']} lead, \u2212 where {one['below']} lead; the deeper the colour, the more bits."
            )
    return ""


def figure_rows(figure: Mapping[str, Any]) -> tuple[list[str], list[list[Any]]]:
    """Return the numbers of a figure as a header and rows, one for each mark of each series."""
    header = ["panel", "kind", "label", "x", "y", "low", "high", "value"]
    rows: list[list[Any]] = []
    for number, panel in enumerate(figure["panels"], start=1):
        for one in panel["series"]:
            rows += [[number, one["kind"], *row] for row in _rows_of(one)]
    return header, rows


def _rows_of(one: Mapping[str, Any]) -> Iterator[list[Any]]:
    """Yield label, x, y, low, high and value of each mark of a series; what it has not is empty."""
    match one["kind"]:
        case "line":
            ends = zip(one["low"], one["high"], strict=True) if one["low"] else [("", "")] * len(one["x"])
            for x, y, (low, high) in zip(one["x"], one["y"], ends, strict=True):
                yield [one["label"], x, y, low, high, ""]
        case "points":
            yield from ([one["label"], x, y, "", "", ""] for x, y in zip(one["x"], one["y"], strict=True))
        case "phases":
            for y, row in zip(one["y"], one["z"], strict=True):
                yield from (["", x, y, "", "", value] for x, value in zip(one["x"], row, strict=True))
        case _:
            places = one["x"] if one["kind"] == "areas" else one["names"]
            for label, part in zip(one["labels"], one["parts"], strict=True):
                yield from ([label, x, "", "", "", value] for x, value in zip(places, part, strict=True))


def _number(value: Any) -> float | None:
    """Return a number, None for what is not finite."""
    return float(value) if math.isfinite(float(value)) else None


def _x(panel: Mapping[str, Any]) -> Any:
    import altair as alt

    scale = alt.Scale(type="log" if panel["is_log"] else "linear", zero=False, nice=False, padding=8)
    return alt.X("x:Q", title=panel["x"], scale=scale, axis=alt.Axis(grid=False, tickCount=6))


def _y(panel: Mapping[str, Any]) -> Any:
    import altair as alt

    scale = alt.Scale(domain=panel["y_range"]) if panel["y_range"] else alt.Scale(zero=False)
    return alt.Y("y:Q", title=panel["y"], scale=scale, axis=alt.Axis(tickCount=6))


def _colours(labels: Sequence[str]) -> list[str]:
    """Return a colour for each label: its own where it is a role or a verdict, else the next one."""
    known = {name: f"var(--role-{code})" for code, name in enumerate(ROLES)}
    known |= {name: f"var(--verdict-{code})" for code, name in enumerate(VERDICTS)}
    # The first colours of the order are those of roles, and the next one is hardly told from imitators'.
    first = len(ROLES) + 1 if any(label in ROLES for label in labels) else 0
    free = (f"var(--series-{(first + place) % N_COLOURS})" for place in range(len(labels)))
    return [known[label] if label in known else next(free) for label in labels]


def _legend(panel: Mapping[str, Any], symbol: str | None = None) -> Any:
    """Return the legend of a panel that has several series."""
    import altair as alt

    n_labels = sum(len(one.get("labels", [0])) for one in panel["series"])
    if n_labels < 2:
        return None
    lines: dict[str, Any] = {"symbolType": symbol, "symbolSize": 500} if symbol else {}
    return alt.Legend(title=None, orient="bottom", direction="vertical", columns=1, labelLimit=WIDTH, **lines)


def _lines(panel: Mapping[str, Any], series: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Return lines with their bands; shares of a whole are lines, too."""
    import altair as alt

    lines = [line for one in series for line in (_of_areas(one) if one["kind"] == "areas" else [one])]
    labels = list(dict.fromkeys(line["label"] for line in lines))
    rows: list[dict[str, Any]] = []
    for line in lines:
        bands = zip(line["low"], line["high"], strict=True) if line["low"] else [("nan", "nan")] * len(line["x"])
        for x, y, (low, high) in zip(line["x"], line["y"], bands, strict=True):
            place = {"x": _number(x), "y": _number(y), "low": _number(low), "high": _number(high)}
            rows.append(place | {"label": line["label"]})
    rows = [row for row in rows if row["x"] is not None]
    # A formula's line is dashed; so are others after the first, each in another way.
    dash_of = alt.Scale(domain=labels, range=[MORE_DASHES[place % len(MORE_DASHES)] for place in range(len(labels))])
    scale = alt.Scale(domain=labels, range=_colours(labels))
    legend = _legend(panel, "stroke")
    base = alt.Chart(alt.Data(values=rows)).encode(x=_x(panel))
    unnamed = alt.Color("label:N", scale=scale, legend=None)
    line = base.mark_line(strokeWidth=2, clip=True).encode(
        y=_y(panel),
        color=alt.Color("label:N", scale=scale, legend=legend),
        strokeDash=alt.StrokeDash("label:N", scale=dash_of, legend=legend),
    )
    dots = base.mark_point(filled=True, size=18, clip=True).encode(y=_y(panel), color=unnamed)
    if not any(row["low"] is not None for row in rows):
        return [line, dots]
    band = base.mark_area(opacity=0.13, clip=True).encode(
        y=alt.Y("low:Q", title=panel["y"]), y2="high:Q", color=unnamed
    )
    return [band, line, dots]


def _of_areas(areas: Mapping[str, Any]) -> list[dict[str, Any]]:
    parts = zip(areas["labels"], areas["parts"], strict=True)
    return [{"label": label, "x": areas["x"], "y": part, "low": [], "high": []} for label, part in parts]


def _points(panel: Mapping[str, Any], series: Sequence[Mapping[str, Any]]) -> list[Any]:
    import altair as alt

    labels = [one["label"] for one in series]
    rows = [
        {"x": _number(x), "y": _number(y), "label": one["label"]}
        for one in series
        for x, y in zip(one["x"], one["y"], strict=True)
    ]
    legend = _legend(panel)
    shapes = alt.Scale(domain=labels, range=[MORE_SHAPES[place % len(MORE_SHAPES)] for place in range(len(labels))])
    return [
        alt.Chart(alt.Data(values=[row for row in rows if None not in row.values()]))
        .mark_point(size=36, strokeWidth=1.5, opacity=0.8, filled=False)
        .encode(
            x=_x(panel),
            y=_y(panel),
            color=alt.Color("label:N", scale=alt.Scale(domain=labels, range=_colours(labels)), legend=legend),
            shape=alt.Shape("label:N", scale=shapes, legend=legend),
        )
    ]


def _bars(panel: Mapping[str, Any], series: Sequence[Mapping[str, Any]]) -> list[Any]:
    import altair as alt

    (bars,) = series
    # The number of a part, in it and in the legend, says which it is.
    labels = [f"{place}  {label}" for place, label in enumerate(bars["labels"], start=1)]
    rows = [
        {"name": name, "y": _number(value), "label": label, "place": place, "number": str(place)}
        for place, (label, part) in enumerate(zip(labels, bars["parts"], strict=True), start=1)
        for name, value in zip(bars["names"], part, strict=True)
    ]
    is_many = len(bars["names"]) > MANY_BARS
    axis = alt.Axis(labels=not is_many, ticks=not is_many, labelAngle=-25, labelLimit=150)
    colours = alt.Scale(domain=labels, range=_colours(bars["labels"]))
    stacked = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(stroke="var(--paper)", strokeWidth=1)
        .encode(
            x=alt.X("name:N", title=panel["x"], sort=bars["names"], axis=axis),
            y=alt.Y("y:Q", title=panel["y"], stack="zero"),
            order="place:O",
            color=alt.Color("label:N", scale=colours, legend=_legend(panel)),
        )
    )
    if is_many or len(labels) < 2:
        return [stacked]
    numbers = (
        alt.Chart(alt.Data(values=[row for row in rows if row["y"]]))
        .mark_text(fontSize=11, color="var(--paper)", fontWeight=700)
        .encode(
            x=alt.X("name:N", sort=bars["names"]),
            y=alt.Y("y:Q", stack="zero", bandPosition=0.5),
            order="place:O",
            text="number:N",
        )
    )
    return [stacked, numbers]


def _phases(panel: Mapping[str, Any], series: Sequence[Mapping[str, Any]]) -> list[Any]:
    import altair as alt

    (phases,) = series
    rows: list[dict[str, Any]] = []
    for y, row in zip(phases["y"], phases["z"], strict=True):
        for x, value in zip(phases["x"], row, strict=True):
            odds = float(value)
            if not math.isnan(odds):
                step = sum(odds > bits for bits in ODDS_STEPS)
                rows.append({"x": x, "y": y, "step": step, "sign": "+" if odds > 0 else "\u2212" if odds < 0 else "0"})
    steps = list(range(len(ODDS_STEPS) + 1))
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("x:O", title=panel["x"], axis=alt.Axis(labelAngle=0)),
        y=alt.Y("y:O", title=panel["y"], sort="descending"),
    )
    colour = alt.Color("step:O", scale=alt.Scale(domain=steps, range=[f"var(--odds-{k})" for k in steps]), legend=None)
    ink = alt.condition("datum.step <= 1 || datum.step >= 8", alt.value("#ffffff"), alt.value("#1a1a1a"))
    return [base.mark_rect().encode(color=colour), base.mark_text(fontWeight=700).encode(text="sign:N", color=ink)]


def _marks(panel: Mapping[str, Any]) -> Iterator[Any]:
    import altair as alt

    for mark in panel["marks"]:
        data = alt.Chart(alt.Data(values=[{mark["axis"]: mark["at"], "label": mark["label"]}]))
        place: Any = alt.X("x:Q") if mark["axis"] == "x" else alt.Y("y:Q")
        yield data.mark_rule(color="var(--ink)", strokeDash=[5, 3]).encode(**{mark["axis"]: place})
        if mark["label"] and mark["axis"] == "x":
            text = data.mark_text(align="left", dx=4, baseline="top", fontSize=12, color="var(--ink)")
            yield text.encode(x=place, y=alt.value(2), text="label:N")
        elif mark["label"]:
            text = data.mark_text(align="right", dy=-4, baseline="bottom", fontSize=12, color="var(--ink)")
            yield text.encode(y=place, x=alt.value(WIDTH), text="label:N")


def _checked(text: str) -> str:
    """Return a picture that is nothing but shapes and texts, or refuse it."""
    for one in ElementTree.fromstring(text).iter():
        name = one.tag.rpartition("}")[2]
        if name not in DRAWN or any(key.startswith("on") or key.endswith("href") for key in one.attrib):
            raise RunError(f"a picture of the page would hold a {name!r}, which it must not; install another Altair.")
    # The page says in words what a picture shows.
    return text.replace("<svg", '<svg aria-hidden="true"', 1)
