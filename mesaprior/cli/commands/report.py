"""`mesaprior report`: one page with sliders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options

if TYPE_CHECKING:
    from mesaprior.inference.bayes.noise import NoiseModel
    from mesaprior.inference.request import Question
    from mesaprior.priors.prior import FormulaPrior


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@headed_option(
    "--out",
    "page_file",
    type=FILE,
    required=True,
    metavar="PAGE.html",
    heading=OUTPUT,
    help="The page to write.",
)
@other_log_option
@reading_options()
@space_options
@prior_options
@noise_option
@tolerance_option
def report(
    source: str,
    page_file: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
) -> None:
    """Write one page with live sliders for the prior, the noise and the number of rows.

    The page is a single file that opens from disk and needs no network. It holds the census, reduced, and works out
    masses, odds, the phase diagram, the leading programs and their predictions in the browser. --prior and --noise say
    where its sliders stand at first. With --by it also shows each person, to be chosen for a view of their own.

    LOG_OR_CENSUS is a table of choices, or a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior report corridor.csv --language corridor.toml --max-bits 28 --out corridor.html
      mesaprior report choices.csv --by id --max-bits 16 --out people.html
      mesaprior report corridor-32 --prior speed --param alpha=2 --out corridor.html
    """
    from mesaprior.cli.files import check_file, write_text
    from mesaprior.cli.page.assembly import page_of
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.page.charts import check_charts
    from mesaprior.inference.page.content import page_content
    from mesaprior.inference.page.sliders import start_of_noise, start_of_prior

    check_charts("mesaprior report")
    check_file(page_file, "--out", [".html"])
    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    # What the sliders do not reach is refused before anything is counted.
    start_of_prior(prior)
    start_of_noise(noise)
    check_prior(prior, source, asked)
    by = reading.columns.by
    if by:
        from mesaprior.cli.people import check_rows

        check_rows(source, other_log)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=question.space)
    content = page_content(question, analysis, prior)
    if by:
        content["people"] = _people(question, by, prior, noise, tolerance)
    write_text(page_file, page_of(content))


def _people(
    question: Question, by: Sequence[str], prior: FormulaPrior, noise: NoiseModel, tolerance: float
) -> dict[str, Any]:
    """Return what the page holds of each person."""
    from mesaprior.cli.people import answer_about, learns
    from mesaprior.inference.page.people import people_content

    # Programs that learn do other things for each person, who gets a census of their own.
    census = None if learns(question.space) else question.census
    answer = answer_about(question, census, prior=prior, noise=noise, tolerance=tolerance, top=1)
    count = question.space.census if census is None else None
    return people_content(answer, census, by, prior=prior, noise=noise, tolerance=tolerance, count=count)
