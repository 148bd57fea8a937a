"""The kernels of inference one by one, on few values and against many digits: milliseconds of plain Python each."""

from __future__ import annotations

import math
from itertools import product

import mpmath
import numpy as np
import pytest

from mesaprior.inference.bayes import kernels
from mesaprior.inference.bayes.cut import density_of, tables_of_beta
from mesaprior.inference.bayes.gains import nodes

SIZES = [(1.0, 9.0, 2), (0.3, 2.5, 3), (40.0, 7.0, 4), (150.0, 190.0, 2), (5.0, 0.5, 256)]
"""Pseudo-counts of misses and hits, and A."""

TALLIES = list(product((0, 5, 90), (0, 1, 31, 32, 33, 120)))
"""Hits and misses on both sides of what is integrated at once."""


def ratio(p: float, q: float, n_actions: int) -> mpmath.mpf:
    """The cut ratio in 40 digits, by its definition."""
    with mpmath.workdps(40):
        c = mpmath.mpf(n_actions - 1) / n_actions
        return mpmath.betainc(p, q, 0, c) / (c**p * (1 - c) ** q)


def log2(value: mpmath.mpf) -> float:
    return float(mpmath.log(value, 2))


def columns(pairs):
    return tuple(np.array(column, dtype=np.int64) for column in zip(*pairs, strict=True))


@pytest.mark.parametrize(("start", "unit", "n"), [(0.25, 1.0, 0), (0.25, 2.0, 1), (3.5, 64.0, 2_000)])
def test_rising_products(start, unit, n):
    exact = [mpmath.mpf(0)]
    with mpmath.workdps(30):
        for k in range(n):
            exact.append(exact[-1] + mpmath.log((start + mpmath.mpf(k)) / unit, 2))
    found = kernels.log2_rising(start, unit, n)
    assert len(found) == n + 1
    # Each logarithm is rounded, and their sum only once.
    assert found == pytest.approx(np.array([float(value) for value in exact]), rel=1e-15, abs=1e-15)


@pytest.mark.parametrize(("a", "b", "n_actions"), SIZES)
def test_cut_ratios(a, b, n_actions):
    density = density_of(a, b, n_actions)
    exact = np.array([log2(ratio(a + m, b + h, n_actions)) for h, m in TALLIES])
    hits, misses = columns(TALLIES)
    assert kernels.log2_ratios(density, hits, misses) == pytest.approx(exact, rel=3e-15, abs=3e-14)
    one_more = np.array([log2(ratio(a + m + 1, b + h, n_actions)) for h, m in TALLIES])
    rates = kernels.miss_rates(density, hits, misses)
    assert rates == pytest.approx((1 - 1 / n_actions) * np.exp2(one_more - exact), rel=1e-12)
    assert density.log2_ratio == pytest.approx(log2(ratio(a, b, n_actions)), rel=3e-15, abs=3e-14)


@pytest.mark.parametrize("n_actions", [2, 3, 256])
@pytest.mark.parametrize(("misses", "most_hits"), [(32, 3_000), (2_000, 2_100), (10**6, 3_000), (10**15, 50)])
def test_cut_ratios_of_many_rows(misses, most_hits, n_actions):
    # R(p, 1) = A/p, and R(p, q + 1) = A (q R(p, q) + 1)/(p + q): all terms are positive.
    density = density_of(1.0, 1.0, n_actions)
    with mpmath.workdps(25):
        exact = mpmath.mpf(n_actions) / (1 + misses)
        for hits in range(most_hits + 1):
            if hits in (0, 1, 30, most_hits // 2, most_hits):
                found = kernels.log2_ratio(density, hits, misses)
                assert found == pytest.approx(log2(exact), rel=1e-15, abs=3e-14)
            exact = n_actions * ((1 + hits) * exact + 1) / (2 + misses + hits)


@pytest.mark.parametrize("count", [1.0, 40.5, 1e3, 1e6, 1e12, 1e15])
def test_cut_ratios_at_chance(count):
    # Half of Beta(p, p) is below 1/2. Here all terms of the exponent cancel.
    with mpmath.workdps(60):
        p = mpmath.mpf(count)
        exact = mpmath.exp(2 * mpmath.loggamma(p) - mpmath.loggamma(2 * p) + 2 * p * mpmath.log(2)) / 2
        after_a_hit = (p * exact + 1) / p
    density = density_of(count, count, 2)
    assert density.log2_ratio == pytest.approx(log2(exact), abs=3e-14)
    assert kernels.log2_ratio(density, 1, 0) == pytest.approx(log2(after_a_hit), abs=3e-14)


@pytest.mark.parametrize(("a", "b", "n_actions"), SIZES)
def test_cut_ratios_between_whole_tallies(a, b, n_actions):
    hits, misses = np.array([0.0, 0.5, 77.25, 3e3]), np.array([32.0, 40.5, 333.25, 5e3])
    exact = [log2(ratio(a + m, b + h, n_actions)) for h, m in zip(hits[:3], misses[:3], strict=True)]
    found = kernels.log2_ratios_between(density_of(a, b, n_actions), hits, misses)
    assert found[:3] == pytest.approx(exact, rel=3e-15, abs=3e-14)
    whole = kernels.log2_ratio(density_of(a, b, n_actions), 3_000, 5_000)
    assert found[3] == pytest.approx(whole, rel=3e-15, abs=3e-14)


@pytest.mark.parametrize(("a", "b", "n_actions"), SIZES)
def test_mass_below_the_cut(a, b, n_actions):
    with mpmath.workdps(40):
        exact = log2(mpmath.betainc(a, b, 0, mpmath.mpf(n_actions - 1) / n_actions, regularized=True))
    assert kernels.log2_mass_below(density_of(a, b, n_actions)) == pytest.approx(exact, rel=1e-13, abs=3e-14)


@pytest.mark.parametrize(("a", "b", "n_actions"), SIZES)
def test_cut_ratios_without_hits(a, b, n_actions):
    # Without hits the cut is felt from 40 misses on.
    felt_from = np.minimum(np.arange(101) + 1, 40)
    found = kernels.ratios_without_hits(density_of(a, b, n_actions), felt_from)
    assert len(found) == 101
    assert (found[:40] == 0).all()
    for m in (40, 41, 63, 64, 95, 96, 100):
        assert found[m] == pytest.approx(float(ratio(a + m, b, n_actions)), rel=1e-13)


@pytest.mark.parametrize(("a", "b", "n_actions"), SIZES)
def test_likelihoods_by_columns(a, b, n_actions):
    tables = tables_of_beta(a, b, 160, n_actions)
    pairs = [(h, m) for h, m in TALLIES if h + m <= 150]
    hits, misses = columns(pairs)
    found = np.empty(len(pairs))
    kernels.look_up(tables, hits, misses, np.full(len(pairs), 7), found)
    at_start = ratio(a, b, n_actions)
    exact = [log2(ratio(a + m, b + h, n_actions) / at_start) - (h + m + 7) * math.log2(n_actions) for h, m in pairs]
    assert found == pytest.approx(np.array(exact), rel=1e-14, abs=1e-12)


def sums(tables, predictions, training, items):
    """Masses by class and prefix, item by item: which rows are hit, then the likelihood of these tallies."""
    n_rows = training.shape[1]
    mass = np.zeros((int(items.of_class.max()) + 1, n_rows + 1))
    hits, misses = items.hits.copy(), items.misses.copy()
    tallies = []
    for k in range(n_rows + 1):
        tallies.append((hits.copy(), misses.copy()))
        found = np.empty(len(hits))
        kernels.look_up(tables, hits, misses, START + k - hits - misses, found)
        np.add.at(mass[:, k], items.of_class, np.exp2(items.log2 + found))
        if k < n_rows:
            predicted = predictions[items.row, training[0, k]]
            hits = hits + (predicted == training[1, k])
            misses = misses + ((predicted >= 0) & (predicted != training[1, k]))
    return mass, tallies


START = 6
"""Rows before those that are read."""


@pytest.mark.parametrize("has_columns", [True, False])
def test_masses_by_prefix(has_columns):
    rng = np.random.default_rng(0)
    predictions = rng.integers(-1, 3, (5, 4)).astype(np.int16)
    predictions[0] = 1
    # Hits and misses go beyond what is integrated at once.
    training = np.stack([rng.integers(0, 4, 160), np.where(rng.random(160) < 0.3, 1, rng.integers(0, 3, 160))])
    some = np.array([2, 1, 0, 3, 4, 0])
    items = kernels.Items(
        np.array([0, 1, 2, 3, 4, 4]), np.array([0, 1, 0, 1, 1, 0]), -np.arange(6) * 1.5, some, START - some - (some > 2)
    )
    tables = tables_of_beta(0.5, 2.0, START + 160, 3)
    expected, tallies = sums(tables, predictions, training, items)
    if not has_columns:
        none = np.zeros(0, dtype=np.int64)
        tables = tables._replace(columns=kernels.Columns(none, none, np.zeros(0), np.zeros(0)))
    peak, total = np.full(expected.shape, -np.inf), np.zeros(expected.shape)
    kernels.add_mass_by_prefix(predictions, training, START, tables, items, peak, total)
    assert total * np.exp2(peak) == pytest.approx(expected, rel=1e-12)
    asked = np.array([0, 7, 160])
    hits, misses = (np.stack([tallies[k][which] for k in asked]) for which in (0, 1))
    peak_at, total_at = np.full((2, 3), -np.inf), np.zeros((2, 3))
    kernels.add_mass_at(START + asked, hits, misses, tables, items, peak_at, total_at)
    assert np.array_equal(peak_at, peak[:, asked])
    assert np.array_equal(total_at, total[:, asked])


def test_interpolation_is_exact_for_polynomials():
    def polynomial(x, y):
        return 3 - x + 0.5 * x**3 * y - 2 * x * y**4

    x_nodes, y_nodes = nodes(np.array([-1.0, 2.0]), 6), nodes(np.array([0.5, 4.0]), 7)
    values = polynomial(x_nodes[:, None], y_nodes[None, :])
    x = np.array([-0.9, 0.0, 1.7, x_nodes[2], x_nodes[0]])
    y = np.array([0.6, 3.3, 3.9, y_nodes[4], 1.0])
    found = kernels.interpolate(x, y, x_nodes, y_nodes, values)
    assert found == pytest.approx(polynomial(x, y), rel=1e-12)


def test_meetings_with_a_reference():
    predictions = np.array([[0, 1, 2, -1], [1, 1, -1, 0], [2, 2, 2, 2]], dtype=np.int16)
    reference = np.array([0, 2, -1, 1], dtype=np.int16)
    # No row has cell 3's situation but two, and none that of cell 2.
    taken = np.array([[5, 1, 0], [0, 7, 3], [0, 0, 0], [1, 1, 0]])
    found = kernels.meetings(predictions, np.array([2, 0, 1]), reference, taken)
    expected = []
    for row in (2, 0, 1):
        counts = [0, 0, 0, 0]
        for cell, action in product(range(4), range(3)):
            mine, other = predictions[row, cell], reference[cell]
            hit, miss = mine == action, mine >= 0 and mine != action
            is_of = (hit, miss, hit and other == action, miss and other >= 0 and other != action)
            counts = [count + taken[cell, action] * held for count, held in zip(counts, is_of, strict=True)]
        expected.append(counts)
    assert found.T.tolist() == expected
