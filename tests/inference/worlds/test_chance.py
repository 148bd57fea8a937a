"""Draws: every value as often as the others, orders that are permutations, streams that do not depend on each other."""

from collections import Counter
from itertools import permutations

import numpy as np

from mesaprior.inference.worlds.chance import Chance


def test_numbers_below_a_bound_are_raw_numbers_modulo_it():
    raw = np.random.PCG64(np.random.SeedSequence([3, *b"x"]))
    chance = Chance(3, "x")
    assert [chance.below(1000) for _ in range(5)] == [int(raw.random_raw()) % 1000 for _ in range(5)]


def test_raw_numbers_that_would_favour_some_are_passed_over():
    chance = Chance(0, "x")
    bound = 3 * 2**62
    draws = [chance.below(bound) for _ in range(400)]
    # A quarter of the raw numbers is passed over; without that, small numbers would come twice as often.
    assert 0.27 < np.mean([draw < bound // 3 for draw in draws]) < 0.40


def test_orders_are_permutations_and_each_comes_about_as_often():
    chance = Chance(1, "orders")
    seen = Counter(tuple(chance.shuffled("abc")) for _ in range(3000))
    assert set(seen) == set(permutations("abc"))
    assert max(abs(n - 500) for n in seen.values()) < 100


def test_purposes_and_seeds_give_other_streams():
    streams = {
        tuple(Chance(seed, purpose).below(10**6) for _ in range(4)) for seed in (0, 1, 2**40) for purpose in "ab"
    }
    assert len(streams) == 6
    assert len(set(Chance(0, "x").sample(range(9), 4))) == 4
