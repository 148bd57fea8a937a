"""Texts behave as the tuple of strings that they stand for."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.hypotheses.texts import Texts

many = st.lists(st.text(st.characters(codec="utf-8"), max_size=5), max_size=8)


@given(strings=many, other=many, data=st.data())
def test_texts_are_a_sequence_of_strings(strings, other, data):
    texts = Texts.of(strings)
    assert len(texts) == len(strings)
    assert list(texts) == strings
    for k in range(-len(strings), len(strings)):
        assert texts[k] == strings[k]
    for k in (len(strings), -len(strings) - 1):
        with pytest.raises(IndexError, match=f"there are {len(strings)} texts"):
            texts[k]
    bound = st.one_of(st.none(), st.integers(-9, 9))
    part = slice(data.draw(bound), data.draw(bound), data.draw(st.sampled_from((None, 1, 2, -1, -3))))
    assert list(texts[part]) == strings[part]
    assert isinstance(texts[part], Texts)
    both = texts + Texts.of(other)
    assert list(both) == strings + other
    assert list(both[len(strings) :]) == other
    if strings:
        places = data.draw(st.lists(st.integers(0, len(strings) - 1), max_size=6))
        assert list(texts.take(np.array(places, dtype=np.int64))) == [strings[k] for k in places]


@given(strings=many, other=many)
def test_texts_are_equal_where_all_strings_are(strings, other):
    assert Texts.of(strings) == Texts.of(strings) == tuple(strings)
    assert (Texts.of(strings) == Texts.of(other)) == (strings == other)
    assert (Texts.of(strings) == other) == (strings == other)
    assert Texts.of(["a", "bc"]) != Texts.of(["ab", "c"])
    assert Texts.of(strings) != 1


@given(strings=many, cuts=st.lists(st.integers(0, 8), max_size=3))
def test_texts_go_to_arrow_and_back(strings, cuts):
    column = Texts.of(strings).to_arrow()
    assert column.to_pylist() == strings
    ends = sorted(cuts)
    chunks = [column[a:b].cast(pa.string()) for a, b in zip([0, *ends], [*ends, len(strings)], strict=True)]
    assert list(Texts.from_arrow(pa.chunked_array(chunks, pa.string()))) == strings


def test_texts_show_the_first_few():
    assert repr(Texts.of(["a", "b"])) == "Texts('a', 'b'; 2)"
    assert repr(Texts.of("abcd")) == "Texts('a', 'b', 'c', ...; 4)"
