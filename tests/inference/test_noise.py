"""Noise models against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.inference.noise import BetaNoise, Noise, log2_likelihood, parse_noise
from tests.inference.naive_posterior import beta_likelihood, noise_likelihood

tallies = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 20))


def log2_fraction(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator)


@given(st.integers(1, 30), st.integers(1, 30), tallies, st.integers(2, 9))
def test_beta_likelihood_is_the_ratio_of_factorials(a, b, tally, n_actions):
    exact = beta_likelihood(a, b)(*tally, n_actions)
    value = log2_likelihood(BetaNoise(a, b), *map(np.array, tally), n_actions)
    assert value == pytest.approx(log2_fraction(exact), abs=1e-10)


@given(st.fractions(Fraction(1, 100), Fraction(99, 100), max_denominator=100), tallies, st.integers(2, 9))
def test_known_noise_is_a_product_of_probabilities(eps, tally, n_actions):
    exact = noise_likelihood(eps)(*tally, n_actions)
    value = log2_likelihood(Noise(float(eps)), *map(np.array, tally), n_actions)
    assert value == pytest.approx(log2_fraction(exact), abs=1e-10)


def test_without_noise_a_miss_is_impossible_and_a_hit_is_certain():
    value = log2_likelihood(Noise(0), np.array([5, 5, 0]), np.array([0, 1, 0]), np.array([0, 0, 2]), 4)
    assert value.tolist() == [0.0, -math.inf, -4.0]


def test_large_pseudo_counts_approach_known_noise_without_loss():
    # The difference to the limit is of the order of n^2 / (a + b); logarithms of the gamma function of
    # 10^13 would have lost it.
    counts = np.array([40]), np.array([10]), np.array([0])
    beta = log2_likelihood(BetaNoise(1e12, 9e12), *counts, 3)
    assert beta == pytest.approx(log2_likelihood(Noise(0.1), *counts, 3), abs=1e-8)


def test_long_logs_lose_no_bits():
    n = 50_000
    value = log2_likelihood(BetaNoise(0.7, 0.3), np.array([n]), np.array([0]), np.array([0]), 2)
    terms = [math.log2((0.3 + k) / (1 + k)) for k in range(n)]
    assert value == pytest.approx(math.fsum(terms), abs=3e-10)


@given(st.integers(1, 9), st.integers(1, 9), tallies, st.integers(2, 5))
def test_predictive_is_the_ratio_of_successive_likelihoods(a, b, tally, n_actions):
    hits, misses, abstained = tally
    exact = beta_likelihood(a, b)
    now = exact(hits, misses, abstained, n_actions)
    predicted, other = BetaNoise(a, b).predictive(np.array(hits), np.array(misses), n_actions)
    assert predicted == pytest.approx(float(exact(hits + 1, misses, abstained, n_actions) / now))
    assert other == pytest.approx(float(exact(hits, misses + 1, abstained, n_actions) / now))
    assert predicted + (n_actions - 1) * other == pytest.approx(1)


def test_known_noise_predicts_the_same_whatever_came_before():
    predicted, other = Noise(0.2).predictive(np.array([0, 9]), np.array([7, 0]), 5)
    assert predicted.tolist() == [0.8, 0.8]
    assert other.tolist() == [0.05, 0.05]


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
        *("beta:a,b", "beta:1_0,9"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(UsageError, match=r"^noise .*[^.]\.$") as caught:
        parse_noise(text)
    assert "\n" not in str(caught.value)
