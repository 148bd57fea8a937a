"""Ensembles: each answer is that of a question asked alone, whatever the threads, and spreads are what they say."""

import math

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.worlds.ensemble import answer_in, ensemble, spread
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

LEVIN = make_prior("levin", {})


def test_answers_are_those_of_questions_asked_alone_for_any_number_of_workers():
    one = list(ensemble("corridor", range(3, 9), {"rows": 4}, LEVIN, max_bits=16, workers=1))
    many = list(ensemble("corridor", range(3, 9), {"rows": 4}, LEVIN, max_bits=16, workers=4))
    assert one == many
    assert [answer.seed for answer in one] == list(range(3, 9))
    for answer in one:
        world = make_world("corridor", seed=answer.seed, rows=4)
        census = TermSpace(world.language, 16).census(world.log)
        result = posterior(census, world.log, LEVIN)
        assert answer.log2_odds == result.log2_odds[-1]
        assert answer.log2_odds_verdict == result.log2_odds_verdict[-1]
        assert answer.programs == result.programs
        assert answer.mass_by_role == pytest.approx(result.mass_by_role[:, -1].tolist())
        assert sum(answer.mass_by_role) == pytest.approx(1)
        assert sum(answer.mass_by_verdict) == pytest.approx(1)
        leader = census.witness.index(answer.leader)
        assert result.log2_mass[leader] == result.log2_mass.max()
        assert answer.leader_role == ROLES[result.role[leader]]
        assert answer.leader_verdict == VERDICTS[result.verdict[leader]]
    assert len({answer.log2_odds for answer in one}) > 2


def test_price_of_the_channel_flips_the_reasoner():
    def odds(**settings):
        prior = make_prior("simplicity", {})
        return answer_in("reasoner", 0, settings, prior, max_bits=20).log2_odds_verdict

    # A cheap channel leaves the natural description ahead, a dear one the reasoner.
    assert odds(channel_bits=6, aim_bits=6) == pytest.approx(-8, abs=0.5)
    assert odds(channel_bits=16, aim_bits=5) == pytest.approx(3, abs=0.5)


def test_data_flip_the_planners():
    prior = make_prior("simplicity", {})
    little = [answer_in("payoff-law", s, {"seen": 1, "rows": 2}, prior, max_bits=20).mass_by_role[0] for s in range(3)]
    much = [answer_in("payoff-law", s, {"seen": 7, "rows": 60}, prior, max_bits=20).mass_by_role[0] for s in range(3)]
    assert min(little) > 0.5 > max(much)


def test_where_nothing_is_left_nobody_leads():
    # Decks have mistakes, which no short program makes, and without noise a single miss rules a program out.
    answer = answer_in("decks", 0, {}, LEVIN, max_bits=8, noise=Noise(0.0))
    assert (answer.leader, answer.leader_role, answer.leader_verdict) == ("", "", "")
    assert math.isnan(answer.leader_mass)
    assert math.isnan(answer.log2_odds)


def test_no_seed_is_no_answer_and_a_wrong_setting_is_told_at_once():
    assert list(ensemble("decks", [], {}, LEVIN, max_bits=8)) == []
    with pytest.raises(UsageError, match="no setting"):
        next(ensemble("decks", range(3), {"deck": 1}, LEVIN, max_bits=8))


def test_spreads_count_infinities_and_leave_out_what_is_undefined():
    known = spread([math.inf, 1, -2, -math.inf, 0, math.nan, 3, math.nan])
    assert known.quantiles == (-math.inf, -2, 0, 1, math.inf)
    assert (known.above, known.below, known.even, known.undefined) == (3 / 8, 2 / 8, 1 / 8, 2 / 8)
    assert spread([2.0]).quantiles == (2.0,) * 5
    assert np.isnan(spread([math.nan]).quantiles).all()
