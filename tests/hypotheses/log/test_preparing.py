"""Lags, order, quantiles and held-out ends against plain loops over rows."""

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import FileError, Reading, log_of_table
from mesaprior.hypotheses.log.preparing import Preparation, prepare
from mesaprior.hypotheses.log.raw_table import table_of_frame

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "who": st.sampled_from(["a", "b", "c"]),
            "when": st.integers(0, 4),
            "seen": st.integers(0, 3),
            "choice": st.sampled_from(["left", "right", None]),
        }
    ),
    min_size=1,
    max_size=30,
)


def prepared(rows, reading, **what):
    table, reading = prepare(table_of_frame(pd.DataFrame(rows), "rows"), reading, Preparation(**what))
    return log_of_table(table, reading=reading)


def labelled(log):
    """Return the rows of a log by their lines, with labels in place of codes."""
    rows = {}
    for row in range(log.n_rows):
        values = log.situations[log.row_situation[row]].tolist()
        labels = {name: log.label(name, code) for name, code in zip(log.features, values, strict=True)}
        rows[int(log.file_line[row])] = labels | {"action": log.label("action", int(log.action[row]))}
    return rows


@given(ROWS, st.integers(1, 3), st.booleans())
def test_lags_are_those_of_a_loop(rows, k, is_ordered):
    rows = [*rows, {"who": "a", "when": 4, "seen": 0, "choice": "left"}]
    log = prepared(
        rows,
        Reading(action="choice", by=("who",)),
        lags={"choice": k, "seen": 1},
        order="when" if is_ordered else None,
    )
    # By hand: each group's rows in order, and what was there before.
    groups = defaultdict(list)
    for line, row in enumerate(rows, 2):
        groups[row["who"]].append((row["when"] if is_ordered else 0, line, row))
    expected = {}
    for own in groups.values():
        own.sort(key=lambda item: item[:2])
        for place, (_, line, row) in enumerate(own):
            lagged = {}
            for lag in range(1, k + 1):
                before = own[place - lag][2]["choice"] if place >= lag else "first"
                lagged[f"me{lag}"] = before or "missed"
            lagged["seen1"] = str(own[place - 1][2]["seen"]) if place else "first"
            if row["choice"] is not None:
                expected[line] = lagged | {"action": row["choice"]}
                if not is_ordered:
                    expected[line]["when"] = str(row["when"])
    assert labelled(log) == expected
    assert log.n_left_out == len(rows) - len(expected)
    if is_ordered:
        lines = [line for _, own in sorted(groups.items()) for _, line, row in own if row["choice"] is not None]
        assert log.file_line.tolist() == lines


def test_lags_have_the_codes_of_their_column():
    rows = [{"choice": c, "other.choice": o} for c, o in (("d", "c"), ("c", "c"), ("d", "d"), ("c", "d"))]
    log = prepared(rows, Reading(action="choice"), lags={"choice": 1, "other.choice": 2})
    assert log.features == ("me1", "op1", "op2")
    assert log.codes["action"] == {"c": 0, "d": 1}
    assert log.codes["me1"] == {"c": 0, "d": 1, "first": 2}
    assert log.situations[log.row_situation].tolist() == [[2, 2, 2], [1, 0, 2], [0, 0, 0], [1, 1, 0]]


def test_a_column_with_lags_is_a_feature_only_where_it_is_named():
    rows = [{"seen": v, "action": v} for v in (0, 1, 1)]
    assert prepared(rows, Reading(), lags={"seen": 1}).features == ("seen1",)
    assert prepared(rows, Reading(only=("seen",)), lags={"seen": 1}).features == ("seen", "seen1")


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=60), st.integers(2, 6))
def test_quantiles(values, q):
    log = prepared([{"rt": v / 4, "action": v % 2} for v in [*values, 0, 1]], Reading(), bins={"rt": q})
    code = log.situations[log.row_situation, 0]
    numbers = [v / 4 for v in [*values, 0, 1]]
    n = len(numbers)
    for value, own in zip(numbers, code.tolist(), strict=True):
        below, equal = sum(v < value for v in numbers), numbers.count(value)
        # The middle of the rows of a number says where it goes; empty ranges are left out, so order is what counts.
        middle = int(q * (below + equal / 2) / n)
        others = [int(q * (sum(v < w for v in numbers) + numbers.count(w) / 2) / n) for w in numbers]
        assert own == len({other for other in others if other < middle})
    assert code.max() < q


@given(ROWS, st.floats(0, 0.99), st.booleans())
def test_the_end_of_each_group_is_held_out(rows, share, is_split):
    rows = [row | {"choice": row["choice"] or "left"} for row in rows]
    if is_split:
        rows = [row | {"split": "test" if row["seen"] == 3 else "train"} for row in rows]
        rows += [{"who": "a", "when": 0, "seen": 0, "choice": "left", "split": "train"}]
    log = prepared(rows, Reading(action="choice", by=("who",)), holdout=share)
    later = {int(line) for line in log.file_line[log.n_training :]}
    training = defaultdict(list)
    for line, row in enumerate(rows, 2):
        if row.get("split") == "test":
            assert line in later
        else:
            training[row["who"]].append(line)
    for lines in training.values():
        n = min(int(share * len(lines) + 0.5), len(lines) - 1)
        assert [line in later for line in lines] == [False] * (len(lines) - n) + [True] * n


def test_rivals_of_training_rows_are_left_out():
    rows = [{"x": 0, "action": 0, "rival": 1}, {"x": 1, "action": 1, "rival": 0}]
    log = prepared(rows, Reading(), holdout=0.5)
    assert log.rival.tolist() == [-1, 0]
    assert "The rival of 1 training row is left out: only later rows have one." in log.remarks


def test_quantiles_are_cut_before_lags_are_taken():
    log = prepared([{"rt": v, "action": v % 2} for v in range(8)], Reading(), bins={"rt": 2}, lags={"rt": 1})
    assert log.features == ("rt1",)
    assert log.codes["rt1"] == {"0 to 3": 0, "4 to 7": 1, "first": 2}
    assert log.situations[log.row_situation, 0].tolist() == [2, 0, 0, 0, 0, 1, 1, 1]


def test_what_is_dropped_makes_room_for_lags():
    rows = [{"me1": 7, "action": v} for v in (0, 1, 1)]
    log = prepared(rows, Reading(drop=("me1",)), lags={"action": 1})
    assert (log.features, log.situations[log.row_situation, 0].tolist()) == (("me1",), [2, 0, 1])


def test_two_lags_of_one_name():
    rows = [{"a b": 0, "a_b": 1, "action": 0}]
    with pytest.raises(FileError, match="two lags would be called 'a_b1', one of them of 'a_b'"):
        prepared(rows, Reading(), lags={"a b": 1, "a_b": 1})


@pytest.mark.parametrize(
    ("values", "lines"),
    [
        (["10", "9", "8.5"], [4, 3, 2]),
        (["trial10", "trial9", "trial1"], [4, 3, 2]),
        (["2024-02-01", "2024-01-31", "2023-12-31"], [4, 3, 2]),
        (["2", None, "1"], [4, 2, 3]),
    ],
)
def test_rows_are_sorted_by_value(values, lines):
    log = prepared([{"when": value, "x": 0, "action": 0} for value in values], Reading(), order="when")
    assert log.file_line.tolist() == lines


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "two"], r"column 'when' gives no order: 'two' \(line 3\) is no number, and others are"),
        (["31.12.2024", "01.02.2024"], "is a date or a time that does not sort as text"),
        (["Jan 5", "Feb 6"], "is a date or a time that does not sort as text"),
        (["9:05 pm", "8:00 am"], "is a date or a time that does not sort as text"),
    ],
)
def test_what_gives_no_order_is_refused(values, message):
    with pytest.raises(FileError, match=message):
        prepared([{"when": value, "action": 0} for value in values], Reading(), order="when")


def test_what_cannot_be_prepared_is_told_at_once():
    rows = [{"x": "a", "me1": 0, "z": i, "action": i % 2} for i in range(300)]
    with pytest.raises(FileError) as caught:
        prepared(rows, Reading(), bins={"x": 3}, lags={"action": 1, "z": 1})
    assert [str(fault) for fault in caught.value.faults] == [
        "column 'x': 'a' is no number, so there are no quantiles; leave out bins='x=3', or correct the column.",
        "there is a column 'me1' already, where a lag of 'action' would be; drop='me1' makes room.",
        "column 'z' has 300 distinct values, and at most 256 can be coded; drop='z' leaves it out, or `mesaprior "
        "prepare` cuts it into quantiles with bins='z=4'.",
    ]
    for wrong in ({"lags": {"x": 0}}, {"bins": {"x": 1}}, {"holdout": 1.0}):
        with pytest.raises(UsageError):
            Preparation(**wrong)
    with pytest.raises(UsageError, match="no column is called 'v' or 'u'"):
        prepared(rows, Reading(), lags={"u": 1}, order="v")


def test_numbers_with_different_signs_give_no_order():
    with pytest.raises(ContentError, match=r"'5%' \(line 2\) and '5' \(line 3\) are numbers with different signs"):
        prepared({"x": ["5%", "5", "7"], "action": ["l", "r", "l"]}, Reading(), order="x")


def test_of_the_rows_that_are_held_out_those_without_an_action_do_not_count():
    rows = {"id": [1, 1, 1, 2, 2, 2], "x": [1, 2, 1, 1, 2, 1], "action": [None, "c", "d", "c", "d", "d"]}
    log = prepared(rows, Reading(by=("id",)), holdout=0.67)
    assert np.bincount(log.group[: log.n_training]).tolist() == [1, 1]
