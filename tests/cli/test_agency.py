"""`mesaprior infer --utility`: agency at the command line."""

import json
from pathlib import Path

import pytest

CORRIDOR = Path(__file__).parent.parent.parent / "examples" / "corridor"
QUESTION = ("infer", str(CORRIDOR / "corridor.csv"), "--language", str(CORRIDOR / "corridor.toml"), "--max-bits", "20")


def test_shares_are_of_roles_and_verdicts(run):
    result = run(*QUESTION, "--utility", "y", "--utility", "(lt y c)", "--format", "json")
    answer = json.loads(result.stdout)
    first, second = answer["agency"]
    assert (first["utility"], first["bits"], first["situations"]) == ("y", 4, 16)
    assert second["utility"] == "(lt y c)"
    for entry in (first, second):
        assert sum(entry["behaviours"].values()) == sum(first["behaviours"].values())
        assert 0 <= entry["agent_like"] <= 1
    # The constant 2 has the most of y, and chance is as good once in 3^16.
    assert first["most_g"] == pytest.approx(16 * 1.584962500721156)
    assert first["behaviours"]["agent-like"] > 0


def test_machines_are_asked_in_a_language_of_the_utility(run, tmp_path):
    log = tmp_path / "copy.csv"
    log.write_text("b,action,split\n0,0,train\n1,1,train\n0,0,deploy\n1,1,deploy\n")
    result = run("infer", str(log), "--space", "turing", "--states", "1", "--utility", "y")
    assert "agent-like" in result.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--utility", "(eq y"), "never closed"),
        (("--utility", "(eq y nothing)"), "is not a token"),
        (("--utility", "y", "--utility-language", "missing.toml"), "missing.toml"),
    ],
)
def test_bad_utilities_are_refused_in_one_sentence(run, options, says):
    result = run(*QUESTION, *options, code=2)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def table(path, *, header="p,c,action,value", worth=lambda p, c, a: a, rows=None):
    """Write a utility over all positions and coins."""
    cells = rows or [(p, c, a, worth(p, c, a)) for p in range(4) for c in range(4) for a in range(3)]
    lines = [",".join(map(str, row)) for row in cells]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return str(path)


def test_a_table_is_what_its_term_says(run, tmp_path):
    path = table(tmp_path / "most.csv")
    packed = tmp_path / "packed.csv"
    rows = [f"{p} {c},{a},{a}" for p in range(4) for c in range(4) for a in range(3)]
    packed.write_text("\n".join(["situation,action,value", *rows]), encoding="utf-8")
    arguments = ("--utility", "y", "--utility-table", path, 4, "--utility-table", packed, 9, "--format", "json")
    answer = json.loads(run(*QUESTION, *arguments).stdout)
    term, same, dear = answer["agency"]
    assert (same["utility"], same["bits"], dear["bits"]) == ("most.csv", 4, 9)
    assert term | {"utility": None} == same | {"utility": None}
    assert dear["most_g"] == term["most_g"]
    assert dear["behaviours"]["agent-like"] < term["behaviours"]["agent-like"]
    goals = answer["goals"]
    assert goals["utilities"] == ["y", "most.csv", "packed.csv"]
    # Of equal ones the first, and nobody is explained best by the dearer one.
    assert goals["most_support"] == "y"
    assert goals["support"][0] == goals["support"][1] > goals["support"][2]
    assert {entry["utility"] for entry in goals["leading"]} == {"y"}


def test_role_and_agency_can_disagree(run):
    arguments = ("--utility", "y", "--utility", "(move p y)")
    answer = json.loads(run(*QUESTION, *arguments, "--format", "json").stdout)
    leading = {entry["program"]: entry for entry in answer["goals"]["leading"]}
    # "Always right" has the most of y without looking for it.
    assert leading["2"]["role"] == "imitator"
    assert leading["2"]["agency"][0] == "agent-like"
    assert leading["(argmax (move p y))"]["utility"] == "(move p y)"
    by_role = answer["goals"]["by_role_any"]
    assert by_role["planner"]["not agent-like"]["mass"] > 0
    assert sum(entry["mass"] for role in by_role.values() for entry in role.values()) == pytest.approx(1)
    shown = run(*QUESTION, *arguments).stdout
    assert "The goal with the most support is y" in shown
    assert "Role against agency" in shown
    assert "Imitators that serve a utility without any search or fit hold" in shown


@pytest.mark.parametrize(
    ("header", "rows", "says"),
    [
        ("p,action,value", [(0, 0, 1)], "its columns are p, action, value"),
        ("p,c,action,value", [(0, 0, 3, 1)], "3 is not among the actions 0..2"),
        ("p,c,action,value", [(0, 0, 0, 1), (0, 0, 0, 2)], "line 3: action 0 in situation (0, 0) stands in an earlier"),
        ("p,c,action,value", [(0, 0, 0, 1.5)], "'1.5' is no whole number"),
        ("p,c,action,value", [(0, 0, 0, 2**31)], "is no whole number"),
        ("p,c,action,value", [(0, 0, 0)], "3 cells under 4 columns"),
        ("p,c,action,value", [(0, 0, 0, 1)], "there is no row for action 1 where p = 0, c = 0"),
        ("situation,action,value", [("0 0 0", 0, 1)], "3 numbers for 2 features"),
    ],
)
def test_bad_tables_are_refused_in_one_sentence(run, tmp_path, header, rows, says):
    path = table(tmp_path / "bad.csv", header=header, rows=rows)
    result = run(*QUESTION, "--utility-table", path, 4, code=1)
    assert says in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_tables_that_are_not_there_or_cost_nothing_sensible(run, tmp_path):
    assert "there is no such file" in run(*QUESTION, "--utility-table", "missing.csv", 4, code=2).stderr
    path = table(tmp_path / "most.csv")
    assert "nan bits" in run(*QUESTION, "--utility-table", path, "nan", code=2).stderr
    run(*QUESTION, "--utility-table", path, "-1", code=2)
