"""The census as a record: exact sums, shards, and the censuses of other logs that are derived from it."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import RunError
from mesaprior.hypotheses.census import behaviours_of, exact_sum
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from tests import strategies
from tests.hypotheses.terms.test_engines_agree import assert_same, log_of


def test_sums_beyond_64_bits_are_exact():
    counts = np.array([2**64 - 1, 2**64 - 1, 1], dtype=np.uint64)
    assert exact_sum(counts) == 2**65 - 1
    assert exact_sum(counts[:0]) == 0


def part_of(census, chosen):
    """Return the groups of a census that were chosen, behaviours left as they are."""
    return dataclasses.replace(
        census,
        behaviour_id=census.behaviour_id[chosen],
        columns={name: column[chosen] for name, column in census.columns.items()},
        count=census.count[chosen],
        vectors=None,
    )


@settings(max_examples=40)
@given(example=strategies.examples(), data=st.data())
def test_shards_add_up_in_any_order(example, data):
    language, rows, max_bits = example
    census = TermSpace(language_from_dict(language), max_bits).census(log_of(rows))
    shard = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(census.count), max_size=len(census.count))))
    parts = [part_of(census, np.flatnonzero(shard == k)) for k in data.draw(st.permutations(range(3)))]
    assert_same(parts[0] + parts[1] + parts[2], census)
    assert_same(parts[2] + (parts[1] + parts[0]), census)


def test_a_sum_that_does_not_fit_is_an_error_and_never_a_wrap():
    census = TermSpace(language_from_dict(LANGUAGE), 4).census(log_of(ROWS))
    huge = dataclasses.replace(census, count=np.full_like(census.count, 2**63), vectors=None)
    with pytest.raises(RunError, match="64 bits"):
        huge + huge
    with pytest.raises(RunError, match="different spaces or logs"):
        census + dataclasses.replace(census, row_cell=census.row_cell[::-1])


LANGUAGE = {"domain": 2, "actions": 2, "token": [{"kind": "feature", "name": "p"}, {"kind": "binary", "name": "eq"}]}
ROWS = [{"p": 0, "action": 0, "split": "train"}, {"p": 1, "action": 1, "split": "deploy"}]


@settings(max_examples=60)
@given(example=strategies.examples(with_fit=False), data=st.data())
def test_the_census_of_another_log_over_the_same_situations(example, data):
    language, rows, max_bits = example
    space = TermSpace(language_from_dict(language), max_bits)
    census = space.census(log_of(rows))
    # Other rows, other teachers, perhaps fewer situations; lookups need the largest values to stay.
    table = pd.DataFrame(rows).sample(frac=1, random_state=data.draw(st.integers(0, 99)))
    keep = data.draw(st.integers(1, len(table)))
    if not any(token["kind"] == "lookup" for token in language["token"]):
        table = table.head(keep)
    table["split"] = [data.draw(st.sampled_from(["train", "online", "deploy"])) for _ in range(len(table))]
    table["action"] = [data.draw(st.integers(0, language["actions"] - 1)) for _ in range(len(table))]
    table["rival"] = None
    table.iloc[0, table.columns.get_loc("split")] = "train"
    other = log_from_frame(table, own_codes=True)
    derived = behaviours_of(census.vectors, other, bounds=census.bounds)
    assert_same(derived, space.census(other))


def test_vectors_are_counted_over_situations_in_order():
    census = TermSpace(language_from_dict(LANGUAGE), 4).census(log_of(ROWS[::-1]))
    vectors = census.vectors
    assert vectors.situations.tolist() == [[0], [1]]
    assert vectors.intact.tolist() == [[0, 1], [1, 1]]
    assert np.array_equal(vectors.intact, vectors.search_inverted)
    assert exact_sum(vectors.count) == census.n_programs == 2
    assert vectors.witness == ("p", "(eq p p)")


def test_many_actions_take_two_bytes_each():
    for actions, dtype in ((127, np.int8), (128, np.int16)):
        language = {"domain": 200, "actions": actions, "token": [{"kind": "number"}, {"kind": "feature", "name": "p"}]}
        census = TermSpace(language_from_dict(language), 12).census(log_of(ROWS))
        assert census.predictions.dtype == census.vectors.intact.dtype == dtype
        assert census.predictions.max() == actions - 1
