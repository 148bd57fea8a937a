"""The charts of a page: Vega specifications, made by Altair, which get their data where the page is shown.

Colours are variables of the style sheet, so charts follow light, dark and print as the page does. No series is told
apart by colour alone: lines differ in their dashes and bear their names, points differ in shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from mesaprior.errors import RunError
from mesaprior.inference.bayes.roles import ROLES, VERDICTS

EDGE = 6.0
"""Shares nearer to 0 or 1 than 10^-EDGE are drawn at the edge."""

ODDS_STEPS = (-16, -8, -4, -1, 0, 1, 4, 8, 16)
"""Odds in bits at which the colours of the phase diagram change."""

WIDEST_NUMBER = 52
"""Pixels for the numbers beside an upright axis."""

DASHES = [[1, 0], [7, 3], [2, 2], [8, 3, 2, 3]]
SHAPES = ["circle", "triangle-up", "square", "diamond"]

SHARES: dict[float, str] = {
    -6: "0.0001 %",
    -4: "0.01 %",
    -2: "1 %",
    -0.9542425094: "10 %",
    0: "50 %",
    0.9542425094: "90 %",
    2: "99 %",
    4: "99.99 %",
    6: "99.9999 %",
}
"""Shares along the axis by their log10 odds."""


def check_charts(asker: str) -> None:
    """Refuse to make a page where the libraries of its charts are not installed.

    Raises
    ------
    RunError
        If so.
    """
    from importlib.util import find_spec

    missing = [name for name in ("altair", "jinja2", "vl_convert") if find_spec(name) is None]
    if missing:
        raise RunError(
            f"{asker} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed; "
            "`pip install 'mesaprior[page]'` installs what pages need."
        )


def charts(
    *, has_lesions: bool, is_long: bool, lengths: Sequence[float], times: Sequence[float]
) -> dict[str, dict[str, Any]]:
    """Return the charts by name, as Vega specifications whose data are still empty.

    Parameters
    ----------
    has_lesions : bool
        Whether programs have roles.
    is_long : bool
        Whether the axis of n is one of ratios.
    lengths, times : sequence of float
        The least and the largest that occurs, in bits and steps.
    """
    made = {
        "verdict": _masses("verdict", VERDICTS, is_long),
        "odds": _odds(is_long),
        "phase": _phase(is_long),
        "plane": _plane(lengths, times),
    }
    if has_lesions:
        made = {"role": _masses("role", ROLES, is_long)} | made
    return {name: finished(chart) for name, chart in made.items()}


@cache
def bundle() -> str:
    """Return the JavaScript that draws them, from the library that is installed: it defines `vegaEmbed`."""
    import vl_convert

    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")


def _variables(prefix: str, names: tuple[str, ...]) -> list[str]:
    return [f"var(--{prefix}-{place})" for place in range(len(names))]


def _along_n(is_long: bool) -> Any:
    import altair as alt

    scale = alt.Scale(type="symlog" if is_long else "linear", nice=False, zero=False)
    return alt.X(
        "n:Q", title="training rows, n", scale=scale, axis=alt.Axis(tickMinStep=1, grid=False, labelFlush=True)
    )


def _now() -> Any:
    import altair as alt

    return (
        alt.Chart(alt.NamedData("now"))
        .mark_rule(strokeDash=[1, 3], color="var(--ink)", strokeWidth=1.5)
        .encode(x=alt.X("n:Q"))
    )


def _masses(name: str, names: tuple[str, ...], is_long: bool) -> Any:
    import altair as alt

    label = " : ".join(f"datum.value == {value} ? '{text}'" for value, text in SHARES.items()) + " : ''"
    y = alt.Y(
        "y:Q",
        title="posterior mass",
        scale=alt.Scale(domain=[-EDGE, EDGE], nice=False),
        axis=alt.Axis(values=list(SHARES), labelExpr=label),
    )
    colour = alt.Color("name:N", scale=alt.Scale(domain=list(names), range=_variables(name, names)), legend=None)
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=2, point=False, clip=True)
        .encode(
            x=_along_n(is_long),
            y=y,
            color=colour,
            strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=list(names), range=DASHES), legend=None),
        )
    )
    labels = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(align="left", dx=6, fontSize=12, fontWeight=600)
        .encode(x="n:Q", y="y:Q", text="name:N", color=colour)
    )
    return (lines + labels + _now()).properties(width="container", height=280)


def _odds(is_long: bool) -> Any:
    import altair as alt

    names = ["optimizers over imitators", "defecting over faithful"]
    y = alt.Y("y:Q", title="log2 odds, bits", scale=alt.Scale(zero=True))
    colour = alt.Color(
        "name:N", scale=alt.Scale(domain=names, range=["var(--role-1)", "var(--verdict-1)"]), legend=None
    )
    lines = (
        alt.Chart(alt.NamedData("lines"))
        .mark_line(strokeWidth=2)
        .encode(
            x=_along_n(is_long),
            y=y,
            color=colour,
            strokeDash=alt.StrokeDash("name:N", scale=alt.Scale(domain=names, range=DASHES[:2]), legend=None),
        )
    )
    labels = (
        alt.Chart(alt.NamedData("labels"))
        .mark_text(align="left", dx=6, fontSize=12, fontWeight=600, lineBreak="\n", limit=170)
        .encode(x="n:Q", y="y:Q", text="text:N", color=colour)
    )
    level = alt.Chart(alt.NamedData("level")).mark_rule(color="var(--ink)", strokeWidth=1).encode(y="y:Q")
    loses = alt.Chart(alt.NamedData("loses")).mark_rule(color="var(--ink)", strokeDash=[5, 3]).encode(x="n:Q")
    told = (
        alt.Chart(alt.NamedData("loses"))
        .mark_text(align="center", baseline="bottom", y=-4, fontSize=12, color="var(--ink)")
        .encode(x="n:Q", text="name:N")
    )
    return (level + lines + labels + loses + told + _now()).properties(width="container", height=240)


def _phase(is_long: bool) -> Any:
    import altair as alt

    steps = list(range(len(ODDS_STEPS) + 1))
    colour = alt.Color("step:O", scale=alt.Scale(domain=steps, range=[f"var(--odds-{k})" for k in steps]), legend=None)
    cells = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(strokeWidth=0.6, stroke="var(--paper)")
        .encode(
            x=_along_n(is_long),
            x2="n2:Q",
            y=alt.Y("alpha:Q", title="alpha, bits a doubling of time", scale=alt.Scale(nice=False)),
            y2="alpha2:Q",
            color=colour,
        )
    )
    marks = (
        alt.Chart(alt.NamedData("marks"))
        .mark_text(fontSize=14, fontWeight=700)
        .encode(x="n:Q", y="alpha:Q", text="sign:N", color=alt.Color("ink:N", scale=None))
    )
    here = (
        alt.Chart(alt.NamedData("here"))
        .mark_point(size=120, strokeWidth=2.5, color="var(--ink)", shape="circle", filled=False)
        .encode(x="n:Q", y="alpha:Q")
    )
    return (cells + marks + here).properties(width="container", height=280)


def _plane(lengths: Sequence[float], times: Sequence[float]) -> Any:
    import altair as alt

    # Axes stay as they are when sliders move.
    shortest, longest = lengths
    quickest, slowest = (max(time, 1) for time in times)
    room = 1 + (longest - shortest) / 12
    x_scale = alt.Scale(domain=[shortest - room, longest + room], nice=False)
    y_scale = alt.Scale(type="log", domain=[quickest / 2, slowest * 2], nice=False)
    return (
        alt.Chart(alt.NamedData("bubbles"))
        .mark_point(filled=True, opacity=0.75, strokeWidth=1, stroke="var(--paper)")
        .encode(
            x=alt.X("length:Q", title="length, bits", scale=x_scale),
            y=alt.Y("time:Q", title="time, steps", scale=y_scale, axis=alt.Axis(tickCount=6, format="~s", grid=False)),
            size=alt.Size("share:Q", scale=alt.Scale(domain=[0, 1], range=[12, 1800]), legend=None),
            color=alt.Color(
                "name:N", scale=alt.Scale(domain=list(ROLES), range=_variables("role", ROLES)), legend=None
            ),
            shape=alt.Shape("name:N", scale=alt.Scale(domain=list(ROLES), range=SHAPES), legend=None),
        )
        .properties(width="container", height=300)
    )


def finished(chart: Any) -> dict[str, Any]:
    """Return a chart as a Vega specification, in the type and the ink of the page."""
    text = {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFontSize": 12, "titleFontSize": 12}
    axis = text | {
        "titleFontWeight": "normal",
        "domainColor": "var(--line)",
        "tickColor": "var(--line)",
        "gridColor": "var(--grid)",
    }
    return (
        chart.properties(padding={"left": 4, "right": 12, "top": 8, "bottom": 4})
        .configure(background="transparent", font="system-ui, sans-serif", aria=False)
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_legend(**text)
        # Room for the numbers beside an axis is there before they are.
        .configure_axisY(minExtent=WIDEST_NUMBER)
        .to_dict(format="vega")
    )
