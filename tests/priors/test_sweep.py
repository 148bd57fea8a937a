"""Sweeps over a parameter: equal to one prior at a time, whoever works and whatever is shared."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.priors.catalogue import find_entry
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import FormulaPrior, make_prior
from mesaprior.priors.sweeps import sweep
from mesaprior.priors.sweeps.separation import separate

# (formula, parameter, whether it is log-linear in it)
FORMULAS = [
    ("speed", "alpha", True),
    ("bounded_soft", "T", True),
    ("circuit", "c", True),
    ("tempered", "temperature", True),
    ("levin**(1/temperature)", "temperature", True),
    ("beta**-length / time", "beta", True),
    ("sqrt(2**-length) * (alpha*time)**-gates", "alpha", True),
    ("(2**-length * time**-alpha)**(1/3)", "alpha", True),
    ("sqrt(speed)", "alpha", True),
    ("alpha * 2**-length", "alpha", True),
    ("2**-length / alpha", "alpha", True),
    ("exp(-alpha*(length + log2(time))) * sqrt(2)", "alpha", True),
    ("2**-(alpha*length + (1 - alpha)*log2(time))", "alpha", True),
    ("simplicity / time**(alpha/2) / (2*alpha)**length", "alpha", True),
    ("Piecewise((2**-length, gates < 3), (0, True)) * time**-alpha", "alpha", True),
    ("2**-(alpha*length) * time**(-alpha**2)", "alpha", True),
    ("bounded", "T", False),
    ("mixture", "w", False),
    ("2**-length * Max(1, time - T)**-1", "T", False),
    ("2**-length * (time + alpha)**-1", "alpha", False),
    ("Min(levin, speed)", "alpha", False),
    ("2**-length * alpha**(alpha*gates)", "alpha", False),
    ("2**-(length**alpha)", "alpha", False),
]
OTHERS = {"T": 64.0, "w": 0.5, "temperature": 2.0, "beta": 3.0}


def prior_of(text: str) -> FormulaPrior:
    entry = find_entry(text)
    names = parse_formula(entry.text if entry else text).parameters
    return make_prior(text, {name: OTHERS[name] for name in names if name in OTHERS})


@st.composite
def rows(draw: st.DrawFn) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, int]:
    n = draw(st.integers(1, 40))
    numbers = st.integers(1, draw(st.sampled_from([3, 60, 3000])))
    columns = {name: np.array([draw(numbers) for _ in range(n)]) for name in ("length", "time", "gates")}
    log2_mass = np.array([draw(st.one_of(st.just(-np.inf), st.floats(-50, 50))) for _ in range(n)])
    n_groups = draw(st.integers(1, 4))
    return columns, log2_mass, np.array([draw(st.integers(0, n_groups - 1)) for _ in range(n)]), n_groups


def slowly(prior: FormulaPrior, parameter: str, values, columns, log2_mass, group, n_groups) -> list[list[float]]:
    """Sum in exact fractions of the weights that the prior gives, one value and one row at a time."""
    answer = []
    for value in values:
        weights = FormulaPrior(prior.name, prior.text, {**prior.parameters, parameter: value}).log2_weight(columns)
        logs = np.broadcast_to(weights, len(group)) + log2_mass
        answer.append(
            [_log2_sum([log for log, of in zip(logs, group, strict=True) if of == g]) for g in range(n_groups)]
        )
    return answer


def _log2_sum(logs: list[float]) -> float:
    peak = max(logs, default=-math.inf)
    if peak == -math.inf:
        return peak
    return peak + _log2(sum(Fraction(2.0 ** (log - peak)) for log in logs if log - peak > -1000))


def _log2(number: Fraction) -> float:
    return math.log2(number.numerator) - math.log2(number.denominator)


@pytest.mark.parametrize(("text", "parameter", "is_log_linear"), FORMULAS)
def test_which_formulas_are_log_linear(text: str, parameter: str, is_log_linear: bool):
    formula = prior_of(text).formula
    found = separate(formula, parameter)
    assert (found is not None) == is_log_linear
    if found:
        assert parameter not in found.offset.parameters
        for base, factor in found.powers:
            assert parameter not in base.parameters
            assert factor.columns == ()


@settings(max_examples=25)
@pytest.mark.parametrize(("text", "parameter"), [(text, parameter) for text, parameter, _ in FORMULAS])
@given(rows(), st.lists(st.floats(0.01, 30), min_size=1, max_size=4), st.integers(1, 3))
def test_a_sweep_is_one_prior_after_the_other(text: str, parameter: str, drawn, values: list[float], workers: int):
    prior = prior_of(text)
    try:
        want = slowly(prior, parameter, values, *drawn)
    except UsageError:
        assume(False)
    got = sweep(prior, parameter, values, *drawn, workers=workers)
    assert got.shape == (len(values), drawn[3])
    # Both sides round the exponents, which may be great.
    reach = 1 + np.abs(np.where(np.isfinite(want), want, 0)).max()
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-13 * reach)


@pytest.fixture(scope="module")
def many() -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray, int]:
    """Twenty thousand rows, few of which share a time."""
    rng = np.random.default_rng(5)
    n = 20_000
    columns = {"length": rng.integers(4, 60, n), "time": rng.integers(1, 10**9, n)}
    return columns, np.log2(rng.integers(1, 10**6, n)), rng.integers(0, 4, n), 4


def numpy_twin(alphas, columns, log2_mass, group, n_groups) -> np.ndarray:
    """The plain way: one formula at a time, grouped by logaddexp2.reduceat."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(n_groups))
    base = (log2_mass - columns["length"])[order]
    log2_time = np.log2(columns["time"][order])
    return np.array([np.logaddexp2.reduceat(base - alpha * log2_time, starts) for alpha in alphas])


@pytest.mark.parametrize("n_distinct", [None, 50])
def test_a_thousand_speed_priors_agree_with_numpy(many, n_distinct: int | None):
    columns, log2_mass, group, n_groups = many
    if n_distinct:
        columns = columns | {"time": columns["time"] % n_distinct + 1}
    alphas = np.linspace(0, 4, 1500)
    got = sweep(make_prior("speed"), "alpha", alphas, columns, log2_mass, group, n_groups)
    want = numpy_twin(alphas, columns, log2_mass, group, n_groups)
    # Masses agree to 1e-12 relatively: that is their logarithms absolutely.
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12)


@pytest.mark.parametrize("workers", [2, 3, 8])
def test_workers_change_no_bit(many, workers: int):
    alphas = np.linspace(-1, 6, 300)
    one = sweep(make_prior("speed"), "alpha", alphas, *many)
    assert sweep(make_prior("speed"), "alpha", alphas, *many, workers=workers).tobytes() == one.tobytes()


def test_factors_that_are_infinite_are_no_shortcut():
    # 1/alpha is infinite at 0: the slowest programs are ruled out, and those of one step are not.
    columns = {"length": np.array([3, 4]), "time": np.array([1, 2])}
    got = sweep(make_prior("2**-length * time**(-1/alpha)"), "alpha", [0, 1], columns, np.zeros(2), np.array([0, 1]), 2)
    assert got.tolist() == [[-3, -np.inf], [-3, -5]]


def test_groups_without_mass_and_no_rows():
    prior = make_prior("speed")
    columns = {"length": np.array([3, 4]), "time": np.array([1, 2])}
    got = sweep(prior, "alpha", [0, 1], columns, np.array([0, -np.inf]), np.array([2, 1]), 4)
    assert got.tolist() == [[-np.inf, -np.inf, -3, -np.inf]] * 2
    none = {"length": np.array([], dtype=int), "time": np.array([], dtype=int)}
    assert (sweep(prior, "alpha", [0, 1], none, np.array([]), np.array([], dtype=int), 2) == -np.inf).all()


@pytest.mark.parametrize(
    ("text", "parameter", "value", "words"),
    [
        ("levin", "alpha", 1, "'levin' has no parameter 'alpha' to sweep; it has none"),
        ("speed", "T", 1, "it has alpha"),
        ("speed", "alpha", np.inf, "alpha = inf is out of range"),
        ("(alpha - time) * 2**-length", "alpha", 5, "a weight must be a finite number from 0"),
        ("alpha * 2**-length", "alpha", -1, "gives the weight -0.125"),
        ("2**-length / (time - 7)**alpha", "alpha", 1, "gives the weight infinite at length = 3, time = 7"),
        ("(4 - time) * time**-alpha", "alpha", 1, "gives the weight -"),
    ],
)
def test_what_is_refused(text: str, parameter: str, value: float, words: str):
    columns = {"length": np.array([3, 4]), "time": np.array([7, 9])}
    with pytest.raises(UsageError, match=words):
        sweep(make_prior(text), parameter, [value], columns, np.zeros(2), np.array([0, 1]), 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(-2)**(alpha*length)", 0.5),
        ("((time - 8)**alpha)**2", 0.5),
        ("sqrt((length - 80.5)**(2*alpha))", 0.5),
        ("(-length)**alpha * (-length)**alpha", 0.5),
        ("(length/(time - 500.5))**alpha * (time - 500.5)**alpha", 0.5),
        ("2**(-alpha*time)", -1e300),
    ],
)
def test_a_sweep_refuses_what_one_prior_refuses(text: str, value: float):
    columns = {"length": np.array([2, 4]), "time": np.array([7, 10**18])}
    with pytest.raises(UsageError, match="a weight must be a finite number"):
        make_prior(text, {"alpha": value}).log2_weight(columns)
    with pytest.raises(UsageError, match="a weight must be a finite number"):
        sweep(make_prior(text), "alpha", [value], columns, np.zeros(2), np.array([0, 0]), 1)


def test_a_prior_without_columns():
    columns = {"length": np.array([2, 4])}
    for text in ("alpha*1", "alpha + 1 - 1"):
        got = sweep(make_prior(text), "alpha", [1, 0], columns, np.zeros(2), np.array([0, 1]), 2)
        assert got.tolist() == [[0, 0], [-np.inf, -np.inf]]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"group": np.array([0, 2])}, "groups run from 0 to 2; those from 0 to 1 are allowed"),
        ({"group": np.array([-1, 0])}, "groups run from -1 to 0"),
        ({"group": np.array([0])}, "group has 1 rows and log2_mass 2"),
        ({"log2_mass": np.array([0, np.inf])}, "a log2_mass is infinite or undefined"),
        ({"log2_mass": np.array([np.nan, 0])}, "a log2_mass is infinite or undefined"),
        ({"log2_mass": np.zeros(3)}, "column 'length' has 2 rows and log2_mass 3"),
        ({"columns": {"length": np.array([1, 2])}}, "reads the column 'time', which is missing"),
        ({"workers": 0}, "workers = 0 is out of range"),
    ],
)
def test_rows_that_do_not_fit_together(changes, words: str):
    given_rows = {
        "columns": {"length": np.array([1, 2]), "time": np.array([1, 2])},
        "log2_mass": np.zeros(2),
        "group": np.array([0, 1]),
        "n_groups": 2,
    }
    with pytest.raises(UsageError, match=words):
        sweep(make_prior("speed"), "alpha", [1], **given_rows | changes)
