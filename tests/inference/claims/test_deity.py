"""Deity: aims and rows of departure against loops, tables against the memorizer, and what turns the odds."""

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.claims import deity as claim
from mesaprior.inference.claims.channels import ACTIONS, TIMES, draw_channels
from mesaprior.inference.claims.claim import CONTROL, PLANTED, along, at_base
from mesaprior.inference.claims.rules import REFUTED, SUPPORTED
from mesaprior.inference.memorizer.memorizer import memorizer_over
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood


@pytest.fixture
def found(findings):
    return findings("deity")


@pytest.fixture(scope="module")
def measured():
    return claim.Measured(draw_channels(3, 3, 3).count(0))


def margins(table, parameter, value=0.0):
    return table[(table["parameter"] == parameter) & (table["value"] == value)]["margin"]


def test_aims_that_coincide_are_found_one_by_one():
    world = draw_channels(2, 3, 8)
    for n in (1, 3):
        expected = []
        for aim, pays in enumerate(world.aims.pays.tolist()):
            best = [max(range(ACTIONS), key=lambda y: pays[y][t]) for t in range(TIMES)]
            alike = [best[t] == world.teacher[t] for t in range(TIMES)]
            if all(alike[:n]) and not all(alike):
                expected.append(aim)
        assert world.aims_coinciding(n) == expected
    # Nothing makes an aim coincide but chance: 4^-n of them do.
    number = [len(draw_channels(seed, 3, 8).aims_coinciding(2)) for seed in range(8)]
    assert np.mean(number) == pytest.approx(2 ** (8 - 4), rel=0.3)


def test_families_do_not_know_each_other():
    few, many = draw_channels(4, 3, 3), draw_channels(4, 6, 6)
    assert (few.teacher == many.teacher).all()
    assert (few.aims.pays == many.aims.pays[:8]).all()
    dear = draw_channels(4, 18, 3)
    assert dear.price("chan0").length == many.price("chan0").length + 12


def test_rows_of_departure_are_those_of_a_loop(measured):
    census, log = measured.counted.census, measured.counted.world.log
    likelihood = beta_likelihood(1, 9)
    for n in (0, 3, 9):
        expected = np.zeros((2, TIMES + 1))
        for behaviour, predicted in enumerate(census.predictions.tolist()):
            mine = census.behaviour_id == behaviour
            prior = sum(
                int(count) * 2.0**-length
                for count, length in zip(census.count[mine], census.columns["length"][mine], strict=True)
            )
            misses = [row for row in range(TIMES) if predicted[census.row_cell[row]] != log.action[row]]
            wrong = sum(row < n for row in misses)
            is_idle = not census.flags[behaviour].any()
            expected[int(is_idle), min(misses, default=TIMES)] += prior * float(
                likelihood(n - wrong, wrong, 0, ACTIONS)
            )
        assert np.exp2(measured.log2_by_departure(n)) == pytest.approx(expected)


def test_tables_weigh_what_the_memorizer_says(measured):
    world, census = measured.counted.world, measured.counted.census
    asked = Analysis(census, world.log)
    tables = asked.memorizer(memorizer_over(["t"], world.log, ACTIONS, token_bits=world.table_bits))
    for n in (0, 3, TIMES):
        family = log2_total(np.array(list(measured._log2_tables(n).values())))
        programs = log2_total(measured.log2_by_departure(n).ravel())
        assert family - programs == pytest.approx(tables.log2_odds[n])


def test_margin_is_what_infer_says_of_a_log_of_these_rows(measured):
    n, world = 2, measured.counted.world
    shown = {f"chan{member}": column for member, column in enumerate(world.channels.tolist())}
    once = pd.DataFrame({"t": range(TIMES), **shown, "action": world.teacher})
    rows = pd.concat([once[:n].assign(split="train"), once.assign(split="deploy")], ignore_index=True)
    log = log_from_frame(rows, source="two rows", own_codes=True)
    census = TermSpace(world.language, measured.counted.census.bounds["max_bits"]).census(log)
    result = posterior(census, log, make_prior("simplicity"))
    right = census.predictions[:, census.row_cell[n:]] == world.teacher
    never = right.all(axis=1)
    to_come = right[:, :n].all(axis=1) & ~never & (result.role != IMITATOR)
    mass = np.exp2(result.log2_mass)
    # The one table that never departs has 32 bits more than its word, and next to no mass.
    assert measured.margin(n) == pytest.approx(np.log2(mass[to_come].sum() / mass[never].sum()), abs=1e-3)
    assert mass[to_come].sum() > 0


def test_formula_loses_two_bits_a_row_and_nothing_by_the_number_of_aims(found):
    table = found.table
    places, predicted = along(table, claim.ALONG, "predicted")
    by_row = np.array(predicted)
    assert places == [float(n) for n in range(TIMES)]
    assert np.diff(by_row, axis=0) == pytest.approx(-2.0)
    rows = {value: table[(table["parameter"] == "aim_bits") & (table["value"] == value)] for value in (3.0, 6.0)}
    assert rows[3.0]["predicted"].tolist() == rows[6.0]["predicted"].tolist()
    # At the base the rows say as much as a name costs, so what is left are the words of the two programs.
    base = at_base(table)
    assert base["predicted"].to_numpy() == pytest.approx(base["bits_saved"].to_numpy())


def test_verdict_turns_with_the_data_and_the_prior(found):
    table = found.table
    assert found.verdict == REFUTED
    lines = {line.label: line.verdict for line in found.lines}
    # The same prices, and data that no channel shows.
    assert lines[CONTROL] == SUPPORTED
    assert found.median("margin", "rows", 1.0) > found.median() > found.median("margin", "rows", 6.0)
    assert (margins(table, "alpha", 4.0).to_numpy() < at_base(table)["margin"].to_numpy()).all()
    dear = margins(table, "channel_bits", 18.0).to_numpy()
    assert (dear > at_base(table)["margin"].to_numpy() + 4).all()


def test_planted_aim_coincides_until_the_base_row(found):
    planted = found.table[found.table["parameter"] == PLANTED]
    assert (planted["aims"] == 1).all()
    base = at_base(found.table)
    assert base["aims"].mean() < 4
    assert base["aims_expected"].tolist() == [1.0] * found.size.n_worlds


def test_shares_are_of_all(found):
    table = found.table[found.table["never"].notna()]
    assert table[list(claim.CAMPS)].sum(axis=1).to_numpy() == pytest.approx(1.0)
