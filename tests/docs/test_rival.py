"""The shares that the page on rivals gives are those that its commands print."""

import json
import shlex

import pytest
from click.testing import CliRunner

from mesaprior.cli import main
from tests.docs.page import DOCS, ROOT, blocks, lines_of

PAGE = "how-to/rival.md"
UTILITY, ALWAYS_RIGHT, _ = [line for block in blocks(PAGE) for line in lines_of(block.text)]


def defecting(line, monkeypatch):
    """Return the share of the posterior that is defecting, by role, in percent."""
    monkeypatch.chdir(ROOT / "examples" / "corridor")
    result = CliRunner().invoke(main, [*shlex.split(line)[1:], "--format", "json"])
    masses = json.loads(result.stdout)["mass_by_verdict"]
    return {role: 100 * by_verdict["defecting"][-1] for role, by_verdict in masses.items()}


def test_the_rival_that_wants_the_wall_singles_out_its_planners(monkeypatch):
    shares = defecting(UTILITY, monkeypatch)
    assert shares["planner"] == pytest.approx(2.95, abs=0.005)
    own = defecting(UTILITY.partition(" --rival-utility")[0], monkeypatch)
    assert own == shares


def test_the_rival_without_a_goal_takes_two_thirds(monkeypatch):
    shares = defecting(ALWAYS_RIGHT, monkeypatch)
    assert round(sum(shares.values())) == 67
    assert shares["imitator"] > 60


def test_the_page_gives_these_shares():
    text = (DOCS / PAGE).read_text(encoding="utf-8").replace("\n", " ")
    assert "are now *defecting*: 2.95 % of the posterior" in text
    assert "suddenly 67 % of the posterior is *defecting*" in text
