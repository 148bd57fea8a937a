"""`prepare` writes a log with its labels, and what it wrote reads as what it read."""

import json
import shlex

import pytest

from mesaprior.hypotheses.log import Reading, read_log
from tests.cli.test_bad_input import one_sentence

RAW = """treatment,id,game,period,choice,other.choice
D5,7,1,1,d,d
D5,7,2,2,c,d
D5,7,2,1,d,d
D5,9,1,1,c,c
D5,9,1,2,,d
D5,9,1,3,d,c
"""

PREPARE = ("--action", "choice", "--by", "id,game", "--order", "period", "--lag", "choice,other.choice")


@pytest.fixture
def raw(files):
    (files / "raw.csv").write_text(RAW)
    return files


def test_a_repeated_game(raw, run):
    result = run("prepare", "raw.csv", *PREPARE, "--out", "log.csv")
    assert result.stdout == ""
    assert (raw / "log.csv").read_text() == (
        "id,game,treatment,me1,op1,action,split\n"
        "7,1,0,3,2,1,train\n"
        "7,2,0,3,2,1,train\n"
        "7,2,0,1,1,0,train\n"
        "9,1,0,3,2,0,train\n"
        "9,1,0,2,1,1,train\n"
    )
    assert json.loads((raw / "log.codes.json").read_text()) == {
        "schema": 1,
        "codes": {
            "action": {"c": 0, "d": 1},
            "treatment": {"D5": 0},
            "me1": {"c": 0, "d": 1, "missed": 2, "first": 3},
            "op1": {"c": 0, "d": 1, "first": 2},
        },
        "groups": ["id", "game"],
        "columns": ["id", "game", "treatment", "me1", "op1", "action", "split"],
    }
    for told in (
        "1 row has no action and is left out (line 6).",
        "Not features themselves, since they have lags or give the order: 'other.choice', 'period'",
        "Coded me1: c = 0, d = 1, missed = 2, first = 3.",
        "Wrote log.csv (5 training rows, 0 later, 3 situations) and log.codes.json.",
        "Next: mesaprior infer log.csv --by id",
    ):
        assert told in result.stderr
    assert sorted(path.name for path in raw.iterdir()) == ["log.codes.json", "log.csv", "mine.toml", "raw.csv"]


def test_what_is_written_reads_with_its_labels(raw, run):
    for name in ("log.csv", "log.parquet"):
        run("prepare", "raw.csv", *PREPARE, "--out", name)
        log = read_log(raw / name)
        assert log.features == ("treatment", "me1", "op1")
        assert log.codes["me1"] == {"c": 0, "d": 1, "missed": 2, "first": 3}
        assert log.label("action", 1) == "d"
        assert log.action.tolist() == [1, 1, 0, 0, 1]
        by_id = read_log(raw / name, reading=Reading(by=("id",)))
        assert (by_id.groups, by_id.group.tolist()) == (("7", "9"), [0, 0, 0, 1, 1])
        asked = run("infer", name, "--max-bits", 9, "--format", "json")
        assert json.loads(asked.stdout)["codes"]["action"] == {"c": 0, "d": 1}
        assert "All rows are read as one log, without 'id', 'game'; `mesaprior infer --by` answers" in asked.stderr


def test_codes_that_do_not_fit_their_log_are_refused(raw, run):
    run("prepare", "raw.csv", *PREPARE, "--out", "log.csv")
    text = (raw / "log.csv").read_text()
    (raw / "log.csv").write_text(text.replace("7,1,0,3,2,1", "7,1,0,9,2,1"))
    one_sentence(run("infer", "log.csv", "--max-bits", 9, code=1), "'me1' has '9'", "log.codes.json")
    (raw / "log.codes.json").write_text('{"schema": 1, "codes": {"me1": {"c": 0, "d": 0}}, "groups": []}')
    one_sentence(run("infer", "log.csv", "--max-bits", 9, code=1), "log.codes.json", "prepare")


def test_a_rival_said_by_a_term(raw, run):
    (raw / "walk.csv").write_text("p,c,action\n" + "".join(f"{p},3,2\n" for p in (0, 1, 2, 0, 1)))
    steps = ("prepare", "walk.csv", "--language", "mine.toml", "--holdout", 0.4)
    run(*steps, "--rival", "(argmin (dist c (move p y)))", "--out", "log.csv")
    by_term = read_log(raw / "log.csv")
    assert by_term.rival.tolist() == [-1, -1, -1, 2, 2]
    run(*steps, "--rival-utility", "(dist c (move p y))", "--out", "away.csv")
    assert read_log(raw / "away.csv").rival.tolist() == [-1, -1, -1, 0, 1]
    one_sentence(
        run(*steps, "--rival", "2", "--rival-utility", "y", "--out", "log.csv", code=2), "--rival", "one of them"
    )
    one_sentence(run(*steps, "--rival", "(argmin (dst c y))", "--out", "log.csv", code=2), "'dst'", "'dist'")
    one_sentence(
        run(*steps, "--rival", "q", "--out", "log.csv", code=2), "'q': this is no column of walk.csv, and no term"
    )


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--lag", "choice=0"], 2, ["choice=0", "from 1 to 100"]),
        (["--lag", "choise"], 2, ["'choise'", "'choice'"]),
        (["--lag", "choice,choice=2"], 2, ["'choice'", "twice"]),
        (["--bins", "period"], 2, ["COL=Q"]),
        (["--bins", "choice=3"], 1, ["'choice'", "'d' is no number"]),
        (["--holdout", "1"], 2, ["--holdout", "'1' is no share", "0.2"]),
        (["--holdout", "20%"], 2, ["--holdout", "'20%' is no share", "0.2"]),
        (["--lag", "choice="], 2, ["'choice='", "COL=K", "choice=2"]),
        (["--lag", 'a"b,"c'], 2, ["a quote that is not closed"]),
        (["--rival", "d"], 2, ["--rival 'd'", "no column of raw.csv", "no term", "'other.choice'"]),
        (["--order", "when"], 2, ["'when'"]),
        (["--action", "period=1"], 2, ["'period=1'"]),
    ],
)
def test_refusals(options, code, words, raw, run):
    result = run("prepare", "raw.csv", "--action", "choice", *options, "--out", "out.csv", code=code)
    one_sentence(result, *words)
    assert not (raw / "out.csv").exists()
    assert not (raw / "out.codes.json").exists()


@pytest.mark.parametrize("name", ["raw.csv", "./raw.csv"])
def test_the_raw_file_is_not_written_over(name, raw, run):
    result = run("prepare", "raw.csv", "--action", "choice", "--out", name, code=2)
    one_sentence(result, "write over raw.csv", "another name")
    assert (raw / "raw.csv").read_text() == RAW


def test_groups_that_are_called_as_something_else_in_the_log(files, run):
    (files / "raw.csv").write_text("a b,a_b,Split,action\n0,u,v,0\n1,u,w,1\n")
    run("prepare", "raw.csv", "--drop", "Split", "--by", "a_b,Split", "--out", "log.csv")
    assert (files / "log.csv").read_text() == "a_b_2,Split_2,a_b,action,split\nu,v,0,0,train\nu,w,1,1,train\n"
    log = read_log(files / "log.csv", reading=Reading(by=("a_b_2", "Split_2")))
    assert (log.groups, log.features) == (("u/v", "u/w"), ("a_b",))


def test_a_next_step_can_be_typed(files, run):
    (files / "-my raw.csv").write_text('"a, b",x,action\nu,0,0\nv,1,1\n')
    result = run("prepare", "--by", '"a, b"', "--out", "-my log.csv", "--", "-my raw.csv")
    step = next(line for line in result.stderr.splitlines() if line.startswith("Next: mesaprior "))
    run(*shlex.split(step)[2:], "--max-bits", 8)


def test_a_log_elsewhere_is_refused_before_anything_is_read(raw, run):
    one_sentence(run("prepare", "nothing.csv", "--out", "no/log.csv", code=2), "--out no/log.csv")
    one_sentence(run("prepare", "nothing.csv", "--out", "log.txt", code=2), "--out log.txt", ".csv")


def test_a_code_that_is_another_ones_label_is_no_label(files, run):
    (files / "log.csv").write_text("x,action\n0,0\n1,1\n0,2\n")
    content = {"schema": 1, "codes": {"action": {"1": 0, "2": 1}}, "groups": [], "columns": ["x", "action"]}
    (files / "log.codes.json").write_text(json.dumps(content))
    one_sentence(run("infer", "log.csv", "--max-bits", 8, code=1), "'action' has '2', which has no label")


def test_a_rival_that_does_what_nobody_does_has_a_label(files, run):
    (files / "raw.csv").write_text("x,action\n1,2\n2,2\n3,2\n4,2\n")
    run("prepare", "raw.csv", "--rival", "1", "--holdout", "0.5", "--out", "log.csv")
    answer = json.loads(run("infer", "log.csv", "--max-bits", 8, "--format", "json").stdout)
    assert answer["codes"]["action"] == {"2": 0, "1": 1}


def test_people_without_a_name_have_one_in_the_log(files, run):
    (files / "raw.csv").write_text("id,x,action\nNA,0,0\n,1,1\nb,1,1\n")
    result = run("prepare", "raw.csv", "--by", "id", "--missing", "code", "--out", "log.csv")
    step = next(line for line in result.stderr.splitlines() if line.startswith("Next: mesaprior "))
    answer = json.loads(run(*shlex.split(step)[2:], "--max-bits", 8, "--format", "json").stdout)
    assert [(person["name"], person["training_rows"]) for person in answer["people"]] == [("b", 1), ("missing", 2)]
