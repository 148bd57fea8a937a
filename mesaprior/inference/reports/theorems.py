"""The report on the theorems of Bayesian learning: both sides of each, and the slack between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.tables import Cell, Styled, Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_facts, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.about import about
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.theorems import summarize_theorems
from mesaprior.inference.theorems import TOLERANCE, Evaluation, Theorem

COLUMNS = ("name", "statement", "source", "relation", "left", "right", "slack", "holds", "evaluated", "fails")
"""What is said of each theorem."""


def report_theorems(question: Question, found: Evaluation, *, prior: Prior, noise: NoiseModel, work: int) -> Report:
    """Return the report on the theorems, evaluated.

    Parameters
    ----------
    question : Question
    found : Evaluation
    prior : Prior
    noise : NoiseModel
    work : int
        The limit on histories times hypotheses.
    """

    def blocks() -> Iterator[Block]:
        yield Line(_headline(found), "headline")
        yield Line(summarize_theorems(found), "summary")
        yield about(question, prior, noise)
        how = "the program that fits the training rows" if found.is_exact else "the leading program; none fits the rows"
        yield Line(f"Truth: {found.truth} ({how}), w = 2^{found.log2_weight:.2f}", "about")
        yield _table(found.theorems)
        yield from notes(*_notes(found.theorems))

    return Report(
        facts=lambda: (
            _facts(found)
            | {"provenance": provenance_of(question, prior=prior_facts(prior), noise=str(noise), work=work)}
        ),
        records=lambda: Records(COLUMNS, [_record(theorem) for theorem in found.theorems]),
        blocks=blocks,
    )


def _facts(found: Evaluation) -> dict[str, Any]:
    return {
        "hold": found.hold,
        "truth": {"program": found.truth, "is_exact": found.is_exact, "log2_weight": found.log2_weight},
        "tolerance": TOLERANCE,
        "theorems": [_facts_of_theorem(theorem) for theorem in found.theorems],
        "summary": summarize_theorems(found),
    }


def _facts_of_theorem(theorem: Theorem) -> dict[str, Any]:
    facts = {name: getattr(theorem, name) for name in COLUMNS}
    sides = {name: facts[name] for name in ("left", "right", "slack")}
    return facts | {name: None if side is None else float(side) for name, side in sides.items()}


def _record(theorem: Theorem) -> list[Any]:
    cells = [getattr(theorem, name) for name in COLUMNS]
    return ["" if cell is None else str(cell).lower() if isinstance(cell, bool) else cell for cell in cells]


def _headline(found: Evaluation) -> str:
    evaluated = [theorem for theorem in found.theorems if theorem.holds is not None]
    kept = sum(theorem.holds is True for theorem in evaluated)
    return (
        f"{kept} of {len(evaluated)} theorems hold; of {len(found.theorems) - len(evaluated)} a hypothesis fails here."
    )


def _table(theorems: Sequence[Theorem]) -> Table:
    return Table(
        "",
        (
            *words("theorem"),
            *numbers("left"),
            *words("", term="relation"),
            *numbers("right", "slack"),
            *texts("statement, or what fails"),
        ),
        [_row(theorem) for theorem in theorems],
        [theorem.holds is False for theorem in theorems],
    )


def _row(theorem: Theorem) -> Sequence[Cell]:
    if theorem.fails is not None:
        return (theorem.name, "-", "", "-", "-", Styled(f"fails: {theorem.fails}", "caution"))
    name = f"{theorem.name}, BROKEN" if theorem.holds is False else theorem.name
    sides = (_number(theorem.left), theorem.relation, _number(theorem.right), _number(theorem.slack))
    return (name, *sides, theorem.statement)


def _number(value: float | None) -> str:
    """Return a side with five significant digits."""
    return "-" if value is None else f"{value:.5g}"


def _notes(theorems: Sequence[Theorem]) -> Iterator[str]:
    """Yield over what theorems are evaluated, those over the same together."""
    by_where: dict[str, list[str]] = {}
    for theorem in theorems:
        if theorem.holds is not None:
            by_where.setdefault(theorem.evaluated.split(";")[0], []).append(theorem.name)
    for where, names in by_where.items():
        yield f"Over {where}: {', '.join(names)}."
