"""What `verify`, `merge` and `prune` find, put together and remove; negative controls for each finding."""

import hashlib
import json
import os
import shutil

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses.store import CENSUSES, merge, open_census, resolve_entry, verify
from mesaprior.hypotheses.store.checksums import read_sealed, sealed_text
from mesaprior.hypotheses.store.manifest import unfinished_at
from tests.hypotheses.small_census import content, counted
from tests.hypotheses.test_store import assert_identical


@pytest.fixture(params=[False, True], ids=["without fit", "with fit"])
def small(request):
    return counted(learning=request.param)


@pytest.fixture
def kept(small, tmp_path):
    small.write(tmp_path / "kept")
    return tmp_path / "kept"


def forge(kept, name, change):
    """Change a table, and the manifest with it, so that only its meaning can give it away."""
    path = kept / name
    pq.write_table(change(pq.read_table(path)), path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def change_manifest(manifest):
        for files in (manifest["files"], *(shard["files"] for shard in manifest["shards"])):
            if name in files:
                files[name] = digest

    edit_manifest(kept, change_manifest)


def edit_manifest(kept, change):
    path = kept / "manifest.json"
    manifest = json.loads(path.read_text())
    del manifest["sha256"]
    change(manifest)
    path.write_text(sealed_text(manifest))


def column(table, name, change):
    """Return a table with one column changed."""
    values = table[name].to_numpy().copy()
    change(values)
    return table.set_column(table.column_names.index(name), name, pa.array(values))


def test_a_sound_census(kept):
    before = content(kept)
    assert verify(kept) == []
    assert content(kept) == before


@pytest.mark.parametrize("options", [{"max_time": 6}, {"n_shards": 1}, {"n_shards": 40}, {"max_bits": 3}])
def test_other_sound_censuses(options, tmp_path):
    counted(**options).write(tmp_path / "kept")
    assert verify(tmp_path / "kept") == []


def test_every_flipped_byte_missing_and_stray_file_is_named(kept):
    for name, whole in content(kept).items():
        if name == "manifest.json":
            continue
        for place in np.linspace(0, len(whole) - 1, 5).astype(int):
            damaged = bytearray(whole)
            damaged[place] ^= 1 << (place % 8)
            (kept / name).write_bytes(damaged)
            (finding,) = verify(kept)
            number = name.removesuffix(".parquet").rpartition("-")[2]
            assert (finding.file, finding.shard) == (name, int(number) if number.isdecimal() else None)
            assert "SHA-256" in finding.problem
        (kept / name).unlink()
        (finding,) = verify(kept)
        assert (finding.file, finding.problem) == (name, "the file is missing")
        (kept / name).write_bytes(whole)
    (kept / "programs-0007.parquet").write_bytes(b"")
    assert [(finding.file, finding.problem) for finding in verify(kept)] == [
        ("programs-0007.parquet", "the file belongs to no shard")
    ]


def test_every_flipped_byte_of_the_manifest_is_found(kept):
    path = kept / "manifest.json"
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        (finding,) = verify(kept)
        assert (finding.file, finding.shard) == ("manifest.json", None)
    for changed in (whole[:-1], whole + b" ", whole.replace(b"\n", b"\r\n"), b"", b"[]", b"{}"):
        path.write_bytes(changed)
        assert len(verify(kept)) == 1


def test_a_missing_shard(kept):
    for path in kept.glob("*-0001.parquet"):
        path.unlink()
    assert {(finding.shard, finding.problem) for finding in verify(kept)} == {(1, "the file is missing")}

    def forget(manifest):
        del manifest["shards"][2]
        manifest["n_shards"] = 2

    edit_manifest(kept, forget)
    assert any(finding.problem == "the file belongs to no shard" for finding in verify(kept))


def test_a_shard_that_was_left_out_of_everything_is_missed_in_the_counts(kept):
    def forget(manifest):
        shard = manifest["shards"].pop()
        manifest["n_shards"] -= 1
        manifest["n_programs"] -= shard["programs"]
        manifest["n_behaviours"] -= shard["behaviours"]

    edit_manifest(kept, forget)
    for path in kept.glob("*-0002.parquet"):
        path.unlink()
    findings = verify(kept)
    assert findings
    assert all("programs of" in finding.problem and "the language has" in finding.problem for finding in findings)


def test_a_foreign_manifest(kept, small, tmp_path):
    others = {
        "other bound": counted(max_bits=9, learning=small.census.vectors is None),
        "other log": counted(actions=(0, 1, 1, 0, 2), learning=small.census.vectors is None),
        "other language": counted(learning=small.census.vectors is not None),
    }
    whole = content(kept)
    for name, other in others.items():
        other.write(tmp_path / name)
        shutil.copy(tmp_path / name / "manifest.json", kept)
        assert verify(kept), name
        with pytest.raises(ContentError):
            open_census(kept)
        (kept / "manifest.json").write_bytes(whole["manifest.json"])
    other = json.loads((tmp_path / "other bound" / "manifest.json").read_text())
    edit_manifest(kept, lambda manifest: manifest.update(bounds=other["bounds"]))
    assert "the key is not that" in verify(kept)[0].problem
    edit_manifest(kept, lambda manifest: manifest.update(bounds=other["bounds"], key=other["key"]))
    assert "the language has 0" in verify(kept)[0].problem


def set_first(value):
    def change(values):
        values[0] = value

    return change


FORGED = {
    "a count too many": ("programs-0001.parquet", "count", set_first(1000), "programs, not"),
    "a count of 0": ("programs-0001.parquet", "count", set_first(0), "a count is 0"),
    "an id that is another": (
        "programs-0001.parquet",
        "behaviour",
        lambda values: values.__iadd__(1),
        "has not only numbers",
    ),
    "ids that do not ascend": ("programs-0001.parquet", "behaviour", set_first(3), "do not ascend by id"),
    "another length": ("programs-0001.parquet", "length", set_first(1), "the language has"),
    "another shard": ("programs-0001.parquet", "shard", set_first(0), "'shard' is not 1"),
    "ids that do not count": ("behaviours-0001.parquet", "behaviour", set_first(5), "does not count from 0"),
    "predictions out of order": ("behaviours-0001.parquet", "cell_0", set_first(2), "do not ascend by predictions"),
    "no action": ("behaviours-0002.parquet", "cell_0", lambda values: values.fill(7), "no action"),
    "a shard out of order": (
        "behaviours-0002.parquet",
        "cell_0",
        lambda values: values.fill(-1),
        "begins at or before",
    ),
    "no flag": ("behaviours-0001.parquet", "learning_later", lambda values: values.fill(2), "is not 0 or 1"),
    "cells of other rows": ("rows.parquet", "cell", lambda values: values.__imul__(2), "numbered by first"),
}


@pytest.mark.parametrize("name", FORGED)
def test_contents_that_cannot_be(name, kept):
    file, changed, change, problem = FORGED[name]
    forge(kept, file, lambda table: column(table, changed, change))
    assert any(problem in finding.problem for finding in verify(kept)), verify(kept)


def test_vectors_that_cannot_be(tmp_path):
    counted().write(tmp_path / "kept")
    whole = content(tmp_path / "kept")
    for file, changed, change, problem in (
        ("vector_programs-0001.parquet", "count", set_first(9), "not as many as in programs-0001"),
        ("vectors-0001.parquet", "intact_0", set_first(2), "the vectors do not ascend"),
        ("situations.parquet", "c", set_first(2), "situations are not those of the log"),
    ):
        forge(tmp_path / "kept", file, lambda table, name=changed, change=change: column(table, name, change))
        assert any(problem in finding.problem for finding in verify(tmp_path / "kept")), verify(tmp_path / "kept")
        for name, before in whole.items():
            (tmp_path / "kept" / name).write_bytes(before)


def test_tables_of_another_layout_are_found_and_not_read(kept):
    forge(kept, "behaviours-0001.parquet", lambda table: table.drop_columns(["cell_1"]))
    assert "'cell_1'" in verify(kept)[0].problem


def test_an_unfinished_census(small, tmp_path):
    small.write(tmp_path / "part", only=[0, 2])
    (finding,) = verify(tmp_path / "part")
    assert finding.shard == 1
    assert "unfinished" in finding.problem
    path = tmp_path / "part" / "programs-0002.parquet"
    path.write_bytes(path.read_bytes()[:-1])
    assert [finding.file for finding in verify(tmp_path / "part")] == ["shard-0001.json", "programs-0002.parquet"]
    with pytest.raises(UsageError, match="no such folder"):
        verify(tmp_path / "nowhere")


def test_merging(small, tmp_path):
    small.write(tmp_path / "whole")
    for name, only in (("here", [0, 1]), ("there", [1]), ("far", [2])):
        small.write(tmp_path / name, only=only)
    before = content(tmp_path / "here")
    assert merge([tmp_path / "here", tmp_path / "there"], tmp_path / "out").missing == [2]
    assert merge([tmp_path / "far"], tmp_path / "out").is_complete
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    assert content(tmp_path / "here") == before
    # A folder may be completed in its place, and a complete one takes part as any other.
    assert merge([tmp_path / "there", tmp_path / "whole"], tmp_path / "there").is_complete
    assert content(tmp_path / "there") == content(tmp_path / "whole")


def test_contradictory_shards_are_named(small, tmp_path):
    small.write(tmp_path / "here", only=[0, 1])
    small.write(tmp_path / "there", only=[1, 2])
    record = tmp_path / "there" / "shard-0001.json"
    path = tmp_path / "there" / "programs-0001.parquet"
    # The same table in other bytes, as another version of the library may write it, contradicts nothing.
    for value, refused in ((None, False), (77, True)):
        table = pq.read_table(path)
        pq.write_table(table if value is None else column(table, "count", set_first(value)), path)
        facts = read_sealed(record)
        facts["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        record.write_text(sealed_text(facts))
        if refused:
            with pytest.raises(RunError, match=r"shard 1 is not the same in .*here and in .*there: their programs"):
                merge([tmp_path / "here", tmp_path / "there"], tmp_path / "out")
        else:
            assert merge([tmp_path / "here", tmp_path / "there"], tmp_path / "first").is_complete
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_merged(small, tmp_path):
    small.write(tmp_path / "here", only=[0])
    small.write(tmp_path / "none", only=[])
    others = {
        "log": counted(actions=(0, 1, 1, 0, 2), learning=small.census.vectors is None),
        "bound": counted(max_bits=9, learning=small.census.vectors is None),
    }
    for name, other in others.items():
        other.write(tmp_path / name, only=[1])
        with pytest.raises(RunError, match=f"{name} does not hold shards of the same census"):
            merge([tmp_path / "here", tmp_path / name], tmp_path / "out")
    small.write(tmp_path / "shards", only=[1], n_shards=4)
    with pytest.raises(RunError, match="number of shards"):
        merge([tmp_path / "here", tmp_path / "shards"], tmp_path / "out")
    with pytest.raises(RunError, match="no shard is complete"):
        merge([tmp_path / "none"], tmp_path / "out")
    with pytest.raises(UsageError, match="no such folder"):
        merge([tmp_path / "nowhere"], tmp_path / "out")
    (tmp_path / "mine").mkdir()
    with pytest.raises(ContentError, match="no census"):
        merge([tmp_path / "mine"], tmp_path / "out")
    path = tmp_path / "here" / "programs-0000.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ContentError, match="programs-0000"):
        merge([tmp_path / "here"], tmp_path / "out")


@pytest.fixture
def root(tmp_path):
    """Return a folder with censuses in every state, and with what is none."""
    root = tmp_path / "root"
    root.mkdir()
    counted().write(root / "sound")
    counted(learning=True).write(root / "unfinished", only=[0])
    counted().write(root / "flipped")
    path = root / "flipped" / "vectors-0001.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    counted().write(root / "old")
    edit_manifest(root / "old", lambda manifest: manifest.update(schema=1))
    counted().write(root / "headless")
    (root / "headless" / "manifest.json").unlink()
    counted().write(root / "shared")
    (root / "shared" / "manifest.json").unlink()
    (root / "shared" / "thesis.txt").write_text("years of work")
    (root / "app").mkdir()
    (root / "app" / "manifest.json").write_text('{"name": "app", "schema": 1}')
    (root / "app" / "log.parquet").write_text("mine")
    (root / "empty").mkdir()
    (root / "notes.txt").write_text("mine")
    counted().write(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "manifest.json").write_text("{")
    (root / "link").symlink_to(tmp_path / "elsewhere")
    return root


def everything(folder):
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_pruning_removes_what_is_of_no_use_and_nothing_else(root):
    before = everything(root.parent)
    planned = CENSUSES.prune(root, dry_run=True)
    assert everything(root.parent) == before
    assert [removal.folder.name for removal in planned] == ["flipped", "headless", "old", "shared"]
    assert "vectors-0001" in planned[0].reason
    assert planned[2].reason == "other schema"
    removed = CENSUSES.prune(root)
    assert removed == planned
    after = everything(root.parent)
    gone = before.keys() - after.keys()
    assert after.items() <= before.items()
    assert sum(len(before[path]) for path in gone) == sum(removal.n_bytes for removal in removed)
    assert {path.parent.name for path in gone} == {"flipped", "headless", "old", "shared"}
    # What others put into a census stays.
    assert (root / "shared" / "thesis.txt").read_text() == "years of work"
    assert sorted(path.name for path in root.iterdir()) == [
        *("app", "empty", "link", "notes.txt", "shared", "sound", "unfinished"),
    ]
    assert CENSUSES.prune(root) == []
    assert CENSUSES.prune(root, unfinished=True, older_than=1) == []
    (gone,) = CENSUSES.prune(root, unfinished=True)
    assert gone.reason == "unfinished: 1 of 3 shards are done"
    assert_identical(open_census(root / "sound").census, counted().census)
    assert CENSUSES.prune(root.parent / "nowhere") == []
    with pytest.raises(UsageError, match="not a folder"):
        CENSUSES.prune(root / "notes.txt")


def test_what_is_older(root):
    for path in (root / "flipped").iterdir():
        os.utime(path, (0, 0))
    assert [removal.folder.name for removal in CENSUSES.prune(root, older_than=30)] == ["flipped"]


def test_what_a_replacement_left_behind(root):
    for aside in (".sound.replaced", ".sound.0123abcd.new", ".gone.replaced"):
        shutil.copytree(root / "sound", root / aside)
    names = {removal.folder.name for removal in CENSUSES.prune(root)}
    assert not {name for name in names if name.startswith(".")}
    for aside in (".sound.replaced", ".sound.0123abcd.new", ".gone.replaced"):
        for path in (root / aside).iterdir():
            os.utime(path, (0, 0))
    assert [removal.folder.name for removal in CENSUSES.prune(root)] == [".sound.0123abcd.new", ".sound.replaced"]


def test_entries(root):
    entries = {entry.folder.name: entry for entry in CENSUSES.entries_in(root)}
    assert {name: entry.state for name, entry in entries.items()} == {
        "sound": "complete",
        "unfinished": "unfinished",
        # Only `verify` and `prune` read the tables.
        "flipped": "complete",
        "old": "other schema",
        "headless": "damaged",
        "shared": "damaged",
    }
    sound = entries["sound"]
    assert (sound.programs, sound.behaviours) == (counted().census.n_programs, counted().census.n_behaviours)
    assert (sound.language, sound.log, sound.shards_done, sound.n_shards) == ("small.toml", "small.csv", 3, 3)
    assert sound.n_bytes == sum(len(whole) for whole in content(root / "sound").values())
    assert entries["unfinished"].shards_done == 1
    key = entries["unfinished"].key
    assert resolve_entry(key[:6], root) == root / "unfinished"
    assert resolve_entry(str(root / "sound"), root) == root / "sound"
    with pytest.raises(UsageError, match="2 censuses"):
        resolve_entry(sound.key[:8], root)
    for name in ("abc", "zzzz", "0123456789abcdef"):
        with pytest.raises(UsageError, match="no such folder"):
            resolve_entry(name, root)
    with pytest.raises(ContentError, match="no census"):
        CENSUSES.entry_at(root / "app")


def retyped(name, dtype):
    """Return what casts a column to another type."""
    return lambda table: table.set_column(table.column_names.index(name), name, table[name].cast(dtype))


def with_gap(name):
    """Return what empties the first cell of a column."""

    def change(table):
        values = [None, *table[name].to_pylist()[1:]]
        return table.set_column(table.column_names.index(name), name, pa.array(values, type=table[name].type))

    return change


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("rows", "cell"),
        *(
            ("behaviours-0000", name)
            for name in ("shard", "behaviour", "searching_train", "witness", "cell_0", "cell_1")
        ),
        *(("programs-0000", name) for name in ("shard", "behaviour", "length", "time", "infer_time", "count")),
        *(("vectors-0000", name) for name in ("vector", "witness", "intact_0", "search_inverted_0")),
        *(("vector_programs-0000", name) for name in ("vector", "length", "count")),
    ],
)
def test_a_column_that_is_missing_or_of_another_kind_is_named(kept, table, name):
    path = kept / f"{table}.parquet"
    if not path.exists():
        pytest.skip("languages with fit have no vectors")
    sound, manifest = path.read_bytes(), (kept / "manifest.json").read_bytes()
    changes = [lambda table: table.drop_columns([name]), with_gap(name)]
    if name != "witness":
        changes += [retyped(name, pa.string())] + [retyped(name, pa.float64())] * (name != "length")
    else:
        changes += [
            lambda table: table.set_column(table.column_names.index(name), name, pa.array(range(table.num_rows)))
        ]
    for change in changes:
        forge(kept, path.name, change)
        with pytest.raises(ContentError, match=repr(name)):
            # Gaps in vectors are seen when these are read.
            assert open_census(kept).census.vectors.count is None
        assert repr(name) in verify(kept)[0].problem
        path.write_bytes(sound)
        (kept / "manifest.json").write_bytes(manifest)
    open_census(kept)


@pytest.mark.parametrize(("name", "value"), [("behaviour", 10**9), ("behaviour", -1), ("length", -1), ("time", -1)])
def test_numbers_out_of_range_are_refused(kept, name, value):
    forge(kept, "programs-0000.parquet", lambda table: column(table, name, set_first(value)))
    with pytest.raises(ContentError, match=repr(name)):
        open_census(kept)
    assert verify(kept)


def times_eight(values):
    values *= 8


def no_action(values):
    values[-1] = 30


@pytest.mark.parametrize(
    ("table", "name", "change", "words"),
    [
        ("programs-0001.parquet", "count", times_eight, "its manifest.json says"),
        ("behaviours-0002.parquet", "cell_0", no_action, "a prediction is no action"),
    ],
)
def test_a_forged_census_is_not_believed(kept, table, name, change, words):
    forge(kept, table, lambda content: column(content, name, change))
    with pytest.raises(ContentError, match=words):
        open_census(kept)


def test_counts_and_totals_that_were_forged_together_are_not_believed(kept):
    manifest = json.loads((kept / "manifest.json").read_text())
    forge(kept, "programs-0001.parquet", lambda content: column(content, "count", times_eight))

    def agree(changed):
        more = 7 * manifest["shards"][1]["programs"]
        changed["shards"][1]["programs"] += more
        changed["n_programs"] += more

    edit_manifest(kept, agree)
    with pytest.raises(ContentError, match=r"programs of \d+ bits, and there are"):
        open_census(kept)


@pytest.mark.parametrize("n_shards", [10**12, 0, -1])
def test_an_unfinished_census_of_no_possible_number_of_shards_is_none(small, tmp_path, n_shards):
    small.write(tmp_path / "kept", only=[0])
    path = tmp_path / "kept" / "unfinished.json"
    note = read_sealed(path)
    assert unfinished_at(tmp_path / "kept").done == (0,)
    path.write_text(sealed_text({k: v for k, v in note.items() if k != "sha256"} | {"n_shards": n_shards}))
    # A number that is believed would be counted to.
    assert unfinished_at(tmp_path / "kept") is None
