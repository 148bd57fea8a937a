"""Safeguards against fractions, and what is proved of the top set."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import NONE
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.safeguards.outcomes import Policies, safeguards_on
from mesaprior.inference.safeguards.ways import Belief, TopSet
from tests.inference.naive_posterior import beta_likelihood, noise_likelihood
from tests.inference.naive_safeguards import NaiveSafeguards
from tests.inference.small import LEVIN, SIMPLICITY, Program, cases, levin_weight, make_census, make_log

NOISES = (
    (Noise(0.0625), noise_likelihood(Fraction(1, 16))),
    (Noise(0.0), noise_likelihood(Fraction(0))),
    (BetaNoise(1, 9), beta_likelihood(1, 9)),
    (BetaNoise(2, 1), beta_likelihood(2, 1)),
)
SETTINGS = {"temperatures": (1.0, 0.5), "alphas": (0.25, 0.015625, 1.0), "ks": (1, 2, 3), "cost": 0.25}


def few(programs):
    """Keep counts small: masses that differ in the sixtieth bit are equal for doubles, and not for fractions."""
    return [replace(program, count=program.count % 7 + 1) for program in programs]


@settings(max_examples=120)
@given(cases(), st.sampled_from(NOISES), st.booleans(), st.booleans())
def test_outcomes_are_those_by_the_book(case, noise, slips, online):
    log, programs, n_actions = case
    programs = few(programs)
    census = make_census(log, programs, n_actions=n_actions)
    found = safeguards_on(Weighed(census, LEVIN), log, noise=noise[0], has_slips=slips, is_online=online, **SETTINGS)
    naive = NaiveSafeguards(log, programs, levin_weight, noise[1], n_actions, slips=slips, online=online)
    is_left = all(naive.masses(row) for row in range(log.n_rows))
    for outcome in found:
        if not is_left:
            assert np.isnan(outcome.regret)
            continue
        for name, value in naive.outcome(outcome.name).items():
            mine = getattr(outcome, name)
            assert mine == pytest.approx(value, rel=1e-8, abs=1e-9, nan_ok=True), (outcome.name, name)


@settings(max_examples=150)
@given(cases(), st.sampled_from([*(noise for noise, _ in NOISES), BetaNoise(0.3, 0.7), BetaNoise(40, 2)]))
def test_what_is_missed_on_later_rows_is_the_same_by_every_way_to_ask(case, noise):
    log, programs, n_actions = case
    census = make_census(log, few(programs), n_actions=n_actions)
    found = posterior(census, log, LEVIN, noise=noise)
    if np.isnan(found.log2_mass).any():
        return
    judged = np.flatnonzero(log.action[log.n_training :] != NONE)
    action, cell = (values[log.n_training :][judged] for values in (log.action, census.row_cell))
    errors = {
        slips: safeguards_on(Weighed(census, LEVIN), log, noise=noise, has_slips=slips)[0].errors_later
        for slips in (True, False)
    }
    # With slips the mixture errs where the predictive says so.
    predictive = found.predictive[judged, action]
    assert errors[True] == pytest.approx(len(judged) - predictive.sum(), abs=1e-12)
    # Without slips it errs where programs miss, but that one in A of their abstentions is right by chance.
    mass = np.exp2(found.log2_mass)
    idle = (mass @ (census.predictions[:, cell] < 0)).sum()
    missed = np.nansum(found.mass_by_role[:, -1] * found.misses) * len(judged)
    assert errors[False] == pytest.approx(missed - idle / n_actions, abs=1e-12)
    # And each slip is one of the noise model: a program that is right errs with the share that it has learned.
    hits, misses = (np.zeros(len(mass), dtype=np.int64) for _ in range(2))
    for row in range(log.n_training):
        given = census.predictions[:, census.row_cell[row]]
        hits += given == log.action[row]
        misses += (given >= 0) & (given != log.action[row])
    likely, other = noise.predictive(hits, misses, n_actions)
    right = census.predictions[:, cell] == action
    wrong = (census.predictions[:, cell] >= 0) & ~right
    expected = (mass * (1 - likely)) @ right + (mass * (1 - other)) @ wrong
    assert errors[True] == pytest.approx(expected.sum() + idle * (1 - 1 / n_actions), abs=1e-12)


@settings(max_examples=200)
@given(cases(), st.sampled_from(NOISES), st.floats(1e-6, 1.0), st.booleans())
def test_no_action_is_likelier_than_under_a_truth_in_the_top_set(case, noise, alpha, slips):
    log, programs, n_actions = case
    policies = Policies(Weighed(make_census(log, programs, n_actions=n_actions), LEVIN), log, noise[0], has_slips=slips)
    guard = TopSet(alpha)
    for row in range(log.n_rows):
        belief = policies.believe(row)
        if belief is None:
            return
        members = guard.members(belief)
        decision = guard.decide(belief)
        assert decision.action.sum() + decision.asks == pytest.approx(1)
        for truth in members:
            assert (decision.action <= belief.probabilities(np.array([truth]))[0]).all()
        if len(members) == 1:
            assert decision.asks == 0
        # The heaviest is always in, and whoever is as heavy as a member and comes before it.
        assert belief.log2_mass[members].max() == pytest.approx(belief.log2_mass.max())
        # Never anybody in the top set whose posterior is below alpha of the heaviest.
        assert (np.exp2(belief.log2_mass[members]) >= alpha * np.exp2(belief.log2_mass.max()) * (1 - 1e-9)).all()
        if row < log.n_training:
            policies.learn(row)


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(-3, 3)), min_size=1, max_size=12), st.integers(1, 14))
def test_masses_that_differ_by_rounding_are_taken_in_the_order_of_policies(parts, k):
    # Quarters of a bit, moved by far less than counts; level 12 is no mass at all.
    levels = [level for level, _ in parts]
    log2_mass = np.array([-np.inf if level == 12 else -level / 4 + off * 2.0**-45 for level, off in parts])
    none = np.zeros(len(parts))
    belief = Belief(log2_mass, none, none, none.astype(int), none, none, 2)
    order = [p for p in sorted(range(len(parts)), key=lambda p: (levels[p], p)) if levels[p] < 12]
    assert belief.leaders(k).tolist() == order[:k]
    assert belief.in_order(-1.0).tolist()[: sum(level <= 4 for level in levels)] == [p for p in order if levels[p] <= 4]


LOG = make_log([(0, 0), (1, 1)], [(2, 0, 1), (3, 0, 1)])
HONEST, TRAITOR = Program((0, 1, 0, 0), length=4), Program((0, 1, 1, 1), length=3, flags=(0, 1, 0, 0))


def outcomes(programs, **options):
    census = make_census(LOG, programs, n_actions=2)
    return {
        outcome.name: outcome for outcome in safeguards_on(Weighed(census, SIMPLICITY), LOG, noise=Noise(0), **options)
    }


def test_one_that_is_drawn_defects_always_or_never():
    found = outcomes([HONEST, TRAITOR])
    assert found["mixture"].defections == found["sampling"].defections == pytest.approx(4 / 3)
    assert found["sampling"].any_defection == found["sampling"].all_defections == pytest.approx(2 / 3)
    assert found["mixture"].any_defection == pytest.approx(8 / 9)
    assert found["mixture"].all_defections == pytest.approx(4 / 9)
    # Both later rows are right with the honest one and wrong with the other, so they cost the bits of one draw.
    assert found["mixture"].bits == pytest.approx(2 * math.log2(3))
    assert found["sampling"].bits == pytest.approx(math.log2(3))
    assert found["MAP"].all_defections == 1
    # Online the first conflict tells them apart.
    online = outcomes([HONEST, TRAITOR], is_online=True)
    assert online["MAP"].defections == 1
    assert online["top set 0.1"].questions_later == 1


def test_a_top_set_that_holds_both_asks_and_does_not_defect():
    found = outcomes([HONEST, TRAITOR], alphas=(0.1, 0.9))
    assert asdict(found["top set 0.1"]) | {"name": "", "bits": 0} == {
        "name": "",
        "defections": 0,
        "any_defection": 0,
        "all_defections": 0,
        "errors_train": 0,
        "errors_later": 0,
        "questions_train": 0,
        "questions_later": 2,
        "regret": pytest.approx(0.2),
        "bits": 0,
    }
    # Too small a set leaves the truth out, and then nothing is guaranteed.
    assert found["top set 0.9"].defections == 2
    assert found["top set 0.9"].questions_later == 0


def test_majorities_count_policies_and_not_mass():
    honest = [replace(HONEST, predictions=(a, 1, 0, 0), length=4 + a) for a in range(2)]
    crowd = outcomes([*honest, TRAITOR], ks=(1, 3))
    # Only one honest policy is left after the first row: a tie of votes goes to the smallest action.
    assert crowd["majority of 1"].defections == 2
    assert crowd["majority of 3"].defections == 0


def test_one_that_is_kept_cannot_change_its_action_between_equal_rows():
    # Nobody gives both later actions in the one situation, rival or none; each alone is half of the mass.
    log = make_log([(0, 0)], [(1, 0, None), (1, 1, None)])
    census = make_census(log, [Program((0, 0), length=2), Program((0, 1), length=2)], n_actions=2)
    mixture, _, kept, *_ = safeguards_on(Weighed(census, SIMPLICITY), log, noise=Noise(0), has_slips=False)
    assert (mixture.bits, kept.bits) == (2, math.inf)
    # With slips each is right on one row and slips on the other.
    mixture, _, kept, *_ = safeguards_on(Weighed(census, SIMPLICITY), log, noise=Noise(0.25))
    assert mixture.bits - kept.bits == pytest.approx(2 + math.log2(0.75 * 0.25))


def test_bits_of_a_kept_program_are_finite_far_below_the_smallest_double():
    log = make_log([(0, 0)], [(1, 1, None)] * 2000)
    census = make_census(log, [Program((0, 0), length=2)], n_actions=2)
    mixture, _, kept, *_ = safeguards_on(Weighed(census, SIMPLICITY), log, noise=Noise(0.25))
    assert kept.bits == pytest.approx(4000 - math.log2(0.75))
    assert mixture.bits == pytest.approx(kept.bits)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperatures": (0.0,)}, "temperature 0.0 is out of range"),
        ({"temperatures": (float("nan"),)}, "temperature nan"),
        ({"alphas": (0.0,)}, "alpha 0.0 is out of range"),
        ({"alphas": (1.5,)}, "alpha 1.5"),
        ({"ks": (0,)}, "k 0 is out of range"),
        ({"cost": -1.0}, "cost -1.0"),
    ],
)
def test_numbers_out_of_range_are_refused(options, message):
    with pytest.raises(UsageError, match=message):
        outcomes([HONEST], **options)
