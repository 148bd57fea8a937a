"""A census in shards: written in any order, interrupted anywhere, and in the end always the same bytes."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses.census import Vectors
from mesaprior.hypotheses.store import (
    CensusWriter,
    census_key,
    concatenated,
    entry_path,
    find_census,
    open_census,
    reading,
    save_census,
    store_root,
    unfinished_at,
)
from mesaprior.hypotheses.store.filling import vectors_of
from mesaprior.hypotheses.store.locking import CLAIM
from mesaprior.hypotheses.terms.language import language_from_dict
from tests.hypotheses.sharding import split
from tests.hypotheses.small_census import LEARNING, TOKENS, content, counted
from tests.hypotheses.test_store import assert_identical


@pytest.fixture(params=[False, True], ids=["without fit", "with fit"])
def small(request):
    return counted(learning=request.param)


def test_shards_one_after_the_other_are_the_census(small):
    assert len([shard for shard in small.shards if shard.n_behaviours]) == 3
    assert_identical(concatenated(small.shards), small.census)
    assert_identical(concatenated(iter(small.shards)), small.census)
    # More shards than behaviours: some are empty, the first and the last too.
    many = split(small.census, small.log, 3 * small.census.n_behaviours)
    assert not all(shard.n_behaviours for shard in many)
    assert_identical(concatenated(many), small.census)
    for wrong in (small.shards[::-1], [small.shards[0], small.shards[0]]):
        with pytest.raises(ContentError, match="shard 1 begins"):
            concatenated(wrong)
    with pytest.raises(ContentError, match="no shard"):
        concatenated([])


def test_vectors_are_read_when_they_are_asked_for(tmp_path, monkeypatch):
    small = counted(learning=False)
    small.write(tmp_path / "kept")
    read = []
    monkeypatch.setattr(reading, "vectors_of", lambda *arguments: read.append(1) or vectors_of(*arguments))
    vectors = open_census(tmp_path / "kept").census.vectors
    assert read == []
    assert isinstance(vectors, Vectors)
    with pytest.raises(AttributeError, match="no_such_thing"):
        vectors.no_such_thing  # noqa: B018
    assert len(vectors.intact) == len(vectors.witness)
    assert np.array_equal(replace(vectors).count, vectors.count)
    assert read == [1]
    assert type(vectors) is Vectors


def test_a_folder_in_shards_is_read_as_the_census(small, tmp_path):
    small.write(tmp_path / "kept")
    stored = open_census(tmp_path / "kept")
    assert_identical(stored.census, small.census)
    assert stored.manifest["n_shards"] == 3
    assert [shard["programs"] for shard in stored.manifest["shards"]] == [shard.n_programs for shard in small.shards]
    assert not unfinished_at(tmp_path / "kept")
    if small.census.vectors is not None:
        vectors = stored.census.vectors
        order = np.lexsort(np.hstack([vectors.intact, vectors.search_inverted]).T[::-1])
        assert np.array_equal(vectors.intact[order], small.census.vectors.intact)
        assert [vectors.witness[i] for i in order] == list(small.census.vectors.witness)
    save_census(tmp_path / "one", small.census, small.log, small.language)
    assert open_census(tmp_path / "one").manifest["key"] == stored.manifest["key"]


def test_any_order_and_any_number_of_threads_give_the_same_bytes(small, tmp_path):
    small.write(tmp_path / "one")
    writer = small.writer(tmp_path / "two")
    assert writer.missing == [0, 1, 2]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda k: writer.write(k, small.shards[k]), reversed(writer.missing)))
    assert writer.missing == []
    assert not writer.is_complete
    writer.finish()
    assert writer.is_complete
    assert content(tmp_path / "one") == content(tmp_path / "two")


def test_empty_shards(small, tmp_path):
    many = counted(learning=small.census.vectors is None, n_shards=60)
    many.write(tmp_path / "kept")
    assert_identical(open_census(tmp_path / "kept").census, small.census)


def test_an_unfinished_census_is_gone_on_with(small, tmp_path):
    small.write(tmp_path / "whole")
    small.write(tmp_path / "part", only=[1])
    with pytest.raises(ContentError, match=r"unfinished, 1 of 3 shards are done; count it into this folder again"):
        open_census(tmp_path / "part")
    found = unfinished_at(tmp_path / "part")
    assert (found.done, found.n_shards, found.key) == ((1,), 3, census_key_of(small))
    writer = small.writer(tmp_path / "part")
    assert writer.missing == [0, 2]
    with pytest.raises(RunError, match="1 of 3 shards are done"):
        writer.finish()
    with pytest.raises(RunError, match="shard 1 is not among those"):
        writer.write(1, small.shards[1])
    small.write(tmp_path / "part")
    assert content(tmp_path / "part") == content(tmp_path / "whole")
    again = small.writer(tmp_path / "part")
    assert (again.is_complete, again.missing) == (True, [])
    again.finish()
    assert content(tmp_path / "part") == content(tmp_path / "whole")


def census_key_of(small):
    return census_key(small.language, small.log, small.census.bounds)


def test_a_damaged_shard_counts_as_missing(small, tmp_path):
    small.write(tmp_path / "whole")
    small.write(tmp_path / "part", only=[0, 1])
    for name in sorted(path.name for path in (tmp_path / "part").glob("*-0001.*")):
        path = tmp_path / "part" / name
        before = path.read_bytes()
        path.write_bytes(before[: len(before) // 2])
        assert small.writer(tmp_path / "part").missing == [1, 2], name
        small.write(tmp_path / "part", only=[1])
        assert path.read_bytes() == before
    shared = tmp_path / "part" / "rows.parquet"
    shared.write_bytes(shared.read_bytes() + b" ")
    assert small.writer(tmp_path / "part").missing == [0, 1, 2]
    small.write(tmp_path / "part")
    assert content(tmp_path / "part") == content(tmp_path / "whole")


def test_a_shard_of_something_else_is_refused(small, tmp_path):
    other = counted(learning=small.census.vectors is not None)
    bounded = counted(max_bits=9, learning=small.census.vectors is None)
    writer = small.writer(tmp_path / "kept")
    for wrong in (other.shards[0], bounded.shards[0]):
        with pytest.raises(RunError, match="something else"):
            writer.write(0, wrong)
    writer.write(0, small.shards[1])
    writer.write(1, small.shards[0])
    writer.write(2, small.shards[2])
    with pytest.raises(RunError, match="shard 1 begins at or before"):
        writer.finish()
    with pytest.raises(UsageError, match="0 shards"):
        small.writer(tmp_path / "kept", n_shards=0)


@pytest.mark.parametrize("begun", ["finished", "unfinished", "damaged", "other shards"])
def test_another_census_stays_until_the_new_one_is_complete(begun, small, tmp_path):
    small.write(tmp_path / "whole")
    old = counted(max_bits=9)
    if begun == "other shards":
        small.write(tmp_path / "kept", only=[0], n_shards=5)
    else:
        old.write(tmp_path / "kept", only=[0] if begun == "unfinished" else None)
    if begun == "damaged":
        (tmp_path / "kept" / "manifest.json").write_text("{")
    before = content(tmp_path / "kept")
    small.write(tmp_path / "kept", only=[0, 1])
    assert content(tmp_path / "kept") == before
    # What was begun is found again, and only then is anything replaced.
    assert small.writer(tmp_path / "kept").missing == [2]
    small.write(tmp_path / "kept")
    assert content(tmp_path / "kept") == content(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept", "whole"]


def test_another_log_is_another_census(tmp_path):
    small, other = counted(), counted(actions=(0, 1, 1, 0, 2))
    assert census_key_of(small) == census_key_of(other)
    small.write(tmp_path / "kept")
    assert other.writer(tmp_path / "kept").missing == [0, 1, 2]
    assert other.writer(tmp_path / "kept", engine="reference").missing == [0, 1, 2]


@pytest.mark.parametrize("name", ["notes.txt", "manifest.json", ".hidden", "behaviours-0000.parquet", "folder"])
def test_what_is_no_census_is_not_touched(name, small, tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    if name == "folder":
        (mine / name).mkdir()
    else:
        (mine / name).write_text('{"name": "an app"}')
    for write in (small.writer, lambda folder: save_census(folder, small.census, small.log, small.language)):
        with pytest.raises(UsageError, match="not a census"):
            write(mine)
    assert [path.name for path in mine.iterdir()] == [name]
    small.write(tmp_path / "kept")
    (tmp_path / "kept" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match=r"notes\.txt"):
        counted(max_bits=9).writer(tmp_path / "kept")
    # Reading does not mind it.
    assert_identical(open_census(tmp_path / "kept").census, small.census)


def test_an_empty_folder_and_a_file(small, tmp_path):
    (tmp_path / "empty").mkdir()
    small.write(tmp_path / "empty")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="not a census"):
        small.writer(tmp_path / "file")


class Killed(BaseException):
    """The process is dead: nothing of it runs any more."""


class Killing:
    """Let a process die at a given one of its changes to the disk; from then on nothing is changed any more."""

    def __init__(self, monkeypatch):
        self.left = 0
        self.is_dead = False
        for owner, name in (
            *((Path, name) for name in ("mkdir", "rename", "replace", "unlink", "rmdir", "write_text")),
            (os, "fsync"),
            (pq, "write_table"),
        ):
            monkeypatch.setattr(owner, name, self._mortal(name, getattr(owner, name)))

    def after(self, left):
        self.left, self.is_dead = left, False

    def _mortal(self, name, real):
        def mortal(*arguments, **options):
            if name == "unlink" and arguments[0].name == CLAIM:
                # The lock of the dead is gone, and its file stays.
                return None if self.is_dead else real(*arguments, **options)
            if self.is_dead:
                raise Killed
            self.left -= 1
            if self.left == 0:
                self.is_dead = True
                # Half of a file was written, and a half of all other changes was made.
                if name in ("write_text", "write_table"):
                    real(*arguments, **options)
                    os.truncate(arguments[name == "write_table"], 20)
                raise Killed
            return real(*arguments, **options)

        return mortal


@pytest.mark.parametrize("start", ["nothing", "a census", "an unfinished census"])
def test_killed_at_any_moment(start, tmp_path, monkeypatch):
    small, old = counted(), counted(max_bits=6, n_shards=1)
    small.write(tmp_path / "whole")
    killing = Killing(monkeypatch)
    killing.after(-1)
    complete, n_deaths = False, 0
    for left in range(1, 1000):
        place = tmp_path / f"{left}"
        place.mkdir()
        if start == "a census":
            old.write(place / "kept")
        if start == "an unfinished census":
            small.write(place / "kept", only=[1])
        before = content(place / "kept") if start == "a census" else None
        killing.after(left)
        try:
            small.write(place / "kept")
            complete = True
        except Killed:
            n_deaths += 1
        killing.after(-1)
        # The old state or the new one is found, whole.
        if before is not None:
            found = open_census(place / "kept").census
            assert found.bounds in (old.census.bounds, small.census.bounds)
            assert_identical(found, old.census if found.bounds == old.census.bounds else small.census)
        else:
            try:
                assert_identical(open_census(place / "kept").census, small.census)
            except (ContentError, UsageError):
                assert not complete
        small.write(place / "kept")
        assert content(place / "kept") == content(tmp_path / "whole"), left
        assert [path.name for path in place.iterdir()] == ["kept"], left
        if complete:
            break
    assert n_deaths > 40


CHILD = """
import sys
from pathlib import Path
from mesaprior.hypotheses.store import CensusWriter, open_census
from tests.hypotheses.sharding import split

source, out = sys.argv[1:]
stored = open_census(source)
shards = split(stored.census, stored.log, 40)
print("begin", flush=True)
writer = CensusWriter(
    out, stored.log, stored.language, bounds=stored.census.bounds, engine="merged", n_shards=len(shards)
)
for k in writer.missing:
    writer.write(k, shards[k])
writer.finish()
print("end", flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_kill_9_and_again(tmp_path):
    small = counted()
    save_census(tmp_path / "source", small.census, small.log, small.language)
    command = [sys.executable, "-c", CHILD, str(tmp_path / "source")]
    root = Path(__file__).parents[2]
    subprocess.run([*command, str(tmp_path / "whole")], cwd=root, check=True, stdout=subprocess.DEVNULL)
    n_kills = 0
    for delay in (0.0, 0.05, 0.1, 0.15, 0.2):
        with subprocess.Popen([*command, str(tmp_path / "kept")], cwd=root, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout.readline() == "begin\n"
            time.sleep(delay)
            os.kill(child.pid, signal.SIGKILL)
            n_kills += child.wait() == -signal.SIGKILL
    assert n_kills
    subprocess.run([*command, str(tmp_path / "kept")], cwd=root, check=True, stdout=subprocess.DEVNULL)
    assert content(tmp_path / "kept") == content(tmp_path / "whole")


HOLDER = """
import sys
from mesaprior.hypotheses.store.locking import Claim
from pathlib import Path

claim = Claim(Path(sys.argv[1]), Path("kept"))
print("held", flush=True)
sys.stdin.read()
"""


def test_two_processes_do_not_count_into_one_folder(tmp_path):
    small = counted()
    small.write(tmp_path / "kept", only=[0])
    before = content(tmp_path / "kept")
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "kept")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RunError, match="another process"):
            small.writer(tmp_path / "kept")
        assert content(tmp_path / "kept") == before | {".claim": b""}
        other.stdin.close()
        other.wait()
    small.write(tmp_path / "kept")


def test_a_census_that_is_gone_on_with_is_held_against_others(tmp_path):
    small = counted()
    small.write(tmp_path / "kept", only=[0])
    writer = small.writer(tmp_path / "kept")
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "kept")]
    other = subprocess.run(command, cwd=Path(__file__).parents[2], input="", capture_output=True, text=True)
    assert "another process is working on this census" in other.stderr
    assert writer.missing


def test_the_key_is_what_the_counts_depend_on():
    small = counted()
    key = census_key_of(small)
    assert len(key) == 64
    assert key == census_key_of(counted(actions=(0, 1, 1, 0, 2)))
    others = [
        census_key(small.language, small.log, {"max_bits": 13, "max_time": None}),
        census_key(small.language, small.log, {"max_bits": 12, "max_time": 9}),
        census_key(small.language, small.log, small.census.bounds, "machines"),
        census_key_of(counted(learning=True)),
        census_key_of(counted(learning=True, actions=(0, 1, 1, 0, 2))),
    ]
    assert len({key, *others}) == 6
    # What a lookup of `c` can look up is one more program for each value that occurs.
    looking = language_from_dict(
        {"domain": 4, "actions": 3, "token": [*TOKENS, {"kind": "lookup", "feature": "c"}]}, source="x"
    )
    assert census_key(looking, small.log, small.census.bounds) not in (key, *others)
    # How many numbers there are is up to the language alone.
    counting = language_from_dict({"domain": 4, "actions": 3, "token": [*TOKENS, {"kind": "number"}]}, source="x")
    wider = language_from_dict({"domain": 5, "actions": 3, "token": [*TOKENS, {"kind": "number"}]}, source="x")
    numbers = {census_key(language, small.log, small.census.bounds) for language in (counting, wider)}
    assert len(numbers | {key, *others}) == 8
    assert LEARNING


def test_the_store_finds_what_answers(tmp_path, monkeypatch):
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "store"))
    assert store_root() == tmp_path / "store"
    small, other = counted(), counted(actions=(0, 1, 1, 0, 2))
    question = (small.language, small.log, small.census.bounds)
    path = entry_path(*question)
    assert path == tmp_path / "store" / census_key(*question)[:16]
    assert find_census(*question) is None
    path.parent.mkdir()
    small.write(path, only=[0])
    assert find_census(*question) is None
    small.write(path)
    assert find_census(*question) == path
    found = find_census(other.language, other.log, other.census.bounds)
    assert found == path
    derived = open_census(found, log=other.log).census
    for name in ("predictions", "flags", "behaviour_id", "count", "row_cell"):
        assert np.array_equal(getattr(derived, name), getattr(other.census, name)), name
    learning = counted(learning=True)
    assert find_census(learning.language, learning.log, learning.census.bounds) is None
    # A folder of that name with another census is no answer.
    counted(max_bits=9).write(path)
    assert find_census(*question) is None
    monkeypatch.delenv("MESAPRIOR_STORE")
    assert store_root().parts[-2:] == ("mesaprior", "store")
    assert find_census(*question, root=tmp_path / "nowhere") is None


def test_a_census_writer_takes_what_a_writer_takes(tmp_path):
    small = counted()
    writer = CensusWriter(
        str(tmp_path / "kept"), small.log, small.language, bounds=small.census.bounds, engine="merged", n_shards=3
    )
    assert (writer.key, writer.n_shards, writer.folder) == (census_key_of(small), 3, tmp_path / "kept")
