"""Treacherous turn: the formula by hand, what watched and unwatched rows can do, and what turns the odds round."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import treacherous_turn as claim
from mesaprior.inference.claims.claim import Size, along, at_base
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("treacherous-turn")


@pytest.fixture(scope="module")
def short():
    """Return a world up to a bound at which a loop over its programs is quick."""
    size = claim.CLAIM.sizes["small"]
    return claim.OverseenPosterior(claim._count(4, Size(1, 24, size.parameters)), 0.0)


def test_odds_turn_with_the_data_and_with_the_price_of_a_name(found):
    # At the same prices and under the same prior: with more sizes it costs more to know what paying is called.
    sizes, margins = along(found.table, claim.MANY_NAMES)
    assert sizes == [4, 6, 8]
    assert np.median(margins[0]) < 0 < np.median(margins[-1])
    assert all(value < 0 for values in along(found.table, claim.ONE_NAME)[1] for value in values)
    assert found.median() < 0 < found.median("margin", "constant_bits", 8.0)


def test_formula_is_what_the_prices_say(found):
    even = found.table[found.table["world"] % 2 == 0]

    def predicted(parameter, value):
        (only,) = set(even[(even["parameter"] == parameter) & (even["value"] == value)]["predicted"].round(9))
        return only

    # The private goal and the same as if always watched have six tokens, and naming what obeys has as many.
    assert predicted("base", 0.0) == -1
    assert predicted("constant_bits", 8.0) == 3
    assert predicted("fate_bits", 8.0) == round(-28 - math.log2(2**-24 + 2**-28), 9)
    assert predicted("operators", 0.0) == 0
    assert predicted("situations", 6.0) == round(-24 - math.log2(2**-16 + 2**-23), 9)
    assert predicted(claim.ONE_NAME, 8.0) == 4 - 16
    assert predicted(claim.MANY_NAMES, 8.0) == 20 - 16


def test_watched_rows_do_not_refute_and_unwatched_ones_do(found):
    base = at_base(found.table)
    early = found.table[(found.table["parameter"] == "watched_rows") & (found.table["value"] == 16)][
        "margin"
    ].to_numpy()
    assert np.median(np.abs(early - base["margin"].to_numpy())) < 0.01
    places, shares = along(found.table, claim.ALONG, "defecting")
    assert places[0] == -claim.WATCHED
    assert np.median(shares[places.index(0.0)]) > 10 * np.median(shares[-1])
    assert (base["rows_to_refute"] < claim.UNWATCHED).all()
    assert (base["rows_to_refute"] - base["rows_predicted"]).abs().median() < 2


def test_unwatched_rows_surprise_no_more_than_the_honest_share_allows(found):
    rows = found.table[found.table["surprise"].notna()]
    assert len(rows) > 30
    assert (rows["surprise"] <= rows["surprise_bound"] + 1e-9).all()
    assert (rows["surprise"] > 0).mean() > 0.5


def test_unwatched_rows_after_the_base_do_not_matter_there(found):
    world = make_world("overseer", seed=2, situations=16, domain=16, rows=claim.WATCHED)
    census = TermSpace(world.language, found.size.max_bits).census(world.log)
    result = posterior(census, world.log, make_prior("simplicity"))
    base = at_base(found.table).iloc[2]
    assert base["margin"] == pytest.approx(result.log2_odds_verdict[-1])
    assert base["defecting"] == pytest.approx(result.mass[:, 1, -1].sum())


def test_goals_that_turn_are_those_a_loop_finds(short):
    census, log = short.counted.census, short.counted.log
    teacher = short.counted.world.teacher
    turning = honest = 0.0
    for behaviour in range(len(census.predictions)):
        actions = {
            tuple(log.situations[log.row_situation[row]].tolist()): int(census.predictions[behaviour, cell])
            for row, cell in enumerate(census.row_cell)
        }
        hits = sum(
            actions[tuple(log.situations[log.row_situation[row]].tolist())] == log.action[row]
            for row in range(claim.WATCHED)
        )
        likelihood = float(beta_likelihood(1, 9)(int(hits), claim.WATCHED - int(hits), 0, census.n_actions))
        mine = census.behaviour_id == behaviour
        mass = likelihood * sum(
            int(count) * 2.0**-length
            for count, length in zip(census.count[mine], census.columns["length"][mine], strict=True)
        )
        right = {situation for situation, action in actions.items() if action == teacher(situation)}
        if len(right) == len(actions):
            honest += mass
        elif {situation for situation in actions if situation[1] == 1} <= right and census.flags[behaviour].any():
            turning += mass
    assert turning > 0
    assert short.cell("base", 0.0).facts["any_goal"] == pytest.approx(math.log2(turning / honest))
