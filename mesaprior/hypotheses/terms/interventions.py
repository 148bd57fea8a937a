"""Interventions: under each, one token of a language takes another meaning, everywhere in a program."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import told
from mesaprior.hypotheses.terms.tokens import Token, name_of, number_of, operator_of, token_text
from mesaprior.narrowing import is_list_of_tables

TAKES: dict[str, tuple[str, ...]] = {
    "feature": ("feature",),
    "lookup": ("feature",),
    "constant": ("value",),
    "number": ("table", "define"),
    "unary": ("table", "define"),
    "binary": ("table", "define"),
}
"""What can be replaced, by kind of token; the other kinds mean what they mean."""

_DIGITS = {"constant", "number"}
"""Kinds whose text in programs is digits."""

TAKEN_NAMES = ("searching", "learning", "intact", "search_inverted", "learning_inverted")
"""Names that what the lesions do already has in the tables of a census."""


@dataclass(frozen=True, eq=False)
class Intervention:
    """Another meaning of one token.

    Attributes
    ----------
    name : str
        It begins the names of two columns of a census.
    token : int
        Index of the token.
    meaning : Token
        What the token stands for under the intervention: another table, column or value; of a number its table says
        what each literal stands for. Bits and steps are the same.
    """

    name: str
    token: int
    meaning: Token

    def to_dict(self, tokens: Sequence[Token]) -> dict[str, Any]:
        """Return the intervention as plain data, in the layout of the file format."""
        other = self.meaning
        entry: dict[str, Any] = {"name": self.name, "token": token_text(tokens[self.token])}
        if other.kind in ("feature", "lookup"):
            entry["feature"] = other.name
        elif other.kind == "constant":
            entry["value"] = other.value
        elif other.source == "table" and other.table is not None:
            entry["table"] = other.table.tolist()
        else:
            entry["define"] = other.definition
        return entry

    def check_log(self, tokens: Sequence[Token], log: ImitationLog, source: str) -> None:
        """Refuse a log on which a literal table does not have exactly one entry for each value that indexes it.

        Raises
        ------
        ContentError
            If so.
        """
        if self.meaning.kind != "lookup":
            return
        sizes = dict(zip(log.features, log.feature_sizes, strict=True))
        before, after = tokens[self.token].name, self.meaning.name
        if sizes[before] != sizes[after]:
            raise ContentError(
                f"{source}: under the intervention {self.name!r} the lookup of {before!r} is read at {after!r}, whose "
                f"values on {log.source} are 0 to {sizes[after] - 1} and not 0 to {sizes[before] - 1}; take a column "
                "with the same largest value."
            )


def read_interventions(entries: object, tokens: Sequence[Token], source: str, M: int) -> tuple[Intervention, ...]:
    """Return the interventions that entries of a language file describe.

    Parameters
    ----------
    entries : list of dict
    tokens : sequence of Token
        Of the language.
    source : str
        Name of the file, for messages.
    M : int
        Size of the domain.

    Raises
    ------
    ContentError
        If a rule of the format is broken; the message names the intervention.
    """
    if not is_list_of_tables(entries):
        raise ContentError(
            f"{source}: intervention = {told(entries)} is no list of tables; write each under a line [[intervention]]."
        )
    found: list[Intervention] = []
    for number, entry in enumerate(entries):
        one = _intervention(entry, tokens, f"{source}, intervention {number + 1}", M)
        if one.name in TAKEN_NAMES or one.name in (other.name for other in found):
            whose = "the lesions" if one.name in TAKEN_NAMES else "another intervention"
            raise ContentError(
                f"{source}, intervention {number + 1}: the name {one.name!r} is taken by {whose}; choose another."
            )
        found.append(one)
    return tuple(found)


def _intervention(entry: Mapping[str, object], tokens: Sequence[Token], place: str, M: int) -> Intervention:
    name = name_of(entry, "name", place)
    place = f"{place} ({name})"
    index = _place_of(entry.get("token"), tokens, place)
    token = tokens[index]
    if token.kind in _DIGITS and (alike := [other for other in tokens if other.kind in _DIGITS - {token.kind}]):
        # Else a text would not say which it means, where the two mean different things.
        raise ContentError(
            f"{place}: programs tell the token {token_text(token)!r} by digits, and a {alike[0].kind} too, and an "
            "intervention is on one of them; leave one of the two kinds in the language."
        )
    if token.kind not in TAKES:
        raise ContentError(
            f"{place}: the token {token_text(token)!r} has no other meaning to take; interventions are on "
            f"{', '.join(TAKES)} tokens."
        )
    place = f"{place}, token {token_text(token)!r} ({token.kind})"
    keys = TAKES[token.kind]
    for key in entry:
        if key not in ("name", "token", *keys):
            raise ContentError(
                f"{place}: {key!r} is no key of such an intervention; beside name and token it has {_either(keys)}."
            )
    given = [key for key in keys if key in entry]
    if len(given) != 1:
        said = "says both" if given else "does not say what the token means instead; add"
        raise ContentError(
            f"{place}: it {said} {' and '.join(given) or _either(keys)}{'; give one of them' * bool(given)}."
        )
    return Intervention(name, index, _meaning(entry, token, place, M))


def _meaning(entry: Mapping[str, object], token: Token, place: str, M: int) -> Token:
    """Return the new meaning of a token."""
    if token.kind in ("feature", "lookup"):
        return replace(token, name=name_of(entry, "feature", place))
    if token.kind == "constant":
        value = number_of(entry, "value", place, low=0, high=M - 1)
        return replace(token, name=str(value), value=value)
    # What each number stands for is written as a unary operator is.
    kind = "unary" if token.kind == "number" else token.kind
    table, source, definition, _ = operator_of(entry, kind, token.name, place, M)
    return replace(token, table=table, source=source, definition=definition)


def _place_of(text: object, tokens: Sequence[Token], place: str) -> int:
    """Return the index of the token that a text names."""
    texts = [token_text(token) for token in tokens]
    if not isinstance(text, str):
        raise ContentError(
            f"{place}: token = {told(text)} is not the text of a token; write it in quotes, one of "
            f"{', '.join(dict.fromkeys(texts))}."
        )
    named = [index for index, own in enumerate(texts) if own == text]
    # A lookup needs its brackets only where something else has its name.
    named = named or [index for index, token in enumerate(tokens) if token.kind == "lookup" and token.name == text]
    if not named:
        near = difflib.get_close_matches(text, texts, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(dict.fromkeys(texts))}."
        raise ContentError(f"{place}: the language has no token {text!r}; {hint}")
    if len(named) > 1:
        raise ContentError(
            f"{place}: {text!r} are {len(named)} tokens, and an intervention is on one; leave one of them in the "
            "language."
        )
    return named[0]


def _either(keys: Sequence[str]) -> str:
    return " or ".join(f"`{key}`" for key in keys)
