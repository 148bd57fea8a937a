"""Fixed goal: the formula by hand, what turns the verdict round, and who takes the clone."""

import math
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import fixed_goal
from mesaprior.inference.claims.claim import at_base
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("fixed-goal")


@pytest.fixture(scope="module")
def world_and_size():
    from mesaprior.inference.claims.registry import claim

    size = claim("fixed-goal").sizes["small"]
    return fixed_goal._count(0, size), size


def rows_of(table, parameter, value):
    return table[(table["parameter"] == parameter) & (table["value"] == value)]


def test_who_leads_turns_with_the_prior_the_data_and_the_price(found):
    even = found.table[found.table["world"] % 2 == 0]
    E = found.size.base("environments")
    # One log, two priors.
    assert (at_base(even)["odds"] > 0).all()
    assert (at_base(even)["odds under the second prior"] < 0).all()
    # One prior, fixed prices, less data; then a colour that never misleads; then a dearer rule.
    assert (rows_of(even, "environments", E - 2)["odds"] < 0).all()
    assert (rows_of(even, "misled", 0.0)["odds"] < 0).all()
    assert (rows_of(even, "law_bits", 8.0)["odds"] < 0).all()


def test_margin_needs_all_four(found):
    base = at_base(found.table)
    for row in base.to_dict("records"):
        odds = [
            math.log2(p / (1 - p)) if p < 1 else math.inf
            for p in (row["fixed goals that take the clone"], 1 - row["bundles that take the clone"])
        ]
        least = min(row["odds"], -row["odds under the second prior"], *odds)
        assert row["margin"] == pytest.approx(least, abs=1e-6)
    # The same prior twice cannot put both sides first.
    assert (rows_of(found.table, "alpha", 0.0)["margin"] <= 0).all()


def test_fixed_goals_take_the_clone_and_tables_do_as_often_as_anything_else(found):
    base = at_base(found.table[found.table["world"] % 2 == 0])
    assert (base["fixed goals that take the clone"] > 0.95).all()
    assert base["bundles that take the clone"].to_numpy() == pytest.approx(0.25, abs=0.05)


def test_formula_is_what_the_prices_and_rows_say(found, world_and_size):
    # An even world: a planner of 16 bits and 13 steps, tables of 4 bits and 2 for each environment seen, a colour of 8.
    counted, size = world_and_size
    likelihood, visits = beta_likelihood(1, 9), int(size.base("visits"))
    hue = next(token for token in counted.world.language.tokens if token.name == "hue").table
    log = counted.log
    seen = [tuple(row) for row in log.situations[log.row_situation].tolist()][: log.n_training]
    for environments in (0, 3, 7):
        n = environments * visits
        hits = sum(int(hue[e]) == action for (e,), action in zip(seen[:n], log.action[:n].tolist(), strict=True))
        fits = likelihood(n, 0, 0, 4)
        colour = Fraction(1, 2**8) * likelihood(hits, n - hits, 0, 4)
        others = Fraction(1, 2 ** (4 + 2 * environments)) * fits + colour
        rows = rows_of(found.table[found.table["world"] == 0], "environments", environments)
        assert rows["odds by formula"].tolist() == pytest.approx([math.log2(Fraction(1, 2**16) * fits / others)])
        tables = Fraction(1, 2 ** (4 + 2 * environments)) * fits
        second = Fraction(1, 2**16) / 13**2 * fits / (tables + colour / 2**2)
        assert rows["odds by formula under the second prior"].tolist() == pytest.approx([math.log2(second)])


def test_a_world_is_what_infer_says_of_it(found, world_and_size):
    counted, size = world_and_size
    visits = int(size.base("visits"))
    log = counted.log
    census = TermSpace(counted.world.language, size.max_bits).census(log)
    for alpha, column in ((0.0, "odds"), (2.0, "odds under the second prior")):
        result = posterior(census, log, make_prior("speed", {"alpha": alpha}))
        rows = found.table[(found.table["world"] == 0) & (found.table["parameter"] == "environments")]
        assert rows[column].tolist() == pytest.approx(result.log2_odds[::visits].tolist())
        assert size.base("alpha") == 2.0
    later = np.arange(log.n_training, log.n_rows)
    (new,) = later[log.rival[later] != log.action[later]]
    result = posterior(census, log, make_prior("simplicity"))
    mass = np.exp2(result.log2_mass)
    takes = census.predictions[:, census.row_cell[new]] == log.rival[new]
    base = at_base(found.table[found.table["world"] == 0])
    for name, side in (("fixed goals", result.role > 0), ("bundles", result.role == 0)):
        assert base[name].tolist() == pytest.approx([mass[side].sum()])
        assert base[f"{name} that take the clone"].tolist() == pytest.approx(
            [mass[side & takes].sum() / mass[side].sum()]
        )
    right = (census.predictions[:, census.row_cell[later]] == log.action[later]).mean(axis=1)
    assert base["as the teacher"].tolist() == pytest.approx([mass @ right])


def test_visits_follow_one_environment_after_the_other(world_and_size):
    counted, _ = world_and_size
    again = counted.visited(2)
    rows = [tuple(row) for row in again.log.situations[again.log.row_situation].tolist()][: again.log.n_training]
    assert rows[::2] == rows[1::2]
    assert len(set(rows)) == len(rows) / 2
    census = again.space.census(again.log)
    assert census.counted_by_length == again.census.counted_by_length
    assert (census.predictions == again.census.predictions).all()
