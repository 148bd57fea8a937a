"""The pages about the store, followed as they stand: every command and every piece of Python runs and agrees."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.store import open_census
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from tests.hypotheses.sharding import split
from tests.hypotheses.small_census import Counted
from tests.test_examples import EXAMPLES

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "how-to" / "store.md"


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture
def corridor(tmp_path, monkeypatch):
    """Work in a copy of the example, with a census in four shards, and two halves of it."""
    shutil.copytree(EXAMPLES / "corridor", tmp_path / "corridor")
    monkeypatch.chdir(tmp_path / "corridor")
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "store"))
    log, language = read_log("corridor.csv"), read_language("corridor.toml")
    census = TermSpace(language, 20).census(log)
    counted = Counted(census, log, language, tuple(split(census, log, 4)))
    counted.write("here", only=[0, 3])
    counted.write("there", only=[1, 2])
    counted.write("counted")
    return census


def test_every_command_of_the_page_runs(corridor, run):
    shutil.rmtree("counted")
    for line in "\n".join(blocks(PAGE, "bash")).splitlines():
        if line:
            command, *arguments = shlex.split(line)
            assert command == "mesaprior"
            run(*arguments)
    together = open_census("together").census
    assert together.n_programs == corridor.n_programs


def test_duckdb_and_pandas_read_what_the_pages_say(corridor, capsys):
    found = {}
    for page in (PAGE, DOCS / "reference" / "census.md"):
        for block in blocks(page, "python"):
            exec(compile(block, page.name, "exec"), found)
            assert capsys.readouterr().out
    by_length = {length: int(programs) for length, programs in found["by_length"].fetchall()}
    assert by_length == corridor.counted_by_length
    by_action = {action: int(programs) for action, _, programs, _ in found["first_cell"].fetchall()}
    by_actions = {tuple(actions): int(programs) for *actions, programs in found["by_actions"].fetchall()}
    for action, programs in by_action.items():
        chosen = corridor.predictions[corridor.behaviour_id, 0] == action
        assert programs == corridor.count[chosen].sum()
    table = found["table"]
    assert len(table) == len(corridor.count)
    by_pandas = table.groupby(list(table.filter(regex="^cell_")))["count"].sum()
    assert {tuple(map(int, key)): int(programs) for key, programs in by_pandas.items()} == by_actions
    assert sum(by_actions.values()) == corridor.n_programs
