"""`mesaprior sample`: what it prints, and what it refuses in one sentence."""

import csv
import io
import json

import pytest

from tests.cli.test_bad_input import one_sentence

KEYS = ["program", "length", "time", "infer_time", "role", "verdict", "probability"]


@pytest.fixture
def counted(files, run):
    run("census", "log.csv", "--language", "mine.toml", "--max-bits", 15, "--out", "counted")
    return "counted"


def test_formats_say_the_same(counted, run):
    ask = ["sample", counted, "-k", 5, "--prior", "levin", "--seed", 3]
    answer = json.loads(run(*ask, "--format", "json").stdout)
    assert list(answer) == ["draws", "summary", "provenance"]
    assert answer["provenance"]["seed"] == 3
    assert [list(draw) for draw in answer["draws"]] == [KEYS] * 5
    rows = list(csv.DictReader(io.StringIO(run(*ask, "--format", "csv").stdout)))
    assert rows == [{key: str(value) for key, value in draw.items()} for draw in answer["draws"]]
    shown = run(*ask).stdout
    for draw in answer["draws"]:
        facts = json.loads(
            run("why", draw["program"], "--log", "log.csv", "--language", "mine.toml", "--format", "json").stdout
        )
        assert [facts[key] for key in KEYS[:6]] == [draw[key] for key in KEYS[:6]]
        assert draw["program"] in shown


def test_refusals(counted, run):
    one_sentence(run("sample", "nowhere", code=2), "no such folder")
    run("sample", counted, "-k", -1, code=2)
    one_sentence(run("sample", counted, "--prior", "nonsense", code=2), "nonsense")
