"""Commands and options that lead on from a result, as they are typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesaprior.cli.files import typed_path
from mesaprior.hypotheses.registry import USUAL, description
from mesaprior.hypotheses.terms.language import default_constants
from mesaprior.inference.bayes.result import top_behaviours

if TYPE_CHECKING:
    from mesaprior.inference.bayes.posterior import Posterior
    from mesaprior.inference.request import Question, Request


def steps_from_posterior(
    question: Question, posterior: Posterior, prior_name: str, *, is_plotted: bool
) -> Iterator[str]:
    """Yield what leads on from `infer`: the leading program taken apart, another prior or a picture, a comparison."""
    if question.space.has_lesions and not question.is_folder:
        best = top_behaviours(posterior, question.census.witness, 1)[0].behaviour
        program = shlex.quote(posterior.exact.program if posterior.exact else question.census.witness[best])
        source = typed_path(question.source)
        yield f"mesaprior why {program} --log {source}{question.reading}{_language_options(question)}"
    yield another_step(prior_name, is_plotted, dict(description(question.space.name).suggested))
    yield f"mesaprior prior compare {asked_again(question)}"


def steps_from_people(about: Request, *, is_plotted: bool) -> Iterator[str]:
    """Yield what leads on from `infer --by`: a picture, and the table for programs."""
    again = f"mesaprior infer {asked_again(about)}"
    if not is_plotted:
        yield f"a picture: {again} --plot people.png"
    yield f"one line a person: {again} --format csv"


def asked_again(question: Request) -> str:
    """Return the source of a question as another command takes it, with how it was read and counted."""
    source = typed_path(question.source)
    if question.is_folder:
        return f"{source}{question.reading}"
    name = question.space.name
    named = "" if name == USUAL else f" --space {name}"
    bounds = description(name).typed(question.space.bounds)
    return f"{source}{question.reading}{_language_options(question)}{named} {bounds}".rstrip()


def another_step(prior_name: str, is_plotted: bool, suggested: Mapping[str, str]) -> str:
    """Return the options that lead on from here; priors are suggested by name with their options."""
    another = ", ".join([option for name, option in suggested.items() if name != prior_name][:2])
    return f"another prior: {another}" + ("" if is_plotted else "; a picture: --plot odds.png")


def _language_options(question: Request) -> str:
    """Return the options that name the language of a question again, each with a space before it."""
    if question.language is None:
        return ""
    if not question.is_default_language:
        return f" --language {shlex.quote(question.language.source)}"
    constants = default_constants(question.language, question.log)
    return f" --constants {','.join(map(str, constants))}" if constants else ""
