"""The census on disk: round trips, and what an interruption leaves behind. Refusals are tested at the command line."""

import shutil

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.store import open_census, save_census
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from tests.test_examples import EXAMPLES

QUESTIONS = {
    "corridor": ("corridor/corridor.csv", "corridor/corridor.toml", 20),
    "with learning": ("ipd/ipd-titfortat.csv", "ipd/ipd.toml", 16),
}


@pytest.fixture(params=QUESTIONS)
def counted(request):
    """Return (census, log, language) of an example."""
    log_file, language_file, max_bits = QUESTIONS[request.param]
    log, language = read_log(EXAMPLES / log_file), read_language(EXAMPLES / language_file)
    return TermSpace(language, max_bits).census(log), log, language


def assert_identical(one, other):
    """Compare two censuses to the last bit, types and witnesses included."""
    for name in ("predictions", "flags", "behaviour_id", "count", "row_cell"):
        a, b = getattr(one, name), getattr(other, name)
        assert np.array_equal(a, b)
        assert a.dtype == b.dtype
    assert one.columns.keys() == other.columns.keys()
    for name in one.columns:
        assert np.array_equal(one.columns[name], other.columns[name])
    assert (one.witness, one.space, one.n_actions, one.bounds) == (
        *(other.witness, other.space, other.n_actions, other.bounds),
    )


def test_round_trip(counted, tmp_path):
    census, log, language = counted
    save_census(tmp_path / "kept", census, log, language)
    stored = open_census(tmp_path / "kept")
    assert_identical(stored.census, census)
    assert stored.log.digest == log.digest
    assert stored.language.digest == language.digest
    assert (stored.census.vectors is None) == language.has("fit")
    if census.vectors is not None:
        assert np.array_equal(stored.census.vectors.intact, census.vectors.intact)
        assert np.array_equal(stored.census.vectors.search_inverted, census.vectors.search_inverted)
        assert stored.census.vectors.witness == census.vectors.witness
    assert stored.manifest["n_programs"] == census.n_programs


def test_the_same_bytes_for_any_number_of_workers(counted, tmp_path):
    _, log, language = counted
    for workers in (1, 3):
        census = TermSpace(language, 16).census(log, workers=workers)
        save_census(tmp_path / str(workers), census, log, language)
    files = sorted(path.name for path in (tmp_path / "1").iterdir())
    assert files == sorted(path.name for path in (tmp_path / "3").iterdir())
    for name in files:
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "3" / name).read_bytes(), name


def test_an_interruption_leaves_the_old_state(counted, tmp_path, monkeypatch):
    census, log, language = counted
    import pyarrow.parquet as pq

    real, calls = pq.write_table, []

    def interrupted(table, path, **options):
        calls.append(path)
        if len(calls) > 2:
            raise KeyboardInterrupt
        real(table, path, **options)

    monkeypatch.setattr(pq, "write_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_census(tmp_path / "kept", census, log, language)
    assert list(tmp_path.iterdir()) == []

    monkeypatch.setattr(pq, "write_table", real)
    save_census(tmp_path / "kept", census, log, language)
    before = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    calls.clear()
    monkeypatch.setattr(pq, "write_table", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_census(tmp_path / "kept", census, log, language)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()} == before


def test_a_census_is_replaced_and_other_folders_are_not(counted, tmp_path):
    census, log, language = counted
    save_census(tmp_path / "kept", census, log, language)
    smaller = TermSpace(language, 12).census(log)
    save_census(tmp_path / "kept", smaller, log, language)
    assert_identical(open_census(tmp_path / "kept").census, smaller)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="not a census; choose another folder") as refused:
        save_census(tmp_path / "mine", census, log, language)
    assert refused.value.typed().endswith("not a census; choose another name for --out.")
    shutil.rmtree(tmp_path / "kept")
    with pytest.raises(UsageError, match="no such folder; save_census writes one") as refused:
        open_census(tmp_path / "kept")
    assert "`mesaprior census LOG --max-bits B --out DIR` writes one" in refused.value.typed()
