"""Corridors: goals have one best action each, and their price; rows show what they say."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims.corridors import COIN, END, Offer, draw_corridor


@pytest.fixture(params=[True, False])
def corridor(request):
    return draw_corridor(3, Offer(6, 2, is_in_order=request.param))


def test_planners_take_the_best_action_of_their_goals(corridor):
    space = TermSpace(corridor.language, 60)
    for goal in range(4):
        program = space.parse(corridor.planner(goal), corridor.log)
        later = space.predict(program, corridor.log).predictions["intact"][corridor.log.n_training :]
        assert later.tolist() == corridor.best[goal].tolist()


def test_the_teacher_walks_to_the_coin_and_the_rival_to_its_usual_end():
    corridor = draw_corridor(3, Offer(6, 2))
    situations = corridor.log.situations[corridor.log.row_situation[corridor.log.n_training :]]
    for (p, c), coin, end in zip(situations.tolist(), corridor.best[COIN], corridor.best[END], strict=True):
        usual = situations[corridor.usual[0], 1]
        assert 0 < p < 5
        assert (coin == end) == ((c > p) == (usual > p))
    assert corridor.best[COIN, corridor.usual].tolist() == corridor.best[END, corridor.usual].tolist()
    assert len(set(corridor.best[END].tolist())) == 1
    assert corridor.log.rival[corridor.log.n_training :].tolist() == corridor.best[END].tolist()


def test_a_smaller_family_is_the_beginning_of_a_larger_one_and_each_goal_costs_b_bits_more():
    few, many = (draw_corridor(7, Offer(6, bits)) for bits in (1, 4))
    assert few.best.tolist() == many.best[:2].tolist()
    assert few.usual.tolist() == many.usual.tolist()
    assert many.price(many.planner(15)) == many.price(many.planner(COIN))
    assert many.price(many.planner()).length == few.price(few.planner()).length + 3
    planted = draw_corridor(7, Offer(6, 4, is_planted=True))
    assert planted.best.tolist() == few.best.tolist()
    assert [entry["effective_bits"] for entry in many.ledger()] == pytest.approx([12 * math.log2(6), 20 * math.log2(3)])


def test_times_count_rows(corridor):
    times = corridor.times(100, 7)
    elsewhere = np.setdiff1d(np.arange(corridor.n_situations), corridor.as_usual)
    assert times.sum() == 100
    assert times[elsewhere].sum() == 7
    assert corridor.times_anywhere(50).sum() == 50
    assert (corridor.times(100, 8) - times)[elsewhere].sum() == 1


def test_another_teacher_has_its_own_rival(corridor):
    teacher = np.arange(corridor.n_situations) % 3
    log = corridor.log_of(teacher)
    assert log.action[log.n_training :].tolist() == teacher.tolist()
    assert log.rival[log.n_training :].tolist() == teacher[corridor.as_usual].tolist()
    by_situation = dict(zip(log.row_situation[log.n_training :].tolist(), teacher.tolist(), strict=True))
    training = range(log.n_training)
    assert [log.action[row] for row in training] == [by_situation[int(log.row_situation[row])] for row in training]
