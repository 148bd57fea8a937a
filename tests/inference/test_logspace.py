"""Sums and odds in log space against fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total, share, sum_shares

masses = st.lists(
    st.tuples(st.one_of(st.just(-math.inf), st.integers(-12_000, 12_000)), st.integers(0, 3)),
    max_size=30,
)


def exact_sum(exponents: list[int | float]) -> float:
    total = sum((Fraction(2) ** int(e) for e in exponents if e > -math.inf), Fraction(0))
    return math.log2(total.numerator) - math.log2(total.denominator) if total else -math.inf


@given(masses)
def test_sums_by_index_are_exact_whatever_the_scale(entries):
    values = np.array([e[0] for e in entries], dtype=float)
    index = np.array([e[1] for e in entries], dtype=np.int64)
    sums = log2_sum(values, index, 4)
    for k in range(4):
        expected = exact_sum([e for e, i in entries if i == k])
        assert sums[k] == pytest.approx(expected, rel=1e-13, abs=1e-13)


@given(st.lists(st.lists(st.integers(-5000, 5000) | st.just(-math.inf), min_size=3, max_size=3)))
def test_sums_along_an_axis_are_the_same_sums(rows):
    sums = log2_total(np.array(rows, dtype=float).reshape(-1, 3), axis=0)
    for k in range(3):
        assert sums[k] == pytest.approx(exact_sum([row[k] for row in rows]), rel=1e-13, abs=1e-13)


def test_shares_of_nothing_are_undefined():
    found = share(np.array([-math.inf, -3.0, -math.inf]), np.array([-2.0, -2.0, -math.inf]))
    assert found.tolist()[:2] == [0, 0.5]
    assert math.isnan(found[2])


def test_odds_know_empty_sides():
    first = np.array([-1.0, -1.0, -math.inf, -math.inf])
    second = np.array([-3.0, -math.inf, -3.0, -math.inf])
    odds = log2_odds(first, second)
    assert odds.tolist()[:3] == [2, math.inf, -math.inf]
    assert math.isnan(odds[3])


def test_rounding_is_no_lead_but_small_odds_are():
    near = np.array([-10_000.0])
    assert log2_odds(near, np.nextafter(near, 0)).tolist() == [0]
    assert log2_odds(np.array([1e-9]), np.array([0.0])).tolist() == [1e-9]


@given(st.lists(st.tuples(st.floats(-90, 90), st.integers(0, 3)), max_size=60), st.randoms(use_true_random=False))
def test_sums_do_not_depend_on_the_order(terms, random):
    shuffled = terms[:]
    random.shuffle(shuffled)
    sums = []
    for own in (terms, shuffled):
        values, index = np.array([value for value, _ in own]), np.array([at for _, at in own], dtype=np.int64)
        sums.append(log2_sum(values, index, 4).tolist())
    assert sums[0] == sums[1]
    for at in range(4):
        exact = sum((Fraction(float(np.exp2(value))) for value, own in terms if own == at), Fraction(0))
        if exact:
            expected = math.log2(exact.numerator) - math.log2(exact.denominator)
            assert sums[0][at] == pytest.approx(expected, abs=1e-12)
        else:
            assert sums[0][at] == -math.inf


def test_many_small_masses_beside_a_large_one_are_not_lost():
    values = np.array([0.0] + [-60.0] * 2**16)
    assert log2_sum(values, np.zeros(len(values), dtype=np.int64), 1)[0] == math.log2(1 + 2.0**-44)


def test_shares_that_add_up_to_everything_are_exactly_1():
    parts = np.array([0.7, 0.2, 0.1])
    assert parts.sum() != 1
    nothing = np.zeros(3)
    # Alone, beside something, and where there is no whole.
    mass = np.array([[parts, nothing], [0.7 * parts, 0.3 * parts], [parts * np.nan, parts * np.nan]])
    found = sum_shares(mass, 2, 1)
    assert found[0].tolist() == [1, 0]
    assert np.array_equal(found[1], mass[1].sum(axis=1))
    assert np.isnan(found[2]).all()
    assert sum_shares(mass[0].T, 0, 0).tolist() == [1, 0]
