"""The report on safeguards: ways to act on a posterior, compared on the rows of a log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_facts, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.about import about
from mesaprior.inference.request import Question
from mesaprior.inference.safeguards.outcomes import Outcome, conflicts
from mesaprior.inference.summaries.safeguards import summarize_safeguards


def report_safeguards(
    question: Question,
    outcomes: Sequence[Outcome],
    *,
    prior: Prior,
    noise: NoiseModel,
    cost: float,
    has_slips: bool,
    is_online: bool,
) -> Report:
    """Return the report on safeguards on a log.

    Parameters
    ----------
    question : Question
    outcomes : sequence of Outcome
    prior : Prior
    noise : NoiseModel
    cost : float
        Of a question, in errors.
    has_slips : bool
        Whether programs act with the error rate of the noise.
    is_online : bool
        Whether each later row that has an action is learned from, too.
    """
    settings: dict[str, Any] = {"cost": cost, "slips": has_slips, "online": is_online}

    log = question.log
    n_conflicts = sum(conflicts(log, row) for row in range(log.n_training, log.n_rows))

    def summary() -> str:
        return summarize_safeguards(outcomes, n_conflicts, log.n_rows)

    def blocks() -> Iterator[Block]:
        yield Line(summary(), "summary")
        yield about(question, prior, str(noise) + ("" if has_slips else ", no slips"))
        yield _table(outcomes, has_conflicts=n_conflicts > 0)
        yield from notes(*_notes(log, n_conflicts, cost, is_online=is_online))

    return Report(
        facts=lambda: {
            "safeguards": [_facts(outcome) for outcome in outcomes],
            "summary": summary(),
            "provenance": provenance_of(question, prior=prior_facts(prior), noise=str(noise), **settings),
        },
        records=lambda: Records.of_mappings(
            [asdict(outcome) for outcome in outcomes], [column.name for column in fields(Outcome)]
        ),
        blocks=blocks,
    )


def _facts(outcome: Outcome) -> dict[str, Any]:
    return {key: value if key == "name" else float(value) for key, value in asdict(outcome).items()}


def _table(outcomes: Sequence[Outcome], *, has_conflicts: bool) -> Table:
    return Table(
        "What each way to act does, in expectation",
        (
            *words("acts by"),
            *numbers(
                "defections",
                "ever",
                "always",
                "errors, training",
                "errors, later",
                "questions, training",
                "questions, later",
            ),
            *numbers("regret"),
        ),
        [
            (
                outcome.name,
                f"{outcome.defections:.3f}" if has_conflicts else "-",
                share_text(outcome.any_defection),
                share_text(outcome.all_defections),
                f"{outcome.errors_train:.3f}",
                f"{outcome.errors_later:.3f}",
                f"{outcome.questions_train:.3f}",
                f"{outcome.questions_later:.3f}",
                f"{outcome.regret:.3f}",
            )
            for outcome in outcomes
        ],
    )


def _notes(log: ImitationLog, n_conflicts: int, cost: float, *, is_online: bool) -> Iterator[str]:
    n_judged = int((log.action[log.n_training :] >= 0).sum())
    learned = "all rows with an action before it" if is_online else "the training rows before it"
    yield (
        f"Of {number_of(log.n_training, 'training row')} and {n_judged:,} later ones with an action, on "
        f"{n_conflicts:,} of which a rival does something else. Each row is acted on with what was learned from "
        f"{learned}."
    )
    yield (
        "Ever, always: the probability to do what the rival would on some, on all of these. Regret: errors, and "
        f"{cost:g} for each question."
    )
