"""`mesaprior infer`: the main job."""

from __future__ import annotations

import json
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
    prior_facts,
    prior_of,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, facts_of_codes, reading_options
from mesaprior.hypotheses.terms.describe import LONGEST

if TYPE_CHECKING:
    from mesaprior.inference.noise import NoiseModel
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
@format_option("table", "json", "csv")
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
    from mesaprior.cli.agency import agencies_to_json, goals_of, render_agencies
    from mesaprior.cli.family import family_of_question, family_to_json, render_family
    from mesaprior.cli.goals import goals_to_json, render_goals
    from mesaprior.cli.memorizer import check_memorizer, check_tables, memorizer_of, memorizer_to_json, render_memorizer
    from mesaprior.cli.question import ask, provenance_of
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.result import to_frame, to_json

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    check_memorizer(memorizer_features, memorizer_bits, prior, form)
    if is_family and form == "csv":
        from mesaprior.errors import UsageError

        raise UsageError("--family has no place in the CSV of masses; take --format json or table, or leave it out.")
    if plot_file:
        from mesaprior.cli.pictures import check_picture

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
    result = analysis.posterior
    mass_beyond = question.space.mass_beyond(question.census, question.log)
    memorizer = memorizer_of(question, memorizer_features, memorizer_bits, analysis)
    candidates = goals_of(question, utilities, utility_tables, utility_language, analysis)
    family = family_of_question(analysis, question.space) if is_family else None

    if plot_file:
        from mesaprior.cli.plot import plot_posterior

        plot_posterior(analysis.sides, plot_file, title_source=Path(question.log.source).stem)
        click.echo(f"Wrote {plot_file}.", err=True)
    if is_noiseless(noise):
        from mesaprior.cli.render import learner_warning

        if warning := learner_warning(question):
            click.echo(warning, err=True)
    if form == "json":
        provenance = provenance_of(
            question,
            prior=prior_facts(prior),
            noise=str(noise),
            tolerance=tolerance,
        )
        answer = to_json(
            result,
            question.census,
            question.log,
            mass_beyond=mass_beyond,
            given=question.language.ledger() if question.language else [],
            provenance=provenance,
            codes=facts_of_codes(question.log, question.census.n_actions),
            warnings=question.warnings,
            top=top,
        )
        if candidates is not None:
            answer["agency"] = agencies_to_json(candidates.candidates, result)
            answer["goals"] = goals_to_json(candidates, question, result, top)
        if memorizer:
            answer["memorizer"] = memorizer_to_json(memorizer, question.log)
        if family is not None:
            answer["family"] = family_to_json(family)
        click.echo(json.dumps(answer, allow_nan=False))
    elif form == "csv" and is_predicting:
        from mesaprior.cli.predictions import predictions_table
        from mesaprior.cli.streams import print_csv

        print_csv(*predictions_table(question, result))
    elif form == "csv":
        click.echo(to_frame(result).to_csv(index=False, na_rep="nan", lineterminator="\n"), nl=False)
    else:
        from mesaprior.cli.render import print_next_steps, render_posterior
        from mesaprior.cli.render_verdicts import render_verdicts

        # Roles need something to turn upside down.
        render = render_posterior if question.space.has_lesions else render_verdicts
        render(
            question,
            result,
            prior_name=prior.name,
            noise_name=str(noise),
            mass_beyond=mass_beyond,
            top=top,
        )
        if is_predicting:
            from mesaprior.cli.predictions import render_predictions

            render_predictions(question, result)
        if candidates is not None:
            render_agencies(candidates.candidates, result)
            render_goals(candidates, question, result, top)
        if memorizer:
            render_memorizer(memorizer)
        if family is not None:
            render_family(family, question)
        print_next_steps(question, result, prior.name, is_plotted=plot_file is not None)


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
    if is_noiseless(noise):
        from mesaprior.cli.render import learner_warning

        if warning := learner_warning(answer.about):
            click.echo(warning, err=True)
    if plot_file:
        from mesaprior.cli.plot_people import plot_people

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
