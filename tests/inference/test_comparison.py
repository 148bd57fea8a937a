"""How far priors differ, against sums over single programs, and the laws that distances obey."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesaprior.errors import RunError, UsageError
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.result import top_behaviours
from mesaprior.inference.robustness.comparison import compare
from tests.inference.naive_posterior import NaivePosterior, beta_likelihood, noise_likelihood
from tests.inference.small import (
    IMITATING,
    LEVIN,
    SEARCHING,
    SIMPLICITY,
    UNIFORM,
    Program,
    TinyPrior,
    cases,
    make_census,
    make_log,
)

NOISES = [
    (BetaNoise(1, 9), beta_likelihood(1, 9)),
    (Noise(0.25), noise_likelihood(Fraction(1, 4))),
    (Noise(0), noise_likelihood(Fraction(0))),
]


@dataclass(frozen=True)
class Table:
    """A prior by a table of weights: by length up to 8, times a power of the time."""

    weights: tuple[int, ...]
    power: int
    name: str
    columns: tuple[str, ...] = ("length", "time")

    def exact(self, program):
        return Fraction(self.weights[program.length - 1]) / program.time**self.power

    def log2_weight(self, columns):
        with np.errstate(divide="ignore"):
            by_length = np.log2(np.array(self.weights, dtype=float))
        return by_length[columns["length"] - 1] - self.power * np.log2(columns["time"])


def tables(name, least=0):
    """Draw a prior; weights 0 rule programs out, and equal weights tie them."""
    weight = st.one_of(st.just(least), st.integers(least, 9))
    return st.builds(Table, st.tuples(*[weight] * 8), st.integers(0, 2), st.just(name))


def times(prior, log2_constant, name="scaled"):
    return TinyPrior(lambda columns: prior.log2_weight(columns) + log2_constant, name=name, columns=prior.columns)


def exact_log2(value):
    return math.log2(value.numerator) - math.log2(value.denominator)


def close(value, expected, tolerance=1e-9):
    return value == pytest.approx(expected, abs=tolerance, rel=tolerance, nan_ok=True)


def few(case):
    """Return a drawn case with counts so small that every program can be written down."""
    log, programs, n_actions = case
    programs = [replace(program, count=1 + program.count % 4) for program in programs]
    return log, programs, n_actions, make_census(log, programs, n_actions=n_actions)


class Twin:
    """Shares of single programs and of behaviours under one prior, as fractions."""

    def __init__(self, log, programs, n_actions, census, prior, likelihood):
        self.singles = [replace(program, count=1) for program in programs for _ in range(program.count)]
        naive = NaivePosterior(log, self.singles, prior.exact, likelihood, n_actions)
        self.before = naive.prior
        masses, evidence = naive.masses(log.n_training), naive.evidence(log.n_training)
        self.after = [mass / evidence for mass in masses] if evidence else None
        rows = [
            (*predictions, *flags)
            for predictions, flags in zip(census.predictions.tolist(), census.flags.tolist(), strict=True)
        ]
        cells = census.predictions.shape[1]
        self.member = [rows.index((*p.predictions[:cells], *p.flags)) for p in self.singles]
        self.by_behaviour = self.after and [
            sum((m for m, b in zip(self.after, self.member, strict=True) if b == behaviour), Fraction(0))
            for behaviour in range(len(rows))
        ]


def naive_entropy(shares):
    return -sum(float(share) * exact_log2(share) for share in shares if share)


def naive_total_variation(first, second):
    return sum((max(p - q, Fraction(0)) for p, q in zip(first, second, strict=True)), Fraction(0))


def naive_relative_entropy(first, second):
    pairs = [(p, q) for p, q in zip(first, second, strict=True) if p]
    return math.inf if any(not q for _, q in pairs) else sum(float(p) * exact_log2(p / q) for p, q in pairs)


def naive_rank_correlation(first, second):
    def ranks(masses):
        return [sum(m < mine for m in masses) + Fraction(masses.count(mine) + 1, 2) for mine in masses]

    def covariance(x, y):
        n = len(x)
        return sum(a * b for a, b in zip(x, y, strict=True)) / n - Fraction(sum(x), n) * Fraction(sum(y), n)

    x, y = ranks(first), ranks(second)
    spread = covariance(x, x) * covariance(y, y)
    return float(covariance(x, y)) / math.sqrt(spread) if spread else math.nan


@settings(max_examples=150)
@given(cases(), tables("first"), tables("second"), st.sampled_from(NOISES))
def test_every_number_is_the_sum_over_single_programs(case, first, second, noises):
    log, programs, n_actions, census = few(case)
    noise, likelihood = noises
    priors = (first, second)
    assume(all(any(prior.exact(program) for program in programs) for prior in priors))
    twins = [Twin(log, programs, n_actions, census, prior, likelihood) for prior in priors]
    result = compare(census, log, priors, noise=noise)
    assert result.behaviours == len(census.predictions)
    for prior, twin, standing in zip(priors, twins, result.standings, strict=True):
        assert standing.name == prior.name
        if twin.after is None:
            assert math.isnan(standing.effective_programs)
            assert math.isnan(standing.effective_behaviours)
            assert math.isnan(standing.log2_odds)
            assert math.isnan(standing.log2_odds_verdict)
            assert np.isnan(standing.mass_by_role).all()
            assert math.isnan(standing.leader_mass)
            assert (standing.leader, standing.loses_at) == (None, None)
            continue
        assert close(standing.effective_programs, 2 ** naive_entropy(twin.after))
        assert close(standing.effective_behaviours, 2 ** naive_entropy(twin.by_behaviour))
        assert 1 <= standing.effective_behaviours <= result.behaviours * (1 + 1e-9)
        assert 1 <= standing.effective_programs <= len(twin.singles) * (1 + 1e-9)
        assert standing.effective_behaviours <= standing.effective_programs * (1 + 1e-9)
        length = [
            min(p.length for p, b in zip(twin.singles, twin.member, strict=True) if b == behaviour)
            for behaviour in range(result.behaviours)
        ]
        leader = min(
            range(result.behaviours),
            key=lambda b, twin=twin, length=length: (-twin.by_behaviour[b], length[b], census.witness[b], b),
        )
        assert standing.leader == leader
        assert close(standing.leader_mass, float(twin.by_behaviour[leader]))
    (distance,) = result.distances
    one, other = twins
    assert close(distance.total_variation_before, float(naive_total_variation(one.before, other.before)))
    if one.after is None or other.after is None:
        assert math.isnan(distance.total_variation)
        assert math.isnan(distance.kl)
        assert math.isnan(distance.kl_reverse)
        assert math.isnan(distance.rank_correlation)
    else:
        assert close(distance.total_variation, float(naive_total_variation(one.after, other.after)))
        assert close(distance.kl, naive_relative_entropy(one.after, other.after))
        assert close(distance.kl_reverse, naive_relative_entropy(other.after, one.after))
        assert close(distance.rank_correlation, naive_rank_correlation(one.by_behaviour, other.by_behaviour))


@settings(max_examples=80)
@given(cases(), tables("a", 1), tables("b", 1), tables("c", 1), st.sampled_from([noise for noise, _ in NOISES[:2]]))
def test_distances_obey_the_laws_of_distances(case, a, b, c, noise):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    result = compare(census, log, (a, b, c), noise=noise)
    assert [(d.first, d.second) for d in result.distances] == list(combinations(range(3), 2))
    for distance in result.distances:
        assert 0 <= distance.total_variation <= 1
        assert 0 <= distance.total_variation_before <= 1
        # Pinsker's inequality, with relative entropies in bits.
        for bits in (distance.kl, distance.kl_reverse):
            assert 0 <= bits < math.inf
            assert distance.total_variation <= math.sqrt(bits * math.log(2) / 2) + 1e-7
    for which in ("total_variation", "total_variation_before"):
        ab, ac, bc = (getattr(distance, which) for distance in result.distances)
        for longest, *others in ((ab, ac, bc), (ac, ab, bc), (bc, ab, ac)):
            assert longest <= sum(others) + 1e-12
    backwards = compare(census, log, (c, b, a), noise=noise)
    for there, back in zip(result.distances, reversed(backwards.distances), strict=True):
        assert (there.first, there.second) == (2 - back.second, 2 - back.first)
        assert there.total_variation == back.total_variation
        assert there.total_variation_before == back.total_variation_before
        assert (there.kl, there.kl_reverse) == (back.kl_reverse, back.kl)
        assert close(there.rank_correlation, back.rank_correlation, 1e-12)


@settings(max_examples=60)
@given(cases(), tables("prior"), st.sampled_from([noise for noise, _ in NOISES]), st.integers(-3000, 3000))
def test_a_constant_factor_changes_nothing(case, prior, noise, exponent):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    assume(any(prior.exact(program) for program in programs))
    scaled = times(prior, exponent + math.log2(3))
    before = posterior(census, log, prior, noise=noise)
    after = posterior(census, log, scaled, noise=noise)
    assert close(after.mass, before.mass, 1e-10)
    assert close(np.exp2(after.log2_mass), np.exp2(before.log2_mass), 1e-10)
    result = compare(census, log, (prior, replace(scaled, name="other")), noise=noise)
    (distance,) = result.distances
    assert close(distance.total_variation_before, 0, 1e-10)
    if math.isnan(result.standings[0].leader_mass):
        assert math.isnan(distance.total_variation)
        return
    assert close(distance.total_variation, 0, 1e-10)
    assert close((distance.kl, distance.kl_reverse), (0, 0), 1e-9)
    # Ranks see through the rounding that the factor brings.
    assert distance.rank_correlation == 1 or math.isnan(distance.rank_correlation)
    assert result.standings[0].leader == result.standings[1].leader


@settings(max_examples=40)
@given(cases(), st.sampled_from([noise for noise, _ in NOISES]))
def test_a_standing_repeats_the_posterior(case, noise):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    priors = (SIMPLICITY, LEVIN, UNIFORM)
    for prior, standing in zip(priors, compare(census, log, priors, noise=noise).standings, strict=True):
        alone = posterior(census, log, prior, noise=noise)
        assert np.array_equal(standing.log2_odds, alone.log2_odds[-1], equal_nan=True)
        assert np.array_equal(standing.log2_odds_verdict, alone.log2_odds_verdict[-1], equal_nan=True)
        assert np.array_equal(standing.mass_by_role, alone.mass_by_role[:, -1], equal_nan=True)
        assert standing.loses_at == alone.loses_at
        (top,) = top_behaviours(alone, census.witness, 1)
        if math.isnan(top.mass):
            assert standing.leader is None
        else:
            assert (standing.leader, standing.leader_mass) == (top.behaviour, top.mass)


@given(st.lists(st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(1, 2**60)), min_size=1, max_size=9))
def test_where_the_log_says_nothing_uniform_leaves_all_programs(groups):
    # All abstain in training and differ later only, so every likelihood is the same.
    log = make_log([(0, 0), (0, 1)], [(1, 0, None), (2, 1, None)])
    programs = [
        Program((-1, index % 3, index // 3), length=length, time=time, count=count)
        for index, (length, time, count) in enumerate(groups)
    ]
    standing, levin = compare(make_census(log, programs), log, (UNIFORM, LEVIN)).standings
    assert standing.effective_programs == pytest.approx(sum(program.count for program in programs), rel=1e-12)
    assert levin.effective_programs <= standing.effective_programs * (1 + 1e-12)
    assert standing.effective_behaviours <= len(programs) * (1 + 1e-12)


def test_numbers_worked_out_by_hand():
    log = make_log([(0, 0)], [(1, 0, 1)])
    programs = [Program((0, 0), IMITATING, 1, count=2, text="a"), Program((0, 1), SEARCHING, 2, count=2, text="b")]
    result = compare(make_census(log, programs), log, (UNIFORM, SIMPLICITY))
    uniform, simple = result.standings
    # Four programs of 1/4 each; two of 1/3 and two of 1/6. Both programs hit, so the data change nothing.
    assert close(uniform.effective_programs, 4, 1e-12)
    assert close(uniform.effective_behaviours, 2, 1e-12)
    assert close(simple.effective_programs, 3 ** (2 / 3) * 6 ** (1 / 3), 1e-12)
    assert (uniform.log2_odds, simple.log2_odds) == (0, -1)
    assert simple.mass_by_role == pytest.approx([2 / 3, 1 / 3, 0, 0])
    # A tie goes to the shorter one.
    assert (uniform.leader, simple.leader) == (0, 0)
    assert close((uniform.leader_mass, simple.leader_mass), (1 / 2, 2 / 3))
    assert (uniform.loses_at, simple.loses_at) == (None, None)
    (distance,) = result.distances
    assert close(distance.total_variation_before, 1 / 6, 1e-12)
    assert close(distance.total_variation, 1 / 6, 1e-12)
    assert close(distance.kl, math.log2(3 / 4) / 2 + math.log2(3 / 2) / 2, 1e-12)
    assert close(distance.kl_reverse, 2 / 3 * math.log2(4 / 3) + math.log2(2 / 3) / 3, 1e-12)
    assert math.isnan(distance.rank_correlation)


def test_ranks_of_a_reversed_order_correlate_perfectly_and_negatively():
    log = make_log([(0, 0)], [(n, 0, None) for n in range(1, 4)])
    programs = [Program((0, *later), length=n) for n, later in enumerate(np.ndindex(2, 2, 2), 1)]
    lengthy = TinyPrior(lambda columns: columns["length"] * 1.0, name="lengthy")
    middling = TinyPrior(lambda columns: -abs(columns["length"] - 4.5), name="middling")
    census = make_census(log, programs)
    result = compare(census, log, (SIMPLICITY, lengthy, middling, times(SIMPLICITY, 0.1)))
    found = {(d.first, d.second): d.rank_correlation for d in result.distances}
    assert found == {(0, 1): -1, (0, 2): 0, (0, 3): 1, (1, 2): 0, (1, 3): -1, (2, 3): 0}


def test_rounding_makes_no_ranks_and_small_differences_do():
    log = make_log([(0, 0)], [(1, 0, None), (2, 0, None)])
    programs = [Program((0, *later), length=n) for n, later in enumerate(np.ndindex(2, 2), 1)]
    census = make_census(log, programs)
    # The same weights but for rounding, and but for something small that is no rounding.
    noisy = TinyPrior(lambda columns: -5000 + 2e-11 * columns["length"], name="noisy")
    slight = TinyPrior(lambda columns: -5000 + 1e-9 * columns["length"], name="slight")
    result = compare(census, log, (SIMPLICITY, noisy, slight))
    with_noisy, with_slight, _ = (distance.rank_correlation for distance in result.distances)
    assert math.isnan(with_noisy)
    assert with_slight == -1


def test_masses_far_below_the_least_float_still_count():
    log = make_log([(0, 0)], [(1, 0, 1)])
    programs = [Program((0, 0), IMITATING, 1), Program((0, 1), SEARCHING, 10_001)]
    result = compare(make_census(log, programs), log, (UNIFORM, SIMPLICITY, times(SIMPLICITY, -20_000)))
    uniform, simple, _ = result.standings
    assert uniform.effective_programs == pytest.approx(2)
    assert simple.effective_programs == 1
    assert simple.log2_odds == -10_000
    first, _, last = result.distances
    assert first.total_variation == pytest.approx(1 / 2)
    assert first.kl == pytest.approx(5000 - 1)
    assert first.kl_reverse == pytest.approx(1)
    assert (last.total_variation, last.kl, last.kl_reverse) == (0, 0, 0)
    assert last.rank_correlation == 1


def test_ruling_out_what_the_other_allows_costs_infinitely_many_bits():
    log = make_log([(0, 0)], [(1, 0, 1)])
    programs = [Program((0, 0), IMITATING, 1), Program((0, 1), SEARCHING, 10_001)]
    short = TinyPrior(lambda columns: np.where(columns["length"] < 5, 0.0, -np.inf), name="short")
    long = TinyPrior(lambda columns: np.where(columns["length"] < 5, -np.inf, 0.0), name="long")
    result = compare(make_census(log, programs), log, (SIMPLICITY, short, long))
    to_short, to_long, between = result.distances
    # A share of 2^-10000 is no float, and still it is not nothing.
    assert (to_short.kl, to_short.kl_reverse) == (math.inf, 0)
    assert to_short.total_variation == 0
    assert (to_long.kl, to_long.total_variation) == (math.inf, 1)
    assert to_long.kl_reverse == pytest.approx(10_000)
    assert (between.kl, between.kl_reverse, between.total_variation) == (math.inf, math.inf, 1)
    assert between.rank_correlation == -1


def test_a_prior_with_nothing_left_is_undefined_and_spares_the_others():
    log = make_log([(0, 0)], [(1, 0, 1)])
    programs = [Program((0, 0), IMITATING, 1), Program((1, 1), SEARCHING, 9)]
    wrong = TinyPrior(lambda columns: np.where(columns["length"] < 5, -np.inf, 0.0), name="wrong")
    result = compare(make_census(log, programs), log, (SIMPLICITY, wrong, UNIFORM), noise=Noise(0))
    assert result.standings[0].leader_mass == 1
    assert result.standings[1].leader is None
    assert math.isnan(result.standings[1].effective_programs)
    with_wrong, between, _ = result.distances
    assert with_wrong.total_variation_before == pytest.approx(1 / (1 + 2.0**-8))
    assert all(math.isnan(x) for x in (with_wrong.total_variation, with_wrong.kl, with_wrong.kl_reverse))
    assert math.isnan(with_wrong.rank_correlation)
    assert (between.total_variation, between.kl, between.rank_correlation) == (0, 0, 1)


def test_tolerance_and_noise_are_passed_on():
    log = make_log([(0, 0), (0, 1)], [(1, 0, 1)])
    programs = [Program((0, 0), IMITATING, 1), Program((1, 1), SEARCHING, 2), Program((2, 1), SEARCHING, 1)]
    census = make_census(log, programs)
    loud, quiet = (compare(census, log, (UNIFORM, LEVIN), noise=Noise(eps)).standings[0] for eps in (0.5, 0.01))
    assert quiet.effective_programs < loud.effective_programs
    with pytest.raises(UsageError, match=r"tolerance 2 is no miss rate"):
        compare(census, log, (UNIFORM, LEVIN), tolerance=2)


@pytest.mark.parametrize(
    ("priors", "message"),
    [
        ([], r"there is no prior to compare; give two or more priors\."),
        ([LEVIN], r"there is only 'levin' to compare; give two or more priors\."),
        (
            [LEVIN, SIMPLICITY, times(UNIFORM, 1, name="levin")],
            r"2 of the priors to compare have the name 'levin', and names tell them apart; give each .* its own\.",
        ),
    ],
)
def test_priors_that_cannot_be_compared_are_refused(priors, message):
    log = make_log([(0, 0)])
    with pytest.raises(UsageError, match=message):
        compare(make_census(log, [Program((0,))]), log, priors)


def test_a_log_of_other_rows_is_refused():
    log = make_log([(0, 0)])
    with pytest.raises(RunError, match="rows"):
        compare(make_census(log, [Program((0,))]), make_log([(0, 0), (0, 0)]), (LEVIN, SIMPLICITY))
