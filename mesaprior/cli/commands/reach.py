"""`mesaprior reach`: what it costs in bits to fit the training rows by something other than imitating."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import SpaceOptions, format_option, other_log_option, space_options, tolerance_option
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.hypotheses.log.notices import number_of

if TYPE_CHECKING:
    from mesaprior.cli.question import Question
    from mesaprior.inference.reach import Reached

COLUMNS = (
    *("kind", "status", "length", "length_at_least", "time", "role", "verdict", "programs"),
    *("price", "price_at_least", "price_at_most", "program"),
)
"""Header of the CSV."""


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options(is_hidden=True)
@space_options
@tolerance_option
@format_option("table", "json", "csv")
def reach(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    tolerance: float,
    form: str,
) -> None:
    """Give the extra bits needed to search, learn or defect while fitting all training rows.

    Finds the shortest program that fits every training row and searches, learns, or defects later, and compares it
    with the shortest imitator that fits. Neither a prior nor a noise model plays a part: these are facts about the
    language, the bound and the log. If no such program is within the bound, the answer is a lower bound.

    \b
    Examples:
      mesaprior reach corridor.csv --language corridor.toml --max-bits 28
      mesaprior reach corridor-32 --format json
    """
    from mesaprior.cli.question import ask, provenance_of
    from mesaprior.inference.analysis import Analysis

    question = ask(source, other_log=other_log, asked=asked, reading=reading)
    found = Analysis(question.census, question.log, tolerance=tolerance, space=question.space).reach
    if form == "json":
        answer = {"reach": [_plain(one) for one in found], "provenance": provenance_of(question, tolerance=tolerance)}
        click.echo(json.dumps(answer, allow_nan=False))
    elif form == "csv":
        import csv
        import sys

        writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(_plain(one) for one in found)
    else:
        _render(question, found)


def _plain(one: Reached) -> dict[str, Any]:
    """Return one kind as plain data, in the order of `COLUMNS`."""
    from mesaprior.inference.result import json_number

    facts = asdict(one) | {"price": one.price}
    for name in ("length_at_least", "price", "price_at_least", "price_at_most"):
        number = facts[name]
        if number is not None and not isinstance(number, int):
            facts[name] = json_number(number)
    return {name: facts[name] for name in COLUMNS}


def _render(question: Question, found: Sequence[Reached]) -> None:
    """Print the answer for a person."""
    from rich.table import Table

    from mesaprior.cli.report.posterior import console

    out, noun = console(), question.space.noun
    out.print(_headline(question, found), style="bold")
    out.print(
        f"{question.census.n_programs:,} {noun} counted · no prior and no noise play a part · "
        f"{number_of(question.log.n_training, 'training row')}, {question.log.n_rows - question.log.n_training} later",
        style="dim",
        markup=False,
    )
    title = f"Shortest of the {noun} that fit every training row"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("kind", "price", "bits", "steps", "role", "verdict", "that fit", "program"):
        is_text = name in ("kind", "role", "verdict", "program")
        table.add_column(name, justify="left" if is_text else "right", overflow="fold")
    for one in found:
        has = one.program is not None
        table.add_row(
            one.kind,
            _price_text(one),
            _bits_text(one),
            f"{one.time:,}" if has else "-",
            one.role or "-",
            one.verdict or "-",
            f"{one.programs:,}",
            one.program or "-",
        )
    out.print(table)
    for line in _notes(question, found):
        out.print(f"• {line}", markup=False, soft_wrap=True)


def _headline(question: Question, found: Sequence[Reached]) -> str:
    """Return one sentence: what defecting costs, or searching where nobody can defect."""
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
                f"{noun} have nothing to turn upside down"
                if one.kind in ("searching", "learning")
                else "no later row has what it takes to judge it by (an action, and a rival that differs)"
            )
            yield f"{one.kind.capitalize()} cannot be told: {why}."
    if not question.space.has_lesions:
        yield f"No roles can be told, so the shortest of all {noun} that fit stands for the imitator."
    if steps:
        yield f"No run of more than {steps:,} steps is followed, so everything here holds within that many."
