"""`mesaprior infer`: the main job."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    is_noiseless,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.hypotheses.terms.describe import LONGEST

if TYPE_CHECKING:
    from mesaprior.inference.noise import NoiseModel
    from mesaprior.inference.request import Request
    from mesaprior.priors.prior import FormulaPrior


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options()
@space_options
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="K",
    help="How many leading behaviours to list.",
)
@headed_option(
    "--plot",
    "plot_file",
    type=FILE,
    metavar="FILE",
    heading=OUTPUT,
    help="Plot the posterior against the number of training rows, in a .png or .svg file.",
)
@click.option(
    "--utility",
    "utilities",
    multiple=True,
    metavar="TERM",
    help="Tell which programs act as if they maximized this term of the action y, such as '(eq y c)'; repeatable.",
)
@click.option(
    "--utility-table",
    "utility_tables",
    multiple=True,
    type=(FILE, click.FloatRange(min=0)),
    metavar="FILE.csv BITS",
    help="The same for a utility in a CSV of situations, actions and values, charged BITS bits; repeatable.",
)
@click.option(
    "--utility-language",
    type=FILE,
    metavar="FILE.toml",
    help="The language of the utilities; by default that of the programs, or else of the log.",
)
@click.option(
    "--memorizer",
    "memorizer_features",
    metavar="FEATURES",
    help="Add all lookup tables over FEATURES, with commas between them, as hypotheses.",
)
@click.option(
    "--memorizer-bits",
    type=click.IntRange(0, LONGEST),
    metavar="B",
    help="Bits charged for saying that a table follows.  [default: those of a lookup, or of any token]",
)
@click.option(
    "--family",
    "is_family",
    is_flag=True,
    help="Ask again with each token dropped, dearer or cheaper, and with shorter bounds, to see if the odds hold.",
)
@click.option(
    "--predict",
    "is_predicting",
    is_flag=True,
    help="Print the predictions for each later row, in the labels of the log.",
)
@format_option()
def infer(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    top: int,
    plot_file: str | None,
    utilities: tuple[str, ...],
    utility_tables: tuple[tuple[str, float], ...],
    utility_language: str | None,
    memorizer_features: str | None,
    memorizer_bits: int | None,
    is_family: bool,
    is_predicting: bool,
    form: str,
) -> None:
    """Find who holds the posterior after each training row.

    Counts every program of the language up to a length, weighs the programs by the prior, updates on the training
    rows of the log, and says whether imitators or optimizers hold the posterior, and what the leading programs do
    later. With --space turing the programs are Turing machines, and the answer is whether machines that stay faithful
    or machines that defect on later rows hold the posterior.

    LOG_OR_CENSUS is a table of choices (.csv, .tsv, .txt or .parquet, or - for standard input), or a folder that
    `mesaprior census` wrote, which answers at once. With --by the answer is one for each person, and one for all.

    \b
    Examples:
      mesaprior infer corridor.csv --language corridor.toml --max-bits 28
      mesaprior infer corridor.csv --prior speed --param alpha=2 --noise 0.05 --format json
      mesaprior infer corridor.csv --space turing --states 1-3
      mesaprior infer corridor.csv --language corridor.toml --max-bits 24 --family
      mesaprior infer corridor.csv --language corridor.toml --utility '(eq (move p y) c)'
      mesaprior infer corridor.csv --language corridor.toml --memorizer p,c
    """
    from mesaprior.cli.agency import goals_of
    from mesaprior.cli.answer import Answer
    from mesaprior.cli.family import family_of_question
    from mesaprior.cli.memorizer import check_memorizer, check_tables, memorizer_of
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    check_memorizer(memorizer_features, memorizer_bits, prior, form)
    if is_family and form == "csv":
        from mesaprior.errors import UsageError

        raise UsageError("--family has no place in the CSV of masses; take --format json or table, or leave it out.")
    if plot_file:
        from mesaprior.cli.report.figure import check_picture

        check_picture(plot_file, "--plot")
    if utility_language is not None and not utilities:
        from mesaprior.errors import UsageError

        raise UsageError("--utility-language is the language of --utility, and none is given; leave it out.")
    if reading.columns.by:
        _refuse_with_people(
            {
                "--family": is_family,
                "--memorizer": memorizer_features,
                "--predict": is_predicting,
                "--utility": utilities,
                "--utility-table": utility_tables,
                "--utility-language": utility_language,
            }
        )
        _infer_people(
            source,
            other_log,
            asked,
            reading,
            prior,
            noise,
            tolerance=tolerance,
            top=top,
            plot_file=plot_file,
            form=form,
        )
        return
    question = ask(
        source,
        other_log=other_log,
        asked=asked,
        reading=reading,
        noise=noise,
        check=partial(check_tables, memorizer_features),
    )
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=question.space)
    answer = Answer(
        question,
        analysis,
        prior,
        goals=goals_of(question, utilities, utility_tables, utility_language, analysis),
        memorizer=memorizer_of(question, memorizer_features, memorizer_bits, analysis),
        family=family_of_question(analysis, question.space) if is_family else None,
        top=top,
        is_predicting=is_predicting,
    )
    if plot_file:
        from mesaprior.cli.report.plot import plot_posterior

        plot_posterior(analysis.partition, plot_file, title_source=Path(question.log.source).stem)
        click.echo(f"Wrote {plot_file}.", err=True)
    _warn_of_noise(noise, question)
    if form == "json":
        answer.print_json()
    elif form == "csv":
        answer.print_csv()
    else:
        answer.print_table(is_plotted=plot_file is not None)


def _warn_of_noise(noise: NoiseModel, about: Request) -> None:
    """Say what a noise of 0 rules out, where it does."""
    if is_noiseless(noise):
        from mesaprior.cli.report.posterior import learner_warning

        if warning := learner_warning(about):
            click.echo(warning, err=True)


def _refuse_with_people(options: dict[str, object]) -> None:
    """Refuse options that are about one log where many people are asked about."""
    for option, value in options.items():
        if value:
            from mesaprior.errors import UsageError

            raise UsageError(f"{option} is about one log, and --by asks about many people; leave one of them out.")


def _infer_people(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior: FormulaPrior,
    noise: NoiseModel,
    *,
    tolerance: float,
    top: int,
    plot_file: str | None,
    form: str,
) -> None:
    """Answer for each person, and for all together."""
    from mesaprior.cli.people import ask_people, headline_of, print_people

    answer = ask_people(
        source,
        other_log=other_log,
        asked=asked,
        reading=reading,
        prior=prior,
        noise=noise,
        tolerance=tolerance,
        top=top,
    )
    _warn_of_noise(noise, answer.about)
    if plot_file:
        from mesaprior.cli.report.plot_people import plot_people

        plot_people(answer, plot_file, headline=headline_of(answer), title_source=Path(answer.log.source).stem)
        click.echo(f"Wrote {plot_file}.", err=True)
    print_people(
        answer,
        reading.columns.by,
        form,
        prior=prior,
        noise=noise,
        tolerance=tolerance,
        top=top,
        is_plotted=plot_file is not None,
    )
