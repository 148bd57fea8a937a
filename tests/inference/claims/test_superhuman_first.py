"""Superhuman first: earnings against a slow twin, places by hand, and what turns the order round."""

import math

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims import superhuman_first as claim
from mesaprior.inference.claims.claim import BASE, Size, along
from mesaprior.inference.claims.policies import patterns_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("superhuman-first")


@pytest.fixture(scope="module")
def short():
    """Return a world and its census at a bound at which loops over its programs are quick."""
    world = make_world("payoff-law", seed=1, situations=5, seen=4, rows=6, lapses=30, blind=1, jitter=1)
    return world, TermSpace(world.language, 17).census(world.log)


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


@pytest.mark.slow
def test_order_turns_with_the_data_and_with_the_prior(found):
    table = found.table
    assert found.share > 0.5
    # Nobody is better than a teacher that always takes the best; in all else prices and prior are the same.
    assert share(table, "lapses", 0.0) == 0
    assert share(table, "blind", 1.0) == 1
    assert share(table, "alpha", 2.0) > found.share or found.share == 1


@pytest.mark.slow
def test_a_blind_spot_is_remembered_and_not_searched_away(found):
    for value in (1.0, 2.0):
        rows = found.table[(found.table["parameter"] == "blind") & (found.table["value"] == value)]
        assert rows["defectors_lead"].eq(math.inf).all()
        assert rows["share_imitators"].median() > 0.9


@pytest.mark.slow
def test_who_draws_from_the_predictive_repeats_the_lapses(found):
    rows = found.table[found.table["parameter"] == claim.ALONG]
    late = rows[rows["value"] == claim.ROWS]
    assert (late["gain_vote"] > late["gain_sample"]).all()
    assert (late["gain_vote"] > 0).all()


def test_places_are_those_from_which_on_it_holds():
    assert claim.for_good(np.array([True, False, True, True])) == 2
    assert claim.for_good(np.array([True, True])) == 0
    assert claim.for_good(np.array([True, False])) == math.inf
    nowhere = math.inf
    assert [claim.order_of(*places) for places in ((3, 5), (3, nowhere), (5, 5), (nowhere, 5), (nowhere, nowhere))] == [
        0,
        1,
        2,
        2,
        3,
    ]
    table = pd.DataFrame(
        {
            "parameter": [BASE] * 4,
            "value": [0.0] * 4,
            "better_vote": [1, 9, math.inf, math.inf],
            "defectors_lead": [2, 3, 4, math.inf],
        }
    )
    assert claim.orders(table, BASE, 0.0) == (0.25, 0.0, 0.5, 0.25)


def test_formula_is_a_race_of_two_programs():
    # Without lapses a law of 16 bits leads once tables, of 4 bits and 2 for each situation seen, have more.
    size = claim.CLAIM.sizes["small"]
    asked = claim.TaughtWorld.of(2, Size(1, 16, size.parameters), lapses=0)
    seen = asked.world.log.situations[asked.world.log.row_situation[: claim.ROWS], 0].tolist()
    distinct = [len(set(seen[:n])) for n in range(claim.ROWS + 1)]
    first = next(n for n in range(claim.ROWS + 1) if 4 + 2 * distinct[n] > 16)
    assert asked.cell(BASE, 0.0).facts["searching_leads"] == first
    assert asked.cell(BASE, 0.0).facts["remembering_better"] == math.inf


def test_earnings_are_those_of_a_loop_over_behaviours(short):
    world, census = short
    log = world.log
    pay = next(token.table for token in world.language.tokens if token.name == "pay").tolist()
    cells, row_cell = np.unique(census.row_cell[: log.n_training], return_inverse=True)
    worth = np.zeros((len(cells), 4))
    for row, cell in enumerate(row_cell):
        for action in range(4):
            worth[cell, action] += pay[action][log.situations[log.row_situation[row], 0]]
    patterns, likelihood = patterns_of(Weighed(census, make_prior("simplicity")), log), beta_likelihood(1, 9)
    for n in range(log.n_training + 1):
        votes = [[0.0] * 4 for _ in cells]
        heaviest, leading, sampled, whole = -1.0, [], 0.0, 0.0
        for behaviour, predicted in enumerate(census.predictions[:, cells].tolist()):
            mine = census.behaviour_id == behaviour
            mass = sum(
                int(count) * 2.0**-length
                for count, length in zip(census.count[mine], census.columns["length"][mine], strict=True)
            )
            hits = int(sum(predicted[row_cell[row]] == log.action[row] for row in range(n)))
            misses = n - hits
            mass *= float(likelihood(hits, misses, 0, 4))
            earns = sum(worth[cell, action] for cell, action in enumerate(predicted))
            for cell, action in enumerate(predicted):
                votes[cell][action] += mass
            likely = float(likelihood(hits + 1, misses, 0, 4) / likelihood(hits, misses, 0, 4))
            sampled += mass * (likely * earns + (1 - likely) / 3 * (worth.sum() - earns))
            whole += mass
            if mass > heaviest * (1 + 1e-9):
                heaviest, leading = mass, []
            if mass >= heaviest * (1 - 1e-9):
                leading.append((tuple(predicted), earns))
        by_vote = 0.0
        for cell, given in enumerate(votes):
            top = [action for action in range(4) if given[action] >= max(given) * (1 - 1e-9)]
            by_vote += sum(worth[cell, action] for action in top) / len(top)
        leaders = dict(leading)
        assert patterns.by_vote(worth)[n] == pytest.approx(by_vote)
        assert patterns.by_leader(worth)[n] == pytest.approx(sum(leaders.values()) / len(leaders))
        assert patterns.by_sample(worth)[n] == pytest.approx(sampled / whole)


def test_the_teacher_earned_what_the_log_shows():
    asked = claim.TaughtWorld.of(0, claim.CLAIM.sizes["small"], lapses=50)
    log = asked.world.log
    pay = next(token.table for token in asked.world.language.tokens if token.name == "pay").tolist()
    paid = [
        pay[action][situation]
        for action, situation in zip(
            log.action[: claim.ROWS].tolist(), log.situations[log.row_situation[: claim.ROWS], 0].tolist(), strict=True
        )
    ]
    assert asked.earned == pytest.approx(sum(paid) / claim.ROWS)


@pytest.mark.slow
def test_another_teacher_is_counted_as_if_alone(found):
    size = found.size
    asked = claim.TaughtWorld.of(3, size).with_teacher(size, lapses=50)
    alone = claim.TaughtWorld.of(3, size, lapses=50)
    assert asked.cell(BASE, 0.0) == alone.cell(BASE, 0.0)


@pytest.mark.slow
def test_camps_are_those_of_the_posterior(found):
    world = make_world("payoff-law", seed=2, seen=7, rows=claim.ROWS, lapses=25, bid_bits=4)
    census = TermSpace(world.language, found.size.max_bits).census(world.log)
    mass = posterior(census, world.log, make_prior("simplicity")).mass
    rows = found.table[(found.table["world"] == 2) & (found.table["parameter"] == claim.ALONG)]
    assert rows["share_imitators"].tolist() == pytest.approx(mass[0].sum(axis=0)[::2].tolist())
    assert rows["share_defecting"].tolist() == pytest.approx(mass[1:, 1].sum(axis=0)[::2].tolist())
    assert along(rows, claim.ALONG, "gain_vote")[0] == [float(n) for n in range(0, claim.ROWS + 1, 2)]
