"""Machines as policies in shards that add up: written in any order, interrupted anywhere, and always the same bytes."""

import pickle
import random
from functools import cache

import numpy as np
import pytest

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses.census import sum_of_censuses
from mesaprior.hypotheses.store import CensusWriter, merge, open_census, resumable_at, save_census, verify
from mesaprior.hypotheses.store.manifest import parts_left, read_manifest
from mesaprior.hypotheses.turing.space import TuringSpace
from tests.hypotheses.small_census import content
from tests.hypotheses.test_store import assert_identical
from tests.hypotheses.test_store_shards import Killed, Killing
from tests.hypotheses.turing.test_policies import log_of

SPACE = TuringSpace(1, 2, 30)
LOG = log_of((0, 1), (1, 1), (1, 0), later=[(0, 0)])


@cache
def shards(n_shards):
    """Return all shards, in order."""
    return [shard for _, shard in sorted(SPACE.shards(LOG, range(n_shards), n_shards, workers=2))]


def writer_in(folder, n_shards=3):
    """Return the writer of the census."""
    return CensusWriter(
        folder, LOG, None, bounds=SPACE.bounds, engine="lazy", n_shards=n_shards, space="turing", adds_up=True
    )


def write(folder, n_shards=3, only=None):
    """Write the shards that are missing, or only these, and finish if none is missing."""
    writer = writer_in(folder, n_shards)
    for k in writer.missing:
        if only is None or k in only:
            writer.write(k, shards(n_shards)[k])
    if not writer.missing:
        writer.finish()
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the bytes of the census as it is written when it is counted at once."""
    folder = tmp_path_factory.mktemp("whole") / "census"
    save_census(folder, SPACE.census(LOG), LOG, None, engine="lazy")
    return content(folder)


@pytest.mark.parametrize("n_shards", [1, 2, 5, 70, 200])
def test_shards_add_up_to_the_census(n_shards):
    assert SPACE.cut == "sets"
    census = SPACE.census(LOG)
    # A range of prefixes may have any behaviour, and more shards than prefixes are empty.
    assert min(shard.n_programs for shard in shards(n_shards)) == 0 or n_shards < 200
    for shard in shards(n_shards):
        assert (shard.bounds, shard.n_actions, shard.space) == (SPACE.bounds, 2, "turing")
    assert_identical(sum_of_censuses(shards(n_shards)), census)


def test_three_states_add_up_too_witnesses_included(monkeypatch):
    space = TuringSpace(2, 3, 40)
    parts = dict(space.shards(LOG, range(20), 20, workers=2))
    census = space.census(LOG, workers=2)
    assert_identical(sum_of_censuses(parts[k] for k in range(20)), census)
    # However many are added at once.
    monkeypatch.setattr("mesaprior.hypotheses.census.AT_ONCE", 10)
    assert_identical(sum_of_censuses(parts[k] for k in range(20)), census)


def test_a_shard_does_not_depend_on_the_others_nor_on_workers():
    one = pickle.loads(pickle.dumps(SPACE))
    for k in (3, 0):
        ((number, shard),) = one.shards(LOG, [k], 5)
        assert number == k
        assert_identical(shard, shards(5)[k])


def test_progress_adds_up():
    reports = []
    list(SPACE.shards(LOG, range(5), 5, workers=2, report=reports.append))
    assert sum(reports) == SPACE.n_reports(LOG)
    with pytest.raises(ZeroDivisionError):
        list(SPACE.shards(LOG, range(5), 5, report=lambda more: 1 / 0))


@pytest.mark.parametrize("n_shards", [1, 2, 9, 200])
def test_the_bytes_are_those_of_one_shard_whatever_the_number_and_the_order(n_shards, whole, tmp_path):
    writer = writer_in(tmp_path / "census", n_shards)
    order = writer.missing
    random.Random(n_shards).shuffle(order)
    for k in order:
        writer.write(k, shards(n_shards)[k])
    assert not writer.is_complete
    writer.finish()
    assert content(tmp_path / "census") == whole
    assert read_manifest(tmp_path / "census")["n_shards"] == 1
    assert writer_in(tmp_path / "census", n_shards).is_complete


def test_what_was_begun_is_gone_on_with(whole, tmp_path):
    folder = write(tmp_path / "census", 9, only=[2, 7])
    begun = resumable_at(folder, LOG, None, bounds=SPACE.bounds, engine="lazy", space="turing")
    assert (begun.n_shards, begun.done) == (9, (2, 7))
    with pytest.raises(ContentError, match=r"unfinished, 2 of 9 shards are done"):
        open_census(folder)
    damaged = bytearray((folder / "programs-0007.parquet").read_bytes())
    damaged[40] ^= 1
    (folder / "programs-0007.parquet").write_bytes(damaged)
    assert writer_in(folder, 9).missing == [0, 1, 3, 4, 5, 6, 7, 8]
    write(folder, 9)
    assert content(folder) == whole


def test_a_shard_that_changes_before_the_sum_is_counted_again(whole, tmp_path):
    folder = tmp_path / "census"
    writer = writer_in(folder)
    for k in writer.missing:
        writer.write(k, shards(3)[k])
    (folder / "programs-0001.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunError, match=r"programs-0001.parquet: this shard has changed .* count the census again"):
        writer.finish()
    del writer
    assert writer_in(folder).missing == [1]
    write(folder)
    assert content(folder) == whole


def test_shards_of_several_folders_are_merged(whole, tmp_path):
    write(tmp_path / "here", 5, only=[0, 3])
    write(tmp_path / "there", 5, only=[1, 2])
    out = tmp_path / "out"
    assert merge([tmp_path / "here", tmp_path / "there"], out).missing == [4]
    write(tmp_path / "there", 5, only=[4])
    assert merge([tmp_path / "there"], out).is_complete
    assert content(out) == whole
    # The finished census has one shard, and is no part of another.
    with pytest.raises(RunError, match="not hold shards of the same census"):
        merge([out, tmp_path / "here"], tmp_path / "other")
    with pytest.raises(UsageError):
        merge([], tmp_path / "other")


def test_another_census_is_kept_until_the_sum_is_there(whole, tmp_path):
    folder = tmp_path / "census"
    other = TuringSpace(1, 1, 30)
    save_census(folder, other.census(LOG), LOG, None, engine="lazy")
    before = content(folder)
    write(folder, only=[1])
    assert content(folder) == before
    write(folder)
    assert content(folder) == whole
    assert [path.name for path in tmp_path.iterdir()] == ["census"]


def test_killed_at_any_change_to_the_disk(whole, tmp_path, monkeypatch):
    killing = Killing(monkeypatch)
    n_deaths, n_left, is_complete = 0, 0, False
    for left in range(1, 1000):
        folder = tmp_path / f"{left}" / "census"
        killing.after(-1)
        folder.parent.mkdir()
        killing.after(left)
        try:
            write(folder)
            is_complete = True
        except Killed:
            n_deaths += 1
        killing.after(-1)
        try:
            assert_identical(open_census(folder).census, SPACE.census(LOG))
            # Tables that were added up may be left for a moment, and are nothing wrong.
            n_left += bool(parts_left(folder))
            assert verify(folder) == []
        except (ContentError, UsageError):
            assert not is_complete
        write(folder)
        assert content(folder) == whole, left
        assert [path.name for path in folder.parent.iterdir()] == ["census"], left
        if is_complete:
            break
    assert n_deaths > 40
    assert n_left > 2


def test_without_adding_up_shards_must_be_in_order(tmp_path):
    writer = CensusWriter(
        tmp_path / "census", LOG, None, bounds=SPACE.bounds, engine="lazy", n_shards=3, space="turing"
    )
    for k, shard in enumerate(shards(3)):
        writer.write(k, shard)
    with pytest.raises(RunError, match=r"shard \d begins at or before the end of the ones before"):
        writer.finish()


def test_shards_hold_every_behaviour_alike():
    """The premise: behaviours are not cut by prefixes."""
    sets = [set(map(tuple, np.asarray(shard.predictions).tolist())) for shard in shards(5)]
    assert sum(map(len, sets)) > len(set.union(*sets))
