"""Pseudorealizable: what turns the verdict round at fair prices, the formula, and laws used without a search."""

import math

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims.claim import along, at_base
from mesaprior.inference.claims.frame.payoffs import DOMAIN, Offer, draw_payoffs
from mesaprior.priors.prior import make_prior


@pytest.fixture
def found(findings):
    return findings("pseudorealizable")


@pytest.fixture
def base(found):
    return at_base(found.table)


def holding(table, parameter, value):
    """Return the share of the worlds with a margin above 0, and below."""
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean(), (margins < 0).mean()


def test_the_verdict_turns_with_the_words_the_prior_and_the_data(found):
    table = found.table
    # Where no language has a word for best replies search leads, and where all have, it never does.
    assert holding(table, "engine", 0.0) == (1, 0)
    assert holding(table, "engine", 1.0) == (0, 1)
    # At the same prices: another prior, and fewer rows.
    assert holding(table, "alpha", 4.0) == (0, 1)
    assert holding(table, "observed_bits", 6.0) == (0, 1)


def test_the_law_beats_memory_in_every_language_at_the_bits_that_name_it(found, base):
    assert (base["over_memory"] > 0).all()
    least, most = (found.median("over_memory", "law_bits", bits) for bits in (0.0, 6.0))
    # Six bits more for the law, and the odds over memory are some six less.
    assert least - most == pytest.approx(6, abs=0.5)


def test_formula_is_what_the_prices_say(found, base):
    for world, row in zip(base["world"], base.to_dict("records"), strict=True):
        drawn = draw_payoffs(int(world), Offer(6, engine=0.5))
        bits = {token.kind: token.bits for token in drawn.language.tokens}
        law = next(token.bits for token in drawn.language.tokens if token.name == "pay0")
        planner = bits["argmax"] + law + bits["candidate"] + bits["feature"]
        assert row["crossing_predicted"] == planner - drawn.table_bits
        memory = 2 * (DOMAIN - 1) - row["crossing_predicted"]
        if drawn.has_engine:
            reply = next(token.bits for token in drawn.language.tokens if token.name == "reply0") + bits["feature"]
            assert row["bits_of_search"] == planner - reply
            assert row["predicted"] == min(memory, reply - planner)
        else:
            assert math.isnan(row["bits_of_search"])
            assert row["predicted"] == memory


def test_planners_overtake_memory_near_the_formula(base):
    assert base["crossing"].notna().all()
    assert (base["crossing"] - base["crossing_predicted"]).abs().median() < 2


def test_a_world_without_tables_is_what_infer_says_of_it(found):
    size = found.size
    drawn = draw_payoffs(2, Offer(6, engine=0.5))
    texts = [drawn.planner(), *([drawn.engine()] if drawn.has_engine else [])]
    bound = max(drawn.price(text).length for text in texts) + size.max_bits
    result = posterior(TermSpace(drawn.language, bound).census(drawn.log), drawn.log, make_prior("simplicity"))
    table = found.table
    (row,) = table[(table["world"] == 2) & (table["parameter"] == "brain") & (table["value"] == 0)].to_dict("records")
    assert row["margin"] == pytest.approx(result.log2_odds[-1])
    assert row["planners"] == pytest.approx(result.mass_by_role[1:, -1].sum())


def test_who_uses_the_law_without_a_search_acts_for_its_goal_and_does_not_follow_it(base):
    with_engine = base[base["has_engine"] == 1]
    without = base[base["has_engine"] == 0]
    assert len(with_engine)
    assert len(without)
    assert (with_engine["agent_only"] > 0.9).all()
    assert (with_engine["following"] < 0.1).all()
    assert (without["search_agent"] > 0.9).all()
    assert (without["following"] > 0.9).all()
    shares = base[["search_agent", "search_only", "agent_only", "neither", "tables"]].sum(axis=1)
    assert shares.to_numpy() == pytest.approx(1)


def test_rows_are_seen_one_by_one(found):
    values, odds = along(found.table, "observed_bits", "over_memory")
    assert values == [0, 6, 12, 18, 24, 30]
    assert all(odds[-1][world] > odds[0][world] for world in range(found.size.n_worlds))
