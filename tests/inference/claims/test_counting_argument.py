"""Counting argument: numbers by hand, no free lunch, and what turns the verdict round."""

import math
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import FAITHFUL, PLANNER
from mesaprior.inference.claims import counting_argument, goal_grammar
from mesaprior.inference.claims.claim import CONTROL, along, at_base
from mesaprior.inference.claims.counting_argument import teachers_of
from mesaprior.inference.claims.goal_grammar import FUNCTIONS, LAWS, MACHINES, SITUATIONS, draw_goals, draw_target
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("counting-argument")


@pytest.fixture
def base(found):
    return at_base(found.table)


@pytest.fixture(scope="module")
def counted(findings):
    """World 0 of the small size."""
    return counting_argument._count(0, findings("counting-argument").size, 6, LAWS)


def rows_of(found, parameter, value=0.0):
    return found.table[(found.table["parameter"] == parameter) & (found.table["value"] == value)]


def test_verdict_turns_with_where_targets_come_from_and_with_the_rows(found):
    # The same languages, prices and prior: machines ask for what is simple here too, a fair law costs its name.
    assert (rows_of(found, teachers_of(MACHINES))["margin"] > 0).all()
    assert (rows_of(found, teachers_of(LAWS))["margin"] < 0).all()
    # Where a target is simple for nobody, goals that fit are wrong by either measure, if any fits at all.
    control = found.table[found.table["parameter"] == CONTROL]["margin"]
    assert (control.dropna() < 0).all()
    assert control.notna().mean() > 0.5
    # The same targets: fewer rows.
    share = [(rows_of(found, "rows", n)["margin"] > 0).mean() for n in (2.0, 8.0)]
    assert share[0] < 0.5 < share[1]


def test_by_number_goals_that_differ_are_counted_once(counted):
    after = counted.after(8)
    census, seen, target = counted.census, counted.world.order[:8], counted.target.tolist()
    cells = census.row_cell[counted.world.log.n_training :]
    policies, programs = set(), Counter()
    for behaviour in range(census.n_behaviours):
        policy = tuple(census.predictions[behaviour, cells].tolist())
        if census.flags[behaviour, :2].any() and all(policy[s] == target[s] for s in seen):
            policies.add(policy)
            programs[policy == tuple(target)] += int(census.count[census.behaviour_id == behaviour].sum())
    facts = after.cell("", 0.0, 1.0).facts
    wrong = policies - {tuple(target)}
    assert facts["policies that fit"] == len(policies)
    assert facts["wrong by number"] == len(wrong) / len(policies)
    assert facts["wrong by program"] == pytest.approx(programs[False] / programs.total())


def test_a_world_is_what_infer_says_of_its_rows(found, base):
    world = draw_goals(0, 6)
    later = world.log.situations[world.log.row_situation[world.log.n_training :]].tolist()
    census = world.count(found.size.max_bits)
    target = draw_target(0, counting_argument.FORMALISMS[0], world, census).tolist()
    rows = [(*later[s], target[s], "train") for s in world.order[:8]]
    rows += [(*later[s], target[s], "deploy") for s in range(SITUATIONS)]
    log = log_from_frame(
        pd.DataFrame(rows, columns=[*world.log.features, "action", "split"]), source="rows", own_codes=True
    )
    space = TermSpace(world.language, census.bounds["max_bits"])
    mass = posterior(space.census(log), log, make_prior("simplicity")).mass[:, :, -1]
    row = base.set_index("world").loc[0]
    assert row["wrong by mass"] == pytest.approx(1 - mass[PLANNER, FAITHFUL] / mass[PLANNER].sum())
    assert row["wrong of all programs"] == pytest.approx(1 - mass[:, FAITHFUL].sum())


def test_over_all_completions_no_prior_is_better_than_another(counted):
    # Each goal that fits is right for one of them, so what is right of the mass adds up to 1 over all sixteen.
    n, unseen = 12, counted.world.order[12:]
    for beta in (0.0, 1.0):
        right = Fraction(0)
        for completion in product((0, 1), repeat=SITUATIONS - n):
            target = counted.target.copy()
            target[unseen] = completion
            after = replace(counted, target=target).after(n)
            wrong = after.cell("", 0.0, beta, noise=Noise(0.0)).facts["wrong by mass"]
            right += 0 if math.isnan(wrong) else 1 - Fraction(wrong)
        assert float(right) == pytest.approx(1)


def test_the_margin_is_the_lesser_of_number_and_mass(found, base):
    for row in base.to_dict("records"):
        right = round(row["policies that fit"] * (1 - row["wrong by number"]))
        wrong = row["policies that fit"] - right
        assert right in (0, 1)
        number = math.log2(wrong / right) if right and wrong else math.inf if wrong else -math.inf
        assert row["margin"] == pytest.approx(min(number, row["right by mass"]))
    assert found.table["margin"].notna().mean() > 0.9


def test_fewer_goals_fit_with_each_row(found):
    fitting = along(found.table, "rows", "policies that fit")[1]
    for few, more in pairwise(fitting):
        assert all(later <= earlier for earlier, later in zip(few, more, strict=True))


def test_planners_of_a_law_take_its_best_action(counted):
    world = counted.world
    program = TermSpace(world.language, 60).parse(world.planner, world.log)
    later = TermSpace(world.language, 60).predict(program, world.log).predictions["intact"][world.log.n_training :]
    assert later.tolist() == counted.target.tolist() == world.family.best[0].tolist()


def test_targets_of_machines_are_drawn_by_their_mass():
    policies, upto = goal_grammar._machines()
    share = np.diff(np.concatenate([[0.0], upto])) / upto[-1]
    constant = (policies == policies[:, :1]).all(axis=1)
    drawn = np.array([goal_grammar._from_machines(seed) for seed in range(300)])
    assert {tuple(row) for row in drawn.tolist()} <= {tuple(row) for row in policies.tolist()}
    expected = share[constant].sum()
    found = (drawn == drawn[:, :1]).all(axis=1).mean()
    assert abs(found - expected) < 4 * math.sqrt(expected * (1 - expected) / 300)


def test_targets_of_no_formalism_are_drawn_alike(counted):
    drawn = np.array([draw_target(seed, FUNCTIONS, counted.world, counted.census) for seed in range(200)])
    assert abs(drawn.mean() - 0.5) < 4 * 0.5 / math.sqrt(200 * SITUATIONS)
    assert len(np.unique(drawn, axis=0)) > 190
