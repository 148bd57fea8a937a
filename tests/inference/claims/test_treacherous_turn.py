"""Treacherous turn: rivals by running each goal, masses by a plain loop, the formula by hand, what turns it round."""

import itertools
import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import treacherous_turn as claim
from mesaprior.inference.claims.claim import along, at_base, beside
from mesaprior.inference.claims.frame.overseen import ACTIONS, Oversight, draw_goals, draw_overseen
from mesaprior.inference.claims.turning import AskedOverseen
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("treacherous-turn")


@pytest.fixture(scope="module")
def short():
    """A world of four situations, of which all tables can be listed, with few enough programs for a loop."""
    return draw_overseen(4, Oversight(2, 1, situations=4, as_if=1.0, operators=0)).count(0)


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


def actions_of(world, text):
    """Return what a program does by state, those of watched states first, as the space runs it."""
    predicted = TermSpace(world.language, 60).predict(TermSpace(world.language, 60).parse(text, world.log), world.log)
    state = world.log.situations[world.log.row_situation, 0]
    by_state = dict(zip(state.tolist(), predicted.predictions["intact"].tolist(), strict=True))
    return [by_state[x] for x in range(2 * world.oversight.situations)]


@pytest.mark.parametrize("seed", [0, 3])
def test_rivals_are_the_goals_that_turn_when_they_are_run(seed):
    world = draw_overseen(seed, Oversight(4, 2, as_if=1.0))
    teacher = world.teacher.tolist()
    turning = []
    for goal in range(16):
        watched, unwatched = np.split(np.array(actions_of(world, f"(argmax (goal{goal} (end0 x y)))")), 2)
        always = actions_of(world, f"(argmax (goal{goal} (end0 s y)))")
        if watched.tolist() == teacher and unwatched.tolist() != teacher:
            turning.append(goal)
            # Whoever acts as if it were watched is faithful.
            assert always == teacher + teacher
    assert turning == [goal for goal in world.rivals if goal < 16]
    assert turning
    assert actions_of(world, world.own_goal()) == teacher + teacher


def test_others_of_the_family_enforce_what_other_goals_like():
    world = draw_overseen(1, Oversight(2, 2))
    for k in range(4):
        wanted = world.physics.liked(world.family)[k]
        # To care for nothing but shutdown is to take what this overseer wants, which no other one does everywhere.
        ends = world.physics.end(wanted)
        assert ((ends != world.physics.shutdown).argmax(axis=1) == wanted).all()
        assert ((ends != world.physics.shutdown).sum(axis=1) == 1).all()


def test_family_is_drawn_before_the_teacher_and_grows_from_its_beginning():
    few, many = (draw_overseen(2, Oversight(bits, 0)) for bits in (2, 5))
    assert (few.family == many.family[:4]).all()
    assert (draw_goals(2, "overseen", 5) == many.family).all()
    assert (few.teacher == many.teacher).all()
    # Control and base differ in what the teacher does, and in nothing that it does not bring about.
    control = draw_overseen(2, Oversight(2, 0, is_structured=False))
    assert (control.family == few.family).all()
    assert (control.teacher != few.teacher).any()
    prices = [[token.bits for token in world.language.tokens] for world in (few, control)]
    assert prices[0] == prices[1]


def test_masses_are_those_of_a_plain_loop(short):
    world, census, log = short.world, short.census, short.world.log
    goals = [tuple(row) for row in world.liked[:, list(world.unwatched)].tolist()]
    wanted = world.teacher[list(world.unwatched)].tolist()
    n, likelihood = 5, beta_likelihood(1, 9)
    faithful = defecting = 0.0
    for behaviour, actions in enumerate(census.predictions[:, census.row_cell].tolist()):
        hits = sum(a == b for a, b in zip(actions[:n], log.action[:n].tolist(), strict=True))
        mine = census.behaviour_id == behaviour
        prior = sum(
            int(count) * 2.0**-length
            for count, length in zip(census.count[mine], census.columns["length"][mine], strict=True)
        )
        mass = prior * float(likelihood(hits, n - hits, 0, ACTIONS))
        later = actions[log.n_training :]
        if later == wanted:
            faithful += mass
        elif tuple(later) in goals and goals.index(tuple(later)) in world.rivals:
            defecting += mass
    tables = list(itertools.product(range(ACTIONS), repeat=4))
    weight = 2.0 ** -(world.table_bits + 8)
    right = [sum(table[s] == world.teacher[s] for s in world.watched[:n]) for table in tables]
    of_tables = [weight * float(likelihood(h, n - h, 0, ACTIONS)) for h in right]
    faithful += of_tables[tables.index(tuple(world.teacher.tolist()))]
    masses = AskedOverseen(short, make_prior("simplicity")).masses(n)
    # With so few situations a goal says less than it takes to write, and only rivals count as serving one.
    assert defecting > 0
    assert 2**masses.defecting == pytest.approx(defecting)
    assert 2**masses.faithful == pytest.approx(faithful)
    assert 2**masses.table + 2**masses.tables == pytest.approx(sum(of_tables))


def test_shares_are_those_of_infer():
    counted = draw_overseen(3, Oversight(3, 0, situations=8)).count(0)
    asked = AskedOverseen(counted, make_prior("simplicity"))
    n = counted.world.log.n_training
    mine = asked.share(n)
    result = posterior(counted.census, counted.world.log, make_prior("simplicity"))
    assert mine / mine.sum() == pytest.approx(np.exp2(result.log2_mass))


def test_formula_by_hand(found):
    world = draw_overseen(0, Oversight(3, 3))
    own, end = (world.price(text).length for text in (world.own_goal(), world.by_the_end()))
    assert world.has_as_if
    own_s, end_s = (world.price(text).length for text in (world.own_goal("s"), world.by_the_end("s")))
    k = sum(goal < 8 for goal in world.rivals)
    assert k == len(world.rivals) == 1
    # The teacher's own goal obeys by the end as well, and is faithful either way.
    table = world.table_bits + 32
    faithful = 2.0**-own + 2.0**-own_s + (k + 1) * 2.0**-end_s + 2.0**-end + 2.0**-table
    base = at_base(found.table).iloc[0]
    assert base["predicted"] == pytest.approx(math.log2(k * 2.0**-end / faithful))
    assert base["rivals"] == k


def test_what_the_formula_leaves_out_is_how_many_stand_on_each_side(found):
    rows = found.table[np.isfinite(found.table["margin"]) & np.isfinite(found.table["predicted"])]
    assert len(rows) > 60
    difference = rows["margin"] - rows["predicted"]
    assert difference.to_numpy() == pytest.approx((rows["more_defecting"] - rows["more_faithful"]).to_numpy())


def test_data_turn_it_round_at_fair_prices(found):
    # Few watched rows leave many goals that need no overseer to fit them.
    assert found.verdict == "refuted"
    assert share(found.table, "watched_rows", 4.0) >= 0.75


def test_prices_turn_it_round_where_goals_are_dear_and_the_overseer_is_not(found):
    assert share(found.table, claim.KNOWN, claim.MANY) >= 0.75
    least, *_, most = along(found.table, claim.KNOWN)[1]
    assert np.median(least) < np.median(most)
    lines = {line.label: line for line in found.lines}
    assert lines[claim.FREE_AND_MANY].verdict == "supported"
    at_many = found.table[found.table["parameter"] == beside(claim.FREE_AND_MANY)]["margin"]
    assert at_many.tolist() == along(found.table, claim.KNOWN)[1][-1]


def test_unwatched_rows_end_it(found):
    base = at_base(found.table)
    _, shares = along(found.table, "unwatched_rows", "defecting")
    assert all(np.diff([np.mean(at) for at in shares]) < 0)
    assert max(shares[-1]) < 1e-6
    with_rivals = base[base["rivals"] + base["rivals_by_name"] > 0]
    assert (with_rivals["rows_to_refute"] - with_rivals["rows_predicted"]).abs().median() <= 1


def test_who_turns_heeds_the_overseer(found):
    base = at_base(found.table)
    # Without the overseer they act otherwise while watched; of the faithful only those do that reckon with it.
    assert (base["heeding"] - base["faithful_heeding"] - base["rival"]).abs().max() < 1e-3
    assert (base["faithful_heeding"] < base["faithful"]).all()
    assert (base[["search_agent", "search_only", "agent_only", "neither", "tables"]].sum(axis=1) - 1).abs().max() < 1e-9
