"""The notebook of the tutorial runs from the first cell to the last, and each result shows itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs" / "tutorial" / "notebook.md"
CELL = re.compile(r"^```\{code-cell\} python\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
CELLS = CELL.findall(NOTEBOOK.read_text(encoding="utf-8"))


def run(cell: str, names: dict[str, Any]) -> Any:
    """Run a cell, and return the value of its last line where that is an expression."""
    tree = ast.parse(cell)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, NOTEBOOK.name, "exec"), names)
    return eval(compile(ast.Expression(last.value), NOTEBOOK.name, "eval"), names) if last else None


def test_it_is_a_notebook_as_text():
    head = NOTEBOOK.read_text("utf-8").split("---\n")[1]
    assert "format_name: myst" in head
    assert "name: python3" in head
    assert len(CELLS) >= 6


def test_the_cells_run_in_order_and_show_something():
    names: dict[str, Any] = {}
    shown = [run(cell, names) for cell in CELLS]
    tables = [value._repr_html_() for value in shown if hasattr(value, "_repr_html_")]
    assert len(tables) == 4
    for table in tables:
        assert table.count("<td") >= 6
    # What the text says of them.
    analysis, odds, people = names["analysis"], shown[3], shown[6]
    assert list(odds.values()) == sorted(odds.values(), reverse=True)
    assert odds[0] == pytest.approx(analysis.odds[-1], abs=0.01)
    assert analysis.posterior.log2_odds_verdict[-1] < analysis.posterior.log2_odds_verdict[-2] - 4
    assert [people[str(number)] for number in range(1, 15)] == ["op1"] * 8 + ["1"] * 6
