"""What is rare in files and in how they are asked for: each is refused with the place, or read as it is meant."""

import numpy as np
import pandas as pd
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import FileError, Reading, cells, log_from_frame, read_log, reading
from mesaprior.hypotheses.log.lags import lag_name
from mesaprior.hypotheses.log.preparing import Preparation, prepare
from mesaprior.hypotheses.log.raw_table import distinct_rows, table_of_frame
from mesaprior.hypotheses.log.reading import column_names
from mesaprior.hypotheses.log.values import as_number

WORDS = "".join(f"w{k},0\n" for k in range(4097)).encode()
CHOICES = "".join(f"0,{k}\n" for k in range(300)).encode()

REFUSED = {
    "nothing left, a column mostly empty": (
        b"x,z,action\n,0,0\n,1,1\n1,,0\n",
        {"missing": "drop"},
        "none of 3 rows is left to learn from, since something is missing on each; drop='x' leaves out 'x', the "
        "emptiest column",
    ),
    "a quote that is never closed below quotes within quotes": (
        b'x,action\n"a \\"b\\" c",0\n"d,1\n',
        {},
        "a quote opens on line 3 and is never closed; close it, or save the file again.",
    ),
    "a letter after a quote": (b'x,action\n"a"b,0\n1,1\n', {}, "this is not readable as a table of text"),
    "a cell without an end": (
        b"x,action\n0,1\n" + b"a" * 140_000 + b",0\n",
        {},
        "a cell has more than 131,072 characters; a quote may not be closed.",
    ),
    "thousands of words": (
        b"x,action\n" + WORDS,
        {},
        "column 'x' has 4,097 distinct values, and at most 256 can be coded; drop='x' leaves it out",
    ),
    "an action that is no choice": (
        b"x,action\n" + CHOICES,
        {},
        "an action is one of a few choices, so name another column with action='COL'",
    ),
    "half a unit of UTF-16": (
        b"\xff\xfex\x00,",
        {},
        "this is not text; save the table as CSV in UTF-8, or as Parquet.",
    ),
    "a cell too many on fewer than half of the rows": (
        b"x,action\n0,0,9\n1,1\n0,0\n1,1,9\n1,1\n",
        {},
        "2 rows have another number of cells than the header 'x,action', which has 2 (line 2 has 3)",
    ),
    "the action dropped": (
        b"x,action\n0,0\n",
        {"drop": ("action",)},
        "'action' is dropped, and it is the column of choices; name another of 'x', 'action' with action='COL'",
    ),
}


def read(tmp_path, content, **asked):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    return read_log(path, reading=Reading(**asked))


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case, tmp_path):
    content, asked, message = REFUSED[case]
    with pytest.raises(ContentError) as caught:
        read(tmp_path, content, **asked)
    assert message in str(caught.value)


def test_too_many_rows_are_refused_while_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(cells, "MOST_ROWS", 2)
    assert len(read(tmp_path, b"x,action\n0,0\n1,1\n")) == 2
    with pytest.raises(ContentError, match=r"the file has more than .* rows; cut it into parts"):
        read(tmp_path, b"x,action\n0,0\n1,1\n1,1\n")
    monkeypatch.setattr(reading, "MOST_ROWS", 2)
    pd.DataFrame({"x": [0, 1, 1], "action": [0, 1, 1]}).to_parquet(tmp_path / "log.parquet")
    with pytest.raises(ContentError, match="the file has more than"):
        read_log(tmp_path / "log.parquet")


def test_cells_that_hold_several_values_are_refused():
    with pytest.raises(FileError, match="column 'x' holds values of the type list, and codes are of single values"):
        log_from_frame(pd.DataFrame({"x": [[1], [2]], "action": [0, 1]}))


def test_what_differs_in_capitals_only_is_told_apart(tmp_path):
    log = read(tmp_path, b"x,action\nYes,0\nyes,1\nno,1\n")
    assert log.codes["x"] == {"no": 0, "Yes": 1, "yes": 2}
    assert "Column 'x': 'Yes', 'yes' are told apart, though only capitals differ." in log.remarks


def test_bytes_that_windows_does_not_use_are_latin_1(tmp_path):
    log = read(tmp_path, b"x,action\n\x81,0\n\xe9,1\n")
    assert log.codes["x"] == {"\x81": 0, "é": 1}


def test_a_column_without_a_name_is_called_by_its_place(tmp_path):
    log = read(tmp_path, b"x,,action\n0,5,0\n1,5,1\n0,7,1\n")
    assert log.features == ("x", "column_2")
    assert "Column 2 has no name and is called column_2." in log.remarks


def test_names_of_columns_are_read_from_the_beginning_of_a_file(tmp_path, monkeypatch):
    (tmp_path / "log.csv").write_bytes(b"x,action\n" + b"0,1\n" * 100)
    monkeypatch.setattr(reading, "HEAD", 15)
    assert column_names(tmp_path / "log.csv") == ("x", "action")
    pd.DataFrame({"seen": [0], "action": [0]}).to_parquet(tmp_path / "log.parquet")
    assert column_names(tmp_path / "log.parquet") == ("seen", "action")
    with pytest.raises(UsageError, match="there is no such file"):
        column_names(tmp_path / "none.csv")


def test_what_is_asked_is_checked():
    assert Reading(by="who") == Reading(by=("who",))
    with pytest.raises(UsageError, match="missing='keep' is not known; choose refuse, code or drop"):
        Reading(missing="keep")
    with pytest.raises(UsageError, match="'x' stands in both drop and only"):
        Reading(drop="x", only=("z", "x"))
    with pytest.raises(UsageError, match="drop: 'x' is named 2 times"):
        Reading(drop=("x", "x"))
    with pytest.raises(UsageError, match="'action' is the action, so it cannot tell people apart"):
        log_from_frame(pd.DataFrame({"x": [0], "action": [0]}), reading=Reading(by="action"))


@pytest.mark.parametrize(
    ("name", "action", "lag"),
    [
        ("choice", "choice", "me"),
        ("other.choice", "choice", "op"),
        ("choice.other", "choice", "op"),
        ("choice.before", "choice", "choice_before"),
        ("other.choice", None, "other_choice"),
    ],
)
def test_names_of_lags(name, action, lag):
    assert lag_name(name, action) == lag


def test_a_lag_needs_a_code_of_its_own():
    table = table_of_frame(pd.DataFrame({"x": range(256), "action": [0, 1] * 128}), "rows")
    with pytest.raises(FileError, match="column 'x' has no code left for rows without one before"):
        prepare(table, Reading(), Preparation(lags={"x": 1}))


def test_nothing_can_be_prepared_without_rows():
    with pytest.raises(FileError):
        prepare(table_of_frame(pd.DataFrame({"x": [], "action": []}), "rows"), Reading(), Preparation())


def test_lags_over_people_are_noticed():
    table = table_of_frame(pd.DataFrame({"id": [7, 7, 8], "action": [0, 1, 1]}), "rows")
    prepared, _ = prepare(table, Reading(), Preparation(lags={"action": 1}))
    assert "Lags run over all rows; if 'id' tells people apart, name it with --by." in prepared.remarks


def test_rows_of_many_columns_are_told_apart():
    # Three columns of this size do not fit into one key of 64 bits.
    columns = [
        np.array([1 << 30, 0, 1 << 30, 5]),
        np.array([3, 1 << 30, 3, 1 << 30]),
        np.array([1 << 30, 2, 1 << 30, 2]),
    ]
    first, number = distinct_rows(columns, 4)
    assert first.tolist() == [0, 1, 3]
    assert number.tolist() == [0, 1, 0, 2]


def test_amounts_with_a_decimal_comma():
    assert as_number("€ 1,5", has_decimal_commas=True) == 1.5
