"""`mesaprior language`: the default language of a log."""

from __future__ import annotations

import json

import click

from mesaprior.cli.options import format_option


@click.command()
@click.argument("log_file", metavar="LOG")
@format_option("toml", "json")
def language(log_file: str, form: str) -> None:
    """Print the default language of a log, ready to edit.

    It has the features, constants for the actions, a few operators and two searches, but no payoff, so it leans
    towards imitators; add a payoff as a table to give planners something to plan for.

    \b
    Example:
      mesaprior language corridor.csv > mine.toml
    """
    from mesaprior.hypotheses.log import read_log
    from mesaprior.hypotheses.terms.language import default_language

    result = default_language(read_log(log_file))
    click.echo(json.dumps(result.to_dict()) if form == "json" else result.to_toml(), nl=form == "json")
