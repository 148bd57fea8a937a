"""Boolean functions by the networks that compute them: published numbers, theorems, and naive twins."""

import math
from collections import Counter
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.networks.functions import count_functions, positives_by_signs, threshold_functions
from mesaprior.hypotheses.networks.network import parse_network
from tests.hypotheses.networks import plain_networks


def to(m):
    """Return the weights from -m to m."""
    return tuple(range(-m, m + 1))


def naive_threshold_functions(n, weights):
    """Return all functions of a unit with these weights, setting by setting."""
    found = set()
    for *chosen, bias in product(weights, repeat=n + 1):
        values = [plain_networks.fires(chosen, bias, plain_networks.inputs_of(i, n)) for i in range(1 << n)]
        found.add(sum(value << i for i, value in enumerate(values)))
    return sorted(found)


def naive_positives(magnitudes):
    """Return at how many inputs the perceptron is positive, choice of signs by choice of signs."""
    found = []
    for signs in product((1, -1), repeat=len(magnitudes)):
        weights = [sign * magnitude for sign, magnitude in zip(signs, magnitudes, strict=True)]
        found.append(sum(plain_networks.fires(weights, 0, x) for x in product((0, 1), repeat=len(weights))))
    return found


@pytest.mark.parametrize(
    ("n", "enough", "published", "with_fewer"), [(1, 1, 4, None), (2, 2, 14, 13), (3, 3, 104, 100), (4, 5, 1882, 1852)]
)
def test_numbers_of_threshold_functions(n, enough, published, with_fewer):
    functions = threshold_functions(n, to(enough))
    assert len(functions) == len(set(functions)) == published
    # Larger weights add none, smaller ones are not enough.
    assert threshold_functions(n, to(enough + 1)) == functions
    if with_fewer is not None:
        assert len(threshold_functions(n, to(enough - 1))) == with_fewer
    # The complement of a threshold function is one, and so is its dual.
    everything = (1 << (1 << n)) - 1
    assert {everything ^ function for function in functions} == set(functions)


@pytest.mark.parametrize(("n", "weights"), [(1, (0, 1)), (2, (-1, 0, 1)), (2, (-3, 2, 5)), (3, (-2, -1, 1, 2))])
def test_threshold_functions_are_those_of_every_setting(n, weights):
    assert threshold_functions(n, weights) == naive_threshold_functions(n, weights)


def test_parity_of_two_inputs_is_no_threshold_function_and_two_hidden_units_compute_it():
    assert set(range(16)) - set(threshold_functions(2, to(3))) == {6, 9}
    assert {6, 9} <= set(count_functions(2, 2).counted_by_function)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
def test_signs_give_each_number_of_positive_inputs_once(magnitudes):
    sums = Counter(
        sum(s * m for s, m in zip(signs, magnitudes, strict=True))
        for signs in product((-1, 0, 1), repeat=len(magnitudes))
    )
    assume(sums[0] == 1)
    found = positives_by_signs(magnitudes)
    assert sorted(found.tolist()) == list(range(1 << len(magnitudes)))
    assert found.tolist() == naive_positives(magnitudes)
    # So with random signs the function that is never 1 has the share 2^-n.
    assert np.mean(found == 0) == 2.0 ** -len(magnitudes)


def test_signs_of_ten_weights_of_any_kind_of_number():
    generic = [Fraction(1, 3), 0.1, 7, 2**90, math.pi, 1e-9, 12345.678, math.e, Fraction(22, 7), 5.5]
    assert sorted(positives_by_signs(generic).tolist()) == list(range(1024))
    assert positives_by_signs(generic[:4]).tolist() == naive_positives([Fraction(value) for value in generic[:4]])


@pytest.mark.parametrize(
    ("magnitudes", "part"),
    [
        *(([], "1 to 10"), ([1] * 11, "1 to 10"), ([1, 0], "above 0"), ([1, -2], "above 0"), ([1, math.inf], "inf")),
        *(([1, 1], "cancel"), ([1, 2, 3], "cancel"), ([0.5, 1.5, Fraction(2)], "cancel")),
    ],
)
def test_magnitudes_that_are_not_generic_are_refused(magnitudes, part):
    with pytest.raises(UsageError, match=part):
        positives_by_signs(magnitudes)


@pytest.mark.parametrize(("n", "h", "weights"), [(1, 1, to(2)), (2, 0, to(3)), (2, 1, to(1)), (2, 2, (-1, 2))])
def test_counts_of_functions_are_those_of_every_network(n, h, weights):
    counts = count_functions(n, h, weights)
    plain = plain_networks.policies(n, h, 1, weights, range(1 << n), 2)
    expected = Counter()
    for (actions, *norms), count in plain.items():
        expected[(sum(action << i for i, action in enumerate(actions)), *norms)] += count
    rows = zip(counts.function.tolist(), *(column.tolist() for column in counts.columns.values()), strict=True)
    found = dict(zip(rows, counts.count.tolist(), strict=True))
    assert found == expected
    assert list(found) == sorted(found)
    total = Counter()
    for (function, *_), count in expected.items():
        total[function] += count
    assert counts.counted_by_function == total
    assert list(counts.counted_by_function.values()) == sorted(total.values(), reverse=True)
    shares = [Fraction(count, sum(total.values())) for count in total.values()]
    assert counts.entropy == pytest.approx(-sum(float(share) * math.log2(share) for share in shares))
    constants = total[0] + total[(1 << (1 << n)) - 1]
    assert counts.constant_share == pytest.approx(constants / sum(total.values()))
    for function, text in counts.witness.items():
        network = parse_network(text)
        values = [network.run(plain_networks.inputs_of(i, n))[0] for i in range(1 << n)]
        assert sum(value << i for i, value in enumerate(values)) == function
        least = min(key[1] for key in expected if key[0] == function)
        assert sum(weight != 0 for weight in network.weights) == least == counts.least_weights[function]


def test_three_inputs_and_three_hidden_units():
    counts = count_functions(3, 3)
    assert sum(counts.counted_by_function.values()) == 3**16 == counts.shape.n_networks
    assert len(counts.counted_by_function) == 256
    # What depends on the order of the inputs only is as frequent: x0, x1, x2 and x0 and not x1, ...
    assert len({counts.counted_by_function[function] for function in (0xF0, 0xCC, 0xAA)}) == 1
    assert next(iter(counts.counted_by_function)) == 0


@pytest.mark.slow
def test_three_inputs_and_three_hidden_units_against_a_plain_loop():
    plain = np.zeros((256, 17), dtype=np.int64)
    plain_networks.run_every_network(3, 3, plain)
    counts = count_functions(3, 3)
    found = np.zeros_like(plain)
    found[counts.function, counts.columns["weights"]] = counts.count
    assert np.array_equal(found, plain)


@pytest.mark.parametrize(("inputs", "hidden", "part"), [(0, 1, "inputs=0"), (5, 1, "inputs=5"), (4, 7, "64 bits")])
def test_sizes_out_of_range_are_refused(inputs, hidden, part):
    with pytest.raises(UsageError, match=part):
        count_functions(inputs, hidden)
