"""Cells that several tables have: programs, lengths in bits, and odds."""

from __future__ import annotations

import math

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import bits_text
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.tables import Cell, Styled
from mesaprior.inference.glossing import gloss


def program_cell(
    program: str | None, log: ImitationLog, space: Space | None, predictions: np.ndarray | None = None
) -> Cell:
    """Return a program as tables have it, with what it does in words; see `gloss`. A dash stands for none."""
    return "-" if program is None else Styled(program, remark=gloss(program, log, space, predictions))


def length_text(bits: float) -> str:
    """Return a length in bits; many spaces have fractions of one."""
    return f"{bits:,}" if isinstance(bits, int) else f"{bits:,.2f}"


def odds_cell(log2_odds: float) -> str:
    """Return odds with their unit; a dash where neither side has any mass."""
    return "-" if math.isnan(log2_odds) else f"{bits_text(log2_odds)} bits"
