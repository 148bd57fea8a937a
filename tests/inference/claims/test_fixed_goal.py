"""Fixed goal: prices and masses by hand, what turns the verdict round, and who takes the clone."""

import math
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import fixed_goal
from mesaprior.inference.claims.bundles import GOAL_AND_COLOUR, ONE_GOAL, TWO_GOALS
from mesaprior.inference.claims.claim import CONTROL, at_base
from mesaprior.inference.claims.environments import (
    ACTIONS,
    CLONE,
    ENVIRONMENTS,
    NEW,
    SEEN,
    Offer,
    draw_environments,
)
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("fixed-goal")


@pytest.fixture(scope="module")
def counted():
    """Return a small world and its census: four goals, and nothing longer than one of them."""
    return draw_environments(1, Offer(law_bits=2, misled=6)).count(0)


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


def test_verdict_turns_with_the_prior_the_data_and_the_teacher(found):
    table = found.table
    assert found.verdict == "supported"
    # The same log under another prior; the same prior with less data; a better colour; a teacher of two goals, or none.
    assert share(table, "alpha", 4.0) < 0.5
    assert share(table, "environments", 3.0) == 0
    assert share(table, "misled", 0.0) == 0
    assert share(table, "goals", 2.0) == 0
    assert share(table, CONTROL, 0.0) == 0


def test_two_goals_are_learned_where_the_teacher_has_them_and_is_seen_often_enough(found):
    rows = found.table[found.table["parameter"] == fixed_goal.TWICE]
    assert (rows["two_goals"] > rows["one_goal"]).all()
    base = at_base(found.table)
    assert (base["two_goals"] < base["one_goal"]).all()


def test_shares_add_up(found):
    shares = found.table[list(fixed_goal.SORTS)].dropna()
    assert len(shares) > 50
    assert shares.sum(axis=1).to_numpy() == pytest.approx(np.ones(len(shares)))
    base = at_base(found.table)
    bundles_and_tables = base[["two_goals", "goal_and_colour", "tables"]].sum(axis=1)
    for columns in (fixed_goal.CONDUCTS, fixed_goal.TWO_BY_TWO):
        assert (base[list(columns)].sum(axis=1) + bundles_and_tables).to_numpy() == pytest.approx(1, abs=1e-4)


def test_formula_is_what_the_prices_and_rows_say(counted):
    world, likelihood = counted.world, beta_likelihood(1, 9)
    log, asked = world.log, fixed_goal.Asked(counted, alpha=2.0)
    goal, colour = world.price(world.one_goal()), world.price("hue")
    environments = log.situations[log.row_situation[:SEEN], 0].tolist()
    for n in (0, 5, SEEN):
        hits = sum(int(world.hue[s]) == int(world.teacher[s]) for s in environments[:n])
        one = Fraction(1, 2**goal.length * goal.time**2) * likelihood(n, 0, 0, ACTIONS)
        others = Fraction(1, 2 ** (world.table_bits + 2 * n)) * likelihood(n, 0, 0, ACTIONS)
        others += Fraction(1, 2**colour.length) * likelihood(hits, n - hits, 0, ACTIONS)
        assert asked.cell("environments", n, n).predicted == pytest.approx(math.log2(one / others))
    assert hits == SEEN - 6


def test_bundles_weigh_what_their_programs_do_one_by_one(counted):
    world, likelihood = counted.world, beta_likelihood(1, 9)
    space, log = TermSpace(world.language, 99), world.log
    census = counted.census
    whole = sum(
        Fraction(int(count), 2 ** int(length))
        for count, length in zip(census.count, census.columns["length"], strict=True)
    )
    goals = range(len(world.family.pays))
    texts = {(i, j): world.two_goals(i, j) for i in goals for j in goals}
    texts |= {(i, -1): world.goal_or_colour(i) for i in goals}
    texts |= {(-1, i): f"(if kind hue {world.one_goal(i)})" for i in goals}
    masses, taking = {}, {}
    for (first, second), text in texts.items():
        action = space.predict(space.parse(text, log), log).predictions["intact"]
        hits = int((action[:SEEN] == log.action[:SEEN]).sum())
        mass = Fraction(1, 2 ** world.price(text).length) * likelihood(hits, SEEN - hits, 0, ACTIONS) / whole
        sort = GOAL_AND_COLOUR if -1 in (first, second) else ONE_GOAL if first == second else TWO_GOALS
        masses[sort] = masses.get(sort, 0) + mass
        taking[sort] = taking.get(sort, 0) + mass * Fraction(int((action[-NEW:] == CLONE).sum()), NEW)
    bundles = fixed_goal.Asked(counted).bundles
    for sort, mass in masses.items():
        assert bundles.log2_masses()[sort, SEEN] == pytest.approx(math.log2(mass))
        assert bundles.share_taking(sort) == pytest.approx(float(taking[sort] / mass))


def test_what_was_counted_is_what_the_posterior_says(counted):
    world, asked = counted.world, fixed_goal.Asked(counted)
    result = posterior(counted.census, world.log, make_prior("simplicity"))
    mass = np.exp2(result.log2_mass)
    action = counted.census.predictions[:, counted.census.row_cell[SEEN:]]
    best = [tuple(row) for row in world.family.best[:, :ENVIRONMENTS].tolist()]
    is_one = np.array([tuple(row) in best for row in action.tolist()]) & (result.role > 0)
    alone = np.exp2(asked.bundles.log2_masses()[ONE_GOAL, -1])
    evidence = np.exp2(result.log2_evidence[-1])
    assert np.exp2(asked.log2_masses["one_goal"][-1]) == pytest.approx(evidence * mass[is_one].sum() + alone)
    assert np.exp2(asked.log2_masses["heuristics"][-1]) == pytest.approx(evidence * mass[result.role == 0].sum())
    takes = (action[:, -NEW:] == CLONE).mean(axis=1)
    cell = asked.cell("base", 0.0)
    assert cell.facts["taking_one_goal"] == pytest.approx(mass[is_one] @ takes[is_one] / mass[is_one].sum())


def test_clone_is_what_the_teacher_likes_best_and_others_as_often_as_anything_else():
    liking = []
    for seed in range(6):
        world = draw_environments(seed, Offer(law_bits=6, misled=6))
        best = world.family.best[:, :ENVIRONMENTS]
        assert (best[:, :SEEN] != CLONE).all()
        assert (world.teacher[SEEN:] == CLONE).all()
        assert (world.hue != CLONE).all()
        liking.append((best[1:, SEEN:] == CLONE).mean())
    assert np.mean(liking) == pytest.approx(1 / ACTIONS, abs=0.05)


def test_more_goals_and_worse_colours_change_nothing_else():
    few, many = (draw_environments(3, Offer(law_bits=bits, misled=6)) for bits in (2, 4))
    assert (many.family.pays[:4] == few.family.pays).all()
    assert few.log.action.tolist() == many.log.action.tolist()
    worse = draw_environments(3, Offer(law_bits=2, misled=9))
    assert (worse.teacher == few.teacher).all()
    assert ((few.hue != worse.hue)[:SEEN]).sum() == 3


def test_another_visit_is_asked_of_the_same_programs(counted):
    twice = counted.visited(2)
    rows = twice.world.log.situations[twice.world.log.row_situation[: 2 * SEEN], 0].tolist()
    assert rows[::2] == rows[1::2]
    space = TermSpace(twice.world.language, int(counted.census.bounds["max_bits"]))
    assert (space.census(twice.world.log).predictions == twice.census.predictions).all()
