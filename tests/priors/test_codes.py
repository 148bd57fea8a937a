"""Kraft sums, numbers of programs by length and shortest programs, against closed forms and enumeration."""

from collections import Counter
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError
from mesaprior.priors.codes import Symbol, count_by_length, kraft_sum, shortest
from tests.priors.small_codes import CORRIDOR, CORRIDOR_LEARNING, allowed, symbols_of


def naive_terms(symbols, bound, budget):
    """Yield every term of at most `budget` bits, as (bits, symbol's place, copy, children)."""
    for place, symbol, inside in allowed(symbols, bound):
        if symbol.bits <= budget:
            for bits, children in naive_forests(symbols, inside, budget - symbol.bits, symbol.arity):
                for copy in range(symbol.multiplicity):
                    yield symbol.bits + bits, place, copy, children


def naive_forests(symbols, bound, budget, size):
    """Yield every sequence of `size` terms that take at most `budget` bits together, as (bits, terms)."""
    if size == 0:
        yield 0, ()
        return
    for first in naive_terms(symbols, bound, budget):
        for bits, others in naive_forests(symbols, bound, budget - first[0], size - 1):
            yield first[0] + bits, (first, *others)


@pytest.mark.parametrize(
    ("bits", "expected"),
    [([], 0), ([0], 1), ([1, 2, 3, 3], 1), ([4] * 15, Fraction(15, 16)), ([1, 1, 1], Fraction(3, 2))],
)
def test_kraft_sum(bits, expected):
    assert kraft_sum(iter(bits)) == expected


def test_kraft_sum_of_long_codes_is_exact():
    assert kraft_sum([3000, 1, 3000]) == Fraction(1, 2) + Fraction(1, 2**2999)


def test_corridor_counts():
    counts = count_by_length(CORRIDOR, 40)[0]
    assert counts[4:21:4] == [5, 18, 179, 1727, 17914]
    assert counts[40] == 4562103756
    assert sum(counts) == 4954170621
    assert not any(count for length, count in enumerate(counts) if length % 4)


def test_corridor_counts_by_enumeration():
    for symbols in (CORRIDOR, CORRIDOR_LEARNING):
        found = Counter(term[0] for term in naive_terms(symbols, frozenset(), 16))
        assert [found[length] for length in range(17)] == count_by_length(symbols, 16)[0]


def test_binary_trees_are_catalan():
    counts = count_by_length([Symbol(1, 0), Symbol(1, 2)], 401)[0]
    assert counts[1::2] == [comb(2 * n, n) // (n + 1) for n in range(201)]
    assert not any(counts[::2])


def test_ternary_trees_are_fuss_catalan():
    counts = count_by_length([Symbol(2, 0), Symbol(1, 3)], 300)[0]
    assert [counts[2 + 5 * n] for n in range(60)] == [comb(3 * n, n) // (2 * n + 1) for n in range(60)]


def test_lookups_count_as_often_as_they_have_tables():
    counts = count_by_length([Symbol(4 + 20 * 2, 0, "any", 3**20), Symbol(1, 2)], 89)[0]
    assert counts[44] == 3**20
    assert counts[89] == 3**40


def test_scopes_that_no_program_enters_stay_zero():
    counts = count_by_length([Symbol(1, 0), Symbol(2, 0, "theta"), Symbol(2, 1, "binds_y")], 9)
    assert counts[0][:6] == [0, 1, 0, 1, 0, 1]
    assert counts[1][:6] == [0, 1, 0, 1, 0, 1]
    assert counts[2] == counts[3] == [0] * 10


def test_nothing_fits_into_zero_bits():
    assert count_by_length(CORRIDOR, 0) == [[0], [0], [0], [0]]
    assert count_by_length([], 3)[0] == [0, 0, 0, 0]


@settings(deadline=None, max_examples=200)
@given(symbols_of(least_bits=1, most_bits=4, most=5), st.integers(0, 7))
def test_counts_agree_with_enumeration(symbols, max_bits):
    terms = list(naive_terms(symbols, frozenset(), max_bits))
    assert len(set(terms)) == len(terms)
    found = Counter(term[0] for term in terms)
    assert count_by_length(symbols, max_bits)[0] == [found[length] for length in range(max_bits + 1)]


@settings(deadline=None, max_examples=200)
@given(symbols_of(least_bits=1, most_bits=3, most=5))
def test_shortest_is_the_first_length_counted(symbols):
    # The shortest term nests at most two binders around its leaves: 3 + 3 * (3 + 3 * 3) = 39 bits.
    counts, least = count_by_length(symbols, 39), shortest(symbols)
    entered = [scope for scope in range(4) if any(counts[scope])]
    for scope in entered:
        assert least[scope] == next(length for length, count in enumerate(counts[scope]) if count)
    if 0 not in entered:
        assert least[0] is None


def test_shortest_of_every_scope():
    leaves = [Symbol(9, 0), Symbol(2, 0, "y")]
    symbols = [*leaves, Symbol(3, 1, "binds_y"), Symbol(1, 2, "binds_theta"), Symbol(3, 2)]
    assert shortest(symbols) == [5, 2, 5, 2]
    assert shortest([Symbol(2, 0, "y"), Symbol(1, 3)]) == [None, 2, None, 2]
    assert shortest([]) == [None] * 4


@pytest.mark.parametrize(
    "symbol", [Symbol(0, 0), Symbol(1, 4), Symbol(1, -1), Symbol(1, 0, "z"), Symbol(1, 0, "any", 0)]
)
def test_symbols_out_of_range_are_refused(symbol):
    for use in (shortest, lambda symbols: count_by_length(symbols, 4)):
        with pytest.raises(ContentError, match="is no symbol of a language"):
            use([Symbol(2, 0), symbol])
