"""Notes on how to read the tables of a posterior, as sentences."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mesaprior.errors import Named, Sentence, setting
from mesaprior.hypotheses.log.notices import number_of, shown
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.registry import description
from mesaprior.inference.bayes.odds import loses_by_verdict
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import kept_lead, summarize
from mesaprior.inference.bayes.roles import IMITATOR, ROLES
from mesaprior.inference.reports.cells import length_text
from mesaprior.inference.request import Question


def posterior_notes(question: Question, posterior: Posterior, mass_beyond: float | None) -> Iterator[str | Sentence]:
    """Yield notes on how to read the tables of a posterior.

    Parameters
    ----------
    question : Question
    posterior : Posterior
    mass_beyond : float or None
        Mass under 2^-length of the programs that were not counted; None where it is not known.
    """
    noun = question.space.noun
    yield _fit_sentence(question, posterior)
    if question.space.has_lesions:
        yield _loses_sentence(posterior)
    else:
        yield (
            f"Roles need a search or a fit to invert, and {noun} have neither: whether they optimize cannot be told "
            "here, and the verdicts are what to read."
        )
        yield loses_by_verdict(posterior, noun)
    yield _exact_sentence(question, posterior)
    yield from _notes_by_role(posterior) if question.space.has_lesions else _notes_by_verdict(posterior)
    spoken = description(question.space.name)
    yield from spoken.legend(question.space, question.log)
    yield from spoken.notes(question.census)
    if mass_beyond is not None:
        yield f"{noun.capitalize()} beyond the bound hold {share_text(mass_beyond)} of the prior mass 2^-length."
    yield from _notes_on_the_language(question)


def _fit_sentence(question: Question, posterior: Posterior) -> str:
    """Return the baselines for hits in training."""
    fit, one = posterior.fit, question.space.noun.removesuffix("s")
    return (
        f"Hits out of {number_of(fit.n_training, 'training row')}: {fit.chance:,.4g} by chance, {fit.most_frequent:,} "
        f"by always {shown(question.log.label('action', fit.most_frequent_action))}, {fit.best_program:,} by the best "
        f"{one} counted, and {fit.best_table:,} by the best table from situations to actions."
    )


def _loses_sentence(posterior: Posterior) -> str:
    """Return where the honest imitator loses; one-sided odds are said in words."""
    n, last = posterior.loses_at, posterior.n_training
    if not math.isinf(float(posterior.log2_odds[-1])):
        return summarize(posterior).sentence
    if n is None:
        return kept_lead(posterior, f"at n = {last} no optimizer has any mass")
    return f"The honest imitator loses at n = {n} of {number_of(last, 'training row')}, and ends without any mass."


def _exact_sentence(question: Question, posterior: Posterior) -> str:
    """Return a shortest program without a miss in training, if there is one."""
    noun, exact = question.space.noun, posterior.exact
    if exact is None:
        return f"None of the {noun} counted fits the training rows without error."
    role = f", {ROLES[exact.role]}" if question.space.has_lesions else ""
    program = f"{exact.program} ({length_text(exact.length)} bits{role})"
    return f"One of the {noun} counted fits the training rows without error: {program}."


def _notes_by_role(posterior: Posterior) -> Iterator[str | Sentence]:
    by_bound = ", ".join(
        f"{bits_text(float(odds))} at {bound}"
        for bound, odds in zip(posterior.bounds[-4:], posterior.log2_odds_by_bound[-4:], strict=True)
    )
    settled = "stable" if posterior.is_stable else "not stable"
    longer = ("; a larger ", setting("max_bits"), " may change them") if not posterior.is_stable else ()
    yield Sentence((f"The odds are {settled} in the length bound: {by_bound} bits of length", *longer, "."))
    if not np.isnan(posterior.search_advantage).all():
        yield (
            "Advantage: bits that the shortest optimizer saves over the shortest imitator with the same actions on "
            "every row (- where only one of the two was counted)."
        )
    if posterior.interventions:
        yield (
            "Under an intervention one token means something else. Mass that changes is of the whole posterior; rows "
            "that change are the share to expect of the programs of that role."
        )
    sleepers = float(posterior.sleepers[-1])
    if sleepers > 0:
        yield f"Sleepers, optimizers whose inverted search or fit changes no training row, hold {share_text(sleepers)}."


def _notes_by_verdict(posterior: Posterior) -> Iterator[str]:
    missed = float(posterior.misses[IMITATOR])
    if not math.isnan(missed):
        yield f"Later rows that are missed: {share_text(missed)}, expected."


def _notes_on_the_language(question: Question) -> Iterator[str | Sentence]:
    ledger = question.language.ledger() if question.language else []
    if ledger:
        given = ", ".join(
            f"{entry['name']} ({entry['literal_bits']} bits for {entry['charged_bits']})" for entry in ledger
        )
        yield f"Given for free: the tables of {given}."
    if question.is_default_language:
        printing = Named("default_language(log).to_toml() returns", "`mesaprior language` prints")
        yield Sentence(
            ("The default language holds no payoff, so it leans towards imitators; ", printing, " it, ready to edit.")
        )
