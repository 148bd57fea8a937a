"""The tokens of a term language, and how an entry of a language file becomes one."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.notices import told
from mesaprior.hypotheses.terms import operators
from mesaprior.hypotheses.terms.text import NAME, read_definition
from mesaprior.narrowing import is_list

ARITY = {
    "feature": 0,
    "constant": 0,
    "number": 0,
    "candidate": 0,
    "parameter": 0,
    "lookup": 0,
    "unary": 1,
    "binary": 2,
    "if": 3,
    "argmax": 1,
    "argmin": 1,
    "iterate": 1,
    "fit": 1,
}
"""Arity of every kind of token."""

Y_BINDERS = ("argmax", "argmin", "iterate")
"""Kinds that bind `y` in their argument; `fit` binds `theta`."""

RESERVED_NAMES = ("y", "theta", "if", "argmax", "argmin", "iterate", "fit")
"""Names that no feature and no operator may have."""

LARGEST_NUMBER = 2**62

_KEYS = {
    "feature": {"name"},
    "constant": {"value"},
    "lookup": {"feature"},
    "unary": {"name", "table", "define"},
    "binary": {"name", "table", "define"},
}


@dataclass(frozen=True, eq=False)
class Token:
    """One symbol of a language.

    Attributes
    ----------
    kind : str
        A key of `ARITY`.
    bits : int
        Price of the token in bits, literals aside; at least 1.
    steps : int
        Elementary steps of the token itself.
    name : str
        Text of the token; for a lookup, the name of its feature; for a number, whose texts are digits, what it is
        called.
    value : int
        The constant's value; 0 for other kinds.
    table : uint8[M] or uint8[M, M] or None
        Values of a unary or binary operator.
    source : str
        Where an operator comes from: ``built in``, ``table`` or ``define``; empty for other kinds.
    definition : str
        The text of a ``define``; else empty.
    """

    kind: str
    bits: int
    steps: int
    name: str
    value: int = 0
    table: np.ndarray | None = None
    source: str = ""
    definition: str = ""

    @property
    def arity(self) -> int:
        """Number of arguments."""
        return ARITY[self.kind]


NUMBER_NAMES = ("number", "#")
"""What the token of numbers is called: the first, or where a feature or an operator has that name, the second."""


def token_text(token: Token) -> str:
    """Return the text that identifies a token: its name, with brackets after that of a lookup."""
    return f"{token.name}[]" if token.kind == "lookup" else token.name


def token_of(entry: Mapping[str, object], place: str, default_bits: int, *, M: int, K: int) -> Token:
    """Return the token that an entry of a language file describes, or refuse it."""
    kind = entry.get("kind")
    if not isinstance(kind, str) or kind not in ARITY:
        near = difflib.get_close_matches(kind, ARITY, n=1) if isinstance(kind, str) else []
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise ContentError(f"{place}: kind = {told(kind)} is not a kind of token; {hint}there are {', '.join(ARITY)}.")
    place = f"{place} ({kind})"
    allowed = {"kind", "bits", "steps"} | _KEYS.get(kind, set())
    for key in entry:
        if key not in allowed:
            raise ContentError(f"{place}: {key!r} is not a key of this kind; it may have {', '.join(sorted(allowed))}.")
    least_steps = 1 if ARITY[kind] == 0 or (kind == "iterate" and K == 0) else 0
    steps = number_of(entry, "steps", place, low=least_steps, high=LARGEST_NUMBER, default=1)
    table, source, definition = None, "", ""
    if kind in ("unary", "binary"):
        name = name_of(entry, "name", place)
        table, source, definition, n_tokens = operator_of(entry, kind, name, f"{place} {name!r}", M)
        default_bits *= n_tokens
    elif kind in ("feature", "lookup"):
        name = name_of(entry, "name" if kind == "feature" else "feature", place)
    elif kind == "constant":
        name = str(number_of(entry, "value", place, low=0, high=M - 1))
    else:
        # What numbers are called depends on the other tokens, see `with_number_names`.
        name = {"candidate": "y", "parameter": "theta"}.get(kind, kind)
    bits = number_of(entry, "bits", place, low=1, high=LARGEST_NUMBER, default=default_bits)
    value = int(name) if kind == "constant" else 0
    return Token(kind, bits, steps, name, value=value, table=table, source=source, definition=definition)


def number_of(
    data: Mapping[str, object], key: str, place: str, *, low: int, high: int, default: int | None = None
) -> int:
    """Return an integer of an entry, or refuse it."""
    value = data.get(key, default)
    if value is None:
        raise ContentError(f"{place}: `{key}` is missing; give an integer from {low} to {high}.")
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ContentError(f"{place}: {key} = {told(value)} is not allowed; give an integer from {low} to {high}.")
    return value


def name_of(entry: Mapping[str, object], key: str, place: str) -> str:
    """Return a name of an entry, or refuse it."""
    name = entry.get(key)
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise ContentError(
            f"{place}: {key} = {told(name)} is not a name; names are letters, digits, '_' and '-', "
            "and start with a letter or '_'."
        )
    return name


def operator_of(
    entry: Mapping[str, object], kind: str, name: str, place: str, M: int
) -> tuple[np.ndarray, str, str, int]:
    """Return the table of an operator, where it comes from, its definition, and the tokens it is charged for."""
    arity = ARITY[kind]
    if "table" in entry and "define" in entry:
        raise ContentError(f"{place}: it has both a table and a define; give one of them.")
    if "define" in entry:
        if not isinstance(entry["define"], str):
            raise ContentError(f"{place}: define = {told(entry['define'])} is not text; write it in quotes.")
        try:
            meaning, n_tokens = read_definition(entry["define"], arity, M)
        except ValueError as error:
            raise ContentError(f"{place}: in define, {error}.") from None
        return operators.defined_table(meaning, arity, M), "define", entry["define"], n_tokens
    if "table" in entry:
        return table_of(entry["table"], arity, place, M), "table", "", 1
    if kind == "unary" or name not in operators.BUILT_IN:
        built_in = (
            "no unary operator is built in" if kind == "unary" else f"built in are {', '.join(operators.BUILT_IN)}"
        )
        raise ContentError(f"{place}: it has neither a table nor a define, and {built_in}; add one of them.")
    return operators.built_in_table(name, M), "built in", "", 1


def table_of(table: object, arity: int, place: str, M: int) -> np.ndarray:
    """Return a supplied table as an array, or refuse its shape or an entry."""
    shape = f"{M} values" if arity == 1 else f"{M} rows of {M} values"
    rows = [table] if arity == 1 else table
    if not is_list(rows) or (arity == 2 and len(rows) != M):
        raise ContentError(
            f"{place}: the table does not have {shape}, one for every value of the domain; write them all."
        )
    for index, row in enumerate(rows):
        if not is_list(row) or len(row) != M:
            where = f" (row {index + 1} has not)" if arity == 2 else ""
            raise ContentError(
                f"{place}: the table does not have {shape}{where}; write one for every value of the domain."
            )
        for column, value in enumerate(row):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < M:
                where = f"row {index + 1}, entry {column + 1}" if arity == 2 else f"entry {column + 1}"
                raise ContentError(
                    f"{place}: {where} of the table is {told(value)}; entries are integers from 0 to {M - 1}."
                )
    return np.array(table, dtype=np.uint8)


def with_number_names(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """Return the tokens of a language, those of numbers under the first of `NUMBER_NAMES` that no other token has."""
    taken = {token.name for token in tokens if token.kind in ("feature", "unary", "binary")}
    name = next(name for name in NUMBER_NAMES if name not in taken)
    return tuple(replace(token, name=name) if token.kind == "number" else token for token in tokens)


def check_names(tokens: tuple[Token, ...], source: str) -> None:
    """Refuse a name that is taken; nameless tokens may be repeated."""
    taken: dict[str, str] = dict.fromkeys(RESERVED_NAMES, "a word of the language")
    for index, token in enumerate(tokens):
        if token.kind in ("feature", "unary", "binary"):
            if token.name in taken:
                raise ContentError(
                    f"{source}, token {index + 1} ({token.kind}): the name {token.name!r} is taken by "
                    f"{taken[token.name]}; "
                    "choose another."
                )
            taken[token.name] = f"token {index + 1}"
    # A lookup reads a feature, so its name must not be that of an operator.
    names = {token.name: token.kind for token in tokens if token.kind in ("unary", "binary")}
    for index, token in enumerate(tokens):
        if token.kind == "lookup" and (token.name in names or token.name in RESERVED_NAMES):
            raise ContentError(
                f"{source}, token {index + 1} (lookup): the name {token.name!r} is taken by another token or "
                "a word of the "
                "language; rename the column."
            )
