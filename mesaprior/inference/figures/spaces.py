"""The figure of spaces compared: verdicts by space, and how the spaces rank functions."""

from __future__ import annotations

import math

import numpy as np

from mesaprior.hypotheses.phrases import bits_text
from mesaprior.inference.bayes.roles import VERDICTS
from mesaprior.inference.figures.figure import Bars, Figure, Matrix, Panel
from mesaprior.inference.robustness.spaces import SpacesCompared


def figure_of_spaces(result: SpacesCompared, *, title: str) -> Figure:
    """Return the posterior by verdict in each space, beside the rank correlations of each pair."""
    names = tuple(answer.space for answer in result.answers)
    masses = np.array([answer.mass_by_verdict for answer in result.answers]).T
    held = Bars(
        tuple(f"{answer.space}\n{_odds_text(answer.log2_odds_verdict)}" for answer in result.answers),
        VERDICTS,
        tuple(map(tuple, masses.tolist())),
    )
    # Before the data above the diagonal, after them below.
    ranks = np.where(np.triu(np.ones((len(names),) * 2, dtype=bool), 1), result.before, result.after)
    np.fill_diagonal(ranks, math.nan)
    notes = tuple(tuple(f"({number:,})" for number in row) for row in result.common.tolist())
    label = "rank correlation over functions"
    matrix = Matrix(names, tuple(map(tuple, ranks.tolist())), notes, label)
    return Figure(
        title,
        (
            Panel("below: odds of defecting over faithful", "share of the posterior", (held,), y_range=(0.0, 1.0)),
            Panel("", "", (matrix,), title=f"{label}\nabove the diagonal: before the data, below: after"),
        ),
    )


def _odds_text(odds: float) -> str:
    text = bits_text(odds)
    return text if text == "-" else f"{text} bits"
