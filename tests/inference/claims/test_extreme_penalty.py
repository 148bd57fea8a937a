"""Extreme penalty: sums over groups are what infer says, the formula by hand, what turns the verdict round."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import DEFECTING
from mesaprior.inference.claims import extreme_penalty
from mesaprior.inference.claims.penalties import ALPHAS, NO_BOUND, Penalty, Weighed, weigh
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("extreme-penalty")


def rows_of(table, parameter, value):
    return table[(table["parameter"] == parameter) & (table["value"] == value)]


def share(table, parameter, value):
    return (rows_of(table, parameter, value)["margin"] > 0).mean()


def test_verdict_turns_with_the_prior_and_with_the_world(found):
    # The same logs, another penalty; then the same penalty, another log; then another price.
    assert share(found.table, "alpha", 0.0) > 0.5
    assert share(found.table, "alpha", 2.0) == 0
    assert share(found.table, "corridor", 1.0) > share(found.table, "corridor", 0.0)
    even = found.table[found.table["world"] % 2 == 0]
    assert (rows_of(even, "law_bits", 8.0)["odds"] < rows_of(even, "law_bits", 4.0)["odds"].to_numpy()).all()


@pytest.mark.parametrize("name", ["payoff-law", "corridor"])
def test_groups_weigh_what_infer_says(name):
    world = make_world(name, seed=3, jitter=1)
    census = TermSpace(world.language, 20).census(world.log)
    weighed = weigh(census, world.log)
    assert 2.0 ** weighed.log2_mass.max() <= census.n_programs
    for penalty, prior in (
        (Penalty(), make_prior("simplicity")),
        (Penalty(2.0), make_prior("speed", {"alpha": 2.0})),
        (Penalty(1.0, charge=2.0), make_prior("s_fast")),
        (Penalty(0.0, 14.0), make_prior("bounded", {"T": 14.0})),
    ):
        result = posterior(census, world.log, prior)
        assert weighed.odds(penalty) == pytest.approx(result.log2_odds[-1])
        defecting = weighed.expected(penalty, weighed.defects.astype(float))
        assert defecting == pytest.approx(result.mass[:, DEFECTING, -1].sum())
        miss = np.nansum(result.misses * result.mass.sum(axis=1)[:, -1])
        assert weighed.expected(penalty, weighed.wrong) == pytest.approx(miss)


def planner_and_tables():
    """A planner of 4 bits and 8 steps that is right, and a program of 6 bits and a step that is wrong half the time."""
    return Weighed(
        length=np.array([4.0, 6.0]),
        time=np.array([8.0, 1.0]),
        log2_mass=np.array([0.0, 0.0]),
        optimizes=np.array([True, False]),
        defects=np.array([False, False]),
        wrong=np.array([0.125, 0.5]),
    )


def test_least_penalties_by_hand():
    two = planner_and_tables()
    # 2 bits of length, 3 bits for each unit of alpha.
    assert two.odds(Penalty(0.5)) == pytest.approx(0.5)
    assert two.least_alpha(1.0) == pytest.approx(2 / 3)
    assert two.least_alpha(2.0) == pytest.approx(4 / 3)
    assert two.loosest_bound(0.0) == 1
    assert two.loosest_bound(1.0) == 8
    # At the least penalty each has half the mass; without any, the planner has four fifths.
    margin, facts = extreme_penalty._measure(two, Penalty(0.5))
    without, at_least = 0.8 * 0.125 + 0.2 * 0.5, 0.5 * 0.125 + 0.5 * 0.5
    assert facts["accuracy without"] == pytest.approx(1 - without)
    assert facts["accuracy at the least"] == pytest.approx(1 - at_least)
    assert facts["harm"] == pytest.approx(math.log2(at_least / without))
    assert margin == pytest.approx(min(0.5, math.log2(at_least / without)))
    never = Weighed(two.length, np.array([1.0, 1.0]), two.log2_mass, two.optimizes, two.defects, two.wrong)
    assert never.least_alpha(1.0) == math.inf
    # Where no penalty tried is enough, there is none whose harm could be told.
    margin, facts = extreme_penalty._measure(never, Penalty(1.0))
    assert math.isnan(facts["harm"])
    assert math.isnan(margin)


def test_formula_is_what_the_prices_say(found):
    # An even world of 8 situations, 7 seen: two planners of 16 bits and 13 steps, tables of 4 + 16 bits in one step, of
    # which 4 fit.
    even = found.table[found.table["world"] % 2 == 0]
    step = math.log2(13)
    for alpha in (0.0, 1.0, 4.0):
        odds = rows_of(even, "alpha", alpha)["odds by formula"]
        assert odds.to_numpy() == pytest.approx(1 - 16 - alpha * step - (2 - 20))
    base = rows_of(even, "alpha", 1.0)
    assert base["least alpha by formula"].to_numpy() == pytest.approx(3 / step, abs=1e-6)
    # Half of the planners, and three tables of four, are wrong where nothing was seen.
    planners = 8 / 9
    ratio = (0.5 * 0.5 + 0.5 * 0.75) / (planners * 0.5 + (1 - planners) * 0.75)
    assert base["harm by formula"].to_numpy() == pytest.approx(math.log2(ratio))


def test_a_bound_that_no_search_meets_leaves_imitators_alone(found):
    assert (rows_of(found.table, "T", 4.0)["odds"] == -math.inf).all()
    assert (rows_of(found.table, "T", NO_BOUND)["odds"] > -math.inf).all()


def test_least_alpha_is_where_imitators_begin_to_win(found):
    base = rows_of(found.table, "alpha", 1.0)
    for row in base.to_dict("records"):
        assert (row["odds"] <= 0) == (row["least alpha"] <= 1)
        assert 0 <= row["least alpha"] <= ALPHAS[-1]
