"""What the mixture of all programs predicts for later rows, in the labels of the log."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.hypotheses.log import NONE
from mesaprior.hypotheses.log.notices import printable

if TYPE_CHECKING:
    from mesaprior.inference.posterior import Posterior
    from mesaprior.inference.request import Question

MOST_SHOWN = 40
"""Distinct rows that a person is shown; the CSV has all rows."""


def predictions_table(question: Question, posterior: Posterior) -> tuple[list[str], list[list[Any]]]:
    """Return the header and the rows of the table of predictions, one for each later row.

    Each row has the number of the row in the log's order, its line in the file, its features and the teacher's action
    (empty where there is none) in labels, the likeliest action, and the probability of each action.
    """
    log, A = question.log, question.census.n_actions
    actions = [log.label("action", action) for action in range(A)]
    header = ["row", "line", *log.features, "action", "likeliest", *(f"p({label})" for label in actions)]
    rows: list[list[Any]] = []
    for place, probabilities in enumerate(posterior.predictive):
        row = log.n_training + place
        situation = log.situations[log.row_situation[row]].tolist()
        labels = [log.label(name, code) for name, code in zip(log.features, situation, strict=True)]
        action = "" if log.action[row] == NONE else actions[log.action[row]]
        likeliest = "" if np.isnan(probabilities).any() else actions[int(probabilities.argmax())]
        rows.append([row, int(log.file_line[row]), *labels, action, likeliest, *probabilities.tolist()])
    return header, rows


def render_predictions(question: Question, posterior: Posterior) -> None:
    """Print the predictions for a person, equal rows once."""
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text

    out = console()
    if posterior.n_training == question.log.n_rows:
        out.print("There are no later rows to predict.")
        return
    header, rows = predictions_table(question, posterior)
    seen: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = tuple(row[2:])
        seen[key] = seen.get(key, 0) + 1
    table = Table(title="Predictions for later rows", title_justify="left", title_style="bold")
    n_features = len(question.log.features)
    for name in (*header[2:], "rows"):
        table.add_column(printable(name), justify="right", overflow="fold")
    for key, n in list(seen.items())[:MOST_SHOWN]:
        labels = [printable(str(value)) for value in key[: n_features + 2]]
        shares = ["-" if math.isnan(value) else share_text(value) for value in key[n_features + 2 :]]
        is_missed = labels[n_features] not in ("", labels[n_features + 1])
        table.add_row(*labels, *shares, f"{n:,}", style="red" if is_missed else "")
    out.print(table)
    if len(seen) > MOST_SHOWN:
        out.print(f"{len(seen) - MOST_SHOWN:,} more; --predict --format csv has every row.", style="dim")
