"""Formulas as SymPy expressions: the same value, shown as written, and never worked out."""

import mpmath
import pytest
import sympy
from hypothesis import HealthCheck, assume, given, settings

from mesaprior.errors import UsageError
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.symbolic import _GreatPower, expression, latex
from tests.priors.formulas import UNDEFINED, Tree, UndecidableError, meaning, rows, text_of, trees


# Always the same examples: SymPy takes for ever over a few of all there are.
@settings(deadline=None, max_examples=200, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
@given(trees, rows)
def test_the_expression_has_the_value_of_the_formula(tree: Tree, row: dict[str, int]):
    row = {name: min(value, 9) for name, value in row.items()}
    with mpmath.workprec(400):
        try:
            want = meaning(tree, row)
        except UndecidableError:
            assume(False)
        assume(want is not UNDEFINED and abs(want.x) < 1e20)
    shown = expression(parse_formula(text_of(tree)))
    assume(not shown.has(_GreatPower))
    # SymPy may mistake a comparison of constants that it left as written.
    assume(all(comparison.free_symbols for comparison in shown.atoms(sympy.core.relational.Relational)))
    # SymPy writes the code of this function from the expression without working anything out.
    symbols = sorted(shown.free_symbols, key=str)
    with mpmath.workprec(200):
        got = sympy.lambdify(symbols, shown, "mpmath")(*(mpmath.mpf(row[symbol.name]) for symbol in symbols))
    assert complex(got) == pytest.approx(complex(want.x), rel=1e-8, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1", "1"),
        ("2**-length", r"2^{- \mathrm{length}}"),
        ("2**-length * time**-alpha", r"2^{- \mathrm{length}} \mathrm{time}^{- \alpha}"),
        ("2**-length * 2**(-time/T)", r"2^{- \mathrm{length}} 2^{- \frac{\mathrm{time}}{T}}"),
        ("2**(-lam*weights)", r"2^{- \lambda \mathrm{weights}}"),
        ("log2(infer_time)", r"\frac{\log{\left(\mathrm{infer\_time} \right)}}{\log{\left(2 \right)}}"),
        ("2**-5000 - 2**-length", r"2^{-5000} - 2^{- \mathrm{length}}"),
        ("(2**5000)**2 / (1/3)**999", r"\frac{\left(2^{5000}\right)^{2}}{\left(\frac{1}{3}\right)^{999}}"),
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


def test_columns_and_parameters_are_plain_symbols():
    formula = parse_formula("length + gates + alpha")
    assert expression(formula) == sum(sympy.symbols("length gates alpha"))


def test_names_of_sympy_are_parameters():
    assert {str(symbol) for symbol in expression(parse_formula("E + pi + I + S + lambda")).free_symbols} == {
        "E", "pi", "I", "S", "lambda",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "9**9**5",
        "Max(9**9**5, 3) - length",
        "(9**5000)**60 < 1",
        "exp(exp(exp(2))) + Min(exp(exp(exp(2))), 2)",
        "(2*length)**9**6",
        "log2(9**9**5) / 2**1e6",
        "(10**5000)**60 * 0.5**-1e6",
        "0**-1e6 + 0**9**6",
        "1/0 + 0/0 + log2(0)",
        "sqrt(-9**9**5)",
        "(" * 20 + "length" + "+1)**9" * 20,
        "(length + time - 3)**1e6",
        "Piecewise((9**9**5, 9**9**5 < 9**9**4), (1, True))",
    ],
)
def test_gigantic_constants_are_not_worked_out(text: str):
    formula = parse_formula(text if "<" not in text or "Piece" in text else f"Piecewise((1, {text}), (0, True))")
    assert str(expression(formula))
    assert latex(formula)


def test_constants_that_are_shown_as_written():
    text = "2**-5000 * length + (1/3)**999 - exp(100) + 2**10"
    assert str(expression(parse_formula(text))) == "length*2**(-5000) + (1/3)**999 - E**100 + 1024"


def test_what_sympy_refuses():
    formula = parse_formula("Piecewise((length, 0 < 0/0 & 1 < 0/0), (1, True))")
    with pytest.raises(UsageError, match="has no symbolic form, as a constant part of it is infinite or undefined"):
        expression(formula)
