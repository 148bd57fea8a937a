"""The memorizer at the command line: all tables over some features, beside the programs that were counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.memorizer import MemorizerPosterior
    from mesaprior.inference.request import Question
    from mesaprior.priors.prior import FormulaPrior


def check_memorizer(
    features_text: str | None,
    token_bits: int | None,
    prior: FormulaPrior,
    form: str,
) -> None:
    """Refuse what can be refused before anything is counted.

    Raises
    ------
    UsageError
        If bits are given for no memorizer, or the prior reads what a table does not have.
    """
    if features_text is None:
        if token_bits is not None:
            raise UsageError("--memorizer-bits belongs to a memorizer; name its features with --memorizer.")
        return
    from mesaprior.inference.memorizer import check_prior_of_tables

    check_prior_of_tables(prior)
    if form == "csv":
        raise UsageError("--memorizer has no place in the CSV of infer; ask for --format json or table.")


def check_tables(features_text: str | None, log: ImitationLog) -> None:
    """Refuse a memorizer over features that a log lacks.

    Raises
    ------
    UsageError
        If so.
    """
    if features_text is not None:
        from mesaprior.inference.memorizer import memorizer_over

        memorizer_over(_names(features_text), log, log.largest_action + 1, token_bits=0)


def memorizer_of(
    question: Question,
    features_text: str | None,
    token_bits: int | None,
    analysis: Analysis,
) -> MemorizerPosterior | None:
    """Return what the data say of the memorizer that the options name, or None where they name none.

    Raises
    ------
    UsageError
        If they do not name columns of the log, or the language cannot say what a table costs.
    """
    if features_text is None:
        return None
    from mesaprior.inference.memorizer import memorizer_over

    features = _names(features_text)
    memorizer = memorizer_over(
        features, question.log, question.census.n_actions, language=question.language, token_bits=token_bits
    )
    most = question.space.bounds.get("max_bits")
    if memorizer.is_counted and most is not None and memorizer.length <= most:
        click.echo(
            f"Note: tables over {features[0]} have {memorizer.length} bits, so they are among the programs counted, "
            "too; a memorizer over them counts them twice.",
            err=True,
        )
    return analysis.memorizer(memorizer)


def _names(features_text: str) -> list[str]:
    """Return the names in a list with commas."""
    return [name.strip() for name in features_text.split(",")]


def memorizer_to_json(found: MemorizerPosterior, log: ImitationLog) -> dict[str, Any]:
    """Return what ``infer --format json`` says of the memorizer."""
    from mesaprior.inference.result import json_number
    from mesaprior.inference.roles import VERDICTS

    def numbers(values: Any) -> list[float | str]:
        return [json_number(value) for value in values.tolist()]

    memorizer = found.memorizer
    return {
        "features": list(memorizer.features),
        "entries": memorizer.n_entries,
        "length": memorizer.length,
        "time": memorizer.steps,
        "log2_tables": json_number(memorizer.n_entries * math.log2(memorizer.n_actions)),
        "log2_prior": json_number(found.log2_prior),
        "log2_evidence": numbers(found.log2_evidence),
        "log2_odds": numbers(found.log2_odds),
        "mass": numbers(found.mass),
        "mass_by_verdict": {name: numbers(found.mass_by_verdict[code]) for code, name in enumerate(VERDICTS)},
        "log2_odds_optimizers": numbers(found.log2_odds_optimizers),
        "loses_at": found.loses_at,
        "predictive": {str(log.n_training + later): numbers(row) for later, row in enumerate(found.predictive)},
    }


def render_memorizer(found: MemorizerPosterior) -> None:
    """Print what the memorizer holds, in three lines."""
    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import bits_text, share_text
    from mesaprior.inference.odds import odds_text
    from mesaprior.inference.roles import VERDICTS

    out, memorizer = console(), found.memorizer
    n = len(found.mass) - 1
    entries = "entry" if memorizer.n_entries == 1 else "entries"
    shares = ", ".join(
        f"{share_text(float(found.mass_by_verdict[code, -1]))} {name}"
        for code, name in enumerate(VERDICTS)
        if found.mass_by_verdict[code, -1] > 0
    )
    held = odds_text(float(found.log2_odds[-1]), "the tables", "the programs counted")
    lines = (
        f"Memorizer: all tables over {', '.join(memorizer.features)} ({memorizer.n_entries:,} {entries}, "
        f"{memorizer.length:,} bits each) hold {share_text(float(found.mass[-1]))} after {number_of(n, 'training row')}"
        + (f": {shares}." if shares else "."),
        f"{held[0].upper()}{held[1:]}; before any row the log2 odds of the tables were "
        f"{bits_text(float(found.log2_odds[0]))}.",
        "With the tables among the imitators, the log2 odds of optimizers over imitators are "
        f"{bits_text(float(found.log2_odds_optimizers[-1]))}.",
    )
    for line in lines:
        out.print(f"• {line}", markup=False, soft_wrap=True)
