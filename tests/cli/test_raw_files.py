"""Every command reads files as people have them, and says what it made of them."""

import json

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesaprior.cli import main
from tests.cli.conftest import LOG
from tests.cli.test_bad_input import one_sentence

WORDS = "offer;subject;reply;phase\n1,5;17;no;Train\n2,5;17;yes;Train\n1,5;18;no;Train\n2,5;18;yes;TEST\n"

COLUMNS = ("--action", "reply", "--split", "phase", "--drop", "subject")


def test_labels_stand_in_every_result(files, run):
    (files / "words.csv").write_text(WORDS)
    result = run("infer", "words.csv", *COLUMNS, "--max-bits", 8)
    assert "always 'yes'" in result.stdout
    assert "Coded action: no = 0, yes = 1." in result.stderr
    assert "Coded offer: 1.5 = 0, 2.5 = 1." in result.stderr
    assert "Columns are separated by semicolons." in result.stderr
    answer = json.loads(run("infer", "words.csv", *COLUMNS, "--max-bits", 8, "--format", "json").stdout)
    assert answer["codes"] == {"action": {"no": 0, "yes": 1}, "offer": {"1.5": 0, "2.5": 1}}
    predicted = run("infer", "words.csv", *COLUMNS, "--max-bits", 8, "--predict", "--format", "csv").stdout
    header, row = predicted.splitlines()
    assert header == "row,line,offer,action,likeliest,p(no),p(yes)"
    assert row.startswith("3,5,2.5,yes,yes,")
    assert "2.5" in run("infer", "words.csv", *COLUMNS, "--max-bits", 8, "--predict").stdout
    table = run("why", "offer", "--log", "words.csv", *COLUMNS).stdout
    assert "yes" in table
    assert "2.5" in table


def test_labels_travel_with_a_census(files, run):
    (files / "words.csv").write_text(WORDS)
    run("census", "words.csv", *COLUMNS, "--max-bits", 8, "--out", "counted")
    answer = json.loads(run("infer", "counted", "--format", "json").stdout)
    assert answer["codes"]["offer"] == {"1.5": 0, "2.5": 1}
    # Another log is read with the codes of the census: here "yes" alone occurs, and keeps its code.
    (files / "other.csv").write_text("offer,action\n2.5,yes\n1.5,yes\n")
    other = json.loads(run("infer", "counted", "--log", "other.csv", "--format", "json").stdout)
    assert other["codes"]["action"] == {"no": 0, "yes": 1}
    (files / "new.csv").write_text("offer,action\n3.5,yes\n")
    one_sentence(run("infer", "counted", "--log", "new.csv", code=1), "'3.5' has no code", "'1.5', '2.5'")
    one_sentence(run("infer", "counted", "--drop", "offer", code=2), "--drop", "--log")


def test_the_printed_language_reads_the_log_alike(files, run):
    (files / "words.csv").write_text(WORDS)
    (files / "printed.toml").write_text(run("language", "words.csv", *COLUMNS).stdout)
    assert '[codes."action"]' in (files / "printed.toml").read_text()
    plain, own = (
        json.loads(run("infer", "words.csv", *COLUMNS, *language, "--max-bits", 8, "--format", "json").stdout)
        for language in ((), ("--language", "printed.toml"))
    )
    for answer in (plain, own):
        del answer["provenance"]
    assert plain == own


def test_standard_input(files, run):
    result = CliRunner().invoke(main, ["infer", "-", "--max-bits", "8", "--format", "json"], input=LOG)
    assert result.exit_code == 0, result.stderr
    from_file = json.loads(run("infer", "log.csv", "--max-bits", 8, "--format", "json").stdout)
    piped = json.loads(result.stdout)
    assert piped["log2_odds"] == from_file["log2_odds"]
    assert piped["provenance"]["log"]["digest"] == from_file["provenance"]["log"]["digest"]


def test_warnings_stand_in_the_table_and_in_the_json(files, run):
    (files / "odd.csv").write_text("x,w,action\n0,1,0\n1,1,1\n1,1,1\n")
    answer = json.loads(run("infer", "odd.csv", "--max-bits", 8, "--format", "json").stdout)
    assert answer["warnings"] == [
        "Column 'x' alone determines the action on every row; if it was recorded after the choice, leave it out with "
        "--drop x.",
        "Column 'w' is '1' on every row, so it tells nothing; leave it out with --drop w.",
        "No later row (split deploy or online) has an action, so no program is judged (unjudged): whether it is "
        "faithful or defecting is unknown; `mesaprior prepare` holds out a part with --holdout 0.2.",
    ]
    table = run("infer", "odd.csv", "--max-bits", 8).stdout
    for warning in answer["warnings"]:
        assert f"! {warning}" in table


def test_several_faults_are_one_message(files, run):
    (files / "bad.csv").write_text("x,choice,split\n,1,oops\n")
    result = run("infer", "bad.csv", code=1)
    assert result.stderr.splitlines()[0] == "Error: bad.csv: 3 things keep this file from being read."
    assert result.stderr.splitlines()[-1] == "  Together: --action choice --drop split --missing code"
    run("infer", "bad.csv", "--action", "choice", "--drop", "split", "--missing", "code", "--max-bits", 6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--action", "act"], ["'act'", "'action'"]),
        (["--drop", "p,,c"], ["--drop", "p,,c"]),
        (["--missing", "guess"], ["--missing"]),
    ],
)
def test_options_that_name_nothing(options, words, files, run):
    one_sentence(run("infer", "log.csv", *options, code=2), *words)


ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=9)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, later=ROWS, seed=st.randoms(use_true_random=False))
def test_the_odds_do_not_depend_on_how_a_log_is_written(rows, later, seed, files, run):
    rows = [*rows, (0, 0, 0), (1, 1, 1)]
    table = [(x, z, a, "train") for x, z, a in rows] + [(x, z, a, "deploy") for x, z, a in later]

    def odds(name, header, cells):
        (files / name).write_text("\n".join([",".join(header), *(",".join(map(str, row)) for row in cells)]) + "\n")
        answer = json.loads(run("infer", name, "--max-bits", 12, "--format", "json").stdout)
        return [answer[key] for key in ("log2_odds", "log2_odds_verdict", "log2_evidence", "by_bound", "loses_at")]

    plain = odds("plain.csv", ["x", "z", "action", "split"], table)
    words = {0: "left", 1: "right"}
    written = [
        odds("one.csv", ["x", "z", "action", "split"], [(x, z, a + 1, s) for x, z, a, s in table]),
        odds("words.csv", ["x", "z", "action", "split"], [(x, z, words[a], s) for x, z, a, s in table]),
        odds("names.csv", ["stimulus 1", "z", "Action", "split"], [(x, f"v{z}", a, s) for x, z, a, s in table]),
        odds("moved.csv", ["split", "action", "x", "z"], [(s, a, x, z) for x, z, a, s in table]),
    ]
    shuffled = [row for row in table if row[3] == "deploy"]
    seed.shuffle(shuffled)
    written.append(odds("deploy.csv", ["x", "z", "action", "split"], [*table[: len(rows)], *shuffled]))
    written.append(odds("columns.csv", ["z", "x", "action", "split"], [(z, x, a, s) for x, z, a, s in table]))
    for other in written:
        assert other == plain
