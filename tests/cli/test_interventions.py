"""Interventions at the command line: what is printed of them, kept of them, and refused."""

import csv
import io
import json
import math

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from tests.cli.conftest import LANGUAGE, LOG, MOVES
from tests.cli.test_bad_input import one_sentence
from tests.test_examples import EXAMPLES

BACK = [row[::-1] for row in MOVES]
INTERVENTIONS = f"""
[[intervention]]
name = "way"
token = "move"
table = {BACK}

[[intervention]]
name = "my_map"
token = "c"
feature = "p"
"""
PLANNER = "(argmin (dist c (move p y)))"
COLUMNS = ["way_train", "way_later", "my_map_train", "my_map_later"]
PRINTED = ["intact", "search_inverted", "learning_inverted", "way", "my_map"]
ASK = ("infer", "log.csv", "--language", "two.toml", "--max-bits", "18")
ROLES = ("imitator", "planner", "learner", "planner+learner")


@pytest.fixture
def two(files):
    """Add a language with two interventions."""
    (files / "two.toml").write_text(LANGUAGE + INTERVENTIONS)
    return files


def changed(predictions, name):
    differs = [one != other for one, other in zip(predictions["intact"], predictions[name], strict=True)]
    return [sum(differs[:3]), sum(differs[3:])]


def test_one_program_under_each_intervention(two, run):
    ask = ["why", PLANNER, "--log", "log.csv", "--language", "two.toml"]
    facts = json.loads(run(*ask, "--format", "json").stdout)
    assert list(facts["predictions"]) == PRINTED
    # Whoever takes its own place for the coin's stays where it can.
    stays = [min(range(3), key=lambda y: abs(p - MOVES[p][y])) for p in (0, 3, 2, 0, 1, 3, 2)]
    assert facts["predictions"]["my_map"] == stays
    numbers = [*changed(facts["predictions"], "way"), *changed(facts["predictions"], "my_map")]
    assert facts["changes"] == dict(zip(COLUMNS, numbers, strict=True))
    assert sum(numbers) > 0
    rows = list(csv.DictReader(io.StringIO(run(*ask, "--format", "csv").stdout)))
    assert list(rows[0]) == ["row", "split", "action", "rival", *PRINTED]
    assert [int(row["way"]) for row in rows] == facts["predictions"]["way"]
    shown = run(*ask).stdout
    assert f"way: {numbers[0]} of 3 training rows and {numbers[1]} of 4 later rows" in " ".join(shown.split())
    assert "my_map" in shown
    bare = json.loads(run("why", PLANNER, "--log", "log.csv", "--language", "mine.toml", "--format", "json").stdout)
    assert "changes" not in bare
    assert list(bare["predictions"]) == PRINTED[:3]


def test_who_changes_is_said_with_the_posterior(two, run):
    answer = json.loads(run(*ASK, "--format", "json", "--top", 1000).stdout)
    bare = json.loads(run("infer", "log.csv", "--language", "mine.toml", "--max-bits", "18", "--format", "json").stdout)
    assert set(answer) == {*bare, "interventions"}
    for key in ("log2_odds", "log2_evidence", "programs", "number", "misses", "by_bound"):
        assert str(answer[key]) == str(bare[key]) or answer[key] == pytest.approx(bare[key], abs=1e-12)
    assert list(answer["interventions"]) == ["way", "my_map"]
    for name, found in answer["interventions"].items():
        for part in ("train", "later"):
            assert list(found["mass"][part]) == list(found["share_of_rows"][part]) == list(ROLES)
            for role in ROLES:
                mine = [entry for entry in answer["top"] if entry["role"] == role]
                held = math.fsum(entry["mass"] for entry in mine)
                changes = math.fsum(entry["mass"] for entry in mine if entry["interventions"][name][part] > 0)
                assert found["mass"][part][role][-1] == pytest.approx(changes, abs=2e-3)
                if held > 0.01:
                    rows = math.fsum(entry["mass"] * entry["interventions"][name][part] for entry in mine) / held
                    assert found["share_of_rows"][part][role] == pytest.approx(rows, abs=2e-2)
    planner = next(entry for entry in answer["top"] if entry["program"] == PLANNER)
    facts = json.loads(run("why", PLANNER, "--log", "log.csv", "--language", "two.toml", "--format", "json").stdout)
    for name, shares in planner["interventions"].items():
        told = [facts["changes"][f"{name}_train"] / 3, facts["changes"][f"{name}_later"] / 4]
        assert list(shares.values()) == pytest.approx(told)
    provenance = answer["provenance"]["language"]
    assert [entry["name"] for entry in provenance["intervention"]] == ["way", "my_map"]
    assert "intervention" not in bare["provenance"]["language"]
    shown = run(*ASK).stdout
    assert "Who changes under each intervention" in shown
    assert "Who changes" not in run("infer", "log.csv", "--language", "mine.toml", "--max-bits", "18").stdout


def test_a_kept_census_answers_with_them(two, run):
    census = ["census", "log.csv", "--language", "two.toml", "--max-bits", 15]
    run(*census, "--out", "whole")
    run(*census, "--out", "sharded", "--shards", 3, "--workers", 2)
    run(*census, "--out", "slow", "--engine", "reference")
    tables = [run("export", folder, "behaviours").stdout for folder in ("whole", "sharded", "slow")]
    assert tables[0] == tables[1]
    rows, slow = (list(csv.DictReader(io.StringIO(table))) for table in (tables[0], tables[2]))
    assert list(rows[0])[-5:] == ["predictions", *COLUMNS]
    assert [row | {"witness": ""} for row in rows] == [row | {"witness": ""} for row in slow]
    for folder in ("whole", "sharded", "slow"):
        assert run("store", "verify", folder).stdout == f"{folder}: all is well.\n"
    for row in rows[:: max(1, len(rows) // 20)]:
        facts = json.loads(
            run("why", row["witness"], "--log", "log.csv", "--language", "two.toml", "--format", "json").stdout
        )
        assert [int(row[name]) for name in COLUMNS] == [facts["changes"][name] for name in COLUMNS]
    # Another log over the same situations, most of its rows twice.
    head, *lines = LOG.splitlines()
    (two / "other.csv").write_text("\n".join([head, *lines, *lines[1:]]) + "\n")
    ask = ["--format", "json", "--top", 3]
    derived = json.loads(run("infer", "whole", "--log", "other.csv", *ask).stdout)
    counted = json.loads(run("infer", "other.csv", "--language", "two.toml", "--max-bits", 15, *ask).stdout)
    assert derived["interventions"] == counted["interventions"]
    draws = json.loads(run("sample", "sharded", "-k", 6, "--format", "json").stdout)["draws"]
    assert len(draws) == 6


def test_the_language_prints_its_interventions(two, run):
    text = run("language", "log.csv", "--language", "two.toml").stdout
    (two / "again.toml").write_text(text)
    assert run("language", "log.csv", "--language", "again.toml").stdout == text
    data = json.loads(run("language", "log.csv", "--language", "two.toml", "--format", "json").stdout)
    assert data["intervention"] == [
        {"name": "way", "token": "move", "table": BACK},
        {"name": "my_map", "token": "c", "feature": "p"},
    ]
    fitted = run("language", "log.csv", "--language", "two.toml", "--fit-bits", "--weight", "y=4").stdout
    assert fitted.count("[[intervention]]") == 2


def test_the_family_and_the_plan_know_them(two, run):
    asked = [*ASK[:-1], "12", "--family", "--format", "json"]
    family = json.loads(run(*asked).stdout)["family"]
    asked[3] = "mine.toml"
    bare = json.loads(run(*asked).stdout)["family"]
    assert [member["change"] for member in family["members"]] == [member["change"] for member in bare["members"]]
    assert family["log2_odds"]["own"] == pytest.approx(bare["log2_odds"]["own"])
    plan = json.loads(run("plan", "log.csv", "--language", "two.toml", "--max-bits", 15, "--format", "json").stdout)
    # Where the bound is tried out, the figures are those of the census.
    census = TermSpace(read_language("two.toml"), 15).census(read_log("log.csv"))
    assert plan["probe_bits"] == 15
    assert (plan["classes"], plan["rows"]) == (len(census.vectors.intact), len(census.vectors.count))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[[intervention]]\nname = "way"\ntoken = "moves"\ntable = 3', "did you mean 'move'?"),
        ('[[intervention]]\nname = "learning"\ntoken = "2"\nvalue = 1', "'learning' is taken by the lesions"),
        ('[[intervention]]\nname = "way"\ntoken = "c"\nfeature = "q"', "uses feature 'q', which the log lacks"),
    ],
)
def test_refusals_are_one_sentence(text, message, two, run):
    (two / "bad.toml").write_text(LANGUAGE + text)
    one_sentence(run("infer", "log.csv", "--language", "bad.toml", "--max-bits", "9", code=1), message)


def test_a_generator_has_none(two, run):
    tokens = "\n".join(f'[[token]]\nkind = "constant"\nvalue = {value}' for value in range(2))
    text = f'domain = 16\nactions = 16\n{tokens}\n[[intervention]]\nname = "one"\ntoken = "1"\nvalue = 0\n'
    (two / "rules.toml").write_text(text)
    ask = (
        "infer",
        EXAMPLES / "generators" / "parity.csv",
        "--space",
        "generators",
        "--language",
        "rules.toml",
        "--max-bits",
        "8",
    )
    one_sentence(run(*ask, code=1), "remove the intervention 'one'")
