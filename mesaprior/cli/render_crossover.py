"""The result of `crossover` for a person: numerically and in closed form, side by side, and why the two differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.table import Table

from mesaprior.cli.contests import side_that
from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.crossovers.crossover import Crossing, Crossovers

if TYPE_CHECKING:
    from mesaprior.inference.request import Question

LONGEST = 100
"""Longer formulas stand in the JSON only."""


def render_crossovers(
    question: Question, found: Crossovers, sides: tuple[str, str], settings: Mapping[str, Any]
) -> None:
    """Print the crossovers, the classes that lead there, and what the search can say of others."""
    out = console()
    out.print(headline(found, sides), style="bold")
    held = "".join(f", {name} = {value:g}" for name, value in settings["prior"]["parameters"].items())
    out.print(
        f"{question.census.n_programs:,} {question.space.noun} counted · prior {settings['prior']['name']}{held} · "
        f"noise {settings['noise']} · {number_of(question.log.n_training, 'training row')}",
        style="dim",
        markup=False,
    )
    out.print()
    if found.crossings:
        out.print(_crossings_table(found, sides))
    explained = [crossing for crossing in found.crossings if crossing.challenger or crossing.other]
    if explained:
        out.print(_classes_table(found, explained, sides))
    for crossing in found.crossings:
        out.print(f"• {_at(found, crossing)}: {crossing.reason}.", markup=False, soft_wrap=True)
        equation = crossing.solution.equation if crossing.solution else ""
        if equation and len(equation) <= LONGEST:
            out.print(f"  Equation of the two: {equation}", style="dim", markup=False, soft_wrap=True)
    out.print(f"• {_completeness(found)}", markup=False, soft_wrap=True)


def headline(found: Crossovers, sides: tuple[str, str]) -> str:
    """Return in one sentence where the lead changes."""
    where = f"for {found.parameter} from {found.low:g} to {found.high:g}"
    if not found.crossings:
        ends = [odds for odds in (found.odds_low, found.odds_high) if not math.isnan(odds)]
        if not ends or math.isnan(found.closest):
            only = next((sides[odds < 0] for odds in ends if math.isinf(odds)), None)
            return f"Only {only} have any mass {where}." if only else f"Neither side has any mass {where}."
        leader = sides[0] if found.distance > 0 else sides[1]
        return (
            f"{leader.capitalize()} lead {where}: there is no crossover; they lead least, by {abs(found.distance):.4g} "
            f"bits, at {found.closest:.6g}."
        )
    listed = ", ".join(
        f"{_value(found, crossing)} ({_after(found, crossing, sides)})" for crossing in found.crossings[:6]
    )
    more = f" and {len(found.crossings) - 6} more" if len(found.crossings) > 6 else ""
    are_level = {crossing.zero.kind == "level" for crossing in found.crossings}
    pass_zero = "are 0 or pass it" if len(are_level) > 1 else "are 0" if True in are_level else "pass 0"
    return f"The odds of {sides[0]} over {sides[1]} {pass_zero} {where} at {listed}{more}."


def _after(found: Crossovers, crossing: Crossing, sides: tuple[str, str]) -> str:
    """Return who leads to the right of a crossover; beyond the range nothing is known."""
    leader = side_that(crossing.leads, sides)
    if leader:
        return f"{leader} lead after it"
    return "the end of the range" if crossing.zero.until >= found.high else "nobody leads after it"


def _crossings_table(found: Crossovers, sides: tuple[str, str]) -> Table:
    is_solved = any(crossing.solution for crossing in found.crossings)
    title = "Crossovers: all programs, and the two leading classes" if is_solved else "Crossovers"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in (found.parameter, "kind", "log2 odds", "then lead"):
        table.add_column(name)
    if is_solved:
        table.add_column("leading classes: exactly", overflow="fold")
        table.add_column("=", justify="right")
        table.add_column("difference", justify="right")
    for crossing in found.crossings:
        zero = crossing.zero
        odds = "0" if zero.kind in ("root", "level") else f"{bits_text(zero.before)} to {bits_text(zero.after)}"
        row = [_value(found, crossing), zero.kind, odds, side_that(crossing.leads, sides) or "-"]
        if is_solved:
            solution = crossing.solution
            text = (solution.text if solution else None) or "-"
            text = text if len(text) <= LONGEST else f"{len(text):,} characters, see --format json"
            row += [
                text,
                f"{solution.value:.10g}" if solution and solution.text else "-",
                "-" if math.isnan(crossing.difference) else f"{crossing.difference:+.3g}",
            ]
        table.add_row(*row)
    return table


def _classes_table(found: Crossovers, crossings: list[Crossing], sides: tuple[str, str]) -> Table:
    table = Table(title="The leading class of each side there", title_justify="left", title_style="bold")
    columns = list(
        dict.fromkeys(name for c in crossings for one in (c.challenger, c.other) if one for name in one.columns)
    )
    table.add_column(f"at {found.parameter}")
    table.add_column("side")
    for name in ("programs", *columns, "hits : misses", "of its side", "effective classes"):
        table.add_column(name, justify="right")
    table.add_column("such as", overflow="fold")
    for crossing in crossings:
        for one, side in ((crossing.challenger, sides[0]), (crossing.other, sides[1])):
            if one is None:
                table.add_row(_value(found, crossing), side, "0")
                continue
            abstained = f" ({one.abstained} abstained)" if one.abstained else ""
            table.add_row(
                _value(found, crossing),
                side,
                f"{one.count:,}",
                *(f"{one.columns[name]:,.10g}" for name in columns),
                f"{one.hits} : {one.misses}{abstained}",
                share_text(one.share),
                f"{one.n_effective:.3g}",
                one.program if one.program else "-",
            )
    return table


def _value(found: Crossovers, crossing: Crossing) -> str:
    value = f"{crossing.zero.value:.10g}"
    return f"{value} to {crossing.zero.until:.10g}" if crossing.zero.until > crossing.zero.value else value


def _at(found: Crossovers, crossing: Crossing) -> str:
    return f"{found.parameter} = {_value(found, crossing)}"


def _completeness(found: Crossovers) -> str:
    """Return what the search can say of crossovers that it did not find."""
    n = len(found.crossings)
    if found.is_whole:
        return f"All {found.n_points:,} values of {found.parameter} in the range were looked at."
    searched = (
        f"The odds were worked out at {found.n_points:,} values, and wherever the sign changes between two, closer"
    )
    if found.most_roots is None:
        return f"{searched}; two crossovers between neighbouring values can have been missed."
    if found.most_roots <= n:
        return (
            f"{searched}; by the rule of signs there is no other crossover, as there can be {found.most_roots} at most "
            f"for any {found.parameter}."
        )
    return (
        f"{searched}; by the rule of signs there can be {found.most_roots} crossovers at most for all values of "
        f"{found.parameter}, inside or outside of the range."
    )
