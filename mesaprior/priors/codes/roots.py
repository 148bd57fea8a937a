"""The least non-negative root of x = f(x), where f is a polynomial with non-negative rational coefficients.

This is the equation that the mass of a set of terms solves: f lists, by arity, the weights of the symbols
that may head a term. An equation is written as the coefficients c_0, c_1, ... of f. Everything here rests on
f(1) <= 1, which Kraft's inequality gives: the root then exists, is at most 1, and left of it f(x) - x is
positive, decreasing and convex. Newton's steps from the left therefore never pass the root, and one sign
above it encloses it.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import Any


def least_root(equation: Sequence[Fraction], precision: int) -> tuple[Fraction, Fraction]:
    """Enclose the least non-negative root of x = c_0 + c_1 x + c_2 x^2 + ... with certainty.

    Parameters
    ----------
    equation : sequence of Fraction
        The coefficients c_0, c_1, ..., none negative, with a sum of at most 1; at least two of them.
    precision : int
        Relative width wanted, in bits: an irrational root r is enclosed within 2^-precision * r.

    Returns
    -------
    lower, upper : Fraction
        The root lies in [lower, upper]. They are equal if and only if it is rational, and then they are it.

    Notes
    -----
    A double root can only lie at 1, and is recognized there without iterating. Everywhere else the root is
    simple, and the number of Newton's steps grows with the logarithm of the precision. A rational root times
    the leading whole-number coefficient is itself an integer, so a fine enclosure decides rationality.
    """
    constant, linear = equation[0], equation[1]
    if constant == 0:
        return Fraction(0), Fraction(0)
    degree = max(k for k, c in enumerate(equation) if c)
    if degree < 2:
        root = constant / (1 - linear)
        return root, root
    if sum(equation) == 1 and sum(k * c for k, c in enumerate(equation)) <= 1:
        return Fraction(1), Fraction(1)

    # f(x) - x in integers, on the grid x = n / 2^bits. Leading zeros of the root cost extra bits.
    polynomial = _whole_coefficients(equation[: degree + 1])
    lead = polynomial[degree]
    leading_zeros = max(0, constant.denominator.bit_length() - constant.numerator.bit_length() + 1)
    bits = max(precision, lead.bit_length()) + leading_zeros
    scaled = [a << (bits * (degree - k)) for k, a in enumerate(polynomial)]
    derivative = [k * a for k, a in enumerate(scaled)][1:]

    n = (constant.numerator << bits) // constant.denominator
    value = _evaluate(scaled, n)
    while True:
        ahead = n + max(1, value // -_evaluate(derivative, n))
        value = _evaluate(scaled, ahead)
        if value <= 0:  # the root lies in (n, ahead], and is `ahead` itself where these are more than 1 apart
            break
        n = ahead

    candidate = Fraction((lead * ahead) >> bits, lead)
    # A root at 1 would be the greater one here: the least is below, or it would have been recognized above.
    if candidate != 1 and _evaluate(polynomial, candidate) == 0:
        return candidate, candidate
    return Fraction(n, 1 << bits), Fraction(ahead, 1 << bits)


def root_expression(equation: Sequence[Fraction]) -> Any:
    """Write the least non-negative root of x = c_0 + c_1 x + c_2 x^2 + ... as a SymPy number.

    Parameters
    ----------
    equation : sequence of Fraction
        As in `least_root`.

    Returns
    -------
    sympy.Expr
        A rational, an expression in radicals (quadratic irrationals), or a `CRootOf` of a cubic.

    Notes
    -----
    Milliseconds for the codes of real languages; seconds where the coefficients have thousands of digits.
    """
    import sympy

    if equation[0] == 0:
        return sympy.Integer(0)
    coefficients = _whole_coefficients(equation)
    polynomial = sympy.Poly(coefficients[::-1], sympy.Symbol("x"), domain="ZZ")
    return polynomial.real_roots()[polynomial.count_roots(sup=0)]


def _whole_coefficients(equation: Sequence[Fraction]) -> list[int]:
    """Return f(x) - x, times the least positive factor that makes all coefficients whole and coprime."""
    difference = [c - (k == 1) for k, c in enumerate(equation)]
    scale = lcm(*(c.denominator for c in difference))
    whole = [c.numerator * (scale // c.denominator) for c in difference]
    content = gcd(*whole)
    return [a // content for a in whole]


def _evaluate(coefficients: Sequence[int], x: Any) -> Any:
    """Return the value of a polynomial (constant first) at a whole or rational x, by Horner's rule."""
    value = 0
    for coefficient in reversed(coefficients):
        value = value * x + coefficient
    return value
