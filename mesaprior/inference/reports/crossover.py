"""The report on crossovers: numerically and in closed form, side by side, and why the two differ."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.crossovers.crossover import Crossing, Crossovers
from mesaprior.inference.crossovers.leading import LeadingClass
from mesaprior.inference.provenance import prior_facts, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.about import about
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.crossover import summarize_crossover
from mesaprior.inference.sweeps.axes import NOISE

LONGEST = 100
"""Longer formulas stand in the JSON only."""

MOST_NAMED = 6
"""Crossovers that the headline names, at most."""

COLUMNS = (
    *("parameter", "kind", "value", "until", "before", "after", "leads", "solution", "solution_value"),
    *("difference", "reason"),
)
"""Header of the records."""


def report_crossover(
    question: Question, found: Crossovers, *, prior: Prior, noise: NoiseModel, tolerance: float
) -> Report:
    """Return the report on crossovers.

    Parameters
    ----------
    question : Question
    found : Crossovers
    prior : Prior
        Its parameter that varies has no value of its own.
    noise : NoiseModel
        Where it does not vary.
    tolerance : float
    """
    varied = [found.parameter]
    noise_text = "varied" if found.parameter == NOISE else str(noise)
    provenance = {"prior": prior_facts(prior, varied), "noise": noise_text, "tolerance": tolerance}

    def blocks() -> Iterator[Block]:
        yield Line(headline(found), "headline")
        yield Line(summarize_crossover(found), "summary")
        yield about(question, prior, noise_text, varied=varied)
        yield from _blocks(found)

    return Report(
        facts=lambda: _facts(found) | {"provenance": provenance_of(question, **provenance)},
        records=lambda: Records(COLUMNS, [_record(found, crossing) for crossing in found.crossings]),
        blocks=blocks,
    )


def _facts(found: Crossovers) -> dict[str, Any]:
    return {
        "parameter": found.parameter,
        "of": str(found.contest),
        "low": found.low,
        "high": found.high,
        "log2_odds_low": found.odds_low,
        "log2_odds_high": found.odds_high,
        "crossings": [_facts_of_crossing(found, crossing) for crossing in found.crossings],
        "closest": found.closest,
        "distance": found.distance,
        "points": found.n_points,
        "most_crossovers": found.most_roots,
        "complete": found.is_complete,
        "summary": summarize_crossover(found),
    }


def _facts_of_crossing(found: Crossovers, crossing: Crossing) -> dict[str, Any]:
    zero, solution = crossing.zero, crossing.solution
    return {
        "kind": zero.kind,
        "value": zero.value,
        "until": zero.until,
        "before": zero.before,
        "after": zero.after,
        "leads": found.contest.leader(crossing.leads),
        "challenger": _facts_of_class(crossing.challenger),
        "other": _facts_of_class(crossing.other),
        "equation": solution.equation if solution else None,
        "solution": solution.text if solution else None,
        "latex": solution.latex if solution else None,
        "solution_value": solution.value if solution else math.nan,
        "difference": crossing.difference,
        "log2_odds_alone": crossing.alone,
        "log2_odds_equation": solution.log2_odds_near if solution else math.nan,
        "reason": crossing.reason,
    }


def _facts_of_class(one: LeadingClass | None) -> dict[str, Any] | None:
    return one and {
        "columns": one.columns,
        "hits": one.hits,
        "misses": one.misses,
        "abstained": one.abstained,
        "count": one.count,
        "program": one.program,
        "share": one.share,
        "effective_classes": one.n_effective,
    }


def _record(found: Crossovers, crossing: Crossing) -> list[Any]:
    facts = {"parameter": found.parameter} | _facts_of_crossing(found, crossing)
    return ["" if facts[name] is None else facts[name] for name in COLUMNS]


def headline(found: Crossovers) -> str:
    """Return in one sentence where the lead changes."""
    contest, where = found.contest, f"for {found.parameter} from {found.low:g} to {found.high:g}"
    if not found.crossings:
        ends = [odds for odds in (found.odds_low, found.odds_high) if not math.isnan(odds)]
        if not ends or math.isnan(found.closest):
            only = next((contest.leader(odds > 0) for odds in ends if math.isinf(odds)), None)
            return f"Only {only} have any mass {where}." if only else f"Neither side has any mass {where}."
        leader = contest.challengers if found.distance > 0 else contest.others
        return (
            f"{leader.capitalize()} lead {where}: there is no crossover; they lead least, by {abs(found.distance):.4g} "
            f"bits, at {found.closest:.6g}."
        )
    listed = ", ".join(f"{_value(crossing)} ({_after(found, crossing)})" for crossing in found.crossings[:MOST_NAMED])
    more = f" and {len(found.crossings) - MOST_NAMED} more" if len(found.crossings) > MOST_NAMED else ""
    are_level = {crossing.zero.kind == "level" for crossing in found.crossings}
    pass_zero = "are 0 or pass it" if len(are_level) > 1 else "are 0" if True in are_level else "pass 0"
    return f"The odds of {contest} {pass_zero} {where} at {listed}{more}."


def _after(found: Crossovers, crossing: Crossing) -> str:
    """Return who leads to the right of a crossover; beyond the range nothing is known."""
    if leader := found.contest.leader(crossing.leads):
        return f"{leader} lead after it"
    return "the end of the range" if crossing.zero.until >= found.high else "neither leads after it"


def _blocks(found: Crossovers) -> Iterator[Block]:
    """Yield the crossovers, the classes that lead there, and what the search can say of others."""
    if found.crossings:
        yield _crossings_table(found)
    explained = [crossing for crossing in found.crossings if crossing.challenger or crossing.other]
    if explained:
        yield _classes_table(found, explained)
    for crossing in found.crossings:
        equation = crossing.solution.equation if crossing.solution else ""
        is_short = equation and len(equation) <= LONGEST
        solved = f" Equation of the two: {equation}" if is_short else ""
        yield from notes(f"{found.parameter} = {_value(crossing)}: {crossing.reason}.{solved}")
    yield from notes(_completeness(found))


def _crossings_table(found: Crossovers) -> Table:
    is_solved = any(crossing.solution for crossing in found.crossings)
    solved = (
        (*texts("leading classes: exactly"), *numbers("=", term="value of the closed form"), *numbers("difference"))
        if is_solved
        else ()
    )
    return Table(
        "Crossovers: all programs, and the two leading classes" if is_solved else "Crossovers",
        (
            *words(found.parameter, term="crossover"),
            *words("kind", term="kind of crossover"),
            *words("log2 odds", term="odds there"),
            *words("then lead"),
            *solved,
        ),
        [_crossing_row(found, crossing, is_solved=is_solved) for crossing in found.crossings],
    )


def _crossing_row(found: Crossovers, crossing: Crossing, *, is_solved: bool) -> Sequence[str]:
    zero, solution = crossing.zero, crossing.solution
    odds = "0" if zero.kind in ("root", "level") else f"{bits_text(zero.before)} to {bits_text(zero.after)}"
    row = (_value(crossing), zero.kind, odds, found.contest.leader(crossing.leads) or "-")
    if not is_solved:
        return row
    text = (solution.text if solution else None) or "-"
    return (
        *row,
        text if len(text) <= LONGEST else f"{len(text):,} characters, see --format json",
        f"{solution.value:.10g}" if solution and solution.text else "-",
        "-" if math.isnan(crossing.difference) else f"{crossing.difference:+.3g}",
    )


def _classes_table(found: Crossovers, crossings: list[Crossing]) -> Table:
    classes = [
        (crossing, one, side)
        for crossing in crossings
        for one, side in ((crossing.challenger, found.contest.challengers), (crossing.other, found.contest.others))
    ]
    columns = list(dict.fromkeys(name for _, one, _ in classes if one for name in one.columns))
    return Table(
        "The leading class of each side there",
        (
            *words(f"at {found.parameter}", term="crossover"),
            *words("side"),
            *numbers("programs", term="programs of a class"),
            *numbers(*columns),
            *numbers("hits : misses", "of its side", "effective classes"),
            *texts("such as"),
        ),
        [(_value(crossing), side, *_class_cells(one, columns)) for crossing, one, side in classes],
    )


def _class_cells(one: LeadingClass | None, columns: Sequence[str]) -> Sequence[str]:
    if one is None:
        return ("0", *("-" for _ in columns), "-", "-", "-", "-")
    abstained = f" ({one.abstained} abstained)" if one.abstained else ""
    return (
        f"{one.count:,}",
        *(f"{one.columns[name]:,.10g}" for name in columns),
        f"{one.hits} : {one.misses}{abstained}",
        share_text(one.share),
        f"{one.n_effective:.3g}",
        one.program if one.program else "-",
    )


def _value(crossing: Crossing) -> str:
    value = f"{crossing.zero.value:.10g}"
    return f"{value} to {crossing.zero.until:.10g}" if crossing.zero.until > crossing.zero.value else value


def _completeness(found: Crossovers) -> str:
    """Return what the search can say of crossovers that it did not find."""
    if found.is_whole:
        return f"All {found.n_points:,} values of {found.parameter} in the range were looked at."
    searched = f"The odds were computed at {found.n_points:,} values, and closer wherever the sign changes between two"
    if found.most_roots is None:
        return f"{searched}; two crossovers between neighbouring values can have been missed."
    if found.most_roots <= len(found.crossings):
        return (
            f"{searched}; by the rule of signs there is no other crossover, as there can be {found.most_roots} at most "
            f"for any {found.parameter}."
        )
    return (
        f"{searched}; by the rule of signs there can be {found.most_roots} crossovers at most for all values of "
        f"{found.parameter}, inside or outside of the range."
    )
