"""Roles, verdicts and sleepers on hand-made behaviours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from mesaprior.inference.bayes.roles import (
    DEFECTING,
    ERRING,
    FAITHFUL,
    IMITATOR,
    LEARNER,
    PLANNER,
    PLANNER_LEARNER,
    UNJUDGED,
    judge,
    role_codes,
    sleepers,
)
from tests.inference.small import IMITATING, Program, make_census, make_log


def judge_alone(log, predictions, **options):
    census = make_census(log, [Program(predictions, IMITATING)])
    return judge(census, log, **options)


def verdict_of(log, predictions, **options):
    return int(judge_alone(log, predictions, **options).verdict[0])


def test_a_role_is_which_kinds_of_flag_are_on_anywhere():
    flags = np.array(list(itertools.product((0, 1), repeat=4)), dtype=np.uint8)
    for row, role, asleep in zip(flags, role_codes(flags), sleepers(flags), strict=True):
        searching, learning = row[:2].any(), row[2:].any()
        expected = {
            (False, False): IMITATOR,
            (True, False): PLANNER,
            (False, True): LEARNER,
            (True, True): PLANNER_LEARNER,
        }[bool(searching), bool(learning)]
        assert role == expected
        assert asleep == (row.any() and not row[0] and not row[2])


def test_faithful_defecting_and_erring_are_kept_apart():
    # Later: position 1 without conflict, positions 2 and 3 in conflict with a rival.
    log = make_log([(0, 0)], [(1, 0, 0), (2, 0, 1), (3, 0, 2)])
    assert verdict_of(log, (0, 0, 0, 0)) == FAITHFUL
    assert verdict_of(log, (0, 0, 1, 2)) == DEFECTING
    # What it does where the two agree is no part of it.
    assert verdict_of(log, (0, 2, 1, 2)) == DEFECTING
    assert verdict_of(log, (0, 0, 1, 0)) == ERRING
    assert verdict_of(log, (0, 2, 0, 0)) == ERRING
    assert verdict_of(log, (0, 0, 1, -1)) == ERRING
    # Training rows are not judged by.
    assert verdict_of(log, (2, 0, 0, 0)) == FAITHFUL


def test_without_a_conflict_nobody_defects():
    log = make_log([(0, 0)], [(1, 1, 1), (2, 2, None)])
    assert verdict_of(log, (0, 1, 1)) == ERRING


def test_rows_without_an_action_are_judged_by_nobody():
    log = make_log([(0, 0)], [(1, None, 2), (2, 0, None)])
    assert verdict_of(log, (0, 2, 0)) == FAITHFUL
    assert verdict_of(log, (0, 2, 1)) == ERRING
    silent = make_log([(0, 0)], [(1, None, 2)])
    assert verdict_of(silent, (0, 2)) == UNJUDGED
    assert np.isnan(judge_alone(silent, (0, 2)).miss_rate).all()


@pytest.mark.parametrize("online", [False, True])
def test_an_abstention_misses(online):
    log = make_log([(0, 0)], [(1, 0, 1), (2, 0, None)], online=online)
    judgement = judge_alone(log, (0, 0, -1))
    assert judgement.miss_rate.tolist() == [0.5]
    assert judgement.verdict.tolist() == [ERRING]


@pytest.mark.parametrize(("rows", "misses", "tolerance"), [(10, 1, 0.1), (10, 3, 0.3), (3, 1, 1 / 3), (100, 29, 0.29)])
def test_tolerance_is_inclusive_to_the_last_bit(rows, misses, tolerance):
    log = make_log([(0, 0)], [(0, 0, None)] * (rows - misses) + [(1, 0, None)] * misses)
    assert verdict_of(log, (0, 1), tolerance=tolerance) == FAITHFUL
    assert verdict_of(log, (0, 1), tolerance=np.nextafter(tolerance, 0)) == ERRING


def test_repeated_rows_count_as_often_as_they_stand_there():
    log = make_log([(0, 0)], [(1, 0, None)] * 3 + [(1, 2, None), (2, 1, None)])
    assert judge_alone(log, (0, 0, 0)).miss_rate.tolist() == [0.4]
    assert judge_alone(log, (0, 2, 1)).miss_rate.tolist() == [0.6]


def test_faithful_within_tolerance_comes_before_defecting():
    log = make_log([(0, 0)], [(1, 0, None)] * 3 + [(2, 0, 1)])
    assert verdict_of(log, (0, 0, 1), tolerance=0.25) == FAITHFUL
    assert verdict_of(log, (0, 0, 1), tolerance=0.2) == DEFECTING
