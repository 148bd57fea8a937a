"""`mesaprior prior compare` and `mesaprior prior depth`: priors and logical depth on one census."""

from __future__ import annotations

import click

from mesaprior.cli.command import PRIOR, Command, headed_option
from mesaprior.cli.completion import FILE, PRIORS
from mesaprior.cli.options import (
    Parameter,
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    priors_of,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show


@click.command("compare", cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@headed_option(
    "--prior",
    "priors_texts",
    type=PRIORS,
    multiple=True,
    metavar="NAME_OR_FORMULA",
    heading=PRIOR,
    old_names=("--priors",),
    help="A prior to compare, by name or formula, or several with commas; repeatable.  [default: uniform,simplicity,"
    "bounded,levin,s_fast; for networks uniform,simplicity,regularized]",
)
@headed_option(
    "--param",
    "parameters",
    type=Parameter(),
    multiple=True,
    heading=PRIOR,
    help="Set a parameter in all priors that have it; repeatable.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@noise_option
@tolerance_option
@format_option()
def compare_priors(
    source: str,
    priors_texts: tuple[str, ...],
    parameters: tuple[tuple[str, float], ...],
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    noise_text: str,
    tolerance: float,
    form: str,
) -> None:
    """Measure how far priors differ on one census.

    For each prior: who leads, by how much, and the effective number of programs under the posterior. For each pair:
    total variation before and after the log (0: the same, 1: nothing in common), the Kullback-Leibler divergence in
    bits both ways, and the rank correlation of the behaviours.

    \b
    Examples:
      mesaprior prior compare census/ --prior simplicity,levin,s_fast
      mesaprior prior compare corridor.csv --max-bits 24 --prior speed --prior '2**-length/infer_time' --param alpha=2
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior, space_name
    from mesaprior.hypotheses.registry import description
    from mesaprior.inference.reports.comparison import report_comparison
    from mesaprior.inference.robustness.comparison import compare

    priors_texts = priors_texts or (description(space_name(source, asked)).compared,)
    priors, noise = priors_of(priors_texts, parameters), noise_of(noise_text)
    for subject in priors:
        check_prior(subject, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    comparison = compare(question.census, question.log, priors, noise=noise, tolerance=tolerance)
    show(report_comparison(question, priors, comparison, noise=noise), form)


@click.command("depth", cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@click.option(
    "--significance",
    "significance_text",
    default="0,4,8,16",
    show_default=True,
    metavar="S,S,...",
    help="Bits by which a program may be longer than the shortest of its behaviour.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="K",
    help="How many leading behaviours to list.",
)
@format_option()
def depth(
    source: str,
    significance_text: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    top: int,
    form: str,
) -> None:
    """Give the logical depth of the leading behaviours.

    The depth of a behaviour at significance s is the least time of its programs that are at most s bits longer than
    its shortest (C. H. Bennett, 1988). A behaviour that stays slow at every significance is deep; one that a few more
    bits make fast is not. Depth does not depend on the prior: the prior and the log only choose which behaviours are
    listed.

    \b
    Example:
      mesaprior prior depth corridor.csv --max-bits 28 --significance 0,8,16
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.errors import UsageError
    from mesaprior.inference.bayes.posterior import posterior
    from mesaprior.inference.reports.depth import report_depth
    from mesaprior.inference.robustness.depth import logical_depth

    try:
        significance = [float(bits) for bits in significance_text.split(",")]
    except ValueError:
        raise UsageError(
            f"--significance {significance_text!r} is no list of numbers; write bits with commas, such as 0,4,8."
        ) from None
    subject, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(subject, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    depths = logical_depth(question.census, significance)
    result = posterior(question.census, question.log, subject, noise=noise)
    show(report_depth(question, result, depths, significance, prior=subject, noise=noise, top=top), form)
