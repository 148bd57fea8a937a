"""The report on the prices of searching, learning and defecting."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.provenance import provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.cells import program_cell
from mesaprior.inference.request import Question
from mesaprior.inference.robustness.reach import Reached
from mesaprior.inference.summaries.reach import summarize_reach

COLUMNS = (
    *("kind", "status", "length", "length_at_least", "time", "role", "verdict", "programs"),
    *("price", "price_at_least", "price_at_most", "program"),
)
"""Header of the records."""


def report_reach(question: Question, analysis: Analysis) -> Report:
    """Return the report on the shortest program of each kind that fits the training rows."""
    found = analysis.reach
    return Report(
        facts=lambda: {
            "reach": [_facts(one) for one in found],
            "summary": summarize_reach(found, question.space),
            "provenance": provenance_of(question, tolerance=analysis.tolerance),
        },
        records=lambda: Records.of_mappings([_facts(one) for one in found], COLUMNS),
        blocks=lambda: _blocks(question, found),
    )


def _facts(one: Reached) -> dict[str, Any]:
    """Return one kind as plain data, in the order of `COLUMNS`."""
    facts = asdict(one) | {"price": one.price}
    return {name: facts[name] for name in COLUMNS}


def _blocks(question: Question, found: Sequence[Reached]) -> Iterator[Block]:
    noun, log = question.space.noun, question.log
    yield Line(_headline(question, found), "headline")
    yield Line(summarize_reach(found, question.space), "summary")
    yield Line(
        f"{question.census.n_programs:,} {noun} counted · no prior and no noise play a part · "
        f"{number_of(log.n_training, 'training row')}, {log.n_rows - log.n_training} later",
        "about",
    )
    yield Table(
        f"Shortest of the {noun} that fit every training row",
        (
            *words("kind", term="kind of program"),
            *numbers("price", "bits", "steps"),
            *words("role", "verdict"),
            *numbers("that fit"),
            *texts("program"),
        ),
        [
            (
                one.kind,
                _price_text(one),
                _bits_text(one),
                "-" if one.program is None else f"{one.time:,}",
                one.role or "-",
                one.verdict or "-",
                f"{one.programs:,}",
                program_cell(one.program, log, question.space),
            )
            for one in found
        ],
    )
    yield from notes(*_notes(question, found))


def _headline(question: Question, found: Sequence[Reached]) -> str:
    """Return one sentence: what defecting costs, or searching where no later row tells."""
    by_kind = {one.kind: one for one in found}
    if by_kind["imitating"].program is None:
        return f"None of the {question.space.noun} counted fits every training row as an imitator."
    one = by_kind["searching"] if by_kind["defecting"].status == "untold" else by_kind["defecting"]
    if one.status == "untold":
        return "Neither searching nor defecting can be told here; only the shortest imitator is known."
    if one.price is None:
        least = f"at least {one.price_at_least:g} bits" if one.price_at_least is not None else "more than was counted"
        return f"{one.kind.capitalize()} while every training row is fitted costs {least} over imitating."
    if math.isinf(one.price):
        return f"{one.kind.capitalize()} while every training row is fitted is impossible in this space."
    if one.price == 0:
        return f"{one.kind.capitalize()} while every training row is fitted costs as many bits as imitating."
    price = f"{abs(one.price):g} bits {'more' if one.price > 0 else 'fewer'}"
    return f"{one.kind.capitalize()} while every training row is fitted costs {price} than imitating."


def _bits_text(one: Reached) -> str:
    """Return a length, or the least that it can be."""
    if one.length is not None:
        return f"{one.length:g}"
    if one.length_at_least is None or math.isinf(one.length_at_least):
        return "-"
    return f"≥ {one.length_at_least:g}"


def _price_text(one: Reached) -> str:
    """Return a price as a person reads it: a number, a bound, or a dash."""
    if one.price is not None:
        return "∞" if math.isinf(one.price) else f"{one.price:+g}"
    if one.price_at_least is not None:
        return f"≥ {one.price_at_least:+g}"
    return "-" if one.price_at_most is None else f"≤ {one.price_at_most:+g}"


def _notes(question: Question, found: Sequence[Reached]) -> Iterable[str]:
    """Yield what one has to know to read the table."""
    noun, bounds = question.space.noun, question.space.bounds
    steps = bounds.get("max_time") or bounds.get("max_steps")
    yield (
        "Price: bits over the shortest imitator that fits; a prior of 2^-length gives the one program 2^-price of the "
        "weight of the other. Negative: cheaper than imitating."
    )
    if any(one.status == "beyond" for one in found):
        within = f" within {steps:,} steps" if steps else ""
        yield f"With ≥ or ≤: none is within the bound, and those beyond it have at least so many bits{within}."
    for one in found:
        if one.status == "impossible":
            yield f"{one.kind.capitalize()} is impossible at any length: the space has nothing that does it."
        if one.status == "untold":
            why = (
                f"{noun} have no search or fit to invert"
                if one.kind in ("searching", "learning")
                else "no later row has what it takes to judge it by (an action, and a rival that differs)"
            )
            yield f"{one.kind.capitalize()} cannot be told: {why}."
    if not question.space.has_lesions:
        yield f"No roles can be told, so the shortest of all {noun} that fit stands for the imitator."
    if steps:
        yield f"No run of more than {steps:,} steps is followed, so everything here holds within that many."
