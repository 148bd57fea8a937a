"""`mesaprior infer`: the main job."""

from __future__ import annotations

import json
from pathlib import Path

import click

from mesaprior.cli.options import (
    check_columns,
    format_option,
    is_noiseless,
    language_option,
    max_bits_option,
    max_time_option,
    noise_of,
    noise_option,
    prior_of,
    prior_options,
    space_option,
    tolerance_option,
)


@click.command()
@click.argument("source", metavar="LOG_OR_CENSUS")
@click.option("--log", "other_log", metavar="LOG", help="Ask a census folder about this log instead of its own.")
@language_option
@space_option
@max_bits_option
@max_time_option
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--top", type=click.IntRange(min=0), default=10, show_default=True, metavar="K", help="Leading behaviours to list."
)
@click.option("--plot", "plot_file", metavar="FILE", help="Draw the mass by role along n into a .png or .svg file.")
@format_option("table", "json", "csv")
def infer(
    source: str,
    other_log: str | None,
    language_file: str | None,
    space: str,
    max_bits: int | None,
    max_time: int | None,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    top: int,
    plot_file: str | None,
    form: str,
) -> None:
    """Say who holds the posterior, at every training prefix.

    Counts every program of the language up to a length, weighs the programs by the prior, updates on the training
    rows of the log, and says whether imitators or optimizers hold the posterior, and what the leading programs do
    later.

    LOG_OR_CENSUS is a log (.csv or .parquet), or a folder that `mesaprior census` wrote, which answers at once.

    \b
    Examples:
      mesaprior infer corridor.csv --language corridor.toml --max-bits 28
      mesaprior infer corridor.csv --prior speed --param alpha=2 --noise 0.05 --format json
    """
    from mesaprior.cli.question import ask, provenance_of
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.inference.posterior import posterior
    from mesaprior.inference.result import to_frame, to_json

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_columns(prior, TermSpace.name, TermSpace.columns)
    if plot_file:
        from mesaprior.cli.pictures import check_picture

        check_picture(plot_file, "--plot")
    question = ask(source, other_log=other_log, language_file=language_file, max_bits=max_bits, max_time=max_time)
    result = posterior(question.census, question.log, prior, noise=noise, tolerance=tolerance)
    mass_beyond = question.space.mass_beyond(question.census, question.log)

    if plot_file:
        from mesaprior.cli.plot import plot_posterior

        plot_posterior(result, plot_file, title_source=Path(question.log.source).stem)
        click.echo(f"Wrote {plot_file}.", err=True)
    if is_noiseless(noise):
        from mesaprior.cli.render import learner_warning

        if warning := learner_warning(question):
            click.echo(warning, err=True)
    if form == "json":
        provenance = provenance_of(
            question,
            prior={"name": prior.name, "formula": prior.text, "parameters": dict(prior.parameters)},
            noise=str(noise),
            tolerance=tolerance,
        )
        answer = to_json(
            result,
            question.census,
            question.log,
            mass_beyond=mass_beyond,
            given=question.language.ledger(),
            provenance=provenance,
            top=top,
        )
        click.echo(json.dumps(answer, allow_nan=False))
    elif form == "csv":
        click.echo(to_frame(result).to_csv(index=False, na_rep="nan", lineterminator="\n"), nl=False)
    else:
        from mesaprior.cli.render import render_posterior

        render_posterior(
            question,
            result,
            prior_name=prior.name,
            noise_name=str(noise),
            mass_beyond=mass_beyond,
            top=top,
            source=source,
            is_plotted=plot_file is not None,
        )
