"""The world of the how-to page is one: its commands run, and its programs are what the page says."""

import sys
import types

import pytest

from mesaprior.inference.worlds.worlds import WORLDS, make_world
from tests.docs.page import Reader, blocks

PAGE = "how-to/own-world.md"


@pytest.fixture
def ferry(monkeypatch, tmp_path):
    """Have the module of the page among the worlds."""
    monkeypatch.chdir(tmp_path)
    name = "mesaprior.inference.worlds.ferry"
    module = types.ModuleType(name)
    (code,) = [block.text for block in blocks(PAGE) if block.kind == "python"]
    exec(compile(code, PAGE, "exec"), vars(module))
    monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(WORLDS, "ferry", "ferry")


def test_the_commands_of_the_page_run(ferry):
    (commands,) = [block for block in blocks(PAGE) if block.kind == "sh"]
    Reader().follow(commands)


@pytest.mark.parametrize("seen", [1, 4, 7])
def test_rival_and_teacher_agree_at_the_tides_of_training_and_nowhere_else(ferry, seen):
    world = make_world("ferry", seed=5, seen=seen, rows=64)
    log = world.log.to_frame()
    trained = set(log[log.split == "train"].tide)
    assert len(trained) == seen
    for tide in range(8):
        assert (world.teacher((tide,)) == world.rival((tide,))) == (tide in trained)


def test_programs_have_the_bits_and_the_verdicts_of_the_page(ferry):
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.inference.analysis import Analysis

    world = make_world("ferry", seed=5)
    space = TermSpace(world.language, 16)
    top = Analysis(space.census(world.log), world.log, space=space).top(1000).set_index("program")
    for intended in world.programs:
        assert top.loc[intended.text, ["role", "verdict", "bits"]].tolist() == [intended.role, intended.verdict, 16]
