"""The report on programs drawn from the posterior."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.sampling import Draw
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_facts, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.inference.reports.about import about
from mesaprior.inference.reports.cells import program_cell
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.samples import summarize_sample

COLUMNS = ("program", "length", "time", "infer_time", "role", "verdict", "probability")
"""What is said of each program."""


def report_sample(
    question: Question,
    draws: Sequence[Draw],
    *,
    prior: Prior,
    noise: NoiseModel,
    tolerance: float,
    seed: int,
) -> Report:
    """Return the report on programs drawn from the posterior.

    Parameters
    ----------
    question : Question
    draws : sequence of Draw
    prior : Prior
    noise : NoiseModel
    tolerance : float
    seed : int
        That of the draws.
    """
    settings = {"prior": prior_facts(prior), "noise": str(noise), "tolerance": tolerance, "seed": seed}

    def blocks() -> Iterator[Block]:
        yield Line(summarize_sample(draws), "summary")
        yield about(question, prior, noise, f"{len(draws):,} drawn, seed {seed}")
        yield _table(question, draws)

    return Report(
        facts=lambda: {
            "draws": [_facts(draw) for draw in draws],
            "summary": summarize_sample(draws),
            "provenance": provenance_of(question, **settings),
        },
        records=lambda: Records.of_mappings([_facts(draw) for draw in draws], COLUMNS),
        blocks=blocks,
    )


def _facts(draw: Draw) -> dict[str, Any]:
    facts = {name: getattr(draw, name) for name in COLUMNS}
    return facts | {"role": ROLES[draw.role], "verdict": VERDICTS[draw.verdict]}


def _table(question: Question, draws: Sequence[Draw]) -> Table:
    return Table(
        "",
        (*numbers("probability"), *words("role", "verdict"), *numbers("bits", "steps"), *texts("program")),
        [
            (
                share_text(draw.probability),
                ROLES[draw.role],
                VERDICTS[draw.verdict],
                f"{draw.length:,}",
                f"{draw.time:,}",
                program_cell(draw.program, question.log, question.space),
            )
            for draw in draws
        ],
    )
