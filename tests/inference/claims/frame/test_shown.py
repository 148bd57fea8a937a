"""Likelihoods from how often situations are shown, against every table and every row one by one."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from mesaprior.inference.bayes.noise import DEFAULT_NOISE, Noise
from mesaprior.inference.claims.frame.shown import Shown
from tests.inference.naive_posterior import beta_likelihood, noise_likelihood

ACTION, TIMES = np.array([2, 0, 1, 1]), np.array([3, 0, 1, 2])
LIKELIHOODS = [(DEFAULT_NOISE, beta_likelihood(1, 9)), (Noise(0.125), noise_likelihood(Fraction(1, 8)))]


def of_policy(policy, likelihood):
    """Return the likelihood of a policy, row by row."""
    rows = [s for s, times in enumerate(TIMES.tolist()) for _ in range(times)]
    hits = sum(policy[s] == ACTION[s] for s in rows)
    return likelihood(hits, len(rows) - hits, 0, 3)


@pytest.mark.parametrize(("noise", "likelihood"), LIKELIHOODS)
def test_a_policy_misses_the_rows_that_show_what_it_gets_wrong(noise, likelihood):
    policies = list(product(range(3), repeat=4))
    found = Shown(ACTION, TIMES, 3, noise).log2_policies(np.array(policies))
    assert found == pytest.approx([math.log2(of_policy(policy, likelihood)) for policy in policies])


@pytest.mark.parametrize(("noise", "likelihood"), LIKELIHOODS)
def test_evidence_of_tables_is_the_mean_over_all_of_them(noise, likelihood):
    tables = list(product(range(3), repeat=4))
    mean = sum(of_policy(table, likelihood) for table in tables) / len(tables)
    assert Shown(ACTION, TIMES, 3, noise).log2_tables == pytest.approx(math.log2(mean))


def test_without_noise_only_tables_that_know_every_answer_are_left():
    assert Shown(ACTION, TIMES, 3, Noise(0.0)).log2_tables == pytest.approx(-3 * math.log2(3))


def test_no_row_says_nothing():
    shown = Shown(ACTION, np.zeros(4, dtype=np.int64), 3, DEFAULT_NOISE)
    assert shown.log2_policies(np.array([[0, 0, 0, 0], ACTION])).tolist() == [0, 0]
    assert shown.log2_tables == pytest.approx(0)
