"""`mesaprior infer --memorizer`."""

import json

import pytest

QUESTION = ("infer", "log.csv", "--language", "mine.toml", "--max-bits", "12")


def test_tables_compete_and_change_nothing_else(files, run):
    without = json.loads(run(*QUESTION, "--format", "json").stdout)
    answer = json.loads(run(*QUESTION, "--memorizer", "p, c", "--format", "json").stdout)
    found = answer.pop("memorizer")
    assert answer == without
    # Seven tokens have 3 bits; 4 * 4 entries have 2 bits each.
    assert (found["features"], found["entries"], found["length"], found["time"]) == (["p", "c"], 16, 35, 1)
    assert len(found["log2_odds"]) == len(answer["n"])
    parts = [sum(column) for column in zip(*found["mass_by_verdict"].values(), strict=True)]
    assert parts == pytest.approx(found["mass"])
    assert all(sum(row) == pytest.approx(1) for row in found["predictive"].values())
    assert found["log2_evidence"][0] == 0.0
    costly = json.loads(run(*QUESTION, "--memorizer", "p,c", "--memorizer-bits", "13", "--format", "json").stdout)
    assert costly["memorizer"]["log2_odds"] == pytest.approx([odds - 10 for odds in found["log2_odds"]])
    assert (
        "Memorizer: all tables over p, c (16 entries, 35 bits each) hold" in run(*QUESTION, "--memorizer", "p,c").stdout
    )


def test_machines_have_to_be_told_what_a_table_costs(files, run):
    machines = ("infer", "log.csv", "--space", "turing", "--states", "1", "--memorizer", "p")
    assert "--memorizer-bits" in run(*machines, code=2).stderr
    assert "Memorizer:" in run(*machines, "--memorizer-bits", "3").stdout


def test_tables_that_were_counted_too_are_noted(files, run):
    text = (files / "mine.toml").read_text()
    (files / "mine.toml").write_text(text + '[[token]]\nkind = "lookup"\nfeature = "p"\n')
    assert "counts them twice" in run(*QUESTION, "--memorizer", "p").stderr
    assert "counts them twice" not in run(*QUESTION, "--memorizer", "c").stderr


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--memorizer", "q"), "'q' is no column of log.csv; its features are p, c"),
        (("--memorizer", "p,p"), "each once"),
        (("--memorizer", ""), "is no column"),
        (("--memorizer-bits", "3"), "--memorizer-bits belongs to a memorizer"),
        (("--memorizer", "p", "--format", "csv"), "no place in the CSV"),
    ],
)
def test_bad_memorizers_are_refused_in_one_sentence(files, run, options, says):
    result = run(*QUESTION, *options, code=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
