"""`mesaprior sample`: programs drawn from the posterior."""

from __future__ import annotations

import os

import click

from mesaprior.cli.command import COUNTING, Command, headed_option
from mesaprior.cli.completion import FOLDER
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show


@click.command(cls=Command)
@click.argument("folder", type=FOLDER, metavar="CENSUS")
@click.option(
    "-k",
    "--draws",
    "k",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="K",
    help="How many programs to draw.",
)
@other_log_option
@reading_options(is_hidden=True)
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="The random seed; the same seed draws the same programs.",
)
@headed_option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    heading=COUNTING,
    help="Threads; by default one for each core. The programs do not depend on it.",
)
@format_option()
def sample(
    folder: str,
    k: int,
    other_log: str | None,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    seed: int,
    workers: int | None,
    form: str,
) -> None:
    """Draw programs from the posterior, each with its exact probability.

    Every program counted is drawn with exactly its posterior probability, each draw independent of the others. It
    takes a few times as long as the census did, however many programs are drawn.

    CENSUS is a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior sample corridor-28
      mesaprior sample corridor-28 -k 100 --prior levin --seed 1 --format json
    """
    from pathlib import Path

    from mesaprior.cli.progress import progress
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.terms.space import space_of_terms
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.sample import report_sample

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    if not Path(folder).is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; `mesaprior census LOG --max-bits B --out DIR` writes a census."
        )
    check_prior(prior, folder, SpaceOptions())
    question = ask(folder, other_log=other_log, asked=SpaceOptions(), reading=reading)
    space = space_of_terms(question.space)
    if space is None:
        raise UsageError(
            f"{folder} is a census of the space {question.space.name}, and programs are drawn from terms only; give a "
            "census of terms."
        )
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=space)
    with progress(f"Drawing {k:,} programs", space.n_reports(question.log)) as report:
        draws = analysis.sample(k, seed, workers=workers or os.cpu_count() or 1, report=report)
    show(report_sample(question, draws, prior=prior, noise=noise, tolerance=tolerance, seed=seed), form)
