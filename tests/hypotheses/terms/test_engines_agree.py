"""Three independent ways to the same census: the merged engine, the reference engine, and a naive evaluator."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from tests import naive, strategies
from tests.thorough import draws


def log_of(rows) -> ImitationLog:
    """Return rows of the naive evaluator as a log, through the table format."""
    return log_from_frame(pd.DataFrame(rows), own_codes=True)


def groups_of(census: Census) -> dict:
    """Return the programs table as the naive evaluator gives it."""
    columns = [census.columns[name].tolist() for name in ("length", "time", "infer_time")]
    keys = zip(census.behaviour_id.tolist(), *columns, strict=True)
    return dict(zip(keys, census.count.tolist(), strict=True))


def behaviours_of(census: Census) -> list:
    """Return the behaviours table as the naive evaluator gives it."""
    marks = np.column_stack([census.flags, *census.changes.values()])
    return [
        (tuple(predictions), tuple(own))
        for predictions, own in zip(census.predictions.tolist(), marks.tolist(), strict=True)
    ]


def assert_same(one: Census, other: Census) -> None:
    """Compare two censuses count for count, witnesses aside."""
    assert np.array_equal(one.predictions, other.predictions)
    assert np.array_equal(one.flags, other.flags)
    assert list(one.changes) == list(other.changes)
    for name in one.changes:
        assert np.array_equal(one.changes[name], other.changes[name])
        assert one.changes[name].dtype == other.changes[name].dtype == np.int32
    assert np.array_equal(one.behaviour_id, other.behaviour_id)
    assert list(one.columns) == list(other.columns)
    for name in one.columns:
        assert np.array_equal(one.columns[name], other.columns[name])
        assert one.columns[name].dtype == other.columns[name].dtype
    assert one.count.dtype == other.count.dtype == np.uint64
    assert np.array_equal(one.count, other.count)
    assert np.array_equal(one.row_cell, other.row_cell)


@draws(220)
@given(example=strategies.examples(), data=st.data())
def test_engines_agree_with_the_naive_evaluator(example, data):
    language, rows, max_bits = example
    expected = naive.census(language, rows, max_bits)
    times = sorted({time for _, _, time, _ in expected["programs"]})
    if data.draw(st.booleans(), label="with a time bound") and len(times) > 1:
        max_time = data.draw(st.sampled_from(times), label="max_time")
        expected = naive.census(language, rows, max_bits, max_time)
    else:
        max_time = None
    log = log_of(rows)
    space = TermSpace(language_from_dict(language), max_bits, max_time)
    for engine in ("merged", "reference"):
        note(engine)
        census = space.census(log, engine=engine)
        assert behaviours_of(census) == expected["behaviours"]
        assert groups_of(census) == expected["programs"]
        assert census.row_cell.tolist() == expected["cell_of_row"]
        for witness, allowed in zip(census.witness, expected["witness_texts"], strict=True):
            assert witness in allowed


@draws(30)
@given(example=strategies.examples(with_fit=True, long=True))
def test_engines_agree_where_refits_thin_out(example):
    language, rows, max_bits = example
    assume(len(rows) > 128)
    expected = naive.census(language, rows, max_bits)
    space = TermSpace(language_from_dict(language), max_bits)
    for engine in ("merged", "reference"):
        census = space.census(log_of(rows), engine=engine)
        assert behaviours_of(census) == expected["behaviours"]
        assert groups_of(census) == expected["programs"]


@draws(60)
@given(example=strategies.examples(most=60_000))
def test_engines_agree_on_larger_bounds(example):
    language, rows, max_bits = example
    space = TermSpace(language_from_dict(language), max_bits)
    log = log_of(rows)
    merged, reference = space.census(log), space.census(log, engine="reference")
    assert_same(merged, reference)
    assert_same(merged, space.census(log, workers=3))
    assert merged.witness == space.census(log, workers=3).witness
    assert merged.counted_by_length == space.count_by_length(log)


@draws(40)
@given(example=strategies.examples(), data=st.data())
def test_plain_meaning_predicts_what_the_census_says(example, data):
    language, rows, max_bits = example
    log = log_of(rows)
    space = TermSpace(language_from_dict(language), max_bits)
    census = space.census(log)
    behaviour = data.draw(st.integers(0, census.n_behaviours - 1))
    explanation = space.explain(census.witness[behaviour], log)
    assert explanation.text == census.witness[behaviour]
    assert np.array_equal(explanation.predictions["intact"], census.predictions[behaviour][census.row_cell])
    assert [int(flag) for flag in explanation.flags.values()] == census.flags[behaviour].tolist()
    groups = census.behaviour_id == behaviour
    length = census.columns["length"][groups]
    assert explanation.length == length.min()
    assert explanation.time == census.columns["time"][groups][length == length.min()].min()


def test_a_difference_would_be_noticed():
    """A negative control: the comparison fails when a single count is off by one."""
    language = language_from_dict(
        {"domain": 2, "actions": 2, "token": [{"kind": "feature", "name": "p"}, {"kind": "if"}]}
    )
    log = log_of([{"p": 0, "action": 0, "split": "train"}, {"p": 1, "action": 1, "split": "train"}])
    one, other = (TermSpace(language, 4).census(log) for _ in range(2))
    assert_same(one, other)
    other.count[0] += np.uint64(1)
    with pytest.raises(AssertionError):
        assert_same(one, other)
