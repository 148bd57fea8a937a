"""Logs in bits: which input a situation is, and what has no room."""

import io

import numpy as np
import pandas as pd
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.boolean import boolean_log
from mesaprior.hypotheses.log import log_from_frame


@pytest.fixture
def log():
    def write(text):
        return log_from_frame(pd.read_csv(io.StringIO(text)), own_codes=True)

    return write


def test_the_first_feature_is_the_most_significant_bit(log):
    seen = boolean_log(log("a,b,c,action\n1,0,0,1\n0,0,1,0\n1,1,0,1\n"), noun="circuits", most_inputs=4)
    assert seen.inputs.tolist() == [4, 1, 6]
    assert (seen.names, seen.n_actions, seen.n_outputs) == (("a", "b", "c"), 2, 1)


def test_binary_is_a_number_of_all_bits_side_by_side(log):
    seen = boolean_log(log("a,b,action\n5,1,2\n2,0,0\n"), noun="circuits", most_inputs=4, encoding="binary")
    assert seen.inputs.tolist() == [0b1011, 0b0100]
    assert (seen.names, seen.n_actions, seen.n_outputs) == (("a.2", "a.1", "a.0", "b"), 3, 2)


def test_one_hot_has_an_input_for_each_value(log):
    seen = boolean_log(log("a,b,action\n2,1,0\n0,0,0\n1,0,1\n"), noun="circuits", most_inputs=4, encoding="one-hot")
    assert seen.inputs.tolist() == [0b0011, 0b1000, 0b0100]
    assert seen.names == ("a=0", "a=1", "a=2", "b")


def test_two_values_need_no_encoding_and_are_the_same_under_each(log):
    rows = log("a,b,action\n1,0,0\n0,1,0\n1,1,1\n")
    plain = boolean_log(rows, noun="circuits", most_inputs=4)
    for encoding in ("binary", "one-hot"):
        assert np.array_equal(boolean_log(rows, noun="circuits", most_inputs=4, encoding=encoding).inputs, plain.inputs)


@pytest.mark.parametrize(
    ("text", "encoding", "parts"),
    [
        (
            "a,action\n1,0\n3,0\n",
            None,
            ["line 3", "'a' is 3", "encoding='binary' makes 2", "encoding='one-hot' makes 4"],
        ),
        ("a,action\n1,0\n6,0\n", None, ["line 3", "encoding='binary' makes 3 inputs of them."]),
        ("a,b,action\n9,6,0\n", None, ["even in binary its features are 7 inputs, of at most 4"]),
        ("a,action\n6,0\n", "one-hot", ["7 inputs (one-hot)", "at most 4", "encoding='binary' makes 3"]),
        (
            "a,b,c,d,e,action\n0,0,0,0,0,0\n",
            None,
            ["5 inputs, and circuits take at most 4", "leave feature columns out"],
        ),
        ("a,action\n0,4\n", None, ["action 4", "0 to 3"]),
        ("action\n0\n", None, ["no feature column"]),
    ],
)
def test_what_has_no_room(log, text, encoding, parts):
    with pytest.raises(ContentError) as refused:
        boolean_log(log(text), noun="circuits", most_inputs=4, encoding=encoding)
    for part in parts:
        assert part in str(refused.value)


@pytest.mark.parametrize("options", [{"encoding": "unary"}, {"actions": 5}, {"actions": 1}])
def test_what_is_out_of_range(log, options):
    with pytest.raises(UsageError):
        boolean_log(log("a,action\n1,0\n"), noun="circuits", most_inputs=4, **options)
