"""Cells that several tables have: programs, lengths in bits, and odds."""

from __future__ import annotations

import math

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import shown
from mesaprior.hypotheses.phrases import bits_text
from mesaprior.hypotheses.tables import Cell, Styled


def program_cell(program: str, always: int | None, log: ImitationLog) -> Cell:
    """Return a program as tables have it; of one that gives one action everywhere, with the label of that action."""
    return program if always is None else Styled(program, remark=f"always {shown(log.label('action', always))}")


def length_text(bits: float) -> str:
    """Return a length in bits; many spaces have fractions of one."""
    return f"{bits:,}" if isinstance(bits, int) else f"{bits:,.2f}"


def odds_cell(log2_odds: float) -> str:
    """Return odds with their unit; a dash where neither side has any mass."""
    return "-" if math.isnan(log2_odds) else f"{bits_text(log2_odds)} bits"
