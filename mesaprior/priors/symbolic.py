"""Formulas as SymPy expressions, for showing and for algebra. Imports SymPy, so it is imported where it is used."""

from __future__ import annotations

import math
from typing import Any

import sympy
from sympy.printing.precedence import PRECEDENCE

from mesaprior.errors import UsageError
from mesaprior.priors.formula import Formula

MAX_BITS = 40
"""Powers of constants up to this many bits are computed; so no integer of a formula has too many digits to print."""

_COMPARISONS: dict[str, Any] = {
    "<": sympy.Lt,
    "<=": sympy.Le,
    ">": sympy.Gt,
    ">=": sympy.Ge,
    "==": sympy.Eq,
    "!=": sympy.Ne,
}


class _GreatPower(sympy.Function):
    """A power of constants that is displayed but never computed."""

    precedence = PRECEDENCE["Pow"]

    def _sympystr(self, printer: Any) -> str:
        base, exponent = (printer.parenthesize(part, self.precedence) for part in self.args)
        return f"{base}**{exponent}"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        base, exponent = printer.parenthesize(self.args[0], self.precedence), printer.doprint(self.args[1])
        return rf"{base}^{{{exponent}}}" if exp is None else rf"\left({base}^{{{exponent}}}\right)^{{{exp}}}"


def expression(formula: Formula) -> Any:
    """Return the formula as a SymPy expression, for showing and for algebra: columns and parameters are plain symbols.

    Raises
    ------
    UsageError
        If SymPy refuses it, as it does a comparison with 0/0.

    Notes
    -----
    Sums, products and powers simplify as SymPy does by itself; conditions, `Min` and `Max` stay as written, and so does
    a power of constants beyond `MAX_BITS`: SymPy would try to compute ``9**9**9**9``.
    """
    try:
        return _build(formula)
    except (TypeError, ValueError, ArithmeticError, RecursionError):
        raise UsageError(
            f"formula {formula.text[:60]!r} has no symbolic form, as a constant part of it is infinite or undefined; "
            "change that part."
        ) from None


def _build(formula: Formula) -> Any:
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
            stack.append(sympy.Symbol(str(argument)))
        elif op in ("negate", "log2", "exp", "sqrt", "ceil"):
            stack.append(_unary(op, stack.pop()))
        else:
            second = stack.pop()
            stack.append(_binary(op, stack.pop(), second))
    return stack[0]


def latex(formula: Formula) -> str:
    """Return the formula in LaTeX, columns upright."""
    shown = expression(formula)
    names = {sympy.Symbol(name): rf"\mathrm{{{name}}}".replace("_", r"\_") for name in formula.columns}
    names[sympy.Symbol("lam")] = r"\lambda"
    return sympy.latex(shown, symbol_names=names)


def _number(text: str) -> Any:
    return sympy.Integer(int(text)) if text.isdigit() else sympy.Float(float(text))


def _unary(op: str, value: Any) -> Any:
    if op == "negate":
        return -value
    if op == "log2":
        # SymPy prints log(x, 2) in LaTeX without its base.
        return sympy.log(value, evaluate=False) / sympy.log(2)
    if op == "exp":
        return _power(sympy.exp(1), value)
    if op == "ceil":
        # SymPy would compute the digits of a constant, however great.
        return sympy.ceiling(value, evaluate=bool(value.is_Rational))
    return value ** sympy.Rational(1, 2)


def _binary(op: str, first: Any, second: Any) -> Any:
    if op in _COMPARISONS:
        # SymPy mistakes 0 < 0 that it was told to leave alone, so what it can tell at once it does.
        plain = first.is_Number and second.is_Number and first.is_finite and second.is_finite
        return _COMPARISONS[op](first, second, evaluate=bool(plain))
    if op == "+":
        return first + second
    if op == "-":
        return first - second
    if op == "*":
        return first * second
    if op == "/":
        return first / second
    if op == "**":
        return _power(first, second)
    build: Any = {"Min": sympy.Min, "Max": sympy.Max, "and": sympy.And, "or": sympy.Or}[op]
    # One flat list prints without the parentheses of nested ones.
    terms = (*first.args, second) if isinstance(first, build) else (first, second)
    return build(*terms, evaluate=False)


def _power(base: Any, exponent: Any) -> Any:
    if not _is_modest(base, exponent):
        return _GreatPower(base, exponent)
    return base**exponent


def _is_modest(base: Any, exponent: Any) -> bool:
    """Whether SymPy may compute a power: it is not constant, or has at most `MAX_BITS` bits."""
    if exponent.free_symbols:
        return True
    try:
        bits = abs(float(exponent))
        if not base.free_symbols:
            bits *= max(1.0, abs(math.log2(abs(float(base)) or 1.0)))
    except (TypeError, OverflowError, ValueError):
        return False
    return bits <= MAX_BITS
