"""Whatever is wrong is said in one sentence, with the place and what is allowed; nothing is written."""

import json
import re
import shutil

import numpy as np
import pytest

from mesaprior.hypotheses.terms import planning, space
from tests.cli.conftest import LANGUAGE, LOG

HEADER = "p,c,action,rival,split\n"
LOGS = {
    "empty file": ("", ["log.csv", "empty", "header"]),
    "no action column": ("p,act\n0,1\n", ["'action'", "'act'"]),
    "no row": (HEADER, ["no row below the header"]),
    "a word": (HEADER + "0,3,2,,train\n0,x,2,,train\n", ["line 3", "'c'", "'x'", "integer", "[codes.c]"]),
    "a negative value": (HEADER + "0,-1,2,,train\n", ["line 2", "'c'", "-1", "0 to 255"]),
    "far too large a value": (HEADER + "0,256,2,,train\n", ["line 2", "'c'", "256", "0 to 255"]),
    "outside the domain": (HEADER + "0,7,2,,train\n", ["line 2", "'c'", "7", "0..3"]),
    "an action too large": (HEADER + "0,3,3,,train\n", ["line 2", "'action'", "3", "0..2"]),
    "a rival too large": (HEADER + "0,3,2,,train\n0,3,2,9,deploy\n", ["line 3", "'rival'", "9", "0..2"]),
    "a rival in training": (HEADER + "0,3,2,1,train\n", ["line 2", "'rival'", "training"]),
    "no training row": (HEADER + "0,3,2,,deploy\n", ["no row is for training", "'split'", "--drop split"]),
    "no action in training": (HEADER + "0,3,,,train\n", ["'action'", "empty on every row", "--action COL"]),
    "an unknown split": (HEADER + "0,3,1,,\n0,3,1,,tset\n", ["line 3", "'split'", "'tset'", "train, online or deploy"]),
    "an empty feature": (
        HEADER + "0,,1,,train\n",
        ["line 2", "'c'", "empty", "--missing code", "--missing drop", "--drop c"],
    ),
    "a short row": (HEADER + "0,3,1\n", ["line 2", "has 3", "which has 5", "p,c,action"]),
    "a missing feature": ("p,d,action\n0,3,2\n", ["'c'", "lacks", "mine.toml"]),
    "an open quote": (HEADER + '0,"3,1,,train\n', ["quote", "line 2", "never closed"]),
}


def one_sentence(result, *words):
    """Check that standard error is one clear sentence with all these words, and standard output empty."""
    assert result.stdout == ""
    notes = ("Usage:", "Try ", "Coded ")
    lines = [line for line in result.stderr.strip().splitlines() if line and not line.startswith(notes)]
    message = lines[-1]
    assert len(lines) == 1, result.stderr
    assert message.startswith("Error: ")
    assert message.endswith((".", "?", "?)"))
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in message, (word, message)


@pytest.mark.parametrize("name", LOGS)
def test_logs(name, files, run):
    text, words = LOGS[name]
    (files / "log.csv").write_text(text)
    before = sorted(files.iterdir())
    for command in (["infer"], ["census", "--out", "counted"]):
        result = run(command[0], "log.csv", "--language", "mine.toml", "--max-bits", 12, *command[1:], code=1)
        one_sentence(result, *words)
    assert sorted(files.iterdir()) == before


def test_a_log_that_is_no_text(files, run):
    (files / "log.csv").write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    one_sentence(run("infer", "log.csv", "--max-bits", 8, code=1), "not text", "UTF-8")
    (files / "log.parquet").write_bytes(b"not parquet")
    one_sentence(run("infer", "log.parquet", "--max-bits", 8, code=1), "log.parquet", "Parquet")


PATHS = {
    "a missing log": (["infer", "no.csv"], ["no.csv", "no such file"]),
    "another ending": (["infer", "mine.toml"], [".csv", ".parquet"]),
    "a missing language": (["infer", "log.csv", "--language", "no.toml"], ["no.toml"]),
    "a missing census": (["export", "nowhere", "programs"], ["nowhere", "no such folder"]),
    "a picture of another kind": (["infer", "log.csv", "--plot", "a.gif"], [".png", ".svg", ".pdf"]),
    "a picture nowhere": (["infer", "log.csv", "--plot", "no/a.png"], ["no"]),
    "a log beside a log": (["infer", "log.csv", "--log", "log.csv"], ["--log", "folder"]),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_and_options(name, files, run):
    arguments, words = PATHS[name]
    one_sentence(run(*arguments, code=2), *words)
    assert sorted(path.name for path in files.iterdir()) == ["log.csv", "mine.toml"]


OPTIONS = {
    "unknown command": (["inferr", "log.csv"], ["'inferr'", "'infer'"]),
    "unknown option": (["infer", "log.csv", "--pior", "levin"], ["--pior", "--prior"]),
    "a bound of 0": (["infer", "log.csv", "--max-bits", "0"], ["--max-bits"]),
    "an unknown space": (["infer", "log.csv", "--space", "dreams"], ["dreams", "terms"]),
    "a parameter without value": (["infer", "log.csv", "--param", "alpha"], ["alpha", "NAME=VALUE"]),
    "a parameter twice": (
        ["infer", "log.csv", "--prior", "speed", "--param", "alpha=1", "--param", "alpha=2"],
        ["alpha", "once"],
    ),
    "a parameter that is none": (["infer", "log.csv", "--param", "beta=1"], ["beta"]),
    "a parameter without default": (["infer", "log.csv", "--prior", "2**-length * b"], ["'b'", "--param b=VALUE"]),
    "a noise above 1": (["infer", "log.csv", "--noise", "1.5"], ["1.5"]),
    "a noise above chance": (
        ["why", "p", "--log", "log.csv", "--language", "mine.toml", "--noise", "0.7"],
        ["0.7", "0.666667", "3 actions", "2/3"],
    ),
    "a noise in words": (["infer", "log.csv", "--noise", "little"], ["'little'", "0.05"]),
    "a beta below 0": (["infer", "log.csv", "--noise", "beta:-1,9"], ["-1"]),
    "a tolerance above 1": (["infer", "log.csv", "--tolerance", "2"], ["--tolerance"]),
    "an attribute": (["infer", "log.csv", "--prior", "length.real"], ["column 7"]),
    "a call": (["infer", "log.csv", "--prior", "__import__('os')"], ["column"]),
    "a string": (["infer", "log.csv", "--prior", "2**-length * 'a'"], ["column 14"]),
    "a misspelt column": (
        ["infer", "log.csv", "--prior", "2**-lenght"],
        ["column 5", "'lenght'", "did you mean length"],
    ),
    "a misspelt prior": (["infer", "log.csv", "--prior", "simplcity"], ["'simplcity'", "did you mean simplicity"]),
    "a column of another space": (["infer", "log.csv", "--max-bits", "8", "--prior", "circuit"], ["gates"]),
    "a negative weight": (["infer", "log.csv", "--max-bits", "8", "--prior", "0 - length"], ["weight", "length ="]),
    "no weight at all": (["infer", "log.csv", "--max-bits", "8", "--prior", "0"], ["0"]),
    "a program that is none": (["why", "(argmin y", "--log", "log.csv"], ["column 1", "never closed"]),
    "an unbound y": (["why", "y", "--log", "log.csv"], ["'y'", "column 1", "argmax"]),
    "a misspelt token": (["why", "(dst p c)", "--log", "log.csv"], ["'dst'", "'dist'"]),
    "too few arguments": (["why", "(dist p)", "--log", "log.csv"], ["'dist'", "2 arguments"]),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_the_command_line(name, files, run):
    arguments, words = OPTIONS[name]
    one_sentence(
        run(
            *arguments,
            *(["--max-bits", "8"] if "--max-bits" not in arguments and arguments[0] == "infer" else []),
            code=2,
        ),
        *words,
    )


TOKEN = '[[token]]\nkind = "feature"\nname = "p"\n'
DIGITS = "9" * 5000
HEAD = "domain = 4\nactions = 3\n"
LANGUAGES = {
    "no TOML": ("domain = ", ["TOML"]),
    "no domain": ("actions = 2\n" + TOKEN, ["`domain`", "2 to 256"]),
    "a domain too large": ("domain = 257\nactions = 2\n" + TOKEN, ["257", "2 to 256"]),
    "more actions than values": ("domain = 4\nactions = 5\n" + TOKEN, ["actions = 5", "2 to 4"]),
    "a setting that is none": ("size = 1\n" + HEAD + TOKEN, ["'size'"]),
    "no token": (HEAD, ["[[token]]"]),
    "an unknown kind": (HEAD + '[[token]]\nkind = "featur"\nname = "p"\n', ["token 1", "'featur'", "'feature'"]),
    "an unknown key": (HEAD + TOKEN + "bit = 3\n", ["token 1", "'bit'", "bits"]),
    "no name": (HEAD + '[[token]]\nkind = "feature"\n', ["token 1", "name"]),
    "a bad name": (HEAD + '[[token]]\nkind = "feature"\nname = "a b"\n', ["token 1", "'a b'"]),
    "a reserved name": (HEAD + '[[token]]\nkind = "feature"\nname = "theta"\n', ["'theta'", "taken"]),
    "a name twice": (HEAD + TOKEN + TOKEN, ["token 2", "'p'", "token 1"]),
    "a constant outside": (
        HEAD + TOKEN + '[[token]]\nkind = "constant"\nvalue = 4\n', ["token 2", "value = 4", "0 to 3"]
    ),
    "bits of 0": (HEAD + TOKEN + "bits = 0\n", ["token 1", "bits = 0"]),
    "steps of 0": (HEAD + TOKEN + "steps = 0\n", ["token 1", "steps = 0"]),
    "bits in words": (HEAD + TOKEN + "bits = true\n", ["token 1", "bits = True"]),
    "neither table nor define": (
        HEAD + TOKEN + '[[token]]\nkind = "binary"\nname = "pay"\n', ["'pay'", "table", "define"]
    ),
    "a unary that is built in": (HEAD + TOKEN + '[[token]]\nkind = "unary"\nname = "add"\n', ["'add'", "unary"]),
    "table and define": (
        HEAD + TOKEN + '[[token]]\nkind = "unary"\nname = "f"\ntable = [0, 1, 2, 3]\ndefine = "a"\n', ["'f'", "both"]
    ),
    "a short table": (HEAD + TOKEN + '[[token]]\nkind = "unary"\nname = "f"\ntable = [0, 1]\n', ["'f'", "4 values"]),
    "an entry outside": (
        HEAD + TOKEN + '[[token]]\nkind = "unary"\nname = "f"\ntable = [0, 1, 2, 4]\n', ["'f'", "entry 4", "0 to 3"]
    ),
    "an unknown word in define": (
        HEAD + TOKEN + '[[token]]\nkind = "unary"\nname = "f"\ndefine = "(add a b)"\n', ["'f'", "column 8", "'b'"]
    ),
    "a kind that is a list": (HEAD + "[[token]]\nkind = [1]\n", ["token 1", "kind = [1]", "feature"]),
    "a kind that is a table": (HEAD + "[[token]]\nkind = {a = 1}\n", ["token 1", "{'a': 1}"]),
    "brackets in brackets": ("a = " + 10**5 * "[" + 10**5 * "]", ["nested too deeply"]),
    "a key of many parts": (". ".join(['"a"', "b"] * 25_000) + " = 1", ["nested too deeply"]),
    "thousands of digits": (HEAD + TOKEN + f"bits = {DIGITS}\n", ["thousands of digits", "2^62"]),
    "thousands of hexadecimal digits": (HEAD + TOKEN + f"bits = 0x{DIGITS}\n", ["token 1", "bits", "thousands"]),
    "a list of many digits": (HEAD + f"[[token]]\nkind = [0x{DIGITS}]\n", ["token 1", "kind", "thousands"]),
    "many digits in a define": (
        HEAD + f'[[token]]\nkind = "unary"\nname = "f"\ndefine = "(add a {DIGITS})"\n', ["'f'", "column 8", "0..3"]
    ),
    "many digits in a code": (HEAD + TOKEN + f"[codes.p]\nleft = 0x{DIGITS}\n", ["[codes.p]", "'left'", "0 to 3"]),
    "many brackets": (f"domain = {'[' * 100_000}", ["nested"]),
    "Kraft": (
        HEAD + "".join(TOKEN.replace('"p"', f'"{name}"') + "bits = 1\n" for name in "pcd"), ["Kraft", "3/2", "1"]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LANGUAGES)
def test_languages(name, files, run):
    text, words = LANGUAGES[name]
    (files / "bad.toml").write_text(text)
    result = run("infer", "log.csv", "--language", "bad.toml", "--max-bits", 8, code=1)
    one_sentence(result, "bad.toml", *words)


@pytest.mark.parametrize("program", [DIGITS, f"(move p {DIGITS})", f"p[{DIGITS} 0 0 0]", f"p[0 {'0' * 5000}x]"])
def test_programs_of_thousands_of_digits(program, files, run):
    (files / "look.toml").write_text(LANGUAGE.replace('"feature"\nname = "p"', '"lookup"\nfeature = "p"\nbits = 3'))
    for language in ("mine.toml", "look.toml"):
        one_sentence(run("why", program, "--log", "log.csv", "--language", language, code=2), "column")


def test_zeros_in_front_of_a_table_are_none_of_its_digits(files, run):
    (files / "look.toml").write_text(LANGUAGE.replace('"feature"\nname = "p"', '"lookup"\nfeature = "p"\nbits = 3'))
    result = run("why", f"p[{'0' * 5000}2 0 1 2]", "--log", "log.csv", "--language", "look.toml")
    assert "p[2 0 1 2]" in result.stdout


@pytest.mark.parametrize("command", ["infer", "safeguards", "plan", "reach", "theorems"])
@pytest.mark.parametrize("steps", [2**62 + 1, 2**63, 10**20])
def test_more_steps_than_are_counted(command, steps, files, run):
    result = run(command, "log.csv", "--language", "mine.toml", "--max-bits", 8, "--max-time", steps, code=2)
    one_sentence(result, str(steps), "2^62")


@pytest.mark.parametrize("command", ["infer", "plan"])
def test_more_programs_than_can_be_estimated(command, files, run):
    result = run(command, "log.csv", "--language", "mine.toml", "--max-bits", 4096, code=1)
    one_sentence(result, "--max-bits 4096", "2^960", "smaller bound")


def test_too_many_tables(files, run):
    rows = "".join(f"{value},1,train\n" for value in range(21))
    (files / "many.csv").write_text("p,action,split\n" + rows)
    (files / "look.toml").write_text('domain = 32\nactions = 2\n[[token]]\nkind = "lookup"\nfeature = "p"\n')
    result = run("infer", "many.csv", "--language", "look.toml", "--max-bits", 30, code=1)
    one_sentence(result, "look.toml", "'p'", "2^21", "2^20")


@pytest.mark.parametrize("command", [["infer"], ["safeguards"], ["theorems"], ["sweep", "--over", "n=0,1"]])
def test_a_noise_above_chance_is_refused_before_anything_is_counted(command, files, run, monkeypatch):
    def never(*_, **__):
        raise AssertionError("counted all the same")

    monkeypatch.setattr(space.TermSpace, "census", never)
    options = ["--language", "mine.toml", "--max-bits", 12, "--noise", "0.7"]
    result = run(command[0], "log.csv", *command[1:], *options, code=2)
    one_sentence(result, "noise 0.7 is above 0.666667", "3 actions", "at most 2/3")


def test_a_column_that_cannot_be_a_name_gets_a_lawful_one(files, run):
    (files / "odd.csv").write_text("p,c,my column,action\n0,1,1,1\n")
    assert "'my column' = my_column" in run("infer", "odd.csv", "--max-bits", 8).stderr
    run("infer", "odd.csv", "--language", "mine.toml", "--max-bits", 8)


def test_a_bound_without_programs(files, run):
    result = run("infer", "log.csv", "--language", "mine.toml", "--max-bits", 2, code=1)
    one_sentence(result, "shortest has 3 bits")


def test_counts_that_would_not_fit(files, run):
    tokens = '[[token]]\nkind = "constant"\nvalue = 0\nbits = 1\n[[token]]\nkind = "binary"\nname = "min"\nbits = 1\n'
    (files / "trees.toml").write_text("domain = 2\nactions = 2\n" + tokens)
    (files / "two.csv").write_text("p,action\n0,1\n")
    run("infer", "two.csv", "--language", "trees.toml", "--max-bits", 60)
    result = run("infer", "two.csv", "--language", "trees.toml", "--max-bits", 150, code=1)
    one_sentence(result, "2^63", "--max-bits")


def test_more_memory_than_there_is_is_said_before_the_run(files, run, monkeypatch):
    monkeypatch.setattr(planning, "available_memory", lambda: 600_000_000)

    def never(*_, **__):
        raise AssertionError("counted all the same")

    monkeypatch.setattr(space.TermSpace, "census", never)
    monkeypatch.setattr(space.TermSpace, "shards", never)
    before = sorted(files.iterdir())
    for command in (["infer"], ["census", "--out", "counted"]):
        result = run(command[0], "log.csv", "--language", "mine.toml", "--max-bits", 45, *command[1:], code=1)
        one_sentence(result, "45 bits", "of memory", "--max-bits", "would fit")
    assert sorted(files.iterdir()) == before


@pytest.fixture
def counted(files, run):
    """Return a census folder."""
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 12, "--out", "counted")
    return files / "counted"


def test_a_census_of_another_log(counted, run):
    (counted.parent / "other.csv").write_text(LOG.replace("2,2,,,deploy", "1,1,,,deploy"))
    one_sentence(run("infer", "counted", "--log", "other.csv", code=1), "other.csv, line 8", "situation")
    (counted.parent / "renamed.csv").write_text(LOG.replace("p,c,", "c,p,"))
    one_sentence(run("infer", "counted", "--log", "renamed.csv", code=1), "renamed.csv", "features")


def test_a_census_with_fit_answers_for_its_own_log_only(files, run):
    text = LANGUAGE + '[[token]]\nkind = "parameter"\nbits = 4\n[[token]]\nkind = "fit"\nbits = 4\n'
    (files / "fit.toml").write_text(text)
    run("census", "log.csv", "--language", "fit.toml", "--max-bits", 12, "--out", "counted")
    (files / "other.csv").write_text(LOG.replace("0,3,2,,train", "0,3,1,,train"))
    one_sentence(run("infer", "counted", "--log", "other.csv", code=1), "other.csv", "`fit`")
    run("infer", "counted", "--log", "log.csv")


@pytest.mark.parametrize("option", [["--max-bits", 8], ["--language", "mine.toml"], ["--max-time", 9]])
def test_a_census_cannot_be_changed_by_options(option, counted, run):
    one_sentence(run("infer", "counted", *option, code=2), option[0], "counted")


def test_half_written_and_damaged_folders(counted, run):
    tables = sorted(path.name for path in counted.glob("*.parquet"))
    for name in tables:
        copy = counted.parent / "copy"
        shutil.copytree(counted, copy)
        content = bytearray((copy / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / name).write_bytes(content)
        one_sentence(run("infer", "copy", code=1), name)
        (copy / name).unlink()
        one_sentence(run("export", "copy", "programs", code=1), name, "missing")
        shutil.rmtree(copy)
    manifest = json.loads((counted / "manifest.json").read_text())
    (counted / "manifest.json").write_text(json.dumps(manifest | {"schema": 99}))
    one_sentence(run("infer", "counted", code=1), "schema 99")
    (counted / "manifest.json").write_text("{")
    one_sentence(run("infer", "counted", code=1), "manifest")
    (counted / "manifest.json").unlink()
    one_sentence(run("infer", "counted", code=1), "half-written")


def test_folders_that_are_no_census_are_not_written_to(files, run):
    (files / "mine").mkdir()
    (files / "mine" / "thesis.txt").write_text("years of work")
    result = run("census", "log.csv", "--language", "mine.toml", "--max-bits", 8, "--out", "mine", code=2)
    one_sentence(result, "mine", "not a census")
    result = run("census", "log.csv", "--language", "mine.toml", "--max-bits", 8, "--out", "no/where", code=2)
    one_sentence(result, "no", "folder")
    assert [path.name for path in (files / "mine").iterdir()] == ["thesis.txt"]


def test_a_learner_warning_where_nothing_may_miss(files, run):
    text = LANGUAGE + '[[token]]\nkind = "parameter"\nbits = 4\n[[token]]\nkind = "fit"\nbits = 4\n'
    (files / "fit.toml").write_text(text)
    result = run("infer", "log.csv", "--language", "fit.toml", "--max-bits", 12, "--noise", 0, "--format", "json")
    assert "ruled out" in result.stderr
    quiet = run("infer", "log.csv", "--language", "mine.toml", "--max-bits", 12, "--noise", 0, "--format", "json")
    assert quiet.stderr == ""
    assert re.match(r"\{", quiet.stdout)
    assert np.isfinite(json.loads(quiet.stdout)["mass_beyond"])
