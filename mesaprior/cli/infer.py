"""`mesaprior infer`: the main job."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

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


@click.command()
@click.argument("source", metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options()
@space_options
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--top", type=click.IntRange(min=0), default=10, show_default=True, metavar="K", help="Leading behaviours to list."
)
@click.option(
    "--plot", "plot_file", metavar="FILE", help="Draw who holds the posterior along n into a .png or .svg file."
)
@click.option(
    "--utility",
    "utilities",
    multiple=True,
    metavar="TERM",
    help="Say who is like an agent for this: a term with y for the action, such as '(eq y c)'; repeatable.",
)
@click.option(
    "--utility-table",
    "utility_tables",
    multiple=True,
    type=(str, click.FloatRange(min=0)),
    metavar="FILE.csv BITS",
    help="The same of a utility in a CSV of situations, actions and values, charged so many bits; repeatable.",
)
@click.option(
    "--utility-language",
    metavar="FILE.toml",
    help="The language of the utilities; without it that of the programs, or the default one of the log.",
)
@click.option(
    "--memorizer",
    "memorizer_features",
    metavar="FEATURES",
    help="Let all literal tables over these features, with commas between them, compete with what was counted.",
)
@click.option(
    "--memorizer-bits",
    type=click.IntRange(0, LONGEST),
    metavar="B",
    help="Bits to say that a table follows.  [default: those of the look-up, or of a token, in the language]",
)
@click.option(
    "--family",
    "is_family",
    is_flag=True,
    help="Repeat the question with each token dropped, dearer or cheaper, and with shorter bounds: do the odds hold?",
)
@click.option(
    "--predict",
    "is_predicting",
    is_flag=True,
    help="Tell what is predicted for each later row, in the labels of the log.",
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
    """Say who holds the posterior, at every training prefix.

    Counts every program of the language up to a length, weighs the programs by the prior, updates on the training
    rows of the log, and says whether imitators or optimizers hold the posterior, and what the leading programs do
    later. With --space turing the programs are Turing machines, and the answer is by what they do later: whether
    faithful or defecting machines hold the posterior.

    LOG_OR_CENSUS is a table of choices as it is (.csv, .tsv, .txt or .parquet, or - for standard input), or a folder
    that `mesaprior census` wrote, which answers at once. With --by the answer is one for each person, and one for all.

    \b
    Examples:
      mesaprior infer corridor.csv --language corridor.toml --max-bits 28
      mesaprior infer corridor.csv --prior speed --param alpha=2 --noise 0.05 --format json
      mesaprior infer corridor.csv --space turing --states 1-3
      mesaprior infer corridor.csv --language corridor.toml --max-bits 24 --family
      mesaprior infer corridor.csv --language corridor.toml --utility '(eq (move p y) c)'
      mesaprior infer corridor.csv --language corridor.toml --memorizer p,c
    """
    from mesaprior.cli.agency import agencies_of, agencies_to_json, render_agencies
    from mesaprior.cli.family import family_of_question, family_to_json, render_family
    from mesaprior.cli.goals import goals_to_json, render_goals
    from mesaprior.cli.memorizer import check_memorizer, check_tables, memorizer_of, memorizer_to_json, render_memorizer
    from mesaprior.cli.question import ask, provenance_of
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.goals import goals
    from mesaprior.inference.posterior import posterior
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
    if reading.columns.by:
        _refuse_with_people(
            {
                "--family": is_family,
                "--memorizer": memorizer_features,
                "--predict": is_predicting,
                "--utility": utilities,
                "--utility-table": utility_tables,
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
    result = posterior(question.census, question.log, prior, noise=noise, tolerance=tolerance)
    mass_beyond = question.space.mass_beyond(question.census, question.log)
    memorizer = memorizer_of(
        question, memorizer_features, memorizer_bits, prior, result, noise=noise, tolerance=tolerance
    )
    agencies = agencies_of(question, utilities, utility_tables, utility_language, prior)
    candidates = goals(agencies, result) if agencies else None
    family = family_of_question(question, prior, noise, tolerance) if is_family else None

    if plot_file:
        from mesaprior.cli.plot import plot_posterior
        from mesaprior.cli.sides import sides_of

        sides = sides_of(result, has_lesions=question.space.has_lesions, noun=question.space.noun)
        plot_posterior(sides, plot_file, title_source=Path(question.log.source).stem)
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
            answer["agency"] = agencies_to_json(agencies, result)
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
            render_agencies(agencies, result)
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
        source, other_log=other_log, asked=asked, reading=reading, prior=prior, noise=noise, tolerance=tolerance
    )
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
