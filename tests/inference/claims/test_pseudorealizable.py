"""Pseudorealizable: the formula by hand, what stands behind it, and what turns the verdict round."""

import math

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import pseudorealizable
from mesaprior.inference.claims.claim import along, at_base
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("pseudorealizable")


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


def test_verdict_turns_with_the_prior_the_price_and_the_data(found):
    table = found.table
    assert found.verdict == "supported"
    assert share(table, "alpha", 2.0) == 0
    assert share(table, "law_bits", 8.0) == 0
    # At the same prices and under the same prior: fewer rows, another leader.
    assert share(table, "observed_bits", 8.0) == 0


def test_formula_is_what_the_prices_say(found):
    # An even world has no jitter: a planner of 16 bits and 13 steps, a table of 4 bits and a step besides its entries.
    even = found.table[found.table["world"] % 2 == 0]
    for n, (bits, predicted) in enumerate(zip(*along(even, "observed_bits", "predicted"), strict=True)):
        assert bits == 2 * n
        assert predicted == [bits - 12] * len(predicted)
    (slow,) = {round(value, 9) for value in along(even, "alpha", "crossing_predicted")[1][2]}
    assert slow == round(12 + math.log2(13), 9)


def test_what_the_formula_leaves_out_is_how_many_stand_on_each_side(found):
    rows = found.table[found.table["predicted"].notna()]
    assert len(rows) > 100
    difference = rows["margin"] - rows["predicted"]
    assert difference.to_numpy() == pytest.approx((rows["more_planners"] - rows["more_imitators"]).to_numpy(), abs=1e-9)


def test_crossing_is_near_the_formula_where_it_is_reached(found):
    base = at_base(found.table)
    even = base[base["world"] % 2 == 0]
    assert even["crossing"].notna().all()
    assert (even["crossing"] - even["crossing_predicted"]).abs().median() < 1.5


def test_bound_that_leaves_the_brain_out_helps_planners(found):
    least, middle, whole = found.size.values("max_bits")
    assert found.median("margin", "max_bits", middle) > found.median()
    assert found.median("margin", "max_bits", least) < 0
    assert whole == found.size.max_bits


def test_a_world_is_what_infer_says_of_it(found):
    world = make_world("payoff-law", seed=2, domain=16, situations=8, seen=7, rows=7, jitter=0)
    census = TermSpace(world.language, 19).census(world.log)
    result = posterior(census, world.log, make_prior("simplicity"))
    rows = found.table[(found.table["world"] == 2) & (found.table["parameter"] == pseudorealizable._up_to(19.0))]
    assert rows["margin"].tolist() == pytest.approx(result.log2_odds.tolist())
