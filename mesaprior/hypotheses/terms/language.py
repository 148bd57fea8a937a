"""A term language: its tokens with their prices, read from a TOML file and checked.

Notes
-----
Sizes: M the domain, A actions, P parameters, K rounds, T tokens. ``docs/reference/language.md`` defines the file format
and the meaning of every kind of token.
"""

from __future__ import annotations

import difflib
import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import FileError, Notice, notice
from mesaprior.hypotheses.terms import operators
from mesaprior.hypotheses.terms.interventions import Intervention, read_interventions
from mesaprior.hypotheses.terms.label_codes import code_faults, read_codes, telling_codes
from mesaprior.hypotheses.terms.tokens import (
    LARGEST_NUMBER,
    RESERVED_NAMES,
    Y_BINDERS,
    Token,
    check_names,
    number_of,
    token_of,
    with_number_names,
)
from mesaprior.narrowing import is_list_of_tables
from mesaprior.priors import codes

LARGEST_DOMAIN = 256
MOST_TABLES = 2**20

DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""")
"""A dotted key of TOML with so many parts that reading it takes gigabytes: the square of their number."""


@dataclass(frozen=True, eq=False)
class Language:
    """A term language.

    Attributes
    ----------
    domain : int
        M: values are 0..M-1.
    actions : int
        A: actions are 0..A-1; the action of a program is its value mod A.
    params : int
        P: a `fit` chooses theta from 0..P-1.
    rounds : int
        K: how often `iterate` replaces y.
    tokens : tuple of Token
        In file order.
    source : str
        Name of the file, for messages and provenance.
    interventions : tuple of Intervention
        In file order; each has a variant of its own beside the lesions.
    codes : dict of str to dict of str to int
        For ``action`` and for features, the code of each label in a log; integers in other columns are their own
        codes. They tell how a log is read, and nothing of what is counted.
    """

    domain: int
    actions: int
    params: int
    rounds: int
    tokens: tuple[Token, ...]
    source: str = "language"
    interventions: tuple[Intervention, ...] = ()
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])

    def has(self, *kinds: str) -> bool:
        """Return whether the language has a token of one of these kinds."""
        return any(token.kind in kinds for token in self.tokens)

    @cached_property
    def used_features(self) -> tuple[str, ...]:
        """Names of the features that tokens read, in order of first use; then those read under interventions only."""
        meanings = (*self.tokens, *(other.meaning for other in self.interventions))
        names = [token.name for token in meanings if token.kind in ("feature", "lookup")]
        return tuple(dict.fromkeys(names))

    @property
    def operator_names(self) -> frozenset[str]:
        """Names that no column can have as a feature: those of operators and of words of the language."""
        operators = (token.name for token in self.tokens if token.kind in ("unary", "binary"))
        return frozenset(RESERVED_NAMES) | frozenset(operators)

    @cached_property
    def intervention_names(self) -> tuple[str, ...]:
        """Names of the interventions, in file order."""
        return tuple(other.name for other in self.interventions)

    def to_dict(self) -> dict[str, Any]:
        """Return the language as plain data, complete, in the layout of the file format."""
        tokens: list[dict[str, Any]] = []
        for token in self.tokens:
            entry: dict[str, Any] = {"kind": token.kind}
            if token.kind in ("feature", "unary", "binary"):
                entry["name"] = token.name
            elif token.kind == "constant":
                entry["value"] = token.value
            elif token.kind == "lookup":
                entry["feature"] = token.name
            if token.source == "table" and token.table is not None:
                entry["table"] = token.table.tolist()
            elif token.source == "define":
                entry["define"] = token.definition
            tokens.append(entry | {"bits": token.bits, "steps": token.steps})
        head = {"domain": self.domain, "actions": self.actions, "params": self.params, "rounds": self.rounds}
        # A language without interventions stays what it was before there were any.
        interventions = [other.to_dict(self.tokens) for other in self.interventions]
        return head | {"token": tokens} | ({"intervention": interventions} if interventions else {})

    def to_toml(self) -> str:
        """Return the text of a language file that reads back as this language.

        Prices that are the default ones are left out, so that they follow when tokens are added or removed.
        """
        data = self.to_dict()
        explained = {
            "domain": "M: values are 0..M-1",
            "actions": "A: the action is the value mod A",
            "params": "P: a fit chooses among 0..P-1",
            "rounds": "K: how often an iterate goes round",
        }
        lines = [f"{key} = {data[key]}  # {meaning}" for key, meaning in explained.items()]
        for token, entry in zip(self.tokens, data["token"], strict=True):
            if token.bits == _default_bits(len(self.tokens)) and token.source != "define":
                del entry["bits"]
            if token.steps == 1:
                del entry["steps"]
            lines += ["", "[[token]]"]
            # JSON's strings, numbers and arrays are TOML's too.
            lines += [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
        for entry in data.get("intervention", ()):
            lines += ["", "[[intervention]]"]
            lines += [f"{key} = {json.dumps(value)}" for key, value in entry.items()]
        for column, labels in self.codes.items():
            lines += ["", f"[codes.{json.dumps(column)}]  # label = code"]
            lines += [f"{_quoted(label)} = {code}" for label, code in labels.items()]
        return "\n".join(lines) + "\n"

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content of the language; layout and comments of its file do not matter."""
        return hashlib.sha256(json.dumps(self.to_dict(), sort_keys=True).encode()).hexdigest()

    @property
    def number_bits(self) -> int:
        """ceil(log2 M), the bits of one value written out."""
        return (self.domain - 1).bit_length()

    def literal_bits(self, token: Token, log: ImitationLog) -> int:
        """Return the bits of a token's literal on this log; 0 for tokens without one.

        A lookup has S_f * ceil(log2 A) for its table, a number ceil(log2 M) for its value.
        """
        if token.kind == "number":
            return self.number_bits
        if token.kind != "lookup":
            return 0
        return log.feature_sizes[log.features.index(token.name)] * (self.actions - 1).bit_length()

    def n_literals(self, token: Token, log: ImitationLog) -> int:
        """Return the number of literals of a token: A**S_f for a lookup, M for a number, else 1."""
        if token.kind == "number":
            return self.domain
        if token.kind != "lookup":
            return 1
        return self.actions ** log.feature_sizes[log.features.index(token.name)]

    def symbols(self, log: ImitationLog) -> list[codes.Symbol]:
        """Return the language as the plain symbols of the counting identity, on this log."""
        scope = {"candidate": "y", "parameter": "theta", "fit": "binds_theta"} | dict.fromkeys(Y_BINDERS, "binds_y")
        return [
            codes.Symbol(
                bits=token.bits + self.literal_bits(token, log),
                arity=token.arity,
                scope=scope.get(token.kind, "any"),
                multiplicity=self.n_literals(token, log),
            )
            for token in self.tokens
        ]

    def ledger(self) -> list[dict[str, Any]]:
        """Return the ledger of supplied tables: one entry per token with a ``table``, with literal and charged bits."""
        return [
            {
                "name": token.name,
                "literal_bits": int(token.table.size) * self.number_bits,
                "charged_bits": token.bits,
            }
            for token in self.tokens
            if token.source == "table" and token.table is not None
        ]

    def check_log(self, log: ImitationLog) -> None:
        """Refuse a log that does not fit this language.

        Raises
        ------
        ContentError
            If the log lacks a feature that the language uses, has a value of one outside the domain or an action or
            rival outside 0..A-1, or was coded in another way than the language has it; if a lookup would have more than
            2**20 tables, or would be read at a feature with another number of values under an intervention.
        """
        faults = [*self._missing_features(log), *self._outside(log)]
        faults += code_faults(
            self.codes, [name for name in self.used_features if name in log.features], log, self.source
        )
        if faults:
            raise FileError(log.source, faults)
        for token in self.tokens:
            if self.n_literals(token, log) > MOST_TABLES:
                size = log.feature_sizes[log.features.index(token.name)]
                raise ContentError(
                    f"{self.source}: the lookup of {token.name!r} has {self.actions}^{size} tables on {log.source}, "
                    "and at most 2^20 are counted; look up a feature with fewer values, or use fewer actions."
                )
        for other in self.interventions:
            other.check_log(self.tokens, log, self.source)

    def _missing_features(self, log: ImitationLog) -> Iterable[Notice]:
        """Yield the errors about features that the language uses and a log lacks."""
        for name in self.used_features:
            if name not in log.features:
                near = difflib.get_close_matches(name, log.features, n=1)
                hint = f"did you mean {near[0]!r}?" if near else f"its features are {', '.join(log.features) or 'none'}"
                yield notice(f"{self.source} uses feature {name!r}, which the log lacks; {hint}")

    def _outside(self, log: ImitationLog) -> Iterable[Notice]:
        """Yield the errors about values of a log outside the domain or the actions: the first of each column."""
        for name in self.used_features:
            if name not in log.features:
                continue
            values = log.situations[:, log.features.index(name)]
            for situation in np.flatnonzero(values >= self.domain)[:1]:
                row = int(np.flatnonzero(log.row_situation == situation)[0])
                yield notice(
                    f"line {log.file_line[row]}, column {name!r}: {values[situation]} is outside the domain "
                    f"0..{self.domain - 1} of {self.source}; raise `domain` there or recode the column"
                )
        for column, values in (("action", log.action), ("rival", log.rival)):
            for row in np.flatnonzero(values >= self.actions)[:1]:
                yield notice(
                    f"line {log.file_line[row]}, column {column!r}: {values[row]} is not among the actions "
                    f"0..{self.actions - 1} of {self.source}; raise `actions` there or recode the column"
                )


def default_language(log: ImitationLog, *, constants: Sequence[int] = ()) -> Language:
    """Return the default language of a log; it has no payoff, so it favours imitators.

    Parameters
    ----------
    log : ImitationLog
    constants : sequence of int
        Values 0..M-1 that are constants beside the actions, in this order; each is one constant, however often it is
        named. Other values are numbers, which are dearer.

    Raises
    ------
    UsageError
        If a constant is no integer of the domain; the message names all such.
    ContentError
        If a column of the log cannot be the name of a feature.
    """
    A = max(2, log.largest_action + 1)
    M = max(A, int(log.situations.max(initial=0)) + 1)
    if outside := [value for value in dict.fromkeys(constants) if value not in range(M)]:
        raise UsageError(
            f"constants {', '.join(map(str, outside))}: outside the domain 0..{M - 1} of the default language of "
            f"{log.source}, which ends with its largest feature or action; name values in it, or write a language with "
            "a larger domain."
        )
    values = dict.fromkeys([*range(A), *constants])
    tokens: list[dict[str, Any]] = [{"kind": "feature", "name": name} for name in log.features]
    tokens += [{"kind": "constant", "value": int(value)} for value in values]
    tokens += [{"kind": "number"}, {"kind": "candidate"}]
    tokens += [{"kind": "binary", "name": name} for name in operators.OF_DEFAULT_LANGUAGE]
    tokens += [{"kind": kind} for kind in ("if", "argmax", "argmin")]
    language = language_from_dict(
        {"domain": M, "actions": A, "token": tokens}, source=f"the default language of {log.source}"
    )
    return replace(language, codes=telling_codes(log.codes))


def default_constants(language: Language, log: ImitationLog) -> tuple[int, ...] | None:
    """Return the constants with which a language is the default one of a log, or None where it is another."""
    found = [token.value for token in language.tokens if token.kind == "constant"]
    extra = tuple(value for value in found if value >= language.actions)
    try:
        same = default_language(log, constants=extra).digest == language.digest
    except (ContentError, UsageError):
        # A column of the log cannot be a name, or the constant is beyond its values: there is no such default one.
        return None
    return extra if same else None


def read_language(path: str | Path) -> Language:
    """Read a language from a TOML file.

    Raises
    ------
    UsageError
        If there is no such file.
    ContentError
        If the file is not TOML, or its content breaks a rule of the format; the message names the token.
    """
    path = Path(path)
    if not path.is_file():
        raise UsageError(
            f"{path}: there is no such file; give the path of a language in TOML, or none for the default one."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = _shallow(text, path)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContentError(
            f"{path}: this is not TOML ({error}); compare it with what `mesaprior language LOG` prints."
        ) from None
    except ValueError:
        # Python reads no more than some thousands of digits.
        raise ContentError(f"{path}: it has a number of thousands of digits; write one below 2^62.") from None
    return language_from_dict(data, source=str(path))


def _shallow(text: str, path: Path) -> dict[str, Any]:
    """Return the content of a TOML file, which nests no deeper than Python follows."""
    too_deep = ContentError(
        f"{path}: brackets or the parts of a key are nested too deeply; compare it with what `mesaprior language LOG` "
        "prints."
    )
    if DEEP_KEY.search(text):
        raise too_deep
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise too_deep from None


def _quoted(text: str) -> str:
    """Return a text as a string of TOML, which wants one control character escaped that JSON does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def language_from_dict(data: Mapping[str, object], *, source: str = "language") -> Language:
    """Build and check a language from plain data in the layout of the file format.

    Raises
    ------
    ContentError
        If a rule of the format is broken, Kraft's inequality included; the message names the token and what is allowed.
    """
    unknown = sorted(set(data) - {"domain", "actions", "params", "rounds", "token", "intervention", "codes"})
    if unknown:
        raise ContentError(
            f"{source}: {unknown[0]!r} is not a setting of a language; "
            "there are domain, actions, params, rounds, [[token]], [[intervention]] and [codes.COLUMN]."
        )
    M = number_of(data, "domain", source, low=2, high=LARGEST_DOMAIN)
    A = number_of(data, "actions", source, low=2, high=M)
    P = number_of(data, "params", source, low=1, high=M, default=M)
    K = number_of(data, "rounds", source, low=0, high=LARGEST_NUMBER, default=M)
    entries = data.get("token")
    if not is_list_of_tables(entries) or not entries:
        raise ContentError(f"{source}: there is no token; a language has at least one [[token]] table.")
    default_bits = _default_bits(len(entries))
    tokens = tuple(
        token_of(entry, f"{source}, token {index + 1}", default_bits, M=M, K=K) for index, entry in enumerate(entries)
    )
    check_names(tokens, source)
    tokens = with_number_names(tokens)
    kraft = codes.kraft_sum(token.bits for token in tokens)
    if kraft > 1:
        raise ContentError(
            f"{source}: the token codes break Kraft's inequality: the sum of 2^-bits is "
            f"{kraft} = {float(kraft):.4g}, and at most 1 "
            "is a prefix code; raise the bits of some tokens."
        )
    interventions = read_interventions(data.get("intervention", []), tokens, source, M)
    return Language(
        domain=M,
        actions=A,
        params=P,
        rounds=K,
        tokens=tokens,
        source=source,
        interventions=interventions,
        codes=read_codes(data.get("codes", {}), source, M=M, A=A),
    )


def _default_bits(n_tokens: int) -> int:
    """Return the bits of a token that names none: enough to tell all tokens apart."""
    return max(1, (n_tokens - 1).bit_length())
