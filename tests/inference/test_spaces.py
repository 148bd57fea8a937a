"""Several spaces on one log, against dictionaries and fractions, and what cannot be compared."""

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.robustness.spaces import Answer, FunctionMass, answer_of, compare_spaces
from mesaprior.priors.prior import make_prior

ROWS = "a,b,action,rival,split\n0,0,0,,train\n0,1,1,,train\n1,0,1,0,deploy\n1,1,1,0,deploy\n"
EPS = Fraction(1, 8)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "or.csv"
    path.write_text(ROWS)
    return read_log(path)


@pytest.fixture(scope="module")
def censuses(log):
    return TermSpace(default_language(log), 12).census(log), TuringSpace(1, 2, 30).census(log)


def naive_masses(census, log, *, rows=2):
    """Return prior and posterior mass of every function under the uniform prior, in fractions."""
    before, after = {}, {}
    total = sum(int(count) for count in census.count)
    for behaviour, count in zip(census.behaviour_id.tolist(), census.count.tolist(), strict=True):
        actions = [int(census.predictions[behaviour][census.row_cell[row]]) for row in range(log.n_rows)]
        likelihood = Fraction(1)
        for row in range(rows):
            miss = actions[row] != log.action[row]
            likelihood *= Fraction(1, 2) if actions[row] == -1 else EPS if miss else 1 - EPS
        key = tuple(actions)
        before[key] = before.get(key, 0) + Fraction(count, total)
        after[key] = after.get(key, 0) + count * likelihood
    whole = sum(after.values())
    return before, {key: mass / whole for key, mass in after.items()}


def ranks(values):
    """Return average ranks by definition."""
    return [
        Fraction(sum(other < value for other in values)) + Fraction(sum(other == value for other in values) + 1, 2)
        for value in values
    ]


def spearman(first, second):
    x, y = ranks(first), ranks(second)
    mean = Fraction(len(x) + 1, 2)
    covariance = sum((a - mean) * (b - mean) for a, b in zip(x, y, strict=True))
    spread = sum((a - mean) ** 2 for a in x) * sum((b - mean) ** 2 for b in y)
    return float(covariance) / math.sqrt(spread)


def test_masses_and_correlations_are_those_of_fractions(log, censuses):
    prior = make_prior("uniform")
    answers = [answer_of(census, log, prior, has_lesions=True, noise=Noise(float(EPS))) for census in censuses]
    naive = [naive_masses(census, log) for census in censuses]
    for answer, (before, after) in zip(answers, naive, strict=True):
        functions = [tuple(row) for row in answer.functions.actions.tolist()]
        assert functions == sorted(key for key in before if -1 not in key)
        for place, key in enumerate(functions):
            assert 2 ** answer.functions.log2_before[place] == pytest.approx(float(before[key]), rel=1e-12)
            assert 2 ** answer.functions.log2_after[place] == pytest.approx(float(after[key]), rel=1e-12)
        lost = sum(mass for key, mass in before.items() if -1 in key)
        assert answer.functions.abstaining == pytest.approx(float(lost), rel=1e-12)
    result = compare_spaces(answers)
    both = sorted(key for key in naive[0][0] if key in naive[1][0] and -1 not in key)
    assert result.common[0, 1] == result.n_shared == len(both)
    for found, which in ((result.before, 0), (result.after, 1)):
        expected = spearman(*([masses[which][key] for key in both] for masses in naive))
        assert found[0, 1] == found[1, 0] == pytest.approx(expected, abs=1e-12)
        assert found[0, 0] == pytest.approx(1.0)
    shares = [[masses[0][key] / sum(masses[0][other] for other in both) for masses in naive] for key in both]
    spread = {key: abs(math.log2(one / other)) for key, (one, other) in zip(both, shares, strict=True)}
    assert result.best[0].spread == pytest.approx(min(spread.values()), abs=1e-9)
    assert result.worst[0].spread == pytest.approx(max(spread.values()), abs=1e-9)
    assert spread[result.worst[0].actions] == pytest.approx(result.worst[0].spread)


def test_verdicts_odds_and_leaders_are_those_of_the_posterior(log, censuses):
    answer = answer_of(censuses[1], log, make_prior("uniform"), has_lesions=False, noise=Noise(float(EPS)))
    _, after = naive_masses(censuses[1], log)
    later = {"faithful": (1, 1), "defecting": (0, 0)}
    mass = {name: float(sum(m for key, m in after.items() if key[2:] == pair)) for name, pair in later.items()}
    assert answer.log2_odds_verdict == pytest.approx(math.log2(mass["defecting"] / mass["faithful"]))
    assert answer.mass_by_verdict[:2].tolist() == pytest.approx([mass["faithful"], mass["defecting"]])
    assert math.isnan(answer.log2_odds)
    assert answer.leader_mass == pytest.approx(float(max(after.values())))


def answer(odds, actions=((0,), (1,)), masses=(-1.0, -1.0)):
    functions = FunctionMass(np.array(actions, dtype=np.int16), np.array(masses), np.array(masses), 0.0)
    return Answer("terms", "p", 1, 1, functions, np.full(4, 0.25), math.nan, odds, None, "x", 1.0, 1.0, "erring")


@pytest.mark.parametrize(
    ("odds", "price"),
    [
        ([1.0, -2.0, 0.5], 3.0),
        ([math.inf, math.inf], 0.0),
        ([math.inf, 1.0], math.inf),
        ([-math.inf, math.inf], math.inf),
        ([1.0, math.nan, 3.0], 2.0),
    ],
)
def test_the_price_is_the_largest_difference(odds, price):
    assert compare_spaces([answer(one) for one in odds]).price == price


def test_without_odds_there_is_no_price():
    assert math.isnan(compare_spaces([answer(1.0), answer(math.nan)]).price)


def test_spaces_that_share_no_function():
    result = compare_spaces([answer(0.0), answer(0.0, actions=((2,), (3,)))])
    assert (result.n_shared, result.best, result.worst) == (0, (), ())
    assert np.isnan(result.before[0, 1])


def test_functions_without_mass_are_not_common():
    result = compare_spaces([answer(0.0), answer(0.0, masses=(0.0, -np.inf))])
    assert result.common.tolist() == [[2, 1], [1, 1]]


def test_one_space_alone_is_refused():
    with pytest.raises(UsageError, match="at least two"):
        compare_spaces([answer(0.0)])


def test_the_python_of_the_page_runs(monkeypatch):
    root = Path(__file__).resolve().parent.parent.parent
    page = (root / "docs" / "reference" / "compare-spaces.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    monkeypatch.chdir(root)
    names: dict[str, Any] = {}
    exec(compile(code, "compare-spaces.md", "exec"), names)
    assert [answer.space for answer in names["found"].answers] == ["terms", "circuits", "networks"]
    assert names["found"].before.shape == (3, 3)
