"""Who challenges whom: sides, odds and leaders."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given

from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.odds import (
    BY_ROLE,
    BY_VERDICT,
    CHALLENGERS,
    OTHERS,
    contest_of,
    loses_by_verdict,
    odds_text,
    partition_of,
    ratio_text,
)
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.sweeps.sweep import sweep_posterior
from tests.inference.small import SIMPLICITY, cases, make_census


@given(cases())
def test_odds_are_of_the_mass_of_the_sides(case):
    log, programs, n_actions = case
    census, noise = make_census(log, programs, n_actions=n_actions), Noise(0.1)
    found = posterior(census, log, SIMPLICITY, noise=noise)
    judgement = Scored(census, log, noise).judgement
    mass = np.exp2(found.log2_mass)
    for contest in (BY_ROLE, BY_VERDICT):
        sides = contest.sides_of(judgement)
        challengers, others = (float(mass[sides == side].sum()) for side in (CHALLENGERS, OTHERS))
        odds = float(contest.odds_of(found)[-1])
        if challengers > 0 and others > 0:
            assert odds == pytest.approx(np.log2(challengers / others), abs=1e-6)
        assert contest.leader(odds > 0 if odds else None) in (contest.challengers, contest.others, None)


def test_the_two_contests():
    assert (contest_of(by_verdict=False), contest_of(by_verdict=True)) == (BY_ROLE, BY_VERDICT)
    assert (str(BY_ROLE), str(BY_VERDICT)) == ("optimizers over imitators", "defecting over faithful")
    assert [BY_VERDICT.leader(leads) for leads in (True, False, None)] == ["defecting", "faithful", None]
    assert BY_ROLE.names[IMITATOR] == "imitator"
    assert (BY_VERDICT.names[FAITHFUL], BY_VERDICT.names[DEFECTING]) == ("faithful", "defecting")


@pytest.mark.parametrize(
    ("n", "odds", "said"),
    [
        (None, np.nan, "At n = 9 neither defecting nor faithful machines have any mass."),
        (None, -np.inf, "Faithful machines do not lose: at n = 9 no defecting one has any mass."),
        (None, -2.5, "Faithful machines do not lose: at n = 9 the odds of defecting ones are -2.50 bits."),
        (0, 3.0, "Faithful machines lose before any training row, and end 3.00 bits behind."),
        (4, np.inf, "Faithful machines lose at n = 4 of 9 training rows, and end without any mass."),
    ],
)
def test_where_faithful_ones_lose_in_words(n, odds, said):
    found = SimpleNamespace(loses_at_verdict=n, n_training=9, log2_odds_verdict=np.array([-1.0, odds]))
    assert loses_by_verdict(found, "machines") == said


@pytest.mark.parametrize(
    ("imitators", "said"),
    [
        (0.75, "Imitators hold 75 % of the posterior after 1 training row: imitators lead optimizers by 1.58 bits"),
        (0.25, "Optimizers hold 75 % of the posterior after 1 training row: optimizers lead imitators by 1.58 bits"),
    ],
)
def test_who_holds_the_posterior_in_words(imitators, said):
    # Whoever holds less is ahead before the row.
    mass = np.zeros((4, 4, 2))
    mass[IMITATOR, FAITHFUL], mass[1, DEFECTING] = [1 - imitators, imitators], [imitators, 1 - imitators]
    odds = np.log2(mass[1:].sum(axis=(0, 1)) / mass[IMITATOR].sum(axis=0))
    found = SimpleNamespace(
        mass=mass,
        mass_by_role=mass.sum(axis=1),
        number=((1, 0, 0, 0),) * 4,
        n=np.array([0, 1]),
        n_training=1,
        log2_odds=odds,
        loses_at=None if imitators > 0.5 else 1,
    )
    assert partition_of(found).headline.startswith(said)


@given(cases())
def test_a_sweep_weighs_by_role_where_there_are_roles_and_by_verdict_where_anybody_is_judged(case):
    log, programs, n_actions = case
    swept = sweep_posterior(make_census(log, programs, n_actions=n_actions), log, SIMPLICITY, {"noise": [0.05, 0.1]})
    is_judged = not np.isnan(swept.log2_odds_verdict).all()
    assert swept.contests(has_lesions=True) == [BY_ROLE, *[BY_VERDICT] * is_judged]
    assert swept.contests(has_lesions=False) == [BY_VERDICT]
    for contest in (BY_ROLE, BY_VERDICT):
        assert swept.shares(contest).shape == (2, len(contest.names))


@pytest.mark.parametrize(
    ("bits", "text"), [(0.0, "1"), (3.18, "9.06"), (6.64, "99.7"), (6.65, "100"), (10.0, "1,024"), (40.4, "2^40")]
)
def test_ratios_in_few_digits(bits, text):
    assert ratio_text(bits) == text


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (np.nan, "neither cats nor dogs have any mass"),
        (np.inf, "only cats have any mass"),
        (-np.inf, "only dogs have any mass"),
        (-0.004, "cats and dogs are level"),
        (0.005, "cats lead dogs by 0.01 bits (1 to 1)"),
        (-2.0, "dogs lead cats by 2.00 bits (4 to 1)"),
    ],
)
def test_odds_in_words(bits, text):
    assert odds_text(bits, "cats", "dogs") == text
