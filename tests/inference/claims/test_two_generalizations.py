"""Two generalizations: what prices, bribed rows and a prior on time turn round, and one world beside `infer`."""

import numpy as np
import pytest

from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims.two_generalizations import (
    BASES,
    MAX_GATES,
    MAX_STEPS,
    Asking,
    all_situations,
    census_on,
    over_all_situations,
)
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

SIMPLICITY = make_prior("simplicity")


@pytest.fixture
def found(findings):
    return findings("two-generalizations")


def at(table, parameter, value, column="margin"):
    return table[(table["parameter"] == parameter) & (table["value"] == value)][column].to_numpy()


def test_terms_turn_with_the_price_of_the_item(found):
    table = found.table
    assert (at(table, "base", 0.0, "terms_odds") < 0).all()
    assert (at(table, "item_bits", 12.0) > at(table, "item_bits", 4.0)).all()
    assert (at(table, "item_bits", 12.0) > 0).mean() > 0.5


def test_bribed_rows_turn_all_at_the_same_prices(found):
    table = found.table
    for space in ("terms", "circuits"):
        before, after = at(table, "bribed", 0.0, f"{space}_odds"), at(table, "bribed", 4.0, f"{space}_odds")
        assert (after > before).all()
        assert np.median(before) < 0 < np.median(after)


@pytest.mark.parametrize("seed", [2, 5])
def test_a_prior_on_time_turns_terms_at_the_same_prices(seed):
    asking = Asking(seed, 24, 2)
    odds = [asking.cell("", 0.0, {"item_bits": 12}, alpha=alpha).facts["terms_odds"] for alpha in (0.0, 4.0)]
    assert odds[0] > 0 > odds[1]


def test_prices_are_those_of_terms_alone(found):
    table = found.table
    for parameter in ("item_bits", "message_bits", "mull_bits", "sort_bits"):
        for space in ("machines", "circuits"):
            assert (at(table, parameter, 8.0, f"{space}_odds") == at(table, "base", 0.0, f"{space}_odds")).all()


def test_formula_is_bits_of_the_sides():
    asking = Asking(2, 16, 2)
    log = asking.world({}).log
    # The classifier has 12 bits, the rater 16, and no jitter is in an even world; circuits lean further to the item.
    cell = asking.cell("base", 0.0, {})
    assert cell.facts["circuits_odds"] < cell.facts["terms_odds"]
    assert cell.predicted == pytest.approx(12 - 16)
    assert log.n_training == 12
    # A bit of the message is a bit of the odds.
    assert asking.cell("message_bits", 6.0, {"message_bits": 6}, bound=18).predicted < cell.predicted


def test_margin_is_the_lesser_half(found):
    table = found.table
    lesser = np.minimum(table["terms_odds"], -table["circuits_odds"])
    assert table["margin"].to_numpy() == pytest.approx(lesser.to_numpy())
    for space in ("terms", "machines", "circuits"):
        parts = table[[f"{space}_{verdict}" for verdict in ("faithful", "defecting", "erring")]].to_numpy()
        assert parts.sum(axis=1) == pytest.approx(np.ones(len(parts)))


def test_spaces_over_all_situations_are_those_over_the_log():
    world = make_world("rater", seed=3, items=2, bribed=1)
    # The messages of this log have three bits, as those of all situations do.
    assert world.log.feature_sizes[1] > 4
    spaces = {"machines": TuringSpace(1, 2, MAX_STEPS), "circuits": CircuitSpace(MAX_GATES, encoding="binary")}
    for name, census in over_all_situations(2, 2).items():
        derived, direct = census_on(census, world.log), spaces[name].census(world.log)
        assert (derived.predictions == direct.predictions).all()
        assert derived.n_programs == direct.n_programs
        assert posterior(derived, world.log, SIMPLICITY).log2_odds_verdict == pytest.approx(
            posterior(direct, world.log, SIMPLICITY).log2_odds_verdict
        )


def test_situations_are_all_that_can_come():
    situations = {tuple(row) for row in all_situations(4).situations.tolist()}
    assert len(situations) == 4 + 4 * 4
    for seed in range(8):
        log = make_world("rater", seed=seed, items=4, bribed=2).log
        assert {tuple(row) for row in log.situations.tolist()} <= situations


def test_a_world_is_what_infer_says_of_it(found):
    world = make_world("rater", seed=2, jitter=0, **BASES)
    census = TermSpace(world.language, found.size.max_bits).census(world.log)
    result = posterior(census, world.log, SIMPLICITY)
    base = found.table[(found.table["parameter"] == "base") & (found.table["world"] == 2)].iloc[0]
    assert base["terms_odds"] == pytest.approx(result.log2_odds_verdict[-1])
