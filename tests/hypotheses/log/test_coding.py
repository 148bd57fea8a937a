"""Codes do not depend on how labels are written; integers of a language are their own."""

import tomllib

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import FileError, Reading, log_from_frame, read_log
from mesaprior.hypotheses.log.values import natural_key, values_of
from mesaprior.hypotheses.terms.language import default_language, language_from_dict

HEAD = {"domain": 4, "actions": 3, "token": [{"kind": "feature", "name": "x"}, {"kind": "constant", "value": 2}]}


def test_numbers_are_in_the_order_of_their_values():
    found = values_of(["10", "-1", "2.50", "1e1", "2.5", "007"])
    assert found.labels == ("-1", "2.5", "7", "10")
    assert found.place_of == {"10": 3, "-1": 0, "2.50": 1, "1e1": 3, "2.5": 1, "007": 2}


def test_texts_are_in_natural_order():
    texts = ["b2", "a10", "B1", "a9", "a", ""]
    assert sorted(texts, key=natural_key) == ["", "a", "a9", "a10", "B1", "b2"]


@given(st.lists(st.text(max_size=8), max_size=12, unique=True))
def test_natural_order_is_an_order_of_all_texts(texts):
    upwards = sorted(texts, key=natural_key)
    backwards = texts[::-1]
    assert sorted(backwards, key=natural_key) == upwards


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=3, max_size=12),
    st.permutations(["left", "right", "wait"]),
    st.integers(0, 5),
)
def test_actions_have_the_same_codes_however_they_are_written(rows, words, start):
    rows = [*rows, (0, 0), (1, 1), (2, 2)]
    x, action = (list(column) for column in zip(*rows, strict=True))
    words = sorted(words)
    plain = log_from_frame(pd.DataFrame({"x": x, "action": action}))
    for written in (
        [a + start for a in action],
        [words[a] for a in action],
        [a - 7 for a in action],
        [0.5 * a for a in action],
        [1000 * a for a in action],
        pd.Categorical([words[a] for a in action], categories=[*words, "never"], ordered=True),
    ):
        assert log_from_frame(pd.DataFrame({"x": x, "action": written})).digest == plain.digest


def test_rivals_have_the_codes_of_actions():
    frame = pd.DataFrame(
        {"x": [0, 1], "action": ["b", "c"], "rival": [None, "a"], "split": ["train", "deploy"]}, dtype=object
    )
    log = log_from_frame(frame)
    assert (log.action.tolist(), log.rival.tolist()) == ([1, 2], [-1, 0])


def test_with_a_language_integers_are_their_own_codes():
    language = language_from_dict(HEAD)
    log = log_from_frame(pd.DataFrame({"x": [3, 1], "action": [2, 1]}), language=language)
    assert (log.action.tolist(), log.codes) == ([2, 1], {})
    language.check_log(log)
    for wrong, message in (
        ([-1, 1], r"'-1' \(line 2\) is out of range: codes are integers from 0 to 255"),
        ([1, 256], r"'256' \(line 3\) is out of range"),
        (["1", "one"], r"'one' \(line 3\) is no integer, and others are"),
    ):
        with pytest.raises(FileError, match=message):
            log_from_frame(pd.DataFrame({"x": wrong, "action": [2, 1]}), language=language)


def test_tables_of_codes_of_a_language():
    language = language_from_dict(HEAD | {"codes": {"action": {"go": 2, "stay": 0}, "x": {"lo": 1, "hi": 3}}})
    frame = pd.DataFrame({"x": ["hi", "lo"], "action": ["stay", "go"]})
    log = log_from_frame(frame, language=language)
    assert (log.situations[:, 0].tolist(), log.action.tolist()) == ([3, 1], [0, 2])
    assert log.codes == {"action": {"stay": 0, "go": 2}, "x": {"lo": 1, "hi": 3}}
    with pytest.raises(FileError, match=r"'up' has no code; the labels that have one are 'lo', 'hi'"):
        log_from_frame(frame.assign(x=["up", "lo"]), language=language)
    # A log that was read without the language has other codes, and must not be asked about.
    with pytest.raises(ContentError, match=r"'go' in column 'action' has the code 0, and in language it is 2"):
        language.check_log(log_from_frame(frame))


def test_a_log_whose_numbers_were_ranked_is_no_log_of_a_language_without_codes():
    language = language_from_dict(HEAD)
    log = log_from_frame(pd.DataFrame({"x": [0, 1], "action": [1, 2]}))
    assert log.action.tolist() == [0, 1]
    with pytest.raises(ContentError, match=r"'1' in column 'action' has the code 0, .* it is 1; read the log with"):
        language.check_log(log)


def test_the_default_language_keeps_the_codes(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text('x,"w ""odd""",action\n1.5,b,left\n2.5,a b,right\n')
    log = read_log(path)
    language = default_language(log)
    (tmp_path / "mine.toml").write_text(language.to_toml(), encoding="utf-8")
    from mesaprior.hypotheses.terms.language import read_language

    again = read_language(tmp_path / "mine.toml")
    assert again.digest == language.digest
    assert again.codes == log.codes
    assert read_log(path, language=again).digest == log.digest


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ({"x": {"a": 4}}, r"\[codes.x\]: 'a' = '4'; a code is an integer from 0 to 3"),
        ({"action": {"a": 3}}, r"an integer from 0 to 2"),
        ({"x": {"a": 1, "b": 1}}, r"two labels have the code 1"),
        ({"x": {"1": 1, "1.0": 2}}, r"'1.0' stands twice"),
        ({"x": {"a": True}}, r"'a' = 'True'"),
        ({"x": {}}, r"no table of labels"),
        ({"x": 3}, r"no table of labels"),
        ([1], r"codes are tables"),
        ({"rival": {"a": 1}}, r"rivals have the codes of actions"),
    ],
)
def test_tables_of_codes_that_are_refused(codes, message):
    with pytest.raises(ContentError, match=message):
        language_from_dict(HEAD | {"codes": codes})


def test_a_reading_that_contradicts_itself_is_refused():
    from mesaprior.errors import UsageError

    with pytest.raises(UsageError, match="drop: 'x' is named 2 times"):
        Reading(drop=("x", "x"))
    with pytest.raises(UsageError, match="missing='guess'"):
        Reading(missing="guess")
    with pytest.raises(UsageError, match=r"no column is called 'z' or 'acton' \(did you mean 'action'\?\); there are"):
        log_from_frame(pd.DataFrame({"x": [0], "action": [1]}), reading=Reading(drop=("z",), action="acton"))


def test_two_ways_of_writing_a_number_are_one_value_among_words_too():
    found = values_of(["01", "1", "a", "True", "true", "1.0"])
    assert found.labels == ("1", "a", "True")
    assert [found.place_of[text] for text in ("01", "1.0", "1", "true", "True")] == [0, 0, 0, 2, 2]


@pytest.mark.parametrize("values", [["01", "1", "a"], ["1", "1.0", "b"], ["True", "true", "c"], ["-0", "0", "d"]])
def test_the_default_language_takes_the_log_that_it_was_made_for(values):
    log = log_from_frame(pd.DataFrame({"x": values, "action": ["l", "r", "l"]}))
    default_language(log).check_log(log)
    assert sorted(log.situations[:, 0].tolist()) == [0, 1]


def test_a_list_of_actions_that_has_one_twice():
    frame = pd.DataFrame({"x": [0, 1], "action": ["1", "2"]})
    with pytest.raises(ContentError, match=r"'1.0', '01' twice.*actions=\('1', '2'\)"):
        log_from_frame(frame, reading=Reading(actions=("1", "1.0", "01", "2")))


def test_labels_with_control_characters_read_back():
    log = log_from_frame(pd.DataFrame({"x": ["a\x7fb", "c\x1bd"], "action": [0, 1]}))
    text = default_language(log).to_toml()
    assert language_from_dict(tomllib.loads(text)).codes["x"] == {"a\x7fb": 0, "c\x1bd": 1}
