"""`mesaprior language`: the default language of a log, fitted prices, and what is known of a language's code."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

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
from mesaprior.cli.streams import print_csv
from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.describe import LONGEST, language_of

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.terms.language import Language


LONGEST_SHOWN = 400
"""Characters of an exact expression at most that a person is shown; --format json has all of it."""


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

    if weights and not fit_bits:
        raise UsageError("--weight goes with --fit-bits, which is missing; add it or leave the weights out.")
    if is_code and form == "toml":
        raise UsageError("--format toml is for a language, and --code prints none; choose table, json or csv.")
    log = read_asked(log_file, reading, language_file)
    result = language_of(language_file, log, constants)
    result.check_log(log)
    if fit_bits:
        result = fitted(result, parameters_of(weights, "--weight"))
    if is_code:
        _print_code(result, log, max_bits, form)
    elif form == "json":
        click.echo(json.dumps(result.to_dict()))
    elif form == "csv":
        rows = [[token.kind, token.name, token.bits, token.steps] for token in result.tokens]
        print_csv(["kind", "token", "bits", "steps"], rows)
    else:
        click.echo(result.to_toml(), nl=False)


def _print_code(language: Language, log: ImitationLog, max_bits: int, form: str) -> None:
    """Print what is known of the code of a language."""
    from mesaprior.hypotheses.terms.tokens import token_text
    from mesaprior.inference.result import json_number
    from mesaprior.priors import codes

    symbols = language.symbols(log)
    prices = [token.bits for token in language.tokens]
    function = codes.generating_function(symbols)
    counts = function.coefficients(max_bits)
    tail = function.tail(max_bits)
    facts: dict[str, Any] = {
        "tokens": [
            {"token": token_text(token), "bits": token.bits, "literal_bits": symbol.bits - token.bits, "word": word}
            for token, symbol, word in zip(language.tokens, symbols, codes.canonical_code(prices), strict=True)
        ],
        "kraft": str(codes.kraft_sum(prices)),
        "equations": {name: str(equation.rhs) for name, equation in function.equations.items()},
        "closed_form": None if function.closed_form is None else str(function.closed_form),
        "programs": {str(length): n for length, n in enumerate(counts) if n},
        "mass": float(function.mass),
        "mass_exact": None if function.mass.exact is None else str(function.mass.exact),
        "max_bits": max_bits,
        "tail": function.tail_value(max_bits),
        "tail_exact": None if tail is None else str(tail),
        "radius": json_number(function.radius),
        "greatest_temperature": json_number(function.greatest_temperature),
    }
    if form == "json":
        click.echo(json.dumps(facts))
    elif form == "csv":
        print_csv(["length", "programs"], [[length, n] for length, n in facts["programs"].items()])
    else:
        _show_code(facts)


def _show_code(facts: dict[str, Any]) -> None:
    """Print what is known of a code for a person."""
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out = console()
    tokens = Table("token", "bits", "literal bits", "word")
    for token in facts["tokens"]:
        tokens.add_row(token["token"], str(token["bits"]), str(token["literal_bits"] or ""), token["word"])
    out.print(tokens)
    kraft = Fraction(facts["kraft"])
    room = f"; room for a token of {_bits_of(1 - kraft)} bits is left" if kraft < 1 else ", which leaves no room"
    out.print(f"Kraft's sum over the tokens is {kraft}{room}.", markup=False)
    out.print("Programs by length, as the coefficients of the generating function G(z):", markup=False)
    for name, equation in facts["equations"].items():
        out.print(f"  {name} = {equation}", markup=False, soft_wrap=True)
    closed = facts["closed_form"]
    if closed and len(closed) <= LONGEST_SHOWN:
        out.print(f"  so G = {closed}", markup=False, soft_wrap=True)
    lengths = list(facts["programs"].items())
    shown = lengths[:6] + lengths[max(6, len(lengths) - 3) :]
    out.print("  " + ", ".join(f"{n:,} of {length} bits" for length, n in shown), markup=False, soft_wrap=True)
    exact = facts["mass_exact"]
    is_short = exact and len(exact) <= LONGEST_SHOWN
    out.print(
        f"All programs have the mass {facts['mass']:.12g}{f' = {exact}' if is_short else ''} under 2^-length; those of "
        f"more than {facts['max_bits']} bits have {facts['tail']:.6g}.",
        markup=False,
        soft_wrap=True,
    )
    radius, hottest = float(facts["radius"]), float(facts["greatest_temperature"])
    if math.isfinite(radius):
        out.print(
            f"Their number grows by a factor of {1 / radius:.6g} a bit, so the prior simplicity**(1/temperature) has a "
            f"finite sum below the temperature {hottest:.6g}.",
            soft_wrap=True,
        )


def _bits_of(room: Fraction) -> int:
    """Return the fewest bits of a code word that fits into the room that a code leaves."""
    return math.ceil(math.log2(room.denominator) - math.log2(room.numerator))
