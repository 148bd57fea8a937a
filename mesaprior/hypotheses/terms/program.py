"""A program of the term language: a closed term in prefix notation, with its text, length and time."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import shortened
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.text import Node, number_below, read
from mesaprior.hypotheses.terms.tokens import Y_BINDERS, Token

SATURATION = 2**62
"""Times are counted exactly up to here and stay here beyond."""

Y, THETA = 1, 2
"""Bits of a scope: which variables are bound. Scopes are 0 (none), 1 (y), 2 (theta) and 3 (both)."""

_LOOKUP = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)\[([^\]]*)\]")


@dataclass(frozen=True)
class Program:
    """A closed term in prefix notation.

    Attributes
    ----------
    tokens : tuple of int
        Indices into the language's tokens.
    literals : tuple of (tuple of int or None)
        For each token its literal: of a lookup the table, actions by feature value, of a number the value alone; None
        for the others.
    """

    tokens: tuple[int, ...]
    literals: tuple[tuple[int, ...] | None, ...]


def inner_scope(kind: str, scope: int) -> int:
    """Return the scope of the arguments of a token of this kind that stands in `scope`."""
    if kind in Y_BINDERS:
        return scope | Y
    return scope | THETA if kind == "fit" else scope


def is_allowed(kind: str, scope: int) -> bool:
    """Return whether a token of this kind may stand in `scope`."""
    return (kind != "candidate" or bool(scope & Y)) and (kind != "parameter" or bool(scope & THETA))


def format_program(program: Program, language: Language) -> str:
    """Return the text of a program."""
    position = 0

    def term() -> str:
        nonlocal position
        token = language.tokens[program.tokens[position]]
        literal = program.literals[position]
        position += 1
        if literal is not None:
            return format_literal(token, literal)
        if token.arity == 0:
            return token.name
        return f"({' '.join([token.name, *(term() for _ in range(token.arity))])})"

    return term()


def format_literal(token: Token, literal: tuple[int, ...]) -> str:
    """Return the text of a number, digits, or of a lookup with its literal table, such as ``p[0 1 1 2]``."""
    entries = " ".join(map(str, literal))
    return entries if token.kind == "number" else f"{token.name}[{entries}]"


def parse_program(text: str, language: Language, log: ImitationLog, *, scope: int = 0) -> Program:
    """Read a program from its text; among tokens with the same text the cheapest is meant (bits, steps, order).

    Parameters
    ----------
    text : str
    language : Language
    log : ImitationLog
    scope : int
        What something around the text binds, `Y` or `THETA` or both; 0 for a program.

    Raises
    ------
    UsageError
        If the text is not one term of this language that is closed but for that; the message names the column.
    """
    tokens: list[int] = []
    literals: list[tuple[int, ...] | None] = []
    by_text = _tokens_by_text(language)

    def fail(node: Node, phrase: str) -> UsageError:
        return UsageError(f"program {text!r}, column {node.column}: {phrase}.")

    def visit(node: Node, scope: int) -> None:
        lookup = _LOOKUP.fullmatch(node.atom)
        # Digits of any number read as one without zeros in front; int would refuse very many.
        digits = (node.atom.lstrip("0") or "0") if node.atom.isdecimal() else None
        name = lookup[1] if lookup else digits or node.atom
        index = by_text.get((name, lookup is not None))
        if index is None and digits and language.has("number"):
            values = f"the numbers 0..{language.domain - 1}"
            raise fail(node, f"{node.atom[:40]} is not among {values} of {language.source}")
        if index is None:
            known = [_pattern(token, language) for token in language.tokens]
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"did you mean {near[0]!r}" if near else f"there are {', '.join(dict.fromkeys(known))}"
            raise fail(node, f"{node.atom!r} is not a token of {language.source}; {hint}")
        token = language.tokens[index]
        if not is_allowed(token.kind, scope):
            binder = "fit" if token.kind == "parameter" else "argmax, argmin or iterate"
            raise fail(node, f"{token.name!r} stands where nothing binds it; put it below {binder}")
        if len(node.arguments) != token.arity:
            raise fail(node, f"{node.atom!r} takes {token.arity} arguments, not {len(node.arguments)}")
        tokens.append(index)
        table = _literal(node, lookup[2], token.name) if lookup else None
        literals.append((int(name),) if token.kind == "number" else table)
        for argument in node.arguments:
            visit(argument, inner_scope(token.kind, scope))

    def _literal(node: Node, entries: str, feature: str) -> tuple[int, ...]:
        size = log.feature_sizes[log.features.index(feature)]
        words = entries.split()
        values = [number_below(word, language.actions) for word in words]
        if len(words) != size or None in values:
            raise fail(
                node,
                f"the table of {feature!r} takes {size} actions from 0 to {language.actions - 1}, not "
                f"[{shortened(entries)}]",
            )
        return tuple(value for value in values if value is not None)

    try:
        root = read(text)
    except ValueError as error:
        raise UsageError(f"program {text!r}, {error}; write a term such as (if c 1 0).") from None
    visit(root, scope)
    return Program(tuple(tokens), tuple(literals))


def _tokens_by_text(language: Language) -> dict[tuple[str, bool], int]:
    """Return the cheapest token of each text; of a lookup the text is its name, which ``True`` tells from others."""

    def texts(token: Token) -> Iterable[str]:
        return map(str, range(language.domain)) if token.kind == "number" else (token.name,)

    def price(index: int) -> tuple[int, int, int]:
        # Lookups compete with their like only, which have as many literal bits.
        token = language.tokens[index]
        return token.bits + language.number_bits * (token.kind == "number"), token.steps, index

    found: dict[tuple[str, bool], int] = {}
    for index in sorted(range(len(language.tokens)), key=price):
        token = language.tokens[index]
        for text in texts(token):
            found.setdefault((text, token.kind == "lookup"), index)
    return found


def _pattern(token: Token, language: Language) -> str:
    """Return what the texts of a token look like."""
    if token.kind == "number":
        return f"0..{language.domain - 1}"
    return f"{token.name}[...]" if token.kind == "lookup" else token.name


def subterm_ends(program: Program, language: Language) -> list[int]:
    """Return, for each position, where the subterm that starts there ends (exclusive)."""
    ends = [0] * len(program.tokens)
    for position in reversed(range(len(program.tokens))):
        end = position + 1
        for _ in range(language.tokens[program.tokens[position]].arity):
            end = ends[end]
        ends[position] = end
    return ends


def arguments_of(position: int, arity: int, ends: list[int]) -> Iterator[int]:
    """Yield the positions of the arguments of the token at `position`."""
    start = position + 1
    for _ in range(arity):
        yield start
        start = ends[start]


def length_of(program: Program, language: Language, log: ImitationLog) -> int:
    """Return the description length in bits: the sum over tokens and literals."""
    tokens = [language.tokens[index] for index in program.tokens]
    return sum(token.bits + language.literal_bits(token, log) for token in tokens)


def steps_of(program: Program, language: Language, n_history: int) -> tuple[int, int]:
    """Return (time, infer_time) in steps: the static charge of one prediction, with and without the fitting.

    Parameters
    ----------
    program : Program
    language : Language
    n_history : int
        H, the number of history rows of the log.
    """
    ends = subterm_ends(program, language)
    times = [(0, 0)] * len(program.tokens)
    for position in reversed(range(len(program.tokens))):
        token = language.tokens[program.tokens[position]]
        below = [times[argument] for argument in arguments_of(position, token.arity, ends)]
        factor, infer_factor = repetitions(token.kind, language, n_history)
        times[position] = (
            times_over(token.steps, factor, sum(time for time, _ in below)),
            times_over(token.steps, infer_factor, sum(infer_time for _, infer_time in below)),
        )
    return times[0]


def times_over(steps: int, factor: int, below: int) -> int:
    """Return steps + factor * below, saturating."""
    return min(SATURATION, steps + factor * below)


def repetitions(kind: str, language: Language, n_history: int) -> tuple[int, int]:
    """Return how often a token evaluates its arguments, for time and for infer_time."""
    if kind in ("argmax", "argmin"):
        return language.actions, language.actions
    if kind == "iterate":
        return language.rounds, language.rounds
    if kind == "fit":
        return language.params * n_history + 1, 1
    return 1, 1
