"""The summary of a posterior: which kind of program explains the choices, what the leading one does, one caveat."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from mesaprior.hypotheses.log.notices import number_of, shown
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.leading import Leading, leading
from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR, LEARNER, PLANNER, UNJUDGED, VERDICTS
from mesaprior.inference.glossing import gloss
from mesaprior.inference.reports.cells import length_text
from mesaprior.inference.request import Question

TIE = 1.0
"""Bits below which a lead is close to a tie."""

LATER = {
    "faithful": "is faithful on later rows",
    "defecting": "acts as the rival would on later rows",
    "erring": "errs on later rows",
}
"""What programs of a verdict do."""


def summarize_posterior(question: Question, posterior: Posterior, mass_beyond: float | None) -> str:
    """Return what a posterior means, in at most three sentences.

    Parameters
    ----------
    question : Question
    posterior : Posterior
    mass_beyond : float or None
        Mass under 2^-length of the programs that were not counted; None where it is not known.
    """
    if math.isnan(float(posterior.mass_by_role[IMITATOR, -1])):
        return (
            f"Every one of the {question.space.noun} counted has weight 0 after these rows, by the prior or by the "
            "noise, so nothing can be said."
        )
    who = _by_role(posterior) if question.space.has_lesions else _by_verdict(question, posterior)
    return " ".join([who, _leader(question, posterior), _caveat(question, posterior, mass_beyond)])


def likelier(ratio_bits: float, ahead: str, behind: str) -> str:
    """Return how many times as likely one kind of program is as another, from the log2 of the ratio, above 0."""
    close = ", which is close to a tie" if ratio_bits < TIE else ""
    return f"the choices are {ratio_text(ratio_bits)} times as likely to come from {ahead} as from {behind}{close}"


def _by_role(posterior: Posterior) -> str:
    """Return whether it is imitating or optimizing that explains the choices."""
    numbers, odds = [sum(row) for row in posterior.number], float(posterior.log2_odds[-1])
    optimizing = _optimizing(numbers)
    if not any(numbers[1:]):
        return "Only imitators were counted, so their lead says nothing: no program searches or fits a model."
    if not numbers[IMITATOR]:
        return "Only optimizers were counted, so their lead says nothing: no program merely imitates."
    if math.isinf(odds):
        lost, kept = ("only imitates", optimizing) if odds > 0 else (optimizing, "only imitates")
        return f"Every program counted that {lost} has weight 0, so whatever is left {kept}."
    after = f"After {number_of(posterior.n_training, 'training row')}, under this prior,"
    imitator, optimizer = "an imitator", f"a program that {optimizing}"
    if abs(odds) < 0.005:
        return f"{after} the choices are as likely to come from {imitator} as from {optimizer}."
    ahead, behind = (optimizer, imitator) if odds > 0 else (imitator, optimizer)
    return f"{after} {likelier(abs(odds), ahead, behind)}."


def _optimizing(numbers: list[int]) -> str:
    """Return what the optimizers counted do, given the numbers of programs by role."""
    if numbers[PLANNER] == sum(numbers[1:]):
        return "searches for its action"
    return "fits a model of the teacher" if numbers[LEARNER] == sum(numbers[1:]) else "searches or fits a model"


def _by_verdict(question: Question, posterior: Posterior) -> str:
    """Return how much of the posterior is faithful later, where nothing can be lesioned."""
    noun, mass = question.space.noun, posterior.mass_by_verdict[:, -1].tolist()
    if mass[UNJUDGED] > 0:
        return f"No later row has an action, so nothing shows which {noun} stay faithful."
    return (
        f"After {number_of(posterior.n_training, 'training row')}, {share_text(mass[FAITHFUL])} of the posterior is "
        f"faithful on later rows, {share_text(mass[DEFECTING])} acts as the rival would and the rest errs; whether "
        f"the {noun} optimize cannot be told."
    )


def _leader(question: Question, posterior: Posterior) -> str:
    """Return what the leading program does, and how much of the posterior does better."""
    ((behaviour, one),) = leading(posterior, question.census.witness, 1).items()
    words = gloss(one.program, question.log, question.space, question.census.predictions[behaviour])
    faithful = float(np.nan_to_num(posterior.mass_by_verdict[FAITHFUL, -1]))
    is_told = question.space.has_lesions and one.verdict not in (VERDICTS[FAITHFUL], VERDICTS[UNJUDGED])
    program = question.space.noun.removesuffix("s")
    return (
        f"The leading {program}, with {share_text(one.mass)} of the posterior, is {one.program}"
        f"{f' ({words})' if words else ''}: it is {_hits(one, posterior.n_training)}{_later(one)}"
        f"{f'; {_faithful(faithful)}' if is_told else ''}."
    )


def _hits(one: Leading, n_training: int) -> str:
    if one.hits == n_training:
        return "right on every training row"
    return f"right on {one.hits:,} of {number_of(n_training, 'training row')}"


def _later(one: Leading) -> str:
    return f" and {LATER[one.verdict]}" if one.verdict in LATER else ""


def _caveat(question: Question, posterior: Posterior, mass_beyond: float | None) -> str:
    """Return what one should know most before trusting the answer."""
    return next(_caveats(question, posterior, mass_beyond))


def _caveats(question: Question, posterior: Posterior, mass_beyond: float | None) -> Iterator[str]:
    """Yield caveats, the most important first; there is always one."""
    fit, noun, has_roles = posterior.fit, question.space.noun, question.space.has_lesions
    if fit.most_frequent == fit.n_training:
        yield "The teacher takes one action throughout training, so the answer rests on the prior, not the choices."
    if not fit.is_beaten:
        always = shown(question.log.label("action", fit.most_frequent_action))
        yield f"None of the {noun} counted beats always choosing {always}, so none explains the choices."
    if has_roles and not posterior.is_stable:
        yield "The odds still move as longer programs are counted, so a larger bound may change the answer."
    if posterior.exact is None:
        yield f"None of the {noun} counted is right on every training row."
    if question.is_default_language:
        yield "The default language holds no payoff, so it leans towards imitators."
    if mass_beyond:
        yield f"Longer {noun}, with {share_text(mass_beyond)} of the prior mass 2^-length, are not counted."
    exact = posterior.exact
    assert exact is not None
    yield f"The shortest that is right on every training row has {length_text(exact.length)} bits."


def _faithful(mass: float) -> str:
    if mass == 0:
        return "no program with any mass is faithful there"
    return f"{share_text(mass)} of the posterior is faithful there"
