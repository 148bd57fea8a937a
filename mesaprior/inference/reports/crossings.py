"""The report on crossovers in many worlds: every one in every world, and how the first ones are spread."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.bayes.odds import Contest
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.ensemble import about_worlds, spread_columns
from mesaprior.inference.summaries.ensemble import summarize_crossings
from mesaprior.inference.worlds.crossings import Crossed, Root, spread_of_crossings

HEADER = (
    *("seed", "programs", "log2_odds_low", "log2_odds_high", "crossings", "number", "kind", "value", "until"),
    *("before", "after", "led", "leads", "solution", "solution_value", "difference"),
)
"""Of the records: one for each crossover, and one for a world without any."""

LONGEST = 40
"""Longer formulas stand in the JSON and the CSV only."""


def report_crossings(worlds: Sequence[Crossed], asked: Mapping[str, Any], prior: Prior, contest: Contest) -> Report:
    """Return the report on the crossovers in many worlds.

    Parameters
    ----------
    worlds : sequence of Crossed
        At least one.
    asked : mapping of str to Any
        All that the answers depend on but the seed, as plain data; `crossover` says what varies.
    prior : Prior
        Its parameter that varies has no value of its own.
    contest : Contest
    """
    along = asked["crossover"]
    return Report(
        facts=lambda: {**along, **_facts(worlds, along["parameter"], contest), "provenance": asked},
        records=lambda: Records(HEADER, [record for world in worlds for record in _records(world, contest)]),
        blocks=lambda: _blocks(worlds, asked, prior, contest),
    )


def _facts(worlds: Sequence[Crossed], over: str, contest: Contest) -> dict[str, Any]:
    known = spread_of_crossings(worlds)
    return {
        "worlds": [_facts_of_world(world, contest) for world in worlds],
        "crossed": known.crossed,
        "without": {contest.challengers: known.challengers, contest.others: known.others, "neither": known.neither},
        "rising": known.rising,
        "first": known.first,
        "first_solution": known.solution,
        "most": known.most,
        "summary": summarize_crossings(known, len(worlds), over, contest),
    }


def _records(world: Crossed, contest: Contest) -> list[list[Any]]:
    head = [world.seed, world.programs, world.odds_low, world.odds_high, len(world.roots)]
    if not world.roots:
        leader = contest.leader(world.leads_throughout) or ""
        return [[*head, 0, "", "", "", "", "", leader, leader, "", math.nan, math.nan]]
    return [[*head, number, *_facts_of_root(root, contest).values()] for number, root in enumerate(world.roots, 1)]


def _facts_of_root(root: Root, contest: Contest) -> dict[str, Any]:
    return {
        "kind": root.kind,
        "value": root.value,
        "until": root.until,
        "before": root.before,
        "after": root.after,
        "led": contest.leader(root.led),
        "leads": contest.leader(root.leads),
        "solution": root.solution,
        "solution_value": root.solution_value,
        "difference": root.difference,
    }


def _facts_of_world(world: Crossed, contest: Contest) -> dict[str, Any]:
    return {
        "seed": world.seed,
        "programs": world.programs,
        "log2_odds_low": world.odds_low,
        "log2_odds_high": world.odds_high,
        "crossings": [_facts_of_root(root, contest) for root in world.roots],
        "leads_throughout": contest.leader(world.leads_throughout),
        "closest": world.closest,
        "distance": world.distance,
        "most_crossovers": world.most_roots,
        "complete": world.is_complete,
    }


def _blocks(worlds: Sequence[Crossed], asked: Mapping[str, Any], prior: Prior, contest: Contest) -> Iterator[Block]:
    known, n = spread_of_crossings(worlds), len(worlds)
    over, low, high = (asked["crossover"][name] for name in ("parameter", "low", "high"))

    def times(share: float) -> str:
        return str(round(share * n))

    yield Line(
        f"In {times(known.crossed)} of {n} worlds the odds of {contest} pass 0 along {over}; at the first crossover "
        f"{contest.challengers} take the lead in {times(known.rising)}.",
        "headline",
    )
    yield Line(summarize_crossings(known, n, over, contest), "summary")
    where = "all values" if low is None else f"{low:g} to {high:g}"
    yield about_worlds(asked, prior_text(prior, [over]), f"{over} over {where}")
    if known.crossed:
        yield Table(
            "",
            spread_columns(f"first crossover, {over}"),
            [
                ("all programs", *map(_number, known.first)),
                ("leading classes, closed form", *map(_number, known.solution)),
            ],
        )
        yield _firsts(worlds, over, contest)
    complete = sum(world.is_complete for world in worlds)
    yield from notes(
        f"Without a crossover {contest.challengers} lead throughout in {times(known.challengers)} worlds, "
        f"{contest.others} in {times(known.others)}, neither in {times(known.neither)}.",
        f"In {complete} of {n} worlds it is proved that there are no other crossovers.",
    )


def _firsts(worlds: Sequence[Crossed], over: str, contest: Contest) -> Table:
    """Return a table of the first crossover in each world that has one."""
    firsts = [(world, root) for world in worlds if (root := world.first)]
    return Table(
        "",
        (
            *numbers("seed"),
            *numbers(over, term="crossover"),
            *words("led before", "lead after"),
            *texts("closed form"),
            *numbers("=", term="value of the closed form"),
            *texts("others at"),
        ),
        [
            (
                str(world.seed),
                _number(root.value),
                contest.leader(root.led) or "-",
                contest.leader(root.leads) or "-",
                _short(root.solution or "-"),
                _number(root.solution_value),
                ", ".join(_number(other.value) for other in world.roots[1:]) or "-",
            )
            for world, root in firsts
        ],
    )


def _short(formula: str) -> str:
    return formula if len(formula) <= LONGEST else f"{len(formula):,} characters"


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.6g}"
