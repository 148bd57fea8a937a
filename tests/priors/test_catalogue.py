"""The catalogue: what each prior weighs, and the identities among them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.priors.catalogue import DEFAULT_PARAMETERS, catalogue
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import make_prior

lengths = st.lists(st.integers(1, 10_000), min_size=1, max_size=20)
times = st.integers(1, 2**62)


@st.composite
def columns(draw: st.DrawFn) -> dict[str, np.ndarray]:
    length = draw(lengths)
    time = [draw(times) for _ in length]
    return {"length": np.array(length), "time": np.array(time), "gates": np.array(time) % 100}


def same_bits(first: np.ndarray, second: np.ndarray) -> bool:
    return first.view(np.int64).tolist() == second.view(np.int64).tolist()


def test_names_and_formulas():
    assert [(entry.name, entry.text) for entry in catalogue()] == [
        ("uniform", "1"),
        ("simplicity", "2**-length"),
        ("bounded", "Piecewise((2**-length, time <= T), (0, True))"),
        ("bounded_soft", "2**-length * 2**(-time/T)"),
        ("levin", "2**-length / time"),
        ("speed", "2**-length * time**-alpha"),
        ("s_fast", "2**(-2*length) / time"),
        ("circuit", "2**(-c*gates)"),
        ("regularized", "2**(-lam*weights)"),
    ]


def test_every_parameter_of_the_catalogue_has_a_default():
    used = {name for entry in catalogue() for name in parse_formula(entry.text).parameters}
    assert used == set(DEFAULT_PARAMETERS)
    assert DEFAULT_PARAMETERS == {"alpha": 1, "T": 1024, "c": 1, "lam": 1}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_entry_says_what_it_is(entry):
    for words in (entry.meaning, entry.source, entry.normalizable):
        assert words
        assert "\n" not in words
        assert not words.endswith(".")
    shown = make_prior(entry.name).describe()
    assert (shown.meaning, shown.source, shown.normalizable) == (entry.meaning, entry.source, entry.normalizable)


@pytest.mark.parametrize(
    ("name", "parameters", "want"),
    [
        ("uniform", {}, [0, 0, 0]),
        ("simplicity", {}, [-3, -10, -5000]),
        ("bounded", {}, [-3, -10, -np.inf]),
        ("bounded", {"T": 2}, [-3, -np.inf, -np.inf]),
        ("bounded_soft", {}, [-3 - 2 / 1024, -11, -5000 - 2**50]),
        ("levin", {}, [-4, -20, -5060]),
        ("speed", {"alpha": 3}, [-6, -40, -5180]),
        ("s_fast", {}, [-7, -30, -10060]),
        ("circuit", {"c": 0.5}, [0, -2, -3.5]),
        ("regularized", {"lam": 2}, [-4, -10, 0]),
    ],
)
def test_weights_by_hand(name: str, parameters: dict[str, float], want: list[float]):
    groups = {
        "length": np.array([3, 10, 5000]),
        "time": np.array([2, 1024, 2**60]),
        "gates": np.array([0, 4, 7]),
        "weights": np.array([2, 5, 0]),
    }
    assert make_prior(name, parameters).log2_weight(groups).tolist() == want


@settings(deadline=None)
@given(columns())
def test_speed_joins_simplicity_and_levin(groups: dict[str, np.ndarray]):
    speed = [make_prior("speed", {"alpha": alpha}).log2_weight(groups) for alpha in (0, 1)]
    assert same_bits(speed[0], make_prior("simplicity").log2_weight(groups))
    assert same_bits(speed[1], make_prior("levin").log2_weight(groups))
    assert same_bits(make_prior("speed").log2_weight(groups), speed[1])


@settings(deadline=None)
@given(columns(), st.integers(1, 2**62))
def test_bounded_is_simplicity_below_its_bound_and_tends_to_it(groups: dict[str, np.ndarray], T: int):
    simplicity = make_prior("simplicity").log2_weight(groups)
    # The bound is compared as float64, like the times.
    within = groups["time"].astype(float) <= float(T)
    bounded = make_prior("bounded", {"T": T}).log2_weight(groups)
    assert same_bits(bounded, np.where(within, simplicity, -np.inf))
    assert same_bits(make_prior("bounded", {"T": 2**62}).log2_weight(groups), simplicity)
    softly = [make_prior("bounded_soft", {"T": bound}).log2_weight(groups) for bound in (T, 2 * T, 1e300)]
    assert (softly[0] <= softly[1]).all()
    assert (softly[1] <= simplicity).all()
    assert same_bits(softly[2], simplicity)


@settings(deadline=None)
@given(st.integers(1, 200), st.one_of(st.integers(1, 100), st.integers(1, 10**18)))
def test_s_fast_is_the_sum_over_phases_up_to_a_factor_of_two(length: int, time: int):
    # FAST (Schmidhuber 2002): phase i = 1, 2, ... has the share 2^-i and runs each program of at most i bits for
    # 2^(i - length) steps; a program counts 2^-length in the phases that let it finish.
    first = next(i for i in range(length, length + 100) if 2 ** (i - length) >= time)
    phases = sum(Fraction(1, 2**i) for i in range(first, first + 50)) + Fraction(1, 2 ** (first + 49))
    s_fast = phases / 2**length
    closed = Fraction(1, 2 ** (2 * length) * time)
    assert 1 < s_fast / closed <= 2
    groups = {"length": np.array([length]), "time": np.array([time])}
    got = make_prior("s_fast").log2_weight(groups)[0]
    want = -2 * length - float(np.log2(time))
    assert got == pytest.approx(want, rel=1e-14)
    # Length is charged twice, which the weight of levin does not do.
    assert make_prior("levin").log2_weight(groups)[0] == pytest.approx(want + length, rel=1e-13, abs=1e-12)
