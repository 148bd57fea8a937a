"""Optimal code lengths against a search over all codes, and canonical code words."""

import math
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, UsageError
from mesaprior.priors.codes import canonical_code, entropy_bits, huffman_bits, kraft_sum, mean_bits

WEIGHTS = st.integers(0, 20) | st.floats(0, 1e300) | st.fractions(0, 5)

# No optimal code of n symbols needs a word of more than n - 1 bits.
CODES = {n: [bits for bits in product(range(1, n), repeat=n) if kraft_sum(bits) <= 1] for n in range(2, 6)}


def is_prefix_free(words):
    ordered = sorted(words)
    return not any(after.startswith(before) for before, after in pairwise(ordered))


@settings(deadline=None, max_examples=300)
@given(st.lists(st.integers(0, 12), min_size=2, max_size=5))
def test_no_code_is_shorter_on_average_or_has_a_shorter_longest_word(weights):
    def cost(bits):
        return sum(weight * length for weight, length in zip(weights, bits, strict=True)), max(bits)

    assert cost(huffman_bits(weights)) == min(map(cost, CODES[len(weights)]))


@settings(deadline=None, max_examples=200)
@given(st.lists(WEIGHTS, min_size=2, max_size=40))
def test_huffman_codes_are_complete_and_give_the_heavier_symbol_no_longer_word(weights):
    bits = huffman_bits(weights)
    assert kraft_sum(bits) == 1
    assert min(bits) >= 1
    by_weight = sorted(zip(weights, bits, strict=True))
    for (less, longer), (more, shorter) in pairwise(by_weight):
        assert less == more or longer >= shorter


@settings(deadline=None, max_examples=200)
@given(st.lists(WEIGHTS, min_size=2, max_size=40).filter(lambda weights: sum(map(bool, weights)) >= 2))
def test_mean_is_within_one_bit_of_the_entropy(weights):
    mean, entropy = float(mean_bits(weights, huffman_bits(weights))), entropy_bits(weights)
    assert entropy - 1e-12 <= mean < entropy + 1 + 1e-12
    assert 0 <= entropy <= math.log2(len(weights)) + 1e-12


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ([], []),
        ([0], [1]),
        ([7.5], [1]),
        ([3, 1], [1, 1]),
        ([0, 0, 0], [2, 2, 1]),
        ([1, 1, 2, 3, 5, 8, 13], [6, 6, 5, 4, 3, 2, 1]),
        # Words of 1 to 3 bits would be as good on average.
        ([1, 1, 2, 2], [2, 2, 2, 2]),
    ],
)
def test_known_codes(weights, expected):
    assert huffman_bits(weights) == expected


def test_huffmans_own_example():
    # Table II of Huffman (1952), in hundredths: 3.42 bits on average, with words of up to 6 bits; 5 are enough.
    weights = [20, 18, 10, 10, 10, 6, 6, 4, 4, 4, 4, 3, 1]
    his = [2, 3, 3, 3, 3, 4, 5, 5, 5, 5, 5, 6, 6]
    bits = huffman_bits(weights)
    assert mean_bits(weights, bits) == mean_bits(weights, his) == Fraction(342, 100)
    assert max(bits) == 5


@pytest.mark.parametrize("k", range(1, 8))
def test_equal_weights_of_a_power_of_two_get_equal_lengths(k):
    for weight in (0, 1, 0.1, Fraction(1, 3)):
        assert huffman_bits([weight] * 2**k) == [k] * 2**k


def test_weights_are_compared_exactly():
    # As floats, the last three are equal; the two lightest are merged first.
    third = Fraction(1, 3)
    assert huffman_bits([third + Fraction(1, 10**30), third, third]) == [1, 2, 2]
    assert huffman_bits([10**400, 10**400 + 1, 1]) == [2, 1, 2]
    assert huffman_bits([0.1, 0.2, 0.3]) == [2, 2, 1]


def test_numpy_weights_do_not_wrap():
    weights = np.array([2**62] * 4 + [1])
    assert huffman_bits(list(weights)) == huffman_bits([int(weight) for weight in weights])
    assert mean_bits(weights, np.array([1] * 5)) == 1
    assert huffman_bits(list(np.array([1, 2, 4], dtype=np.float32))) == [2, 2, 1]


def test_ties_are_broken_by_order():
    assert huffman_bits([1, 1, 1]) == [2, 2, 1]
    assert huffman_bits([1] * 6) == huffman_bits([5] * 6) == [3, 3, 3, 3, 2, 2]


@pytest.mark.parametrize("weight", [-1, -0.5, math.inf, math.nan, Fraction(-1, 9), "1", None, 1j])
def test_weights_out_of_range_are_refused(weight):
    for use in (huffman_bits, entropy_bits, lambda weights: mean_bits(weights, [1] * len(weights))):
        for before in ([], [1, 2.5]):
            with pytest.raises(UsageError, match=rf"weights\[{len(before)}\] = .* out of range; write a finite"):
                use([*before, weight])


def test_means_that_do_not_exist_are_refused():
    for weights in ([], [0], [0, 0.0]):
        with pytest.raises(UsageError, match="sum to 0"):
            entropy_bits(weights)
        with pytest.raises(UsageError, match="sum to 0"):
            mean_bits(weights, [1] * len(weights))
    with pytest.raises(UsageError, match="2 weights and 3 lengths"):
        mean_bits([1, 2], [1, 2, 2])


def test_mean_and_entropy_of_known_weights():
    assert mean_bits([1, Fraction(1, 2), 0.5], [1, 2, 2]) == Fraction(3, 2)
    assert entropy_bits([2, 1, 1]) == 1.5
    assert entropy_bits([5]) == entropy_bits([0, 3, 0]) == 0
    assert entropy_bits([1, 1, 1]) == pytest.approx(math.log2(3), rel=1e-15)


def test_entropy_of_a_nearly_certain_symbol_keeps_its_precision():
    # p log2(1/p) + (1 - p) / ln 2 for p = 2^-80; 1 - p is 1 in floats.
    assert entropy_bits([2**80 - 1, 1]) == pytest.approx((80 + 1 / math.log(2)) * 2.0**-80, rel=1e-14)
    assert entropy_bits([10**5000, 1]) == 0


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(1, 12), max_size=30))
def test_canonical_code(bits):
    if kraft_sum(bits) > 1:
        with pytest.raises(ContentError, match="Kraft's inequality"):
            canonical_code(bits)
        return
    words = canonical_code(bits)
    assert [len(word) for word in words] == bits
    assert set("".join(words)) <= set("01")
    assert len(set(words)) == len(words)
    assert is_prefix_free(words)
    ordered = sorted(words, key=len)
    assert ordered == sorted(words)


@settings(deadline=None, max_examples=100)
@given(st.lists(WEIGHTS, min_size=1, max_size=30))
def test_huffman_lengths_have_a_canonical_code(weights):
    bits = huffman_bits(weights)
    assert [len(word) for word in canonical_code(bits)] == bits


def test_known_canonical_codes():
    assert canonical_code([]) == []
    assert canonical_code([3]) == ["000"]
    assert canonical_code([2, 1, 3, 3]) == ["10", "0", "110", "111"]
    # RFC 1951, section 3.2.2: the lengths of the symbols A to H and their code words.
    expected = ["010", "011", "100", "101", "110", "00", "1110", "1111"]
    assert canonical_code([3, 3, 3, 3, 3, 2, 4, 4]) == expected
    assert canonical_code(np.array([2000, 1])) == ["1" + "0" * 1999, "0"]


def test_lengths_without_a_code_are_refused():
    with pytest.raises(ContentError, match=r"bits\[3\] = 2: the lengths break Kraft's inequality"):
        canonical_code([2, 2, 1, 2])
    for bits in ([0], [1, -1]):
        with pytest.raises(ContentError, match=rf"bits\[{len(bits) - 1}\] = .* is no length"):
            canonical_code(bits)
