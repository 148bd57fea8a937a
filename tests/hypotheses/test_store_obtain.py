"""One census from the store or counted, and what a listener is told on the way."""

from contextlib import contextmanager

import pytest

from mesaprior.hypotheses.store import is_whole
from mesaprior.hypotheses.store.listening import Listener
from mesaprior.hypotheses.store.obtain import obtain, store_entry
from mesaprior.hypotheses.terms.space import TermSpace
from tests.hypotheses.small_census import counted
from tests.hypotheses.test_store import assert_identical


class Heard(Listener):
    """Writes down what it is told."""

    def __init__(self):
        self.events = []
        self.done = 0

    def found(self, folder, other_log=None):
        self.events.append(("found", folder, other_log))

    def unreadable(self, error):
        self.events.append(("unreadable", type(error).__name__))

    def planned(self, plan, *, n_shards, workers, with_answer):
        self.events.append(("planned", plan.n_programs, n_shards))

    def resumed(self, n_done, n_shards):
        self.events.append(("resumed", n_done, n_shards))

    @contextmanager
    def progress(self, title, total):
        self.events.append(("progress", title))
        with super().progress(title, total) as meter:
            yield meter
        self.done += meter.done

    def kept(self, folder):
        self.events.append(("kept", is_whole(folder)))

    def not_kept(self, error):
        self.events.append(("not kept", type(error).__name__))

    def interrupted(self, folder, n_done, n_shards):
        self.events.append(("interrupted", n_done, n_shards))


@pytest.fixture
def asked(monkeypatch):
    """Return a space, a log and their census, which takes long to count here."""
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", 10)
    small = counted()
    return TermSpace(small.language, 12), small.log, small.census


def test_nothing_is_kept_unless_asked(asked, tmp_path):
    space, log, census = asked
    for keep, last in ((False, "progress"), (True, "kept"), (True, "found")):
        heard = Heard()
        assert_identical(obtain(space, log, keep=keep, listener=heard, root=tmp_path), census)
        assert heard.events[-1][0] == last
        assert bool(list(tmp_path.iterdir())) == keep
    assert heard.events == [("found", store_entry(space, log, tmp_path), None)]


def test_what_is_short_to_count_is_not_kept(asked, tmp_path, monkeypatch):
    space, log, census = asked
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", census.n_programs)
    heard = Heard()
    assert_identical(obtain(space, log, keep=True, listener=heard, root=tmp_path), census)
    assert heard.events == [("progress", f"Counting {census.n_programs} programs")]
    assert heard.done > 0
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_count_is_resumed(asked, tmp_path, monkeypatch):
    space, log, census = asked
    monkeypatch.setattr(TermSpace, "n_shards", lambda self, log: 3)
    shards = TermSpace.shards

    def interrupted(self, log, wanted, n_shards, **options):
        yield from shards(self, log, wanted[:2], n_shards, **options)
        raise KeyboardInterrupt

    heard = Heard()
    with monkeypatch.context() as patch:
        patch.setattr(TermSpace, "shards", interrupted)
        with pytest.raises(KeyboardInterrupt):
            obtain(space, log, keep=True, listener=heard, root=tmp_path)
    assert heard.events[-1] == ("interrupted", 2, 3)
    heard = Heard()
    assert_identical(obtain(space, log, keep=True, listener=heard, root=tmp_path), census)
    assert heard.events[1] == ("resumed", 2, 3)
    assert heard.events[-1] == ("kept", True)


def test_a_store_that_is_of_no_use_is_no_obstacle(asked, tmp_path):
    space, log, census = asked
    (tmp_path / "file").write_text("no folder")
    heard = Heard()
    assert_identical(obtain(space, log, keep=True, listener=heard, root=tmp_path / "file"), census)
    assert [event[0] for event in heard.events] == ["planned", "not kept", "progress"]
    obtain(space, log, keep=True, root=tmp_path)
    (store_entry(space, log, tmp_path) / "programs-0000.parquet").write_bytes(b"nonsense")
    heard = Heard()
    assert_identical(obtain(space, log, keep=True, listener=heard, root=tmp_path), census)
    assert heard.events[0] == ("unreadable", "ContentError")
    assert heard.events[-1] == ("kept", True)
