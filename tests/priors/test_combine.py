"""Mixtures, tempering and drawn bounds: formulas that weigh what they should."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.priors.combine import capped, inline, mixture, tempered
from mesaprior.priors.prior import make_prior

GROUPS = {"length": np.array([3, 10, 5000]), "time": np.array([2, 1024, 2**60])}

names = st.sampled_from(["uniform", "simplicity", "bounded_soft", "levin", "s_fast", "capped_wide", "speed/2 + levin"])
shares = st.floats(1e-9, 1e9)


@given(st.lists(st.tuples(names, shares), min_size=1, max_size=4))
def test_a_mixture_is_the_sum_of_its_parts(parts: list[tuple[str, float]]):
    priors = [make_prior(name) for name, _ in parts]
    mixed = mixture(priors, [share for _, share in parts])
    each = [np.log2(share) + prior.log2_weight(GROUPS) for prior, (_, share) in zip(priors, parts, strict=True)]
    got = mixed.log2_weight(GROUPS)
    np.testing.assert_allclose(got, np.logaddexp2.reduce(each), rtol=1e-12, atol=1e-12)
    # It falls below no part times its weight.
    assert (got >= np.max(each, axis=0) - 1e-9).all()


@given(names, st.floats(0.01, 100))
def test_tempering_divides_the_logarithm(name: str, temperature: float):
    prior = make_prior(name)
    got = tempered(prior, temperature).log2_weight(GROUPS)
    np.testing.assert_allclose(got, prior.log2_weight(GROUPS) / temperature, rtol=1e-12, atol=1e-12)


def test_tempering_by_one_changes_nothing():
    assert tempered(make_prior("levin"), 1).log2_weight(GROUPS).tolist() == [-4, -20, -5060]


@given(st.dictionaries(st.integers(1, 5000), shares, min_size=1, max_size=5))
def test_a_drawn_bound_is_a_mixture_of_hard_ones(bounds: dict[int, float]):
    times = np.array([1, 2, 50, 4000, 2**40])
    groups = {"length": np.full(5, 7), "time": times}
    got = capped(bounds).log2_weight(groups)
    kept = [sum(share for bound, share in bounds.items() if time <= bound) for time in times]
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(got, np.log2(kept) - 7, rtol=1e-12)
        hard = [
            np.log2(share) + make_prior("bounded", {"T": bound}).log2_weight(groups) for bound, share in bounds.items()
        ]
    np.testing.assert_allclose(got, np.logaddexp2.reduce(hard), rtol=1e-12)


def test_a_drawn_bound_over_another_prior():
    prior = capped({4: 0.25, 2000: 0.75}, make_prior("speed", {"alpha": 2}))
    want = [-3 - 2, -10 - 20 + np.log2(0.75), -np.inf]
    assert prior.log2_weight(GROUPS).tolist() == pytest.approx(want)


def test_parameters_are_written_into_the_formula():
    assert inline(make_prior("speed", {"alpha": -1.5})) == "2**-length * time**-(-1.5)"
    assert inline(make_prior("levin + beta*bounded", {"beta": 1e-9, "T": 64})) == (
        "(2**-length / time) + (1e-09)*(Piecewise((2**-length, time <= (64)), (0, True)))"
    )
    two = mixture([make_prior("speed", {"alpha": 0.5}), make_prior("speed", {"alpha": 2})], [1, 3])
    assert two.parameters == {}
    assert two.text == "1*(2**-length * time**-(0.5)) + 3*(2**-length * time**-(2))"


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: mixture([], []), "a mixture of 0 priors"),
        (lambda: mixture([make_prior("levin")], [1, 2]), "a mixture of 1 priors has 2 weights"),
        (lambda: mixture([make_prior("levin")], [0]), "weight 0 is out of range"),
        (lambda: mixture([make_prior("levin")], [np.inf]), "weight inf is out"),
        (lambda: tempered(make_prior("levin"), 0), "temperature 0 is out of range"),
        (lambda: tempered(make_prior("levin"), np.nan), "temperature nan"),
        (lambda: capped({}), "there are no bounds"),
        (lambda: capped({0: 1}), "bound 0 is out of range"),
        (lambda: capped({3: -1}), "weight -1 is out"),
    ],
)
def test_what_is_refused(make, words: str):
    with pytest.raises(UsageError, match=words):
        make()


def test_the_e_of_a_number_is_no_name():
    prior = make_prior("2e3*2**-length*e3 + 1e-3*.5E2", {"e3": 2})
    assert inline(prior) == "2e3*2**-length*(2) + 1e-3*.5E2"
    assert mixture([prior], [1]).log2_weight(GROUPS).tolist() == prior.log2_weight(GROUPS).tolist()


@pytest.mark.parametrize("huge", [10**400, 10**5000, math.inf, 1e-305], ids=["great", "greater", "inf", "small"])
def test_numbers_that_no_formula_can_have(huge):
    levin = make_prior("levin")
    for make in (
        lambda: mixture([levin], [huge]),
        lambda: tempered(levin, huge),
        lambda: capped({huge: 1}),
        lambda: capped({1: huge}),
        lambda: make_prior("speed", {"alpha": huge}),
    ):
        with pytest.raises(UsageError, match="out of range"):
            make()


def test_a_zero_among_constants_is_no_great_power():
    assert make_prior("2**(0*1e9)").text == "2**(0*1e9)"
    assert make_prior("2**(0/1e-9)").text == "2**(0/1e-9)"
    with pytest.raises(UsageError, match="power here is too great"):
        make_prior("2**(1*1e9)")
