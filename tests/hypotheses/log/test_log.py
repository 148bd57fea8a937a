"""The imitation log: reading, order, digests and round trips. Its refusals are tested at the command line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import DEPLOY, NONE, ONLINE, TRAIN, log_from_frame, read_log
from tests import strategies


def write(path, text, **options):
    path.write_text(text, **options)
    return path


def test_training_rows_come_first_and_the_rest_keeps_its_order(tmp_path):
    log = read_log(
        write(tmp_path / "a.csv", "x,action,split,rival\n1,0,deploy,1\n2,1,,\n3,,deploy,\n4,1,train,\n5,0,online,1\n")
    )
    assert log.situations[log.row_situation][:, 0].tolist() == [2, 4, 1, 3, 5]
    assert log.action.tolist() == [1, 1, 0, NONE, 0]
    assert log.rival.tolist() == [NONE, NONE, 1, NONE, 1]
    assert log.split.tolist() == [TRAIN, TRAIN, DEPLOY, DEPLOY, ONLINE]
    assert log.file_line.tolist() == [3, 5, 2, 4, 6]
    assert (log.n_rows, log.n_training, log.n_history, log.largest_action) == (5, 2, 3, 1)
    assert log.feature_sizes == (6,)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffx,action\n1,0\n2,1\n",
        "x,action\r\n1,0\r\n2,1\r\n",
        "x,action\n\n1,0\n\n2,1",
        ' x , action \n "1", 0\n2,1\n',
        "x,action,split\n1,0,\n2,1,train\n",
        "x,action\n+1,0\n02,1\n",
    ],
)
def test_ways_of_writing_the_same_log(text, tmp_path):
    plain = read_log(write(tmp_path / "plain.csv", "x,action\n1,0\n2,1\n"))
    log = read_log(write(tmp_path / "other.csv", text, encoding="utf-8", newline=""))
    assert log.digest == plain.digest
    assert log.situations.tolist() == [[1], [2]]


def test_the_digest_sees_content_and_order_only(tmp_path):
    digests = {
        read_log(write(tmp_path / "a.csv", text)).digest
        for text in (
            "x,action\n1,0\n2,1\n",
            "x,action\n2,1\n1,0\n",
            "y,action\n1,0\n2,1\n",
            "x,action\n1,1\n2,1\n",
            "x,action,split\n1,0,\n2,1,online\n",
            "x,action,split,rival\n1,0,,\n2,1,online,0\n",
        )
    }
    assert len(digests) == 6


def test_parquet_with_missing_cells(tmp_path):
    table = pd.DataFrame({"x": [1, 2, 3], "action": [0.0, 1.0, None], "split": ["train", None, "deploy"]})
    table.to_parquet(tmp_path / "a.parquet")
    log = read_log(tmp_path / "a.parquet")
    assert log.action.tolist() == [0, 1, NONE]
    assert log.split.tolist() == [TRAIN, TRAIN, DEPLOY]
    table["x"] = [1, None, 3]
    table.to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ContentError, match=r"column 'x' is empty on 1 of 3 rows \(line 3\); missing='code'"):
        read_log(tmp_path / "b.parquet")


def test_a_log_without_features(tmp_path):
    log = read_log(write(tmp_path / "a.csv", "action\n0\n1\n"))
    assert log.situations.shape == (1, 0)
    assert log.row_situation.tolist() == [0, 0]
    assert log.feature_sizes == ()


def test_missing_files_are_usage(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_log(tmp_path / "a.csv")
    with pytest.raises(UsageError, match=r"\.txt"):
        read_log(tmp_path / "a.txt")


@given(st.data())
def test_round_trip_through_a_table(data):
    language = data.draw(strategies.languages())
    log = log_from_frame(pd.DataFrame(data.draw(strategies.logs(language))), own_codes=True)
    again = log_from_frame(log.to_frame(), own_codes=True)
    assert again.digest == log.digest
    for name in ("situations", "row_situation", "action", "rival", "split"):
        assert np.array_equal(getattr(again, name), getattr(log, name))
