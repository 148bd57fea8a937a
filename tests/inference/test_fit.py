"""Hits in training beside yardsticks, against counting by hand."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.inference.bayes.fit import always_of, fit_of
from mesaprior.inference.bayes.posterior import posterior
from tests.inference.small import IMITATING, SIMPLICITY, Program, make_census, make_log

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=12)


@given(ROWS)
def test_yardsticks_are_those_of_counting(rows):
    log = make_log(rows)
    fit = fit_of(log, 3, np.array([0, len(rows)]))
    actions = Counter(action for _, action in rows)
    assert fit.chance == len(rows) / 3
    assert fit.most_frequent == max(actions.values())
    assert actions[fit.most_frequent_action] == fit.most_frequent
    by_situation = Counter(rows)
    best = {}
    for (situation, _), n in by_situation.items():
        best[situation] = max(best.get(situation, 0), n)
    assert fit.best_table == sum(best.values())
    assert fit.is_beaten == (fit.most_frequent < len(rows))


def test_hits_are_those_of_each_behaviour():
    log = make_log([(0, 1), (1, 0), (0, 1)])
    programs = [Program((1, 1), IMITATING), Program((0, 0), IMITATING), Program((-1, 0), IMITATING)]
    census = make_census(log, programs)
    result = posterior(census, log, SIMPLICITY)
    found = {
        tuple(row): (int(hits), int(misses))
        for row, hits, misses in zip(census.predictions.tolist(), result.hits, result.misses_in_training, strict=True)
    }
    assert found == {(1, 1): (2, 1), (0, 0): (1, 2), (-1, 0): (1, 0)}
    assert not result.fit.is_beaten


def test_always():
    assert always_of(np.array([2, 2, 2], dtype=np.int16)) == 2
    assert always_of(np.array([2, 1], dtype=np.int16)) is None
    assert always_of(np.array([-1, -1], dtype=np.int16)) is None
