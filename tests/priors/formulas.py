"""Random formulas, and their meaning worked out slowly: mpmath at 400 bits, with a bound on the rounding of float64.

A tree is a nested tuple: ``("number", text)``, ``("column", name)``, ``(operator, child, ...)``, or
``("Piecewise", (value, condition), ..., (value, None))``. The meaning does not go through the parser.
"""

from dataclasses import dataclass
from typing import Any

import mpmath
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.priors.formula import parse_formula

Tree = tuple[Any, ...]

ULP = mpmath.mpf(2) ** -52
LINEAR = 1020  # bits of magnitude up to which the compiled form keeps a linear value
CANCELLED = 1e-3  # a value with a relative error above this says nothing
NUMBERS = ("0", "1", "2", "3", "0.5", "10", "1024", "0.1", "1e-9", "1.5e6", "5000")
INFIX = ("+", "-", "*", "/", "**")
COMPARISONS = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
}


class UndecidableError(Exception):
    """The meaning hangs on the rounding of float64, or is infinite."""


@dataclass(frozen=True)
class Value:
    """A value and how far float64 may be off, relatively: in its linear form and in its log2 magnitude."""

    x: Any
    linear_error: Any
    log_error: Any

    def __post_init__(self) -> None:
        if max(self.linear_error, self.log_error) > CANCELLED:
            raise UndecidableError

    @property
    def is_linear(self) -> bool:
        if self.x == 0:
            return True
        bits = abs(mpmath.log(abs(self.x), 2))
        if LINEAR - 4 < bits < LINEAR + 4:
            raise UndecidableError
        return bits < LINEAR


UNDEFINED = None


def log2(x: Any) -> Any:
    return mpmath.log(abs(x), 2)


def rounding_of_log(x: Any) -> Any:
    return 4 * ULP * abs(log2(x)) if x else mpmath.mpf(0)


def rounding(x: Any) -> Any:
    return mpmath.mpf(0) if mpmath.mpf(float(x)) == x else ULP


def exact(x: Any) -> Value:
    return Value(mpmath.mpf(x), mpmath.mpf(0), rounding_of_log(x))


def from_logs(x: Any, error: Any) -> Value:
    """A value that float64 knows by its log2 magnitude."""
    error = error + rounding_of_log(x)
    return Value(x, error + ULP, error)


def order(a: Value, b: Value) -> Any:
    """Below, equal to or above 0; fails where float64 cannot be held to it."""
    if a.is_linear and b.is_linear:
        slack = abs(a.x) * a.linear_error + abs(b.x) * b.linear_error
    else:
        slack = abs(a.x) * a.log_error + abs(b.x) * b.log_error
    difference = a.x - b.x
    if slack and abs(difference) <= 2 * slack:
        raise UndecidableError
    return difference


def add(a: Value, b: Value) -> Value:
    x = a.x + b.x
    linear = a.is_linear and b.is_linear
    if linear:
        error = abs(a.x) * a.linear_error + abs(b.x) * b.linear_error
    else:
        error = abs(a.x) * a.log_error + abs(b.x) * b.log_error
    if error and error >= CANCELLED * abs(x):
        raise UndecidableError
    if x == 0:
        return exact(0)
    if not linear:
        return from_logs(x, error / abs(x) + 4 * ULP)
    error = error / abs(x) + rounding(x)
    return Value(x, error, error + rounding_of_log(x))


def times(a: Value, b: Value, *, divide: bool) -> Value:
    if divide and b.x == 0:
        if a.x == 0:
            return UNDEFINED
        raise UndecidableError
    x = a.x / b.x if divide else a.x * b.x
    if x == 0:
        return exact(0)
    by_logs = from_logs(x, a.log_error + b.log_error)
    if not (a.is_linear and b.is_linear and by_logs.is_linear):
        return by_logs
    return Value(x, a.linear_error + b.linear_error + rounding(x), by_logs.log_error)


def power(a: Value, b: Value) -> Value:
    if b.x == 0:
        return exact(1)
    if a.x == 0:
        if b.x < 0:
            raise UndecidableError
        return exact(0)
    if not b.is_linear:
        raise UndecidableError
    if a.x < 0 and (b.linear_error or abs(b.x) > 2**53):
        raise UndecidableError
    if a.x < 0 and b.x != mpmath.floor(b.x):
        return UNDEFINED
    if abs(b.x * log2(a.x)) > 10**30:
        raise UndecidableError
    x = a.x ** int(b.x) if a.x < 0 else mpmath.power(a.x, b.x)
    exponent_error = abs(b.x * mpmath.log(abs(a.x))) * b.linear_error
    by_logs = from_logs(x, abs(b.x) * a.log_error + exponent_error)
    if not (a.is_linear and by_logs.is_linear):
        return by_logs
    error = abs(b.x) * a.linear_error + exponent_error
    return Value(x, error + 2 * rounding(x), by_logs.log_error)


def meaning(tree: Tree, row: dict[str, Any]) -> Any:
    """The `Value` of a tree (None if undefined), or a bool for a condition."""
    op, *children = tree
    if op == "number":
        return exact(float(children[0]))
    if op == "column":
        return exact(float(row[children[0]]))
    if op == "Piecewise":
        for value, condition in children:
            holds = condition is None or meaning(condition, row)
            if holds is UNDEFINED:
                return UNDEFINED
            if holds:
                return meaning(value, row)
        return UNDEFINED
    values = [meaning(child, row) for child in children]
    if op in ("and", "or"):
        decided = op == "or"
        if decided in values:
            return decided
        return UNDEFINED if UNDEFINED in values else not decided
    if UNDEFINED in values:
        return UNDEFINED
    a, b = values[0], values[-1]
    if op in COMPARISONS:
        return COMPARISONS[op](order(a, b))
    if op in ("Min", "Max"):
        below = order(a, b) < 0
        return a if below == (op == "Min") else b
    if op == "negate":
        return Value(-a.x, a.linear_error, a.log_error)
    if op == "+":
        return add(a, b)
    if op == "-":
        return add(a, Value(-b.x, b.linear_error, b.log_error))
    if op in ("*", "/"):
        return times(a, b, divide=op == "/")
    if op == "**":
        return power(a, b)
    if op == "sqrt":
        return power(a, exact(0.5))
    if op == "exp":
        if not a.is_linear or abs(a.x) > 10**30:
            raise UndecidableError
        return from_logs(mpmath.exp(a.x), abs(a.x) * a.linear_error)
    assert op == "log2"
    if a.x == 0:
        raise UndecidableError
    if a.x < 0:
        return UNDEFINED
    y = log2(a.x)
    error = a.log_error / mpmath.log(2)
    if error and error >= CANCELLED * abs(y):
        raise UndecidableError
    if y == 0:
        return exact(0)
    error = error / abs(y) + 2 * ULP
    return Value(y, error, error + rounding_of_log(y))


def text_of(tree: Tree) -> str:
    op, *children = tree
    if op in ("number", "column"):
        return children[0]
    if op == "Piecewise":
        pairs = [f"({text_of(v)}, {'True' if c is None else text_of(c)})" for v, c in children]
        return f"Piecewise({', '.join(pairs)})"
    parts = [text_of(child) for child in children]
    if op == "negate":
        return f"(-{parts[0]})"
    if op in ("log2", "exp", "sqrt", "Min", "Max"):
        return f"{op}({', '.join(parts)})"
    return f"({parts[0]} {op} {parts[1]})"


LEAVES = st.one_of(
    st.sampled_from(NUMBERS).map(lambda text: ("number", text)),
    st.sampled_from(("length", "time", "gates")).map(lambda name: ("column", name)),
)


def _grow(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    comparison = st.tuples(st.sampled_from(sorted(COMPARISONS)), inner, inner)
    condition = st.one_of(comparison, comparison, st.tuples(st.sampled_from(("and", "or")), comparison, comparison))
    return st.one_of(
        st.tuples(st.sampled_from(INFIX), inner, inner),
        st.tuples(st.sampled_from(INFIX), inner, inner),
        st.tuples(st.just("**"), st.just(("number", "2")), st.tuples(st.just("negate"), inner)),
        st.tuples(st.sampled_from(("negate", "log2", "exp", "sqrt")), inner),
        st.tuples(st.sampled_from(("Min", "Max")), inner, inner),
        st.tuples(st.just("Piecewise"), st.tuples(inner, condition), st.tuples(inner, st.none())),
    )


def _is_modest(tree: Tree) -> bool:
    try:
        parse_formula(text_of(tree))
    except UsageError as error:
        return "the power here is too great" not in str(error)
    return True


trees = st.recursive(LEAVES, _grow, max_leaves=10).filter(_is_modest)

rows = st.fixed_dictionaries(
    {
        "length": st.one_of(st.integers(1, 40), st.integers(1, 10_000)),
        "time": st.one_of(st.integers(1, 40), st.integers(1, 10**18)),
        "gates": st.integers(0, 12),
    }
)
