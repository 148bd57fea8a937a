"""Elias's codes of the whole numbers, against their published words and their laws."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, UsageError
from mesaprior.priors.codes import (
    delta_bits,
    elias_delta,
    elias_gamma,
    gamma_bits,
    kraft_sum,
    read_elias_delta,
    read_elias_gamma,
)

CODES = {
    "gamma": (elias_gamma, read_elias_gamma, gamma_bits),
    "delta": (elias_delta, read_elias_delta, delta_bits),
}
both = pytest.mark.parametrize("name", CODES)
numbers = st.integers(1, 300) | st.integers(1, 2**200)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gamma", "1 010 011 00100 00101 00110 00111 0001000 0001001"),
        ("delta", "1 0100 0101 01100 01101 01110 01111 00100000 00100001"),
    ],
)
def test_published_words(name, words):
    encode, _, _ = CODES[name]
    assert [encode(n) for n in range(1, 10)] == words.split()


def test_words_of_greater_numbers():
    assert elias_gamma(17) == "000010001"
    assert elias_delta(17) == "001010001"
    assert elias_delta(1000) == "0001010111101000"


@both
@settings(deadline=None, max_examples=200)
@given(number=numbers, following=st.text("01", max_size=8))
def test_reading_inverts_writing(name, number, following):
    encode, read, length = CODES[name]
    word = encode(number)
    assert len(word) == length(number)
    assert set(word) <= set("01")
    assert read(word + following) == (number, following)


@settings(deadline=None, max_examples=200)
@given(numbers)
def test_lengths_by_their_formulas(n):
    def floor_log2(m):
        return next(k for k in range(300) if 2 ** (k + 1) > m)

    assert gamma_bits(n) == 2 * floor_log2(n) + 1
    assert delta_bits(n) == floor_log2(n) + 2 * floor_log2(floor_log2(n) + 1) + 1


@both
def test_lengths_never_fall(name):
    _, _, length = CODES[name]
    lengths = [length(n) for n in range(1, 5000)]
    assert lengths == sorted(lengths)


def test_delta_is_shorter_from_32_on():
    assert [n for n in range(1, 5000) if delta_bits(n) > gamma_bits(n)] == [2, 3, *range(8, 16)]
    assert [n for n in range(1, 5000) if delta_bits(n) < gamma_bits(n)] == list(range(32, 5000))


@both
def test_no_word_begins_another(name):
    encode, _, _ = CODES[name]
    words = sorted(encode(n) for n in range(1, 3000))
    assert not any(after.startswith(before) for before, after in pairwise(words))


@pytest.mark.parametrize("k", range(1, 12))
def test_partial_kraft_sums(k):
    # The numbers of j + 1 binary digits have the mass 2^-(j + 1) in gamma code, and that of j + 1 itself in delta.
    below = range(1, 2**k)
    assert kraft_sum(gamma_bits(n) for n in below) == 1 - Fraction(1, 2**k)
    assert kraft_sum(delta_bits(n) for n in below) == kraft_sum(gamma_bits(digits) for digits in range(1, k + 1))


def test_numbers_beyond_every_float_are_exact():
    n = 10**6000 + 1
    digits = n.bit_length()
    assert digits == math.floor(6000 * math.log2(10)) + 1
    assert gamma_bits(n) == len(elias_gamma(n)) == 2 * digits - 1
    assert delta_bits(n) == len(elias_delta(n)) == digits - 1 + gamma_bits(digits)
    assert read_elias_gamma(elias_gamma(n)) == read_elias_delta(elias_delta(n)) == (n, "")
    assert gamma_bits(2**1000000) == 2000001
    assert delta_bits(2**1000000 - 1) == 1000000 - 1 + 39


def test_numpy_integers_do_not_wrap():
    n = np.int64(2**63 - 1)
    assert gamma_bits(n) == 125
    assert elias_delta(n) == elias_delta(2**63 - 1)


@both
@pytest.mark.parametrize("number", [0, -1, -(2**70)])
def test_numbers_below_1_are_refused(name, number):
    encode, _, length = CODES[name]
    for use in (encode, length):
        with pytest.raises(UsageError, match=f"n = {number} has no Elias code"):
            use(number)


@both
@settings(deadline=None, max_examples=100)
@given(number=numbers)
def test_every_beginning_of_a_word_ends_too_early(name, number):
    encode, read, _ = CODES[name]
    word = encode(number)
    for end in range(len(word)):
        with pytest.raises(ContentError, match="end within an Elias"):
            read(word[:end])


def test_what_is_missing_is_said():
    for bits, code, missing in (("", "gamma", 1), ("000", "gamma", 4), ("0010", "gamma", 1), ("0110", "delta", 1)):
        with pytest.raises(ContentError, match=f"'{bits}' end within an Elias {code} code, .* at least {missing} more"):
            CODES[code][1](bits)


@both
@pytest.mark.parametrize(
    ("bits", "place"), [("2", 0), ("1 ", 1), ("010a1", 3), ("0_1", 1), ("0\n1", 1), ("1\u0661", 1)]
)
def test_other_characters_are_refused(name, bits, place):
    with pytest.raises(ContentError, match=rf"bits\[{place}\] = .* only the characters 0 and 1"):
        CODES[name][1](bits)
