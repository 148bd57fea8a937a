"""Tables of strings in the store: counted in shards, interrupted anywhere, and in the end always the same bytes."""

import os
import random
import signal
import subprocess
import sys
import time
from itertools import count

import duckdb
import numpy as np
import pytest

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.store import CENSUSES
from mesaprior.hypotheses.store.checksums import read_sealed, sealed_text
from mesaprior.hypotheses.turing.strings.counting import StringEnumeration, count_strings
from mesaprior.hypotheses.turing.strings.keeping import StringKeeper, is_kept
from mesaprior.hypotheses.turing.strings.sharding import StringShards
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import find_strings, strings_folder
from mesaprior.hypotheses.turing.strings.table import sum_of_tables
from tests.hypotheses.small_census import content
from tests.hypotheses.test_store_shards import Killed, Killing
from tests.hypotheses.turing.test_strings import same

THREE = Size.of(3)
FILES = ["manifest.json", "strings.parquet"]


def keep(root, size=THREE, **options):
    """Count a table into a store, and return its folder."""
    StringKeeper(size, root=root, n_shards=5).count(**options)
    return strings_folder(size, root)


def begin(root, n_shards_done, n_shards=5):
    """Count so many shards, and go no further."""
    keeper = StringKeeper(THREE, root=root, n_shards=n_shards)
    counted = StringShards(THREE).shards(None, keeper.missing[:n_shards_done], n_shards)

    def interrupted(*_):
        yield from counted
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        keeper.count(remote=interrupted)
    assert n_shards - len(keeper.missing) == n_shards_done


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of a table that nothing interrupted."""
    return content(keep(tmp_path_factory.mktemp("whole")))


@pytest.mark.parametrize("size", [Size.of(1), Size.of(2), THREE, Size.of(3, 9), Size.of(3, 4, 0), Size.of(4)])
def test_what_is_kept_is_what_was_counted(size, tmp_path):
    assert find_strings(size, tmp_path) is None
    counted = StringKeeper(size, root=tmp_path).count(workers=2)
    table = count_strings(*size[:2], radius=size.radius)
    kept = find_strings(size, tmp_path)
    for one in (counted, kept):
        assert same(one, table)
        assert [array.dtype for array in (one.string_id, one.steps, one.count)] == [np.int64, np.int64, np.uint64]
        assert (one.states, one.max_steps) == size[:2]
    assert sorted(content(strings_folder(size, tmp_path))) == FILES


def test_sizes_have_folders_of_their_own(tmp_path, monkeypatch):
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path))
    assert strings_folder(Size.of(5)) == tmp_path / "strings" / "5-500"
    assert strings_folder(Size.of(5, 500, 2)) == tmp_path / "strings" / "5-500-2"
    keep(None)
    assert find_strings(THREE) is not None
    for other in (Size.of(3, 22), Size.of(3, 21, 2), Size.of(2, 21)):
        assert find_strings(other) is None
    with pytest.raises(UsageError, match=r"radius -1 is out of range; give .* from 0"):
        Size.of(3, radius=-1)


def test_only_what_takes_long_is_kept():
    assert [is_kept(Size.of(n)) for n in range(1, 7)] == [False] * 4 + [True] * 2
    assert is_kept(Size.of(4, 10**6))
    assert not is_kept(Size.of(3, 10**6))


def test_the_manifest_says_what_is_there(tmp_path):
    folder = keep(tmp_path)
    manifest = read_sealed(folder / "manifest.json")
    table = count_strings(3)
    assert manifest["schema"] == 1
    assert [manifest[name] for name in ("states", "max_steps", "radius")] == [3, 21, 6]
    assert {"mesaprior", "python", "numpy", "numba"} < manifest.keys()
    assert manifest["verdicts"] == table.verdicts
    assert manifest["machines"] == 14**6
    assert manifest["most_ones"]["value"] == 6
    assert list(manifest["files"]) == ["strings.parquet"]
    by_string = duckdb.sql(f"SELECT string, sum(count) FROM '{folder}/strings.parquet' GROUP BY string").fetchall()
    assert {string: int(n) for string, n in by_string} == table.counted_by_string


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_nothing_depends_on_workers(workers, whole, tmp_path):
    done = []
    folder = keep(tmp_path, workers=workers, report=done.append)
    assert content(folder) == whole
    assert sum(done) == len(StringEnumeration(3).prefixes)


def test_shards_can_be_counted_in_any_order_and_number(whole, tmp_path):
    draw = random.Random(1)
    for n_shards in (1, 5, 12, 200):
        keeper = StringKeeper(THREE, root=tmp_path / str(n_shards), n_shards=n_shards)
        order = keeper.missing
        draw.shuffle(order)
        for k, table in StringShards(THREE).shards(None, order, n_shards, workers=2):
            keeper._write(k, table)
        assert keeper.missing == []
        keeper.count()
        assert content(keeper.folder) == whole


@pytest.mark.parametrize("n_shards_done", [1, 3])
def test_what_was_begun_is_gone_on_with(n_shards_done, whole, tmp_path):
    begin(tmp_path, n_shards_done)
    assert find_strings(THREE, tmp_path) is None
    done = []
    folder = keep(tmp_path, report=done.append)
    assert content(folder) == whole
    P = len(StringEnumeration(3).prefixes)
    assert sum(done) == P - n_shards_done * P // 5


def test_a_damaged_shard_is_counted_again(whole, tmp_path):
    folder = strings_folder(THREE, tmp_path)
    begin(tmp_path, 4)
    for name in ("shard-0000.parquet", "shard-0001.json"):
        damaged = bytearray((folder / name).read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (folder / name).write_bytes(damaged)
    (folder / "shard-0002.parquet").unlink()
    keeper = StringKeeper(THREE, root=tmp_path, n_shards=5)
    assert keeper.missing == [0, 1, 2, 4]
    keeper.count()
    assert content(folder) == whole


def test_shards_of_something_else_are_counted_again(whole, tmp_path):
    folder = strings_folder(THREE, tmp_path)
    for change in ({"radius": 5}, {"mesaprior": "0.0"}, {"schema": 0}, {"shard": 1}, {"kind": "census"}):
        begin(tmp_path, 1)
        record = read_sealed(folder / "shard-0000.json") | change
        (folder / "shard-0000.json").write_text(sealed_text(record))
        assert StringKeeper(THREE, root=tmp_path, n_shards=5).missing == [0, 1, 2, 3, 4]
        keep(tmp_path)
        assert content(folder) == whole
        (folder / "manifest.json").unlink()
    # In as many shards as this it was not begun.
    begin(tmp_path, 3, n_shards=9)
    assert StringKeeper(THREE, root=tmp_path, n_shards=5).missing == [0, 1, 2, 3, 4]
    assert content(keep(tmp_path)) == whole


@pytest.mark.parametrize("change", ["a byte", "no file", "no seal", "another size", "another schema", "no object"])
def test_a_table_that_is_not_as_it_was_written_does_not_answer(change, whole, tmp_path):
    folder = keep(tmp_path)
    manifest, table = folder / "manifest.json", folder / "strings.parquet"
    facts = read_sealed(manifest)
    if change == "a byte":
        damaged = bytearray(table.read_bytes())
        damaged[100] ^= 1
        table.write_bytes(damaged)
    elif change == "no file":
        table.unlink()
    elif change == "no seal":
        manifest.write_text(manifest.read_text().replace('"radius": 6', '"radius": 7'))
    elif change == "no object":
        manifest.write_text("[]")
    else:
        others = {"another size": {"states": 2}, "another schema": {"schema": 2}}
        manifest.write_text(sealed_text(facts | others[change]))
    assert find_strings(THREE, tmp_path) is None
    assert content(keep(tmp_path)) == whole


def test_what_is_not_ours_stays(whole, tmp_path):
    folder = strings_folder(THREE, tmp_path)
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    begin(tmp_path, 2)
    keep(tmp_path)
    assert content(folder) == whole | {"notes.txt": b"mine"}
    begin(tmp_path / "other", 2)
    StringKeeper(THREE, root=tmp_path / "other", n_shards=5).abandon()
    assert not strings_folder(THREE, tmp_path / "other").exists()


def test_censuses_are_listed_and_pruned_without_it(whole, tmp_path):
    folder = keep(tmp_path)
    begin(tmp_path / "begun", 2)
    for root in (tmp_path, tmp_path / "begun", folder.parent):
        assert CENSUSES.entries_in(root) == []
        assert CENSUSES.prune(root, unfinished=True) == []
    assert content(folder) == whole


def test_what_is_left_beside_a_finished_table_is_removed(whole, tmp_path):
    begin(tmp_path, 2)
    folder = strings_folder(THREE, tmp_path)
    for name, data in whole.items():
        (folder / name).write_bytes(data)
    (folder / ".strings.parquet.0123abcd.tmp").write_text("half")
    assert find_strings(THREE, tmp_path) is not None
    assert content(folder) == whole


def test_one_process_at_a_time(tmp_path):
    keeper = StringKeeper(THREE, root=tmp_path, n_shards=5)
    code = (
        "from mesaprior.hypotheses.turing.strings.keeping import StringKeeper\n"
        "from mesaprior.hypotheses.turing.strings.size import Size\n"
        f"StringKeeper(Size.of(3), root={str(tmp_path)!r})"
    )
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another process is counting this table; wait for it" in done.stderr
    keeper.count()
    assert find_strings(THREE, tmp_path) is not None


def test_killed_at_any_change_to_the_disk(whole, tmp_path, monkeypatch):
    killing = Killing(monkeypatch)
    for left in count(1):
        killing.after(-1)
        root = tmp_path / str(left)
        killing.after(left)
        try:
            keep(root)
            break
        except Killed:
            pass
        killing.after(-1)
        found = find_strings(THREE, root)
        assert found is None or same(found, count_strings(3))
        keep(root)
        assert content(strings_folder(THREE, root)) == whole
    assert left > 30


def test_tables_add_up_whatever_their_number(monkeypatch):
    enumeration = StringEnumeration(3)
    parts = [enumeration.count([rank]) for rank in range(len(enumeration.prefixes))]
    table = enumeration.table()
    assert same(enumeration.together(parts), table)
    monkeypatch.setattr("mesaprior.hypotheses.turing.strings.table.AT_ONCE", 10)
    assert same(sum_of_tables(iter([enumeration.rest, *parts])), table)
    with pytest.raises(RunError, match="this is a defect"):
        enumeration.together(parts[1:])


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="there are no such signals here")
def test_kill_9_and_again(tmp_path):
    size = Size.of(4, 5000)
    code = (
        "import sys\n"
        "from mesaprior.hypotheses.turing.strings.keeping import StringKeeper\n"
        "from mesaprior.hypotheses.turing.strings.size import Size\n"
        "StringKeeper(Size.of(4, 5000), root=sys.argv[1]).count(workers=2)"
    )
    command = [sys.executable, "-c", code, tmp_path / "cut"]
    StringKeeper(size, root=tmp_path / "whole").count()
    folder = strings_folder(size, tmp_path / "cut")
    n_kills = 0
    for n_files in (2, 30, 70, 110, None):
        child = subprocess.Popen(command)
        while child.poll() is None:
            if n_files is not None and folder.is_dir() and len(os.listdir(folder)) > n_files:  # noqa: PTH208
                os.kill(child.pid, signal.SIGKILL)
                break
            time.sleep(0.001)
        n_kills += child.wait() == -signal.SIGKILL
        assert n_files is not None or child.returncode == 0
    assert n_kills
    assert content(folder) == content(strings_folder(size, tmp_path / "whole"))
