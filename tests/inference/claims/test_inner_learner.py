"""Inner learner: what turns it round, the memorizer among the others, and the formula by hand."""

import math

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.claims import inner_learner
from mesaprior.inference.claims.claim import at_base
from mesaprior.inference.worlds.worlds import make_world
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("inner-learner")


def test_what_is_charged_turns_the_lead_round(found):
    base = at_base(found.table)
    holds = base[base["margin"] > 0]
    assert len(holds)
    assert (holds["odds_simplicity"] > 0).all()
    assert (holds["odds_time"] < 0).all()
    assert (holds["odds_infer_time"] > 0).all()


def test_a_parameter_that_has_a_name_turns_it_round_at_the_same_prices(found):
    base = at_base(found.table)
    named, unnamed = base[base["named_bits"] <= 14], base[base["named_bits"] >= 36]
    assert len(named)
    assert len(unnamed)
    assert (named["odds_simplicity"] < 0).all()
    assert unnamed["odds_simplicity"].median() > 0


def test_few_situations_are_remembered(found):
    few = found.table[(found.table["parameter"] == "situations") & (found.table["value"] == 4)]
    assert (few["margin"] < 0).all()
    assert few["odds_simplicity"].median() < at_base(found.table)["odds_simplicity"].median()


def test_formula_is_near_where_one_program_leads_each_side(found):
    rows = found.table[found.table["predicted"].notna()]
    assert (rows["margin"] - rows["predicted"]).abs().median() < 1


def test_charge_of_the_learner_is_the_unrolled_fit():
    world = make_world("drift", seed=0, situations=16, rows=32, online=32, before=4)
    told = TermSpace(world.language, 1).explain("(fit (rule s theta))", world.log)
    assert (told.length, told.time, told.infer_time) == (16, 1 + (8 * 64 + 1) * 3, 4)


def test_prediction_of_the_formula_by_hand():
    size = inner_learner._size(1, 20, is_whole=False)
    asked = size.bases
    counted = inner_learner._count(0, size, asked)
    log, n = counted.world.log, 32

    def fit(hits):
        return math.log2(beta_likelihood(1, 9)(int(hits), n - int(hits), 0, 4))

    space = TermSpace(counted.world.language, 1)
    hits = {
        text: int((space.predict(space.parse(text, log), log).predictions["intact"][:n] == log.action[:n]).sum())
        for text in [entry.text for entry in counted.world.programs]
    }
    place = log.situations[log.row_situation[:n], 0]
    table = sum(np.bincount(log.action[:n][place == s]).max() for s in set(place.tolist()))
    *others, learner = hits
    scores = [fit(hits[text]) - counted_bits(space, text, log) for text in others]
    scores.append(fit(table) - 4 - 2 * len(set(place.tolist())))
    assert counted._predicted("1", 1.0) == pytest.approx(fit(hits[learner]) - 16 - max(scores), abs=1e-6)


def counted_bits(space, text, log):
    return space.explain(text, log).length
