"""Files as people have them: each is read as it is, or refused once with the option that makes it run."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError, MesapriorError
from mesaprior.hypotheses.log import DEPLOY, TRAIN, FileError, Reading, log_from_frame, read_log, read_table

SHAPES = {
    "semicolons": (b"x;action\n0;0\n1;1\n1;1\n", [[0], [1], [1]], [0, 1, 1]),
    "tabs": (b"x\taction\n0\t0\n1\t1\n1\t1\n", [[0], [1], [1]], [0, 1, 1]),
    "bars": (b"x|action\n0|0\n1|1\n", [[0], [1]], [0, 1]),
    "spaces, as R writes them": (b'"x" "action"\n"1" 0 "a"\n"2" 1 "b"\n', [[0], [1]], [0, 1]),
    "a line that names the delimiter": (b"sep=;\nx;action\n0;0\n1;1\n", [[0], [1]], [0, 1]),
    "decimal commas": (b"x;action\n1,5;0\n2,5;1\n", [[0], [1]], [0, 1]),
    "a comment": (b"# exported\nx,action\n0,0\n1,1\n", [[0], [1]], [0, 1]),
    "comments between": (b"x,z,action\n0,0,0\n# a break\n1,1,1\n", [[0, 0], [1, 1]], [0, 1]),
    "empty lines": (b"\n\nx,action\n\n0,0\n\n1,1\n\n", [[0], [1]], [0, 1]),
    "UTF-16": ("x,action\n0,0\n1,1\n".encode("utf-16"), [[0], [1]], [0, 1]),
    "UTF-16 without a mark": ("x,action\n0,0\n1,1\n".encode("utf-16-le"), [[0], [1]], [0, 1]),
    "big-endian UTF-16 without a mark": ("x,action\n0,0\n1,1\n".encode("utf-16-be"), [[0], [1]], [0, 1]),
    "a mark of UTF-8": ("x,action\n0,0\n1,1\n".encode("utf-8-sig"), [[0], [1]], [0, 1]),
    "Latin-1": ("größe,action\n0,0\n1,1\n".encode("latin-1"), [[0], [1]], [0, 1]),
    "an index without a name": (b",x,action\n0,0,0\n1,1,1\n2,1,1\n", [[0], [1], [1]], [0, 1, 1]),
    "names of rows without a header": (b'"x","action"\n"a",0,0\n"b",1,1\n', [[0], [1]], [0, 1]),
    "a delimiter too many in the header": (b"x,action,\n0,0,\n1,1,\n", [[0], [1]], [0, 1]),
    "a delimiter too many in the rows": (b"x,action\n0,0,\n1,1,\n", [[0], [1]], [0, 1]),
    "old ends of lines": (b"x,action\r0,0\r1,1\r", [[0], [1]], [0, 1]),
    "quoted delimiters": (b'"a,b",action\n"1,5",0\n"2,5",1\n', [[0], [1]], [0, 1]),
    "floating-point integers": (b"x,action\n0.0,0.0\n1.0,1.0\n1.0,1.0\n", [[0], [1], [1]], [0, 1, 1]),
    "booleans": (b"x,action\nTrue,False\nFalse,True\n", [[1], [0]], [0, 1]),
    "booleans of two programs": (b"x,action\nTRUE,0\ntrue,1\nFalse,1\n", [[1], [1], [0]], [0, 1, 1]),
    "words": (b"x,action\n0,left\n1,right\n", [[0], [1]], [0, 1]),
    "actions with gaps": (b"x,action\n0,5\n1,9\n0,5\n", [[0], [1], [0]], [0, 1, 0]),
    "a negative action": (b"x,action\n0,-1\n1,1\n", [[0], [1]], [0, 1]),
    "large ids": (b"id,x,action\n1001,0,0\n1002,1,1\n", [[0, 0], [1, 1]], [0, 1]),
    "times": (b"t,action\n2024-01-01 10:00:00,0\n2024-01-01 10:00:05,1\n", [[0], [1]], [0, 1]),
    "trials in words": (b"t,action\ntrial10,0\ntrial9,1\n", [[1], [0]], [0, 1]),
    "capitals": (b"x,Action\n0,0\n1,1\n", [[0], [1]], [0, 1]),
    "a title above the header": (b"My study\n\nx,action\n0,0\n1,1\n1,1\n", [[0], [1], [1]], [0, 1, 1]),
    "a title in a row of empty cells": (b"My study,,\nx,z,action\n0,0,0\n1,1,1\n", [[0, 0], [1, 1]], [0, 1]),
    "lines below the header, as Qualtrics has them": (
        b'Q1,action\nHow many?,Which?\n"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}"\n3,0\n4,1\n',
        [[3], [4]],
        [0, 1],
    ),
    "amounts": (b'x,action\n"$1,200.50",0\n$90,1\n', [[1], [0]], [0, 1]),
    "amounts with decimal commas": (b"x;action\n1.200,50 \x80;0\n90 \x80;1\n", [[1], [0]], [0, 1]),
    "percent": (b"x,action\n50%,0\n7.5%,1\n", [[1], [0]], [0, 1]),
    "numbers of 30 digits": (
        b"x,action\n123456789012345678901234567890,0\n123456789012345678901234567889,1\n",
        [[1], [0]],
        [0, 1],
    ),
    "quotes as R writes them": (b'x,action\n"a \\"b\\", c",0\n"d",1\n', [[0], [1]], [0, 1]),
    "a missed response": (b"x,action\n0,0\n1,\n1,1\n", [[0], [1]], [0, 1]),
    "no response, in words": (b"x,action\n0,0\n1,NA\n1,1\n", [[0], [1]], [0, 1]),
}


def read(tmp_path, content, **reading):
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    return read_log(path, reading=Reading(**reading))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_file_is_read_as_it_is(shape, tmp_path):
    content, rows, actions = SHAPES[shape]
    log = read(tmp_path, content)
    assert log.situations[log.row_situation].tolist() == rows
    assert log.action.tolist() == actions


def test_what_was_recognized_is_told(tmp_path):
    log = read(tmp_path, "größe;action;split\n1,5;ja;Train\n2;nein;TEST\n".encode("latin-1"))
    assert log.remarks == (
        "The text is read as Latin-1, since line 1 is not UTF-8.",
        "Columns are separated by semicolons.",
        "Splits are read as 'Train' = train, 'TEST' = deploy.",
        "Columns renamed: 'größe' = grosse.",
    )
    assert log.codes == {"action": {"ja": 0, "nein": 1}, "grosse": {"1.5": 0, "2": 1}}
    assert log.split.tolist() == [TRAIN, DEPLOY]
    assert (log.label("grosse", 0), log.label("action", 1)) == ("1.5", "nein")


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("last.choice,last.other", ("last_choice", "last_other")),
        ("my choice,2back", ("my_choice", "_2back")),
        ("if,y", ("if_", "y_")),
        ("speed [m/s],t [deg]", ("speed_m_s", "t_deg")),
        ("a.b,a_b", ("a_b_2", "a_b")),
        ("add,lt", ("add_", "lt_")),
        ("年,齢", ("_", "__2")),
        ("x,x", ("x", "x_2")),
        ("min,max", ("min", "max")),
    ],
)
def test_names_are_made_lawful(header, names, tmp_path):
    assert read(tmp_path, f"{header},action\n0,1,0\n1,0,1\n".encode()).features == names


def test_lines_are_those_of_the_file(tmp_path):
    log = read(tmp_path, b'# one\nx,z,action\n0,"a\nb",0\n\n1,c,1\n')
    assert log.file_line.tolist() == [4, 6]


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    rows = "".join(
        f"{i % 290},{i % 2},{'' if i == 3 else 1},{'left' if i % 3 else 'right'},{'oops' if i == 5 else 'train'}\n"
        for i in range(300)
    )
    with pytest.raises(FileError) as caught:
        read(tmp_path, f"id,x,z,choice,split\n{rows}".encode())
    told = caught.value.typed().splitlines()
    assert told[0].endswith("log.csv: 4 things keep this file from being read.")
    assert [line.strip(" -") for line in told[1:]] == [
        "no column is called 'action' among 'id', 'x', 'z', 'choice', 'split'; name the one that holds the choices "
        "with --action choice.",
        "column 'split': 'oops' (line 7) is not a split; write train, online or deploy (empty means train), or leave "
        "the column out with --drop split.",
        "column 'z' is empty on 1 of 300 rows (line 5); --missing code gives what is missing a code of its own, "
        "--missing drop leaves that row out, --drop z leaves the column out.",
        "column 'id' has 290 distinct values, and at most 256 can be coded; --by id tells people apart by it, or "
        "--drop id leaves it out.",
        "Together: --action choice --drop split --missing code --by id",
    ]
    assert "action='choice', drop='split', missing='code', by='id'" in str(caught.value)
    log = read(tmp_path, f"id,x,z,choice,split\n{rows}".encode(), action="choice", drop=("split", "id"), missing="code")
    assert log.n_rows == 300


def test_one_column_per_round_is_noticed(tmp_path):
    """Choices side by side have to stand below each other first; features with numbers are not taken for them."""
    hint = "; if 'round 1' to 'round 3' hold one choice each, first give each choice a row of its own"
    content = b"who,round 1,round 2,round 3\nann,0,1,0\nbo,1,1,0\n"
    for reading in ({}, {"action": "decision"}):
        with pytest.raises(MesapriorError) as caught:
            read(tmp_path, content, **reading)
        assert hint in str(caught.value)
    for names, reading in ((b"x1,x2,x3,choice", {}), (b"x1,x2,x3,action", {"drop": ("z",)}), (b"who,x1,x2,z", {})):
        with pytest.raises(MesapriorError) as caught:
            read(tmp_path, names + b"\n0,1,0,1\n1,1,0,0\n", **reading)
        assert "hold one choice each" not in str(caught.value)


def test_missing_features(tmp_path):
    content = b"x,w,action,split\n0,a,0,\nNA,b,1,\n2,,1,\n,,0,deploy\n"
    coded = read(tmp_path, content, missing="code")
    assert coded.situations[coded.row_situation].tolist() == [[0, 0], [3, 1], [2, 2], [3, 2]]
    assert coded.codes["x"] == {"0": 0, "2": 2, "missing": 3}
    assert coded.codes["w"] == {"a": 0, "b": 1, "missing": 2}
    dropped = read(tmp_path, content, missing="drop")
    assert dropped.situations[dropped.row_situation].tolist() == [[0, 0]]
    assert dropped.n_left_out == 3


def test_rows_without_an_action_are_left_out_but_for_deployment(tmp_path):
    log = read(tmp_path, b"x,action,split\n0,0,\n1,,\n1,1,online\n0,,online\n1,,deploy\n")
    assert log.action.tolist() == [0, 1, -1]
    assert log.n_left_out == 2
    assert "2 rows have no action and are left out (first on line 3)." in log.remarks


def test_columns_can_be_chosen(tmp_path):
    content = b"who,x,z,resp,other,phase\na,0,1,l,,learn\nb,1,1,r,,learn\na,1,0,r,l,test\n"
    log = read(tmp_path, content, action="resp", rival="other", split="phase", by=("who",), drop=("z",))
    assert (log.features, log.groups, log.group.tolist()) == (("x",), ("a", "b"), [0, 1, 0])
    assert (log.action.tolist(), log.rival.tolist(), log.n_training) == ([0, 1, 1], [-1, -1, 0], 2)
    assert read(tmp_path, content, action="resp", only=("z",), split="phase").features == ("z",)
    listed = read(tmp_path, content, action="resp", only=("x",), actions=("r", "none", "l"))
    assert (listed.action.tolist(), listed.largest_action) == ([2, 0, 0], 2)
    with pytest.raises(FileError, match=r"the actions 'r' occur and are not in the list; actions=\('l', 'r'\) has"):
        read(tmp_path, content, action="resp", only=("x",), actions=("l",))


def test_labels_of_codes_never_stand_for_two(tmp_path):
    log = read(tmp_path, b"x,action\n0,1\n1,2\n")
    assert log.codes["action"] == {"1": 0, "2": 1}
    assert [log.label("action", code) for code in range(4)] == ["1", "2", "code 2", "3"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'x,action\n"0,0\n1,1\n', "a quote opens on line 2 and is never closed"),
        (
            b"x,action\n0,0\n1,1,1\n2,0\n",
            r"1 row .* than the header 'x,action', which has 2 \(line 3 has 3\)",
        ),
        (b"x,action\n0,\x00\n", "line 2 has a zero byte"),
        (b"# only a comment\n", "the file is empty"),
        (b"x,action\n", "there is no row below the header"),
        (b"0,1\n1,1\n0,0\n", "the first line looks like a row: put a line with names above it"),
        (b"x,action\n0,\n1,NA\n", "column 'action' is empty on every row"),
        (b"x,action,split\n0,1,test\n", "no row is for training: column 'split' has no train on any of 1 row"),
        (b"x,z,action\n0,,1\n,1,0\n", r"'x' is empty on 1 of 2 rows.*\n.*'z' is empty on 1 of 2 rows"),
    ],
)
def test_what_cannot_be_read_is_said_in_plain_words(content, message, tmp_path):
    with pytest.raises(ContentError, match=message):
        read(tmp_path, content)


def test_nothing_is_left_to_learn_from(tmp_path):
    with pytest.raises(FileError, match=r"none of 2 rows is left to learn from, .*drop='z' leaves out 'z', the empt"):
        read(tmp_path, b"x,z,action\n0,,1\n1,,0\n", missing="drop")


def test_groups_are_told_apart_by_whatever_stands_there(tmp_path):
    log = read(tmp_path, b"who,x,action\n10,0,0\n9,1,1\nNA,1,1\n", by=("who",), missing="code")
    assert (log.groups, log.group.tolist()) == (("9", "10", "missing"), [0, 1, 2])
    with pytest.raises(FileError, match="column 'who' is empty on 1 of 3 rows"):
        read(tmp_path, b"who,x,action\n10,0,0\n9,1,1\nNA,1,1\n", by=("who",))


def test_binary_files_are_refused(tmp_path):
    with pytest.raises(ContentError, match="this is not text"):
        read(tmp_path, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6).map(str.strip)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=20),
    delimiter=st.sampled_from(",;\t"),
)
def test_cells_are_those_that_were_written(rows, delimiter, tmp_path_factory):
    rows = [[f"r{i}", *cells] for i, cells in enumerate(rows)]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["one", "two", "three", "four"])
    writer.writerows(rows)
    path = tmp_path_factory.mktemp("cells") / "cells.csv"
    path.write_text(stream.getvalue(), encoding="utf-8", newline="")
    table = read_table(path)
    found = [[column.texts[index] for index in column.index.tolist()] for column in table.columns]
    assert [column.name for column in table.columns] == ["one", "two", "three", "four"]
    assert [list(row) for row in zip(*found, strict=True)] == rows


def test_a_table_of_pandas_is_read_like_its_file(tmp_path):
    frame = pd.DataFrame(
        {
            "x": [0.0, 1.0, 1.0],
            "b": [True, False, True],
            "c": pd.Categorical(["low", "high", "low"], categories=["low", "mid", "high"], ordered=True),
            "w": ["u", "v", None],
            "action": ["stay", "go", "go"],
        }
    )
    from mesaprior.hypotheses.log import log_from_frame

    log = log_from_frame(frame, reading=Reading(missing="code"))
    assert log.situations[log.row_situation].tolist() == [[0, 1, 0, 0], [1, 0, 1, 1], [1, 1, 0, 2]]
    assert log.codes["c"] == {"low": 0, "high": 1}
    assert log.action.tolist() == [1, 0, 0]
    frame.to_parquet(tmp_path / "a.parquet")
    assert read_log(tmp_path / "a.parquet", reading=Reading(missing="code")).digest == log.digest
    plain = frame.assign(c=frame["c"].map({"low": 0, "mid": 1, "high": 2}).astype(np.int64))
    plain.to_csv(tmp_path / "a.csv", index=False)
    assert read_log(tmp_path / "a.csv", reading=Reading(missing="code")).codes["b"] == {"False": 0, "True": 1}


def test_groups_have_names_of_their_own(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("id,game,action,x\na,b/c,1,0\na/b,c,0,0\nNA,c,1,1\n.,c,1,1\nmissing,c,0,1\n")
    log = read_log(file, reading=Reading(by=("id", "game"), missing="code"))
    assert sorted(log.groups) == sorted(['a/"b/c"', '"a/b"/c', "missing_2/c", "missing/c"])
    assert sorted(np.bincount(log.group).tolist()) == [1, 1, 1, 2]


def test_an_index_of_which_rows_were_taken(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text(",x,action\n0,1,l\n2,2,r\n7,1,l\n")
    log = read_log(file)
    assert log.features == ("x",)
    assert log.remarks == ("Column 1 has no name and numbers the rows, so it is left out.",)


def test_the_row_that_is_odd_is_the_one_that_is_told(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("x,action\n1,l,9\n2,r\n3,l\n4,r\n")
    with pytest.raises(ContentError, match=r"1 row has another number of cells.*line 2 has 3"):
        read_log(file)


def test_a_comma_that_may_mark_thousands_is_told(tmp_path):
    file = tmp_path / "log.tsv"
    file.write_text("x\taction\n999\tl\n1,234\tr\n500\tl\n")
    assert "the comma in '1,234' (line 3) is read as a decimal point" in " ".join(read_log(file).remarks)


def test_an_index_that_is_called_like_a_column():
    frame = pd.DataFrame({"action": [1, 0], "x": [1, 2]}, index=pd.Index([5, 6], name="action"))
    log = log_from_frame(frame)
    assert log.features == ("x", "action_2")
    assert log.action.tolist() == [1, 0]


def test_columns_that_tell_people_apart_are_no_likely_action(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("choice,x\na,1\nb,\n")
    with pytest.raises(FileError) as caught:
        read_log(file, reading=Reading(by=("choice",)))
    assert "action='choice'" not in str(caught.value)
