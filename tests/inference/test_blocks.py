"""Complexities of long strings, against block decomposition in plain Python and published values."""

from collections import Counter
from itertools import product
from math import inf, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.turing.strings.counting import count_strings
from mesaprior.inference.strings.blocks import DEFAULT_BLOCK, string_complexities
from mesaprior.inference.strings.complexity import string_prior
from mesaprior.priors.prior import make_prior
from tests.hypotheses.turing import plain_machines

texts = st.text("01", min_size=1, max_size=40)


def plain_runs():
    """Return how many runs print each string, of all machines of three states, one by one on zeros and on ones."""
    runs = Counter()
    for (string, _), count in plain_machines.strings_compiled(3, 21, 12).items():
        runs[string] += count
        runs["".join("10"[int(cell)] for cell in string)] += count
    return runs


def plain_decomposition(runs, string, size):
    """Return the bits of a string by block decomposition, or inf: every block is compared with every other one."""
    blocks = []
    while string:
        blocks.append(string[:size])
        string = string[size:]
    total, bits, seen = sum(runs.values()), 0.0, []
    for block in blocks:
        if block in seen:
            continue
        seen.append(block)
        if block not in runs:
            return inf
        times = sum(1 for other in blocks if other == block)
        bits += -log2(runs[block] / total) + log2(times)
    return bits


@pytest.fixture(scope="module")
def runs():
    return plain_runs()


@pytest.fixture(scope="module")
def three():
    return string_prior(count_strings(3))


@given(string=texts, size=st.integers(1, 6))
def test_bits_are_those_of_the_plain_sum(string, size, runs, three):
    expected = plain_decomposition(runs, string, size)
    if expected == inf and len(string) > size:
        with pytest.raises(RunError, match=r"no run that was counted prints the block"):
            string_complexities(three, [string], block=size)
        return
    (one,) = string_complexities(three, [string], block=size)
    assert one.bits == pytest.approx(expected, abs=1e-10)
    assert (one.method, one.count) == ("blocks" if len(string) > size else "table", runs[string])
    assert (one.depth is None) == (string not in runs)
    if one.method == "blocks":
        assert Counter({block.string: block.times for block in one.blocks}) == Counter(
            string[i : i + size] for i in range(0, len(string), size)
        )
        assert all(block.bits == pytest.approx(plain_decomposition(runs, block.string, 12)) for block in one.blocks)


@given(string=texts)
def test_the_order_of_the_blocks_changes_no_digit(string, three):
    blocks = [string[i : i + 4] for i in range(0, len(string) - 3, 4)]
    if len(blocks) > 1:
        forth, back = string_complexities(three, ["".join(blocks), "".join(reversed(blocks))], block=4)
        assert forth.bits == back.bits


def test_without_a_size_only_what_is_long_and_not_printed_is_cut(three):
    four = string_prior(count_strings(4))
    longest = max(four.strings, key=len)
    assert len(longest) > DEFAULT_BLOCK == 12
    cut, whole, short, other = string_complexities(four, ["0" * 24, longest, "0110", "0" * 12])
    assert [one.method for one in (cut, whole, short, other)] == ["blocks", "table", "table", "table"]
    assert cut.bits == pytest.approx(other.bits + 1)
    assert (cut.count, cut.depth, cut.blocks) == (0, None, (("0" * 12, 2, other.bits),))
    assert (whole.bits, whole.blocks) == (four.bits_of(longest), ())
    # A short string that nothing prints is not cut.
    (absent,) = string_complexities(three, ["010101010101"])
    assert (absent.bits, absent.method, absent.depth) == (inf, "table", None)


def test_blocks_are_weighed_by_the_prior(three):
    prior = make_prior("2**-length / time**2")
    weighed = string_prior(count_strings(3), prior)
    (one,) = string_complexities(weighed, ["0110" * 3 + "01"], block=4)
    assert one.bits == pytest.approx(weighed.bits_of("0110") + log2(3) + weighed.bits_of("01"))
    (plain,) = string_complexities(three, ["0110" * 3 + "01"], block=4)
    assert one.bits != pytest.approx(plain.bits, abs=0.01)


def test_what_is_advised_does(three):
    with pytest.raises(RunError, match="block=5, since every string of up to 5 cells has bits"):
        string_complexities(three, ["010" * 9], block=9)
    everything = "".join("".join(bits) for bits in product("01", repeat=5))
    assert string_complexities(three, [everything], block=5)[0].method == "blocks"
    absent = [bits for bits in map("".join, product("01", repeat=6)) if bits not in three.places]
    assert absent
    with pytest.raises(RunError, match=f"prints the block {absent[0]}, so"):
        string_complexities(three, [absent[0] * 2, absent[0] * 3], block=6)


@pytest.mark.parametrize(("strings", "block"), [(["01", ""], 2), (["012"], 2), (["01"], 0), (["01"], -3)])
def test_bad_input_is_refused(strings, block, three):
    with pytest.raises(UsageError):
        string_complexities(three, strings, block=block)


# Values that the authors' implementation publishes with its tests, of the table of 5 states and blocks of 12 cells
# (Zenil et al. 2018); and three times the same block.
PUBLISHED = {
    "0" * 24: 26.610413747641715,
    "0" * 12 + "1" * 12: 51.22082749528343,
    "0" * 6 + "1" * 12 + "0" * 18 + "1" * 12: 114.06151272200972,
    "01" * 18: 28.5757,
}


@pytest.mark.slow
def test_published_values_of_five_states():
    five = string_prior(count_strings(5, 500, workers=2))
    assert len(five.strings) == 99608
    found = string_complexities(five, list(PUBLISHED), block=12)
    for one, bits in zip(found, PUBLISHED.values(), strict=True):
        assert one.bits == pytest.approx(bits, abs=1e-10 if bits != 28.5757 else 5e-5)
    # Two strings of 12 cells are printed by no machine of five states.
    with pytest.raises(RunError, match=r"the block 000110100111, so .* take block=11, since"):
        string_complexities(five, ["000110100111" * 2])
