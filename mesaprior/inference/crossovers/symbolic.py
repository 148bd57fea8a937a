"""Where two classes of programs weigh the same, solved exactly. Imports SymPy, so it is imported where it is used."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from mesaprior.errors import UsageError
from mesaprior.inference.crossovers.leading import LeadingClass
from mesaprior.inference.noise import BetaNoise, Noise, NoiseModel
from mesaprior.inference.sweeps.axes import HITS, MISSES, NOISE
from mesaprior.priors.prior import FormulaPrior

DIGITS = 30
"""Decimal digits in which solutions are worked out."""

LARGEST_RADICAL, LARGEST_DEGREE = 4, 64
"""Polynomials of a higher degree are not solved: in radicals, and by isolating their real roots."""


@dataclass(frozen=True)
class Solution:
    """The equality of two classes, and its solution.

    Attributes
    ----------
    equation : str
        The mass of the challengers' class = that of the others' class.
    text : str or None
        The solution in closed form, or None where there is none.
    latex : str or None
        The same in LaTeX.
    value : float
        The solution as a number; nan where there is none.
    log2_odds_near : float
        log2 odds of the two classes by this equation at the crossover that was found numerically; nan where there is
        no equation.
    reason : str
        Why there is no solution; else empty.
    """

    equation: str
    text: str | None
    latex: str | None
    value: float
    log2_odds_near: float
    reason: str


def solve_equality(
    challenger: LeadingClass,
    other: LeadingClass,
    prior: FormulaPrior,
    parameter: str,
    noise: NoiseModel,
    n_actions: int,
    near: float,
) -> Solution:
    """Solve for the parameter at which two classes have the same mass.

    Parameters
    ----------
    challenger, other : LeadingClass
    prior : FormulaPrior
    parameter : str
        A parameter of the prior, or `noise`, `a` or `b`.
    noise : NoiseModel
        `Noise` or `BetaNoise`.
    n_actions : int
        A.
    near : float
        Of several solutions, the one nearest to this is returned.

    Notes
    -----
    Decimals that were typed are taken as the fractions that they are. Three kinds of equations are solved: those whose
    logarithm is a polynomial in the parameter or its reciprocal of degree up to 4, as for `alpha` of `speed` and `T` of
    `bounded_soft`; for a known share of misses the equality of powers of it and of its complement; and equalities of
    polynomials with rational coefficients, whose real roots are isolated exactly.
    """
    symbol = sympy.Symbol(parameter, real=True, positive=near > 0 or None)
    try:
        masses = [_mass(one, prior, parameter, symbol, noise, n_actions) for one in (challenger, other)]
        difference = _log_ratio(*masses)
    except (UsageError, TypeError, ValueError, ArithmeticError, RecursionError):
        return Solution("", None, None, math.nan, math.nan, "the prior has no symbolic form for these classes")
    equation = f"{masses[0]} = {masses[1]}"
    bits = _bits(difference, symbol, near)
    if not difference.has(symbol):
        alike = f"the two classes depend on {parameter} alike, so their odds are {bits:+.4g} bits everywhere"
        return Solution(equation, None, None, math.nan, bits, alike)
    found = [(solution, _number(solution)) for solution in _solutions(difference, masses, symbol)]
    found = [(solution, value) for solution, value in found if not math.isnan(value)]
    if not found:
        none = "the equation of the two classes has no closed form and no polynomial with rational coefficients"
        return Solution(equation, None, None, math.nan, bits, none)
    solution, value = min(found, key=lambda pair: abs(pair[1] - near))
    return Solution(equation, str(solution), sympy.latex(solution), value, bits, "")


def exact(value: float) -> Any:
    """Return a number as the fraction that its shortest decimal is."""
    return sympy.Rational(str(Fraction(repr(float(value)))))


def _mass(
    one: LeadingClass, prior: FormulaPrior, parameter: str, symbol: Any, noise: NoiseModel, n_actions: int
) -> Any:
    """Return the mass of a class as an expression in the parameter."""
    values: dict[Any, Any] = {sympy.Symbol(name): _column(value) for name, value in one.columns.items()}
    values |= {sympy.Symbol(name): exact(value) for name, value in prior.parameters.items() if name != parameter}
    values[sympy.Symbol(parameter)] = symbol
    weight = _rational(prior.formula.sympy()).subs(values, simultaneous=True).doit()
    return one.count * weight * _likelihood(one, parameter, symbol, noise, n_actions)


def _column(value: float) -> Any:
    """Return the value of a column: an integer exactly, anything else in many digits."""
    return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value, DIGITS)


def _rational(expression: Any) -> Any:
    """Return an expression with its decimals as fractions."""
    return expression.xreplace({number: exact(float(number)) for number in expression.atoms(sympy.Float)})


def _likelihood(one: LeadingClass, parameter: str, symbol: Any, noise: NoiseModel, n_actions: int) -> Any:
    others, chance = sympy.Integer(n_actions - 1), sympy.Rational(1, n_actions)
    if parameter == NOISE or isinstance(noise, Noise):
        assert parameter == NOISE or isinstance(noise, Noise)
        eps = symbol if parameter == NOISE else exact(noise.eps)  # type: ignore[union-attr]
        return (1 - eps) ** one.hits * (eps / others) ** one.misses * chance**one.abstained
    assert isinstance(noise, BetaNoise)
    a = symbol if parameter == MISSES else exact(noise.a)
    b = symbol if parameter == HITS else exact(noise.b)
    rising = _rising(a, one.misses) * _rising(b, one.hits) / _rising(a + b, one.misses + one.hits)
    return rising / others**one.misses * chance**one.abstained


def _rising(start: Any, n: int) -> Any:
    """Return start * (start + 1) * ... * (start + n - 1)."""
    return sympy.prod([start + k for k in range(n)])


def _log_ratio(first: Any, second: Any) -> Any:
    """Return the logarithm of a quotient as a sum, as far as the rules go."""
    ratio = sympy.powsimp(first / second)
    return sympy.expand(sympy.expand_log(sympy.log(ratio), force=True))


def _solutions(difference: Any, masses: list[Any], symbol: Any) -> list[Any]:
    """Return solutions of the equality of two masses, each exact."""
    found = _of_logarithm(difference, symbol)
    if not found:
        found = _of_powers(difference, symbol)
    return found or _of_polynomial(masses, symbol)


def _of_logarithm(difference: Any, symbol: Any) -> list[Any]:
    """Solve where the logarithm of the quotient is a polynomial in the parameter or its reciprocal."""
    top = sympy.numer(sympy.together(difference))
    if not top.is_polynomial(symbol):
        return []
    polynomial = sympy.Poly(top, symbol)
    if polynomial.degree() == 1:
        slope, constant = (_gathered(coefficient) for coefficient in polynomial.all_coeffs())
        return [_negated(constant) / slope if _is_above_1(slope) else constant / _negated(slope)]
    return list(sympy.roots(polynomial)) if polynomial.degree() <= LARGEST_RADICAL else []


def _gathered(coefficient: Any) -> Any:
    """Return a sum of logarithms as one of them."""
    return sympy.logcombine(coefficient, force=True)


def _is_above_1(value: Any) -> bool:
    """Tell whether a logarithm is that of a number above 1."""
    return not (isinstance(value, sympy.log) and value.args[0] < 1)


def _negated(value: Any) -> Any:
    """Return the negative of a value, that of a logarithm as a logarithm."""
    return sympy.log(1 / value.args[0]) if isinstance(value, sympy.log) else -value


def _of_powers(difference: Any, symbol: Any) -> list[Any]:
    """Solve m * log(x) + h * log(1 - x) + c = 0 for h = -m: x / (1 - x) is a root of a number."""
    hit, miss = sympy.log(1 - symbol), sympy.log(symbol)
    m, h = difference.coeff(miss), difference.coeff(hit)
    rest = sympy.expand(difference - m * miss - h * hit)
    if rest.has(symbol) or m == 0 or h != -m:
        return []
    ratio = sympy.exp(_gathered(-rest / m))
    return [sympy.simplify(ratio / (1 + ratio))]


def _of_polynomial(masses: list[Any], symbol: Any) -> list[Any]:
    """Return the real roots of the difference of two masses whose quotient is one of rational polynomials."""
    ratio = masses[0] / masses[1]
    if not ratio.is_rational_function(symbol):
        return []
    polynomial = sympy.Poly(sympy.numer(sympy.together(sympy.cancel(ratio) - 1)), symbol)
    domain = polynomial.get_domain()
    if not (domain.is_QQ or domain.is_ZZ) or not 1 <= polynomial.degree() <= LARGEST_DEGREE:
        return []
    return sorted(set(polynomial.real_roots()))


def _number(solution: Any) -> float:
    try:
        value = complex(sympy.N(solution, DIGITS))
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return value.real if abs(value.imag) < 1e-15 and math.isfinite(value.real) else math.nan


def _bits(difference: Any, symbol: Any, value: float) -> float:
    """Return the log2 odds of the two classes at a value."""
    return _number(difference.subs(symbol, sympy.Float(value, DIGITS)) / sympy.log(2))
