"""The parts of a report for people: sentences, series and tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from mesaprior.errors import Sentence
from mesaprior.hypotheses.tables import Styled, Table


@dataclass(frozen=True)
class Line:
    """A sentence.

    Attributes
    ----------
    text : str or Styled or Sentence
    kind : str
        ``headline`` says what came out, ``summary`` what that means, ``about`` what was asked, ``note`` what one has to
        know to read the tables, ``warning`` what is suspicious, ``definition`` what a word means, and ``plain``
        anything else.
    """

    text: str | Styled | Sentence
    kind: Literal["headline", "summary", "about", "note", "warning", "definition", "plain"] = "plain"


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers along the training rows, or along another axis, shown as a line of blocks.

    Attributes
    ----------
    name : str
    values : float64[N + 1] or float64[V]
        May be infinite, or nan where there is nothing to say.
    unit : str
    ends : (str, str) or None
        What stands before and behind the blocks; None along the training rows.
    """

    name: str
    values: np.ndarray
    unit: str = "bits"
    ends: tuple[str, str] | None = None


Block = Line | Series | Table
"""What a person reads, in order."""


def as_typed(block: Block) -> Block:
    """Return a block with options where Python has settings."""
    if isinstance(block, Line) and isinstance(block.text, Sentence):
        return replace(block, text=block.text.typed())
    return block


def notes(*sentences: str | Sentence) -> list[Block]:
    """Return sentences that one has to know to read the tables."""
    return [Line(sentence, "note") for sentence in sentences]
