"""Masses by training prefix on long logs: each item by itself, and all of a class together."""

from __future__ import annotations

import numpy as np
import pytest

from mesaprior.inference.bayes.cut import MOST_ROWS_OF_COLUMNS
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.noise import BetaNoise, Noise, log2_likelihood
from mesaprior.inference.bayes.prefixes import ClassMasses
from tests.inference.small import Program, make_census, make_log

RATES = (0.0, 0.02, 0.3, 0.45, 0.5, 0.52, 0.6, 0.97, 1.0)
"""Shares of rows on which the programs of `long_question` miss."""


def long_question(n_rows: int, n_actions: int, seed: int = 3):
    """Return a log of which every row is a situation of its own, and a census of programs of all rates."""
    rng = np.random.default_rng(seed)
    action = rng.integers(0, n_actions, n_rows)
    predictions = np.stack([np.where(rng.random(n_rows) < rate, (action + 1) % n_actions, action) for rate in RATES])
    predictions[rng.random(predictions.shape) < 0.01] = -1
    log = make_log(list(enumerate(action.tolist())))
    census = make_census(log, [Program(tuple(row)) for row in predictions.tolist()], n_actions=n_actions)
    return log, census


def tallies(log, census):
    """Return hits, misses and abstentions of each behaviour at every prefix, int64[3, B, N + 1]."""
    given = census.predictions[:, census.row_cell]
    hit, idle = given == log.action, given < 0
    parts = np.stack([hit, ~hit & ~idle, idle]).astype(np.int64).cumsum(axis=2)
    return np.concatenate([np.zeros_like(parts[:, :, :1]), parts], axis=2)


def every(log):
    """Return all prefixes of a log."""
    return np.arange(log.n_training + 1)


@pytest.mark.parametrize("n_actions", [2, 4])
@pytest.mark.parametrize("n_rows", [200, 2_500, 9_000])
@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(0.5, 0.25), BetaNoise(30, 2), Noise(0.1)], ids=str)
def test_each_item_by_itself(n_rows, n_actions, noise):
    log, census = long_question(n_rows, n_actions)
    B = census.n_behaviours
    expected = log2_likelihood(noise, *tallies(log, census), n_actions)
    found = ClassMasses(census, log, noise, np.arange(B), B, np.zeros(B), expected[:, -1]).at(every(log))
    # Likelihoods agree to 2e-12 of their value, and to a few roundings of their logarithms.
    assert (np.abs(found - expected) <= np.maximum(2e-12, 4 * np.spacing(np.abs(expected)))).all()
    assert (found[:, 0] == 0).all()
    assert n_rows <= MOST_ROWS_OF_COLUMNS or len(noise.tables(n_rows, n_actions).columns.start) == 0


@pytest.mark.parametrize("n_rows", [60, 300, 5_000])
def test_a_class_is_the_sum_of_its_items(n_rows):
    log, census = long_question(n_rows, 3)
    weight = -np.arange(census.n_behaviours, dtype=np.float64)
    of_class = np.arange(census.n_behaviours) % 2
    noise = BetaNoise(1, 9)
    likelihood = log2_likelihood(noise, *tallies(log, census), 3)
    found = ClassMasses(census, log, noise, of_class, 3, weight, likelihood[:, -1]).at(every(log))
    each = weight[:, None] + likelihood
    for k in range(2):
        expected = log2_total(each[of_class == k])
        assert (np.abs(found[k] - expected) <= np.maximum(2e-12, 4 * np.spacing(np.abs(expected)))).all()
    assert (found[2] == -np.inf).all()


@pytest.mark.parametrize("n_actions", [2, 3])
@pytest.mark.parametrize("share", [0.05, 0.4, 0.5, 0.7])
@pytest.mark.parametrize("n_rows", [40, 1_000, MOST_ROWS_OF_COLUMNS])
def test_equal_tallies_weigh_the_same_to_the_bit(n_rows, share, n_actions):
    # One misses early, one late, one now and then.
    misses = int(share * n_rows)
    rng = np.random.default_rng(2)
    early = np.arange(n_rows) < misses
    missing = np.stack([early, early[::-1], rng.permutation(early)])
    log = make_log([(row, 0) for row in range(n_rows)])
    census = make_census(log, [Program(tuple(row)) for row in missing.astype(int).tolist()], n_actions=n_actions)
    last = log2_likelihood(BetaNoise(1, 9), *(counts[:, -1] for counts in tallies(log, census)), n_actions)
    found = ClassMasses(census, log, BetaNoise(1, 9), np.arange(3), 3, np.full(3, -7.0), last).at(every(log))
    assert np.unique(found[:, -1]).size == 1
    assert np.unique(found[:, n_rows // 2]).size > 1
