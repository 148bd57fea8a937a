"""Everything that a page says of a question, as plain data: the page itself is the same for all questions."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.classes import class_of
from mesaprior.inference.bayes.fit import fit_of
from mesaprior.inference.bayes.kernels import NODES, WEIGHTS
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.page.leaders import leaders
from mesaprior.inference.page.packing import deflated, packed
from mesaprior.inference.page.reduction import Reduced, reduced_within
from mesaprior.inference.page.situations import Situations, situations_of
from mesaprior.inference.page.sliders import start_of_noise, start_of_prior
from mesaprior.inference.provenance import provenance_of
from mesaprior.inference.request import Question
from mesaprior.priors.prior import FormulaPrior

MOST_NAMED = 4_000
"""Behaviours that are named, at most: a census of no more has nothing merged that a program is asked about."""

MOST_PREDICTIONS = 1 << 20
"""Predictions of named behaviours that a page holds, at most."""

MOST_SITUATIONS = 400
"""Distinct training rows, and later ones, that a page shows, at most."""

MOST_CHARACTERS = 3_600_000
"""Size that the reduced census keeps to; with the programs and the charts a page stays below 5 MB."""

TOKEN_MEANINGS = {
    "feature": "feature",
    "constant": "constant",
    "number": "number",
    "candidate": "the action or value being tried",
    "parameter": "the parameter being fitted",
    "lookup": "lookup table",
    "unary": "operator",
    "binary": "operator",
    "if": "the second where the first is not 0, else the third",
    "argmax": "searches: the y that makes this largest",
    "argmin": "searches: the y that makes this smallest",
    "iterate": "repeats this on y",
    "fit": "learns: the theta that agrees with most rows so far",
}
"""What each kind of token does, for the tree of a program."""


def page_content(question: Question, analysis: Analysis, prior: FormulaPrior) -> dict[str, Any]:
    """Return what a page holds.

    Parameters
    ----------
    question : Question
    analysis : Analysis
        Of its census on its log.
    prior : FormulaPrior
        Where the sliders stand at first.

    Raises
    ------
    UsageError
        If the sliders do not reach the prior or the noise.
    """
    census, log, space = question.census, question.log, question.space
    start = {
        "prior": start_of_prior(prior),
        "noise": start_of_noise(analysis.noise),
        "tolerance": analysis.tolerance,
    }
    situations = situations_of(census, log, most=MOST_SITUATIONS)
    most_named = min(MOST_NAMED, max(1, MOST_PREDICTIONS // len(situations.cells)))
    named = leaders(analysis.scored, most_named)
    reduced = reduced_within(census, log, class_of(analysis.judgement), named.tolist(), most_characters=MOST_CHARACTERS)
    provenance = provenance_of(question)
    return {
        "source": provenance["log"]["source"],
        "noun": space.noun,
        "space": space.name,
        "has_lesions": space.has_lesions,
        "roles": ROLES,
        "verdicts": VERDICTS,
        "counted_roles": np.unique(analysis.judgement.role).tolist(),
        "features": log.features,
        "actions": [log.label("action", action) for action in range(census.n_actions)],
        "n_training": log.n_training,
        "n_later": log.n_rows - log.n_training,
        "start": start,
        "quadrature": {"nodes": NODES.tolist(), "weights": WEIGHTS.tolist()},
        "census": reduced.packed,
        "length_range": [reduced.lengths[0].item(), reduced.lengths[-1].item()],
        "time_range": [int(reduced.times[0]), int(reduced.times[-1])],
        "n_programs": str(census.n_programs),
        "n_behaviours": census.n_behaviours,
        "n_named": len(named),
        "merged": merged_sentences(question, reduced, situations, len(named)),
        "programs": {
            # No text of a program has a line break.
            "text": deflated("\n".join(census.witness[int(behaviour)] for behaviour in named).encode()),
            "predictions": packed(census.predictions[np.ix_(named, situations.cells)].astype(np.int64) + 1),
        },
        "situations": situations.plain(),
        "tokens": tokens_of(question),
        "fit": yardsticks(analysis.scored),
        "given": question.language.ledger() if question.language else [],
        "mass_beyond": space.mass_beyond(census, log),
        "warnings": [warning.typed() for warning in question.warnings],
        "is_default_language": question.is_default_language,
        "provenance": provenance,
    }


def yardsticks(scored: Scored) -> dict[str, Any]:
    """Return how many training rows are hit without any program."""
    fit = fit_of(scored.log, scored.census.n_actions, scored.training.hits)
    return {
        "chance": fit.chance,
        "most_frequent": fit.most_frequent,
        "most_frequent_action": fit.most_frequent_action,
        "best_table": fit.best_table,
    }


def merged_sentences(question: Question, reduced: Reduced, situations: Situations, n_named: int) -> list[str]:
    """Return what the page does not tell apart any more, and what that costs, as sentences."""
    census, N = question.census, question.log.n_training
    n_groups, n_rows = len(census.count), len(reduced.count)
    told = [
        f"The census has {number_of(n_groups, 'row')} and the page {number_of(n_rows, 'row')}: {question.space.noun} "
        "of equal role, verdict, length, time and training tallies are one row with their number. Masses and odds are "
        "sums over all of them."
    ]
    if n_named < census.n_behaviours:
        told.append(
            f"{n_named:,} of {census.n_behaviours:,} behaviours are named: those that lead under some of the priors "
            "tried. What the others predict for later rows is not on the page, so probabilities there are bounds."
        )
    if len(reduced.n) <= N:
        told.append(
            f"Tallies are kept at {len(reduced.n):,} numbers of training rows out of {N + 1:,}; between these the page "
            "says nothing, and where the imitator loses is told to the next one kept."
        )
    if reduced.times_an_octave is not None:
        told.append(
            f"Times are rounded to {reduced.times_an_octave} for each doubling, so priors that weigh time are not "
            f"exact: a program is off by up to about alpha/{2 * reduced.times_an_octave} bits."
        )
    if situations.n_left_out:
        told.append(f"{number_of(situations.n_left_out, 'distinct row')} of the log are not shown.")
    return told


def tokens_of(question: Question) -> dict[str, dict[str, Any]] | None:
    """Return kind, bits, steps and meaning of each token by its text, for the tree of a program; None without terms."""
    if question.language is None:
        return None
    # Of identical tokens a text stands for the cheapest, the first of several.
    found: dict[str, dict[str, Any]] = {}
    for token in sorted(question.language.tokens, key=lambda token: (token.bits, token.steps)):
        text = {"constant": str(token.value), "candidate": "y", "parameter": "theta"}.get(token.kind, token.name)
        text = text or token.kind
        about = {"kind": token.kind, "bits": token.bits, "steps": token.steps, "meaning": TOKEN_MEANINGS[token.kind]}
        found.setdefault(f"{text}[]" if token.kind == "lookup" else text, about)
    return found
