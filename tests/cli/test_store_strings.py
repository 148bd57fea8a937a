"""Tables of strings in `mesaprior store`: listed, shown, verified, pruned and removed."""

import csv
import io
import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesaprior.hypotheses.store.checksums import read_sealed, sealed_text
from mesaprior.hypotheses.store.files import sha256_of
from mesaprior.hypotheses.turing.strings.keeping import StringKeeper
from mesaprior.hypotheses.turing.strings.sharding import StringShards
from mesaprior.hypotheses.turing.strings.size import Size
from tests.cli.test_bad_input import one_sentence
from tests.hypotheses.small_census import content, counted

THREE = Size.of(3)
NAME = "strings/3-21"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Return a store with a census, a table of strings, and one that was begun."""
    store = tmp_path_factory.mktemp("kept")
    counted().write(store / "sound")
    StringKeeper(THREE, root=store, n_shards=2).count()
    begun = StringKeeper(Size.of(2, 9), root=store, n_shards=5)
    for k, table in StringShards(Size.of(2, 9)).shards(None, [0, 3], 5):
        begun._write(k, table)
    begun._parts.release()
    return store


@pytest.fixture
def root(kept, tmp_path, monkeypatch):
    """Work beside a copy of the store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESAPRIOR_STORE", "store")
    return Path(shutil.copytree(kept, tmp_path / "store"))


def listed(run, *options):
    return json.loads(run("store", "list", *options, "--format", "json").stdout)


def test_list(root, run):
    census, unfinished, whole = listed(run)
    assert [entry["space"] for entry in (census, unfinished, whole)] == ["terms", "strings", "strings"]
    assert list(whole) == list(census)
    assert (whole["state"], whole["key"], whole["language"], whole["log"]) == ("complete", "", "strings", "")
    assert whole["bounds"] == {"states": 3, "max_steps": 21, "radius": 6}
    # Blank tapes of zeros print as many strings as there are without their complements.
    table = StringKeeper(THREE, root=root.parent / "again", n_shards=1).count()
    assert (whole["programs"], whole["behaviours"]) == (14**6, len(table.strings))
    assert whole["n_bytes"] == sum(map(len, content(root / NAME).values()))
    assert (unfinished["state"], unfinished["shards_done"], unfinished["n_shards"]) == ("unfinished", 2, 5)
    assert (unfinished["bounds"]["states"], unfinished["programs"]) == (2, None)
    rows = list(csv.DictReader(io.StringIO(run("store", "list", "--format", "csv").stdout)))
    assert [(row["language"], row["max_time"]) for row in rows[1:]] == [("strings", "9"), ("strings", "21")]
    shown = run("store", "list").stdout
    for part in ("strings/3-21", "strings/2-9", "2 of 5", "7,529,536", "sound"):
        assert part in shown, part
    assert listed(run, NAME) == listed(run, f"store/{NAME}") == [whole]


def test_show(root, run):
    facts = json.loads(run("store", "show", NAME, "--format", "json").stdout)
    assert facts["verdicts"]["halted"] == 2147184
    assert facts["most_ones"]["value"] == 6
    assert set(facts["versions"]) == {"mesaprior", "python", "numpy", "numba"}
    assert "│ most_ones   │ value 6, machine 1" in run("store", "show", NAME).stdout
    fields = dict(list(csv.reader(io.StringIO(run("store", "show", NAME, "--format", "csv").stdout)))[1:])
    assert (fields["space"], fields["bounds"]) == ("strings", "3 states, 21 steps")
    assert "2-9" in run("store", "show", "strings/2-9").stdout


def findings(run, name=NAME):
    result = run("store", "verify", name, "--format", "json", code=1)
    assert result.stderr.startswith("Error: ")
    assert "`mesaprior strings`" in result.stderr
    assert result.stderr.count("\n") == 1
    return [(finding["file"], finding["problem"]) for finding in json.loads(result.stdout)["findings"]]


def test_a_sound_table(root, run):
    assert "all is well" in run("store", "verify", NAME).stdout
    for size in (Size.of(1), Size.of(2), Size.of(3, 4, 0), Size.of(3, 1)):
        keeper = StringKeeper(size, root=root, n_shards=2)
        folder = keeper.folder
        keeper.count()
        assert json.loads(run("store", "verify", folder, "--format", "json").stdout)["findings"] == []


def test_every_changed_byte_is_found(root, run):
    for name, data in content(root / NAME).items():
        for place in (0, len(data) // 2, len(data) - 2):
            damaged = bytearray(data)
            damaged[place] ^= 1
            (root / NAME / name).write_bytes(damaged)
            assert [file for file, _ in findings(run)] == [name]
        (root / NAME / name).write_bytes(data)
    (root / NAME / "strings.parquet").unlink()
    assert findings(run) == [("strings.parquet", "the file is missing")]
    assert findings(run, "strings/2-9") == [
        ("manifest.json", "the file is missing: the table is unfinished, 2 of 5 shards are done")
    ]


def forge(folder, change_table=None, **facts):
    """Change a table or its manifest, with all digests as they ought to be."""
    path = folder / "strings.parquet"
    if change_table is not None:
        columns = pq.read_table(path).to_pydict()
        change_table(columns)
        schema = pq.read_schema(path)
        pq.write_table(pa.table(columns, schema=schema), path)
    manifest = read_sealed(folder / "manifest.json") | facts | {"files": {path.name: sha256_of(path)}}
    (folder / "manifest.json").write_text(sealed_text(manifest))


def one_more(columns):
    columns["count"][0] += 1


def another_order(columns):
    for column in columns.values():
        column[0], column[1] = column[1], column[0]


def not_its_mirror_image(columns):
    place = columns["string"].index("001"), columns["string"].index("010")
    columns["count"][place[0]] += 2
    columns["count"][place[1]] -= 2


def a_longer_run(columns):
    columns["steps"][-1] = 22


FORGED = {
    "one machine more": (one_more, {}, "add up to 2147185 machines that halt, and 2147184 do"),
    "another order": (another_order, {}, "not sorted"),
    "not symmetric": (not_its_mirror_image, {}, "read from right to left"),
    "a longer run": (a_longer_run, {}, "longest run"),
    "another champion": (None, {"most_ones": {"value": 7, "machine": "1RB1LB_1LA1-H_1RA1LC"}}, "does not do 7"),
    "a champion that is cut short": (
        None,
        {"most_steps": {"value": 21, "machine": "1RB---_1LB0RC_1LC1LA"}},
        "does not do 21 steps",
    ),
    "a champion that never halts": (
        None,
        {"most_steps": {"value": 21, "machine": "1RA1-H_1-H1-H_1-H1-H"}},
        "does not do 21 steps",
    ),
    "too few rows": (None, {"rows": 3}, "as many rows"),
    "another verdict": (None, {"verdicts": {}}, None),
}


@pytest.mark.parametrize("name", FORGED)
def test_what_is_wrong_in_spite_of_its_digest_is_found(name, root, run):
    change, facts, problem = FORGED[name]
    if name == "another verdict":
        verdicts = read_sealed(root / NAME / "manifest.json")["verdicts"]
        facts, problem = {"verdicts": verdicts | {"cap": verdicts["cap"] + 1}}, "there are 7529536"
    forge(root / NAME, change, **facts)
    assert any(problem in found for _, found in findings(run))


def test_other_versions(root, run):
    forge(root / NAME, schema=7)
    assert listed(run)[-1]["state"] == "other schema"
    assert "schema 1" in findings(run)[0][1]


def test_prune(root, run):
    (root / NAME / "strings.parquet").write_bytes(b"PAR1")
    planned = json.loads(run("store", "prune", "--unfinished", "--dry-run", "--format", "json").stdout)
    assert [removal["folder"] for removal in planned["removed"]] == ["store/strings/2-9", "store/strings/3-21"]
    assert (root / NAME).is_dir()
    assert run("store", "prune", "--unfinished", "--older-than", "1", "--format", "csv").stdout.count("\n") == 1
    removed = json.loads(run("store", "prune", "--format", "json").stdout)["removed"]
    assert [removal["reason"][:25] for removal in removed] == ["damaged: strings.parquet:"]
    assert not (root / NAME).exists()
    (root / "strings" / "2-9" / "notes.txt").write_text("mine")
    assert "2 of 5 shards" in run("store", "prune", "--unfinished").stdout
    assert [path.name for path in (root / "strings").rglob("*")] == ["2-9", "notes.txt"]
    assert [entry["state"] for entry in listed(run)] == ["complete"]


def test_remove(root, run):
    whole = content(root / NAME)
    dry = json.loads(run("store", "remove", NAME, "store/sound", "--dry-run", "--format", "json").stdout)
    assert dry["n_bytes"] > sum(map(len, whole.values()))
    assert content(root / NAME) == whole
    shown = run("store", "remove", NAME, f"store/{NAME}", "store/sound").stdout
    assert "asked for" in shown
    assert [path.name for path in root.rglob("*") if path.is_dir()] == ["strings", "2-9"]
    run("store", "remove", "strings/2-9")
    assert listed(run) == []


def test_what_is_being_counted_is_not_removed(root, run, monkeypatch):
    monkeypatch.setattr("mesaprior.hypotheses.store.kind.is_claimed", lambda path: True)
    one_sentence(run("store", "remove", "strings/2-9", code=1), "another process")
    assert json.loads(run("store", "prune", "--unfinished", "--format", "json").stdout)["removed"] == []


REFUSED = {
    "nothing": (["remove"], 2, ["DIR"]),
    "nowhere": (["remove", "strings/9-9"], 2, ["strings/9-9", "no such folder"]),
    "one of two": (["remove", NAME, "nowhere"], 2, ["nowhere"]),
    "a folder of another kind": (["remove", "."], 1, ["no census"]),
    "all tables": (["remove", "store/strings"], 1, ["no census"]),
    "a merge of tables": (["merge", "store/strings/2-9", "--out", "x"], 1, ["manifest"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name, root, run):
    arguments, code, words = REFUSED[name]
    before = {path: path.stat().st_mtime_ns for path in root.rglob("*")}
    one_sentence(run("store", *arguments, code=code), *words)
    assert {path: path.stat().st_mtime_ns for path in root.rglob("*")} == before
