"""Formulas as SymPy expressions: the same value, shown as written, and never worked out."""

import math
from unittest import mock

import mpmath
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings

from mesaprior.priors.formula import parse_formula
from mesaprior.priors.symbolic import latex
from tests.priors.formulas import UNDEFINED, Tree, UndecidableError, meaning, rows, text_of, trees


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.filter_too_much])
@given(trees, rows)
def test_the_expression_has_the_value_of_the_formula(tree: Tree, row: dict[str, int]):
    row = {name: min(value, 9) for name, value in row.items()}
    with mpmath.workprec(400):
        try:
            want = meaning(tree, row)
        except UndecidableError:
            assume(False)
        assume(want is not UNDEFINED and 1e-20 < abs(want.x) < 1e20)
    # Constants are worked out in the floats of Python below, so they must be modest.
    with mock.patch("mesaprior.priors.symbolic.MAX_BITS", 200):
        shown = parse_formula(text_of(tree)).sympy()
    assume("power(" not in str(shown))
    # SymPy writes the code of this function from the expression without working anything out.
    symbols = sorted(shown.free_symbols, key=str)
    with mpmath.workprec(200):
        got = sympy.lambdify(symbols, shown, "mpmath")(*(mpmath.mpf(row[symbol.name]) for symbol in symbols))
    assert complex(got) == pytest.approx(complex(want.x), rel=1e-8)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1", "1"),
        ("2**-length", r"2^{- \mathrm{length}}"),
        ("2**-length * time**-alpha", r"2^{- \mathrm{length}} \mathrm{time}^{- \alpha}"),
        ("2**-length * 2**(-time/T)", r"2^{- \mathrm{length}} 2^{- \frac{\mathrm{time}}{T}}"),
        ("2**(-lam*weights)", r"2^{- \lambda \mathrm{weights}}"),
        ("log2(infer_time)", r"\frac{\log{\left(\mathrm{infer\_time} \right)}}{\log{\left(2 \right)}}"),
        ("0.05 + length", r"\mathrm{length} + 0.05"),
        (
            "Piecewise((2**-length, time <= T), (0, True))",
            r"\begin{cases} 2^{- \mathrm{length}} & \text{for}\: \mathrm{time} \leq T "
            r"\\0 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_latex(text: str, shown: str):
    assert latex(parse_formula(text)) == shown


def test_columns_and_parameters_are_symbols():
    symbols = {symbol.name: symbol for symbol in parse_formula("length + gates + alpha").sympy().free_symbols}
    assert symbols["length"].is_positive
    assert symbols["gates"].is_nonnegative
    assert not symbols["gates"].is_positive
    assert symbols["alpha"].is_real
    assert symbols["alpha"].is_nonnegative is None


def test_names_of_sympy_are_parameters():
    assert {str(symbol) for symbol in parse_formula("E + pi + I + S + lambda").sympy().free_symbols} == {
        "E", "pi", "I", "S", "lambda",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "9**9**9**9",
        "Max(9**9**9**9, 3) - length",
        "(9**9**9)**(9**9**9) < 1",
        "exp(exp(exp(1000))) + Min(exp(exp(exp(1000))), 2)",
        "(2*length)**9**9**9",
        "log2(9**9**9**9) / 2**1e300",
        "(10**5000)**5000 * 0.5**-1e9",
        "0**-1e9 + 0**9**9**9",
        "1/0 + 0/0 + log2(0)",
        "sqrt(-9**9**9**9)",
        "Piecewise((9**9**9**9, 9**9**9**9 < 9**9**9), (1, True))",
    ],
)
def test_gigantic_constants_are_not_worked_out(text: str):
    formula = parse_formula(text if "<" not in text or "Piece" in text else f"Piecewise((1, {text}), (0, True))")
    assert str(formula.sympy())
    assert latex(formula)


def test_what_is_worked_out_is_small():
    assert not math.isnan(float(parse_formula("2**-5000 * 2**5001").sympy()))
