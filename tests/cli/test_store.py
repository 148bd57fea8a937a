"""`mesaprior store` on the command line: what it prints, and what it refuses in one sentence."""

import csv
import io
import json
import re

import pytest

from tests.cli.test_bad_input import one_sentence
from tests.hypotheses.small_census import content, counted

LIST_HEADER = [
    *("folder", "state", "key", "language", "log", "max_bits", "max_time"),
    *("programs", "behaviours", "shards_done", "n_shards", "n_bytes"),
]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Work beside a store with a sound and an unfinished census."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESAPRIOR_STORE", "store")
    (tmp_path / "store").mkdir()
    counted().write(tmp_path / "store" / "sound")
    counted(learning=True, max_bits=9).write(tmp_path / "store" / "begun", only=[2])
    return tmp_path / "store"


def rows(result):
    return list(csv.DictReader(io.StringIO(result.stdout)))


def test_list(root, run):
    listed = json.loads(run("store", "list", "--format", "json").stdout)
    census = counted().census
    assert [entry["state"] for entry in listed] == ["unfinished", "complete"]
    assert list(listed[1]) == [
        *("folder", "state", "key", "language", "log", "bounds"),
        *("programs", "behaviours", "shards_done", "n_shards", "n_bytes", "space"),
    ]
    assert (listed[1]["programs"], listed[1]["behaviours"]) == (census.n_programs, census.n_behaviours)
    assert listed[1]["bounds"] == {"max_bits": 12, "max_time": None}
    assert (listed[0]["programs"], listed[0]["shards_done"], listed[0]["n_shards"]) == (None, 1, 3)
    table = rows(run("store", "list", "--format", "csv"))
    assert list(table[0]) == LIST_HEADER
    assert [row["max_bits"] for row in table] == ["9", "12"]
    assert table[0]["programs"] == ""
    shown = run("store", "list").stdout
    for part in ("sound", "1 of 3", "3 of 3", f"{census.n_programs:,}", "12 bits", "small.toml", "small.csv", "kB"):
        assert part in shown
    assert rows(run("store", "list", "store/sound", "--format", "csv")) == table[1:]
    assert rows(run("store", "list", listed[1]["key"][:5], "--format", "csv")) == table[1:]
    assert "no census" in run("store", "list", "--root", root / "sound").stdout


def test_a_store_that_is_not_there_yet_is_empty(tmp_path, run, monkeypatch):
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "nowhere"))
    assert json.loads(run("store", "list", "--format", "json").stdout) == []
    assert json.loads(run("store", "prune", "--format", "json").stdout)["removed"] == []
    assert not (tmp_path / "nowhere").exists()


def test_show(root, run):
    shown = json.loads(run("store", "show", "store/sound", "--format", "json").stdout)
    assert [shard["programs"] for shard in shown["shards"]] == [shard.n_programs for shard in counted().shards]
    assert shown["engine"] == "merged"
    assert set(shown["versions"]) == {"mesaprior", "python", "numpy", "numba"}
    fields = {row["field"]: row["value"] for row in rows(run("store", "show", "store/sound", "--format", "csv"))}
    assert fields["key"] == shown["key"]
    last = counted().shards[2]
    told = run("store", "show", "store/sound").stdout
    assert re.search(rf"2 │ +{last.n_programs} │ +{last.n_behaviours} │ +{len(last.count)} │", told)
    assert "unfinished" in run("store", "show", "store/begun").stdout


def test_verify(root, run):
    assert "all is well" in run("store", "verify", "store/sound").stdout
    sound = json.loads(run("store", "verify", "store/sound", "--format", "json").stdout)
    assert sound == {"folder": "store/sound", "findings": []}
    for name in ("programs-0001.parquet", "log.parquet"):
        path = root / "sound" / name
        path.write_bytes(path.read_bytes()[:-1])
    result = run("store", "verify", "store/sound", "--format", "json", code=1)
    assert [(finding["file"], finding["shard"]) for finding in json.loads(result.stdout)["findings"]] == [
        ("log.parquet", None),
        ("programs-0001.parquet", 1),
    ]
    assert result.stderr.startswith("Error: store/sound: log.parquet: ")
    assert "(and 1 more)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert [row["file"] for row in rows(run("store", "verify", "store/sound", "--format", "csv", code=1))] == [
        "log.parquet",
        "programs-0001.parquet",
    ]
    assert "programs-0001.parquet: the file is not" in run("store", "verify", "store/sound", code=1).stdout
    assert "unfinished" in run("store", "verify", "store/begun", code=1).stdout


def test_merge(root, run):
    other = counted(learning=True, max_bits=9)
    other.write("there", only=[0])
    result = run("store", "merge", "store/begun", "there", "--out", "together")
    assert (result.stdout, result.stderr) == ("", "together holds 2 of 3 shards; missing: 1.\n")
    one_sentence(run("infer", "together", code=1), "2 of 3 shards")
    other.write("far", only=[1])
    assert "complete" in run("store", "merge", "far", "--out", "together").stderr
    other.write("whole")
    assert content(root.parent / "together") == content(root.parent / "whole")
    run("infer", "together")
    one_sentence(run("store", "merge", "there", "store/sound", "--out", "x", code=1), "same census")
    one_sentence(run("store", "merge", "there", "nowhere", "--out", "x", code=2), "nowhere", "no such folder")
    one_sentence(run("store", "merge", "--out", "x", code=2), "DIR")
    assert not (root.parent / "x").exists()


def test_prune(root, run):
    (root / "sound" / "rows.parquet").unlink()
    planned = json.loads(run("store", "prune", "--unfinished", "--dry-run", "--format", "json").stdout)
    assert planned["dry_run"]
    assert [removal["folder"] for removal in planned["removed"]] == ["store/begun", "store/sound"]
    assert planned["n_bytes"] == sum(len(whole) for folder in root.iterdir() for whole in content(folder).values())
    assert "would be freed" in run("store", "prune", "--dry-run").stdout
    assert len(list(root.iterdir())) == 2
    table = rows(run("store", "prune", "--format", "csv"))
    assert [(row["folder"], row["reason"]) for row in table] == [
        ("store/sound", "damaged: rows.parquet: the file is missing")
    ]
    shown = run("store", "prune", "--unfinished", "--older-than", "0").stdout
    assert "1 of 3 shards" in shown
    assert "1 of the censuses" in shown
    assert list(root.iterdir()) == []


REFUSED = {
    "a folder that is not there": (["show", "nowhere"], 2, ["nowhere", "no such folder", "key"]),
    "a folder of another kind": (["show", "."], 1, ["no census"]),
    "a list of another kind": (["list", "."], 1, ["no census"]),
    "a root that is not there": (["list", "--root", "nowhere"], 2, ["--root nowhere", "no such folder"]),
    "a root that is a file": (["prune", "--root", "store/sound/log.parquet"], 2, ["--root", "no such folder"]),
    "days below 0": (["prune", "--older-than", "-1"], 2, ["--older-than", "-1"]),
    "nothing to verify": (["verify"], 2, ["DIR"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name, root, run):
    arguments, code, words = REFUSED[name]
    one_sentence(run("store", *arguments, code=code), *words)
