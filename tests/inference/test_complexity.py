"""The complexity of strings: shares that sum to one, depth, and equal counts with equal bits."""

from collections import defaultdict
from fractions import Fraction
from math import fsum, inf, log2

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.turing.strings.counting import count_strings
from mesaprior.inference.strings.complexity import COLUMNS, string_prior
from mesaprior.priors.prior import make_prior
from tests.hypotheses.turing import plain_machines

FORMULAS = [None, "2**-length", "2**-length / time", "2**-length / time**2", "2**-(length + time)", "levin"]


@pytest.fixture(scope="module")
def tables():
    return {n: count_strings(n) for n in (1, 2, 3, 4)}


def weighed(table, formula):
    return string_prior(table, formula and make_prior(formula))


@pytest.mark.parametrize("formula", FORMULAS)
def test_shares_sum_to_one(tables, formula):
    for table in tables.values():
        result = weighed(table, formula)
        assert fsum(2.0**-result.bits) == pytest.approx(1, abs=1e-12)
        assert sum(result.count.tolist()) == 2 * table.verdicts["halted"]
        assert result.bits.min() >= 0
        assert len(result.strings) == len(result.count) == len(result.bits) == len(result.depth)


@pytest.mark.parametrize("formula", FORMULAS)
def test_the_likeliest_stand_first(tables, formula):
    for table in tables.values():
        result = weighed(table, formula)
        facts = zip(result.bits.tolist(), (-result.count.astype(np.int64)).tolist(), result.strings, strict=True)
        keys = [(bits, less, len(string), string) for bits, less, string in facts]
        assert keys == sorted(keys)


def test_without_a_prior_bits_are_those_of_the_counts(tables):
    for table in tables.values():
        result = string_prior(table)
        counts = table.output_counts()
        assert dict(zip(result.strings, result.count.tolist(), strict=True)) == counts
        assert list(result.strings) == list(counts)
        total = sum(counts.values())
        for count, bits in zip(result.count.tolist(), result.bits.tolist(), strict=True):
            share = Fraction(count, total)
            assert bits == pytest.approx(log2(share.denominator) - log2(share.numerator), abs=1e-12)
        # Equal counts have equal bits, to the last digit.
        by_count = defaultdict(set)
        for count, bits in zip(result.count.tolist(), result.bits.tolist(), strict=True):
            by_count[count].add(bits)
        assert all(len(bits) == 1 for bits in by_count.values())
        # All machines are of one length, so a prior over lengths alone changes nothing.
        alike = weighed(table, "2**-length")
        bits = dict(zip(result.strings, result.bits.tolist(), strict=True))
        assert dict(zip(alike.strings, alike.bits.tolist(), strict=True)) == pytest.approx(bits, abs=1e-12)


def test_depth_is_the_least_time_of_any_machine(tables):
    for n, runs in ((2, plain_machines.strings(2, 6)), (3, plain_machines.strings_compiled(3, 21, 12))):
        least = {}
        for string, steps in runs:
            for text in (string, "".join("10"[int(cell)] for cell in string)):
                least[text] = min(least.get(text, steps), steps)
        for formula in FORMULAS:
            result = weighed(tables[n], formula)
            assert dict(zip(result.strings, result.depth.tolist(), strict=True)) == least
    # A machine does as many steps as it has cells to visit, at the least.
    four = string_prior(tables[4])
    assert all(depth >= len(string) for string, depth in zip(four.strings, four.depth.tolist(), strict=True))


def test_a_prior_moves_bits_to_slow_strings(tables):
    plain, fast = string_prior(tables[3]), weighed(tables[3], "2**-length / time**3")
    before = dict(zip(plain.strings, plain.bits.tolist(), strict=True))
    after = dict(zip(fast.strings, fast.bits.tolist(), strict=True))
    assert after["0"] < before["0"]
    slowest = max(zip(plain.depth.tolist(), plain.strings, strict=True))[1]
    assert after[slowest] > before[slowest] + 3


def test_a_bound_that_leaves_strings_out(tables):
    result = weighed(tables[2], "Piecewise((1, time <= 1), (0, True))")
    assert list(result.strings[:2]) == ["0", "1"]
    assert result.bits.tolist() == [1, 1] + [inf] * 20
    assert not np.isnan(weighed(tables[2], "Piecewise((1, time <= 0), (0, True))").bits).any()


def test_other_columns_are_refused(tables):
    assert COLUMNS == ("length", "time", "infer_time")
    with pytest.raises(UsageError, match="gates"):
        weighed(tables[1], "2**-gates")
