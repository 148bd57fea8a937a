"""The report on the logical depth of the leading behaviours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import top_behaviours
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Line, notes
from mesaprior.inference.reports.about import about
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.depth import summarize_depth


@dataclass(frozen=True)
class _Row:
    """A behaviour: its shortest program with its role, its share of the posterior, its bits, and its depths."""

    program: str
    role: str
    mass: float
    length: float
    depth: list[int]


def report_depth(
    question: Question,
    posterior: Posterior,
    depths: NDArray[np.int64],
    significance: Sequence[float],
    *,
    prior: Prior,
    noise: NoiseModel,
    top: int,
) -> Report:
    """Return the report on the depth of the behaviours of the largest mass.

    Parameters
    ----------
    question : Question
    posterior : Posterior
        Under the prior and the noise.
    depths : int64[B, K]
        As `logical_depth` gives it.
    significance : sequence of float
        K numbers of bits.
    prior : Prior
    noise : NoiseModel
    top : int
        How many behaviours.
    """
    witness = question.census.witness
    marks = [f"{bits:g}" for bits in significance]
    rows = [
        _Row(
            witness[entry.behaviour],
            ROLES[int(posterior.role[entry.behaviour])],
            entry.mass,
            posterior.length[entry.behaviour].item(),
            depths[entry.behaviour].tolist(),
        )
        for entry in top_behaviours(posterior, witness, top)
    ]
    return Report(
        facts=lambda: [vars(row) | {"depth": dict(zip(marks, row.depth, strict=True))} for row in rows],
        records=lambda: Records(
            ("program", "role", "mass", "length", *(f"depth_{mark}" for mark in marks)),
            [(row.program, row.role, row.mass, row.length, *row.depth) for row in rows],
        ),
        blocks=lambda: [
            Line(summarize_depth([row.program for row in rows], [row.depth for row in rows], significance), "summary"),
            about(question, prior, noise),
            _table(rows, marks),
            *notes(
                "s: bits by which a program may be longer than the shortest of its behaviour. Share: posterior mass."
            ),
        ],
    )


def _table(rows: Sequence[_Row], marks: Sequence[str]) -> Table:
    return Table(
        "Least steps of programs at most s bits longer than the shortest",
        (
            *texts("shortest program"),
            *words("role"),
            *numbers("share", "bits"),
            *numbers(*(f"s = {mark}" for mark in marks), term="depth at s bits"),
        ),
        [
            (
                row.program,
                row.role,
                share_text(row.mass),
                f"{row.length:g}",
                *(f"{steps:,}" for steps in row.depth),
            )
            for row in rows
        ],
    )
