"""Inner learner: the posteriors by hand, the learner by a plain simulation, and what turns the verdict round."""

import math
from collections import Counter

import numpy as np
import pytest

from mesaprior.hypotheses.log import DEPLOY
from mesaprior.inference.bayes.noise import noise_of
from mesaprior.inference.claims import inner_learner
from mesaprior.inference.claims.claim import CONTROL, PLANTED, at_base
from mesaprior.inference.claims.drifting import ONLINE, ROWS, Drift, draw_drift
from mesaprior.inference.claims.inner_learner import Measured


@pytest.fixture
def found(findings):
    return findings("inner-learner")


@pytest.fixture(scope="module")
def world():
    return draw_drift(3, Drift(3))


@pytest.fixture(scope="module")
def counted():
    return draw_drift(3, Drift(1)).count(0)


def test_charging_all_time_takes_more_than_charging_predictions(found):
    base = at_base(found.table)
    assert found.verdict == "supported"
    assert (base["by_training"] > base["by_predicting"]).all()
    assert base["by_training"].median() > 5


def test_prior_and_kind_of_work_turn_it_round_at_fixed_prices(found):
    table = found.table
    free = table[(table["parameter"] == "alpha") & (table["value"] == 0)]
    assert (free["margin"] == 0).all()
    # A search works when an action is due: both charges take the same, and fitting has no part in it.
    control = table[table["parameter"] == CONTROL]
    assert control["by_training"].to_numpy() == pytest.approx(control["by_predicting"].to_numpy(), abs=1e-9)
    assert (control["margin"] < 0).all()


def test_a_parameter_that_has_a_literal_leaves_learners_behind(found):
    base = at_base(found.table)
    assert (base["odds_simplicity"] < 0).all()
    planted = found.table[found.table["parameter"] == PLANTED]
    assert planted["by_data"].median() > base["by_data"].median()


def test_formula_is_near_where_learners_can_be_told_by_their_price(found):
    base = at_base(found.table)
    assert (base["by_training"] - base["by_training_predicted"]).abs().median() < 1.5


@pytest.mark.parametrize("charge", inner_learner.CHARGES)
def test_odds_are_what_a_plain_sum_says(counted, charge):
    eps = 0.01
    measured = Measured.of(counted, 1.0, noise=noise_of(str(eps)))
    census, log, world = counted.census, counted.world.log, counted.world
    n = log.n_training
    hits = (census.predictions[:, census.row_cell[:n]] == log.action[:n]).sum(axis=1)
    likelihood = (1 - eps) ** hits * (eps / 3) ** (n - hits)
    is_learner = census.flags[:, 2:].any(axis=1)
    masses = Counter()
    for row, behaviour in enumerate(census.behaviour_id):
        steps = {"simplicity": 1, **{name: int(census.columns[name][row]) for name in ("time", "infer_time")}}[charge]
        weight = int(census.count[row]) * 2.0 ** -int(census.columns["length"][row]) / steps
        masses[bool(is_learner[behaviour])] += weight * likelihood[behaviour]
    # The likelihood of a known noise is a product over situations, and so is its sum over all tables.
    tables = 2.0 ** -(world.table_bits + 2 * 16)
    place = log.situations[log.row_situation[:n], 0]
    for s in range(16):
        said = log.action[:n][place == s]
        tables *= sum((1 - eps) ** (said == a).sum() * (eps / 3) ** (said != a).sum() for a in range(4))
    expected = math.log2(masses[True] / (masses[False] + tables))
    assert measured.cell("x", 0.0).facts[f"odds_{charge}"] == pytest.approx(expected, abs=1e-6)


def test_learner_follows_the_parameter_that_had_most_hits(world):
    log, rule = world.log, world.rules[0]
    place = log.situations[log.row_situation, 0]
    followed = []
    for row in range(ROWS):
        hits = [sum(rule[place[k], theta] == log.action[k] for k in range(row)) for theta in range(16)]
        followed.append(rule[place[row], int(np.argmax(hits))])
    told = world.competitors[world.optimizer]
    assert (told.is_right == (np.array(followed) == log.action[:ROWS])).all()
    assert told.price.time == 1 + (16 * (ROWS + ONLINE) + 1) * 3
    assert told.price.infer_time == 4


def test_rivals_are_all_that_agree_with_the_end_of_training(world):
    log = world.log
    place = log.situations[log.row_situation, 0].tolist()
    last, end = world.drift.spells[-1], world.parameters[-1]
    agreeing = {
        (member, theta)
        for member in range(8)
        for theta in range(16)
        if all(world.rules[member, place[k], theta] == log.action[k] for k in range(ROWS - last, ROWS))
    }
    assert (0, world.stale) in agreeing
    later = [place[k] for k in np.flatnonzero(log.split == DEPLOY)]
    found = {tuple(world.goals.best[goal]) for goal in world.goals.rivals}
    assert found == {tuple(world.rules[m, later, theta]) for m, theta in agreeing if (m, theta) != (0, end)}


def test_teacher_follows_its_parameters_and_recall_what_it_did_last():
    world = draw_drift(5, Drift(2, changes=2))
    spells = [*world.drift.spells, ONLINE]
    assert spells == [2, 6, 24, ONLINE]
    assert all(one != other for one, other in zip(world.parameters, world.parameters[1:], strict=False))
    at = [theta for theta, rows in zip(world.parameters, spells, strict=True) for _ in range(rows)]
    seen: dict[int, int] = {}
    for row, theta in enumerate(at):
        s, last = world.log.situations[world.log.row_situation[row]].tolist()
        assert last == seen.get(s, 0)
        assert world.log.action[row] == world.rules[0, s, theta]
        seen[s] = int(world.log.action[row])


def test_rules_are_drawn_before_who_follows_them():
    few, many = (draw_drift(7, Drift(bits)).rules for bits in (1, 3))
    assert (many[:2] == few).all()
    orders = many.reshape(-1, 16, 4, 4)
    assert (np.sort(orders, axis=3) == np.arange(4)).all()
    # All four actions are as often the first of their block in any rule, the teacher's like the others.
    assert np.bincount(orders[:, :, :, 0].ravel(), minlength=4).min() > 100
