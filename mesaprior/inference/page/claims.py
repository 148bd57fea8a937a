"""What a page on claims holds, as data: reports that were kept, and the margins of each world for its sliders.

A slider stands at values that were run, each a census and a recount of its own; nothing is interpolated.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, UNJUDGED
from mesaprior.inference.claims.guide import CLOSING, OPENING, WORDS
from mesaprior.inference.claims.registry import claim
from mesaprior.inference.claims.rules import BY_SHARE, BY_SIGN, FEW, MOST, REFUTED, SUPPORTED
from mesaprior.inference.page.charts import finished
from mesaprior.inference.page.figures import figure_rows, panel_note, panel_svg

OF_PRIORS = {"alpha", "beta", "c", "T", "slowness"}
"""Names that parameters of priors have in claims, unless their meaning says otherwise."""

NOT_OF_A_PRIOR = {("top-set", "alpha")}
"""Parameters of such a name that belong to something else: the share of mass from which on a policy has a say."""

GOES_BY = {BY_SHARE.text: "share", BY_SIGN.text: "sign"}
"""How the page tells a verdict at a value of a slider, by the text of the rule; it tells none by other rules."""

VERDICT_CODES = {SUPPORTED: FAITHFUL, REFUTED: DEFECTING}
"""Marks of verdicts in the style sheet, by their codes there; what depends is marked as what is unjudged."""


def claims_content(kept: Sequence[tuple[Mapping[str, Any], str | None]]) -> dict[str, Any]:
    """Return what a page on claims holds.

    Parameters
    ----------
    kept : sequence of (report, table)
        Reports as `report_of` gives them, and the table of each as CSV, None where it is not known.
    """
    claims = [_claim(report, table) for report, table in kept]
    return {
        "claims": claims,
        "guide": {"opening": OPENING, "words": WORDS, "closing": CLOSING},
        "most": MOST,
        "few": FEW,
        "live": [one["name"] for one in claims if one["live"]],
        "kept_only": [one["name"] for one in claims if not one["live"]],
    }


def is_of_prior(name: str, parameter: str) -> bool:
    """Tell whether a parameter of a claim is one of a prior: a weight of length or time, or a bound on time."""
    return parameter in OF_PRIORS and (name, parameter) not in NOT_OF_A_PRIOR


def _claim(report: Mapping[str, Any], table: str | None) -> dict[str, Any]:
    name = report["name"]
    header, rows = figure_rows(report["figure"])
    margins = _margins(table)
    parameters = [
        {
            "name": found["parameter"],
            "meaning": found["meaning"],
            "base": found["base"],
            "values": found["values"],
            "shares": found["shares"],
            "medians": found["medians"],
            "flips": found["flips"],
            "is_of_prior": is_of_prior(name, found["parameter"]),
            # By value, then by world; None where the table is not known.
            "margins": [margins[found["parameter"], value] for value in found["values"]] if margins else None,
        }
        for found in report["sensitivity"]
    ]
    # Those of a prior first: with them the slider begins.
    parameters.sort(key=lambda one: not one["is_of_prior"])
    return {
        "name": name,
        "argument": report["argument"],
        "verdict": report["verdict"],
        "verdict_code": VERDICT_CODES.get(report["verdict"], UNJUDGED),
        "share": report["share"],
        "n_worlds": report["worlds"]["number"],
        "worlds": report["worlds"]["what"],
        "size": report["size"],
        "max_bits": report["max_bits"],
        "sentences": report["sentences"],
        "margin": report["margin"],
        "median_margin": report["median_margin"],
        "rule": report["rule"],
        "goes_by": GOES_BY.get(report["rule"], "other"),
        "edition": report.get("edition", 1),
        "interval": report.get("interval"),
        "mark": report.get("mark"),
        "spread": report.get("spread"),
        "lines": report.get("lines", []),
        "is_beyond": report.get("is_beyond", False),
        "measured": report.get("measured", ""),
        "sources": [_reference(source) for source in report.get("sources", [])],
        "prior_work": [_reference(source) for source in report.get("prior_work", [])],
        "formula": report["formula"],
        "stable_share": report["stable_share"],
        "given": report["given"],
        "untested": report.get("untested") or claim(name).untested,
        "citation": report["citation"],
        "parameters": parameters,
        "live": parameters[0]["is_of_prior"],
        "most_sensitive": report["sensitivity"][0]["parameter"],
        "first_flip": _first_flip(report["sensitivity"]),
        "title": report["figure"]["title"],
        "panels": [
            {"title": panel["title"], "svg": panel_svg(panel), "note": panel_note(panel)}
            for panel in report["figure"]["panels"]
        ],
        "figure": {"header": header, "rows": rows},
    }


def _reference(source: Mapping[str, Any]) -> str:
    return f"{source['authors']} ({source['year']}), {source['title']}, {source['where']}"


def _first_flip(sensitivity: Sequence[Mapping[str, Any]]) -> str:
    """Return where the verdict flips along the most sensitive parameter that makes it flip; a dash where none does."""
    for found in sensitivity:
        if found["flips"]:
            return f"{found['parameter']} " + ", ".join(f"{flip:.3g}" for flip in found["flips"])
    return "-"


def _margins(table: str | None) -> dict[tuple[str, float], list[float | str]]:
    """Return the margins of a table by parameter and value, in the order of the worlds; undefined ones are ``nan``."""
    found: dict[tuple[str, float], list[float | str]] = {}
    for row in csv.DictReader(io.StringIO(table)) if table is not None else ():
        margin = float(row["margin"] or "nan")
        shown = margin if math.isfinite(margin) else str(margin)
        found.setdefault((row["parameter"], float(row["value"])), []).append(shown)
    return found


def margin_chart() -> dict[str, Any]:
    """Return the chart of the margins of all worlds over a parameter, as a Vega specification without data."""
    import altair as alt

    x = alt.X("x:Q", title=None, scale=alt.Scale(zero=False, nice=False, padding=12), axis=alt.Axis(grid=False))
    y = alt.Y("y:Q", title="margin", scale=alt.Scale(zero=True), axis=alt.Axis(tickCount=6))
    sides = ["above 0", "not above 0"]
    colour = alt.Color("side:N", scale=alt.Scale(domain=sides, range=["var(--role-0)", "var(--role-1)"]), legend=None)
    shape = alt.Shape("side:N", scale=alt.Scale(domain=sides, range=["circle", "triangle-down"]), legend=None)
    others = (
        alt.Chart(alt.NamedData("others"))
        .mark_point(size=14, filled=True, opacity=0.35, color="var(--faint)")
        .encode(x=x, y=y)
    )
    here = (
        alt.Chart(alt.NamedData("here"))
        .mark_point(size=70, filled=False, strokeWidth=1.8)
        .encode(x=x, y=y, color=colour, shape=shape)
    )
    medians = alt.Chart(alt.NamedData("medians")).mark_line(color="var(--ink)", strokeWidth=1.5).encode(x=x, y=y)
    level = alt.Chart(alt.NamedData("level")).mark_rule(color="var(--ink)", strokeDash=[5, 3]).encode(y="y:Q")
    now = alt.Chart(alt.NamedData("now")).mark_rule(color="var(--ink)", strokeDash=[1, 3]).encode(x="x:Q")
    return finished((level + others + medians + now + here).properties(width="container", height=240))
