"""Cells that a spreadsheet would run."""

import pytest

from mesaprior.hypotheses.log.notices import inert


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "- 1e5x"])
def test_a_formula_becomes_a_text(text):
    assert inert(text) == "'" + text


@pytest.mark.parametrize("cell", ["", "=", "-", "a=1", "'=1", "-1.5", "-inf", "+3", "-1e-300", 7, -2.5, None, True])
def test_everything_else_stays_as_it_is(cell):
    assert inert(cell) is cell
