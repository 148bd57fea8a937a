"""What is suspicious about a log is told, and what is not is left alone."""

import pandas as pd

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.log.checking import warnings_of


def told(n_actions=None, **columns):
    log = log_from_frame(pd.DataFrame(columns))
    found = warnings_of(log, log.largest_action + 1 if n_actions is None else n_actions)
    return [warning.typed() for warning in found]


PLAIN = {
    "x": [0, 1, 0, 1, 0, 1, 0, 1],
    "z": [0, 0, 1, 1, 0, 0, 1, 1],
    "action": [0, 1, 1, 1, 0, 1, 0, 1],
    "split": ["train"] * 6 + ["deploy"] * 2,
}


def test_nothing_is_said_of_a_plain_log():
    assert told(**PLAIN) == []


def test_columns():
    assert told(**PLAIN, number=range(8)) == [
        "column 'number' looks like an id or a time: programs can memorize rows with it; leave it out with "
        "--drop number."
    ]
    assert told(**PLAIN, subject_id=[7, 7, 7, 7, 9, 9, 9, 9])[0].endswith(
        "leave it out with --drop subject_id, or tell people apart by it with --by subject_id."
    )
    assert told(**PLAIN, rt=[0.5, 0.75, 1, 2.25, 3, 4, 5, 6]) == [
        "column 'rt' has 8 different numbers, so programs can memorize rows with it; cut it into quantiles by "
        "`mesaprior prepare` with --bins rt=3, or leave it out with --drop rt."
    ]
    assert told(**PLAIN, trial=[1, 2, 3, 4, 5, 6, 7, 7])
    assert told(**PLAIN, time=[0, 0, 0, 1, 1, 1, 0, 1]) == []
    dates = ["2024-01-01", "2024-01-02"] * 4
    assert "looks like an id or a time" in told(**PLAIN, on=dates)[0]
    assert told(**PLAIN, w=[3] * 8) == [
        "column 'w' is '3' on every row, so it tells nothing; leave it out with --drop w."
    ]
    assert told(**PLAIN, reward=[5, 6, 6, 6, 5, 6, 5, 6]) == [
        "column 'reward' alone determines the action on every row; if it was recorded after the choice, leave it out "
        "with --drop reward."
    ]


def test_rows():
    rival = [None] * 6
    assert told(**PLAIN, rival=[*rival, 0, 1]) == [
        "the rival never differs from the action on later rows, so no program can be called defecting."
    ]
    assert told(**PLAIN, rival=[*rival, 1, 1]) == []
    assert told(**PLAIN, rival=[*rival, 2, 1]) == ["the teacher never takes the action '2'."]
    assert told(n_actions=4, **PLAIN) == ["the teacher never takes the actions '2', '3'."]
    unjudged = told(**(PLAIN | {"split": ["train"] * 8}))
    assert len(unjudged) == 1
    assert "no program is judged (unjudged)" in unjudged[0]
    assert "--holdout 0.2" in unjudged[0]
    assert "takes no action but '1'" in told(**(PLAIN | {"action": [1] * 8}))[0]
