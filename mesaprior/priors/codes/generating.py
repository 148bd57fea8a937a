"""The generating function of a language, as an object: its equations, its closed form, its growth.

G(z), the sum of z^length over the programs, determines the distribution of their lengths. Its coefficients are the
numbers of programs, and its value at z = 1/2 is their 2^-length mass. Its radius of convergence gives the growth rate
of their number, and so which priors have a finite sum. The equations are those of `mesaprior.priors.codes.counting`,
one per scope.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mesaprior.priors.codes.counting import (
    INNERMOST_FIRST,
    Head,
    Symbol,
    count_by_length,
    heads_by_scope,
    shortest,
)
from mesaprior.priors.codes.masses import Mass, mass_beyond, mass_of, total_mass

NAMES = ("G", "G_y", "G_theta", "G_y_theta")
"""The names of the generating functions of scopes 0..3."""


@dataclass(frozen=True)
class GeneratingFunction:
    """The sum of z^length over all finite programs of a language; made by `generating_function`.

    Attributes
    ----------
    symbols : tuple of Symbol
        The language.

    Notes
    -----
    SymPy is imported by `equations`, `closed_form` and `tail`, the first time that one of them is asked for.

    References
    ----------
    P. Flajolet and R. Sedgewick, Analytic Combinatorics, Cambridge University Press, 2009, chapters I and VII.
    """

    symbols: tuple[Symbol, ...]

    @property
    def equations(self) -> dict[str, Any]:
        """The equations of the scopes that programs enter, the outermost first.

        By name, ``"G"`` (the programs), ``"G_y"``, ``"G_theta"`` and ``"G_y_theta"``, a `sympy.Eq` of that
        name and a polynomial with whole non-negative coefficients, in ``z`` and the names.
        """
        import sympy

        unknowns = {scope: sympy.Symbol(NAMES[scope]) for scope in self._entered}
        equations: dict[str, Any] = {}
        for scope, unknown in unknowns.items():
            others = {inner: known for inner, known in unknowns.items() if inner != scope}
            terms = [coefficient * unknown**k for k, coefficient in enumerate(self._polynomial(scope, others))]
            equations[NAMES[scope]] = sympy.Eq(unknown, sympy.Add(*terms), evaluate=False)
        return equations

    @cached_property
    def closed_form(self) -> Any:
        """G(z) as a SymPy expression in ``z``; None where a token of three children makes an equation a cubic.

        Solved innermost scope first. Of the two roots of G = a + b G + c G^2, the generating function is the one
        that is 0 at z = 0, written here as 2a / (1 - b + sqrt((1 - b)^2 - 4ac)), which is finite there.
        """
        import sympy

        solved: dict[int, Any] = {}
        for scope in reversed(self._entered):
            a, b, c, d = self._polynomial(scope, solved)
            if a == 0:
                solved[scope] = a
            elif d != 0:
                return None
            else:
                solved[scope] = (
                    2 * a / (1 - b + ((1 - b) ** 2 - 4 * a * c) ** sympy.Rational(1, 2)) if c != 0 else a / (1 - b)
                )
        return solved[0]

    def coefficients(self, max_bits: int) -> list[int]:
        """Return the coefficients of G: the numbers of programs by exact length.

        Parameters
        ----------
        max_bits : int
            The greatest length in bits, at least 0.

        Returns
        -------
        list of int
            ``[length]``, max_bits + 1 exact numbers; the cost is that of `count_by_length`.
        """
        return count_by_length(self.symbols, max_bits)[0]

    @cached_property
    def mass(self) -> Mass:
        """The value of G at z = 1/2: the 2^-length mass of all programs.

        Raises
        ------
        ContentError
            If the weights multiplicity * 2^-bits of the symbols sum to more than 1.
        """
        return total_mass(self.symbols)

    def tail(self, max_bits: int) -> Any:
        """Return the exact 2^-length mass of the programs that are longer than a bound.

        Parameters
        ----------
        max_bits : int
            The bound in bits, at least 0.

        Returns
        -------
        sympy.Expr or None
            The mass less that of the programs of at most `max_bits` bits; None where `Mass.exact` is None.

        Raises
        ------
        ContentError
            As `mass`.
        """
        import sympy

        if self.mass.exact is None:
            return None
        counted = mass_of(self.coefficients(max_bits))
        return self.mass.exact - sympy.Rational(counted.numerator, counted.denominator)

    def tail_value(self, max_bits: int) -> float:
        """Return the 2^-length mass of the programs that are longer than a bound, whether or not `tail` is known.

        Parameters
        ----------
        max_bits : int
            The bound in bits, at least 0.

        Returns
        -------
        float
            At least 0, rounded once, without cancellation.

        Raises
        ------
        ContentError
            As `mass`.
        """
        return mass_beyond(self.mass, mass_of(self.coefficients(max_bits)))

    @property
    def radius(self) -> float:
        """The radius of convergence of G: the number of programs grows by a factor 1 / radius per bit.

        Infinite where the programs are finitely many, else at most 1, and at least 1/2 if the language keeps
        Kraft's inequality. Relative error about 1e-14.

        Notes
        -----
        The coefficients are not negative, so the radius is where, on the way up from z = 0, the first of the
        equations loses its non-negative solution. Found by bisection; costs milliseconds.
        """
        return 2.0**-self._log2_growth

    @property
    def greatest_temperature(self) -> float:
        """The temperature T* below which the prior 2^(-length / T) has a finite sum over all programs.

        1 / log2(1 / radius), infinite where the radius is 1 or more; at least 1 if the language keeps Kraft's
        inequality. The sum is G(2^(-1/T)), so it is finite for every T < T* and infinite for every T > T*. At T*
        itself it is finite if the equation that has no solution beyond the radius is a quadratic or a cubic in its own
        unknown, as that ends in a double root, a square-root singularity of G. It is infinite if the equation is
        linear, as that ends in a pole.
        """
        return 1 / self._log2_growth if self._log2_growth > 0 else math.inf

    @cached_property
    def _log2_growth(self) -> float:
        """log2(1 / radius), the bits of choice that each bit of length adds; -inf for finitely many programs."""
        # How many children of its own scope all heads of a scope have together: with none, its terms are finitely
        # many; with one, they are chains, whose number grows at most as a power of their length. What is a program
        # is a term of every scope too, so if there are any programs, there are terms of every scope.
        own_children = max(
            sum(head.arity * number for head, number in self._heads[scope].items() if head.child == scope)
            for scope in self._entered
        )
        if own_children == 0 or shortest(self.symbols)[0] is None:
            return -math.inf
        if own_children == 1:
            return 0.0
        high = 1.0
        while not self._converges(-high):
            high *= 2
        return _bisect(lambda growth: self._converges(-growth), 0.0, high)

    @cached_property
    def _heads(self) -> list[dict[Head, int]]:
        return heads_by_scope(self.symbols)

    @cached_property
    def _entered(self) -> list[int]:
        """The scopes whose terms are parts of programs, each before the scopes that its binders lead to."""
        entered = {0}
        for scope in reversed(INNERMOST_FIRST):
            if scope in entered:
                entered |= {head.child for head in self._heads[scope] if head.arity}
        return [scope for scope in reversed(INNERMOST_FIRST) if scope in entered]

    def _polynomial(self, scope: int, others: Mapping[int, Any]) -> list[Any]:
        """Return the coefficients, in SymPy, of the scope's equation as a cubic in its own unknown, constant first."""
        import sympy

        z = sympy.Symbol("z")
        coefficients: list[Any] = [sympy.Integer(0)] * 4
        for head, number in self._heads[scope].items():
            if head.child == scope or not head.arity:
                coefficients[head.arity] += number * z**head.bits
            else:
                coefficients[0] += number * z**head.bits * others[head.child] ** head.arity
        return coefficients

    def _converges(self, log2_z: float) -> bool:
        """Return whether all the equations have non-negative solutions at z.

        Weights of symbols and values of G can be beyond any float, so they are kept as logarithms.
        """
        log2_value: dict[int, float] = {}
        for scope in reversed(self._entered):
            parts: list[list[float]] = [[], [], [], []]
            for head, number in self._heads[scope].items():
                log2_weight = math.log2(number) + head.bits * log2_z
                if head.child == scope or not head.arity:
                    parts[head.arity].append(log2_weight)
                else:
                    parts[0].append(log2_weight + head.arity * log2_value[head.child])
            value = _log2_least_root([_log2_sum(logs) for logs in parts])
            if value is None:
                return False
            log2_value[scope] = value
        return True


def generating_function(symbols: Iterable[Symbol]) -> GeneratingFunction:
    """Return the generating function of a language.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.

    Returns
    -------
    GeneratingFunction
        Everything is computed on demand.

    Raises
    ------
    ContentError
        If a symbol is out of range.
    """
    language = tuple(symbols)
    heads_by_scope(language)
    return GeneratingFunction(language)


def _log2_sum(logs: list[float]) -> float:
    """Return log2 of the sum of 2^log, -inf for none."""
    greatest = max(logs, default=-math.inf)
    if greatest == -math.inf:
        return greatest
    return greatest + math.log2(math.fsum(2.0 ** (log - greatest) for log in logs))


def _log2_least_root(log2_equation: list[float]) -> float | None:
    """Return log2 of the least x >= 0 with x = c_0 + c_1 x + c_2 x^2 + c_3 x^3, or None where there is none.

    The c_k are given by their logarithms. With x = c_0 u, the equation is u = 1 + d_1 u + d_2 u^2 + d_3 u^3, and
    it has no solution unless every d is below 1, so nothing overflows.
    """
    scale = log2_equation[0]
    if scale == -math.inf:
        return scale
    log2_d = [log2_c + k * scale for k, log2_c in enumerate(log2_equation[1:])]
    if max(log2_d) >= 0:
        return None
    d1, d2, d3 = (2.0**log for log in log2_d)
    slack = 1 - d1
    if slack == 0:
        return None

    def excess(u: float) -> float:
        return 1 + u * (-slack + u * (d2 + u * d3))

    # `excess` is convex and falls until its lowest point. There is a solution if and only if it is not positive
    # there; or at 2 / slack, should that come first, as no least solution is greater.
    bend = d2 + math.sqrt(d2 * d2 + 3 * d3 * slack)
    lowest = slack / max(bend, slack * slack / 2)
    if excess(lowest) > 0:
        return None
    return scale + math.log2(_bisect(lambda u: excess(u) <= 0, 0.0, lowest))


def _bisect(holds: Callable[[float], bool], low: float, high: float) -> float:
    """Return the least float in (low, high] at which something holds, if it holds from there up to `high`."""
    while low < (middle := (low + high) / 2) < high:
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
