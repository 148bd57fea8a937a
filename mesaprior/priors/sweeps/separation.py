"""Formulas that are log-linear in one parameter: the work that a sweep over its values can share.

Many priors have the form ``offset * base**factor``, where offset and base read columns only and the factor the
parameter only: `speed` is ``2**-length * time**-alpha``, `bounded_soft` ``2**-length * (2**-time)**(1/T)``. Over a
sweep, the logs of offset and base are computed once, and programs of equal base can be added up beforehand. Here
such a form is found by the rules of logarithms, or found not to be there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesaprior.priors.formula import Formula
from mesaprior.priors.postfix import Step

Code = tuple[Step, ...]
"""Postfix code of a part of a formula, without places."""


@dataclass(frozen=True)
class Separation:
    """The log-linear form of a formula in one parameter: ``offset * base**factor * ...``.

    Attributes
    ----------
    offset : Formula
        The part without the parameter.
    powers : tuple of (Formula, Formula)
        Pairs (base, factor) with distinct factors: the base lacks the parameter, the factor reads no column.
    positive : tuple of Formula
        What was raised to a power with the parameter, as written. The form holds only where all of these are above 0.
    """

    offset: Formula
    powers: tuple[tuple[Formula, Formula], ...]
    positive: tuple[Formula, ...]


def separate(formula: Formula, parameter: str) -> Separation | None:
    """Return the log-linear form of a formula in a parameter, or None if these rules find none.

    Parameters
    ----------
    formula : Formula
    parameter : str
        One of its parameters. The others count as constants.

    Notes
    -----
    The rules: products, quotients and roots of such forms, and their powers with an exponent without the parameter; a
    power whose base lacks the parameter and whose exponent is a sum of products, each of a part with the parameter and
    a part with columns; ``exp`` of such a sum. Everything else (``Piecewise``, ``Min``, sums of weights) has none, if
    the parameter occurs in it.
    """
    code = tuple(step._replace(place=1) for step in formula.code)
    tree = _tree(code)
    powers = _powers(tree, parameter)
    if powers is None:
        return None
    bases: dict[Code, list[Code]] = {}
    for base, factor in powers:
        bases.setdefault(factor, []).append(base)
    offset = bases.pop(_ONE, [_ONE])
    return Separation(
        _formula(_product(offset)),
        tuple((_formula(_product(parts)), _formula(factor)) for factor, parts in bases.items()),
        tuple(_formula(base) for base in _raised_bases(tree, parameter)),
    )


@dataclass(frozen=True)
class _Node:
    """A part of a formula: its code, which ends with `op`, and its operands."""

    code: Code
    op: str
    operands: tuple[_Node, ...]

    def reads(self, parameter: str) -> bool:
        return any(step.op == "parameter" and step.argument == parameter for step in self.code)

    @property
    def has_columns(self) -> bool:
        return any(step.op == "column" for step in self.code)


def _tree(code: Code) -> _Node:
    """Return the tree of postfix code."""
    stack: list[_Node] = []
    for step in code:
        operands = tuple(stack[len(stack) - step.n_operands :])
        del stack[len(stack) - step.n_operands :]
        before = tuple(inner for operand in operands for inner in operand.code)
        stack.append(_Node((*before, step), step.op, operands))
    return stack[0]


def _powers(node: _Node, parameter: str) -> list[tuple[Code, Code]] | None:
    """Return a value as a product of powers: pairs (base, factor)."""
    if not node.reads(parameter):
        return [(node.code, _ONE)]
    if not node.has_columns:
        return [(_TWO, _applied("log2", node.code))]
    if node.op in ("*", "/"):
        first, second = (_powers(operand, parameter) for operand in node.operands)
        if first is None or second is None:
            return None
        return first + (second if node.op == "*" else [(_power(base, _MINUS_ONE), factor) for base, factor in second])
    if node.op == "sqrt":
        return _raised(_powers(node.operands[0], parameter), _HALF)
    if node.op == "exp":
        return _raised(_sum(node.operands[0], parameter), _applied("exp", _ONE), is_exponent=True)
    if node.op == "**":
        base, exponent = node.operands
        if not base.reads(parameter):
            return _raised(_sum(exponent, parameter), base.code, is_exponent=True)
        if not exponent.reads(parameter):
            return _raised(_powers(base, parameter), exponent.code)
    return None


def _raised_bases(node: _Node, parameter: str) -> list[Code]:
    """Return every base without the parameter of a power whose exponent reads it."""
    found = [base for operand in node.operands for base in _raised_bases(operand, parameter)]
    if node.op == "**" and node.operands[1].reads(parameter) and not node.operands[0].reads(parameter):
        found.append(node.operands[0].code)
    return found


def _raised(
    powers: list[tuple[Code, Code]] | None, by: Code, *, is_exponent: bool = False
) -> list[tuple[Code, Code]] | None:
    """Return each base to the power `by`, or with `is_exponent` `by` to the power of each base."""
    if powers is None:
        return None
    return [(_power(by, base) if is_exponent else _power(base, by), factor) for base, factor in powers]


def _sum(node: _Node, parameter: str) -> list[tuple[Code, Code]] | None:
    """Return a value as a sum of products: pairs of a part without the parameter and a factor without columns."""
    if not node.reads(parameter):
        return [(node.code, _ONE)]
    if node.op == "negate":
        inner = _sum(node.operands[0], parameter)
        return None if inner is None else [(_applied("negate", part), factor) for part, factor in inner]
    if node.op in ("+", "-", "*", "/"):
        first, second = (_sum(operand, parameter) for operand in node.operands)
        if first is None or second is None or (node.op == "/" and len(second) > 1):
            return None
        if node.op == "+":
            return first + second
        if node.op == "-":
            return first + [(_applied("negate", part), factor) for part, factor in second]
        if node.op == "/":
            second = [(_power(part, _MINUS_ONE), _power(factor, _MINUS_ONE)) for part, factor in second]
        return [(_product([a, c]), _product([b, d])) for a, b in first for c, d in second]
    return None if node.has_columns else [(_ONE, node.code)]


def _power(base: Code, exponent: Code) -> Code:
    if exponent == _ONE or base == _ONE:
        return base
    return (*base, *exponent, _step("**"))


def _product(parts: Sequence[Code]) -> Code:
    """Return a product, without factors of 1."""
    others = [part for part in parts if part != _ONE]
    code = others[0] if others else _ONE
    for part in others[1:]:
        code = (*code, *part, _step("*"))
    return code


def _applied(op: str, code: Code) -> Code:
    return (*code, _step(op))


def _step(op: str, argument: str = "") -> Step:
    return Step(op, argument, 1)


def _formula(code: Code) -> Formula:
    return Formula("", code)


_ONE: Code = (_step("number", "1"),)
_TWO: Code = (_step("number", "2"),)
_HALF: Code = (_step("number", "0.5"),)
_MINUS_ONE: Code = (_step("number", "1"), _step("negate"))
