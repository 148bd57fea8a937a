"""The report on one program: its role, its fit to the log, its parts and its predictions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import NONE, SPLITS
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.tables import Column, Table, numbers
from mesaprior.inference.bayes.assessment import Assessment
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.program import gloss_of_explained, summarize_program


def report_explained(assessed: Assessment) -> Report:
    """Return the report on one program on a log."""
    variants = assessed.explained.predictions
    return Report(
        facts=lambda: _facts(assessed),
        records=lambda: Records(("row", "split", "action", "rival", *variants), _rows(assessed)),
        blocks=lambda: _blocks(assessed),
    )


def _facts(assessed: Assessment) -> dict[str, Any]:
    explained = assessed.explained
    return {
        "program": explained.program,
        **explained.columns,
        "role": assessed.role,
        "verdict": assessed.verdict,
        "flags": explained.flags,
        **({"changes": explained.changes} if explained.changes else {}),
        "hits": assessed.hits,
        "misses": assessed.misses,
        "abstained": assessed.abstained,
        "log2_prior": assessed.log2_prior,
        "log2_likelihood": assessed.log2_likelihood,
        **explained.parts,
        "gloss": gloss_of_explained(explained, assessed.log),
        "summary": summarize_program(assessed),
        "predictions": {name: _actions(actions) for name, actions in explained.predictions.items()},
    }


def _actions(actions: np.ndarray) -> list[int | None]:
    """Return actions as plain data, None where there is none."""
    return [None if action == ABSTAIN else action for action in actions.tolist()]


def _rows(assessed: Assessment) -> Iterator[tuple[Any, ...]]:
    """Yield for each row: number, split, action, rival (empty where there is none) and the predictions."""
    log = assessed.log
    predictions = zip(*map(_actions, assessed.explained.predictions.values()), strict=True)
    for row, predicted in enumerate(predictions):
        yield (
            row,
            SPLITS[log.split[row]],
            *("" if value == NONE else int(value) for value in (log.action[row], log.rival[row])),
            *("-" if action is None else action for action in predicted),
        )


def _blocks(assessed: Assessment) -> Iterator[Block]:
    explained = assessed.explained
    yield Line(explained.program, "headline")
    yield Line(summarize_program(assessed), "summary")
    yield Line(explained.headline(assessed.role, assessed.verdict))
    misses = "1 miss" if assessed.misses == 1 else f"{assessed.misses:,} misses"
    abstained = f" and {number_of(assessed.abstained, 'abstention')}" if assessed.abstained else ""
    yield Line(
        f"log2 prior {_bits(assessed.log2_prior)} ({prior_text(assessed.prior)}) · "
        f"{number_of(assessed.hits, 'hit')} and "
        f"{misses}{abstained} in training: log2 likelihood {_bits(assessed.log2_likelihood)} (noise {assessed.noise})"
    )
    for line in explained.lines:
        yield Line(line)
    yield from notes(*explained.notes)
    yield from explained.tables
    yield _predictions_table(assessed)


def _bits(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else str(value)


def _predictions_table(assessed: Assessment) -> Table:
    """Return each distinct row once, misses marked; what a variant predicts is shown where it differs."""
    explained, log = assessed.explained, assessed.log

    def label(action: Any) -> str:
        return log.label("action", action) if isinstance(action, int) else str(action)

    is_missed: dict[tuple[str, ...], bool] = {}
    for row, (_, split, action, rival, intact, *others) in enumerate(_rows(assessed)):
        values = log.situations[log.row_situation[row]].tolist()
        situation = [log.label(name, value) for name, value in zip(log.features, values, strict=True)]
        differing = [label(other) if other != intact else "" for other in others]
        texts = (*situation, split, *map(label, (action, rival, intact)), *differing)
        is_missed.setdefault(texts, action not in ("", intact))
    own_names = {name.removesuffix("_train") for name in explained.changes}
    variants = [name if name in own_names else name.replace("_", " ") for name in explained.predictions][1:]
    return Table(
        "Predictions, each distinct row once",
        (
            *numbers(*log.features, term="feature"),
            *numbers("split", "action", "rival", "predicts"),
            *(Column(name, term="under an intervention" if name in own_names else "") for name in variants),
        ),
        list(is_missed),
        list(is_missed.values()),
    )
