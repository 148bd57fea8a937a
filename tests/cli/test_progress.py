"""What is said of work that takes a while: its phases by name, and nothing of what is soon done."""

import re
import time

import pytest

from mesaprior.cli import progress

SECONDS = 0.02


@pytest.fixture(params=[True, False], ids=["terminal", "file"])
def said(request, monkeypatch, capsys):
    """A function that returns what was written to standard error, a terminal or a file."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: request.param, raising=False)
    return lambda: capsys.readouterr().err


def test_a_phase_that_takes_a_while_is_named(said, monkeypatch):
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)
    with progress.phase("Reading the census back"):
        time.sleep(SECONDS)
    assert "Reading the census back" in said()


def test_a_phase_that_is_soon_done_says_nothing(said):
    with progress.phase("Reading the census back"):
        pass
    assert said() == ""


def test_a_phase_ends_with_what_ends_it(said):
    with pytest.raises(RuntimeError), progress.phase("Writing"):
        raise RuntimeError
    assert said() == ""


def test_every_step_has_its_name_and_its_time(files, run):
    told = run("census", "log.csv", "--language", "mine.toml", "--max-bits", 8, "--out", "new", "-v").stderr
    assert re.search(r"Counting [\d,]+ programs: ", told)
    assert "Writing the census: " in told
    asked = run("infer", "new", "-v").stderr
    assert "Reading the census: " in asked
    assert "Weighing the programs: " in asked
