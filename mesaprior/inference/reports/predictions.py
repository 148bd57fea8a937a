"""What the mixture of all programs predicts for later rows, in the labels of the log."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from mesaprior.hypotheses.log import NONE
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Cell, Table, numbers, texts
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.inference.request import Question

MOST_SHOWN = 40
"""Distinct rows that a person is shown; the records have all rows."""


def report_predictions(question: Question, posterior: Posterior) -> Report:
    """Return the report on the predictions; the facts of the posterior have the probabilities already.

    The records have one row for each later row: the number of the row in the log's order, its line in the file, its
    features and the teacher's action (empty where there is none) in labels, the likeliest action, and the probability
    of each action.
    """
    return Report(
        facts=dict,
        records=lambda: _records(question, posterior),
        blocks=lambda: _blocks(question, posterior),
    )


def _records(question: Question, posterior: Posterior) -> Records:
    log, A = question.log, question.census.n_actions
    actions = [log.label("action", action) for action in range(A)]
    header = ["row", "line", *log.features, "action", "likeliest", *(f"p({label})" for label in actions)]
    rows: list[list[Any]] = []
    for place, probabilities in enumerate(posterior.predictive):
        row = log.n_training + place
        situation = log.situations[log.row_situation[row]].tolist()
        labels = [log.label(name, code) for name, code in zip(log.features, situation, strict=True)]
        action = "" if log.action[row] == NONE else actions[int(log.action[row])]
        likeliest = "" if np.isnan(probabilities).any() else actions[int(probabilities.argmax())]
        rows.append([row, int(log.file_line[row]), *labels, action, likeliest, *probabilities.tolist()])
    return Records(header, rows)


def _blocks(question: Question, posterior: Posterior) -> Iterator[Block]:
    """Yield the distinct rows of the records with their numbers; one whose action is not the likeliest is marked."""
    n_features = len(question.log.features)
    if posterior.n_training == question.log.n_rows:
        yield Line("There are no later rows to predict.")
        return
    records = _records(question, posterior)
    # Rows differ by their numbers and lines only, which are left out; nan is no key that is found again.
    times = Counter(
        tuple("-" if isinstance(value, float) and math.isnan(value) else value for value in row[2:])
        for row in records.rows
    )
    rows: list[list[Cell]] = []
    is_missed: list[bool] = []
    for values, n in list(times.items())[:MOST_SHOWN]:
        labels, shares = values[: n_features + 2], values[n_features + 2 :]
        rows.append([*map(str, labels), *(s if isinstance(s, str) else share_text(s) for s in shares), f"{n:,}"])
        is_missed.append(labels[-2] not in ("", labels[-1]))
    names = records.header[2:]
    columns = (
        *texts(*names[:n_features], term="feature"),
        *texts("action", "likeliest"),
        *numbers(*names[n_features + 2 :], term="probability of an action"),
        *numbers("rows"),
    )
    yield Table("Predictions for later rows", columns, rows, is_missed)
    if len(times) > MOST_SHOWN:
        yield Line(f"{len(times) - MOST_SHOWN:,} more distinct rows; the CSV has every row.", "about")
