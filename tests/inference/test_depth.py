"""Logical depth against the least time of programs written down one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.roles import shortest
from mesaprior.inference.robustness.depth import logical_depth
from tests.inference.small import IMITATING, SEARCHING, Program, cases, make_census, make_log

bits = st.one_of(st.integers(0, 8), st.floats(0, 8), st.just(math.inf))


def programs_by_behaviour(census, programs):
    cells = census.predictions.shape[1]
    return [
        [p for p in programs if (list(p.predictions[:cells]), list(p.flags)) == (predictions, flags)]
        for predictions, flags in zip(census.predictions.tolist(), census.flags.tolist(), strict=True)
    ]


@given(cases(), st.lists(bits, max_size=5))
def test_depth_is_the_least_time_of_the_nearly_shortest_programs(case, significance):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    depth = logical_depth(census, significance)
    assert depth.shape == (len(census.predictions), len(significance))
    assert depth.dtype == np.int64
    for mine, found in zip(programs_by_behaviour(census, programs), depth.tolist(), strict=True):
        least = min(p.length for p in mine)
        assert found == [min(p.time for p in mine if p.length <= least + s) for s in significance]


@given(cases(), st.lists(bits, min_size=2, max_size=5))
def test_more_bits_never_take_more_time(case, significance):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    assert (np.diff(logical_depth(census, sorted(significance)), axis=1) <= 0).all()


@given(cases())
def test_the_ends_are_the_witness_and_the_fastest_program(case):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    depth = logical_depth(census, [0, math.inf])
    assert depth[:, 0].tolist() == shortest(census)[1].tolist()
    fastest = [min(p.time for p in mine) for mine in programs_by_behaviour(census, programs)]
    assert depth[:, 1].tolist() == fastest


def test_a_longer_program_that_is_faster_counts_from_its_length_on():
    log = make_log([(0, 0)])
    programs = [
        Program((0,), IMITATING, 3, 100),
        Program((0,), IMITATING, 5, 7),
        Program((0,), IMITATING, 6, 50),
        Program((0,), SEARCHING, 5, 2**62),
        Program((0,), SEARCHING, 9, 1),
    ]
    depth = logical_depth(make_census(log, programs), (0, 1.999, 2, 3, 4, math.inf))
    assert depth.tolist() == [[100, 100, 7, 7, 7, 7], [2**62, 2**62, 2**62, 2**62, 1, 1]]


def test_lengths_need_not_be_whole():
    log = make_log([(0, 0)])
    programs = [Program((0,), IMITATING, 2.25, 9), Program((0,), IMITATING, 2.75, 4), Program((0,), IMITATING, 3.5, 2)]
    assert logical_depth(make_census(log, programs), [0, 0.25, 0.5, 1.25]).tolist() == [[9, 9, 4, 2]]


@pytest.mark.parametrize("wrong", [-1, -1e-9, -math.inf, math.nan])
def test_a_significance_that_is_no_number_of_bits_is_refused(wrong):
    census = make_census(make_log([(0, 0)]), [Program((0,))])
    with pytest.raises(UsageError, match=rf"significance {wrong!r} is no number of bits; give 0 or more"):
        logical_depth(census, [0, wrong])
