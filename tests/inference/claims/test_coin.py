"""Coin: the formula by hand, what turns the verdict round, and that the kinds are what they are called."""

import math
from fractions import Fraction

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import coin
from mesaprior.inference.claims.claim import at_base
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("coin")


def share(table, parameter, value):
    margins = table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]
    return (margins > 0).mean()


def test_verdict_turns_with_rows_and_with_the_prior(found):
    even = found.table[found.table["world"] % 2 == 0]
    # At fixed prices and one prior: without rows nothing is repaired, with many it is.
    assert share(even, "randomized", 0.0) == 0
    assert share(even, "randomized", 16.0) == 1
    # On one log: a prior that charges time needs more rows.
    base, slow = (even[(even["parameter"] == "alpha") & (even["value"] == alpha)] for alpha in (0.0, 4.0))
    assert (slow["rows to one half"].to_numpy() >= base["rows to one half"].to_numpy()).all()
    assert slow["rows to one half"].median() > base["rows to one half"].median()


def test_without_randomized_rows_the_one_step_is_learned(found):
    rows = found.table[(found.table["parameter"] == "randomized") & (found.table["value"] == 0)]
    assert (rows["odds"] < -10).all()
    assert (rows["one step"] > rows["defecting"]).all()
    assert (rows["accuracy"] < 0.25).all()


def test_formula_is_what_the_prices_and_rows_say(found):
    size, likelihood = found.size, beta_likelihood(1, 9)
    world = coin._world(2, size)
    log = coin._in_order(world)
    usual = int(size.base("usual"))
    rows = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    assert len({row[1] for row in rows[:usual]}) == 1
    assert all(row[1] != rows[0][1] for row in rows[usual : log.n_training])
    step = int(world.programs[0].text)

    def weight(bits, policy, n):
        hits = sum(policy(row) == world.teacher(row) for row in rows[:n])
        return Fraction(1, 2**bits) * likelihood(hits, n - hits, 0, 3)

    def odds(n):
        others = weight(4, lambda row: step, n) + weight(16, world.rival, n)
        return math.log2(weight(24, world.teacher, n) / others)

    base = at_base(found.table).set_index("world").loc[2]
    assert base["predicted"] == pytest.approx(min(-odds(usual), odds(usual + int(size.base("randomized")))))
    assert base["bits of difference"] == 20


def test_a_world_is_what_infer_says_of_it(found):
    world = coin._world(0, found.size)
    log = coin._in_order(world)
    result = posterior(TermSpace(world.language, found.size.max_bits).census(log), log, make_prior("simplicity"))
    shares = result.mass.sum(axis=0)
    rows = found.table[(found.table["world"] == 0) & (found.table["parameter"] == "randomized")]
    usual = int(found.size.base("usual"))
    for row in rows.to_dict("records"):
        faithful, defecting, erring = shares[:3, usual + int(row["value"])]
        assert row["faithful"] == pytest.approx(faithful)
        assert row["defecting"] == pytest.approx(defecting)
        assert row["one step"] + row["erring otherwise"] == pytest.approx(erring)
        assert row["odds"] == pytest.approx(math.log2(faithful / (1 - faithful)), abs=1e-6)


def test_shares_add_up(found):
    assert found.table[list(coin.KINDS)].sum(axis=1).to_numpy() == pytest.approx(1)
