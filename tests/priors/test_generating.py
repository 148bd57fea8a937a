"""Generating functions against counts, masses, and languages whose growth is known."""

import math
import subprocess
import sys
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError
from mesaprior.priors.codes import Symbol, count_by_length, generating_function, mass_beyond, mass_of, total_mass
from tests.priors.small_codes import CORRIDOR, CORRIDOR_LEARNING, SCOPES, allowed, languages

z, G, G_y, G_theta, G_y_theta = sympy.symbols("z G G_y G_theta G_y_theta")

TREES = [Symbol(1, 0), Symbol(1, 2)]
BINDER = [Symbol(2, 0), Symbol(2, 2), Symbol(2, 0, "y"), Symbol(2, 1, "binds_y")]
BOTH_BINDERS = [
    Symbol(2, 0),
    Symbol(3, 2),
    Symbol(3, 0, "y"),
    Symbol(4, 0, "theta"),
    Symbol(3, 1, "binds_y"),
    Symbol(4, 2, "binds_theta"),
]

CLOSED_FORMS = {
    "one leaf": [Symbol(3, 0)],
    "a chain": [Symbol(2, 0), Symbol(1, 1)],
    "Catalan": TREES,
    "Motzkin": [Symbol(1, 0), Symbol(2, 1), Symbol(2, 2)],
    "lookups": [Symbol(3, 0, "any", 4), Symbol(2, 1), Symbol(2, 2)],
    "a binder": BINDER,
    "a binder of two children": [Symbol(2, 0, "theta"), Symbol(2, 2, "binds_theta")],
    "chains under a binder": [Symbol(2, 0), Symbol(2, 0, "y"), Symbol(1, 1, "binds_y")],
    "both binders": BOTH_BINDERS,
    "nothing": [],
    "no finite program": [Symbol(1, 0, "y"), Symbol(2, 2), Symbol(2, 3)],
}


def converges(symbols, point):
    """Say whether the values of terms of bounded depth stay bounded: the equations are iterated, not solved."""
    heads, waiting = {}, [SCOPES[0]]
    while waiting:
        bound = frozenset(waiting.pop())
        if bound not in heads:
            heads[bound] = [
                (symbol.multiplicity * point**symbol.bits, inside if symbol.arity else bound, symbol.arity)
                for _, symbol, inside in allowed(symbols, bound)
            ]
            waiting += [inside for _, inside, _ in heads[bound]]
    values = dict.fromkeys(heads, 0.0)
    for _ in range(5000):
        after = {
            bound: math.fsum(weight * values[inside] ** arity for weight, inside, arity in terms)
            for bound, terms in heads.items()
        }
        if max(after.values()) > 1e9:
            return False
        if after == values:
            return True
        values = after
    return True


def test_equations_of_the_corridor():
    assert generating_function(CORRIDOR).equations == {
        "G": sympy.Eq(G, 5 * z**4 + 5 * z**4 * G**2 + z**4 * G**3 + 3 * z**4 * G_y),
        "G_y": sympy.Eq(G_y, 6 * z**4 + 3 * z**4 * G_y + 5 * z**4 * G_y**2 + z**4 * G_y**3),
    }


def test_equations_of_every_scope():
    assert generating_function(BOTH_BINDERS).equations == {
        "G": sympy.Eq(G, z**2 + z**3 * G**2 + z**3 * G_y + z**4 * G_theta**2),
        "G_y": sympy.Eq(G_y, z**2 + z**3 + z**3 * G_y**2 + z**3 * G_y + z**4 * G_y_theta**2),
        "G_theta": sympy.Eq(G_theta, z**2 + z**4 + (z**3 + z**4) * G_theta**2 + z**3 * G_y_theta),
        "G_y_theta": sympy.Eq(G_y_theta, z**2 + z**3 + z**4 + z**3 * G_y_theta + (z**3 + z**4) * G_y_theta**2),
    }


def test_equations_of_scopes_that_no_program_enters_are_left_out():
    # Nothing is taken from the scope that a token without children leads to.
    symbols = [Symbol(2, 0, "y"), Symbol(2, 0, "binds_y"), Symbol(3, 1, "binds_theta")]
    assert generating_function(symbols).equations == {
        "G": sympy.Eq(G, z**2 + z**3 * G_theta),
        "G_theta": sympy.Eq(G_theta, z**2 + z**3 * G_theta),
    }
    assert generating_function([]).equations == {"G": sympy.Eq(G, 0, evaluate=False)}


@pytest.mark.parametrize("symbols", [CORRIDOR, CORRIDOR_LEARNING, BOTH_BINDERS])
def test_counts_solve_the_equations(symbols):
    bound = 24
    names = {G: 0, G_y: 1, G_theta: 2, G_y_theta: 3}
    counts = count_by_length(symbols, bound)
    series = {name: sum(n * z**k for k, n in enumerate(counts[scope])) for name, scope in names.items()}
    for equation in generating_function(symbols).equations.values():
        difference = sympy.Poly((equation.lhs - equation.rhs).subs(series), z)
        assert all(power > bound for (power,), coefficient in difference.terms() if coefficient)


# SymPy takes minutes for the series of roots nested three deep, which the test after this one has too.
@pytest.mark.parametrize("name", [name for name in CLOSED_FORMS if name != "both binders"])
def test_series_of_the_closed_form_counts_the_programs(name):
    language = generating_function(CLOSED_FORMS[name])
    series = sympy.series(language.closed_form, z, 0, 13).removeO()
    assert [series.coeff(z, k) for k in range(13)] == language.coefficients(12)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_digits_of_the_closed_form_are_the_numbers_of_programs(name):
    # At z = 10^-20 the coefficients of the series stand side by side, 20 decimal digits each.
    language = generating_function(CLOSED_FORMS[name])
    digits = round(10**600 * language.closed_form.subs(z, sympy.Rational(1, 10**20)).evalf(700))
    assert [digits // 10 ** (600 - 20 * k) % 10**20 for k in range(31)] == language.coefficients(30)


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_closed_form_at_a_half_is_the_exact_mass(name):
    language = generating_function(CLOSED_FORMS[name])
    value = language.closed_form.subs(z, sympy.Rational(1, 2))
    if language.mass.exact is not None:
        assert sympy.simplify(value - language.mass.exact) == 0
    middle = (language.mass.lower + language.mass.upper) / 2
    assert abs(sympy.N(value - sympy.Rational(middle.numerator, middle.denominator), 30, maxn=500)) < 1e-100


def test_known_closed_forms():
    assert sympy.simplify(generating_function(TREES).closed_form - (1 - sympy.sqrt(1 - 4 * z**2)) / (2 * z)) == 0
    chain = generating_function([Symbol(2, 0), Symbol(1, 1)])
    assert sympy.simplify(chain.closed_form - z**2 / (1 - z)) == 0
    assert generating_function([]).closed_form == 0


def test_cubics_have_no_closed_form():
    assert generating_function(CORRIDOR).closed_form is None
    # The cubic is that of the inner scope.
    assert generating_function([Symbol(2, 0), Symbol(3, 3, "binds_y")]).closed_form is None


@settings(deadline=None, max_examples=50)
@given(languages().filter(lambda symbols: all(symbol.arity < 3 for symbol in symbols)))
def test_closed_form_at_a_half_is_the_mass_of_any_language(symbols):
    language = generating_function(symbols)
    value = complex(language.closed_form.subs(z, sympy.Rational(1, 2)).evalf(30))
    assert abs(value - float(language.mass)) < 1e-12


@settings(deadline=None, max_examples=50)
@given(languages(), st.integers(0, 20))
def test_tail_and_counted_are_the_mass(symbols, max_bits):
    language = generating_function(symbols)
    counted = mass_of(language.coefficients(max_bits))
    assert language.mass == total_mass(symbols)
    assert language.tail_value(max_bits) == mass_beyond(language.mass, counted)
    tail = language.tail(max_bits)
    if language.mass.exact is None:
        assert tail is None
    else:
        assert sympy.simplify(tail + sympy.Rational(counted.numerator, counted.denominator) - language.mass.exact) == 0
        assert language.tail_value(max_bits) == pytest.approx(float(sympy.N(tail, 20, maxn=500)), rel=1e-14, abs=1e-300)


def test_tails_of_known_languages():
    trees = generating_function(TREES)
    assert trees.tail(0) == 1
    assert trees.tail(3) == trees.tail(4) == 1 - sympy.Rational(1, 2) - sympy.Rational(1, 8)
    corridor = generating_function(CORRIDOR)
    assert corridor.tail(8) is None
    assert corridor.tail_value(8) == float(corridor.mass.lower - Fraction(5, 16) - Fraction(18, 256))
    quadratic = generating_function([Symbol(2, 0), Symbol(2, 2)])
    assert sympy.simplify(quadratic.tail(2) - (sympy.Rational(7, 4) - sympy.sqrt(3))) == 0
    assert generating_function([Symbol(3, 0)]).tail(3) == 0


def test_masses_of_codes_that_break_krafts_inequality_are_refused():
    language = generating_function([Symbol(1, 0)] * 3)
    for use in (lambda: language.mass, lambda: language.tail(2), lambda: language.tail_value(2)):
        with pytest.raises(ContentError, match="Kraft's inequality"):
            use()


def test_symbols_out_of_range_are_refused():
    with pytest.raises(ContentError, match="is no symbol of a language"):
        generating_function([Symbol(0, 0)])


GOLDEN = (1 + math.sqrt(5)) / 2

RADII = {
    "Catalan trees": (TREES, 1 / 2),
    "a leaf of a bits, a binary of b: 4 z^(a + b) = 1": ([Symbol(3, 0), Symbol(4, 2)], 4 ** (-1 / 7)),
    "a leaf of a bits, a ternary of b: 27 z^(2 a + b) = 4": ([Symbol(2, 0), Symbol(3, 3)], (4 / 27) ** (1 / 7)),
    "Motzkin trees: (1 - z)^2 = 4 z^2": ([Symbol(1, 0), Symbol(1, 1), Symbol(1, 2)], 1 / 3),
    "chains of one token": ([Symbol(2, 0, "any", 9), Symbol(3, 1)], 1),
    "chains of two tokens of 1 bit": ([Symbol(2, 0), Symbol(1, 1, "any", 2)], 1 / 2),
    "chains of tokens of 1 and 2 bits": ([Symbol(2, 0), Symbol(1, 1), Symbol(2, 1)], 1 / GOLDEN),
    "chains of two binders": ([Symbol(2, 0), Symbol(1, 1, "binds_y"), Symbol(1, 1, "binds_theta")], 1 / 2),
    "trees under a binder alone: 8 z^2 = 1": ([Symbol(1, 0), Symbol(1, 0, "y"), Symbol(1, 2, "binds_y")], 8**-0.5),
    "every scope converges at 1/2, one barely": (CORRIDOR_LEARNING, 1 / 2),
    "finitely many": ([Symbol(2, 0), Symbol(3, 0, "any", 2), Symbol(2, 2, "theta")], math.inf),
    "none, for want of leaves": ([Symbol(2, 2), Symbol(1, 3), Symbol(2, 1, "binds_y")], math.inf),
    "none at all": ([], math.inf),
    "lookups and weights beyond every float: 4 * 3^12000 z^40000 = 1": (
        [Symbol(20000, 0, "any", 3**12000), Symbol(20000, 2)],
        2 ** (-(2 + 12000 * math.log2(3)) / 40000),
    ),
    "very long tokens": ([Symbol(1, 0), Symbol(10**6, 2)], 4 ** (-1 / (10**6 + 1))),
    "no prefix code": ([Symbol(1, 0, "any", 2**100), Symbol(1, 2)], 2.0**-51),
}


@pytest.mark.parametrize("name", RADII)
def test_known_radii(name):
    symbols, expected = RADII[name]
    language = generating_function(symbols)
    assert language.radius == pytest.approx(expected, rel=1e-13)
    temperature = math.inf if expected >= 1 else 1 / math.log2(1 / expected)
    assert language.greatest_temperature == pytest.approx(temperature, rel=1e-9)


def test_radius_below_every_float():
    language = generating_function([Symbol(1, 0, "any", 2**3000), Symbol(1, 2)])
    assert language.radius == 0
    assert language.greatest_temperature == pytest.approx(1 / 1501, rel=1e-13)


@settings(deadline=None, max_examples=100)
@given(languages())
def test_equations_converge_below_the_radius_and_not_above(symbols):
    language = generating_function(symbols)
    radius = language.radius
    if math.isinf(radius):
        assert converges(symbols, 3.0)
        assert sum(language.coefficients(60)) == sum(language.coefficients(120))
    else:
        assert 1 / 2 * (1 - 1e-12) <= radius <= 1
        assert converges(symbols, 0.98 * radius)
        assert not converges(symbols, 1.02 * radius)


@settings(deadline=None, max_examples=100)
@given(languages(), st.integers(0, 8))
def test_radius_falls_as_the_language_grows(symbols, place):
    fewer = symbols[:place] + symbols[place + 1 :]
    assert generating_function(fewer).radius >= generating_function(symbols).radius * (1 - 1e-12)


GROWTH = {
    "Catalan": (TREES, 2),
    "corridor": (CORRIDOR, 4),
    "corridor, learning": (CORRIDOR_LEARNING, 4),
    "ternary": ([Symbol(2, 0), Symbol(1, 3)], 5),
    "a binder": (BINDER, 2),
    "both binders": (BOTH_BINDERS, 1),
    "chains": ([Symbol(2, 0), Symbol(1, 1), Symbol(2, 1)], 1),
}


@pytest.mark.parametrize("name", GROWTH)
def test_counts_grow_by_the_radius(name):
    symbols, period = GROWTH[name]
    language = generating_function(symbols)
    # By square-root singularities, the ratio of counts falls short by 1.5 / 200 here.
    counts = language.coefficients(202 * period)
    last = max(length for length, count in enumerate(counts) if count)
    ratio = Fraction(counts[last], counts[last - period])
    assert float(ratio) == pytest.approx(language.radius**-period, rel=0.01)


def test_prior_at_the_greatest_temperature():
    # A square root: the sum at T* is 1. A pole: each length of a chain adds the same.
    trees, chains = generating_function(TREES), generating_function([Symbol(2, 0), Symbol(1, 1, "any", 2)])
    for language in (trees, chains):
        assert language.greatest_temperature == pytest.approx(1, rel=1e-12)
    assert 0.9 < mass_of(trees.coefficients(400)) < 1
    assert mass_of(chains.coefficients(401)) == 100


def test_sympy_is_imported_only_where_it_is_used():
    code = (
        "import sys; from mesaprior.priors.codes import Symbol, generating_function; "
        "language = generating_function([Symbol(1, 0), Symbol(1, 2)]); "
        "language.radius, language.coefficients(9), language.tail_value(9); "
        "assert 'sympy' not in sys.modules; language.equations; assert 'sympy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
