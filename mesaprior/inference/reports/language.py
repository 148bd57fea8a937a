"""The report on a language: its tokens with their prices, and what is known of the code that they make."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.tokens import token_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.priors import codes

LONGEST_SHOWN = 400
"""Characters of an exact expression at most that a person is shown; the facts have all of it."""

FIRST, LAST = 6, 3
"""Lengths at either end for which the table shows the number of programs; the records have all of them."""


def report_language(language: Language) -> Report:
    """Return the report on a language; its facts can be read back."""
    header = ("kind", "token", "bits", "steps")
    rows = [(token.kind, token.name, token.bits, token.steps) for token in language.tokens]
    columns = (*words("kind", term="kind of token"), *words("token"), *numbers("bits", "steps"))
    return Report(
        facts=language.to_dict,
        records=lambda: Records(header, rows),
        blocks=lambda: [
            Line(f"{len(rows)} tokens, {language.actions} actions: {language.source}.", "headline"),
            Table("", columns, [tuple(map(str, row)) for row in rows]),
        ],
    )


def report_code(language: Language, log: ImitationLog, max_bits: int) -> Report:
    """Return the report on the code of a language.

    Parameters
    ----------
    language : Language
    log : ImitationLog
        It says how many literals a token has.
    max_bits : int
        Programs up to this length are counted; the tail is the mass under 2^-length of longer ones.
    """
    facts = _facts(language, log, max_bits)
    return Report(
        facts=lambda: facts,
        records=lambda: Records(("length", "programs"), facts["programs"].items()),
        blocks=lambda: _blocks(facts),
    )


def _facts(language: Language, log: ImitationLog, max_bits: int) -> dict[str, Any]:
    symbols = language.symbols(log)
    prices = [token.bits for token in language.tokens]
    function = codes.generating_function(symbols)
    tail = function.tail(max_bits)
    return {
        "tokens": [
            {"token": token_text(token), "bits": token.bits, "literal_bits": symbol.bits - token.bits, "word": word}
            for token, symbol, word in zip(language.tokens, symbols, codes.canonical_code(prices), strict=True)
        ],
        "kraft": str(codes.kraft_sum(prices)),
        "equations": {name: str(equation.rhs) for name, equation in function.equations.items()},
        "closed_form": None if function.closed_form is None else str(function.closed_form),
        "programs": {str(length): n for length, n in enumerate(function.coefficients(max_bits)) if n},
        "mass": float(function.mass),
        "mass_exact": None if function.mass.exact is None else str(function.mass.exact),
        "max_bits": max_bits,
        "tail": function.tail_value(max_bits),
        "tail_exact": None if tail is None else str(tail),
        "radius": float(function.radius),
        "greatest_temperature": float(function.greatest_temperature),
    }


def _blocks(facts: dict[str, Any]) -> Iterator[Block]:
    exact = facts["mass_exact"]
    is_short = exact and len(exact) <= LONGEST_SHOWN
    yield Line(
        f"All programs have the mass {facts['mass']:.12g}{f' = {exact}' if is_short else ''} under 2^-length; those of "
        f"more than {facts['max_bits']} bits have {facts['tail']:.6g}.",
        "headline",
    )
    yield Table(
        "Code words of the tokens",
        (*words("token"), *numbers("bits", "literal bits"), *texts("word", term="code word")),
        [
            (token["token"], str(token["bits"]), str(token["literal_bits"] or ""), token["word"])
            for token in facts["tokens"]
        ],
    )
    kraft = Fraction(facts["kraft"])
    room = f"; room for a token of {_bits_of(1 - kraft)} bits is left" if kraft < 1 else ", which leaves no room"
    yield Line(f"Kraft's sum over the tokens is {kraft}{room}.")
    yield Line("Programs by length, as the coefficients of the generating function G(z):")
    for name, equation in facts["equations"].items():
        yield Line(f"  {name} = {equation}")
    closed = facts["closed_form"]
    if closed and len(closed) <= LONGEST_SHOWN:
        yield Line(f"  so G = {closed}")
    lengths = list(facts["programs"].items())
    shown = lengths[:FIRST] + lengths[max(FIRST, len(lengths) - LAST) :]
    yield Line("  " + ", ".join(f"{n:,} of {length} bits" for length, n in shown))
    radius, hottest = facts["radius"], facts["greatest_temperature"]
    if math.isfinite(radius):
        yield from notes(
            f"The number of programs grows by a factor of {1 / radius:.6g} a bit, so the prior "
            f"simplicity**(1/temperature) has a finite sum below the temperature {hottest:.6g}."
        )


def _bits_of(room: Fraction) -> int:
    """Return the fewest bits of a code word that fits into the room that a code leaves."""
    return math.ceil(math.log2(room.denominator) - math.log2(room.numerator))
