"""Formulas worked out by the compiled machine, against slow exact arithmetic."""

import mpmath
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from mesaprior.priors.compiler import Program
from mesaprior.priors.formula import parse_formula
from tests.priors.formulas import UNDEFINED, Tree, UndecidableError, meaning, rows, text_of, trees


def arrays(given_rows: list[dict[str, int]]) -> dict[str, np.ndarray]:
    return {name: np.array([row[name] for row in given_rows]) for name in given_rows[0]}


def evaluate(text: str, **columns: list[float]) -> tuple[list[float], list[float]]:
    sign, log2_magnitude = Program(parse_formula(text), {}).run({n: np.array(c) for n, c in columns.items()})
    return sign.tolist(), log2_magnitude.tolist()


def log2_of(text: str, **columns: float) -> float:
    sign, log2_magnitude = evaluate(text, **{name: [value] for name, value in (columns or {"length": 1}).items()})
    assert sign[0] >= 0
    return log2_magnitude[0]


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.filter_too_much])
@given(trees, rows)
def test_random_formulas_agree_with_exact_arithmetic(tree: Tree, row: dict[str, int]):
    with mpmath.workprec(400):
        try:
            want = meaning(tree, row)
        except UndecidableError:
            assume(False)
        (sign,), (log2_magnitude,) = evaluate(text_of(tree), **{name: [value] for name, value in row.items()})
        if want is UNDEFINED:
            assert np.isnan(sign)
            return
        assert sign == mpmath.sign(want.x)
        if want.x == 0:
            assert log2_magnitude == -np.inf
            return
        exact = mpmath.log(abs(want.x), 2)
        assert abs(log2_magnitude - exact) <= 2 * want.log_error + 1e-15 * max(1, abs(exact))


@settings(deadline=None, max_examples=50)
@given(trees, st.lists(rows, min_size=1, max_size=40), st.data())
def test_a_row_does_not_depend_on_the_others(tree: Tree, many: list[dict[str, int]], data: st.DataObject):
    program = Program(parse_formula(text_of(tree)), {})
    whole = program.run(arrays(many))
    cut = data.draw(st.integers(0, len(many) - 1))
    part = program.run(arrays(many[cut:]))
    assert np.array_equal(whole[0][cut:], part[0], equal_nan=True)
    assert np.array_equal(whole[1][cut:].view(np.int64), part[1].view(np.int64))


EXTREMES = [(length, time) for length in (1, 7, 1074, 1075, 10_000) for time in (1, 2, 1023, 10**9 + 7, 10**18, 2**62)]


@pytest.mark.parametrize(
    ("text", "slowly"),
    [
        ("2**-length", lambda length, time: -mpmath.mpf(length)),
        ("2**-length / time", lambda length, time: -length - mpmath.log(time, 2)),
        ("2**-length * time**-2.5", lambda length, time: -length - 2.5 * mpmath.log(time, 2)),
        ("2**-length * 2**(-time/1024)", lambda length, time: -length - mpmath.mpf(time) / 1024),
        ("exp(-time) / length**3", lambda length, time: -time / mpmath.log(2) - 3 * mpmath.log(length, 2)),
        (
            "2**-length + 3**-length",
            lambda length, time: mpmath.log(mpmath.mpf(2) ** -length + mpmath.mpf(3) ** -length, 2),
        ),
        ("2**-length - 2**(-length-1)", lambda length, time: -mpmath.mpf(length) - 1),
        ("sqrt(2**-length * time)", lambda length, time: (mpmath.log(time, 2) - length) / 2),
        ("2**-(length + log2(time + 1))", lambda length, time: -length - mpmath.log(float(time + 1), 2)),
        ("Max(2**-length, 2**-time)", lambda length, time: -mpmath.mpf(min(length, time))),
        ("Min(2**length, 2**time)", lambda length, time: mpmath.mpf(min(length, time))),
        ("(2**-length * 2**length) ** time / 2**time", lambda length, time: -mpmath.mpf(time)),
        ("2**(2**length * 2**-length * -time)", lambda length, time: -mpmath.mpf(time)),
    ],
)
def test_extreme_lengths_and_times(text: str, slowly):
    with mpmath.workprec(400):
        for length, time in EXTREMES:
            want = slowly(length, time)
            got = log2_of(text, length=length, time=time)
            assert abs(got - want) <= 1e-12 * max(1, abs(want)), (length, time)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("2**-length < 2**-5000", [False, False, True]),
        ("2**-length <= 2**-5000", [False, True, True]),
        ("2**-length == 2**-5000", [False, True, False]),
        ("2**-length != 2**-5000", [True, False, True]),
        ("2**-length > 2**-5000", [True, False, False]),
        ("2**-length >= 2**-5000", [True, True, False]),
        ("-2**-length < -2**-5000", [True, False, False]),
        ("2**length > 2**5000", [False, False, True]),
        ("-2**length > -2**5000", [True, False, False]),
        ("-2**length < 2**-5000", [True, True, True]),
        ("2**-length > 0", [True, True, True]),
        ("2**-(length/8) * 2**-(length/8) > 0", [True, True, True]),
        ("2**-(length/8) / 2**(length/8) > 0", [True, True, True]),
        ("2**(length/8) * 2**(length/8) > 2**1249.9", [False, True, True]),
        ("2**(length/8) / 2**-(length/8) > 2**1249.9", [False, True, True]),
        ("-2**-length >= 0", [False, False, False]),
        ("length**2 == 25000000", [False, True, False]),
        ("length/5 == 1000", [False, True, False]),
        ("sqrt(length**2) == length", [True, True, True]),
        ("length < 5000 | length > 5000", [True, False, True]),
        ("length <= 5000 & length >= 5000", [False, True, False]),
        ("length < 5000 or length == 5000 and length > 5000", [True, False, False]),
        # What is undefined does not matter where the other side decides.
        ("length > 5000 & log2(length - 5000) >= 0", [False, False, True]),
        ("length <= 5000 | log2(length - 5000) >= 0", [True, True, True]),
    ],
)
def test_conditions_beyond_what_floats_hold(condition: str, holds: list[bool]):
    sign, _ = evaluate(f"Piecewise((1, {condition}), (0, True))", length=[4999, 5000, 5001])
    assert sign == [float(value) for value in holds]


@pytest.mark.parametrize(
    ("text", "sign", "log2_magnitude"),
    [
        ("0", 0, -np.inf),
        ("0*2**length", 0, -np.inf),
        ("0**0", 1, 0),
        ("0**2", 0, -np.inf),
        ("0**2**-5000", 0, -np.inf),
        ("0**-1", 1, np.inf),
        ("1/0", 1, np.inf),
        ("-1/0", -1, np.inf),
        ("1/(1/0)", 0, -np.inf),
        ("Max(1/0, 2**5000)", 1, np.inf),
        ("1/0 + 2**5000", 1, np.inf),
        ("2**5000 - 1/0", -1, np.inf),
        ("(1/0)**2", 1, np.inf),
        ("(1/0)**-2", 0, -np.inf),
        ("(1/0)**(2**-5000)", 1, np.inf),
        ("2**2**-5000", 1, 0),
        ("2**-(length*2)**5000", 0, -np.inf),
        ("exp(-(2*length)**5000)", 0, -np.inf),
        ("exp((2*length)**5000)", 1, np.inf),
        ("1 + exp(-(2*length)**5000)", 1, 0),
        ("1**2**5000", 1, 0),
        ("2**log2(0)", 0, -np.inf),
        ("(-2)**3", -1, 3),
        ("(-2)**4", 1, 4),
        ("(-2)**-5001", -1, -5001),
        ("-2**4", -1, 4),
        ("2**5000 - 2**5000", 0, -np.inf),
        ("0 - 2**5000", -1, 5000),
        ("2**5000 - 2**5001", -1, 5000),
        ("2**-5000 + 2**-5000", 1, -4999),
        ("log2(2**-5000)", -1, np.log2(5000)),
        ("9**9**9**(9*length)", 1, np.inf),
        ("log2(9**9**(9*length))", 1, np.log2(9.0**9 * np.log2(9))),
        ("1e300*1e300*1e300", 1, 3 * np.log2(1e300)),
    ],
)
def test_corner_values(text: str, sign: float, log2_magnitude: float):
    assert evaluate(text, length=[1]) == ([sign], [pytest.approx(log2_magnitude, rel=1e-14)])


@pytest.mark.parametrize(
    "text",
    [
        "0/0",
        "0*(1/0)",
        "1/0 - 1/0",
        "(1/0)/(1/0)",
        "(-2)**0.5",
        "(-2)**2**-5000",
        "(-2)**(length*2**60)",
        "(-1/0)**0.5",
        "sqrt(-length)",
        "log2(-1)",
        "log2(0/0)",
        "exp(0/0)",
        "-(0/0)",
        "Min(1, 0/0)",
        "Max(0/0, 1)",
        "2**(0/0)",
        "Piecewise((1, length > 1))",
        "Piecewise((1, 0/0 < 1), (0, True))",
        "Piecewise((1, True & 0/0 < 1), (0, True))",
        "Piecewise((1, 0/0 < 1 | length > 1), (0, True))",
    ],
)
def test_undefined_values(text: str):
    sign, _ = evaluate(text, length=[1])
    assert np.isnan(sign).all()


def test_what_is_not_selected_does_not_matter():
    assert evaluate("Piecewise((log2(-1), length > 1), (1/0, length > 2), (4, True))", length=[1]) == ([1], [2])


def test_integers_and_floats_are_the_same_column():
    assert log2_of("2**-length / time", length=12, time=8) == log2_of("2**-length / time", length=12.0, time=8.0) == -15


def test_no_rows():
    assert evaluate("2**-length", length=[]) == ([], [])
