"""The report on a memorizer: all lookup tables over some features, beside the programs that were counted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.bayes.odds import odds_text
from mesaprior.inference.bayes.roles import VERDICTS
from mesaprior.inference.memorizer.memorizer import MemorizerPosterior
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Line, notes
from mesaprior.inference.summaries.beside import summarize_memorizer


def report_memorizer(found: MemorizerPosterior, log: ImitationLog) -> Report:
    """Return the report on a memorizer on a log."""
    return Report(
        facts=lambda: {"memorizer": _facts(found, log)},
        records=None,
        blocks=lambda: [Line(summarize_memorizer(found), "summary"), *notes(*_sentences(found))],
    )


def _facts(found: MemorizerPosterior, log: ImitationLog) -> dict[str, Any]:
    memorizer = found.memorizer
    return {
        "features": memorizer.features,
        "entries": memorizer.n_entries,
        "length": memorizer.length,
        "time": memorizer.steps,
        "log2_tables": memorizer.n_entries * math.log2(memorizer.n_actions),
        "log2_prior": found.log2_prior,
        "log2_evidence": found.log2_evidence,
        "log2_odds": found.log2_odds,
        "mass": found.mass,
        "mass_by_verdict": dict(zip(VERDICTS, found.mass_by_verdict, strict=True)),
        "log2_odds_optimizers": found.log2_odds_optimizers,
        "loses_at": found.loses_at,
        "summary": summarize_memorizer(found),
        "predictive": {str(log.n_training + later): row for later, row in enumerate(found.predictive)},
    }


def _sentences(found: MemorizerPosterior) -> Iterator[str]:
    """Yield what the tables hold, how they stand to the programs counted, and what they do to the odds of roles."""
    memorizer, n = found.memorizer, int(found.n[-1])
    entries = "entry" if memorizer.n_entries == 1 else "entries"
    by_verdict = ", ".join(
        f"{share_text(float(mass))} {name}"
        for name, mass in zip(VERDICTS, found.mass_by_verdict[:, -1], strict=True)
        if mass > 0
    )
    yield (
        f"Memorizer: all tables over {', '.join(memorizer.features)} ({memorizer.n_entries:,} {entries}, "
        f"{memorizer.length:,} bits each) hold {share_text(float(found.mass[-1]))} after "
        f"{number_of(n, 'training row')}{f': {by_verdict}' if by_verdict else ''}."
    )
    held = odds_text(float(found.log2_odds[-1]), "the tables", "the programs counted")
    yield (
        f"{held[0].upper()}{held[1:]}; before any row the log2 odds of the tables were "
        f"{bits_text(float(found.log2_odds[0]))}."
    )
    yield (
        "With the tables among the imitators, the log2 odds of optimizers over imitators are "
        f"{bits_text(float(found.log2_odds_optimizers[-1]))}."
    )
