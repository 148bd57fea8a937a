"""The memorizer against a census that lists every one of its tables."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import DEPLOY, NONE, TRAIN, ImitationLog
from mesaprior.hypotheses.terms.language import default_language, language_from_dict
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.memorizer.memorizer import Memorizer, memorizer_over, memorizer_posterior
from mesaprior.inference.memorizer.table_counts import TableCounts
from tests.inference.small import LEVIN, SIMPLICITY, Program, TinyPrior, make_census

NOISES = st.sampled_from([Noise(0.05), Noise(0.0), Noise(0.5), BetaNoise(1, 9), BetaNoise(2.5, 0.5)])


def two_features(rows, n_training):
    """Build a log from (feature, feature, action, rival)."""
    situation = [row[:2] for row in rows]
    names = list(dict.fromkeys(situation))
    N = n_training
    return ImitationLog(
        features=("p", "c"),
        situations=np.array(names, dtype=np.int64).reshape(-1, 2),
        row_situation=np.array([names.index(s) for s in situation]),
        action=np.array([row[2] for row in rows]),
        rival=np.array([NONE] * N + [row[3] for row in rows[N:]]),
        split=np.array([TRAIN] * N + [DEPLOY] * (len(rows) - N), dtype=np.int8),
        file_line=np.arange(2, len(rows) + 2),
    )


@st.composite
def questions(draw):
    """Draw a log of two features and which of them are remembered, so that tables have at most 16 literal bits."""
    n_actions = draw(st.sampled_from([2, 2, 3, 4]))
    sizes = draw(st.sampled_from([(2, 2), (3, 2), (4, 1), (1, 3), (2, 4)]))
    action = st.integers(0, n_actions - 1)
    value = st.tuples(st.integers(0, sizes[0] - 1), st.integers(0, sizes[1] - 1))
    training = draw(st.lists(st.tuples(value, action), min_size=1, max_size=8))
    missing = st.one_of(st.just(NONE), action)
    later = draw(st.lists(st.tuples(value, missing, missing), max_size=6))
    rows = [(*v, a, NONE) for v, a in training] + [(*v, a, r) for v, a, r in later]
    features = draw(st.sampled_from([("p",), ("c",), ("p", "c"), ("c", "p")]))
    log = two_features(rows, len(training))
    situations = draw(st.just(len(log.situations)))
    program = st.builds(
        Program,
        predictions=st.tuples(*[st.integers(-1, n_actions - 1)] * situations),
        flags=st.sampled_from([(0, 0, 0, 0), (1, 1, 0, 0), (0, 0, 0, 1)]),
        length=st.integers(1, 20),
        time=st.integers(1, 4),
        count=st.integers(1, 9),
    )
    return log, draw(st.lists(program, min_size=1, max_size=5)), n_actions, features


def tables(memorizer: Memorizer, log: ImitationLog) -> list[Program]:
    """Return every table as a program: what it gives in each situation."""
    entry = dict(zip(log.row_situation.tolist(), memorizer.row_entry, strict=True))
    return [
        Program(
            tuple(table[entry[s]] for s in range(len(log.situations))),
            length=memorizer.length,
            time=memorizer.steps,
            text="table",
        )
        for table in product(range(memorizer.n_actions), repeat=memorizer.n_entries)
    ]


@settings(max_examples=120)
@given(
    questions(), NOISES, st.sampled_from([SIMPLICITY, LEVIN]), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.integers(1, 9)
)
def test_it_is_the_sum_over_all_tables(question, noise, prior, tolerance, token_bits):
    log, programs, n_actions, features = question
    memorizer = memorizer_over(features, log, n_actions, token_bits=token_bits)
    assert memorizer.n_entries * (n_actions - 1).bit_length() <= 16
    census = make_census(log, programs, n_actions=n_actions)
    options = {"noise": noise, "tolerance": tolerance}
    found = Analysis(census, log, prior, **options).memorizer(memorizer)
    every = tables(memorizer, log)
    alone = posterior(make_census(log, every, n_actions=n_actions), log, prior, **options)
    both = posterior(make_census(log, programs + every, n_actions=n_actions), log, prior, **options)
    without = posterior(census, log, prior, **options)

    near = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
    assert found.log2_evidence == pytest.approx(alone.log2_evidence, **near)
    assert found.predictive == pytest.approx(alone.predictive, **near)
    assert found.log2_odds_optimizers == pytest.approx(both.log2_odds, rel=1e-7, abs=1e-9, nan_ok=True)
    assert found.loses_at == both.loses_at
    assert found.mass_by_verdict.sum(axis=0) == pytest.approx(found.mass, **near)
    # What everything together has beyond what was counted is what the family has, verdict by verdict.
    of_rest = (1 - np.nan_to_num(found.mass)) * np.nan_to_num(without.mass[IMITATOR])
    assert found.mass_by_verdict + of_rest == pytest.approx(both.mass[IMITATOR], rel=1e-7, abs=1e-9, nan_ok=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        odds = np.log2(found.mass) - np.log2(1 - found.mass)
    sure = np.abs(np.nan_to_num(odds, nan=99, posinf=99, neginf=99)) < 20
    assert found.log2_odds[sure] == pytest.approx(odds[sure], abs=1e-6)
    assert found.log2_prior == pytest.approx(np.log2(found.mass[0]), abs=1e-9)


def test_five_hundred_entries_are_told_exactly():
    # Each of 250 rows looks up an entry of its own, and each of as many later ones another: under known noise the
    # evidence is a product, and nothing is learned of entries that no row has looked up.
    rows = [(p, p % 2, p % 3, NONE) for p in range(250)] + [(p, p % 2, p % 3, (p + 1) % 3) for p in range(250)]
    log = two_features(rows, 250)
    memorizer = memorizer_over(("p", "c"), log, 3, token_bits=4)
    assert (memorizer.n_entries, memorizer.length) == (500, 1004)
    census = make_census(log, [Program((0,) * 250, length=3)])
    noise = Noise(0.1)
    found = Analysis(census, log, SIMPLICITY, noise).memorizer(memorizer)
    n = np.arange(251)
    assert found.log2_evidence == pytest.approx(-n * np.log2(3), rel=1e-12)
    # A remembered action is right with probability 0.9 * 0.9 + 2 * 0.05 * 0.05.
    right = found.predictive[np.arange(250), [row[2] for row in rows[250:]]]
    assert right == pytest.approx(np.full(250, 0.9 * 0.9 + 2 * 0.05 * 0.05))
    # Faithful: right in every entry, of which all were learned.
    faithful = found.mass_by_verdict[0, -1] / found.mass[-1]
    assert np.log2(faithful) == pytest.approx(250 * np.log2(0.9), rel=1e-9)


def test_the_prior_of_the_family_is_that_of_its_tables():
    log = two_features([(0, 0, 0, NONE), (1, 1, 1, NONE)], 2)
    census = make_census(log, [Program((0, 1), length=5)], n_actions=2)
    memorizer = memorizer_over(("p", "c"), log, 2, token_bits=1)
    found = Analysis(census, log, SIMPLICITY).memorizer(memorizer)
    # Sixteen tables... of 5 bits each: 16 * 2^-5 beside 2^-5.
    assert found.log2_prior == pytest.approx(np.log2(16 / 17))
    never = TinyPrior(lambda columns: np.where(columns["length"] > 4, -np.inf, 0.0), name="never")
    short = make_census(log, [Program((0, 1), length=2)], n_actions=2)
    nothing = Analysis(short, log, never).memorizer(memorizer)
    assert nothing.mass.tolist() == [0, 0, 0]
    assert (nothing.log2_odds == -np.inf).all()
    assert not nothing.mass_by_verdict.any()


def test_one_feature_costs_what_a_lookup_costs():
    log = two_features([(0, 0, 0, NONE), (2, 1, 1, NONE)], 2)
    token = {"kind": "lookup", "feature": "p", "bits": 7, "steps": 3}
    others = [{"kind": "feature", "name": "c"}, {"kind": "constant", "value": 0}]
    language = language_from_dict({"domain": 4, "actions": 3, "token": [token, *others]})
    memorizer = memorizer_over(("p",), log, 3, language=language)
    lookup = language.tokens[0]
    assert memorizer.length == lookup.bits + language.literal_bits(lookup, log)
    assert (memorizer.steps, memorizer.is_counted) == (3, True)
    both = memorizer_over(("p", "c"), log, 3, language=language)
    assert (both.length, both.steps, both.is_counted) == (2 + 6 * 2, 1, False)
    assert memorizer_over(("c",), log, 3, language=default_language(log)).token_bits == 4


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=10))
def test_products_do_not_depend_on_the_order_of_rows(rows):
    def counted(rows):
        tables = TableCounts({e: range(3) for e in range(3)}, {e: [0, 1, 2] for e in range(3)}, 3)
        for entry, action in rows:
            tables.add(entry, action)
        return tables.by_hits()

    assert counted(rows) == counted(sorted(rows)) == counted(rows[::-1])


@pytest.mark.parametrize(
    ("features", "message"),
    [(("q",), "'q' is no column"), ((), "some columns of the log"), (("p", "p"), "each once"), (("p",), "say with")],
)
def test_bad_features_are_refused(features, message):
    log = two_features([(0, 0, 0, NONE)], 1)
    with pytest.raises(UsageError, match=message):
        memorizer_over(features, log, 2)


def test_priors_over_other_columns_are_refused():
    log = two_features([(0, 0, 0, NONE)], 1)
    census = make_census(log, [Program((0,))], n_actions=2)
    memorizer = memorizer_over(("p",), log, 2, token_bits=3)
    result = posterior(census, log, SIMPLICITY)
    gates = replace(SIMPLICITY, columns=("gates",), name="gates")
    with pytest.raises(UsageError, match="column 'gates', which tables do not have"):
        memorizer_posterior(memorizer, Weighed(census, gates), Scored(census, log), result)
