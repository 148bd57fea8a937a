"""What an ensemble of crossovers says: every crossover in every world, and how the first ones are spread."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import click

from mesaprior.cli.contests import side_that
from mesaprior.cli.streams import print_csv
from mesaprior.inference.result import json_number
from mesaprior.inference.worlds.crossings import Crossed, CrossingSpread, Root, spread_of_crossings

HEADER = (
    *("seed", "programs", "log2_odds_low", "log2_odds_high", "crossings", "number", "kind", "value", "until"),
    *("before", "after", "led", "leads", "solution", "solution_value", "difference"),
)
"""Of the lines of CSV: one for each crossover, and one for a world without any."""

LONGEST = 40
"""Longer formulas stand in the JSON and the CSV only."""


def print_crossings(worlds: Sequence[Crossed], question: dict[str, Any], sides: tuple[str, str], form: str) -> None:
    """Print the crossovers in many worlds."""
    if form == "csv":
        print_csv(HEADER, [line for world in worlds for line in _lines(world, sides)])
    elif form == "json":
        known = spread_of_crossings(worlds)
        facts = {
            **question["crossover"],
            "worlds": [_world_facts(world, sides) for world in worlds],
            "crossed": known.crossed,
            "without": {sides[0]: known.challengers, sides[1]: known.others, "neither": known.neither},
            "rising": known.rising,
            "first": [json_number(q) for q in known.first],
            "first_solution": [json_number(q) for q in known.solution],
            "most": known.most,
            "provenance": question,
        }
        click.echo(json.dumps(facts, allow_nan=False))
    else:
        _render(worlds, spread_of_crossings(worlds), question, sides)


def _lines(world: Crossed, sides: tuple[str, str]) -> list[list[Any]]:
    head = [world.seed, world.programs, json_number(world.odds_low), json_number(world.odds_high), len(world.roots)]
    if not world.roots:
        leader = side_that(world.leads_throughout, sides) or ""
        return [[*head, 0, "", "", "", "", "", leader, leader, "", "nan", "nan"]]
    return [
        [*head, number, *("" if value is None else value for value in _root_facts(root, sides).values())]
        for number, root in enumerate(world.roots, 1)
    ]


def _root_facts(root: Root, sides: tuple[str, str]) -> dict[str, Any]:
    """Return what is said of a crossover; numbers that are not finite are texts."""
    return {
        "kind": root.kind,
        "value": root.value,
        "until": root.until,
        "before": json_number(root.before),
        "after": json_number(root.after),
        "led": side_that(root.led, sides),
        "leads": side_that(root.leads, sides),
        "solution": root.solution,
        "solution_value": json_number(root.solution_value),
        "difference": json_number(root.difference),
    }


def _world_facts(world: Crossed, sides: tuple[str, str]) -> dict[str, Any]:
    return {
        "seed": world.seed,
        "programs": world.programs,
        "log2_odds_low": json_number(world.odds_low),
        "log2_odds_high": json_number(world.odds_high),
        "crossings": [_root_facts(root, sides) for root in world.roots],
        "leads_throughout": side_that(world.leads_throughout, sides),
        "closest": json_number(world.closest),
        "distance": json_number(world.distance),
        "most_crossovers": world.most_roots,
        "complete": world.is_complete,
    }


def _render(worlds: Sequence[Crossed], known: CrossingSpread, question: dict[str, Any], sides: tuple[str, str]) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out, n, over = console(), len(worlds), question["crossover"]["parameter"]

    def times(share: float) -> str:
        return str(round(share * n))

    out.print(
        f"In {times(known.crossed)} of {n} worlds the odds of {sides[0]} over {sides[1]} pass 0 along {over}; at the "
        f"first crossover {sides[0]} take the lead in {times(known.rising)}.",
        style="bold",
        markup=False,
        soft_wrap=True,
    )
    out.print(
        f"Without one {sides[0]} lead throughout in {times(known.challengers)}, {sides[1]} in {times(known.others)}, "
        f"nobody in {times(known.neither)}.",
        markup=False,
        soft_wrap=True,
    )
    if known.crossed:
        spread = Table(f"first crossover, {over}", "least", "1/4", "median", "3/4", "largest")
        spread.add_row("all programs", *map(_number, known.first))
        spread.add_row("leading classes, closed form", *map(_number, known.solution))
        out.print(spread)
        table = Table("seed", over, "led before", "lead after", "closed form", "=", "others at")
        for world in worlds:
            if root := world.first:
                closed = root.solution or "-"
                table.add_row(
                    str(world.seed),
                    _number(root.value),
                    side_that(root.led, sides) or "-",
                    side_that(root.leads, sides) or "-",
                    closed if len(closed) <= LONGEST else f"{len(closed):,} characters",
                    _number(root.solution_value),
                    ", ".join(_number(other.value) for other in world.roots[1:]) or "-",
                )
        out.print(table)
    complete = sum(world.is_complete for world in worlds)
    low, high = question["crossover"]["low"], question["crossover"]["high"]
    where = "all values" if low is None else f"{low:g} to {high:g}"
    out.print(
        f"{question['world']}, up to {question['max_bits']} bits, prior {question['prior']['name']}, noise "
        f"{question['noise']}, {over} over {where}; in {complete} of {n} worlds it is proved that there are no others.",
        style="dim",
        markup=False,
        soft_wrap=True,
    )


def _number(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:.6g}"
