"""`mesaprior crossover`: where the odds are 0, numerically and in closed form."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    check_noise_is_not_swept,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    plot_option,
    prior_options,
    space_options,
    swept_prior,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.cli.values import parse_over

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space
    from mesaprior.inference.bayes.noise import NoiseModel
    from mesaprior.inference.crossovers.crossover import Crossovers
    from mesaprior.inference.request import Question
    from mesaprior.priors.prior import FormulaPrior


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@headed_option(
    "--over",
    "over_text",
    required=True,
    metavar="NAME[=LOW:HIGH]",
    heading="What varies",
    help="A parameter of the prior, noise, a or b (of beta:a,b), n, max_bits, bits:TOKEN or steps:TOKEN.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@click.option(
    "--verdict",
    "by_verdict",
    is_flag=True,
    help="Weigh defecting against faithful programs, not optimizers against imitators.",
)
@tolerance_option
@plot_option("Plot the odds along the parameter")
@format_option()
def crossover(
    source: str,
    over_text: str,
    by_verdict: bool,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    plot_file: str | None,
    form: str,
) -> None:
    """Find the parameter values at which the lead changes, numerically and in closed form.

    The numbers come from all programs of the census. The closed form comes from the leading class of each side alone:
    the programs that agree in all that the prior reads, and in their hits in training. Where the two differ, the
    report says how much of each side its leading class holds.

    For n, max_bits and prices of tokens, the changes of sign between whole values are listed. Another price makes
    another language, so all programs are counted again for each.

    \b
    Examples:
      mesaprior crossover census/ --prior speed --over alpha
      mesaprior crossover census/ --prior speed --over alpha=0:20 --verdict --noise 0.01
      mesaprior crossover census/ --prior bounded --over T
      mesaprior crossover corridor.csv --language corridor.toml --max-bits 24 --over bits:argmax=4:8
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.crossover import report_crossover

    name, low, high = parse_over(over_text, "--over")
    check_noise_is_not_swept([name])
    prior = swept_prior(prior_text, parameters, {name: _example(name, low)})
    noise = noise_of(noise_text)
    check_prior(prior, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    if not question.space.has_lesions and not by_verdict:
        by_verdict = True
        click.echo(
            f"The {question.space.noun} have no roles: defecting ones are weighed against faithful ones.", err=True
        )
    if _is_price(name):
        found = _over_price(question, prior, name, low, high, by_verdict, noise, tolerance)
    else:
        analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=question.space)
        found = analysis.crossover(name, low, high, by_verdict=by_verdict, workers=os.cpu_count() or 1)
    if plot_file:
        _plot(question, found, prior, plot_file)
    show(report_crossover(question, found, prior=prior, noise=noise, tolerance=tolerance), form)


def _is_price(name: str) -> bool:
    """Tell whether what varies is the price of a token."""
    return ":" in name


def _example(name: str, low: float | None) -> float:
    """Return a value of what varies, if it is a parameter of the prior."""
    from mesaprior.inference.crossovers.crossover import RANGES

    if low is not None:
        return low
    return RANGES[name][0] if not _is_price(name) and name in RANGES else 1.0


def _over_price(
    question: Question,
    prior: FormulaPrior,
    name: str,
    low: float | None,
    high: float | None,
    by_verdict: bool,
    noise: NoiseModel,
    tolerance: float,
) -> Crossovers:
    """Count a census for each price of a token, and say so."""
    from mesaprior.cli.question import census_of
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.terms.space import space_of_terms
    from mesaprior.inference.crossovers.prices import PRICES, Price, find_price_crossovers

    what, _, token = name.partition(":")
    if what not in PRICES:
        raise UsageError(f"--over {name[:60]!r} is no price of a token; write {' or '.join(PRICES)} before the colon.")
    space = space_of_terms(question.space)
    if space is None:
        raise UsageError(
            f"--over {name[:60]!r}: the space {question.space.name} has no tokens with prices; ask of terms."
        )
    if low is None or high is None or not (low.is_integer() and high.is_integer()):
        raise UsageError(f"--over {name[:60]!r} needs a range of whole numbers; write {name[:60]}=1:8, for example.")
    told = [f"Counting the programs anew for each of {int(high) - int(low) + 1} prices of {token!r}."]

    def count(space: Space, log: ImitationLog) -> Census:
        while told:
            click.echo(told.pop(), err=True)
        return census_of(space, log)

    return find_price_crossovers(
        space,
        question.log,
        prior,
        Price(what, token),
        low=int(low),
        high=int(high),
        by_verdict=by_verdict,
        noise=noise,
        tolerance=tolerance,
        count=count,
    )


def _plot(question: Question, found: Crossovers, prior: FormulaPrior, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture
    from mesaprior.inference.figures.crossover import figure_of_crossovers
    from mesaprior.inference.provenance import prior_text
    from mesaprior.inference.reports.crossover import headline

    asked = f"{Path(question.log.source).stem}, prior {prior_text(prior, [found.parameter])}"
    write_picture(figure_of_crossovers(found, title=f"{asked}: {headline(found)}"), plot_file)
