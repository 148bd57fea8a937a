"""Noise models against exact fractions, SciPy, and series in many digits."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaincc

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.cut import chance, log2_of_tallies, tables_of_beta, tables_of_factors
from mesaprior.inference.bayes.noise import FEW_ROWS, BetaNoise, Noise, log2_likelihood, parse_noise
from tests.inference.naive_posterior import beta_likelihood, noise_likelihood

tallies = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))
NONE = np.array([0])


def log2_fraction(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)


def of_one(noise: BetaNoise, hits: int, misses: int, n_actions: int) -> float:
    return float(log2_likelihood(noise, np.array([hits]), np.array([misses]), NONE, n_actions)[0])


def log2_by_series(a: float, b: float, hits: int, misses: int, n_actions: int) -> mpmath.mpf:
    """The likelihood in 30 digits: B(c; p, q) = c^p (1-c)^q / p * sum of (p+q)_k / (p+1)_k c^k, all terms above 0."""
    one = 1 << 160

    def log2_sum(p: Fraction, q: Fraction) -> mpmath.mpf:
        # Terms in units of 2^-160, over one denominator.
        unit = math.lcm(p.denominator, q.denominator)
        above, below = int((p + q) * unit), int((p + 1) * unit)
        term = total = one
        while (term << 110) > total or above * (n_actions - 1) > below * n_actions:
            term = term * above * (n_actions - 1) // (below * n_actions)
            total += term
            above += unit
            below += unit
        return mpmath.log(mpmath.mpf(total) / one, 2) - mpmath.log(mpmath.mpf(p.numerator) / p.denominator, 2)

    a, b = Fraction(a), Fraction(b)
    with mpmath.workdps(40):
        ratio = log2_sum(a + misses, b + hits) - log2_sum(a, b)
        return ratio - (hits + misses) * mpmath.log(n_actions, 2)


@given(st.integers(1, 30), st.integers(1, 30), tallies, st.integers(2, 9))
def test_beta_likelihood_is_the_ratio_of_integrals(a, b, tally, n_actions):
    exact = beta_likelihood(a, b)(*tally, n_actions)
    value = log2_likelihood(BetaNoise(a, b), *map(np.array, tally), n_actions)
    assert value == pytest.approx(log2_fraction(exact), abs=2e-12)


@given(st.integers(2, 9), st.data())
def test_known_noise_is_a_product_of_probabilities(n_actions, data):
    eps = data.draw(st.fractions(Fraction(1, 100), Fraction(n_actions - 1, n_actions), max_denominator=100))
    tally = data.draw(tallies)
    exact = noise_likelihood(eps)(*tally, n_actions)
    value = log2_likelihood(Noise(float(eps)), *map(np.array, tally), n_actions)
    assert value == pytest.approx(log2_fraction(exact), abs=1e-10)


def test_without_noise_a_miss_is_impossible_and_a_hit_is_certain():
    value = log2_likelihood(Noise(0), np.array([5, 5, 0]), np.array([0, 1, 0]), np.array([0, 0, 2]), 4)
    assert value.tolist() == [0.0, -math.inf, -4.0]


@given(
    st.floats(0.01, 50),
    st.floats(0.01, 50),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8),
    st.sampled_from([2, 3, 10, 256]),
)
def test_against_scipy(a, b, pairs, n_actions):
    hits, misses = np.array(pairs).T
    c = chance(n_actions)
    cut = np.array([betainc(a + m, b + h, c) for h, m in pairs])
    some = cut > 1e-280
    assume(some.any() and betainc(a, b, c) > 1e-280)
    rising = [
        math.fsum(math.log2(start + k) for k in range(n))
        for h, m in pairs
        for start, n in ((a, m), (b, h), (a + b, h + m))
    ]
    uncut = np.reshape(rising, (-1, 3)) @ [1, 1, -1] - misses * math.log2(n_actions - 1)
    expected = uncut[some] + np.log2(cut[some]) - math.log2(betainc(a, b, c))
    value = log2_likelihood(BetaNoise(a, b), hits[some], misses[some], np.zeros_like(hits[some]), n_actions)
    # SciPy itself is right to some 1e-11 here.
    assert value == pytest.approx(expected, abs=1e-10)


@st.composite
def hard_tallies(draw):
    """Pseudo-counts and tallies of all sizes, many of them near chance, where the cut is felt most."""
    n_actions = draw(st.sampled_from([2, 3, 7, 256]))
    n = draw(st.sampled_from([0, 1, 30, 250, 300, 4_000, 20_000, 1_000_000]))
    c = chance(n_actions)
    away = draw(st.one_of(st.floats(-15, 15), st.floats(-100, 100), st.sampled_from([-1e4, 1e4])))
    # At most some 100,000 terms of the series.
    misses = min(max(n * c + max(away, -100.0 / math.sqrt(n_actions)) * math.sqrt(n * c * (1 - c)), 0), n)
    a, b = (10.0 ** draw(st.floats(-3, 3)) for _ in range(2))
    return a, b, n - int(misses), int(misses), n_actions


@settings(max_examples=150)
@given(hard_tallies())
def test_against_the_series_in_many_digits(hard):
    a, b, hits, misses, n_actions = hard
    exact = log2_by_series(a, b, hits, misses, n_actions)
    value = of_one(BetaNoise(a, b), hits, misses, n_actions)
    # The likelihood is right to 1e-12 of its value, and to 3 roundings of its logarithm where this is large.
    assert abs(value - exact) <= max(1.5e-12, 3 * math.ulp(float(exact)))


@pytest.mark.parametrize("n_actions", [2, 4])
@pytest.mark.parametrize(("hits", "misses"), [(0, 10**6), (10**6, 0), (700_000, 300_000), (10**5, 9 * 10**5)])
def test_tails_beyond_the_range_of_doubles(hits, misses, n_actions):
    value = of_one(BetaNoise(1, 9), hits, misses, n_actions)
    with mpmath.workdps(40):
        p, q, c = mpmath.mpf(1 + misses), mpmath.mpf(9 + hits), mpmath.mpf(n_actions - 1) / n_actions
        if misses < hits:
            # All of the density is below the cut, up to some 2^-10000.
            log_beta = mpmath.loggamma(p) + mpmath.loggamma(q) - mpmath.loggamma(p + q)
            log2_up_to = log_beta / mpmath.log(2)
        else:
            log2_up_to = log2_by_series(1, 9, hits, misses, n_actions)
            assert value == pytest.approx(float(log2_up_to), rel=4e-16, abs=1e-10)
            return
        first = sum((-1) ** j * mpmath.binomial(8, j) * c ** (1 + j) / (1 + j) for j in range(9))
        exact = log2_up_to - mpmath.log(first, 2) - misses * mpmath.log(n_actions - 1, 2)
    assert value == pytest.approx(float(exact), rel=4e-16, abs=1e-10)


@pytest.mark.parametrize(("a", "b"), [(1e-100, 1.0), (1.0, 1e-100), (1e-100, 1e-100), (1e15, 1.0), (1.0, 1e15)])
@pytest.mark.parametrize(("hits", "misses"), [(1, 0), (0, 1), (40, 2), (2, 40), (300, 300)])
def test_extreme_pseudo_counts(a, b, hits, misses):
    value = of_one(BetaNoise(a, b), hits, misses, 2)
    if b == 1e15:
        # Next to no share of misses: (a)_m (b)_h / (a + b)_(m + h).
        exact = math.lgamma(1 + misses) / math.log(2) - misses * math.log2(1e15)
    elif a == 1e15:
        # All is at the cut.
        exact = -float(hits + misses)
    else:
        with mpmath.workdps(250):
            exact = mpmath.log(mpmath.betainc(a + misses, b + hits, 0, 0.5) / mpmath.betainc(a, b, 0, 0.5), 2)
    assert value == pytest.approx(float(exact), rel=1e-11)


def test_pseudo_counts_at_the_cut_cancel_without_loss():
    # The density of 10^15 trials at chance is a Gauss curve, half of which is cut off; a row hardly moves it.
    count, n = 1e15, 5
    values = np.exp2([of_one(BetaNoise(count, count), h, n - h, 2) + n for h in range(n + 1)])
    width = math.sqrt(1 / (8 * count))
    # To first order in eps - 1/2, whose mean in the lower half is -width * sqrt(2 / pi).
    slope = 2 * width * math.sqrt(2 / math.pi)
    expected = [1 + (2 * h - n) * slope for h in range(n + 1)]
    assert values - 1 == pytest.approx(np.array(expected) - 1, rel=1e-6)


def test_large_pseudo_counts_approach_known_noise_without_loss():
    # The difference to the limit is of the order of n^2 / (a + b); logarithms of the gamma function of
    # 10^13 would have lost it.
    counts = np.array([40]), np.array([10]), np.array([0])
    beta = log2_likelihood(BetaNoise(1e12, 9e12), *counts, 3)
    assert beta == pytest.approx(log2_likelihood(Noise(0.1), *counts, 3), abs=1e-9)


@pytest.mark.parametrize("n_rows", [FEW_ROWS, 3_000, 4_097])
def test_columns_and_integrals_agree(n_rows):
    rng = np.random.default_rng(5)
    hits = rng.integers(0, n_rows + 1, 300)
    misses = (rng.random(300) * (n_rows - hits + 1)).astype(np.int64)
    none = np.zeros_like(hits)
    tables = BetaNoise(0.3, 2).tables(n_rows, 3)
    assert (len(tables.columns.start) > 0) == (n_rows <= 4_096)
    one, other = (log2_of_tallies(tables, hits, misses, none, has_columns=which) for which in (True, False))
    assert one == pytest.approx(other, rel=3e-16, abs=1e-11)
    # Which of the two, and what else is asked, is the same for equal tallies.
    again = log2_of_tallies(tables, hits[::-1], misses[::-1], none)
    assert again[::-1].tolist() == one.tolist()


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6), st.integers(0, 3_000), st.sampled_from([2, 3, 256]))
def test_where_the_cut_is_not_felt_hardly_any_mass_is_above_it(a, b, scored, n_actions):
    felt_from = BetaNoise(a, b).tables(scored, n_actions).felt_from
    assert (np.diff(felt_from) >= 0).all()
    misses = int(felt_from[scored]) - 1
    if misses >= 0:
        assert betaincc(a + misses, b + scored - misses, chance(n_actions)) <= 2.0**-55


@pytest.mark.parametrize("n_actions", [2, 3, 4])
def test_where_the_density_starts_below_the_cut_the_factors_are_enough(n_actions):
    # Else the band in which the cut is worked out would be all there is, and nothing would be gained.
    felt_from = BetaNoise(1, 9).tables(10_000, n_actions).felt_from
    assert felt_from[10_000] > 10_000 * chance(n_actions) - 10 * math.sqrt(10_000 * chance(n_actions) / n_actions)


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.integers(1, 400), st.sampled_from([2, 3, 5]))
def test_no_hypothesis_is_read_upside_down(a, b, n, n_actions):
    hits = np.arange(n + 1)
    value = log2_likelihood(BetaNoise(a, b), hits, n - hits, np.zeros_like(hits), n_actions)
    # More hits are never less likely, and no hits are at most as likely as chance.
    assert (np.diff(value) > -1e-12).all()
    assert value[0] <= -n * math.log2(n_actions) + 1e-12
    predicted, other = BetaNoise(a, b).predictive(hits, n - hits, n_actions)
    assert (predicted >= 1 / n_actions - 1e-15).all()
    assert (predicted >= other - 1e-15).all()


@given(st.integers(1, 9), st.integers(1, 9), tallies, st.integers(2, 5))
def test_predictive_is_the_ratio_of_successive_likelihoods(a, b, tally, n_actions):
    hits, misses, abstained = tally
    exact = beta_likelihood(a, b)
    now = exact(hits, misses, abstained, n_actions)
    predicted, other = BetaNoise(a, b).predictive(np.array(hits), np.array(misses), n_actions)
    assert predicted == pytest.approx(float(exact(hits + 1, misses, abstained, n_actions) / now), rel=1e-13)
    assert other == pytest.approx(float(exact(hits, misses + 1, abstained, n_actions) / now), rel=1e-13)
    assert predicted + (n_actions - 1) * other == pytest.approx(1, rel=1e-15)


@settings(max_examples=60)
@given(hard_tallies())
def test_predictive_of_hard_tallies(hard):
    a, b, hits, misses, n_actions = hard
    predicted, other = BetaNoise(a, b).predictive(np.array([[hits]]), np.array([[misses]]), n_actions)
    assert predicted.shape == other.shape == (1, 1)
    now, after = (log2_by_series(a, b, hits, m, n_actions) for m in (misses, misses + 1))
    assert other[0, 0] == pytest.approx(float(mpmath.power(2, after - now)), rel=1e-11)
    assert predicted + (n_actions - 1) * other == pytest.approx(1, rel=1e-15)


def test_known_noise_predicts_the_same_whatever_came_before():
    predicted, other = Noise(0.2).predictive(np.array([0, 9]), np.array([7, 0]), 5)
    assert predicted.tolist() == [0.8, 0.8]
    assert other.tolist() == [0.05, 0.05]


@pytest.mark.parametrize(("eps", "n_actions"), [(0.5, 2), (2 / 3, 3), (0.9, 10)])
def test_noise_goes_up_to_chance(eps, n_actions):
    predicted, other = Noise(eps).predictive(NONE, NONE, n_actions)
    assert predicted == pytest.approx(other)
    for ask in (Noise(eps + 1e-9).predictive, lambda *of: log2_likelihood(Noise(eps + 1e-9), NONE, *of)):
        with pytest.raises(
            UsageError, match=rf"^noise {eps + 1e-9!r} is above .* {n_actions} actions.* {n_actions - 1}/"
        ):
            ask(NONE, NONE, n_actions)


def test_a_model_of_ones_own_is_a_product_of_factors():
    class Harsh:
        """A hit is certain, a miss costs a bit."""

        def tables(self, n_rows, n_actions):
            count = np.arange(n_rows + 1)
            return tables_of_factors(
                np.array([0 * count, -count, 0 * count, -count * math.log2(n_actions)], dtype=float)
            )

        def predictive(self, hits, misses, n_actions):
            return np.ones(len(hits)), np.zeros(len(hits))

    value = log2_likelihood(Harsh(), np.array([5, 0]), np.array([3, 9]), np.array([1, 0]), 4)
    assert value.tolist() == [-5.0, -9.0]


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        ("0.05", Noise(0.05)),
        ("0", Noise(0)),
        (" 1e-3 ", Noise(0.001)),
        ("beta:1,9", BetaNoise(1, 9)),
        ("beta: 0.5, 2", BetaNoise(0.5, 2)),
    ],
)
def test_noise_is_read_as_written(text, noise):
    assert parse_noise(text) == noise


@pytest.mark.parametrize("noise", [Noise(0.05), Noise(1e-9), BetaNoise(1, 9), BetaNoise(0.1, 123456789.5)])
def test_noise_reads_back_what_it_writes(noise):
    assert parse_noise(str(noise)) == noise


@pytest.mark.parametrize(
    "text",
    [
        *("", "1", "1.5", "-0.1", "nan", "inf", "0.0_5", "0.1,0.2", "0.05:1", ":0.1", "gamma:1,9"),
        *("beta", "beta:", "beta:1", "beta:1,9,2", "beta:0,1", "beta:1,-1", "beta:inf,1", "beta:nan,1"),
        *("beta:a,b", "beta:1_0,9", "beta:1,1e16", "beta:1e-200,1"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(UsageError, match=r"^noise .*[^.]\.$") as caught:
        parse_noise(text)
    assert "\n" not in str(caught.value)


def test_threads_do_not_fill_each_others_tables():
    """Columns are filled in as they are asked for; many threads at once, and whoever comes after them, read no half."""
    n = 250
    hits, misses = (tally.ravel() for tally in np.meshgrid(np.arange(n + 1), np.arange(n + 1)))
    fits = hits + misses <= n
    hits, misses = hits[fits], misses[fits]
    none = np.zeros_like(hits)

    def ask(_: int) -> np.ndarray:
        return log2_of_tallies(noise.tables(n, 2), hits, misses, none)

    with ThreadPoolExecutor(4) as pool:
        for a in range(1, 21):
            noise = BetaNoise(a, 9)
            expected = log2_of_tallies(tables_of_beta(a, 9, n, 2), hits, misses, none)
            for found in [*pool.map(ask, range(8)), ask(0)]:
                assert np.array_equal(found, expected)
