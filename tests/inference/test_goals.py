"""Several utilities at once, against plain loops over behaviours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.inference.agency.agency import AGENCIES, AGENT, NO_AGENT, UNDECIDED, Utility, agency, judged_rows
from mesaprior.inference.agency.goals import NO_GOAL, goals
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.bayes.weights import Weighed
from tests.inference.small import IMITATING, SEARCHING, SIMPLICITY, Program, cases, make_census, make_log


@st.composite
def questions(draw):
    """Draw a census with one to three utilities over the situations that are judged."""
    log, programs, A = draw(cases())
    row = judged_rows(log)
    worth = st.lists(st.integers(-3, 6), min_size=A, max_size=A)
    values = st.lists(worth, min_size=len(row), max_size=len(row))
    drawn = draw(st.lists(st.tuples(st.integers(0, 9), values), min_size=1, max_size=3))
    utilities = [Utility(str(k), float(bits), row, np.array(value)) for k, (bits, value) in enumerate(drawn)]
    return log, make_census(log, programs, n_actions=A), utilities


@given(questions())
def test_sums_are_those_of_a_loop(question):
    log, census, utilities = question
    result = posterior(census, log, SIMPLICITY)
    candidates = [agency(Weighed(census, SIMPLICITY), utility) for utility in utilities]
    found = goals(candidates, result)
    U = len(candidates)
    mass = np.zeros((U + 1, len(ROLES), len(AGENCIES)))
    number = np.zeros_like(mass)
    for b in range(census.n_behaviours):
        share = 2.0 ** result.log2_mass[b]
        said = [int(one.verdict[b]) for one in candidates]
        is_any = AGENT if AGENT in said else NO_AGENT if NO_AGENT in said else UNDECIDED
        for place, code in enumerate([*said, is_any]):
            mass[place, result.role[b], code] += share
            number[place, result.role[b], code] += 1
        decided = [place for place in range(U) if said[place] != UNDECIDED]
        if not decided:
            assert found.best[b] == NO_GOAL
            assert math.isnan(found.excess[b])
            continue
        over = {place: candidates[place].g_uniform[b] - utilities[place].bits for place in decided}
        assert found.best[b] == min(decided, key=lambda place: (-over[place], place))
        assert found.excess[b] == max(over.values())
        assert (found.excess[b] > 0) == (is_any == AGENT)
    assert found.mass == pytest.approx(mass)
    assert (found.number == number).all()
    assert found.support == pytest.approx(mass[:U, :, AGENT].sum(axis=1))
    if found.most_support is None:
        assert not found.support.any()
    else:
        assert found.support[found.most_support] == found.support.max() > 0


def test_who_serves_what_by_hand():
    log = make_log([(0, 0)], [(place, 0, None) for place in range(6)])
    census = make_census(log, [
        Program((1,) * 6, IMITATING, length=1, text="ones"),
        Program((0,) * 6, SEARCHING, length=2, text="zeros"),
        Program((0, 1, 0, 1, 0, 1), SEARCHING, length=3, text="turns"),
    ], n_actions=2)  # fmt: skip
    row = judged_rows(log)
    ones, zeros = np.tile([0, 1], (6, 1)), np.tile([1, 0], (6, 1))
    candidates = [
        agency(Weighed(census, SIMPLICITY), Utility(name, bits, row, value))
        for name, bits, value in (("ones", 2.0, ones), ("zeros", 5.0, zeros), ("too long", 6.0, ones))
    ]
    found = goals(candidates, posterior(census, log, SIMPLICITY))
    # By predictions: zeros, turns, ones.
    assert found.best.tolist() == [1, 0, 0]
    assert found.excess.tolist() == [1.0, pytest.approx(math.log2(64 / 42) - 2), 4.0]
    assert found.number[-1].tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]]
    assert found.number[2].tolist() == [[0, 0, 1], [0, 0, 2], [0, 0, 0], [0, 0, 0]]
    assert found.most_support == int(np.argmax(found.support))


def test_where_nothing_is_decided_there_is_no_goal():
    log = make_log([(0, 0)], [])
    census = make_census(log, [Program((0,))], n_actions=2)
    candidate = agency(Weighed(census, SIMPLICITY), Utility("U", 1.0, judged_rows(log), np.array([[0, 1]])))
    found = goals([candidate], posterior(census, log, SIMPLICITY))
    assert found.most_support is None
    assert found.best.tolist() == [NO_GOAL]


def test_there_is_no_goal_without_candidates():
    log = make_log([(0, 0)], [])
    census = make_census(log, [Program((0,))], n_actions=2)
    with pytest.raises(UsageError, match="no utility is given"):
        goals([], posterior(census, log, SIMPLICITY))
