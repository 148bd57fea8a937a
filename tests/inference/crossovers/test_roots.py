"""Zeros of functions whose zeros are known."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.inference.crossovers.roots import find_zeros, zeros_of_values


@settings(max_examples=100)
@given(st.lists(st.floats(0.05, 9.95), min_size=1, max_size=6, unique=True), st.sampled_from([-3.0, 0.01, 40.0]))
def test_zeros_of_polynomials(roots, scale):
    roots = sorted(roots)
    apart = min((b - a for a, b in itertools.pairwise(roots)), default=1)
    if apart < 0.02:
        return

    def function(x):
        return scale * np.prod([x - root for root in roots], axis=0)

    found = find_zeros(function, np.linspace(0, 10, 1001)).found
    assert [zero.kind for zero in found] == ["root"] * len(roots)
    assert [zero.value for zero in found] == pytest.approx(roots, abs=1e-8)


def test_two_zeros_between_neighbours_of_the_grid_show_as_a_dip():
    found = find_zeros(lambda x: (x - 0.501) * (x - 0.502), np.linspace(0, 1, 11)).found
    assert [zero.value for zero in found] == pytest.approx([0.501, 0.502], abs=1e-9)


def test_a_dip_that_does_not_reach_0_is_no_zero():
    zeros = find_zeros(lambda x: (x - 0.501) ** 2 + 0.01, np.linspace(0, 1, 11))
    assert zeros.found == ()
    assert (zeros.closest, zeros.distance) == pytest.approx((0.5, 0.010001))


def test_zeros_on_the_grid_are_found_once():
    found = find_zeros(lambda x: x - 0.5, np.linspace(0, 1, 11)).found
    assert [(zero.kind, zero.value) for zero in found] == [("root", 0.5)]
    at_the_end = find_zeros(lambda x: x, np.linspace(0, 1, 11)).found
    assert [(zero.kind, zero.value) for zero in at_the_end] == [("root", 0.0)]
    assert math.isnan(at_the_end[0].before)


def test_a_zero_that_is_touched():
    found = find_zeros(lambda x: -np.abs(x - 0.5), np.linspace(0, 1, 11)).found
    assert [(zero.kind, zero.value) for zero in found] == [("root", 0.5)]
    assert found[0].before < 0 > found[0].after


def test_jumps_however_small():
    found = find_zeros(lambda x: np.where(x < 0.3141, -2e-6, 3e-7) + 1e-8 * x, np.linspace(0, 1, 11)).found
    assert [zero.kind for zero in found] == ["jump"]
    assert found[0].value == pytest.approx(0.3141, abs=1e-9)
    slow = find_zeros(lambda x: 1e-6 * (x - 0.3141), np.linspace(0, 1, 11)).found
    assert [(zero.kind, zero.value) for zero in slow] == [("root", pytest.approx(0.3141))]


def test_jumps():
    def function(x):
        return np.where(x < 0.3141, -2.0, np.where(x < 0.7, math.inf, -1.0))

    found = find_zeros(function, np.linspace(0, 1, 11)).found
    assert [zero.kind for zero in found] == ["jump", "jump"]
    assert found[0].value == pytest.approx(0.3141, abs=1e-9)
    assert function(np.array([found[0].value]))[0] == found[0].after == math.inf
    assert (found[1].before, found[1].after) == (math.inf, -1.0)


@pytest.mark.parametrize("grid", [np.linspace(-1, 1, 11), np.linspace(-1, 1.5, 12), np.linspace(0, 1, 11)])
def test_a_jump_at_0_comes_to_an_end(grid):
    found = find_zeros(lambda x: np.where(x > 0, 2.0, -1.0), grid).found
    assert [(zero.kind, zero.before, zero.after) for zero in found] == [("jump", -1.0, 2.0)]
    assert 0 < found[0].value < 1e-300


def test_a_range_of_zeros():
    found = find_zeros(lambda x: np.where(x < 0.35, -1.0, np.where(x < 0.65, 0.0, 1.0)), np.linspace(0, 1, 11)).found
    assert [zero.kind for zero in found] == ["level"]
    assert (found[0].value, found[0].until) == pytest.approx((0.4, 0.6))


def test_where_nothing_is_defined_nothing_is_found():
    zeros = find_zeros(lambda x: np.full(x.shape, math.nan), np.linspace(0, 1, 11))
    assert zeros.found == ()
    assert math.isnan(zeros.closest)
    parted = find_zeros(lambda x: np.where(x < 0.4, -1.0, np.where(x < 0.6, math.nan, 1.0)), np.linspace(0, 1, 11))
    assert parted.found == ()


@settings(max_examples=300)
@given(st.lists(st.sampled_from([-math.inf, -2.0, 0.0, 0.0, 3.0, math.inf, math.nan]), max_size=9))
def test_from_the_zeros_of_few_values_the_sign_at_each_can_be_told(y):
    x = [2.0 * k for k in range(len(y))]
    found = zeros_of_values(np.array(x), np.array(y))
    defined = [value for value in y if not math.isnan(value)]
    # Walk along the values and let nothing but the zeros change the sign.
    sign = np.sign(defined[0]) if defined else math.nan
    for at, value in zip(x, y, strict=True):
        for zero in found:
            if zero.value == at:
                assert not zero.before or math.isnan(zero.before) or np.sign(zero.before) == sign
                sign = 0 if zero.kind == "level" else np.sign(zero.after)
            if zero.kind == "level" and zero.until < at and at - 2 <= zero.until:
                sign = np.sign(zero.after)
        if not math.isnan(value):
            assert sign == np.sign(value), (at, found)
    # And each of them is needed.
    for zero in found:
        if zero.kind == "level":
            assert all(value == 0 for at, value in zip(x, y, strict=True) if zero.value <= at <= zero.until)
        else:
            assert zero.before * zero.after < 0


@pytest.mark.parametrize(
    ("y", "want"),
    [
        ((0, 0, 3), [("level", 0, 1, None, 3)]),
        ((0, 3, 0), [("level", 0, 0, None, 3), ("level", 2, 2, 3, None)]),
        ((0, -3, 0), [("level", 0, 0, None, -3), ("level", 2, 2, -3, None)]),
        ((2, 0, -3), [("level", 1, 1, 2, -3)]),
        ((2, 0, 3), [("level", 1, 1, 2, 3)]),
        ((2, 0, math.nan, -3, 1), [("level", 1, 1, 2, -3), ("step", 4, 4, -3, 1)]),
        ((0,), [("level", 0, 0, None, None)]),
        ((2, math.nan, -3), [("step", 2, 2, 2, -3)]),
        ((1, 2, math.nan), []),
    ],
)
def test_zeros_of_few_values_by_hand(y, want):
    found = zeros_of_values(np.arange(float(len(y))), np.array(y, dtype=float))
    told = [(z.kind, z.value, z.until, *(None if math.isnan(v) else v for v in (z.before, z.after))) for z in found]
    assert told == want
