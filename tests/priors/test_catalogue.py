"""The catalogue: what each prior weighs, and the identities among them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.priors.catalogue import DEFAULT_PARAMETERS, catalogue
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import describe_prior, make_prior

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
        ("s_phases", "2**(1 - 2*length - ceil(log2(time)))"),
        ("capped", "2**-length * 2**-ceil(log2(time))"),
        ("capped_wide", "2**-length / (1 + ceil(log2(time)))"),
        ("circuit", "2**(-c*gates)"),
        ("regularized", "2**(-lam*weights)"),
        ("tempered", "simplicity**(1/temperature)"),
        ("mixture", "w*simplicity + (1 - w)*levin"),
    ]


def test_the_parameters_of_the_catalogue():
    used = {name for entry in catalogue() for name in parse_formula(entry.text).parameters}
    # What has no natural value must be given.
    assert used == {*DEFAULT_PARAMETERS, "temperature", "w"}
    assert DEFAULT_PARAMETERS == {"alpha": 1, "T": 1024, "c": 1, "lam": 1}


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_entry_says_what_it_is(entry):
    for words in (entry.meaning, entry.source, entry.normalizable):
        assert words
        assert "\n" not in words
        assert not words.endswith(".")
    shown = describe_prior(entry.name)
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
        ("s_phases", {}, [-6, -29, -10059]),
        ("capped", {}, [-4, -20, -5060]),
        ("capped_wide", {}, [-4, -10 - np.log2(11), -5000 - np.log2(61)]),
        ("circuit", {"c": 0.5}, [0, -2, -3.5]),
        ("tempered", {"temperature": 2}, [-1.5, -5, -2500]),
        ("mixture", {"w": 0.5}, [-3 + np.log2(0.75), -10 + np.log2(1025 / 2048), -5001]),
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


def phase_of(length: int, time: int) -> int:
    """The first phase of FAST in which a program finishes: phase i runs it for 2^(i-length) steps."""
    return next(i for i in range(length, length + 100) if 2 ** (i - length) >= time)


def phases(length: int, time: int) -> Fraction:
    """The weight of a program in FAST (Schmidhuber 2002): phase i = 1, 2, ... has the share 2^-i, and a program counts
    2^-length in each that lets it finish."""
    first = phase_of(length, time)
    shares = sum(Fraction(1, 2**i) for i in range(first, first + 50)) + Fraction(1, 2 ** (first + 49))
    return shares / 2**length


programs = st.tuples(st.integers(1, 200), st.one_of(st.integers(1, 100), st.integers(1, 2**53)))


@settings(deadline=None)
@given(programs)
def test_s_fast_is_the_sum_over_phases_up_to_a_factor_of_two(program: tuple[int, int]):
    length, time = program
    closed = Fraction(1, 2 ** (2 * length) * time)
    assert 1 < phases(length, time) / closed <= 2
    groups = {"length": np.array([length]), "time": np.array([time])}
    want = -2 * length - float(np.log2(time))
    assert make_prior("s_fast").log2_weight(groups)[0] == pytest.approx(want, rel=1e-14)
    # The sum over phases is a power of two, and the formula gives it exactly.
    assert Fraction(2) ** int(make_prior("s_phases").log2_weight(groups)[0]) == phases(length, time)
    # Length is charged twice, which the weight of levin does not do.
    assert make_prior("levin").log2_weight(groups)[0] == pytest.approx(want + length, rel=1e-13, abs=1e-12)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 12), st.integers(1, 2**40)), min_size=1, max_size=30))
def test_s_fast_of_a_set_of_programs_is_at_most_twice_their_kt(drawn: list[tuple[int, int]]):
    # The programs of one output, in a prefix code: those that Kraft's inequality leaves room for.
    kept, room = [], Fraction(1)
    for length, time in drawn:
        if Fraction(1, 2**length) <= room:
            kept.append((length, time))
            room -= Fraction(1, 2**length)
    total = sum(phases(length, time) for length, time in kept)
    # S_Fast <= 2^(1 - Kt), Kt the least of length + log2 time; and the same with the logarithm rounded up.
    kt = min(length + np.log2(time) for length, time in kept)
    assert float(total) <= 2.0 ** (1 - kt) * (1 + 1e-12)
    assert total <= Fraction(2) ** (1 - min(phase_of(*program) for program in kept))
    groups = dict(zip(("length", "time"), np.array(kept).T, strict=True))
    weights = make_prior("s_phases").log2_weight(groups)
    assert float(total) == pytest.approx(float(np.exp2(weights).sum()), rel=1e-12)
    assert 1 < float(total) / float(np.exp2(make_prior("s_fast").log2_weight(groups)).sum()) <= 2 * (1 + 1e-12)


@settings(deadline=None)
@given(programs)
def test_capped_priors_are_mixtures_over_their_bounds(program: tuple[int, int]):
    length, time = program
    within = [i for i in range(60) if time <= 2**i]
    halved = sum(Fraction(1, 2 ** (i + 1)) for i in within) + Fraction(1, 2**60)
    wide = sum(Fraction(1, (i + 1) * (i + 2)) for i in within) + Fraction(1, 61)
    groups = {"length": np.array([length]), "time": np.array([time])}
    for name, want in (("capped", halved), ("capped_wide", wide)):
        got = make_prior(name).log2_weight(groups)[0]
        assert got == pytest.approx(float(np.log2(float(want))) - length, rel=1e-14)
    # Levin's prior is between the first and twice it.
    difference = make_prior("levin").log2_weight(groups)[0] - make_prior("capped").log2_weight(groups)[0]
    assert 0 <= difference <= 1
