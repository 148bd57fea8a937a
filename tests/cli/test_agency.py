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
