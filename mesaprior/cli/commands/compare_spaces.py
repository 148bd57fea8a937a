"""`mesaprior compare-spaces`: one log, several formalisms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import PRIOR, SPACE, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    Parameter,
    bounds_options,
    format_option,
    noise_of,
    noise_option,
    plot_option,
    prior_of,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.hypotheses import registry
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    from mesaprior.inference.robustness.spaces import SpacesCompared
    from mesaprior.priors.prior import FormulaPrior


@click.command("compare-spaces", cls=Command)
@click.argument("log_file", type=FILE, metavar="LOG")
@reading_options(is_hidden=True)
@headed_option(
    "--spaces",
    "spaces_text",
    default=",".join(registry.usual_spaces()),
    show_default=True,
    metavar="S,S,...",
    heading=SPACE,
    help="The hypothesis spaces, with commas between them.",
)
@bounds_options
@headed_option(
    "--prior",
    "prior_texts",
    multiple=True,
    metavar="[SPACE:]PRIOR",
    heading=PRIOR,
    help="A prior by name, or a formula: for all spaces, or for one whose name stands before it; repeatable.  "
    "[default: simplicity]",
)
@headed_option(
    "--param",
    "parameters",
    type=Parameter(),
    multiple=True,
    heading=PRIOR,
    help="Set a parameter in all priors that have it; repeatable.",
)
@noise_option
@tolerance_option
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=5,
    show_default=True,
    metavar="K",
    help="How many functions to list for each side.",
)
@plot_option("Plot verdicts and agreement")
@format_option()
def compare_spaces(
    log_file: str,
    spaces_text: str,
    given: dict[str, Any],
    reading: ReadingOptions,
    prior_texts: tuple[str, ...],
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    top: int,
    plot_file: str | None,
    form: str,
) -> None:
    """Compare what several hypothesis spaces make of one log.

    For each space: whether faithful or defecting programs hold the posterior, by how much, and the leading program.
    For each pair of spaces: the rank correlation of the masses that they give to functions from situations to actions.
    The largest difference between the odds is the price of the choice of the machine.

    Options that bound a space apply to the spaces that have them; a space without a bound is counted as far as seconds
    allow.

    \b
    Examples:
      mesaprior compare-spaces moves.csv
      mesaprior compare-spaces moves.csv --spaces terms,turing --max-bits 24 --states 1-2 --prior levin
      mesaprior compare-spaces moves.csv --prior simplicity --prior networks:regularized --plot spaces.png
    """
    from mesaprior.cli.question import census_of
    from mesaprior.cli.reading import read_asked
    from mesaprior.cli.spaces import spaces_of
    from mesaprior.inference.reports.spaces import report_spaces
    from mesaprior.inference.robustness.spaces import answer_of
    from mesaprior.inference.robustness.spaces import compare_spaces as compare

    names = _names(spaces_text)
    priors, noise = _priors(names, prior_texts, parameters), noise_of(noise_text)
    for name in names:
        check_columns(priors[name], name, registry.description(name).columns)
    log = read_asked(log_file, reading, given.get("--language"))
    spaces = spaces_of(log, names, given)
    answers = [
        answer_of(
            census_of(space, log),
            log,
            priors[space.name],
            has_lesions=space.has_lesions,
            noise=noise,
            tolerance=tolerance,
        )
        for space in spaces
    ]
    result = compare(answers, top=top)
    if plot_file:
        _plot(result, priors, log.source, plot_file)
    show(report_spaces(result, log, spaces, priors, noise=noise, tolerance=tolerance), form)


def _plot(result: SpacesCompared, priors: dict[str, FormulaPrior], source: str, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture
    from mesaprior.inference.figures.spaces import figure_of_spaces
    from mesaprior.inference.reports.spaces import headline, priors_text

    title = f"{Path(source).stem}, {priors_text(result, priors)}: {headline(result)}"
    write_picture(figure_of_spaces(result, title=title), plot_file)


def _names(text: str) -> list[str]:
    """Return the names of spaces in a list with commas."""
    from mesaprior.errors import UsageError

    names, known = [name.strip() for name in text.split(",")], ", ".join(registry.names())
    for name in names:
        if name not in registry.names():
            raise UsageError(f"--spaces: {name[:60]!r} is no hypothesis space; there are {known}.")
        if names.count(name) > 1:
            raise UsageError(f"--spaces names {name} {names.count(name)} times; name it once.")
    if len(names) < 2:
        raise UsageError(f"--spaces {text} is one space alone; name at least two of {known}.")
    return names


def _priors(
    names: list[str], texts: tuple[str, ...], parameters: tuple[tuple[str, float], ...]
) -> dict[str, FormulaPrior]:
    """Return the prior of each space; parameters go to those that have them."""
    from mesaprior.errors import UsageError
    from mesaprior.priors.prior import describe_prior

    chosen: dict[str | None, str] = {}
    for text in texts:
        name, colon, rest = text.partition(":")
        key, prior = (name.strip(), rest.strip()) if colon else (None, text)
        if key is not None and key not in names:
            raise UsageError(
                f"--prior {text[:60]!r} is for {key!r}, which is not among the spaces asked; these are "
                f"{', '.join(names)}."
            )
        if key in chosen:
            raise UsageError(f"--prior names two priors for {key or 'all spaces'}; name one.")
        chosen[key] = prior
    by_name = {name: chosen.get(name, chosen.get(None, "simplicity")) for name in names}
    wanted = {text: describe_prior(text).parameters for text in by_name.values()}
    for parameter, _ in parameters:
        if not any(parameter in known for known in wanted.values()):
            raise UsageError(f"--param {parameter!r} belongs to none of the priors; remove it.")
    return {
        name: prior_of(text, tuple((key, value) for key, value in parameters if key in wanted[text]))
        for name, text in by_name.items()
    }
