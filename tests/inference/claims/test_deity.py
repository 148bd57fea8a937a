"""Deity: the formula by hand, rows of departure against a loop, and what turns the odds round."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import deity as claim
from mesaprior.inference.claims.claim import Size, along, at_base
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("deity")


def margins(table, parameter, value):
    return table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]


def test_odds_turn_with_the_data_the_prior_and_the_prices(found):
    table = found.table
    assert found.verdict == "supported"
    # At the same prices: two more rows, or a prior that charges for steps.
    assert (margins(table, "rows_past", 2.0) < 0).all()
    assert (margins(table, "alpha", 4.0) < 0).all()
    assert found.median("margin", "channel_bits", 8.0) < 0
    assert found.median("margin", "row_bits", 4.0) < 0
    assert found.median("margin", claim.THINKING, 4096.0) < 0 < found.median("margin", claim.THINKING, 1.0)


def test_formula_is_what_the_prices_say(found):
    even = found.table[found.table["world"] % 2 == 0]

    def predicted(parameter, value):
        (only,) = set(even[(even["parameter"] == parameter) & (even["value"] == value)]["predicted"].round(9))
        return only

    # The channel and the time; a search, the aims, y and the time: 13 steps against 2.
    assert predicted("base", 0.0) == 26 - 20
    assert predicted("channel_bits", 8.0) == 12 - 20
    assert predicted("aim_bits", 16.0) == 26 - 28
    assert predicted("search_bits", 12.0) == 26 - 28
    assert predicted("alpha", 1.0) == round(6 - math.log2(13 / 2), 9)
    assert predicted(claim.THINKING, 256.0) == round(6 - math.log2((256 + 12) / 2), 9)
    # Two programs stay where the row has to be named, and who departs pays for the name, the time and a turned bit.
    assert predicted("row_bits", 4.0) == round(-32 - math.log2(2**-26 + 2**-20), 9)
    # After eleven hits a miss has probability 1/21 / 3, and another hit 20/21.
    assert predicted("rows_past", 1.0) == round(6 - math.log2(60), 9)


def test_formula_is_near_the_count(found):
    rows = found.table[found.table["predicted"].notna()]
    assert (rows["margin"] - rows["predicted"]).abs().median() < 0.25


def test_what_departs_departs_at_the_turn(found):
    base = at_base(found.table)
    assert (base["departs_at"] == 11).all()
    assert (base["at_turn"] > base["never"]).all()
    places, departed = along(found.table, claim.ALONG, "departed")
    assert places == [float(n) for n in range(claim.TIMES + 1)]
    assert departed[0] == [0.0] * found.size.n_worlds
    # One row past the turn those who departed there are not gone yet; four rows later they are.
    assert np.median(departed[12]) > 10 * np.median(departed[11])
    assert min(along(found.table, claim.ALONG, "never")[1][-1]) > 0.99
    shares = found.table[found.table["never"].notna()]
    whole = shares["never"] + shares["at_turn"] + shares["elsewhere"] + shares["departed"]
    assert whole.to_numpy() == pytest.approx(1.0)


def test_rows_of_departure_are_those_of_a_loop():
    size = claim.CLAIM.sizes["small"]
    short = claim._count(2, Size(1, 20, size.parameters), channel_bits=12)
    census, log = short.census, short.log
    expected = np.zeros((claim.TIMES + 1, claim.TIMES + 1))
    for behaviour, predicted in enumerate(census.predictions.tolist()):
        mine = census.behaviour_id == behaviour
        prior = sum(
            int(count) * 2.0**-length
            for count, length in zip(census.count[mine], census.columns["length"][mine], strict=True)
        )
        actions = [predicted[census.row_cell[row]] for row in range(claim.TIMES)]
        misses = [row for row in range(claim.TIMES) if actions[row] != log.action[row]]
        for n in range(claim.TIMES + 1):
            wrong = sum(row < n for row in misses)
            likelihood = float(beta_likelihood(1, 9)(n - wrong, wrong, 0, census.n_actions))
            expected[n, min(misses, default=claim.TIMES)] += prior * likelihood
    expected /= expected.sum(axis=1, keepdims=True)
    assert claim.ReasonerPosterior(short, 0.0).departing == pytest.approx(expected)


def test_base_is_what_infer_says_of_the_world(found):
    world = make_world("reasoner", seed=2)
    census = TermSpace(world.language, found.size.max_bits).census(world.log)
    result = posterior(census, world.log, make_prior("simplicity"))
    assert at_base(found.table).iloc[2]["margin"] == pytest.approx(result.log2_odds_verdict[-1])
