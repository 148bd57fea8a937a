"""Crossovers: numbers against formulas, on censuses where one class leads each side and on others."""

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from hypothesis import assume, given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.crossovers.crossover import Crossovers, find_crossovers
from mesaprior.inference.sweeps.sweep import sweep_posterior
from mesaprior.priors.prior import FormulaPrior, make_prior
from tests.inference.small import IMITATING, LEVIN, SEARCHING, Program, make_census, make_log
from tests.thorough import draws

LOG = make_log([(0, 1), (1, 0), (0, 1), (2, 2)], [(0, 1, 2), (1, 0, 2), (3, 1, None)])
FIT, MISSING, DEFECTING = (1, 0, 2, 1), (1, 1, 2, 1), (2, 2, 2, 1)
SPEED = make_prior("speed")


def odds_at(census, prior, over, value, noise=DEFAULT_NOISE, log=LOG, *, by_verdict=False) -> float:
    """Return the odds at a value by a posterior of its own."""
    if over == "noise":
        noise = Noise(value)
    elif over in ("a", "b"):
        noise = BetaNoise(value if over == "a" else noise.a, value if over == "b" else noise.b)
    else:
        prior = FormulaPrior(prior.name, prior.text, {**prior.parameters, over: value})
    result = posterior(census, log, prior, noise=noise)
    return float((result.log2_odds_verdict if by_verdict else result.log2_odds)[-1])


def check(found: Crossovers, census, prior, over, **others) -> None:
    """Each root has odds of 0, and each jump has its odds on its two sides."""
    for crossing in found.crossings:
        zero = crossing.zero
        at = odds_at(census, prior, over, zero.value, **others)
        if zero.kind in ("root", "level"):
            assert at == pytest.approx(0, abs=1e-6)
        else:
            assert at == pytest.approx(zero.after)
            assert odds_at(census, prior, over, zero.value * (1 - 1e-9), **others) == pytest.approx(zero.before)
        if crossing.solution and not math.isnan(crossing.solution.log2_odds_near):
            # What the other classes add is all of the difference.
            assert crossing.alone == pytest.approx(crossing.solution.log2_odds_near, abs=1e-6)


# What lies 2^-80 below the leading class of its side moves no crossover by 1e-6.
@draws(40)
@given(
    st.sampled_from(["alpha", "T", "temperature", "noise", "a", "b", "beta"]),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.tuples(st.integers(1, 1000), st.integers(1, 1000)),
    st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    st.tuples(st.sampled_from([FIT, MISSING, (0, 1, 2, 1)]), st.sampled_from([FIT, MISSING, (0, 1, 0, 1)])),
)
def test_where_one_class_leads_each_side_both_agree(over, length, time, count, predictions):
    priors = {
        "alpha": SPEED,
        "T": make_prior("bounded_soft"),
        "temperature": make_prior("tempered", {"temperature": 1}),
        "beta": make_prior("beta**-length / time", {"beta": 2}),
    }
    prior = priors.get(over, make_prior("levin"))
    leading = [
        Program(predictions[k], flags=(IMITATING, SEARCHING)[k], length=length[k], time=time[k], count=count[k])
        for k in range(2)
    ]
    # Behind them, far behind for every parameter of the range: longer and slower, with as many misses.
    behind = [
        Program((*predictions[k][:3], 0), flags=(IMITATING, SEARCHING)[k], length=length[k] + 800, time=time[k] * 2)
        for k in range(2)
    ]
    census = make_census(LOG, [*leading, *behind])
    ranges = {"alpha": (0, 20), "T": (2, 1000), "temperature": (0.2, 8), "beta": (1.5, 16)}
    low, high = ranges.get(over, (None, None))
    noise = BetaNoise(1, 9) if over in ("a", "b") else Noise(0.05)
    found = find_crossovers(census, LOG, prior, over, low=low, high=high, noise=noise)
    check(found, census, prior, over, noise=noise)
    for crossing in found.crossings:
        assert crossing.zero.kind in ("root", "level")
        if crossing.zero.kind == "level":
            continue
        if over == "b":
            assert crossing.solution.text is None
            assert "incomplete beta function of the noise depends on b" in crossing.reason
            assert crossing.solution.log2_odds_near == pytest.approx(0, abs=1e-6)
            continue
        assert crossing.solution.text is not None, crossing.reason
        assert crossing.solution.value == pytest.approx(crossing.zero.value, abs=1e-6, rel=1e-6)
        assert crossing.reason.startswith("the two agree")
        assert crossing.challenger.share == pytest.approx(1)
        assert crossing.challenger.count == count[1]
        assert crossing.other.columns == {name: {"length": length[0], "time": time[0]}[name] for name in prior.columns}
    # The other way round: an equation with a solution in the range is no coincidence.
    if over == "alpha":
        ratio = Fraction(count[1], count[0]) * Fraction(2) ** (length[0] - length[1])
        likelihood = posterior(census, LOG, make_prior("uniform"), noise=noise).log2_odds[-1]
        likelihood -= posterior(census, LOG, make_prior("uniform"), noise=Noise(2 / 3)).log2_odds[-1]
        if time[0] != time[1]:
            alpha = (math.log2(ratio) + likelihood) / math.log2(time[1] / time[0])
            assume(abs(alpha) > 1e-9 and abs(alpha - 20) > 1e-9)
            assert [c.zero.value for c in found.crossings] == ([pytest.approx(alpha)] if 0 < alpha < 20 else [])
            # Where the programs behind come between the leading ones by time, the rule of signs allows three zeros.
            if max(time) > 2 * min(time):
                assert found.is_complete == (0 < alpha < 20 or found.most_roots == 0)


@draws(30)
@given(
    st.lists(
        st.builds(
            Program,
            predictions=st.sampled_from([FIT, MISSING, DEFECTING, (0, -1, 2, 1)]),
            flags=st.sampled_from([IMITATING, SEARCHING]),
            length=st.integers(1, 12),
            time=st.integers(1, 30),
            count=st.integers(1, 50),
        ),
        min_size=2,
        max_size=10,
    ),
    st.sampled_from([("speed", "alpha"), ("bounded", "T"), ("bounded_soft", "T"), ("speed", "noise"), ("speed", "b")]),
    st.booleans(),
)
def test_on_other_censuses_the_difference_is_explained(programs, asked, by_verdict):
    census = make_census(LOG, programs)
    prior, over = make_prior(asked[0]), asked[1]
    found = find_crossovers(census, LOG, prior, over, by_verdict=by_verdict)
    check(found, census, prior, over, by_verdict=by_verdict)
    # No change of sign of a plain sweep is missing, and the rule of signs is kept.
    values = (
        np.linspace(found.low, min(found.high, 64), 200) if over == "T" else np.linspace(found.low, found.high, 200)
    )
    swept = sweep_posterior(census, LOG, prior, {over: values})
    odds = swept.log2_odds_verdict if by_verdict else swept.log2_odds
    for first, second, low, high in zip(values, values[1:], odds, odds[1:], strict=False):
        if np.sign(low) * np.sign(high) < 0:
            assert any(first <= c.zero.value <= second for c in found.crossings)
    if found.most_roots is not None:
        assert sum(c.zero.kind != "level" for c in found.crossings) <= found.most_roots


def test_a_published_form():
    # 2^-9 2^-alpha = 3 2^-4 30^-alpha has the solution log(96)/log(15).
    programs = [Program(FIT, length=9, time=2), Program(FIT, flags=SEARCHING, length=4, time=30, count=3)]
    (crossing,) = find_crossovers(make_census(LOG, programs), LOG, SPEED, "alpha").crossings
    assert crossing.solution.text == "log(96)/log(15)"
    assert crossing.zero.value == pytest.approx(math.log(96) / math.log(15), abs=1e-9)
    assert crossing.leads is False
    assert "30**alpha" in crossing.solution.equation


def test_closed_forms_along_the_noise():
    programs = [Program(FIT, length=9), Program((1, 1, 0, 1), flags=SEARCHING, length=5)]
    census = make_census(LOG, programs)
    # 2^-9 (1-e)^4 = 2^-5 (1-e)^2 (e/2)^2 gives e/(1-e) = 1/2.
    (crossing,) = find_crossovers(census, LOG, make_prior("simplicity"), "noise").crossings
    assert crossing.solution.text == "1/3"
    found = find_crossovers(census, LOG, make_prior("simplicity"), "noise")
    assert found.most_roots == 1
    assert found.is_complete


def test_abstentions_along_the_noise():
    programs = [Program((1, -1, -1, 1), length=5), Program(MISSING, flags=SEARCHING, length=5)]
    census = make_census(LOG, programs)
    found = find_crossovers(census, LOG, make_prior("simplicity"), "noise")
    check(found, census, make_prior("simplicity"), "noise")
    # (1-e)^2 / 9 = (1-e)^3 e / 2 has the roots 1/3 and 2/3: at the share of misses of chance everything is level.
    assert [c.solution.text for c in found.crossings] == ["1/3", "2/3"]
    assert found.most_roots == 2
    assert all(abs(c.difference) < 1e-6 for c in found.crossings)


@draws(60)
@given(
    st.lists(
        st.builds(
            Program,
            predictions=st.tuples(*[st.integers(-1, 2)] * 6),
            flags=st.sampled_from([IMITATING, SEARCHING]),
            length=st.integers(1, 6),
        ),
        min_size=2,
        max_size=6,
    )
)
def test_the_rule_of_signs_along_the_noise(programs):
    # By exact coefficients: with eps = 2/3 y / (1 + y), likelihoods are polynomials in y over the same power of 1 + y.
    actions = (0, 1, 2, 0, 1, 0)
    log = make_log(list(enumerate(actions)))
    y = sympy.Symbol("y")
    sides = {flags: sympy.Poly(0, y) for flags in (IMITATING, SEARCHING)}
    for program in programs:
        hits = sum(p == a for p, a in zip(program.predictions, actions, strict=True))
        idle = program.predictions.count(-1)
        misses = len(actions) - hits - idle
        weight = sympy.Rational(1, 2**program.length * 3 ** (misses + idle))
        sides[program.flags] += sympy.Poly(weight * y**misses * (1 + y / 3) ** hits * (1 + y) ** idle, y)
    difference = sides[SEARCHING] - sides[IMITATING]
    signs = [coefficient > 0 for coefficient in difference.all_coeffs() if coefficient]
    changes = sum(first != second for first, second in itertools.pairwise(signs))
    # Ties at the ends count too: at eps = 0, where somebody is left there, and at chance.
    for power in (0, len(actions)):
        mine, others = (sides[flags].coeff_monomial(y**power) for flags in (SEARCHING, IMITATING))
        changes += mine == others != 0
    found = find_crossovers(make_census(log, programs), log, make_prior("simplicity"), "noise")
    assert found.high == 2 / 3
    assert found.most_roots == changes


def test_roots_beyond_chance_are_neither_found_nor_counted():
    # 2^-4 (1-e)^4 = 2^-5 (1-e)^3 e/2 has the root 4/5, where what programs say is less likely than what they do not.
    programs = [Program(FIT, length=4), Program(MISSING, flags=SEARCHING, length=5)]
    found = find_crossovers(make_census(LOG, programs), LOG, make_prior("simplicity"), "noise")
    assert found.high == 2 / 3
    assert found.crossings == ()
    assert found.most_roots == 0
    assert found.is_complete


def exact_root(over, noise, prior_odds, low, high):
    """Where prior odds times the odds of 3 hits and a miss over 4 hits are 1, in many digits."""

    def odds(value):
        a, b = (value, noise.b) if over == "a" else (noise.a, value)
        three, four = (mpmath.betainc(a + m, b + h, 0, mpmath.mpf(2) / 3) for h, m in ((3, 1), (4, 0)))
        return prior_odds * three / 2 / four - 1

    with mpmath.workdps(30):
        return float(mpmath.findroot(odds, (low, high), solver="anderson"))


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(0.75, 3), BetaNoise(1.5, 2.5)])
@pytest.mark.parametrize("over", ["a", "b"])
def test_along_pseudo_counts(over, noise):
    programs = [Program(FIT, length=8), Program(MISSING, flags=SEARCHING, length=3)]
    census = make_census(LOG, programs)
    (crossing,) = find_crossovers(census, LOG, make_prior("simplicity"), over, noise=noise).crossings
    assert crossing.zero.value == pytest.approx(exact_root(over, noise, 32, 0.02, 80), rel=1e-9)
    assert "B(2/3, " in crossing.solution.equation
    if over == "a" and noise.b != 2.5:
        assert crossing.solution.value == pytest.approx(crossing.zero.value, rel=1e-9)
    else:
        assert crossing.solution.text is None
        assert f"the incomplete beta function of the noise depends on {over}" in crossing.reason
        assert crossing.solution.log2_odds_near == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("noise", [BetaNoise(1, 9), BetaNoise(2, 1), BetaNoise(0.3, 40), BetaNoise(1.5, 2.5)])
@pytest.mark.parametrize("n_rows", [4, 60])
def test_likelihoods_of_the_cut_noise_in_closed_forms(noise, n_rows):
    log = make_log([(0, 0), *[(row, 1) for row in range(1, n_rows)]])
    programs = [
        Program((0,) + (1,) * (n_rows - 1), length=9 + n_rows, time=4),
        Program((1,) * n_rows, flags=SEARCHING, length=3 + n_rows, time=2, count=5),
    ]
    (crossing,) = find_crossovers(
        make_census(log, programs), log, SPEED, "alpha", low=-90, high=90, noise=noise
    ).crossings
    # 2^-9 L 4^-alpha = 5 * 2^-3 M 2^-alpha, where L / M is the quotient of two incomplete beta functions.
    with mpmath.workdps(60):
        a, b = mpmath.mpf(str(noise.a)), mpmath.mpf(str(noise.b))
        c = mpmath.mpf(2) / 3
        ratio = 2 * mpmath.betainc(a, b + n_rows, 0, c) / mpmath.betainc(a + 1, b + n_rows - 1, 0, c)
        alpha = mpmath.log(ratio / 5 / 64, 2)
    assert crossing.solution.value == pytest.approx(float(alpha), rel=1e-12)
    assert crossing.zero.value == pytest.approx(float(alpha), rel=1e-9)
    # Fractions of hundreds of digits are printed as decimals.
    assert len(crossing.solution.text) < 200


def test_a_bound_on_time_lets_a_class_in():
    programs = [Program(FIT, length=9, time=2), Program(FIT, flags=SEARCHING, length=4, time=30)]
    census = make_census(LOG, programs)
    (crossing,) = find_crossovers(census, LOG, make_prior("bounded"), "T").crossings
    assert (crossing.zero.kind, crossing.zero.value, crossing.zero.before) == ("jump", 30, -math.inf)
    assert crossing.solution is None
    assert "time = 30" in crossing.reason


def test_training_rows_and_bounds_are_whole():
    programs = [
        Program((1, 1, 0, 1), length=3),
        Program((1, 0, 0, 1), flags=SEARCHING, length=4),
        Program(FIT, length=6),
        Program(FIT, flags=SEARCHING, length=7, count=9),
    ]
    census = make_census(LOG, programs)
    prior = make_prior("simplicity")
    whole = posterior(census, LOG, prior, noise=Noise(0.01))
    for over, odds, values in (
        ("n", whole.log2_odds, range(5)),
        ("max_bits", whole.log2_odds_by_bound, whole.bounds.tolist()),
    ):
        found = find_crossovers(census, LOG, prior, over, noise=Noise(0.01))
        signs = [(value, odd) for value, odd in zip(values, odds.tolist(), strict=True) if odd]
        want = [after[0] for before, after in itertools.pairwise(signs) if before[1] * after[1] < 0]
        assert want
        assert [c.zero.value for c in found.crossings] == want
        assert found.is_complete


def test_classes_that_depend_on_the_parameter_alike_have_no_solution():
    programs = [
        Program(FIT, length=5, time=8),
        Program(FIT, flags=SEARCHING, length=6, time=8),
        Program(FIT, flags=SEARCHING, length=8, time=2),
        Program(FIT, flags=SEARCHING, length=8, time=4),
        Program((*FIT[:3], 0), length=9, time=16),
    ]
    census = make_census(LOG, programs)
    (crossing,) = find_crossovers(census, LOG, SPEED, "alpha", noise=Noise(0.1)).crossings
    assert crossing.solution.text is None
    assert "alike" in crossing.reason
    assert crossing.alone == pytest.approx(crossing.solution.log2_odds_near, abs=1e-9)


def test_odds_that_are_0_everywhere():
    census = make_census(LOG, [Program(FIT, length=5, time=8), Program(FIT, flags=SEARCHING, length=5, time=8)])
    (crossing,) = find_crossovers(census, LOG, SPEED, "alpha").crossings
    assert (crossing.zero.kind, crossing.zero.value, crossing.zero.until) == ("level", 0, 10)
    assert crossing.leads is None


def test_a_prior_without_a_formula_has_numbers_only():
    programs = [Program(FIT, length=9, time=2), Program(MISSING, flags=SEARCHING, length=4, time=3)]
    (crossing,) = find_crossovers(make_census(LOG, programs), LOG, LEVIN, "noise").crossings
    assert crossing.solution is None
    assert "no formula" in crossing.reason


@pytest.mark.parametrize(
    ("over", "options", "parts"),
    [
        ("gamma", {}, ["'gamma'", "give a range"]),
        ("gamma", {"low": 0, "high": 1}, ["'gamma'", "alpha, noise"]),
        ("alpha", {"low": 3, "high": 3}, ["3 to 3", "empty"]),
        ("noise", {"low": 0.5, "high": 0.7}, ["0.7", "0.666667 with 3 actions"]),
        ("n", {"low": 7, "high": 9}, ["7 and 9"]),
        ("alpha", {"points": 1}, ["points = 1"]),
        ("a", {"noise": Noise(0.1)}, ["beta:a,b"]),
    ],
)
def test_what_is_refused(over, options, parts):
    census = make_census(LOG, [Program(FIT)])
    with pytest.raises(UsageError) as error:
        find_crossovers(census, LOG, SPEED, over, **options)
    for part in parts:
        assert part in str(error.value)
