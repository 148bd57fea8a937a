"""The exact parameter value at which two classes of programs have equal mass. Imports SymPy, so import it lazily."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.cut import chance
from mesaprior.inference.bayes.cut_ratio import cut_ratio
from mesaprior.inference.bayes.noise import BetaNoise, Noise, NoiseModel
from mesaprior.inference.crossovers.leading import LeadingClass
from mesaprior.inference.sweeps.axes import HITS, MISSES, NOISE
from mesaprior.priors.prior import FormulaPrior
from mesaprior.priors.symbolic import expression

DIGITS = 30
"""Decimal digits in which solutions are computed."""

LARGEST_RADICAL, LARGEST_DEGREE = 4, 32
"""Polynomials of a higher degree are not solved: in radicals, and by isolating their real roots."""

LONGEST = 10**60
"""A fraction with more in its numerator or denominator is printed as a decimal; it is solved with as it is."""


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
    polynomials with rational coefficients of degree up to `LARGEST_DEGREE`, whose real roots are isolated exactly.

    Under `beta:a,b` the quotient of two likelihoods is a fraction where b is whole, and along `a` a rational function
    of `a`. Otherwise it is a number of `DIGITS` digits, and along `a` and `b` there is no closed form.
    """
    symbol = sympy.Symbol(parameter, real=True, positive=near > 0 or None)
    try:
        weights = [one.count * _weight(one, prior, parameter, symbol) for one in (challenger, other)]
        factors = _factors(challenger, other, noise, parameter, symbol, n_actions, near)
        ratio = weights[0] / weights[1] * factors.held
        bits = _number(_log2(ratio, factors, symbol, near))
    except (UsageError, TypeError, ValueError, ArithmeticError, RecursionError):
        return Solution("", None, None, math.nan, math.nan, "the prior has no symbolic form for these classes")
    shown = [
        str(_short(weight * _shown(one, noise, parameter, n_actions)))
        for weight, one in zip(weights, (challenger, other), strict=True)
    ]
    equation = " = ".join(shown)
    if not factors.is_whole:
        alike = f"the incomplete beta function of the noise depends on {parameter}, and there is no closed form"
        return Solution(equation, None, None, math.nan, bits, alike)
    if not ratio.has(symbol) and not factors.has_symbol:
        alike = f"the two classes depend on {parameter} alike, so their odds are {bits:+.4g} bits everywhere"
        return Solution(equation, None, None, math.nan, bits, alike)
    found = [(solution, _number(solution)) for solution in _solutions(ratio, factors, symbol)]
    found = [(solution, value) for solution, value in found if not math.isnan(value)]
    least, most = {NOISE: (0.0, chance(n_actions) + 1e-12), MISSES: (0.0, math.inf)}.get(
        parameter, (-math.inf, math.inf)
    )
    found = [(solution, value) for solution, value in found if least <= value <= most]
    if not found:
        none = (
            "the equation of the two classes has no closed form, and is none of polynomials with rational coefficients "
            f"of degree up to {LARGEST_DEGREE}"
        )
        return Solution(equation, None, None, math.nan, bits, none)
    solution, value = min(found, key=lambda pair: abs(pair[1] - near))
    return Solution(equation, str(_short(solution)), sympy.latex(_short(solution)), value, bits, "")


def exact(value: float) -> Any:
    """Return a number as the fraction of its shortest decimal."""
    return sympy.Rational(str(Fraction(repr(float(value)))))


@dataclass(frozen=True)
class _Factors:
    """The quotient of two likelihoods: a number, and powers of polynomials in the parameter.

    Where it is not whole, it is something else of the parameter too, and `held` is its value near the crossover.
    """

    held: Any
    powers: tuple[tuple[Any, int], ...]
    is_whole: bool = True

    @property
    def has_symbol(self) -> bool:
        return any(power for _, power in self.powers)

    def polynomials(self, symbol: Any) -> tuple[Any, Any]:
        """Return numerator and denominator, without the number."""
        above, below = sympy.Poly(1, symbol), sympy.Poly(1, symbol)
        for base, power in self.powers:
            if power > 0:
                above *= sympy.Poly(base, symbol) ** power
            else:
                below *= sympy.Poly(base, symbol) ** -power
        return above, below


def _weight(one: LeadingClass, prior: FormulaPrior, parameter: str, symbol: Any) -> Any:
    """Return the weight of a program of a class as an expression in the parameter."""
    values: dict[Any, Any] = {sympy.Symbol(name): _column(value) for name, value in one.columns.items()}
    values |= {sympy.Symbol(name): exact(value) for name, value in prior.parameters.items() if name != parameter}
    values[sympy.Symbol(parameter)] = symbol
    return _rational(expression(prior.formula)).subs(values, simultaneous=True).doit()


def _column(value: float) -> Any:
    """Return the value of a column: an integer exactly, any other number in many digits."""
    return sympy.Integer(int(value)) if float(value).is_integer() else sympy.Float(value, DIGITS)


def _rational(expression: Any) -> Any:
    """Return an expression with its decimals as fractions."""
    return expression.xreplace({number: exact(float(number)) for number in expression.atoms(sympy.Float)})


def _factors(
    first: LeadingClass,
    second: LeadingClass,
    noise: NoiseModel,
    parameter: str,
    symbol: Any,
    n_actions: int,
    near: float,
) -> _Factors:
    """Return the quotient of the likelihoods of two classes; common factors are cancelled before multiplication."""
    misses, hits = first.misses - second.misses, first.hits - second.hits
    if parameter == NOISE or isinstance(noise, Noise):
        held = sympy.Rational(1, n_actions) ** (first.abstained - second.abstained)
        held *= sympy.Rational(1, n_actions - 1) ** misses
        eps = symbol if parameter == NOISE else exact(getattr(noise, "eps"))  # noqa: B009
        powers = [(eps, misses), (1 - eps, hits)]
        for base, power in powers:
            if not base.has(symbol):
                held *= base**power
        return _Factors(held, tuple((base, power) for base, power in powers if base.has(symbol)))
    assert isinstance(noise, BetaNoise)
    # A^-(h + m + k) of one and the other: both have seen the same rows.
    b = Fraction(repr(float(noise.b)))
    if parameter == MISSES and b.denominator == 1 and b + max(first.hits, second.hits) <= 2 * LARGEST_DEGREE:
        return _Factors(sympy.Integer(1), _of_misses(first, second, symbol, int(b), n_actions))
    values = {MISSES: noise.a, HITS: noise.b} | {parameter: near}
    a, b = (Fraction(repr(float(values[name]))) for name in (MISSES, HITS))
    ratios = [cut_ratio(a + one.misses, b + one.hits, n_actions) for one in (first, second)]
    held = sympy.Rational(str(ratios[0] / ratios[1]))
    if b.denominator > 1:
        held = sympy.Float(held, DIGITS)
    return _Factors(held, (), is_whole=parameter not in (MISSES, HITS))


def _of_misses(
    first: LeadingClass, second: LeadingClass, symbol: Any, b: int, n_actions: int
) -> tuple[tuple[Any, int], ...]:
    """Return the quotient of the cut ratios R(a + m, b + h) of two classes as polynomials in a, for a whole b."""
    quotient = sympy.Integer(1)
    for one, power in ((first, 1), (second, -1)):
        # R(p, q) is a polynomial over p (p + 1) ... (p + q - 1).
        start = sympy.Poly(symbol + one.misses, symbol)
        above, below = sympy.Poly(n_actions, symbol), start
        for q in range(1, b + one.hits):
            above = n_actions * (q * above + below)
            below *= start + q
        quotient *= (above.as_expr() / below.as_expr()) ** power
    above, below = sympy.fraction(sympy.cancel(quotient))
    return ((above, 1), (below, -1))


def _shown(one: LeadingClass, noise: NoiseModel, parameter: str, n_actions: int) -> Any:
    """Return the likelihood of a class for showing: as a number, or with an incomplete beta function of a parameter."""
    symbol = sympy.Symbol(parameter)
    held = sympy.Rational(1, n_actions) ** one.abstained * sympy.Rational(1, n_actions - 1) ** one.misses
    if parameter == NOISE or isinstance(noise, Noise):
        eps = symbol if parameter == NOISE else exact(getattr(noise, "eps"))  # noqa: B009
        return held * (1 - eps) ** one.hits * eps**one.misses
    assert isinstance(noise, BetaNoise)
    if parameter in (MISSES, HITS):
        beta = sympy.Function("B")
        c = sympy.Rational(n_actions - 1, n_actions)
        a = symbol if parameter == MISSES else exact(noise.a)
        b = symbol if parameter == HITS else exact(noise.b)
        return held * beta(c, a + one.misses, b + one.hits) / beta(c, a, b)
    a, b = (Fraction(repr(float(value))) for value in (noise.a, noise.b))
    ratio = cut_ratio(a + one.misses, b + one.hits, n_actions) / cut_ratio(a, b, n_actions)
    number = sympy.Rational(str(ratio / n_actions ** (one.hits + one.misses + one.abstained)))
    return sympy.Float(number, DIGITS) if b.denominator > 1 else number


def _short(expression: Any) -> Any:
    """Return an expression for showing: long fractions in it are decimals."""
    long = [number for number in expression.atoms(sympy.Rational) if max(abs(number.p), number.q) > LONGEST]
    return expression.xreplace({number: sympy.Float(number, DIGITS) for number in long})


def _log2(ratio: Any, factors: _Factors, symbol: Any, value: float) -> Any:
    """Return the log2 odds of the two classes at a value of the parameter."""
    at = sympy.Float(value, DIGITS)
    logs = [power * sympy.log(base.subs(symbol, at)) for base, power in factors.powers]
    return (_log_sum(ratio).subs(symbol, at) + sum(logs)) / sympy.log(2)


def _log_sum(ratio: Any) -> Any:
    """Return the logarithm of a quotient as a sum, as far as the rules go."""
    return sympy.expand(sympy.expand_log(sympy.log(sympy.powsimp(ratio)), force=True))


def _solutions(ratio: Any, factors: _Factors, symbol: Any) -> list[Any]:
    """Return solutions of ratio times factors = 1, each exact."""
    if not factors.has_symbol:
        return _of_logarithm(_log_sum(ratio), symbol) or _of_polynomial(ratio, factors, symbol)
    return _of_powers(ratio, factors, symbol) or _of_polynomial(ratio, factors, symbol)


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
    """Return whether a logarithm is that of a number above 1."""
    return not (isinstance(value, sympy.log) and value.args[0] < 1)


def _negated(value: Any) -> Any:
    """Return the negative of a value, that of a logarithm as a logarithm."""
    return sympy.log(1 / value.args[0]) if isinstance(value, sympy.log) else -value


def _of_powers(ratio: Any, factors: _Factors, symbol: Any) -> list[Any]:
    """Solve c * x^m * (1 - x)^-m = 1: x / (1 - x) is a root of a number."""
    powers = dict(factors.powers)
    m = powers.get(symbol, 0)
    if ratio.has(symbol) or set(powers) != {symbol, 1 - symbol} or powers[1 - symbol] != -m:
        return []
    odds = (1 / ratio) ** sympy.Rational(1, m)
    return [sympy.simplify(odds / (1 + odds))]


def _of_polynomial(ratio: Any, factors: _Factors, symbol: Any) -> list[Any]:
    """Return the real roots of ratio times factors = 1 where it is an equality of rational polynomials."""
    degrees = [abs(power) * sympy.degree(base, symbol) for base, power in factors.powers]
    if not ratio.is_rational_function(symbol) or sum(degrees) > 2 * LARGEST_DEGREE:
        return []
    above, below = factors.polynomials(symbol)
    top, bottom = (sympy.Poly(part, symbol) for part in sympy.fraction(sympy.together(ratio)))
    polynomial = above * top - below * bottom
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
