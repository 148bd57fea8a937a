"""The line of a report that says what was asked."""

from __future__ import annotations

from collections.abc import Collection

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report_blocks import Line
from mesaprior.inference.request import Question


def about(question: Question, prior: Prior, noise: object, *others: str, varied: Collection[str] = ()) -> Line:
    """Return how many programs were counted, under which prior and noise, and on how many training rows.

    Parameters
    ----------
    question : Question
    prior : Prior
    noise : NoiseModel or str
    *others : str
        More of the line, after the number of programs.
    varied : collection of str
        Parameters of the prior that have no value of their own.
    """
    parts = (
        f"{question.census.n_programs:,} {question.space.noun} counted",
        *others,
        f"prior {prior_text(prior, varied)}",
        f"noise {noise}",
        number_of(question.log.n_training, "training row"),
    )
    return Line(" · ".join(parts), "about")
