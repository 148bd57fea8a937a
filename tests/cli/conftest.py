"""Little logs and languages as files, and a way to run commands."""

import pytest
from click.testing import CliRunner

from mesaprior.cli import main

LOG = """p,c,action,rival,split
0,3,2,,train
3,3,0,,train
2,1,1,,train
0,0,0,2,deploy
1,3,2,2,deploy
3,1,1,0,deploy
2,2,,,deploy
"""

MOVES = [[0, 0, 1, 0], [1, 0, 2, 1], [2, 1, 3, 2], [3, 2, 3, 3]]

LANGUAGE = f"""domain = 4
actions = 3
[[token]]
kind = "feature"
name = "p"
[[token]]
kind = "feature"
name = "c"
[[token]]
kind = "candidate"
[[token]]
kind = "binary"
name = "move"
table = {MOVES}
[[token]]
kind = "binary"
name = "dist"
[[token]]
kind = "argmin"
[[token]]
kind = "constant"
value = 2
"""


@pytest.fixture(autouse=True)
def store(tmp_path_factory, monkeypatch):
    """Give each test a store of its own, which is not there yet."""
    place = tmp_path_factory.mktemp("data") / "store"
    monkeypatch.setenv("MESAPRIOR_STORE", str(place))
    return place


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Work in a fresh folder with a log and a language."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "mine.toml").write_text(LANGUAGE)
    return tmp_path


@pytest.fixture
def run():
    """Return a function that runs a command line and gives the result; `code` is the exit code expected."""

    def run(*arguments, code=0):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == code, (result.exit_code, result.stdout, result.stderr, result.exception)
        return result

    return run
