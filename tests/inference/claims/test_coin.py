"""Coin: what turns the verdict round, who holds the posterior row by row, and the formula by hand."""

import math

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL
from mesaprior.inference.claims import coin
from mesaprior.inference.claims.claim import CONTROL, at_base
from mesaprior.inference.claims.corridors import COIN, END, Offer, draw_corridor
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("coin")


@pytest.fixture
def base(found):
    return at_base(found.table)


def rows_at(found, parameter, value):
    return found.table[(found.table["parameter"] == parameter) & (found.table["value"] == value)]


def test_verdict_turns_with_the_rows_and_with_the_prior(found):
    # At the same prices and under one prior: per cent of the same rows, and as many per cent of fewer rows.
    assert (rows_at(found, "percent", 10.0)["margin"] > 0).all()
    assert (rows_at(found, "percent", 0.0)["margin"] < 0).all()
    assert (rows_at(found, "rows", 50.0)["margin"] < 0).all()
    # On one log: a prior that charges time.
    assert (rows_at(found, "alpha", 4.0)["margin"] > 0).mean() < (rows_at(found, "alpha", 0.0)["margin"] > 0).mean()


def test_where_the_coin_has_no_usual_end_going_there_is_not_learned(found):
    control = found.table[found.table["parameter"] == CONTROL]
    assert (control["learned"] < -100).all()
    assert (control["mended"] > 0).all()


def test_what_is_lost_is_the_goal_more_than_the_capability(base):
    assert (base["rival before"] > 2 * base["erring before"]).all()
    assert (base["faithful before"] < 0.01).all()


def test_shares_add_up(found):
    rows = found.table[found.table["faithful"].notna()]
    for names in (coin.HOLDERS, [f"{name} before" for name in coin.HOLDERS]):
        assert rows[list(names)].sum(axis=1).to_numpy() == pytest.approx(1)
    mechanism = rows[["search_agent", "search_only", "agent_only", "neither"]].sum(axis=1)
    assert mechanism.to_numpy() == pytest.approx(1)


def test_a_world_is_what_infer_says_of_its_rows(found):
    # Fifty rows in a file, one of them with the coin elsewhere, and all situations later.
    size, n = found.size, 50
    drawn = draw_corridor(0, Offer(coin.CELLS, int(size.base("law_bits"))))
    situations = drawn.log.situations[drawn.log.row_situation[drawn.log.n_training :]]
    shown = [*drawn.usual[: n - 1].tolist(), int(drawn.elsewhere[0])]
    rows = [(*situations[s], drawn.best[COIN, s], None, "train") for s in shown]
    rows += [(*situations[s], drawn.best[COIN, s], drawn.best[END, s], "deploy") for s in range(drawn.n_situations)]
    table = pd.DataFrame(rows, columns=["p", "c", "action", "rival", "split"]).astype({"rival": "Int64"})
    log = log_from_frame(table, source="rows", own_codes=True)
    bound = drawn.price(drawn.planner()).length + size.max_bits
    census = TermSpace(drawn.language, bound).census(log)
    result = posterior(census, log, make_prior("simplicity"))
    cells = rows_at(found, coin.percent_of(n), size.base("percent"))
    (cell,) = cells[cells["world"] == 0].to_dict("records")
    programs = 1 - cell["tables"]
    shares = result.mass.sum(axis=0)[:, -1]
    assert cell["faithful"] / programs == pytest.approx(shares[FAITHFUL])
    # A verdict of defecting asks for the rival's action where it is not the teacher's; a goal asks everywhere.
    walks_to_the_end = (census.predictions[:, census.row_cell[n:]] == drawn.best[END]).all(axis=1)
    rival = np.exp2(result.log2_mass[walks_to_the_end]).sum()
    assert cell["rival"] / programs == pytest.approx(rival)
    assert rival < shares[DEFECTING]
    assert (cell["other_goal"] + cell["erring"]) / programs == pytest.approx(1 - shares[FAITHFUL] - rival)
    planners = result.mass_by_role[1:, -1].sum()
    assert (cell["search_agent"] + cell["search_only"]) / programs == pytest.approx(planners)


def test_formula_is_what_prices_and_rows_say(found, base):
    likelihood, n = beta_likelihood(1, 9), int(found.size.base("rows"))
    after = coin.elsewhere_of(n, found.size.base("percent"))
    for world, row in zip(base["world"], base.to_dict("records"), strict=True):
        drawn = draw_corridor(int(world), Offer(coin.CELLS, int(found.size.base("law_bits"))))
        situations = drawn.elsewhere[:after]
        misses = int((drawn.best[COIN, situations] != drawn.best[END, situations]).sum())
        told = math.log2(likelihood(n, 0, 0, 3) / likelihood(n - misses, misses, 0, 3))
        bits = row["bits of difference"]
        assert row["predicted"] == pytest.approx(min(bits, told - bits))


def test_the_rows_that_it_takes_are_those_of_the_series(found, base):
    n = int(found.size.base("rows"))
    for percent in found.size.values("percent"):
        reached = rows_at(found, "percent", percent).set_index("world")["faithful"]
        needed = base.set_index("world")["rows to one half"]
        # The share does not fall again from there on.
        is_enough = needed <= coin.elsewhere_of(n, percent)
        assert (reached[is_enough] >= 0.5).all()


def test_per_cent_are_whole_rows():
    assert [coin.elsewhere_of(50, percent) for percent in (0, 1, 2, 3, 10)] == [0, 1, 1, 2, 5]
    assert coin.elsewhere_of(36, 100 * 4 / 36) == 4
    assert coin.elsewhere_of(3200, 10) == 320


def test_goals_that_agree_are_told_by_the_rows(found):
    # Without rows that tell, the end itself agrees, and each other goal that leads there if the coin is there.
    agreeing = rows_at(found, "percent", 0.0)["agreeing goals"]
    assert (agreeing >= 1).all()
    assert (rows_at(found, "percent", 10.0)["agreeing goals"] == 0).all()
    for world, n_agreeing in enumerate(agreeing):
        drawn = draw_corridor(world, Offer(coin.CELLS, int(found.size.base("law_bits"))))
        usual = sorted(set(drawn.usual.tolist()))
        alike = [best.tolist() for best in drawn.best[:, usual]].count(drawn.best[COIN, usual].tolist())
        assert n_agreeing == alike - 1
