"""The formula language: weights of programs as arithmetic over census columns and parameters.

A formula has its own parser and is never evaluated by Python: what is not in the grammar has no meaning. The result is
postfix code, so no later step recurses over nesting.

A name from the catalogue stands for its formula: ``levin/2 + simplicity/2``.

Grammar, loosest first: ``or |``, ``and &``, comparisons (not chained), ``+ -``, ``* /``, unary ``-``, ``**`` (to the
right); numbers, names, parentheses, `FUNCTIONS`, and ``Piecewise((value, condition), ..., (value, True))``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, NoReturn

from mesaprior.errors import Named, UsageError
from mesaprior.priors.catalogue import find_entry
from mesaprior.priors.columns import columns
from mesaprior.priors.constants import GREATEST_POWER, great_power
from mesaprior.priors.postfix import Step

FUNCTIONS = ("ceil", "exp", "log2", "Max", "Min", "Piecewise", "sqrt")

MAX_CHARACTERS = 2000
MAX_NESTING = 50
SMALLEST, LARGEST = 1e-300, 1e300

"""Allowed magnitudes of numbers and parameters; 0 is allowed too."""

_TOKEN = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>\*\*|<=|>=|==|!=|[-+*/()<>,&|])"
)
_SPACE = re.compile(r"[ \t\r\n]*")


def is_in_range(value: float) -> bool:
    """Tell whether a number can stand in a formula: 0, or of a magnitude from `SMALLEST` to `LARGEST`."""
    return value == 0 or SMALLEST <= abs(value) <= LARGEST


def number_text(value: float) -> str:
    """Return a number as a message repeats it; Python writes no whole number of thousands of digits."""
    return f"above {LARGEST}" if isinstance(value, int) and abs(value) > LARGEST else f"{value:g}"


# Binding strength and name in the code of each infix operator.
_INFIX = {
    "or": (1, "or"), "|": (1, "or"), "and": (2, "and"), "&": (2, "and"),
    "<": (3, "<"), "<=": (3, "<="), ">": (3, ">"), ">=": (3, ">="), "==": (3, "=="), "!=": (3, "!="),
    "+": (4, "+"), "-": (4, "-"), "*": (5, "*"), "/": (5, "/"), "**": (7, "**"),
}  # fmt: skip
_COMPARISON = 3
_MINUS = 6
_POWER = 7
_WORDS = ("and", "or", "True", "False", "not")


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes
    ----------
    text : str
        As written.
    code : tuple of Step
        Postfix code of the weight.
    """

    text: str
    code: tuple[Step, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Census columns that the formula reads, in the order of `columns.columns`."""
        used = {step.argument for step in self.code if step.op == "column"}
        return tuple(name for name in columns() if name in used)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters, in order of first appearance."""
        return tuple(dict.fromkeys(str(step.argument) for step in self.code if step.op == "parameter"))

    def place_of(self, name: str) -> int:
        """Return the column (from 1) at which a name first appears."""
        return next(step.place for step in self.code if step.argument == name)


def parse_formula(text: str) -> Formula:
    """Parse the text of a formula.

    Raises
    ------
    UsageError
        If the text is no formula; the message gives the column of the mistake, from 1.
    """
    if len(text) > MAX_CHARACTERS:
        raise UsageError(
            f"the formula has {len(text)} characters, and {MAX_CHARACTERS} are allowed; write a shorter one."
        )
    code = tuple(_Parser(text).parse())
    place = great_power(code)
    if place:
        complain(
            text,
            place,
            f"the power here is too great; powers of constants of at most {GREATEST_POWER:,} bits and exponents up to "
            "that are allowed, so write a smaller one",
        )
    return Formula(text, code)


def complain(text: str, place: int, *what: str | Named) -> NoReturn:
    """Raise the error about a position in a formula, and show the text around it."""
    first, last = max(0, place - 31), place + 30
    shown = ("..." if first else "") + text[first:last] + ("..." if last < len(text) else "")
    raise UsageError(f"formula {shown!r}, column {place}: ", *what, ".")


def suggestion(name: str, known: Iterable[str], *, cutoff: float = 0.6) -> str:
    """Return ``", did you mean X"`` for the nearest known name, or nothing if none is as similar as `cutoff`, 0..1."""
    by_lower = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=cutoff)
    return f", did you mean {by_lower[near[0]]}" if near else ""


class _Token(NamedTuple):
    kind: str
    text: str
    place: int


class _Parser:
    """Precedence climbing over a text that is cut into tokens as it is read.

    Each method that reads an operand appends its code and returns ``"number"`` or ``"condition"``.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.code: list[Step] = []
        self.end = 0
        self.token = _Token("start", "", 1)
        self.advance()

    def parse(self) -> list[Step]:
        if self.token.kind == "end":
            complain(self.text, 1, "the formula is empty; write a weight such as 2**-length")
        self.number(0, 0)
        if self.token.kind != "end":
            self.fail("expected an operator or the end of the formula")
        return self.code

    def advance(self) -> None:
        start = _SPACE.match(self.text, self.end).end()  # type: ignore[union-attr]
        found = _TOKEN.match(self.text, start)
        if found is None:
            kind = "end" if start == len(self.text) else "other"
            self.token = _Token(kind, self.text[start : start + 1], start + 1)
            self.end = min(start + 1, len(self.text))
        else:
            self.token = _Token(found.lastgroup or "", found.group(), start + 1)
            self.end = found.end()

    def fail(self, expected: str) -> NoReturn:
        kind, text, place = self.token
        if kind == "end":
            complain(self.text, place, f"{expected}, but the formula ends here; complete it")
        hint = "; a power is written **" if text in ("^", "²", "³") else ""
        if kind == "other":
            hint = hint or "; numbers, names, operators, commas and parentheses are allowed"
            complain(self.text, place, f"{expected}, but here stands {text!r}{hint}")
        complain(self.text, place, f"{expected}, but here stands {text!r}; change the formula here{hint}")

    def expect(self, sign: str, where: str) -> None:
        if self.token.text != sign:
            self.fail(f"expected {sign!r} {where}")
        self.advance()

    def number(self, strength: int, nesting: int) -> None:
        self.operand("number", strength, nesting)

    def operand(self, wanted: str, strength: int, nesting: int) -> None:
        place = self.token.place
        self.require(wanted, self.expression(strength, nesting + 1), place)

    def require(self, wanted: str, kind: str, place: int) -> None:
        if kind == wanted:
            return
        if wanted == "number":
            complain(
                self.text,
                place,
                "here stands a condition where a number must be; conditions stand in "
                "Piecewise((value, condition), ..., (value, True)) only",
            )
        complain(
            self.text,
            place,
            "here stands a number where a condition must be; write a comparison such as time <= 100, or True",
        )

    def expression(self, strength: int, nesting: int) -> str:
        if nesting > MAX_NESTING:
            complain(
                self.text,
                self.token.place,
                f"the formula is nested deeper than the {MAX_NESTING} levels that are allowed; "
                "write it with fewer parentheses or powers",
            )
        start = self.token.place
        if self.token.text == "-":
            self.advance()
            self.number(_MINUS, nesting)
            self.code.append(Step("negate", "", start))
            kind = "number"
        else:
            kind = self.atom(nesting)
        compared = False
        while self.token.text in _INFIX and _INFIX[self.token.text][0] >= strength:
            own, op = _INFIX[self.token.text]
            place = self.token.place
            if own == _COMPARISON and compared:
                complain(
                    self.text,
                    place,
                    "comparisons are not chained; join two of them as in (1 < time) & (time < 9)",
                )
            wanted = "number" if own >= _COMPARISON else "condition"
            self.require(wanted, kind, start)
            self.advance()
            # A power binds to the right and takes a minus: 2**-length; all others bind to the left.
            self.operand(wanted, _MINUS if own == _POWER else own + 1, nesting)
            self.code.append(Step(op, "", place))
            compared = own == _COMPARISON
            kind = "condition" if own <= _COMPARISON else "number"
        return kind

    def atom(self, nesting: int) -> str:
        kind, text, place = self.token
        if kind == "number":
            self.check_number(text, place)
            self.advance()
            self.code.append(Step("number", text, place))
        elif kind == "name":
            self.advance()
            return self.named(text, place, nesting)
        elif text == "(":
            self.advance()
            inner = self.expression(0, nesting + 1)
            self.expect(")", f"to close the parenthesis of column {place}")
            return inner
        else:
            self.fail("expected a number, a name or a parenthesis")
        return "number"

    def check_number(self, text: str, place: int) -> None:
        value = float(text)
        # 1e-400 reads as 0 and would pass.
        vanished = value == 0 and re.search("[1-9]", re.split("[eE]", text)[0])
        if vanished or (value and not SMALLEST <= value <= LARGEST):
            complain(
                self.text,
                place,
                f"the number {text[:20]}{'...' * (len(text) > 20)} is out of range; 0 and numbers from {SMALLEST} "
                f"to {LARGEST} are allowed, and greater ones are written as powers",
            )

    def named(self, name: str, place: int, nesting: int) -> str:
        called = self.token.text == "("
        if name in FUNCTIONS:
            if not called:
                complain(self.text, place, f"{name} is a function; write its arguments in parentheses behind it")
            self.advance()
            if name == "Piecewise":
                self.pairs(place, nesting)
            else:
                self.arguments(name, place, nesting)
            return "number"
        if name == "True" and not called:
            self.code.append(Step("true", "", place))
            return "condition"
        if called:
            near = suggestion(name, FUNCTIONS)
            complain(
                self.text,
                place,
                f"{name!r} is not a function here{near}; the functions are {', '.join(FUNCTIONS)}, and a product is "
                "written with *",
            )
        if name in _WORDS:
            complain(self.text, place, f"{name!r} cannot stand here; expected a number, a name or a parenthesis")
        entry = find_entry(name)
        if entry:
            self.code += (step._replace(place=place) for step in parse_formula(entry.text).code)
            return "number"
        self.code.append(Step("column" if name in columns() else "parameter", name, place))
        return "number"

    def arguments(self, name: str, place: int, nesting: int) -> None:
        """Read what follows ``name(``: one argument, or for Min and Max two or more."""
        several = name in ("Min", "Max")
        self.number(0, nesting)
        given = 1
        while several and self.token.text == ",":
            self.advance()
            self.number(0, nesting)
            self.code.append(Step(name, "", place))
            given += 1
        if several and given == 1:
            self.expect(",", f"and a second argument of {name}")
        if not several and self.token.text == ",":
            complain(self.text, self.token.place, f"{name} takes one argument; remove what follows it")
        if not several:
            self.code.append(Step(name, "", place))
        self.expect(")", f"to close {name} of column {place}")

    def pairs(self, place: int, nesting: int) -> None:
        """Read what follows ``Piecewise(``."""
        given = 0
        while True:
            self.expect("(", "before a pair (value, condition) of Piecewise")
            self.number(0, nesting)
            self.expect(",", "between the value and the condition of a pair of Piecewise")
            self.operand("condition", 0, nesting)
            self.expect(")", "to close a pair (value, condition) of Piecewise")
            given += 1
            if self.token.text != ",":
                break
            self.advance()
        self.code.append(Step("Piecewise", given, place))
        self.expect(")", f"to close Piecewise of column {place}")
