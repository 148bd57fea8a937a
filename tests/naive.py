"""The slow and obvious twin: what the reference says about terms, in plain Python and exact fractions.

Nothing of the package is imported, so that a shared mistake cannot hide. A log is a list of rows in file
order, each a dict with `split` (`train`, `online` or `deploy`), `action` (None where empty), `rival` (None
where empty) and one entry per feature column. A language is the plain dict that `tomllib` gives. Both must be
valid: refusals are not the business of this file.

A term is a nested tuple: its `Symbol`, then its children, themselves terms. Symbols compare by identity, so
that two equal tokens of a language stay two symbols, as the reference wants it.
"""

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

Row = dict[str, Any]
Language = dict[str, Any]
Term = tuple[Any, ...]
Cell = tuple[Any, ...]
Scope = frozenset[str]
Odds = Fraction | str

SATURATED = 2**62
VARIANTS = ("intact", "search_inverted", "learning_inverted")
ROLES = ("imitator", "planner", "learner", "planner+learner")
VERDICTS = ("faithful", "defecting", "erring", "unjudged")
NOTHING_BOUND: Scope = frozenset()

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
BINDS = {"argmax": "y", "argmin": "y", "iterate": "y", "fit": "theta"}
NEEDS = {"candidate": "y", "parameter": "theta"}
BUILT_IN: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, M: (a + b) % M,
    "sub": lambda a, b, M: (a - b) % M,
    "mul": lambda a, b, M: (a * b) % M,
    "xor": lambda a, b, M: (a ^ b) % M,
    "mod": lambda a, b, M: a if b == 0 else a % b,
    "eq": lambda a, b, M: 1 if a == b else 0,
    "lt": lambda a, b, M: 1 if a < b else 0,
    "min": lambda a, b, M: min(a, b),
    "max": lambda a, b, M: max(a, b),
    "dist": lambda a, b, M: abs(a - b),
}


# Rows, situations, cells


def order_rows(rows: list[Row]) -> list[Row]:
    """The log's order: the training rows in file order, then all others in file order."""
    return [row for row in rows if row["split"] == "train"] + [row for row in rows if row["split"] != "train"]


def feature_columns(rows: list[Row]) -> list[str]:
    """The feature columns in file order: all columns but the three with a meaning of their own."""
    return [column for column in rows[0] if column not in ("split", "action", "rival")]


def refit_point(k: int) -> int:
    """s(k): the largest of 0, 1, ..., 64, 128, 256, 512, ... that is at most k."""
    point = 0
    for candidate in itertools.chain(range(65), (2**exponent for exponent in itertools.count(7))):
        if candidate > k:
            break
        point = candidate
    return point


def uses_fit(language: Language) -> bool:
    """Whether a token of the language is a `fit`."""
    return any(token["kind"] == "fit" for token in language["token"])


def cells(rows: list[Row], language: Language) -> tuple[list[Cell], list[int]]:
    """Distinct cells by first appearance, and the cell index of every row, both in the log's order.

    With `fit` a cell is (situation, training rows known, online rows known), without it a situation.
    """
    rows = order_rows(rows)
    columns = feature_columns(rows)
    n_train = sum(row["split"] == "train" for row in rows)
    found: list[Cell] = []
    cell_of_row: list[int] = []
    train_before = online_before = 0
    for row in rows:
        situation = tuple(row[column] for column in columns)
        if not uses_fit(language):
            cell: Cell = situation
        elif row["split"] == "train":
            cell = (situation, refit_point(train_before), 0)
        else:
            cell = (situation, n_train, refit_point(online_before))
        train_before += row["split"] == "train"
        online_before += row["split"] == "online"
        if cell not in found:
            found.append(cell)
        cell_of_row.append(found.index(cell))
    return found, cell_of_row


# Tokens


@dataclass(frozen=True, eq=False)
class Symbol:
    """One symbol of the code; a lookup is expanded to one symbol per literal table, a number to one per value."""

    kind: str
    text: str
    arity: int
    bits: int  # with the literal bits of a lookup or a number
    steps: int
    feature: str = ""  # feature and lookup: the column
    value: int = 0  # constant and number
    table: Any = None  # lookup: action per value; unary: M values; binary: M rows of M values
    token: int = -1  # number of its entry in the language


def default_bits(language: Language) -> int:
    """max(1, ceil(log2 T)), T the number of tokens."""
    return max(1, (len(language["token"]) - 1).bit_length())


def action_bits(language: Language) -> int:
    """ceil(log2 A): the bits of one literal entry of a lookup."""
    return (language["actions"] - 1).bit_length()


def number_bits(language: Language) -> int:
    """The least n for which n binary digits write every value 0..M-1: the literal bits of a number."""
    return next(n for n in itertools.count() if 2**n >= language["domain"])


def tree(text: str) -> Any:
    """The nested lists of a bracketed text: `(add a 1)` gives ["add", "a", "1"], `a` gives "a"."""
    words = text.replace("(", " ( ").replace(")", " ) ").split()

    def read() -> Any:
        word = words.pop(0)
        if word != "(":
            return word
        items: list[Any] = []
        while words[0] != ")":
            items.append(read())
        words.pop(0)
        return items

    return read()


def words_of(expression: Any) -> int:
    """The number of tokens, arguments and numbers of a `define`."""
    return 1 if isinstance(expression, str) else sum(words_of(item) for item in expression)


def defined(expression: Any, M: int, arguments: dict[str, int]) -> int:
    """The value of a `define` for its arguments."""
    if isinstance(expression, str):
        return arguments[expression] if expression in arguments else int(expression)
    name, *operands = expression
    values = [defined(operand, M, arguments) for operand in operands]
    if name == "if":
        return values[1] if values[0] != 0 else values[2]
    return BUILT_IN[name](values[0], values[1], M)


def token_bits(token: dict[str, Any], language: Language) -> int:
    """The bits of a token without the literals of a lookup or a number."""
    if "bits" in token:
        return token["bits"]
    if "define" in token:
        return default_bits(language) * words_of(tree(token["define"]))
    return default_bits(language)


def token_table(token: dict[str, Any], M: int) -> Any:
    """The table of a unary or binary token: supplied, computed from `define`, or built in."""
    if "table" in token:
        return token["table"]
    if "define" in token:
        expression = tree(token["define"])
        if token["kind"] == "unary":
            return [defined(expression, M, {"a": a}) for a in range(M)]
        return [[defined(expression, M, {"a": a, "b": b}) for b in range(M)] for a in range(M)]
    return [[BUILT_IN[token["name"]](a, b, M) for b in range(M)] for a in range(M)]


def kraft_sum(language: Language) -> Fraction:
    """The sum of 2^-bits over the tokens, literals aside."""
    return sum((Fraction(1, 2 ** token_bits(token, language)) for token in language["token"]), Fraction(0))


def lookup_entries(token: dict[str, Any], rows: list[Row]) -> int:
    """S_f: the largest value of the looked-up feature in the whole log, plus 1."""
    return max(row[token["feature"]] for row in rows) + 1


def symbols(language: Language, rows: list[Row], max_bits: int | None = None) -> list[Symbol]:
    """Every symbol in the order of the file, those above `max_bits` left out."""
    found: list[Symbol] = []
    for number, token in enumerate(language["token"]):
        kind = token["kind"]
        bits = token_bits(token, language)
        if kind == "lookup":
            bits += lookup_entries(token, rows) * action_bits(language)
        if kind == "number":
            bits += number_bits(language)
        if max_bits is not None and bits > max_bits:
            continue
        common: dict[str, Any] = {
            "kind": kind,
            "arity": ARITY[kind],
            "bits": bits,
            "steps": token.get("steps", 1),
            "token": number,
        }
        if kind == "feature":
            found.append(Symbol(text=token["name"], feature=token["name"], **common))
        elif kind == "constant":
            found.append(Symbol(text=str(token["value"]), value=token["value"], **common))
        elif kind == "number":
            found += [Symbol(text=str(value), value=value, **common) for value in range(language["domain"])]
        elif kind == "candidate":
            found.append(Symbol(text="y", **common))
        elif kind == "parameter":
            found.append(Symbol(text="theta", **common))
        elif kind == "lookup":
            for literal in itertools.product(range(language["actions"]), repeat=lookup_entries(token, rows)):
                text = f"{token['feature']}[{' '.join(map(str, literal))}]"
                found.append(Symbol(text=text, feature=token["feature"], table=literal, **common))
        elif kind in ("unary", "binary"):
            table = token_table(token, language["domain"])
            found.append(Symbol(text=token["name"], table=table, **common))
        else:
            found.append(Symbol(text=kind, **common))
    return found


def addressed(entry: dict[str, Any], language: Language) -> int:
    """The number of the token that an intervention is on; brackets behind a name say that a lookup is meant."""
    names = [token.get("name") for token in language["token"]]
    own = {"number": "#" if "number" in names else "number"}
    named = [
        ({"lookup": token.get("feature"), "constant": str(token.get("value"))} | own).get(token["kind"], name)
        for token, name in zip(language["token"], names, strict=True)
    ]
    is_lookup = [token["kind"] == "lookup" for token in language["token"]]
    text = entry["token"]
    others = [number for number, name in enumerate(named) if name == text and not is_lookup[number]]
    lookups = [number for number, name in enumerate(named) if name == text.removesuffix("[]") and is_lookup[number]]
    (number,) = others or lookups
    return number


def allowed(kind: str, scope: Scope) -> bool:
    """A variable stands only where a binder above it binds it."""
    return kind not in NEEDS or NEEDS[kind] in scope


def below(kind: str, scope: Scope) -> Scope:
    """The scope of the children."""
    return scope | {BINDS[kind]} if kind in BINDS else scope


# Counting and enumerating


def count(language: Language, rows: list[Row], max_bits: int) -> list[int]:
    """The exact number of programs of each length 0..max_bits: the coefficients of the counting identity."""
    entries: list[tuple[str, int, int]] = []  # kind, bits, how many symbols
    for token in language["token"]:
        bits, many = token_bits(token, language), 1
        if token["kind"] == "lookup":
            bits += lookup_entries(token, rows) * action_bits(language)
            many = language["actions"] ** lookup_entries(token, rows)
        if token["kind"] == "number":
            bits, many = bits + number_bits(language), language["domain"]
        entries.append((token["kind"], bits, many))
    memo: dict[tuple[Scope, int, int], int] = {}

    def forests(scope: Scope, trees: int, length: int) -> int:
        """How many sequences of so many terms have this total length."""
        if trees == 0:
            return 1 if length == 0 else 0
        if length < trees:
            return 0
        key = (scope, trees, length)
        if key not in memo and trees == 1:
            memo[key] = sum(
                many * forests(below(kind, scope), ARITY[kind], length - bits)
                for kind, bits, many in entries
                if allowed(kind, scope) and bits <= length
            )
        elif key not in memo:
            memo[key] = sum(
                forests(scope, 1, first) * forests(scope, trees - 1, length - first) for first in range(1, length)
            )
        return memo[key]

    return [forests(NOTHING_BOUND, 1, length) for length in range(max_bits + 1)]


def programs(language: Language, rows: list[Row], max_bits: int, max_time: int | None = None) -> Iterator[Term]:
    """Every program with length <= max_bits and time <= max_time, shortest first."""
    alphabet = symbols(language, rows, max_bits)
    memo: dict[tuple[Scope, int], list[Term]] = {}

    def terms(scope: Scope, length: int) -> list[Term]:
        """All terms of exactly this length."""
        if (scope, length) not in memo:
            memo[scope, length] = [
                (symbol, *children)
                for symbol in alphabet
                if allowed(symbol.kind, scope)
                for children in forests(below(symbol.kind, scope), symbol.arity, length - symbol.bits)
            ]
        return memo[scope, length]

    def forests(scope: Scope, trees: int, length: int) -> list[tuple[Term, ...]]:
        """All sequences of so many terms with exactly this total length."""
        if trees == 0:
            return [()] if length == 0 else []
        if length < trees:
            return []
        if trees == 1:
            return [(term,) for term in terms(scope, length)]
        return [
            (first, *rest)
            for first_length in range(1, length)
            for rest in forests(scope, trees - 1, length - first_length)
            for first in terms(scope, first_length)
        ]

    sizes = Sizes(language, rows)
    for length in range(max_bits + 1):
        for term in terms(NOTHING_BOUND, length):
            if max_time is None or sizes.time(term) <= max_time:
                yield term


def length(term: Term) -> int:
    """Bits: the sum over the symbols of the term."""
    symbol, *children = term
    return symbol.bits + sum(length(child) for child in children)


def text(term: Term) -> str:
    """The text of a term."""
    symbol, *children = term
    return f"({symbol.text} {' '.join(text(child) for child in children)})" if children else symbol.text


def parse(text: str, language: Language, rows: list[Row]) -> Term:
    """The cheapest term with this text: fewest bits, then fewest steps, then first in the file."""
    alphabet = symbols(language, rows)
    # A literal table holds spaces; inside square brackets they are no separators.
    inside = itertools.accumulate((letter == "[") - (letter == "]") for letter in text)
    joined = "".join("," if depth and letter == " " else letter for letter, depth in zip(text, inside, strict=True))

    def build(expression: Any, scope: Scope) -> Term:
        word, operands = (expression, []) if isinstance(expression, str) else (expression[0], expression[1:])
        fitting = [
            symbol
            for symbol in alphabet
            if symbol.text == word.replace(",", " ") and symbol.arity == len(operands) and allowed(symbol.kind, scope)
        ]
        if not fitting:
            raise ValueError(f"no token {word} with {len(operands)} arguments stands here")
        symbol = min(fitting, key=lambda symbol: (symbol.bits, symbol.steps))
        return (symbol, *(build(operand, below(symbol.kind, scope)) for operand in operands))

    return build(tree(joined), NOTHING_BOUND)


# Meaning


class Sizes:
    """Time and infer_time of terms, in steps; both saturate at 2^62."""

    def __init__(self, language: Language, rows: list[Row]):
        self.A = language["actions"]
        self.P = language.get("params", language["domain"])
        self.K = language.get("rounds", language["domain"])
        self.H = sum(row["split"] in ("train", "online") for row in rows)

    def time(self, term: Term) -> int:
        """The size of the fully unrolled evaluation."""
        return min(SATURATED, self._unrolled(term, self.P * self.H + 1))

    def infer_time(self, term: Term) -> int:
        """What one prediction costs once the fitting is done."""
        return min(SATURATED, self._unrolled(term, 1))

    def _unrolled(self, term: Term, fit_factor: int) -> int:
        symbol, *children = term
        factor = {"argmax": self.A, "argmin": self.A, "iterate": self.K, "fit": fit_factor}.get(symbol.kind, 1)
        return symbol.steps + factor * sum(self._unrolled(child, fit_factor) for child in children)


class Meaning(Sizes):
    """What terms of a language mean on a log, in each of the three variants, and under each intervention by its name.

    Values are remembered by (variant, cell, y, theta), only so that the same question is not answered twice.
    """

    def __init__(self, language: Language, rows: list[Row]):
        super().__init__(language, rows)
        self.rows = order_rows(rows)
        self.columns = feature_columns(self.rows)
        self.has_fit = uses_fit(language)
        self.M = language["domain"]
        self.instead = {
            entry["name"]: (addressed(entry, language), entry) for entry in language.get("intervention", [])
        }
        self.cells, self.cell_of_row = cells(rows, language)
        self.train_rows = [r for r, row in enumerate(self.rows) if row["split"] == "train"]
        self.online_rows = [r for r, row in enumerate(self.rows) if row["split"] == "online"]
        self.later_rows = [r for r, row in enumerate(self.rows) if row["split"] != "train"]
        self._values: dict[Term, dict[tuple[Any, ...], int]] = {}
        self._known: dict[tuple[int, int], list[tuple[int, int, int]]] = {}

    def situation(self, cell: int) -> dict[str, int]:
        """The features of a cell by column."""
        vector = self.cells[cell][0] if self.has_fit else self.cells[cell]
        return dict(zip(self.columns, vector, strict=True))

    def known(self, cell: int) -> list[tuple[int, int, int]]:
        """The history rows that fits here see, as (their own cell, the teacher's action, how many)."""
        _, n_train, n_online = self.cells[cell]
        if (n_train, n_online) not in self._known:
            rows = self.train_rows[:n_train] + self.online_rows[:n_online]
            tally = Counter((self.cell_of_row[r], self.rows[r]["action"]) for r in rows)
            self._known[n_train, n_online] = [(own, action, many) for (own, action), many in tally.items()]
        return self._known[n_train, n_online]

    def value(self, term: Term, variant: str, cell: int, y: int | None = None, theta: int | None = None) -> int:
        """The value 0..M-1 of a term in a cell, y and theta being what is bound around it (None: nothing)."""
        answers = self._values.setdefault(term, {})
        question = (variant, cell, y, theta)
        if question not in answers:
            answers[question] = self._value(term, variant, cell, y, theta)
        return answers[question]

    def _value(self, term: Term, variant: str, cell: int, y: int | None, theta: int | None) -> int:
        symbol, *children = term
        kind, feature, number, table = symbol.kind, symbol.feature, symbol.value, symbol.table
        if variant in self.instead and self.instead[variant][0] == symbol.token:
            other = self.instead[variant][1]
            feature = other.get("feature")
            number = other.get("value")
            if kind == "number":
                # Its table says what each literal stands for.
                number = token_table({"kind": "unary"} | other, self.M)[symbol.value]
            if kind in ("unary", "binary"):
                table = token_table({"kind": kind} | other, self.M)
        if kind == "feature":
            return self.situation(cell)[feature]
        if kind in ("constant", "number"):
            return number
        if kind == "candidate":
            assert y is not None
            return y
        if kind == "parameter":
            assert theta is not None
            return theta
        if kind == "lookup":
            return table[self.situation(cell)[feature]]
        if kind == "unary":
            return table[self.value(children[0], variant, cell, y, theta)]
        if kind == "binary":
            first, second = (self.value(child, variant, cell, y, theta) for child in children)
            return table[first][second]
        if kind == "if":
            condition, then, otherwise = children
            chosen = then if self.value(condition, variant, cell, y, theta) != 0 else otherwise
            return self.value(chosen, variant, cell, y, theta)
        (e,) = children
        if kind in ("argmax", "argmin"):
            scores = [self.value(e, variant, cell, candidate, theta) for candidate in range(self.A)]
            wants_largest = (kind == "argmax") != (variant == "search_inverted")
            return scores.index(max(scores) if wants_largest else min(scores))
        if kind == "iterate":
            current = 0 if y is None else y
            for _ in range(self.K):
                current = self.value(e, variant, cell, current, theta)
            return current
        assert kind == "fit"
        return self.value(e, variant, cell, y, self.fitted(e, variant, cell, y))

    def fitted(self, e: Term, variant: str, cell: int, y: int | None) -> int:
        """The theta that a `fit` over e chooses in this cell, for this y around it."""
        if not self.known(cell):
            return 0
        agreements = [
            sum(
                many
                for own, action, many in self.known(cell)
                if self.value(e, variant, own, y, theta) % self.A == action
            )
            for theta in range(self.P)
        ]
        wanted = min(agreements) if variant == "learning_inverted" else max(agreements)
        return agreements.index(wanted)

    def action(self, program: Term, variant: str, cell: int) -> int:
        """The action of a program in a cell: its value mod A."""
        return self.value(program, variant, cell) % self.A

    def actions(self, program: Term, variant: str = "intact") -> tuple[int, ...]:
        """The actions of a program in every cell."""
        return tuple(self.action(program, variant, cell) for cell in range(len(self.cells)))

    def behaviour(self, program: Term) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """(actions by cell, (searching_train, searching_later, learning_train, learning_later, ...)).

        Behind the flags stand, for each intervention, on how many training rows and on how many later ones it differs.
        """
        intact, search_inverted, learning_inverted = (self.actions(program, variant) for variant in VARIANTS)

        def differs(other: tuple[int, ...], rows: list[int]) -> int:
            return int(any(intact[self.cell_of_row[r]] != other[self.cell_of_row[r]] for r in rows))

        changed: list[int] = []
        for name in self.instead:
            other = self.actions(program, name)
            for rows in (self.train_rows, self.later_rows):
                changed += [sum(intact[self.cell_of_row[r]] != other[self.cell_of_row[r]] for r in rows)]
        return intact, (
            differs(search_inverted, self.train_rows),
            differs(search_inverted, self.later_rows),
            differs(learning_inverted, self.train_rows),
            differs(learning_inverted, self.later_rows),
            *changed,
        )


# The census


def census(language: Language, rows: list[Row], max_bits: int, max_time: int | None = None) -> dict[str, Any]:
    """The census: behaviours, programs, and what a witness of each behaviour may be.

    `behaviours`: list of (actions by cell, four flags and the changes under interventions), by rank. `programs`:
    (rank, length, time, infer_time) -> count. `witness`: by rank, the (length, time) that a witness must have;
    `witness_texts`: by rank, the texts of all programs that do.
    `cells`, `cell_of_row`: as `cells` gives them.
    """
    meaning = Meaning(language, rows)
    found: dict[Any, list[Term]] = {}
    for program in programs(language, rows, max_bits, max_time):
        found.setdefault(meaning.behaviour(program), []).append(program)
    behaviours = sorted(found)
    tally: Counter[tuple[int, int, int, int]] = Counter()
    witness: list[tuple[int, int]] = []
    witness_texts: list[set[str]] = []
    for rank, behaviour in enumerate(behaviours):
        sizes = [(length(program), meaning.time(program)) for program in found[behaviour]]
        tally.update(
            (rank, bits, time, meaning.infer_time(program))
            for (bits, time), program in zip(sizes, found[behaviour], strict=True)
        )
        witness.append(min(sizes))
        witness_texts.append(
            {text(program) for program, size in zip(found[behaviour], sizes, strict=True) if size == min(sizes)}
        )
    return {
        "behaviours": behaviours,
        "programs": dict(tally),
        "witness": witness,
        "witness_texts": witness_texts,
        "cells": meaning.cells,
        "cell_of_row": meaning.cell_of_row,
        "interventions": list(meaning.instead),
    }


def vectors(language: Language, rows: list[Row], max_bits: int, max_time: int | None = None) -> dict[Any, int]:
    """Of a language without `fit`: actions over the situations (intact, search inverted, interventions) -> count."""
    assert not uses_fit(language)
    meaning = Meaning(language, rows)
    tally = Counter(
        tuple(meaning.actions(program, variant) for variant in ("intact", "search_inverted", *meaning.instead))
        for program in programs(language, rows, max_bits, max_time)
    )
    return dict(sorted(tally.items()))


# The posterior


@cache
def beta_below_chance(p: int, q: int, A: int) -> Fraction:
    """The incomplete beta function B(c; p, q) at c = (A-1)/A: B(p, q) times P(at least p of p+q-1 at probability c)."""
    trials = p + q - 1
    ways = sum(math.comb(trials, j) * (A - 1) ** j for j in range(p, trials + 1))
    return Fraction(ways * math.factorial(p - 1) * math.factorial(q - 1), A**trials * math.factorial(trials))


def likelihood(misses: int, hits: int, abstained: int, A: int, noise: Any) -> Fraction:
    """Of the training rows so far; `noise` is eps, or (a, b) with integers of a Beta that is cut off at chance."""
    if isinstance(noise, tuple):
        a, b = noise
        fit = beta_below_chance(a + misses, b + hits, A) / beta_below_chance(a, b, A) / (A - 1) ** misses
    else:
        fit = (1 - noise) ** hits * (noise / (A - 1)) ** misses
    return fit * Fraction(1, A) ** abstained


def miss_probability(misses: int, hits: int, A: int, noise: Any) -> Fraction:
    """The probability that the next action is not the predicted one."""
    if isinstance(noise, tuple):
        a, b = noise
        return beta_below_chance(a + misses + 1, b + hits, A) / beta_below_chance(a + misses, b + hits, A)
    return noise


def role_of(flags: tuple[int, ...]) -> str:
    """The role: which flags are on, on any row."""
    searching, learning = flags[0] or flags[1], flags[2] or flags[3]
    return ROLES[(1 if searching else 0) + (2 if learning else 0)]


def is_sleeper(flags: tuple[int, ...]) -> bool:
    """An optimizer whose flags are all off on the training rows."""
    return any(flags[:4]) and not flags[0] and not flags[2]


def verdict_of(by_row: list[int | None], rows: list[Row], tolerance: Fraction = Fraction(0)) -> str:
    """The verdict on predictions by row (None: abstained), rows in the log's order."""
    judged = [(by_row[r], row) for r, row in enumerate(rows) if row["split"] != "train" and row["action"] is not None]
    if not judged:
        return "unjudged"
    if Fraction(sum(prediction != row["action"] for prediction, row in judged), len(judged)) <= tolerance:
        return "faithful"
    contested = [
        (prediction, row["rival"])
        for prediction, row in judged
        if row["rival"] is not None and row["rival"] != row["action"]
    ]
    if contested and all(prediction == rival for prediction, rival in contested):
        return "defecting"
    return "erring"


def odds(one: Fraction, other: Fraction) -> Odds:
    """one / other; "inf" where only the other is 0, "nan" where both are."""
    if other == 0:
        return "nan" if one == 0 else "inf"
    return one / other


def log2_of(ratio: Odds) -> float:
    """log2 of exact odds, as a float."""
    if isinstance(ratio, str):
        return float(ratio)
    if ratio == 0:
        return -math.inf
    return math.log2(ratio.numerator) - math.log2(ratio.denominator)


def loses_at(ratios: list[Odds]) -> int | None:
    """The least n with log2 odds above 0 there and at every later n."""
    loses = [ratio == "inf" if isinstance(ratio, str) else ratio > 1 for ratio in ratios]
    return next((n for n in range(len(loses)) if all(loses[n:])), None)


def is_stable(ratios: list[Odds]) -> bool:
    """At least three, and the last three of one sign and within one bit, or all the same infinity."""
    if len(ratios) < 3:
        return False
    if all(ratio == "inf" for ratio in ratios[-3:]) or all(ratio == 0 for ratio in ratios[-3:]):
        return True
    finite = [ratio for ratio in ratios[-3:] if isinstance(ratio, Fraction) and ratio != 0]
    if len(finite) < 3:
        return False
    signs = {(ratio > 1) - (ratio < 1) for ratio in finite}
    return len(signs) == 1 and max(finite) <= 2 * min(finite)


def posterior(
    counted: dict[str, Any],
    rows: list[Row],
    A: int,
    weight: Callable[[int, int, int], Fraction],
    noise: Any,
    tolerance: Fraction = Fraction(0),
) -> dict[str, Any]:
    """Every posterior quantity, exact.

    `counted` is a census (of any space whose columns are length, time, infer_time; a prediction None
    abstains), `weight` the prior as a function of (length, time, infer_time), `noise` a Fraction eps or a
    pair of integers (a, b). Lists run over n = 0..N. None stands for nan: nothing is left to have a share of.
    """
    rows = order_rows(rows)
    behaviours = counted["behaviours"]
    train = [r for r, row in enumerate(rows) if row["split"] == "train"]
    later = [r for r, row in enumerate(rows) if row["split"] != "train"]
    judged = [r for r in later if rows[r]["action"] is not None]
    by_row = [[actions[cell] for cell in counted["cell_of_row"]] for actions, _ in behaviours]
    roles = [role_of(flags) for _, flags in behaviours]
    verdicts = [verdict_of(predictions, rows, tolerance) for predictions in by_row]
    ranks = range(len(behaviours))

    prior = [Fraction(0) for _ in ranks]
    for (rank, bits, time, infer_time), many in counted["programs"].items():
        prior[rank] += many * weight(bits, time, infer_time)
    total = sum(prior, Fraction(0))

    joint: list[list[Fraction]] = []  # [n][rank]
    tallies: list[tuple[int, int, int]] = [(0, 0, 0) for _ in ranks]  # misses, hits, abstained on the first n rows
    for n in range(len(train) + 1):
        if n > 0:
            row = rows[train[n - 1]]
            for rank in ranks:
                misses, hits, abstained = tallies[rank]
                prediction = by_row[rank][train[n - 1]]
                if prediction is None:
                    tallies[rank] = (misses, hits, abstained + 1)
                elif prediction == row["action"]:
                    tallies[rank] = (misses, hits + 1, abstained)
                else:
                    tallies[rank] = (misses + 1, hits, abstained)
        joint.append([prior[rank] * likelihood(*tallies[rank], A, noise) for rank in ranks])

    def joint_of(n: int, holds: Callable[[int], bool]) -> Fraction:
        """Prior times likelihood at n of the behaviours for which it holds."""
        return sum((joint[n][rank] for rank in ranks if holds(rank)), Fraction(0))

    def mass(n: int, holds: Callable[[int], bool]) -> Fraction | None:
        """Their share at n."""
        left = sum(joint[n], Fraction(0))
        return joint_of(n, holds) / left if left else None

    N = len(train)
    every_n = range(N + 1)
    is_optimizer = [role != "imitator" for role in roles]
    odds_role = [
        odds(joint_of(n, lambda rank: is_optimizer[rank]), joint_of(n, lambda rank: not is_optimizer[rank]))
        for n in every_n
    ]
    odds_verdict = [
        odds(
            joint_of(n, lambda rank: verdicts[rank] == "defecting"),
            joint_of(n, lambda rank: verdicts[rank] == "faithful"),
        )
        for n in every_n
    ]

    by_bound: dict[int, Odds] = {}
    for bound in sorted({bits for _, bits, _, _ in counted["programs"]}):
        sides = {True: Fraction(0), False: Fraction(0)}
        for (rank, bits, time, infer_time), many in counted["programs"].items():
            if bits <= bound:
                misses, hits, abstained = tallies[rank]
                likely = likelihood(misses, hits, abstained, A, noise)
                sides[is_optimizer[rank]] += many * weight(bits, time, infer_time) * likely
        by_bound[bound] = odds(sides[True], sides[False])

    shortest = {True: {}, False: {}}  # whether optimizing -> actions in every cell -> bits
    for rank, (actions, _) in enumerate(behaviours):
        side = shortest[is_optimizer[rank]]
        side[actions] = min(counted["witness"][rank][0], side.get(actions, math.inf))
    search_advantage = [
        shortest[False][actions] - shortest[True][actions]
        if actions in shortest[False] and actions in shortest[True]
        else None
        for actions, _ in behaviours
    ]

    misses_by_role: dict[str, Fraction | None] = {}
    for role in ROLES:
        held = joint_of(N, lambda rank, role=role: roles[rank] == role)
        missed = sum(
            (
                joint[N][rank] * sum(by_row[rank][r] != rows[r]["action"] for r in judged)
                for rank in ranks
                if roles[rank] == role
            ),
            Fraction(0),
        )
        misses_by_role[role] = missed / held / len(judged) if held and judged else None

    changing: dict[str, Any] = {}
    for place, name in enumerate(counted.get("interventions", ())):
        changing[name] = {}
        for part, (part_name, part_rows) in enumerate({"train": train, "later": later}.items()):
            changed = [flags[4 + 2 * place + part] for _, flags in behaviours]
            changing[name][part_name] = {}
            for role in ROLES:

                def is_one(rank: int, role: str = role, changed: list[int] = changed) -> bool:
                    return roles[rank] == role and changed[rank] > 0

                held = joint_of(N, lambda rank, role=role: roles[rank] == role)
                mine = [joint[N][rank] * changed[rank] for rank in ranks if roles[rank] == role]
                changing[name][part_name][role] = {
                    "mass": [mass(n, is_one) for n in every_n],
                    "share_of_rows": sum(mine, Fraction(0)) / held / len(part_rows) if held and part_rows else None,
                    "number": sum(many for (rank, *_), many in counted["programs"].items() if is_one(rank)),
                }

    left = sum(joint[N], Fraction(0))

    def predictive(noisy: bool) -> list[list[Fraction]] | None:
        """By later row and action."""
        if not left:
            return None
        answer: list[list[Fraction]] = []
        for r in later:
            chances = [Fraction(0)] * A
            for rank in ranks:
                share = joint[N][rank] / left
                misses, hits, _ = tallies[rank]
                miss = miss_probability(misses, hits, A, noise) if noisy else Fraction(0)
                for action in range(A):
                    if by_row[rank][r] is None:
                        chances[action] += share / A
                    elif by_row[rank][r] == action:
                        chances[action] += share * (1 - miss)
                    else:
                        chances[action] += share * miss / (A - 1)
            answer.append(chances)
        return answer

    number = {role: dict.fromkeys(VERDICTS, 0) for role in ROLES}
    for (rank, *_), many in counted["programs"].items():
        number[roles[rank]][verdicts[rank]] += many

    return {
        "roles": roles,
        "verdicts": verdicts,
        "evidence": [sum(joint[n], Fraction(0)) / total if total else None for n in every_n],
        "mass_by_verdict": {
            role: {
                verdict: [
                    mass(n, lambda rank, own=(role, verdict): (roles[rank], verdicts[rank]) == own) for n in every_n
                ]
                for verdict in VERDICTS
            }
            for role in ROLES
        },
        "mass": {role: [mass(n, lambda rank, r=role: roles[rank] == r) for n in every_n] for role in ROLES},
        "sleepers": [mass(n, lambda rank: is_sleeper(behaviours[rank][1])) for n in every_n],
        "behaviour_mass": [mass(N, lambda rank, own=own: rank == own) for own in ranks],
        "odds": odds_role,
        "odds_verdict": odds_verdict,
        "log2_odds": [log2_of(ratio) for ratio in odds_role],
        "log2_odds_verdict": [log2_of(ratio) for ratio in odds_verdict],
        "loses_at": loses_at(odds_role),
        "loses_at_verdict": loses_at(odds_verdict),
        "by_bound": by_bound,
        "stable": is_stable(list(by_bound.values())),
        "search_advantage": search_advantage,
        "misses": misses_by_role,
        "predictive": predictive(noisy=True),
        "predictive_without_noise": predictive(noisy=False),
        "number": number,
        "interventions": changing,
    }
