"""Optimize to imitate: the fit against a loop, accuracies against plain sums, and what turns the verdict round."""

import itertools
import math

import numpy as np
import pytest

from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import optimize_to_imitate as claim
from mesaprior.inference.claims.claim import CONTROL, PLANTED, at_base, beside
from mesaprior.inference.claims.rules import DEPENDS, REFUTED
from mesaprior.inference.claims.wants import ACTIONS, SITUATIONS, draw_wants
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("optimize-to-imitate")


@pytest.fixture(scope="module")
def counted():
    size = claim.CLAIM.sizes["small"]
    return claim._count(1, size, {})


def rows_of(table, parameter, value=0.0):
    return table[(table["parameter"] == parameter) & (table["value"] == value)]


def test_families_are_drawn_before_the_teacher_and_numbers_without_a_look_at_it():
    worlds = [draw_wants(seed, 3, 12) for seed in range(12)]
    assert len({world.number[0] for world in worlds}) > 3
    for world in worlds:
        assert sorted(world.number) == list(range(8))
    fewer = draw_wants(5, 2, 4)
    assert (fewer.family.pays == worlds[5].family.pays[:4]).all()
    assert fewer.seen == worlds[5].seen[:4]
    # Nobody redraws until a goal agrees: with few situations seen some do, with many none.
    assert all(world.rivals == () for world in worlds)
    assert any(draw_wants(seed, 4, 2).rivals for seed in range(12))


@pytest.mark.parametrize("seed", range(4))
def test_program_that_fits_is_a_loop_over_numbers(seed):
    world = draw_wants(seed, 3, 5, passes=2)
    goal_of = {number: goal for goal, number in enumerate(world.number)}
    best = world.family.best

    def fitted(n):
        def hits(number):
            return sum(best[goal_of[number], s] == world.teacher[s] for s in rows[:n])

        return max(range(8), key=lambda number: (hits(number), -number))

    rows = list(world.seen) * 2
    expected = [best[goal_of[fitted(n)], s] for n, s in enumerate(rows)]
    expected += [best[goal_of[fitted(len(rows))], s] for s in range(SITUATIONS)]
    assert world.of_fitter.tolist() == expected


def test_accuracies_are_plain_sums_over_what_infer_says(counted):
    world, census = counted.world, counted.census
    result = posterior(census, world.log, make_prior("simplicity"))
    cell = claim.Measured(counted).cell("base", 0.0)
    for kind, roles in (("fitting", (2, 3)), ("pursuing", (1,))):
        right = whole = 0.0
        for behaviour in np.flatnonzero(np.isin(result.role, roles) & (result.log2_mass > -60)):
            mass = 2.0 ** result.log2_mass[behaviour]
            for s in range(SITUATIONS):
                if s in world.seen:
                    continue
                action = census.predictions[behaviour, census.row_cell[world.log.n_training + s]]
                right += mass * (action == world.teacher[s])
                whole += mass
        assert cell.facts[f"accuracy_{kind}"] == pytest.approx(right / whole, abs=1e-9)
    assert sum(cell.facts[kind] for kind in claim.KINDS) == pytest.approx(1)


def test_tables_are_as_right_as_all_of_them_one_by_one(counted):
    seen = 3
    world = draw_wants(1, 3, seen)
    right = whole = 0.0
    for entries in itertools.product(range(ACTIONS), repeat=seen):
        hits = sum(entry == world.teacher[s] for entry, s in zip(entries, world.seen, strict=True))
        mass = float(beta_likelihood(1, 9)(hits, seen - hits, 0, ACTIONS))
        right += mass * hits / seen
        whole += mass
    measured = claim.Measured(claim.CountedWants(world, counted.census))
    assert measured._accuracy_of_tables == pytest.approx(right / whole)


def test_formula_is_what_prices_and_misses_say(found):
    n = 12
    likelihood = beta_likelihood(1, 9)
    for row in at_base(found.table).to_dict("records"):
        misses = int(row["misses_of_fitter"])
        lost = math.log2(likelihood(n - misses, misses, 0, ACTIONS) / likelihood(n, 0, 0, ACTIONS))
        assert row["rivals"] == 0
        assert row["odds_predicted"] == pytest.approx(row["bits_saved"] + lost)
        # Without a rival both do as the teacher everywhere, if they are all there is of their kind.
        assert row["predicted"] == 0


def test_verdict_turns_with_the_data_at_fixed_prices(found):
    table = found.table
    assert found.verdict == REFUTED
    twice = rows_of(table, "passes", 2.0)
    assert claim.CLAIM.rule.decide(twice.assign(parameter="base"))[0] == DEPENDS
    assert twice["margin"].median() > at_base(table)["margin"].median()
    lines = {line.label: line.verdict for line in found.lines}
    assert lines[CONTROL] == DEPENDS
    assert lines["noise 0.01"] == DEPENDS
    # What keeps the verdict is not that the goal is dear.
    assert lines[PLANTED] == REFUTED


def test_prior_on_time_takes_from_who_fits(found):
    base, slow = at_base(found.table), rows_of(found.table, "alpha", 2.0)
    assert (slow["odds"].to_numpy() < base["odds"].to_numpy()).all()
    assert slow["margin"].median() < base["margin"].median()


def test_who_must_err_before_it_learns_is_ruled_out_without_noise(found):
    none = rows_of(found.table, beside("noise 0"))
    assert none[none["misses_of_fitter"] > 0]["fitting"].to_numpy() == pytest.approx(0.0, abs=1e-3)
