"""Sealed folders, whatever they hold: names, checksums, removal, and the parts of what is being counted."""

import pytest

from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.files import sha256_of, write_json
from mesaprior.hypotheses.store.kinds import KINDS
from mesaprior.hypotheses.store.locking import CLAIM, Claim
from mesaprior.hypotheses.store.record import MANIFEST, Checkpoint, Layout, Record, part_file

LAYOUT = Layout(names=r"manifest\.json|shard-\d{4,}\.json|data-\d\.bin", last=(r"data-1\.bin", r"data-0\.bin"))


@pytest.fixture
def record(tmp_path):
    """Return a finished record beside somebody's notes."""
    folder = tmp_path / "record"
    folder.mkdir()
    for k in range(3):
        (folder / f"data-{k}.bin").write_bytes(bytes([k]))
    write_json(folder / MANIFEST, {"files": {f"data-{k}.bin": sha256_of(folder / f"data-{k}.bin") for k in range(3)}})
    return Record(folder, LAYOUT)


def test_names(record):
    assert record.foreign_names == []
    (record.folder / "notes.txt").write_text("mine")
    (record.folder / ".data-1.bin.0a1b.tmp").write_text("half")
    (record.folder / "data-9.bin").mkdir()
    assert record.foreign_names == ["data-9.bin", "notes.txt"]
    for name in (CLAIM, MANIFEST, part_file(12345), ".manifest.json.ff.tmp"):
        assert LAYOUT.is_ours(name)
    assert not LAYOUT.is_ours("data.bin")
    record.remove_temporaries()
    assert record.names == {MANIFEST, "data-0.bin", "data-1.bin", "data-2.bin"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.command)
def test_every_kind_knows_the_files_that_records_have(kind):
    assert all(kind.layout.is_ours(name) for name in (CLAIM, MANIFEST, part_file(0)))
    assert not kind.layout.is_ours("notes.txt")


def test_checksums(record):
    files = read_sealed(record.folder / MANIFEST)["files"]
    assert record.is_intact(files)
    assert not record.is_intact({})
    (record.folder / "data-0.bin").write_bytes(b"other")
    (record.folder / "data-2.bin").unlink()
    assert [(finding.file, finding.shard, finding.problem.split(":")[0]) for finding in record.findings(files, 4)] == [
        ("data-0.bin", 4, "the file is not the one that was written"),
        ("data-2.bin", 4, "the file is missing"),
    ]


def test_what_is_trusted_goes_first_and_what_tells_it_last(record):
    order = sorted(record.names, key=LAYOUT.turn)
    assert order == [MANIFEST, "data-2.bin", "data-1.bin", "data-0.bin"]
    (record.folder / "notes.txt").write_text("mine")
    assert record.n_bytes == record.remove() > 3
    assert [path.name for path in record.folder.iterdir()] == ["notes.txt"]


def test_a_checkpoint_is_resumed(tmp_path):
    record = Record(tmp_path, LAYOUT)
    parts = Checkpoint(record, 4, Claim(tmp_path, tmp_path))
    for k in (2, 0):
        parts.write(k, {"k": k})
    assert parts.missing == [1, 3]
    parts.release()
    (tmp_path / part_file(1)).write_text("half")
    again = Checkpoint(record, 4, Claim(tmp_path, tmp_path))
    again.read(lambda k, facts: facts["k"] == k)
    assert again.done == {0: {"k": 0}, 2: {"k": 2}}
    assert not (tmp_path / part_file(1)).exists()
    again.abandon()
    assert not tmp_path.exists()
