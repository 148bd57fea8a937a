"""Next steps after a result: commands and options as they are typed."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from mesaprior.cli.files import typed_path
from mesaprior.hypotheses.registry import USUAL, description
from mesaprior.hypotheses.terms.language import default_constants
from mesaprior.inference.bayes.result import top_behaviours

if TYPE_CHECKING:
    from mesaprior.cli.infer_request import InferRequest
    from mesaprior.inference.bayes.posterior import Posterior
    from mesaprior.inference.request import Question, Request
    from mesaprior.priors.prior import FormulaPrior

USUAL_PRIOR, USUAL_NOISE = "simplicity", "beta:1,9"
"""What options need not say."""


def steps_from_posterior(question: Question, posterior: Posterior, asked: InferRequest) -> Iterator[str]:
    """Yield what leads on from `infer`: the leading program taken apart, another prior or a picture, a comparison."""
    if question.space.has_lesions and not question.is_folder:
        best = top_behaviours(posterior, question.census.witness, 1)[0].behaviour
        program = shlex.quote(posterior.exact.program if posterior.exact else question.census.witness[best])
        source = typed_path(question.source)
        again = f"{question.reading}{_language_options(question)}{_prior_options(asked.prior)}{_noise_options(asked)}"
        yield f"mesaprior why {program} --log {source}{again}"
    suggested = dict(description(question.space.name).suggested)
    yield another_step(asked.prior.name, asked.plot_file is not None, suggested)
    yield f"mesaprior prior compare {typed_again(question)}{_noise_options(asked)}"


def steps_from_people(about: Request, asked: InferRequest) -> Iterator[str]:
    """Yield what leads on from `infer --by`: a picture, and the table for programs."""
    again = f"mesaprior infer {typed_again(about)}{_prior_options(asked.prior)}{_noise_options(asked)}"
    if asked.plot_file is None:
        yield f"a picture: {again} --plot people.png"
    yield f"one line a person: {again} --format csv"


def typed_again(question: Request) -> str:
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


def _prior_options(prior: FormulaPrior) -> str:
    """Return the options that name a prior again, each with a space before it; nothing for the usual one."""
    if prior.name == USUAL_PRIOR:
        return ""
    named = [f"{name}={value!r}".removesuffix(".0") for name, value in prior.parameters.items()]
    return f" --prior {shlex.quote(prior.name)}" + "".join(f" --param {parameter}" for parameter in named)


def _noise_options(asked: InferRequest) -> str:
    """Return the options of the noise and the tolerance that were asked for, each with a space before it."""
    noise = "" if str(asked.noise) == USUAL_NOISE else f" --noise {asked.noise}"
    return noise + (f" --tolerance {asked.tolerance!r}" if asked.tolerance else "")


def _language_options(question: Request) -> str:
    """Return the options that name the language of a question again, each with a space before it."""
    if question.language is None:
        return ""
    if not question.is_default_language:
        return f" --language {shlex.quote(question.language.source)}"
    constants = default_constants(question.language, question.log)
    return f" --constants {','.join(map(str, constants))}" if constants else ""
