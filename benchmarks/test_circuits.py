"""Least gates of all functions of four inputs, and numbers of straight-line circuits, beside plain enumeration."""

import pytest

from mesaprior.hypotheses.circuits.counting.engine import count_circuits
from mesaprior.hypotheses.circuits.gates import AIG, FULL
from mesaprior.hypotheses.circuits.least.search import least_circuits
from mesaprior.hypotheses.circuits.least.table import LeastTable
from tests.hypotheses.circuits import plain_circuits


@pytest.fixture(scope="module", autouse=True)
def compiled():
    """Compile outside of what is measured."""
    LeastTable(2)
    count_circuits(2, FULL, 3)
    count_circuits(5, FULL, 2)
    least_circuits(5, FULL, 7)


def test_least_gates_of_three_inputs(benchmark):
    assert sum(benchmark(least_circuits, 3, FULL).n_functions) == 256


def test_least_gates_of_three_inputs_plainly(benchmark):
    found = benchmark.pedantic(plain_circuits.least_gates, (3, FULL, 3), rounds=1)
    assert sum(gates == 3 for gates in found.values()) == 80


@pytest.mark.parametrize("workers", [1, 2])
def test_least_gates_of_four_inputs(benchmark, workers):
    found = benchmark.pedantic(least_circuits, (4, FULL), {"workers": workers}, rounds=5)
    assert found.n_functions[-1] == 2720


def test_least_gates_of_four_inputs_without_exclusive_or(benchmark):
    found = benchmark.pedantic(least_circuits, (4, AIG), {"workers": 2}, rounds=1)
    assert found.n_functions[-1] == 320


def test_five_inputs_up_to_six_gates(benchmark):
    found = benchmark.pedantic(least_circuits, (5, FULL, 6), {"workers": 2}, rounds=1)
    assert found.n_functions[-1] == 8430800


def test_five_inputs_up_to_eight_gates(benchmark):
    found = benchmark.pedantic(least_circuits, (5, FULL, 8), {"workers": 2}, rounds=1)
    assert found.n_functions[-1] == 383877392


@pytest.mark.parametrize("max_gates", [5, 6, 7])
def test_all_circuits_of_four_inputs(benchmark, max_gates):
    sizes = benchmark.pedantic(count_circuits, (4, FULL, max_gates), {"workers": 2}, rounds=1)
    assert len(sizes) == max_gates
