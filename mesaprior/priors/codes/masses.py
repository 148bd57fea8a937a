"""The 2^-length mass of all finite programs of a language, and of those beyond a bound.

At z = 1/2 the generating functions of `mesaprior.priors.codes.counting` become equations for the masses of the scopes;
the masses are their least non-negative solutions. The mass of scope 0 is the probability that fair coin tosses ever
complete a program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from mesaprior.errors import ContentError, RunError
from mesaprior.priors.codes.counting import INNERMOST_FIRST, Head, Symbol, heads_by_scope
from mesaprior.priors.codes.roots import least_root, root_expression

PRECISION = 1200
"""Relative width of a `Mass` in bits: finer than the least float64, 2^-1074, so that differences are too."""


@dataclass(frozen=True)
class Mass:
    """The 2^-length mass of all finite terms of one scope, between certain bounds.

    Attributes
    ----------
    lower, upper : Fraction
        The mass lies in [lower, upper], and upper - lower <= 2^-PRECISION * lower. Where they are equal they
        are the mass. Where `equation` is known, they are equal if and only if the mass is rational.
    equation : tuple of Fraction or None
        (c_0, ..., c_3): the mass is the least non-negative x = c_0 + c_1 x + c_2 x^2 + c_3 x^3. None where
        c_0 has no exact value here, because it holds the irrational mass of an inner scope.
    """

    lower: Fraction
    upper: Fraction
    equation: tuple[Fraction, ...] | None = None

    @cached_property
    def exact(self) -> Any:
        """The mass as a SymPy number: a rational, radicals, or a root of a cubic; None without `equation`."""
        return None if self.equation is None else root_expression(self.equation)

    def __float__(self) -> float:
        """Return the mass as a float64; the bounds are far closer to each other than its precision."""
        return float((self.lower + self.upper) / 2)


def scope_masses(symbols: Iterable[Symbol]) -> list[Mass]:
    """Return the 2^-length mass of all finite terms of every scope.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.

    Returns
    -------
    list of Mass
        For scopes 0..3 (0: the programs). None exceeds 1; exactly 0 where the scope has no finite term.

    Raises
    ------
    ContentError
        If a symbol is out of range, or the weights multiplicity * 2^-bits sum to more than 1.

    Notes
    -----
    Solved innermost scope first, so that each equation has one unknown. Where an inner mass is irrational,
    the outer equation is solved at both of its bounds: the least solution grows with the coefficients, so
    these two enclose it. By Kraft's inequality a double root, next to which such bounds would be of no use,
    can only be where all inner masses are exactly 1; hence refining the inner bounds always succeeds.
    """
    heads = heads_by_scope(symbols)
    # Every symbol may stand in scope 3.
    excess = sum((Fraction(m, 1 << head.bits) for head, m in heads[3].items()), Fraction(-1))
    if excess > 0:
        raise ContentError(
            f"the codes of the symbols break Kraft's inequality: their weights 2^-bits sum to "
            f"1 + {float(min(excess, 1 << 1000)):.3g}, and at most 1 is allowed; give some of them more bits"
        )
    precision = PRECISION
    while True:
        masses = [Mass(Fraction(0), Fraction(0))] * 4
        for scope in INNERMOST_FIRST:
            masses[scope] = _mass_of_scope(scope, heads[scope], masses, precision)
        if all((m.upper - m.lower) * (1 << PRECISION) <= m.lower for m in masses):
            return masses
        precision += PRECISION


def total_mass(symbols: Iterable[Symbol]) -> Mass:
    """Return the 2^-length mass of all finite programs.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.

    Returns
    -------
    Mass
        That of scope 0; see `scope_masses` for all scopes and for what is guaranteed.

    Raises
    ------
    ContentError
        As `scope_masses`.
    """
    return scope_masses(symbols)[0]


def mass_of(counts: Mapping[int, int] | Sequence[int]) -> Fraction:
    """Return the sum of count * 2^-length, exactly.

    Parameters
    ----------
    counts : mapping of length to count, or sequence of counts by length
        Lengths in bits, at least 0.

    Returns
    -------
    Fraction
        The mass of what was counted.
    """
    pairs = counts.items() if isinstance(counts, Mapping) else enumerate(counts)
    # NumPy's integers would wrap around where Python's grow.
    whole = [(int(length), int(count)) for length, count in pairs]
    longest = max((length for length, _ in whole), default=0)
    return Fraction(sum(count << (longest - length) for length, count in whole), 1 << longest)


def mass_beyond(mass: Mass, counted: Fraction) -> float:
    """Return the mass of the programs that were not counted.

    Parameters
    ----------
    mass : Mass
        That of all finite programs.
    counted : Fraction
        That of the programs counted, as `mass_of` gives it.

    Returns
    -------
    float
        The difference, never negative, without cancellation: it is taken in fractions and rounded once.
        Exactly 0.0 where the programs are finitely many and all were counted.

    Raises
    ------
    RunError
        If more was counted than there is: the counts are not those of the language.
    """
    if counted > mass.upper:
        raise RunError(
            f"the programs counted have a mass of {float(counted):.17g}, more than the {float(mass):.17g} of "
            f"all programs of the language, which is the most allowed; count again with the same language"
        )
    return max(0.0, float((mass.lower + mass.upper) / 2 - counted))


def _mass_of_scope(scope: int, heads: Mapping[Head, int], masses: Sequence[Mass], precision: int) -> Mass:
    """Solve the equation of one scope, given the masses of the scopes inside it."""
    own = [Fraction(0)] * 4
    inner_lower = inner_upper = Fraction(0)
    for head, multiplicity in heads.items():
        weight = Fraction(multiplicity, 1 << head.bits)
        if head.child == scope:
            own[head.arity] += weight
        else:
            inner_lower += weight * masses[head.child].lower ** head.arity
            inner_upper += weight * masses[head.child].upper ** head.arity
    equation = (own[0] + inner_lower, *own[1:])
    lower, upper = least_root(equation, precision)
    if inner_lower == inner_upper:
        return Mass(lower, upper, equation)
    return Mass(lower, least_root((own[0] + inner_upper, *own[1:]), precision)[1])
