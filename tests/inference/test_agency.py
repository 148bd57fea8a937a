"""Agency against all maps from situations to actions, written down one by one, and against sums over programs."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import TRAIN, log_from_frame
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.agency.agency import AGENT, NO_AGENT, UNDECIDED, Utility, agency, judged_rows, term_utility
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.priors.prior import make_prior
from tests.inference.small import Program, cases, make_census, make_log

LEVIN = make_prior("2**-length / time")


@st.composite
def questions(draw):
    """Draw a census with a utility over the situations that are judged."""
    log, programs, n_actions = draw(cases())
    census = make_census(log, programs, n_actions=n_actions)
    row = judged_rows(log)[:5]
    value = draw(
        st.lists(
            st.lists(st.integers(0, 6), min_size=n_actions, max_size=n_actions), min_size=len(row), max_size=len(row)
        )
    )
    bits = draw(st.integers(0, 12))
    return log, census, Utility("U", float(bits), row, np.array(value, dtype=np.int64).reshape(len(row), n_actions))


def utility_of(actions, utility):
    return sum(int(min(worth) if a == ABSTAIN else worth[a]) for a, worth in zip(actions, utility.value, strict=True))


@given(questions())
def test_g_is_the_share_of_all_maps_and_of_the_prior(question):
    _, census, utility = question
    found = agency(Weighed(census, LEVIN), utility)
    S, A = utility.value.shape
    of_maps = [utility_of(actions, utility) for actions in product(range(A), repeat=S)]
    cell = census.row_cell[utility.row]
    totals = [utility_of(row[cell].tolist(), utility) for row in census.predictions]
    weight = [Fraction(0)] * census.n_behaviours
    columns = (census.behaviour_id, census.columns["length"], census.columns["time"], census.count)
    for b, length, time, count in zip(*(column.tolist() for column in columns), strict=True):
        weight[b] += Fraction(2) ** -Fraction(length) * count / time
    assert found.total.tolist() == totals
    for b, total in enumerate(totals):
        share = sum(other >= total for other in of_maps) / len(of_maps)
        assert found.g_uniform[b] == pytest.approx(-math.log2(share), abs=1e-12)
        among = sum(w for w, other in zip(weight, totals, strict=True) if other >= total) / sum(weight)
        assert found.g_prior[b] == pytest.approx(-math.log2(float(among)), abs=1e-9)
    expected = [
        UNDECIDED if S * math.log2(A) <= utility.bits else AGENT if g > utility.bits else NO_AGENT
        for g in found.g_uniform
    ]
    assert found.verdict.tolist() == expected


@given(questions(), st.floats(0, 10))
def test_few_maps_have_much_of_it(question, c):
    _, _, utility = question
    S, A = utility.value.shape
    totals = np.array([utility_of(actions, utility) for actions in product(range(A), repeat=S)])
    share = np.array([(totals >= total).mean() for total in totals])
    assert (-np.log2(share) >= c).mean() <= 2.0**-c + 1e-12


def corridor():
    """Return a language with a search, and a log in which x is answered by itself."""
    import pandas as pd

    language = language_from_dict(
        {"domain": 4, "actions": 2, "token": [
            {"kind": "feature", "name": "x"}, {"kind": "candidate"}, {"kind": "constant", "value": 1},
            {"kind": "binary", "name": "eq"}, {"kind": "argmax"},
        ]}
    )  # fmt: skip
    frame = pd.DataFrame({"x": [0, 1, 2, 3, 2], "action": [0, 1, 0, 1, 1], "split": ["train", *["deploy"] * 4]})
    return language, log_from_frame(frame, source="x.csv", own_codes=True)


def test_a_utility_is_a_term_with_y_for_the_action():
    language, log = corridor()
    utility = term_utility("(eq y x)", language, log)
    # Situations of the later rows: 1, 2 and 3, each at its last row.
    assert utility.row.tolist() == [1, 3, 4]
    assert [log.situations[log.row_situation[row], 0] for row in utility.row] == [1, 3, 2]
    assert utility.value.tolist() == [[0, 1], [0, 0], [0, 0]]
    assert utility.bits == sum(token.bits for token in language.tokens if token.name in ("eq", "y", "x"))
    assert utility.name == "(eq y x)"


def test_the_unique_best_policy_has_all_bits_of_a_map():
    language, log = corridor()
    census = TermSpace(language, 12).census(log)
    row = judged_rows(log)
    value = np.zeros((len(row), 2), dtype=np.int64)
    best = census.predictions[0][census.row_cell[row]]
    value[np.arange(len(row)), best] = 1
    found = agency(Weighed(census, LEVIN), Utility("what the first one does", 2.0, row, value))
    assert found.g_uniform[0] == len(row)
    assert found.verdict[0] == AGENT


@pytest.mark.parametrize(("A", "S"), [(2, 16), (4, 8), (3, 10), (2, 1)])
def test_convolution_is_brute_force_over_all_policies(A, S):
    random = np.random.default_rng(A * S)
    value = random.integers(-4, 9, size=(S, A))
    actions = np.array(list(product(range(A), repeat=S)))
    assert len(actions) == A**S <= 2**16
    totals = value[np.arange(S), actions].sum(axis=1)
    log = make_log([(0, 0)], [(place, 0, None) for place in range(S)])
    # The best, the worst, and some of all.
    chosen = [int(totals.argmax()), int(totals.argmin()), *random.integers(0, len(actions), size=200).tolist()]
    census = make_census(log, [Program(tuple(actions[k].tolist())) for k in chosen], n_actions=A)
    found = agency(Weighed(census, LEVIN), Utility("U", 3.0, judged_rows(log), value))
    for b in range(census.n_behaviours):
        total = int(value[np.arange(S), census.predictions[b]].sum())
        assert found.g_uniform[b] == pytest.approx(-math.log2((totals >= total).sum() / len(totals)), abs=1e-12)
    assert found.g_uniform.min() == 0


@pytest.mark.parametrize("N", [1, 2, 5, 64, 1000])
def test_the_unique_best_of_equal_programs_has_the_bits_that_single_it_out(N):
    log = make_log([(0, 0)], [(place, 0, None) for place in range(10)])
    texts = [tuple(int(bit) for bit in f"{k:010b}") for k in range(N)]
    census = make_census(log, [Program(text, length=7) for text in texts], n_actions=2)
    value = np.array([[0, 2**place] for place in reversed(range(10))])
    found = agency(Weighed(census, LEVIN), Utility("U", 3.0, judged_rows(log), value))
    assert found.g_prior.max() == pytest.approx(math.log2(N), abs=1e-12)
    assert (found.g_prior > math.log2(N) - 1e-9).sum() == 1
    assert found.total.argmax() == found.g_prior.argmax()


def test_too_many_totals_are_refused():
    log = make_log([(0, 0)], [(place, 0, None) for place in range(40)])
    census = make_census(log, [Program((0,) * 40)], n_actions=2)
    value = np.array([[0, 3**place % 2**31] for place in range(40)])
    with pytest.raises(UsageError, match="different totals over 40 situations"):
        agency(Weighed(census, LEVIN), Utility("U", 3.0, judged_rows(log), value))


def test_without_later_rows_all_situations_are_judged():
    _, log = corridor()
    training = log_from_frame(log.to_frame().assign(split="train"), source="x.csv", own_codes=True)
    assert (training.split == TRAIN).all()
    assert judged_rows(training).tolist() == [0, 1, 3, 4]


@pytest.mark.parametrize(
    ("text", "says"), [("(eq y", "never closed"), ("(eq y z)", "not a token"), ("(eq y)", "takes 2 arguments")]
)
def test_what_is_no_utility_is_refused(text, says):
    language, log = corridor()
    with pytest.raises(UsageError, match=says):
        term_utility(text, language, log)


def test_another_number_of_actions_is_refused():
    language, log = corridor()
    census = TermSpace(language, 6).census(log)
    with pytest.raises(UsageError, match="3 actions"):
        agency(Weighed(census, LEVIN), Utility("U", 1.0, judged_rows(log), np.zeros((3, 3), dtype=np.int64)))
