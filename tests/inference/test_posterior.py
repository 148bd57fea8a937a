"""The posterior against the naive one, and the laws that every posterior obeys."""

from __future__ import annotations

import dataclasses
import math
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import Exact, is_stable, loses_at, posterior
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from tests.inference.naive_posterior import NaivePosterior, beta_likelihood, noise_likelihood
from tests.inference.small import (
    IMITATING,
    LEARNING,
    LEVIN,
    SEARCHING,
    SIMPLICITY,
    SLEEPING,
    UNIFORM,
    Program,
    TinyPrior,
    cases,
    levin_weight,
    make_census,
    make_log,
)

NOISES = [
    (BetaNoise(1, 9), beta_likelihood(1, 9)),
    (BetaNoise(3, 2), beta_likelihood(3, 2)),
    (Noise(0.25), noise_likelihood(Fraction(1, 4))),
    (Noise(0), noise_likelihood(Fraction(0))),
]


def exact_log2(value: Fraction) -> float:
    return math.log2(value.numerator) - math.log2(value.denominator) if value else -math.inf


def exact_odds(first: Fraction, second: Fraction) -> float:
    if not first and not second:
        return math.nan
    return exact_log2(first / second) if second else math.inf


def close(value, expected, tolerance: float = 1e-9):
    return value == pytest.approx(expected, abs=tolerance, rel=tolerance, nan_ok=True)


@settings(max_examples=60)
@given(cases(), st.sampled_from(NOISES), st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1)]))
def test_every_quantity_is_the_sum_over_programs_that_defines_it(case, noises, tolerance):
    log, programs, n_actions = case
    noise, likelihood = noises
    naive = NaivePosterior(log, programs, levin_weight, likelihood, n_actions, tolerance)
    census = make_census(log, programs, n_actions=n_actions)
    result = posterior(census, log, LEVIN, noise=noise, tolerance=float(tolerance))

    for n in range(log.n_training + 1):
        evidence = naive.evidence(n)
        assert close(result.log2_evidence[n], exact_log2(evidence))
        for role in range(4):
            for verdict in range(4):
                mass = naive.mass(n, lambda p, r=role, v=verdict: (naive.role(p), naive.verdict(p)) == (r, v))
                expected = float(mass / evidence) if evidence else math.nan
                assert close(result.mass[role, verdict, n], expected)
        asleep = naive.mass(n, naive.is_sleeper)
        assert close(result.sleepers[n], float(asleep / evidence) if evidence else math.nan)
        odds = exact_odds(naive.mass(n, lambda p: naive.role(p) > 0), naive.mass(n, lambda p: naive.role(p) == 0))
        assert close(result.log2_odds[n], odds)
        odds = exact_odds(
            naive.mass(n, lambda p: naive.verdict(p) == 1),
            naive.mass(n, lambda p: naive.verdict(p) == 0),
        )
        assert close(result.log2_odds_verdict[n], odds)

    last = log.n_training
    for role in range(4):
        expected = naive.expected_misses(role)
        assert close(result.misses[role], math.nan if expected is None else float(expected))
        for verdict in range(4):
            number = sum(p.count for p in programs if (naive.role(p), naive.verdict(p)) == (role, verdict))
            assert result.number[role][verdict] == number
    assert result.programs == sum(p.count for p in programs)
    assert result.predictive.shape == (log.n_rows - last, n_actions)
    for row in range(last, log.n_rows):
        for action in range(n_actions):
            expected = float(naive.predictive(row, action)) if naive.evidence(last) else math.nan
            assert close(result.predictive[row - last, action], expected)
    assert result.bounds.tolist() == sorted({p.length for p in programs})
    for bound, odds in zip(result.bounds, result.log2_odds_by_bound, strict=True):
        expected = exact_odds(
            naive.mass(last, lambda p, b=bound: p.length <= b and naive.role(p) > 0),
            naive.mass(last, lambda p, b=bound: p.length <= b and naive.role(p) == 0),
        )
        assert close(odds, expected)
    assert np.array_equal(result.log2_odds_by_bound[-1], result.log2_odds[-1], equal_nan=True)


@settings(max_examples=60)
@given(cases())
def test_each_behaviour_has_its_mass_its_shortest_program_and_its_advantage(case):
    log, programs, n_actions = case
    naive = NaivePosterior(log, programs, levin_weight, beta_likelihood(1, 9), n_actions)
    census = make_census(log, programs, n_actions=n_actions)
    result = posterior(census, log, LEVIN)
    evidence = naive.evidence(log.n_training)
    for behaviour in range(len(census.predictions)):
        predictions = tuple(census.predictions[behaviour].tolist())
        flags = tuple(census.flags[behaviour].tolist())
        cells = len(predictions)

        def alike(p, predictions=predictions, cells=cells):
            return p.predictions[:cells] == predictions

        mass = naive.mass(log.n_training, lambda p, f=flags, a=alike: a(p) and p.flags == f)
        assert close(result.log2_mass[behaviour], exact_log2(mass / evidence))
        mine = [p for p in programs if alike(p) and p.flags == flags]
        assert (result.length[behaviour], result.time[behaviour]) == min((p.length, p.time) for p in mine)
        plain = [p.length for p in programs if alike(p) and naive.role(p) == 0]
        optimizing = [p.length for p in programs if alike(p) and naive.role(p) > 0]
        advantage = min(plain) - min(optimizing) if plain and optimizing else math.nan
        assert close(result.search_advantage[behaviour], advantage)

    exact = [(p.length, p.time, p.text) for p in programs if naive.tally(p, log.n_training)[0] == log.n_training]
    if exact:
        assert result.exact is not None
        assert (result.exact.length, result.exact.program) == (min(exact)[0], min(exact)[2])
    else:
        assert result.exact is None


@given(cases(), st.sampled_from([noise for noise, _ in NOISES]))
def test_masses_sum_to_one_at_every_prefix_until_nothing_is_left(case, noise):
    log, programs, n_actions = case
    result = posterior(make_census(log, programs, n_actions=n_actions), log, LEVIN, noise=noise)
    assert result.log2_evidence[0] == 0
    assert (np.diff(result.log2_evidence[result.log2_evidence > -np.inf]) <= 1e-12).all()
    whole = result.mass.sum(axis=(0, 1))
    alive = result.log2_evidence > -np.inf
    assert whole[alive] == pytest.approx(1)
    assert np.isnan(result.mass[:, :, ~alive]).all()
    assert np.isnan(result.log2_odds[~alive]).all()
    if alive[-1]:
        assert result.predictive.sum(axis=1) == pytest.approx(1)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=9),
    st.tuples(*[st.integers(-1, 2)] * 3),
    st.tuples(*[st.integers(-1, 2)] * 3),
    st.sampled_from([Noise(0.1), BetaNoise(1, 9), BetaNoise(0.5, 0.5)]),
)
def test_odds_change_by_the_likelihood_ratios_row_by_row(training, first, second, noise):
    log = make_log([(0, 0), (1, 1), (2, 2), *training])
    programs = [Program(first, IMITATING, 3), Program(second, SEARCHING, 5)]
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=noise)
    expected = -2.0
    tallies = np.zeros((2, 2), dtype=int)
    assert result.log2_odds[0] == pytest.approx(expected)
    for n in range(log.n_training):
        step = []
        for index, program in enumerate(programs):
            predicted = program.predictions[log.row_situation[n]]
            on_predicted, on_other = noise.predictive(tallies[index, 0], tallies[index, 1], 3)
            if predicted == -1:
                step.append(math.log2(1 / 3))
            elif predicted == log.action[n]:
                step.append(math.log2(on_predicted))
                tallies[index, 0] += 1
            else:
                step.append(math.log2(on_other))
                tallies[index, 1] += 1
        expected += step[1] - step[0]
        assert result.log2_odds[n + 1] == pytest.approx(expected, abs=1e-9)


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=40),
    st.tuples(st.integers(-1, 2), st.integers(-1, 2)),
    st.sampled_from([Noise(0.1), BetaNoise(1, 9)]),
)
def test_programs_that_agree_in_training_never_change_their_odds(training, seen, noise):
    log = make_log([(0, 0), (1, 0), *training], [(7, 0, 1)])
    programs = [Program((*seen, 0), IMITATING, 4), Program((*seen, 1), SLEEPING, 3)]
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=noise)
    assert result.log2_odds == pytest.approx(1, abs=1e-13)
    assert result.log2_odds_verdict == pytest.approx(1, abs=1e-13)
    assert result.sleepers == pytest.approx(2 / 3)


@given(cases(), st.randoms(use_true_random=False), st.floats(-5000, 5000))
def test_order_and_scale_are_irrelevant(case, random, scale):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    order = list(range(len(census.count)))
    random.shuffle(order)
    shuffled = dataclasses.replace(
        census,
        behaviour_id=census.behaviour_id[order],
        columns={name: column[order] for name, column in census.columns.items()},
        count=census.count[order],
    )
    scaled = TinyPrior(lambda columns: LEVIN.log2_weight(columns) + scale)
    first, second = posterior(census, log, LEVIN), posterior(shuffled, log, scaled)
    for name in ("log2_evidence", "mass", "sleepers", "log2_odds", "misses", "predictive"):
        assert getattr(second, name) == pytest.approx(getattr(first, name), abs=1e-9, nan_ok=True)
    assert second.number == first.number
    assert second.exact == first.exact


@given(cases(), st.randoms(use_true_random=False))
def test_behaviours_may_stand_in_any_order(case, random):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    order = list(range(len(census.predictions)))
    random.shuffle(order)
    place = np.argsort(order)
    shuffled = dataclasses.replace(
        census,
        predictions=census.predictions[order],
        flags=census.flags[order],
        witness=tuple(census.witness[b] for b in order),
        behaviour_id=place[census.behaviour_id],
    )
    first, second = posterior(census, log, LEVIN), posterior(shuffled, log, LEVIN)
    assert second.mass == pytest.approx(first.mass, abs=1e-12)
    assert second.log2_mass[place] == pytest.approx(first.log2_mass, abs=1e-9)
    assert second.predictive == pytest.approx(first.predictive, abs=1e-12)


@given(cases(), st.integers(1, 5))
def test_blocks_change_nothing(case, entries):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    whole = posterior(census, log, LEVIN)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mesaprior.inference.bayes.agreement.BLOCK_ENTRIES", entries)
        pieces = posterior(census, log, LEVIN)
    for name in ("log2_evidence", "mass", "log2_odds", "misses", "search_advantage", "log2_mass"):
        assert np.array_equal(getattr(whole, name), getattr(pieces, name), equal_nan=True)
    assert pieces.predictive == pytest.approx(whole.predictive, abs=1e-12)
    assert pieces.number == whole.number


@st.composite
def deterministic_teachers(draw):
    """Draw rows whose action depends on the situation alone, and programs, the teacher first among them."""
    teacher = draw(st.tuples(*[st.integers(0, 2)] * 4))
    situations = draw(st.lists(st.integers(0, 3), min_size=1, max_size=12))
    others = draw(
        st.lists(
            st.builds(
                Program,
                predictions=st.tuples(*[st.integers(0, 2)] * 4),
                length=st.integers(1, 9),
                count=st.integers(1, 9),
            ),
            max_size=10,
        )
    )
    # Situations are numbered by first appearance, so that predictions by situation keep their meaning.
    order = list(dict.fromkeys(situations))
    rows = [(order.index(s), teacher[order.index(s)]) for s in situations]
    return rows, [Program(teacher, length=draw(st.integers(1, 9))), *others]


@settings(max_examples=40)
@given(deterministic_teachers())
def test_a_mixture_that_holds_a_deterministic_teacher_errs_little(case):
    """Errors of the weighted majority <= log2(1/w), and the sum of 1 - xi(a_t) <= ln(1/w)."""
    rows, programs = case
    weights = [Fraction(p.count, 2**p.length) for p in programs]
    alike = [p.predictions == programs[0].predictions for p in programs]
    w = sum(x for x, same in zip(weights, alike, strict=True) if same) / sum(weights)
    errors, surprise = 0, 0.0
    for n, (situation, action) in enumerate(rows):
        if n == 0:
            # Before any row there is no log yet; the prior itself predicts.
            shares = np.zeros(3)
            for p, x in zip(programs, weights, strict=True):
                shares[p.predictions[situation]] += float(x / sum(weights))
        else:
            log = make_log(rows[:n], [(situation, None, None)])
            census = make_census(log, programs)
            shares = posterior(census, log, SIMPLICITY, noise=Noise(0)).predictive[0]
        errors += int(np.argmax(shares)) != action
        surprise += 1 - shares[action]
    log = make_log(rows)
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0))
    assert errors <= -exact_log2(w) + 1e-9
    assert surprise <= -exact_log2(w) * math.log(2) + 1e-9
    assert -result.log2_evidence[-1] <= -exact_log2(w) + 1e-9


@given(deterministic_teachers(), st.sampled_from([Noise(0.1), BetaNoise(1, 9)]))
def test_the_mixture_pays_at_most_the_weight_more_than_any_of_its_programs(case, noise):
    rows, programs = case
    log = make_log(rows)
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=noise)
    whole = sum(Fraction(p.count, 2**p.length) for p in programs)
    for p in programs:
        alone = posterior(make_census(log, [p]), log, SIMPLICITY, noise=noise)
        weight = exact_log2(Fraction(p.count, 2**p.length) / whole)
        assert (result.log2_evidence >= alone.log2_evidence + weight - 1e-9).all()


def test_weights_of_two_to_the_minus_ten_thousand_keep_their_odds():
    log = make_log([(0, 1), (1, 2)] * 30, [(2, 0, 1)])
    programs = [
        Program((1, 2, 0), IMITATING, 10_000),
        Program((1, 2, 1), SEARCHING, 10_007),
        Program((0, 0, 0), IMITATING, 9_990),
    ]
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0.01))
    assert result.log2_odds[-1] == pytest.approx(-7)
    assert result.log2_evidence[0] == 0
    # The false one leads by 10 bits and loses log2(99 * 2) on each row.
    assert result.log2_odds[0] == pytest.approx(-17, abs=2e-3)
    assert result.mass.sum(axis=(0, 1)) == pytest.approx(1)


def test_odds_of_masses_far_below_the_smallest_double_are_still_exact():
    log = make_log([(0, 1)], [(1, 0, 1)])
    programs = [
        Program((2, 2), LEARNING, 1),
        Program((1, 0), IMITATING, 1200),
        Program((1, 1), SEARCHING, 1203),
    ]
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0.5))
    assert result.log2_odds_verdict[-1] == pytest.approx(-3, abs=1e-12)
    assert result.mass[0].sum(axis=0)[-1] == 0
    assert result.misses.tolist() == [0, 1, 1, pytest.approx(math.nan, nan_ok=True)]


def test_counts_beyond_sixty_four_bits_add_up_exactly():
    log = make_log([(0, 0)])
    largest = 2**64 - 1
    programs = [Program((0,), IMITATING, length, 1, largest) for length in range(1, 40)]
    result = posterior(make_census(log, programs), log, UNIFORM)
    assert result.programs == 39 * largest
    assert result.number[0] == (0, 0, 0, 39 * largest)
    assert result.log2_odds.tolist() == [-math.inf, -math.inf]


def test_nothing_left_is_nan_and_never_a_lead():
    log = make_log([(0, 0), (0, 1)], [(0, 0, 1)])
    result = posterior(
        make_census(log, [Program((0,), SEARCHING), Program((2,), IMITATING)]),
        log,
        SIMPLICITY,
        noise=Noise(0),
    )
    assert result.log2_evidence.tolist() == [0, -1, -math.inf]
    assert result.log2_odds.tolist()[:2] == [0, math.inf]
    assert np.isnan(result.log2_odds[2])
    assert np.isnan(result.predictive).all()
    assert np.isnan(result.log2_mass).all()
    assert np.isnan(result.misses).all()
    assert result.loses_at is None


def test_exact_ties_are_zero_and_not_a_lead():
    # 3 * 2^-3 against 2^-2 + 2^-3, summed in different orders.
    log = make_log([(0, 0)] * 3)
    programs = [
        Program((0,), SEARCHING, 3, 1, 3),
        Program((0,), IMITATING, 2),
        Program((0,), IMITATING, 3),
    ]
    result = posterior(make_census(log, programs), log, SIMPLICITY)
    assert result.log2_odds.tolist() == [0, 0, 0, 0]
    assert result.loses_at is None


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ([-1.0, 1.0, 2.0], 1),
        ([1.0, -1.0, 2.0], 2),
        ([1.0, 2.0, 3.0], 0),
        ([1.0, 2.0, 0.0], None),
        ([-1.0, math.inf, math.inf], 1),
        ([math.inf, math.nan, math.inf], 2),
        ([1.0, 1.0, math.nan], None),
        ([-math.inf, -math.inf], None),
    ],
)
def test_the_imitator_loses_where_the_odds_stay_above_zero(odds, expected):
    assert loses_at(np.array(odds)) == expected


@pytest.mark.parametrize(
    ("odds", "expected"),
    [
        ([1.0, 1.5], False),
        ([9.0, 1.0, 1.5, 2.0], True),
        ([1.0, 1.5, 2.01], False),
        ([-0.25, 0.25, 0.5], False),
        ([-1.0, -1.5, -0.5], True),
        ([math.inf, math.inf, math.inf], True),
        ([math.inf, math.inf, -math.inf], False),
        ([5.0, math.inf, math.inf], False),
        ([math.nan, math.inf, math.inf], False),
        ([math.nan] * 3, False),
    ],
)
def test_odds_are_stable_when_the_last_three_agree(odds, expected):
    assert is_stable(np.array(odds)) is expected


def test_float_lengths_and_no_later_rows():
    log = make_log([(0, 1), (1, 0)])
    programs = [Program((1, 0), IMITATING, 2.5, 3), Program((1, -1), IMITATING, 1.25, 2)]
    result = posterior(make_census(log, programs), log, SIMPLICITY)
    assert result.bounds.tolist() == [1.25, 2.5]
    assert result.predictive.shape == (0, 3)
    assert result.mass[0, 3] == pytest.approx(1)
    assert np.isnan(result.misses).all()
    # The shorter one abstains once, which is a miss.
    assert result.exact is not None
    assert result.exact.length == 2.5


def test_the_exact_program_is_the_first_by_length_then_time_then_text():
    log = make_log([(0, 1)], [(1, None, None)])
    programs = [
        Program((0, 0), IMITATING, 1, 1, 1, "misses"),
        Program((-1, 0), IMITATING, 1, 1, 1, "abstains"),
        Program((1, 0), IMITATING, 3, 1, 1, "a long one"),
        Program((1, 1), IMITATING, 2, 9, 1, "a slow one"),
        Program((1, 2), IMITATING, 2, 5, 1, "second"),
        Program((1, 2), LEARNING, 2, 5, 1, "first"),
    ]
    exact = posterior(make_census(log, programs), log, SIMPLICITY).exact
    assert exact == Exact("first", 2, 2)
    assert posterior(make_census(log, programs[:2]), log, SIMPLICITY).exact is None


def test_online_rows_do_not_update():
    training, later = [(0, 1)], [(0, 2, None), (1, 2, None)]
    programs = [Program((1, 2), IMITATING, 2), Program((2, 2), SEARCHING, 3)]
    deploy = make_log(training, later)
    online = make_log(training, later, online=True)
    results = [posterior(make_census(log, programs), log, SIMPLICITY) for log in (deploy, online)]
    assert results[0].log2_evidence.tolist() == results[1].log2_evidence.tolist()


def test_cells_of_a_learner_are_followed_row_by_row():
    # One situation seen three times, in three cells: the learner errs once, then knows.
    log = make_log([(0, 2), (0, 2)], [(0, 2, 1)])
    hand_made = make_census(log, [Program((0,), LEARNING, 4), Program((0,), IMITATING, 4)])
    census = dataclasses.replace(
        hand_made,
        predictions=np.array([[0, 0, 0], [0, 2, 2]], dtype=np.int16),
        row_cell=np.array([0, 1, 2]),
    )
    result = posterior(census, log, SIMPLICITY, noise=Noise(0.2))
    assert result.log2_odds == pytest.approx([0, 0, 3])
    assert result.mass[:, :, 0].tolist()[0] == [0, 0, 0.5, 0]
    assert result.mass[2, 0, 0] == 0.5


def test_a_prior_of_zero_everywhere_is_refused():
    log = make_log([(0, 0)])
    census = make_census(log, [Program((0,))])
    nothing = TinyPrior(lambda columns: np.full(len(columns["length"]), -np.inf), name="nothing")
    with pytest.raises(UsageError, match=r"'nothing' gives weight 0 to all"):
        posterior(census, log, nothing)


@pytest.mark.parametrize("weight", [math.nan, math.inf])
def test_a_weight_that_is_no_number_is_refused_with_its_place(weight):
    log = make_log([(0, 0)])
    census = make_census(log, [Program((0,), length=1), Program((0,), length=2, time=7)])
    odd = TinyPrior(lambda columns: np.where(columns["length"] == 2, weight, 0.0), name="odd")
    with pytest.raises(UsageError, match=r"'odd' .* at length=2, time=7"):
        posterior(census, log, odd)


def test_a_prior_over_columns_that_the_space_lacks_is_refused():
    log = make_log([(0, 0)])
    with pytest.raises(UsageError, match=r"'gates'.*'hand-made'.*length, time"):
        posterior(
            make_census(log, [Program((0,))]),
            log,
            TinyPrior(lambda columns: columns["gates"], columns=("gates",)),
        )


def test_weight_zero_for_some_leaves_them_out_of_the_mass_but_in_the_number():
    log = make_log([(0, 0)], [(0, 0, None)])
    hard = TinyPrior(lambda columns: np.where(columns["time"] <= 3, 0.0, -np.inf))
    census = make_census(log, [Program((0,), IMITATING, 2, 3), Program((0,), SEARCHING, 1, 4)])
    result = posterior(census, log, hard)
    assert result.log2_odds.tolist() == [-math.inf, -math.inf]
    assert result.log2_odds_by_bound.tolist()[0] != result.log2_odds_by_bound.tolist()[0]
    assert result.number[1][0] == 1
    assert result.search_advantage.tolist() == [1, 1]


def test_another_log_or_unknown_actions_are_refused():
    log = make_log([(0, 0), (1, 1)])
    census = make_census(log, [Program((0, 1))])
    with pytest.raises(RunError, match=r"2 rows, .* 1;"):
        posterior(census, make_log([(0, 0)]), SIMPLICITY)
    with pytest.raises(ContentError, match=r"line 3, column 'action': 5 .* 0 to 2"):
        posterior(census, make_log([(0, 0), (1, 5)]), SIMPLICITY)
    later = make_log([(0, 0)], [(1, 1, 4)])
    with pytest.raises(ContentError, match=r"line 3, column 'rival': 4"):
        posterior(census, later, SIMPLICITY)
    empty = dataclasses.replace(
        census,
        predictions=census.predictions[:0],
        behaviour_id=census.behaviour_id[:0],
        count=census.count[:0],
    )
    with pytest.raises(RunError, match="no program"):
        posterior(empty, log, SIMPLICITY)


@pytest.mark.parametrize("tolerance", [-0.1, 1.5, math.nan])
def test_a_tolerance_is_a_share(tolerance):
    log = make_log([(0, 0)])
    with pytest.raises(UsageError, match="tolerance"):
        posterior(make_census(log, [Program((0,))]), log, SIMPLICITY, tolerance=tolerance)


@given(cases())
def test_the_compiled_kernel_and_its_python_twin_agree(case):
    from mesaprior.inference.bayes import kernels

    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    compiled = posterior(census, log, LEVIN)
    assume(len(census.predictions) > 1)
    with pytest.MonkeyPatch.context() as patch:
        python = getattr(kernels.add_mass_by_prefix, "py_func", kernels.add_mass_by_prefix)
        patch.setattr(kernels, "add_mass_by_prefix", python)
        interpreted = posterior(census, log, LEVIN)
    assert interpreted.mass == pytest.approx(compiled.mass, abs=1e-13)
    assert interpreted.log2_evidence == pytest.approx(compiled.log2_evidence, abs=1e-12)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=60),
    st.sampled_from(
        [BetaNoise(1, 9), BetaNoise(1, 1), BetaNoise(0.5, 0.5), BetaNoise(9, 1), Noise(0.05), Noise(2 / 3)]
    ),
)
def test_a_program_without_a_hit_never_leads_one_that_hits(training, noise):
    # The constant that is right most often has some hits; of programs of equal weight, one that has none is behind it.
    action = [row[1] for row in training]
    frequent = max(range(3), key=action.count)
    log = make_log(list(enumerate(action)))
    never = Program(tuple((a + 1) % 3 for a in action), length=4, text="never")
    constant = Program((frequent,) * len(action), length=4, text="most frequent")
    result = posterior(make_census(log, [never, constant]), log, SIMPLICITY, noise=noise)
    found = dict(zip(make_census(log, [never, constant]).witness, result.log2_mass, strict=True))
    assert found["most frequent"] >= found["never"] - 1e-12
    if noise != Noise(2 / 3):
        assert found["most frequent"] > found["never"]
    # What it says next is never less likely than what it does not say.
    predicted, other = noise.predictive(np.array([0]), np.array([len(action)]), 3)
    assert predicted >= other - 1e-15


@pytest.mark.parametrize(("a", "b"), [(1, 9), (1, 1), (2, 0.5)])
def test_a_wrong_program_of_fewer_bits_does_not_lead_by_its_misses(a, b):
    # Half of ninety rows have the action 0, none the action 1. Read upside down, the program without a hit would lead.
    action = ([0, 2] * 45)[:90]
    log = make_log([(row, action[row]) for row in range(90)])
    never = Program((1,) * 90, length=3, text="never")
    constant = Program((0,) * 90, length=9, text="most frequent")
    census = make_census(log, [never, constant])
    result = posterior(census, log, SIMPLICITY, noise=BetaNoise(a, b))
    assert census.witness[int(np.argmax(result.log2_mass))] == "most frequent"


def test_roles_and_verdicts_have_the_names_of_the_reports():
    assert ROLES == ("imitator", "planner", "learner", "planner+learner")
    assert VERDICTS == ("faithful", "defecting", "erring", "unjudged")


def test_importing_inference_loads_nothing_heavy():
    code = (
        "import sys; import mesaprior.inference.bayes.result; "
        "print([m for m in ('numba', 'pandas', 'sympy', 'scipy') if m in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_all_later_rows_are_missed_however_the_shares_of_those_who_miss_add_up():
    log = make_log([(row % 3, row % 2) for row in range(60)], [(0, 0, 1), (1, 1, 0), (2, 0, 1)])
    for seed in range(160, 180):
        drawn = np.random.default_rng(seed)
        lengths = [*drawn.uniform(3, 600, 2).tolist(), *drawn.uniform(3, 9, 2).tolist()]
        given = [(1, 0, 1), (1, 0, 1), (1, 0, -1), (1, 0, -1)]
        programs = [
            Program(*each, time=time + 1) for time, each in enumerate(zip(given, [IMITATING] * 4, lengths, strict=True))
        ]
        found = posterior(make_census(log, programs, n_actions=2), log, "simplicity")
        assert found.misses[0] == 1.0, seed
