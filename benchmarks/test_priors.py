"""Speed-prior variants over the columns of a census: one prior, a thousand of them, and sums by role.

Beside each row stands plain NumPy in log space, and SymPy's `lambdify` of the same formula, which NumPy then works out
in linear space: it underflows beyond 1074 bits, so the lengths here stay below.
"""

import numpy as np
import pytest
import sympy

from benchmarks.plain.priors import ALPHAS, by_numpy, rows
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.roles import ROLES, role_codes
from mesaprior.priors.prior import make_prior
from mesaprior.priors.sweeps import sweep
from mesaprior.priors.symbolic import expression

SIZES = [10**4, 10**5, 10**6, 10**7]
NAMES = [f"{size:.0e}" for size in SIZES]

# The variants as a person would write them in NumPy, in log space.
IN_NUMPY = {
    "levin": lambda length, time: -length - np.log2(time),
    "speed": lambda length, time: -length - 1.0 * np.log2(time),
    "s_fast": lambda length, time: -2 * length - np.log2(time),
    "bounded": lambda length, time: np.where(time <= 1024, -length, -np.inf),
    "bounded_soft": lambda length, time: -length - time / 1024,
    "s_phases": lambda length, time: 1 - 2 * length - np.ceil(np.log2(time)),
}


def lambdified(name: str):
    formula = make_prior(name).formula
    names = sympy.symbols("length time")
    values = {sympy.Symbol(key): value for key, value in make_prior(name).parameters.items()}
    return sympy.lambdify(names, expression(formula).subs(values), "numpy")


@pytest.mark.parametrize("name", IN_NUMPY)
@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("way", ["mesaprior", "numpy", "lambdify"])
def test_one_prior(benchmark, name, size, way):
    benchmark.group = f"one prior, {name}, {size:.0e} rows"
    columns, _, _ = rows(size)
    prior = make_prior(name)
    length, time = columns["length"], columns["time"]
    if way == "mesaprior":
        work = lambda: prior.log2_weight(columns)  # noqa: E731
    elif way == "numpy":
        work = lambda: IN_NUMPY[name](length, time)  # noqa: E731
    else:
        linear, floats = lambdified(name), (length.astype(float), time.astype(float))
        work = lambda: linear(*floats)  # noqa: E731
    work()
    with np.errstate(divide="ignore"):
        got = benchmark.pedantic(work, rounds=5 if size < 10**7 else 2)
        got = np.log2(got) if way == "lambdify" else got
    want = IN_NUMPY[name](length, time)
    # The linear form ends at 2^-1074.
    near = np.isneginf(want) | (want > -1000)
    np.testing.assert_allclose(got[near], want[near], rtol=1e-12, atol=1e-12)


def by_lambdify(columns, log2_count, role) -> np.ndarray:
    """One formula at a time in linear space, grouped by bincount."""
    names = sympy.symbols("length time alpha")
    weigh = sympy.lambdify(names, expression(make_prior("speed").formula), "numpy")
    length, time, count = columns["length"].astype(float), columns["time"].astype(float), np.exp2(log2_count)
    sums = [np.bincount(role, weights=weigh(length, time, alpha) * count, minlength=len(ROLES)) for alpha in ALPHAS]
    return np.log2(sums)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("way", ["1 worker", "2 workers", "numpy", "lambdify"])
def test_a_thousand_speed_priors_by_role(benchmark, size, way):
    benchmark.group = f"1,000 speed priors by role, {size:.0e} rows, all times distinct"
    if size == 10**7 and way in ("numpy", "lambdify"):
        pytest.skip("minutes, ten times those of a million rows")
    columns, log2_count, role = rows(size)
    workers = 2 if way == "2 workers" else 1

    def ours():
        return sweep(make_prior("speed"), "alpha", ALPHAS, columns, log2_count, role, len(ROLES), workers=workers)

    other = {"numpy": by_numpy, "lambdify": by_lambdify}.get(way)
    work = (lambda: other(columns, log2_count, role)) if other else ours
    want = ours()
    got = benchmark.pedantic(work, rounds=1 if other and size >= 10**6 else 3)
    # Masses agree to 1e-12 or 1e-11 relatively; NumPy's own sums, one logarithm after the other, are off by more.
    np.testing.assert_allclose(got, want, rtol=0, atol=2e-11 if other else 0)


@pytest.mark.parametrize("way", ["1 worker", "2 workers", "numpy"])
def test_a_thousand_speed_priors_on_the_corridor(benchmark, corridor, way):
    language, log = corridor
    census = TermSpace(language, 36).census(log)
    role = role_codes(census.flags)[census.behaviour_id]
    log2_count = np.log2(census.count.astype(np.float64))
    benchmark.group = "1,000 speed priors by role, the corridor's census of 36 bits"
    benchmark.extra_info["rows"] = len(role)
    present = int(role.max()) + 1
    workers = 2 if way == "2 workers" else 1

    def ours():
        return sweep(
            make_prior("speed"), "alpha", ALPHAS, census.columns, log2_count, role, len(ROLES), workers=workers
        )

    want = ours()
    work = (lambda: by_numpy(census.columns, log2_count, role)) if way == "numpy" else ours
    got = benchmark.pedantic(work, rounds=1 if way == "numpy" else 3)
    np.testing.assert_allclose(got[:, :present], want[:, :present], rtol=0, atol=2e-11)
