"""Worlds of payoffs: what tables weigh, who follows another payoff, and what the conduct of a program is."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims.frame.conduct import ERRING, FAITHFUL, OTHER_GOAL, RIVAL
from mesaprior.inference.claims.frame.payoffs import ACTIONS, RETARGETED, Offer, draw_payoffs
from mesaprior.inference.claims.frame.targets import from_circuits, from_programs
from mesaprior.priors.prior import make_prior

SIMPLE = make_prior("simplicity")


@pytest.fixture(scope="module")
def counted():
    """A small world in which some rivals agree, with the word for best replies."""
    offer = Offer(6, situations=6, seen=2, engine=1.0, is_retargeted=True)
    return draw_payoffs(4, offer, purpose="small").count(1)


def test_the_teacher_takes_what_its_law_pays_best_and_rivals_agree_where_it_was_seen(counted):
    world = counted.world
    assert world.has_engine
    assert world.teacher.tolist() == [
        max(range(ACTIONS), key=lambda y, s=s: world.family.pays[0, y, s]) for s in range(6)
    ]
    seen = world.log.situations[world.log.row_situation[:2], 0]
    assert world.rivals
    for law in range(1, 64):
        agrees = all(world.family.best[law, s] == world.teacher[s] for s in seen)
        assert (law in world.rivals) == agrees
    assert world.log.rival[2:].tolist() == world.family.best[world.rivals[0], :6].tolist()


def test_tables_weigh_what_a_census_with_the_lookup_says(counted):
    # Up to the length of a table the only program with a lookup is the bare table, so the two must agree.
    world = counted.world
    bound = int(world.memorizer().length)
    asked = TermSpace(world.language, bound)
    tokens = [*world.language.to_dict()["token"], {"kind": "lookup", "feature": "s", "bits": world.table_bits}]
    language = language_from_dict(world.language.to_dict() | {"token": tokens}, source="with tables")
    whole = posterior(TermSpace(language, bound).census(world.log), world.log, SIMPLE)
    census = asked.census(world.log)
    apart = type(counted)(world, census).ask(SIMPLE)
    assert apart.log2_odds == pytest.approx(whole.log2_odds)
    assert apart.share.sum() + apart.share_of_tables == pytest.approx(1)


def test_conduct_is_what_a_loop_over_all_goals_says(counted):
    asked = counted.ask(SIMPLE)
    conduct, world, census = asked.conduct, counted.world, counted.census
    bits = world.price(world.planner()).length - next(
        token.bits for token in world.language.tokens if token.kind == "argmax"
    )
    assert 6 * math.log2(ACTIONS) > bits or not conduct.is_agent.any()
    replies = [world.family.best[law, :6].tolist() for law in range(64)]
    for behaviour, actions in enumerate(census.predictions[:, census.row_cell[2:]].tolist()):
        served = [law for law, reply in enumerate(replies) if actions == reply]
        serves = bool(served) and 6 * math.log2(ACTIONS) > bits
        if actions == world.teacher.tolist():
            expected = FAITHFUL
        elif served and served[0] in world.rivals:
            expected = RIVAL
        else:
            expected = OTHER_GOAL if serves else ERRING
        assert conduct.code[behaviour] == expected
        assert conduct.is_agent[behaviour] == serves
        assert conduct.searches[behaviour] == bool(census.flags[behaviour].any())
    assert {FAITHFUL, RIVAL, ERRING} <= set(conduct.code.tolist())
    assert sum(conduct.two_by_two(asked.share).values()) == pytest.approx(1 - asked.share_of_tables)
    assert sum(conduct.by_code(asked.share).values()) == pytest.approx(1 - asked.share_of_tables)


def test_who_follows_is_who_takes_the_best_of_the_other_payoffs(counted):
    world = counted.world
    space = TermSpace(world.language, 30)
    (other,) = world.language.interventions
    best = np.asarray(other.meaning.table)[:ACTIONS].argmax(axis=0)
    for text, follows in ((world.planner(), True), (world.engine(), False)):
        told = space.predict(space.parse(text, world.log), world.log)
        acts = told.predictions[RETARGETED][2:]
        assert (acts == best[:6]).all() == follows
    changed = best[:6] != world.teacher
    assert changed.tolist() == [True, False] * 3
    assert 0 < counted.ask(SIMPLE).share_following < 1


def test_other_teachers_are_asked_of_the_same_programs(counted):
    actions = [0, 1, 2, 3, 0, 1]
    other = counted.with_targets(actions)
    again = TermSpace(counted.world.language, counted.census.bounds["max_bits"]).census(other.world.log)
    assert (other.census.predictions == again.predictions).all()
    assert (other.census.count == again.count).all()
    assert other.world.log.action[2:].tolist() == actions
    assert other.ask(SIMPLE).log2_odds == pytest.approx(type(counted)(other.world, again).ask(SIMPLE).log2_odds)


def test_targets_are_drawn_as_likely_as_their_mass(counted):
    census = counted.census
    drawn = [tuple(from_programs(seed, census, SIMPLE)) for seed in range(300)]
    weighed = posterior(census, counted.world.log, SIMPLE)
    constant = [seed for seed, actions in enumerate(drawn) if len(set(actions)) == 1]
    mass = 0.0
    prior = np.exp2(np.log2(census.count.astype(float)) - census.columns["length"])
    for behaviour, actions in enumerate(census.predictions.tolist()):
        if len(set(actions)) == 1:
            mass += prior[census.behaviour_id == behaviour].sum()
    share = mass / prior.sum()
    assert weighed.programs == sum(census.count)
    assert abs(len(constant) / 300 - share) < 4 * math.sqrt(share * (1 - share) / 300)


def test_targets_of_circuits_are_functions_of_the_bits():
    found = [tuple(from_circuits(seed, 16, 4)) for seed in range(40)]
    assert all(len(actions) == 16 and set(actions) <= set(range(4)) for actions in found)
    assert found[3] == tuple(from_circuits(3, 16, 4))
    # Simple functions are likelier: constants and inputs are 10 of the 65,536, and many of those that are drawn.
    free = {tuple((s >> place & 1) ^ turned for s in range(16)) for place in range(5) for turned in (0, 1)}
    bits = [tuple(action >> place & 1 for action in actions) for actions in found for place in (0, 1)]
    assert sum(bit in free for bit in bits) > 0.2 * len(bits)
    assert len(set(found)) > 10
