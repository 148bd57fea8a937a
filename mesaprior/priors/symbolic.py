"""Formulas as SymPy expressions, for showing and for algebra. Imports SymPy, so it is imported where it is used."""

from __future__ import annotations

from typing import Any

import sympy

from mesaprior.priors.formula import Formula

_POSITIVE = ("length", "time", "infer_time")

_COMPARISONS = {"<": sympy.Lt, "<=": sympy.Le, ">": sympy.Gt, ">=": sympy.Ge, "==": sympy.Eq, "!=": sympy.Ne}


def symbol(name: str, *, is_column: bool) -> Any:
    """Return the SymPy symbol that stands for a column or a parameter in expressions."""
    if not is_column:
        return sympy.Symbol(name, real=True)
    return sympy.Symbol(name, positive=True) if name in _POSITIVE else sympy.Symbol(name, nonnegative=True)


def expression(formula: Formula) -> Any:
    """Return the formula as a SymPy expression; see `Formula.sympy`.

    Notes
    -----
    Every node is built unevaluated: SymPy would work out ``9**9**9**9``.
    """
    stack: list[Any] = []
    for op, argument, _ in formula.code:
        if op == "Piecewise":
            parts = stack[-2 * int(argument) :]
            del stack[-2 * int(argument) :]
            stack.append(sympy.Piecewise(*zip(parts[::2], parts[1::2], strict=True), evaluate=False))
        elif op == "true":
            stack.append(sympy.true)
        elif op == "number":
            stack.append(_number(str(argument)))
        elif op in ("column", "parameter"):
            stack.append(symbol(str(argument), is_column=op == "column"))
        elif op in ("negate", "log2", "exp", "sqrt"):
            stack.append(_unary(op, stack.pop()))
        else:
            second = stack.pop()
            stack.append(_binary(op, stack.pop(), second))
    return stack[0]


def _number(text: str) -> Any:
    return sympy.Integer(int(text)) if text.isdigit() else sympy.Float(float(text))


def _unary(op: str, value: Any) -> Any:
    if op == "negate":
        return -value if value.is_Number else sympy.Mul(-1, value, evaluate=False)
    if op == "log2":
        return sympy.log(value, 2, evaluate=False)
    if op == "exp":
        return sympy.exp(value, evaluate=False)
    return sympy.Pow(value, sympy.Rational(1, 2), evaluate=False)


def _binary(op: str, first: Any, second: Any) -> Any:
    if op in _COMPARISONS:
        return _COMPARISONS[op](first, second, evaluate=False)
    if op == "-":
        return sympy.Add(first, _unary("negate", second), evaluate=False)
    if op == "/":
        return sympy.Mul(first, sympy.Pow(second, -1, evaluate=False), evaluate=False)
    build = {
        "+": sympy.Add,
        "*": sympy.Mul,
        "**": sympy.Pow,
        "Min": sympy.Min,
        "Max": sympy.Max,
        "and": sympy.And,
        "or": sympy.Or,
    }[op]
    return build(first, second, evaluate=False)
