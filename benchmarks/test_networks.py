"""Threshold networks by the functions they compute: grouped sums beside a plain loop over every network, and more."""

import numpy as np
import pytest

from benchmarks.plain.networks import run_every_network
from mesaprior.hypotheses.networks.functions import count_functions


@pytest.fixture(autouse=True, scope="module")
def compiled():
    """Compile both before anything is timed."""
    count_functions(2, 2)
    run_every_network(1, 1, np.zeros((4, 8), dtype=np.int64))


def say_rate(benchmark, counts):
    """Check the counts, and note how many networks they account for in a second."""
    assert sum(counts.counted_by_function.values()) == counts.shape.n_networks
    benchmark.extra_info["networks"] = counts.shape.n_networks
    benchmark.extra_info["functions"] = len(counts.counted_by_function)
    benchmark.extra_info["networks per second"] = round(counts.shape.n_networks / benchmark.stats["min"])


@pytest.mark.benchmark(group="3 inputs, 3 hidden units")
def test_plain_loop(benchmark):
    plain = np.zeros((256, 17), dtype=np.int64)

    def run():
        plain[:] = 0
        run_every_network(3, 3, plain)

    benchmark.pedantic(run, rounds=3)
    counts = count_functions(3, 3)
    found = np.zeros_like(plain)
    found[counts.function, counts.columns["weights"]] = counts.count
    assert np.array_equal(found, plain)
    benchmark.extra_info["networks"] = 3**16


@pytest.mark.benchmark(group="3 inputs, 3 hidden units")
def test_grouped(benchmark):
    say_rate(benchmark, benchmark.pedantic(lambda: count_functions(3, 3), rounds=5))


@pytest.mark.benchmark(group="more")
@pytest.mark.parametrize(("n", "h", "workers"), [(3, 5, 1), (4, 3, 1), (4, 4, 1), (4, 4, 2)])
def test_more(benchmark, n, h, workers):
    say_rate(benchmark, benchmark.pedantic(lambda: count_functions(n, h, workers=workers), rounds=3))
