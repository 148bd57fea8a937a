"""`mesaprior language`: the default language of a log, fitted prices, and the analysis of a language's code."""

from __future__ import annotations

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    Parameter,
    constants_option,
    format_option,
    language_option,
    parameters_of,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.describe import LONGEST, language_of


class Weight(Parameter):
    """The weight of a token, written ``TOKEN=WEIGHT``."""

    name = "TOKEN=WEIGHT"


@click.command(cls=Command)
@click.argument("log_file", type=FILE, metavar="LOG")
@reading_options()
@language_option
@constants_option
@click.option("--fit-bits", is_flag=True, help="Set the bits of the tokens by a Huffman code for their weights.")
@click.option(
    "--weight",
    "weights",
    type=Weight(),
    multiple=True,
    help="With --fit-bits: the weight of a token, else 1; repeatable.",
)
@click.option("--code", "is_code", is_flag=True, help="Analyse the language's code instead of printing the language.")
@click.option(
    "--max-bits",
    type=click.IntRange(1, LONGEST),
    default=32,
    show_default=True,
    metavar="B",
    help="With --code: count programs of at most B bits.",
)
@format_option("toml")
def language(
    log_file: str,
    language_file: str | None,
    reading: ReadingOptions,
    constants: tuple[int, ...] | None,
    fit_bits: bool,
    weights: tuple[tuple[str, float], ...],
    is_code: bool,
    max_bits: int,
    form: str,
) -> None:
    """Print the default language of a log, ready to edit, or another language with new prices.

    The default language has the features, a constant for each action, every value as a number that costs more bits, a
    few operators and two searches. It has no payoff, so it favours imitators; add a payoff as a table to give planners
    something to plan for. --format table and toml both print the language as a file.

    With --fit-bits, the tokens get the bits of an optimal prefix code, fewer for those of more weight. With --code, the
    answer is about the code itself: Kraft's sum, the generating function of the number of programs by length, their
    mass under 2^-length, and the mass beyond --max-bits.

    \b
    Examples:
      mesaprior language corridor.csv > mine.toml
      mesaprior language offers.csv --constants 4,10
      mesaprior language corridor.csv --language mine.toml --fit-bits --weight y=4 --weight argmax=2
      mesaprior language corridor.csv --language mine.toml --code
    """
    from mesaprior.cli.reading import read_asked
    from mesaprior.hypotheses.terms.prices import fit_bits as fitted
    from mesaprior.inference.reports.language import report_code, report_language

    if weights and not fit_bits:
        raise UsageError("--weight goes with --fit-bits, which is missing; add it or leave the weights out.")
    if is_code and form == "toml":
        raise UsageError("--format toml is for a language, and --code prints none; choose another format.")
    log = read_asked(log_file, reading, language_file)
    result = language_of(language_file, log, constants)
    result.check_log(log)
    if fit_bits:
        result = fitted(result, parameters_of(weights, "--weight"))
    if is_code:
        show(report_code(result, log, max_bits), form)
    elif form in ("table", "toml"):
        click.echo(result.to_toml(), nl=False)
    else:
        show(report_language(result), form)
