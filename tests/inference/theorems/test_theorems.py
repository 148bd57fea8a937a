"""Every inequality holds on random censuses, in agreement with a sum over all sequences; planted errors are noticed."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import RunError, UsageError
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import BetaNoise, Noise, log2_likelihood
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.theorems import evaluate
from mesaprior.inference.theorems.along_the_log import deterministic_theorems
from mesaprior.inference.theorems.expected import expected_theorems
from mesaprior.inference.theorems.histories import expectations, ln_ratio
from mesaprior.inference.theorems.hypothesis_class import class_of, log2_ratio
from mesaprior.inference.theorems.likelihood import exact_likelihood
from mesaprior.inference.theorems.speed import speed_theorems
from mesaprior.inference.theorems.theorem import Theorem
from tests.inference.naive_posterior import beta_likelihood, noise_likelihood
from tests.inference.small import (
    LEVIN,
    SIMPLICITY,
    UNIFORM,
    Program,
    TinyPrior,
    cases,
    levin_weight,
    make_census,
    make_log,
)
from tests.inference.theorems.naive_expectations import NaiveMixture

NOISES = (
    (Noise(0.05), noise_likelihood(Fraction(1, 20))),
    (Noise(0.0), noise_likelihood(Fraction(0))),
    (Noise(0.5), noise_likelihood(Fraction(1, 2))),
    (BetaNoise(1, 9), beta_likelihood(1, 9)),
    (BetaNoise(3, 1), beta_likelihood(3, 1)),
)
HALF = Fraction(1, 2)


def broken(theorems: list[Theorem]) -> list[str]:
    return [theorem.name for theorem in theorems if theorem.holds is False]


@settings(max_examples=250)
@given(cases(), st.sampled_from(NOISES), st.sampled_from([SIMPLICITY, LEVIN, UNIFORM]))
def test_all_hold_on_random_censuses(case, noise, prior):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    found = Analysis(census, log, prior, noise[0]).theorems(work=4000)
    assert found.hold, broken(found.theorems)
    assert sum(theorem.holds is True for theorem in found.theorems) >= 9
    for theorem in found.theorems:
        assert (theorem.holds is None) == bool(theorem.fails)


@settings(max_examples=200)
@given(cases(), st.sampled_from(NOISES), st.data())
def test_all_hold_whichever_program_is_the_truth(case, noise, data):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    hypotheses = class_of(Weighed(census, LEVIN), log, noise[0])
    truth = data.draw(st.integers(0, hypotheses.n_hypotheses - 1))
    alphas = (Fraction(1, 3), Fraction(1, 50), Fraction(1))
    theorems = expected_theorems(hypotheses, truth, alphas=alphas, work=2000)
    assert not broken(theorems)
    # On every history, no action is likelier in the top set than under a truth that is in it.
    for theorem in theorems:
        if theorem.name.startswith("top set") and theorem.left is not None:
            assert theorem.left <= 0.0


@settings(max_examples=60)
@given(cases(), st.sampled_from(NOISES), st.data())
def test_expectations_are_sums_over_all_sequences(case, noise, data):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    hypotheses = class_of(Weighed(census, LEVIN), log, noise[0])
    naive = NaiveMixture(log, programs, levin_weight, noise[1], n_actions)
    with_rounded_weights(naive, hypotheses)
    truth = data.draw(st.integers(0, hypotheses.n_hypotheses - 1))
    given = tuple(hypotheses.predictions[truth][hypotheses.row_cell].tolist())
    found = expectations(cut(hypotheses, 3), truth, thresholds=(HALF,))
    expected = naive.expectations(given, HALF, found.n_rows)
    for name, value in expected.items():
        mine = found.fallen[0] if name == "fallen" else getattr(found, name)
        assert mine == pytest.approx(value, rel=1e-9, abs=1e-12), name


def with_rounded_weights(naive, hypotheses):
    """Compare all weights, then let both sides use the same to the last bit: which side of a tie wins hangs on it."""
    shares = {}
    for row, weight in zip(hypotheses.predictions[:, hypotheses.row_cell].tolist(), hypotheses.weight, strict=True):
        shares[tuple(row)] = Fraction(weight, hypotheses.whole)
        assert float(naive.prior[tuple(row)]) == pytest.approx(float(shares[tuple(row)]), rel=1e-12)
    assert shares.keys() == naive.prior.keys()
    naive.prior = shares


def cut(hypotheses, n):
    """Return the same class on the first n rows."""
    return replace(hypotheses, row_cell=hypotheses.row_cell[:n], action=hypotheses.action[:n])


@settings(max_examples=40)
@given(cases(), st.sampled_from(NOISES))
def test_top_sets_are_those_of_the_definition(case, noise):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    whole_class = class_of(Weighed(census, LEVIN), log, noise[0])
    hypotheses = cut(whole_class, 2)
    naive = NaiveMixture(log, programs, levin_weight, noise[1], n_actions)
    with_rounded_weights(naive, whole_class)
    alpha, truth = Fraction(1, 7), 0
    given = tuple(whole_class.predictions[truth][whole_class.row_cell].tolist())
    found = expectations(hypotheses, truth, alphas=(alpha,))
    asked, excess = 0.0, -math.inf
    for n in range(found.n_rows):
        for x in np.ndindex(*(n_actions,) * n):
            chance = naive.probability(given, x)
            if not chance:
                continue
            members = naive.top_set(x, alpha)
            masses = [naive.prior[g] * naive.probability(g, x) for g in naive.prior]
            if len(set(masses)) < len(masses):
                # Whoever is first among equals is left open by the definition.
                return
            least = [min(row) for row in zip(*(naive.next(g, x) for g in members), strict=True)]
            asked += float(chance * (1 - sum(least)))
            if len(members) == 1:
                assert sum(least) == 1
            if given in members:
                mu = naive.next(given, x)
                excess = max(excess, *(float(p - q) for p, q in zip(least, mu, strict=True)))
    assert found.asked[0] == pytest.approx(asked, abs=1e-12)
    assert found.excess[0] == pytest.approx(excess, abs=1e-12)


@given(st.sampled_from(NOISES), st.integers(0, 12), st.integers(0, 12), st.integers(0, 5), st.integers(2, 5))
def test_exact_likelihoods_are_those_by_the_book(noise, hits, misses, abstained, n_actions):
    exact = exact_likelihood(noise[0], n_actions, hits + misses + abstained)
    n = hits + misses + abstained
    value = Fraction(exact.numerator(n, hits, misses), exact.denominator(n))
    assert value == noise[1](hits, misses, abstained, n_actions)


@settings(max_examples=40)
@given(
    st.sampled_from(
        [BetaNoise(0.5, 0.5), BetaNoise(0.3, 7.25), BetaNoise(1, 4100), BetaNoise(40, 0.01), BetaNoise(2.5, 3)]
    ),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=5),
    st.sampled_from([2, 3, 17]),
)
def test_where_it_is_no_fraction_many_digits_of_a_likelihood_are_right(noise, tallies, n_actions):
    exact = exact_likelihood(noise, n_actions, 83)
    for hits, misses, abstained in tallies:
        n = hits + misses + abstained
        now = exact.numerator(n, hits, misses)
        with mpmath.workdps(80):
            c = mpmath.mpf(n_actions - 1) / n_actions
            a, b = (mpmath.mpf(str(value)) for value in (noise.a, noise.b))
            cut = mpmath.betainc(a + misses, b + hits, 0, c) / mpmath.betainc(a, b, 0, c)
            book = cut / mpmath.mpf(n_actions - 1) ** misses / mpmath.mpf(n_actions) ** abstained
            assert abs(mpmath.mpf(now) / exact.denominator(n) / book - 1) < mpmath.mpf(2) ** -120
        # Whatever stands for the number that is no fraction, likelihoods of the next action add up exactly.
        after = exact.numerator(n + 1, hits + 1, misses) + (n_actions - 1) * exact.numerator(n + 1, hits, misses + 1)
        assert after * exact.denominator(n) == now * exact.denominator(n + 1)
        idle = exact.numerator(n + 1, hits, misses)
        assert n_actions * idle * exact.denominator(n) == now * exact.denominator(n + 1)


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(2, 0.5)])
def test_exact_likelihoods_of_long_logs(noise):
    # Many misses in a row cost hundreds of digits of the number that everything follows from.
    exact = exact_likelihood(noise, 3, 600)
    for n in (600, 599, 500):
        for hits in (0, 1, n // 2, n):
            value = log2_ratio(exact.numerator(n, hits, n - hits), exact.denominator(n))
            double = log2_likelihood(noise, np.array([hits]), np.array([n - hits]), np.array([0]), 3)[0]
            assert value == pytest.approx(double, abs=1e-11)


def test_too_large_pseudo_counts_have_no_exact_form():
    with pytest.raises(UsageError, match=r"noise beta:1,1000000 has pseudo-counts of 1e\+06 together.*at most 100,000"):
        exact_likelihood(BetaNoise(1, 1e6), 2, 5)


@given(st.integers(1, 10**30), st.integers(1, 10**30), st.integers(0, 5000))
def test_logarithms_of_ratios_of_any_size(a, b, shift):
    assert log2_ratio(a << shift, b) == pytest.approx(math.log2(a) - math.log2(b) + shift, abs=1e-9)
    assert ln_ratio(a, b << shift) == pytest.approx(math.log(a) - math.log(b) - shift * math.log(2), abs=1e-9)


SPEEDS = [Program((0,), length=2, time=5), Program((1,), length=3, time=8, count=2), Program((0,), length=5, time=1)]


def test_s_fast_is_the_sum_over_phases():
    log = make_log([(0, 0)])
    lower, upper, each, kt = speed_theorems(make_census(log, SPEEDS), log)
    fast = Fraction(0)
    for phase in range(200):
        for program in SPEEDS:
            if program.length <= phase and 2 ** (phase - program.length) >= program.time:
                fast += Fraction(program.count, 2 ** (phase + program.length))
    plain = sum(Fraction(p.count, 4**p.length * p.time) for p in SPEEDS)
    # Partition are scaled by 2^(2 * the least length).
    assert lower.left == pytest.approx(float(plain * 16))
    assert upper.left == lower.right == pytest.approx(float(fast * 16))
    assert each.left == 2.0
    mine = sum(Fraction(2, 2 ** (2 * p.length + math.ceil(math.log2(p.time)))) for p in SPEEDS if p.predictions == (0,))
    assert kt.left == pytest.approx(math.log2(mine))
    assert kt.right == pytest.approx(1 - (2 + math.log2(5)))
    assert all(theorem.holds for theorem in (lower, upper, each, kt))


def test_the_hypotheses_of_theorems_are_looked_at():
    log = make_log([(0, 0)])
    by_name = {t.name: t for t in Analysis(make_census(log, SPEEDS), log, SIMPLICITY).theorems().theorems}
    assert by_name["binary squared error"].fails == "it is about two actions, and there are 3"
    crowd = [Program((0,), length=1, count=3)]
    kt = speed_theorems(make_census(log, crowd), log)[-1]
    assert kt.fails == "lengths are of no prefix code: their Kraft sum is 1.5, above 1"
    wrong = [Program((1,), length=2)]
    names = {t.name: t.fails for t in Analysis(make_census(log, wrong), log, SIMPLICITY, Noise(0)).theorems().theorems}
    assert names["weighted majority"] == "no counted program of positive weight gives all training actions"
    assert names["Bayes' rule"] == "no program is left after the training rows"
    assert names["coding loss"] == "the training actions have probability 0 under mu"
    assert names["S_Fast and Kt"] == "no counted program gives all training actions"
    halves = [Program((0,), length=2.5)]
    assert speed_theorems(make_census(log, halves), log)[0].fails.startswith("lengths are no whole numbers")


RIVALS = [Program((0, 0), length=3), Program((1, 1), length=3), Program((0, 1), length=1)]


def small_class(noise):
    log = make_log([(0, 0), (1, 0)] * 3)
    return class_of(Weighed(make_census(log, RIVALS, n_actions=2), SIMPLICITY), log, noise)


@pytest.mark.parametrize("noise", [Noise(0.1), BetaNoise(1, 9)])
def test_a_wrong_normalization_is_noticed(noise):
    hypotheses = small_class(noise)
    assert not broken(expected_theorems(hypotheses, 0))
    # As if the prior were twice as large as it is: w is too small by half, then too large by as much.
    for whole in (2 * hypotheses.whole, hypotheses.whole // 2):
        assert "chain rule" in broken(expected_theorems(replace(hypotheses, whole=whole), 0))


def test_a_likelihood_that_adds_up_to_more_than_one_is_noticed():
    hypotheses = small_class(Noise(0.1))
    # Hits and misses of 9/10 and 2/10.
    wrong = replace(hypotheses.likelihood, miss=2, _numerators={})
    assert "total probability" in broken(expected_theorems(replace(hypotheses, likelihood=wrong), 0))


def test_a_forgotten_hypothesis_is_noticed():
    hypotheses = small_class(Noise(0.01))
    # The truth keeps its name and its weight in the bound, and the mixture all but forgets it.
    found = expectations(replace(hypotheses, weight=(1, *(w * 2**40 for w in hypotheses.weight[1:]))), 0)
    promised = ln_ratio(hypotheses.whole, hypotheses.weight[0])
    assert found.kl > promised
    bound = Theorem("expected KL", "", "", "<=", found.kl, promised, "")
    assert bound.holds is False


def test_a_posterior_that_is_off_is_noticed():
    log = make_log([(0, 0), (1, 0), (0, 1)])
    census = make_census(log, RIVALS, n_actions=2)
    right = Analysis(census, log, SIMPLICITY)
    off = replace(right.posterior, log2_mass=right.posterior.log2_mass * 1.001)
    assert broken(evaluate(right.weighed, right.scored, off).theorems) == ["Bayes' rule"]


def sides(programs, rows, noise, name):
    """Return the two sides of a theorem on a log of some training rows, or why it fails."""
    log = make_log(rows, [(9, 1, 0)])
    census = make_census(log, programs, n_actions=2)
    (one,) = (t for t in Analysis(census, log, SIMPLICITY, noise).theorems().theorems if t.name == name)
    return one.fails or (one.left, one.right)


def test_equalities_compare_two_things_and_not_one_with_itself():
    # Two programs of 1 and 2 bits that part on the later row only: the odds of one over the other are 1 bit either way.
    pair = [Program((0, 0), length=1), Program((0, 1), length=2)]
    left, right = sides(pair, [(0, 0)], Noise(0.5), "agreeing programs")
    assert abs(left) == 1
    assert left == right
    assert "only one hypothesis" in sides(pair, [(0, 0)], Noise(0.5), "Bayes' rule")
    # Where one is right and one slips under a noise of chance, nothing moves the prior odds of a bit.
    apart = [Program((0, 0), length=1), Program((1, 0), length=2)]
    left, right = sides(apart, [(0, 0)], Noise(0.5), "Bayes' rule")
    assert abs(left) == 1
    assert left == right
    # Whatever was done has a chance of a half a row.
    assert sides(apart, [(0, 0)] * 3, Noise(0.5), "evidence") == (-3, -3)


@pytest.mark.parametrize("truth", [0, 1])
def test_borders_belong_to_the_safe_side(truth):
    # Of two programs alike in weight, the one that misses falls from 1/2 to 1/4: half of it, but not below.
    log = make_log([(0, 0)])
    programs = [Program((0,)), Program((1,))]
    hypotheses = class_of(Weighed(make_census(log, programs, n_actions=2), UNIFORM), log, Noise(0.25))
    found = expectations(hypotheses, truth, thresholds=(HALF, Fraction(51, 100)), alphas=(HALF, Fraction(51, 100)))
    assert found.fallen == (0.0, 0.25)
    # With half of all mass, the second is still in a top set of 1/2.
    assert found.left[0] == 0.25
    assert found.left[1] == (1.0 if truth == 1 else 0.25)


def test_an_abstention_doubts_and_stays():
    log = make_log([(0, 0), (1, 0)])
    programs = [Program((0, 0)), Program((-1, 1))]
    hypotheses = class_of(Weighed(make_census(log, programs, n_actions=2), UNIFORM), log, Noise(0.0))
    errors, doubts = deterministic_theorems(hypotheses)
    # The abstention gives 1/2, and is half as heavy when it is wrong: 1/4 and 1/3.
    assert doubts.left == pytest.approx(7 / 12)
    assert errors.left == 0


def test_long_logs_are_looked_at_as_far_as_the_work_goes():
    log = make_log([(0, 0), (1, 1)] * 150)
    census = make_census(log, RIVALS, n_actions=2)
    found = Analysis(census, log, SIMPLICITY).theorems(work=20_000)
    assert found.hold
    by_name = {theorem.name: theorem for theorem in found.theorems}
    assert by_name["expected KL"].evaluated.startswith("the first ")
    assert by_name["weighted majority"].evaluated.startswith("all 300 training rows")


def test_undefined_sides_never_hold():
    assert Theorem("", "", "", "<=", math.nan, 1.0, "").holds is False
    assert Theorem("", "", "", "<=", 1.0, math.inf, "").holds is True
    assert Theorem("", "", "", "=", 1.0, 1.0 + 1e-9, "").holds is False


def test_bad_arguments_are_refused():
    log = make_log([(0, 0)])
    census = make_census(log, SPEEDS)
    with pytest.raises(UsageError, match=r"alpha 2 is out of range"):
        Analysis(census, log, SIMPLICITY).theorems(alphas=(Fraction(2),))
    with pytest.raises(UsageError, match=r"threshold 0 is out of range"):
        Analysis(census, log, SIMPLICITY).theorems(thresholds=(Fraction(0),))
    steep = TinyPrior(lambda columns: -1e6 * columns["time"], name="steep")
    with pytest.raises(RunError, match=r"'steep' gives weights that differ by 2\^7000000"):
        Analysis(census, log, steep).theorems()
