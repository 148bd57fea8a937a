"""Generators on the command line: the whole way from a log to a stored answer, and what is refused."""

import json

import pytest

from tests.cli.test_bad_input import one_sentence

ROWS = """size,x1,x2,x3,action,rival,split
2,0,0,0,0,,train
2,0,1,0,1,,train
2,1,0,0,1,,train
2,1,1,0,0,,train
3,1,1,1,1,0,deploy
3,0,0,1,1,0,deploy
"""
ASK = ["parity.csv", "--space", "generators", "--max-bits", 15]


@pytest.fixture(autouse=True)
def log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parity.csv").write_text(ROWS)
    (tmp_path / "bits.csv").write_text("a,b,action\n0,1,0\n")


def test_a_folder_answers_as_the_log_does(run):
    direct = json.loads(run("infer", *ASK, "--format", "json").stdout)
    planned = json.loads(run("plan", *ASK, "--format", "json").stdout)
    assert planned["programs"] == direct["programs"]
    run("census", *ASK, "--out", "counted")
    again = json.loads(run("infer", "counted", "--format", "json").stdout)
    assert again == direct
    assert direct["provenance"]["bounds"] == {"max_bits": 15, "extra_gates": 0}
    assert json.loads(run("store", "verify", "counted", "--format", "json").stdout)["findings"] == []
    assert "15 bits, 0 extra gates" in run("store", "show", "counted").stdout
    gates = [line.split(",")[4] for line in run("export", "counted", "programs").stdout.splitlines()]
    assert gates == ["gates"] + ["2"] * (len(gates) - 1)
    assert "of 2 gates at the largest" in run("infer", "counted").stdout


def test_a_language_of_ones_own(run, tmp_path):
    (tmp_path / "mine.toml").write_text(
        "domain = 12\nactions = 12\n"
        + "".join(f"[[token]]\nkind = 'feature'\nname = '{name}'\n" for name in "nik")
        + "[[token]]\nkind = 'binary'\nname = 'add'\n"
    )
    options = ["--language", "mine.toml", "--extra-gates", 1]
    run("census", *ASK, *options, "--out", "counted")
    assert json.loads(run("infer", "counted", "--format", "json").stdout) == json.loads(
        run("infer", *ASK, *options, "--format", "json").stdout
    )


@pytest.mark.parametrize(
    ("arguments", "code", "parts"),
    [
        (["infer", "bits.csv", "--space", "generators"], 1, ["'size'", "--space circuits"]),
        (["infer", *ASK, "--states", 2], 2, ["--states", "turing"]),
        (["infer", *ASK, "--extra-gates", 9], 2, ["9"]),
        (["infer", "parity.csv", "--extra-gates", 1], 2, ["--extra-gates", "generators"]),
        (["infer", *ASK, "--prior", "2**-depth"], 2, ["depth", "gates"]),
    ],
)
def test_what_is_refused(run, arguments, code, parts):
    one_sentence(run(*arguments, code=code), *parts)
