"""Masses of languages, and of the programs beyond a bound, against closed forms and laws."""

from fractions import Fraction
from itertools import accumulate
from math import isqrt

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, RunError
from mesaprior.priors.codes import Symbol, count_by_length, shortest
from mesaprior.priors.codes.masses import PRECISION, Mass, mass_beyond, mass_of, scope_masses, total_mass
from mesaprior.priors.codes.roots import least_root, root_expression
from tests.priors.small_codes import CORRIDOR, CORRIDOR_LEARNING, SCOPES, allowed, languages


def weights(symbols, number):
    """Return, by scope, (weight, scope of the children, arity) of the symbols allowed there."""
    return [
        [
            (number(Fraction(symbol.multiplicity, 2**symbol.bits)), SCOPES.index(inside), symbol.arity)
            for _, symbol, inside in allowed(symbols, bound)
        ]
        for bound in SCOPES
    ]


def step(weights, masses):
    """Apply the system of equations once: masses of terms of one depth give those of the next."""
    return [sum(weight * masses[child] ** arity for weight, child, arity in heads) for heads in weights]


def assert_encloses(mass, expected, digits=100):
    """Check a mass against a SymPy number to 100 digits, and its guaranteed width."""
    assert 0 <= (mass.upper - mass.lower) * 2**PRECISION <= mass.lower
    middle = (mass.lower + mass.upper) / 2
    difference = sympy.Rational(middle.numerator, middle.denominator) - expected
    assert abs(sympy.N(difference, 30, maxn=10 * digits)) <= abs(expected) / 10**digits


CLOSED_FORMS = {
    "one leaf": ([Symbol(3, 0)], Fraction(1, 8)),
    "a chain": ([Symbol(2, 0), Symbol(1, 1)], Fraction(1, 2)),
    "Catalan: a double root at 1": ([Symbol(1, 0), Symbol(1, 2)], 1),
    "a cubic with a double root at 1": ([Symbol(1, 0), Symbol(2, 1), Symbol(2, 3)], 1),
    "a rational root below the one at 1": ([Symbol(2, 0), Symbol(2, 2), Symbol(1, 2)], Fraction(1, 3)),
    "a rational root of a cubic": ([Symbol(4, 0, "any", 7), Symbol(1, 3)], Fraction(1, 2)),
    "a quadratic": ([Symbol(2, 0), Symbol(2, 2)], 2 - sympy.sqrt(3)),
    "a cubic with a root at 1": ([Symbol(2, 0), Symbol(2, 3), Symbol(1, 3)], (sympy.sqrt(21) - 3) / 6),
    "a binder": ([Symbol(1, 0, "y"), Symbol(1, 1, "binds_y")], Fraction(1, 2)),
    "both binders": (
        [Symbol(2, 0, "y"), Symbol(2, 0, "theta"), Symbol(2, 1, "binds_y"), Symbol(2, 1, "binds_theta")],
        Fraction(1, 3),
    ),
    "a binder of two children": (
        [Symbol(2, 0, "theta"), Symbol(2, 2, "binds_theta")],
        (2 - sympy.sqrt(3)) ** 2 / 4,
    ),
    "an irrational mass inside": (
        [Symbol(2, 0, "y"), Symbol(2, 1, "binds_y"), Symbol(2, 2)],
        2 - sympy.sqrt(4 - (3 - sympy.sqrt(5)) / 2),
    ),
    "close to a double root, rational": (
        [Symbol(61, 0, "any", 2**60 - 1), Symbol(1, 2)],
        1 - Fraction(1, 2**30),
    ),
    "close to a double root": (
        [Symbol(62, 0, "any", 2**61 - 1), Symbol(1, 2)],
        1 - 1 / sympy.sqrt(sympy.Integer(2) ** 61),
    ),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_mass_in_closed_form(name):
    symbols, expected = CLOSED_FORMS[name]
    mass = total_mass(symbols)
    if isinstance(expected, int | Fraction):
        assert mass.lower == mass.upper == expected
        assert mass.exact == sympy.Rational(expected)
    else:
        assert mass.lower < mass.upper
        assert_encloses(mass, expected)
        if mass.equation is not None:
            assert sympy.simplify(mass.exact - expected) == 0
    assert float(mass) == float(expected)


def test_corridor_masses():
    none, y, _, _ = scope_masses(CORRIDOR)
    assert float(y) == pytest.approx(0.63816934, abs=5e-9)
    assert float(none) == pytest.approx(0.52877197, abs=5e-9)
    x = sympy.Symbol("x")
    assert y.exact == sympy.CRootOf(x**3 + 5 * x**2 - 13 * x + 6, 1)
    assert_encloses(y, y.exact)
    assert none.exact is None
    # x^3 + 5 x^2 - 16 x + 5 + 3 G_y = 0 at the mass of the programs.
    residual = none.lower**3 + 5 * none.lower**2 - 16 * none.lower + 5 + 3 * y.lower
    assert abs(residual) < Fraction(1, 2 ** (PRECISION - 8))


def test_corridor_learning_masses():
    none, y, theta, both = scope_masses(CORRIDOR_LEARNING)
    assert both.lower == both.upper == both.exact == 1
    for mass in (y, theta):
        assert_encloses(mass, mass.exact)
    # x^3 + 5 x^2 - 16 x + 5 + 2 G_y + G_theta = 0 at the mass of the programs.
    residual = none.lower**3 + 5 * none.lower**2 - 16 * none.lower + 5 + 2 * y.lower + theta.lower
    assert abs(residual) < Fraction(1, 2 ** (PRECISION - 8))


def test_outer_scope_close_to_a_double_root():
    # Both scopes are nearly critical, and the inner mass is irrational.
    symbols = [Symbol(40, 0, "any", 2**39 - 2), Symbol(41, 0, "y"), Symbol(40, 1, "binds_y"), Symbol(1, 2)]
    none, y, _, _ = scope_masses(symbols)
    assert none.equation is None
    assert y.lower < y.upper
    leaves, binder = sympy.Rational(2**39 - 2, 2**40), sympy.Rational(1, 2**40)
    # x = 1 - b - sqrt((1 - b)^2 - 2 c) for x = c + b x + x^2 / 2.
    inner = 1 - binder - sympy.sqrt((1 - binder) ** 2 - 2 * leaves - binder)
    assert_encloses(y, inner)
    assert_encloses(none, 1 - sympy.sqrt(1 - 2 * (leaves + binder * inner)))


def test_masses_of_codes_with_thousands_of_digits():
    multiplicity, bits = 3**12000, 20000
    mass = total_mass([Symbol(bits, 0, "any", multiplicity), Symbol(1, 2)])
    # 1 - sqrt(1 - 2 c), c = multiplicity / 2^bits, in whole numbers on a grid of 2^-(bits + 3000).
    grid = bits + 3000
    root = (1 << grid) - isqrt((1 << 2 * grid) - (multiplicity << (2 * grid + 1 - bits)))
    assert abs((mass.lower + mass.upper) / 2 * (1 << grid) - root) <= 2 + Fraction(root, 2**PRECISION)
    assert 0 < (mass.upper - mass.lower) * 2**PRECISION <= mass.lower


@pytest.mark.parametrize(
    "symbols",
    [
        [],
        [Symbol(1, 1), Symbol(1, 1)],  # x = x
        [Symbol(1, 2), Symbol(2, 3), Symbol(2, 1)],
        [Symbol(1, 0, "y"), Symbol(1, 2)],  # nothing binds y
        [Symbol(1, 0, "theta"), Symbol(1, 1, "binds_y")],
        [Symbol(1, 1, "binds_y"), Symbol(1, 1, "binds_theta")],
    ],
)
def test_languages_without_a_finite_program(symbols):
    mass = total_mass(symbols)
    assert mass.lower == mass.upper == mass.exact == 0
    assert float(mass) == mass_beyond(mass, mass_of(count_by_length(symbols, 8)[0])) == 0.0
    assert shortest(symbols)[0] is None


@settings(deadline=None, max_examples=200)
@given(languages())
def test_masses_solve_the_system(symbols):
    masses = scope_masses(symbols)
    assert all(0 <= mass.lower <= mass.upper <= 1 for mass in masses)
    assert all((mass.upper - mass.lower) * 2**PRECISION <= mass.lower for mass in masses)
    # A point that the system maps to nothing greater is above the least solution (Knaster and Tarski).
    upper = [mass.upper for mass in masses]
    after = step(weights(symbols, Fraction), upper)
    assert all(lower <= higher for lower, higher in zip(after, upper, strict=True))
    # Masses of terms of bounded depth rise to the least solution, slowly where it is a double root.
    reached = [0.0] * 4
    system = weights(symbols, float)
    for _ in range(1500):
        reached = step(system, reached)
    for mass, below in zip(masses, reached, strict=True):
        assert below <= float(mass) + 1e-12
        assert below >= float(mass) - 0.05


@settings(deadline=None, max_examples=200)
@given(languages(), st.integers(1, 12))
def test_partial_sums_rise_and_never_pass_the_mass(symbols, bound):
    mass = total_mass(symbols)
    counts = count_by_length(symbols, 4 * bound)[0]
    partial = list(accumulate(Fraction(count, 2**length) for length, count in enumerate(counts)))
    assert partial[-1] == mass_of(counts)
    assert partial[-1] <= mass.upper
    beyond = [mass_beyond(mass, sum_) for sum_ in partial]
    assert beyond == sorted(beyond, reverse=True)
    assert beyond[-1] >= 0


@settings(deadline=None, max_examples=200)
@given(languages(), st.integers(0, 8))
def test_mass_grows_with_the_language(symbols, place):
    # Scope by scope: taking a symbol away can only lose terms.
    fewer = symbols[:place] + symbols[place + 1 :]
    for less, more in zip(scope_masses(fewer), scope_masses(symbols), strict=True):
        assert less.lower <= more.upper


@pytest.mark.parametrize("symbols", [CORRIDOR, CORRIDOR_LEARNING])
def test_partial_sums_of_the_corridors(symbols):
    mass = total_mass(symbols)
    counts = count_by_length(symbols, 160)[0]
    gaps = [mass_beyond(mass, mass_of(counts[: bound + 1])) for bound in (0, 20, 40, 80, 160)]
    assert gaps[0] == float(mass)
    assert gaps == sorted(gaps, reverse=True)
    assert 0 < gaps[-1] < gaps[0] / 10


def test_mass_of_sequences_and_mappings():
    assert mass_of([0, 1, 0, 3]) == Fraction(7, 8)
    assert mass_of({3: 3, 1: 1}) == Fraction(7, 8)
    assert mass_of({}) == mass_of([]) == 0


def test_mass_of_numpy_counts_does_not_wrap():
    counts = {np.int64(70): np.uint64(2**63), np.int64(2): np.uint64(1), np.int64(300): np.uint64(2**64 - 1)}
    assert mass_of(counts) == Fraction(1, 128) + Fraction(1, 4) + Fraction(2**64 - 1, 2**300)


def test_nothing_is_beyond_a_finite_language():
    symbols = [Symbol(2, 0), Symbol(3, 0, "y"), Symbol(2, 3, "binds_y")]
    # A binder may stand under itself, so there is always more.
    assert mass_beyond(total_mass(symbols), mass_of(count_by_length(symbols, 200)[0])) > 0
    finite = [Symbol(2, 0), Symbol(3, 0, "any", 2), Symbol(2, 0, "y")]
    assert mass_beyond(total_mass(finite), mass_of(count_by_length(finite, 3)[0])) == 0.0
    assert mass_beyond(total_mass(finite), mass_of(count_by_length(finite, 2)[0])) == 0.25


def test_mass_beyond_does_not_cancel():
    # Counted are the leaf and a pair of leaves; beyond are two trees of 606 bits, and far smaller ones.
    symbols = [Symbol(2, 0), Symbol(300, 2)]
    mass = total_mass(symbols)
    counted = mass_of(count_by_length(symbols, 400)[0])
    assert float(mass) == float(counted)
    assert mass_beyond(mass, counted) == 2.0**-605


def test_mass_beyond_refuses_counts_of_another_language():
    with pytest.raises(RunError, match="count again with the same language"):
        mass_beyond(total_mass([Symbol(2, 0), Symbol(2, 2)]), Fraction(1, 2))


def test_mass_beyond_is_never_negative_between_the_bounds():
    mass = Mass(Fraction(1, 4), Fraction(1, 2))
    assert mass_beyond(mass, Fraction(7, 16)) == 0.0
    assert mass_beyond(mass, Fraction(1, 4)) == 0.125


@pytest.mark.parametrize(
    "symbols", [[Symbol(1, 0)] * 3, [Symbol(4, 2)] * 16 + [Symbol(9, 0)], [Symbol(1, 0, "any", 2**5000)]]
)
def test_codes_that_break_krafts_inequality_have_no_mass(symbols):
    with pytest.raises(ContentError, match="Kraft's inequality"):
        scope_masses(symbols)


def test_a_rational_root_is_found_at_any_precision():
    # x = c + x^2 / 2, its root a fraction whose denominator needs more bits than the precision asked for.
    root = Fraction(2**70 + 1, 3**50)
    assert least_root([root - root**2 / 2, Fraction(0), Fraction(1, 2)], 4) == (root, root)


def test_an_irrational_root_beside_a_rational_one_at_1():
    # (x - 1) (x^2 + (2^39 + 1) x - (2^39 - 1)): the least root is close to 1, and the grid is coarse.
    equation = [Fraction(2**39 - 1, 2**40), Fraction(0), Fraction(1, 2), Fraction(1, 2**40)]
    b, c = 2**39 + 1, 2**39 - 1
    for precision in (4, 30, 60, 400):
        lower, upper = least_root(equation, precision)
        assert lower < upper <= 1
        assert lower**2 + b * lower < c <= upper**2 + b * upper
        assert (upper - lower) * 2**precision <= lower


def test_small_roots_are_enclosed_relative_to_their_size():
    equation = [Fraction(1, 2**999), Fraction(0), Fraction(0), Fraction(1, 2)]
    lower, upper = least_root(equation, 2100)
    assert lower < upper
    assert (upper - lower) * 2**2100 <= lower
    assert lower - lower**3 / 2 < equation[0] < upper - upper**3 / 2


@settings(deadline=None, max_examples=50)
@given(st.tuples(*[st.integers(0, 12)] * 4), st.integers(0, 12))
def test_roots_agree_with_sympy(numerators, slack):
    total = max(2, sum(numerators) + slack)
    equation = [Fraction(numerator, total) for numerator in numerators]
    if equation[1] == 1:
        equation[1] = Fraction(1, 2)
    lower, upper = least_root(equation, 300)
    root = root_expression(equation)
    assert (lower == upper) == bool(root.is_rational)
    middle = (lower + upper) / 2
    assert abs(sympy.N(sympy.Rational(middle.numerator, middle.denominator) - root, 5, maxn=500)) < Fraction(1, 2**250)
