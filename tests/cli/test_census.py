"""`mesaprior census`: shards, resuming, memory, the store, and what is said of all that."""

import itertools
import json
import shutil
import sys
import types
from dataclasses import replace

import pytest
from click.testing import CliRunner

from mesaprior.cli.main import main
from mesaprior.cli.options import Memory
from mesaprior.cli.progress import Meter
from mesaprior.hypotheses.store import CensusWriter, counting, is_whole, open_census
from mesaprior.hypotheses.store.counting import Passes
from mesaprior.hypotheses.terms.space import TermSpace
from tests.cli.conftest import LANGUAGE, LOG
from tests.cli.test_bad_input import one_sentence
from tests.hypotheses.small_census import content

ASK = ["log.csv", "--language", "mine.toml", "--max-bits", "15"]
COUNT = ["census", *ASK]
OTHER_LOG = "\n".join([*LOG.splitlines()[:2], *reversed(LOG.splitlines()[2:4]), *LOG.splitlines()[4:]]) + "\n"
"""The same situations in another order, so another log."""


@pytest.fixture
def whole(files, run):
    """Return a census in six shards, counted without any interruption."""
    run(*COUNT, "--shards", 6, "--out", "whole")
    return files / "whole"


@pytest.fixture
def begin(monkeypatch, run):
    """Return a function that counts until so many shards are done and somebody presses Ctrl-C."""

    def begin(*arguments, done):
        write = CensusWriter.write
        written = itertools.count()

        def write_some(self, k, shard):
            if next(written) == done:
                raise KeyboardInterrupt
            write(self, k, shard)

        with monkeypatch.context() as patch:
            patch.setattr(CensusWriter, "write", write_some)
            return run(*arguments, code=130)

    return begin


@pytest.mark.parametrize("means", [["--workers", 1], ["--workers", 2], ["--workers", 4], ["--max-memory", 1],
                                   ["--max-memory", "1T"], ["--workers", 3, "--max-memory", "10k"]])  # fmt: skip
def test_the_folder_does_not_depend_on_workers_and_memory(means, whole, files, run):
    run(*COUNT, "--shards", 6, *means, "--out", "other")
    assert content(files / "other") == content(whole)
    # Another cut is another folder, so equal ones are not equal by accident.
    run(*COUNT, "--shards", 5, *means, "--out", "cut")
    assert content(files / "cut") != content(whole)


def test_any_number_of_shards_is_the_same_census(whole, files, run):
    one = run("export", whole, "programs").stdout
    for n in (1, 50):
        run(*COUNT, "--shards", n, "--out", f"in{n}")
        assert json.loads((files / f"in{n}" / "manifest.json").read_text())["n_shards"] == n
        assert run("export", f"in{n}", "programs").stdout == one


@pytest.mark.parametrize("done", [1, 4, 5])
@pytest.mark.parametrize("shards", [["--shards", 6], []])
def test_the_same_command_goes_on_after_ctrl_c(done, shards, whole, files, run, begin):
    first = begin(*COUNT, "--shards", 6, "--out", "cut", done=done)
    assert first.stdout == ""
    assert first.stderr == (
        f"Error: interrupted; {done} of 6 shards are done and kept in {files / 'cut'}, and the same command resumes "
        "from there.\n"
    )
    one_sentence(run("infer", "cut", code=1), "unfinished", f"{done} of 6")
    second = run(*COUNT, *shards, "--out", "cut")
    assert second.stderr.splitlines()[0] == f"{done} of 6 shards were done already."
    assert second.stderr.splitlines()[1].startswith("Counted ")
    assert content(files / "cut") == content(whole)


def test_an_interruption_between_the_last_shard_and_the_end(whole, files, run, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(CensusWriter, "finish", interrupted)
        assert "6 of 6 shards are done" in run(*COUNT, "--shards", 6, "--out", "cut", code=130).stderr
    monkeypatch.setattr(TermSpace, "shards", interrupted)
    assert "6 of 6 shards were done already" in run(*COUNT, "--out", "cut").stderr
    assert content(files / "cut") == content(whole)


def test_an_interruption_before_the_first_shard_leaves_what_was_there(whole, files, run, begin):
    before = content(whole)
    names = sorted(files.iterdir())
    for folder in ("new", "whole"):
        result = begin("census", *ASK[:-1], 12, "--shards", 3, "--out", folder, done=0)
        assert result.stderr == "Error: interrupted before the end; nothing half-written is left behind.\n"
    assert sorted(files.iterdir()) == names
    assert content(whole) == before


def test_a_census_that_replaces_another_goes_on_beside_it(whole, files, run, begin):
    before = content(whole)
    begin("census", *ASK[:-1], 12, "--shards", 3, "--out", "whole", done=2)
    assert content(whole) == before
    one_sentence(run("census", *ASK[:-1], 12, "--shards", 2, "--out", "whole", code=2), "--shards 2", "3 shards")
    assert "2 of 3 shards were done already." in run("census", *ASK[:-1], 12, "--out", "whole").stderr
    assert open_census(whole).census.bounds["max_bits"] == 12


def test_other_shards_than_those_begun_are_refused(files, run, begin):
    begin(*COUNT, "--shards", 6, "--out", "cut", done=2)
    before = content(files / "cut")
    result = run(*COUNT, "--shards", 4, "--out", "cut", code=2)
    one_sentence(result, "--shards 4", "cut", "6 shards", "leave --shards out")
    assert content(files / "cut") == before


def test_a_finished_census_is_left_as_it_is(whole, run, monkeypatch):
    monkeypatch.setattr(TermSpace, "shards", None)
    before = content(whole)
    for shards in ([], ["--shards", 6], ["--shards", 2]):
        assert "whole holds this census already: " in run(*COUNT, *shards, "--out", "whole").stderr
    assert content(whole) == before


def test_shards_that_lack_programs_are_no_census(files, run, monkeypatch):
    shards = TermSpace.shards

    def forgetful(self, *arguments, **options):
        for k, shard in shards(self, *arguments, **options):
            yield k, replace(shard, count=shard.count - (shard.count > 1))

    monkeypatch.setattr(TermSpace, "shards", forgetful)
    one_sentence(run(*COUNT, "--shards", 3, "--out", "short", code=1), "counting identity", "defect", "short")


def test_bounds_without_a_program_leave_nothing(files, run):
    (files / "slow.toml").write_text(LANGUAGE.replace("kind =", "steps = 5\nkind ="))
    slow = ["census", "log.csv", "--language", "slow.toml", "--max-bits", 12, "--max-time", 2, "--out", "counted"]
    for shards in (1, 3):
        one_sentence(run(*slow, "--shards", shards, code=1), "no program", "--max-time 2")
    one_sentence(run("census", *ASK[:-1], 2, "--out", "counted", code=1), "shortest has 3 bits")
    assert not (files / "counted").exists()


@pytest.mark.parametrize(
    ("text", "n_bytes"),
    [
        ("512M", 512 * 10**6),
        ("8G", 8 * 10**9),
        ("1.5g", 1_500_000_000),
        ("12345", 12345),
        ("2kb", 2000),
        ("1T", 10**12),
    ],
)
def test_amounts_of_memory(text, n_bytes):
    assert Memory().convert(text, None, None) == n_bytes


@pytest.mark.parametrize(
    "text", ["much", "-1", "0", "0.0001K", "1e9", "8 GiB", "G", "", "1_000", "9" * 400, "٣G", "nan"]
)
def test_what_is_no_amount_of_memory(text, files, run):
    one_sentence(run(*COUNT, f"--max-memory={text}", "--out", "new", code=2), "--max-memory", "such as 8G")
    assert not (files / "new").exists()


def test_memory_reaches_the_engine(files, run, monkeypatch):
    asked = []
    shards = TermSpace.shards

    def watched(self, *arguments, **options):
        asked.append((options["max_bytes"], options["workers"]))
        return shards(self, *arguments, **options)

    monkeypatch.setattr(TermSpace, "shards", watched)
    run(*COUNT, "--max-memory", "1.5G", "--workers", 2, "--out", "one")
    run(*COUNT, "--workers", 1, "--out", "two")
    assert asked == [(1_500_000_000, 2), (None, 1)]


REFUSED = {
    "no shard": (["--shards", "0"], ["--shards"]),
    "too many shards": (["--shards", "10000"], ["--shards", "9999"]),
    "the reference engine in shards": (["--engine", "reference", "--shards", "2"], ["--shards", "reference"]),
    "the reference engine in memory": (["--engine", "reference", "--max-memory", "1G"], ["--max-memory", "reference"]),
    "the reference engine in threads": (["--engine", "reference", "--workers", "2"], ["--workers", "reference"]),
    "the reference engine elsewhere": (["--engine", "reference", "--cluster", "here"], ["--cluster", "reference"]),
    "threads of others": (["--cluster", "here", "--workers", "2"], ["--workers", "--cluster"]),
    "memory of others": (["--cluster", "here", "--max-memory", "2G"], ["--max-memory", "--cluster"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_options_that_do_not_go_together(name, files, run):
    arguments, words = REFUSED[name]
    one_sentence(run(*COUNT, *arguments, "--out", "new", code=2), *words)
    assert not (files / "new").exists()


def test_the_reference_engine_counts_one_shard(files, run):
    run(*COUNT, "--engine", "reference", "--out", "one")
    assert json.loads((files / "one" / "manifest.json").read_text())["n_shards"] == 1


def pretend_cluster(monkeypatch, count):
    module = types.ModuleType("mesaprior.hypotheses.cluster")
    module.shards_on_cluster = count
    monkeypatch.setitem(sys.modules, module.__name__, module)


def test_a_cluster_counts_in_any_order(whole, files, run, begin, monkeypatch):
    asked = []

    def elsewhere(address, space, log, wanted, n_shards, *, report=None):
        asked.append((address, list(wanted), n_shards))
        return reversed(list(space.shards(log, wanted, n_shards)))

    begin(*COUNT, "--shards", 6, "--out", "cut", done=2)
    pretend_cluster(monkeypatch, elsewhere)
    run(*COUNT, "--cluster", "tcp://there:8786", "--out", "cut")
    assert asked == [("tcp://there:8786", [2, 3, 4, 5], 6)]
    assert content(files / "cut") == content(whole)


def test_a_cluster_that_is_not_installed(files, run, monkeypatch):
    monkeypatch.setattr("mesaprior.hypotheses.cluster.find_spec", lambda name: None)
    one_sentence(run(*COUNT, "--cluster", "here", "--out", "new", code=2), "pip install 'mesaprior[cluster]'")
    assert not (files / "new").exists()


def test_a_cluster_is_told_when_nobody_waits_any_more(files, run, begin, monkeypatch):
    ends = []

    def elsewhere(address, space, log, wanted, n_shards, *, report=None):
        try:
            yield from space.shards(log, wanted, n_shards)
        finally:
            ends.append(address)

    pretend_cluster(monkeypatch, elsewhere)
    said = begin(*COUNT, "--cluster", "there", "--shards", 6, "--out", "cut", done=2).stderr
    assert "2 of 6 shards are done" in said
    assert ends == ["there"]


def test_what_a_long_census_takes_is_said_before(files, run, monkeypatch):
    monkeypatch.setattr(counting, "PROBED_FROM", 100)
    said = run(*COUNT, "--shards", 3, "--out", "three").stderr.splitlines()[0]
    assert "programs to count in 3 shards: about" in said
    assert said.endswith("of memory.")
    assert "of memory." in run(*COUNT, "--shards", 1, "--out", "one").stderr.splitlines()[0]
    refused = run(*COUNT, "--shards", 3, "--max-memory", "1k", "--out", "new", code=1)
    one_sentence(refused, "3 shards", "at least", "1 kB", "may be used", "no bound")
    monkeypatch.setattr("mesaprior.hypotheses.terms.planning.available_memory", lambda: 1000)
    one_sentence(run(*COUNT, "--shards", 3, "--out", "new", code=1), "3 shards", "at least", "are free")
    assert not (files / "new").exists()


# The store


def entry_of(store):
    (entry,) = store.iterdir()
    return entry


def test_without_a_folder_the_census_goes_into_the_store(files, run, store, monkeypatch):
    before = sorted(files.iterdir())
    said = run(*COUNT).stderr
    entry = entry_of(store)
    assert f"kept in the store, {entry}; `mesaprior infer log.csv` with the same language and bounds" in said
    assert sorted(files.iterdir()) == before
    direct = run("infer", entry, "--format", "json").stdout
    monkeypatch.setattr(TermSpace, "shards", None)
    monkeypatch.setattr(TermSpace, "census", None)
    again = run(*COUNT)
    assert again.stderr.startswith(f"The store holds this census already, {entry}: ")
    asked = run("infer", *ASK, "--format", "json")
    assert asked.stderr == f"Nothing to count: the census is in the store, {entry}.\n"
    assert asked.stdout == direct
    compared = run("prior", "compare", *ASK, "--prior", "simplicity,levin", "--format", "json")
    assert compared.stderr == asked.stderr


def test_the_store_goes_on_too(files, run, store, begin):
    said = begin(*COUNT, "--shards", 4, done=3).stderr
    assert f"3 of 4 shards are done and kept in {entry_of(store)}" in said
    # What is not complete does not answer.
    assert "store" not in run("infer", *ASK).stderr
    assert "3 of 4 shards were done already." in run(*COUNT).stderr
    assert "Nothing to count" in run("infer", *ASK).stderr


def test_another_log_over_the_same_situations_is_answered(files, run, store, monkeypatch):
    (files / "other.csv").write_text(OTHER_LOG)
    direct = json.loads(run("infer", "other.csv", *ASK[1:], "--format", "json").stdout)
    run(*COUNT)
    monkeypatch.setattr(TermSpace, "shards", None)
    monkeypatch.setattr(TermSpace, "census", None)
    result = run("infer", "other.csv", *ASK[1:], "--format", "json")
    assert result.stderr == (
        f"Nothing to count: the census is in the store, {entry_of(store)}, counted for log.csv over the same "
        "situations.\n"
    )
    answer = json.loads(result.stdout)
    for key in ("log2_odds", "mass_by_verdict", "number", "programs", "provenance"):
        assert answer[key] == direct[key], key
    said = run("census", "other.csv", *ASK[1:]).stderr
    assert said.startswith("The store holds this census already")
    assert "counted for log.csv over the same situations" in said


def test_other_bounds_languages_and_teachers_that_matter_are_not_answered(files, run, store):
    text = LANGUAGE + '[[token]]\nkind = "parameter"\nbits = 4\n[[token]]\nkind = "fit"\nbits = 4\n'
    (files / "fit.toml").write_text(text)
    (files / "other.csv").write_text(OTHER_LOG)
    fit = ["log.csv", "--language", "fit.toml", "--max-bits", 12]
    run("census", *fit)
    run(*COUNT)
    assert len(list(store.iterdir())) == 2
    for others in (["other.csv", *fit[1:]], [*ASK[:-1], 12], [*ASK, "--max-time", 9], ["log.csv", "--max-bits", 9]):
        assert run("infer", *others).stderr == ""
    assert "Nothing to count" in run("infer", *fit).stderr


def test_long_counts_of_infer_are_kept(files, run, store, monkeypatch):
    direct = run("infer", *ASK, "--format", "json")
    assert direct.stderr == ""
    assert not store.exists()
    monkeypatch.setattr(counting, "PROBED_FROM", 100)
    first = run("infer", *ASK, "--format", "json")
    entry = entry_of(store)
    assert is_whole(entry)
    assert first.stderr.splitlines()[1] == f"Kept in the store, {entry}: the same programs need not be counted again."
    monkeypatch.setattr(TermSpace, "shards", None)
    second = run("infer", *ASK, "--format", "json")
    assert second.stderr == f"Nothing to count: the census is in the store, {entry}.\n"
    assert direct.stdout == first.stdout == second.stdout


def test_a_store_that_cannot_be_used_is_no_obstacle(files, run, monkeypatch):
    direct = run("infer", *ASK, "--format", "json").stdout
    monkeypatch.setattr(counting, "PROBED_FROM", 100)
    (files / "file").write_text("no folder")
    monkeypatch.setenv("MESAPRIOR_STORE", str(files / "file"))
    result = run("infer", *ASK, "--format", "json")
    assert result.stdout == direct
    assert "The counts are not kept in the store: " in result.stderr.splitlines()[1]
    one_sentence(run(*COUNT, code=1), "file")


def test_a_damaged_entry_is_counted_again(files, run, store, monkeypatch):
    run(*COUNT)
    entry = entry_of(store)
    sound = content(entry)
    direct = run("infer", *ASK, "--format", "json").stdout
    for repair in (["census"], ["infer"]):
        (entry / "programs-0000.parquet").write_bytes(b"nonsense")
        monkeypatch.setattr(counting, "PROBED_FROM", 100)
        result = run(*repair, *ASK, *(["--format", "json"] if repair == ["infer"] else []))
        if repair == ["infer"]:
            assert result.stdout == direct
            assert result.stderr.startswith("The store cannot answer, so the programs are counted: ")
            assert "programs-0000.parquet" in result.stderr
        assert content(entry) == sound
    shutil.rmtree(entry)
    assert "Nothing to count" not in run("infer", *ASK).stderr


# Progress


def test_a_bar_never_passes_its_end():
    shares = []
    meter = Meter(100, lambda meter: shares.append(meter.share))
    passes = Passes(meter, 6)
    for kept in (3, 1, 2):
        for _ in range(12):
            passes.report(10)
        for _ in range(kept):
            passes.take_shard()
    assert max(shares) == 1
    # After a pass of three of six shards, half is done but for what reports beyond the first guess added.
    assert shares[11] == 1
    assert shares[12] == pytest.approx(130 / 240)
    assert shares[24] == pytest.approx(250 / 480)
    assert shares[-1] == pytest.approx(360 / 480)


def test_progress_of_every_pass_is_written_as_lines(files, monkeypatch):
    monkeypatch.setattr("mesaprior.cli.progress.LINE_SECONDS", -1)
    said = CliRunner().invoke(main, [*COUNT, "--shards", "5", "--max-memory", "1", "--out", "new"]).stderr
    shares = [int(line.split("programs: ")[1].split("%")[0]) for line in said.splitlines() if "%" in line]
    assert shares
    assert max(shares) <= 100
