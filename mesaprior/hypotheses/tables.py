"""Tables as data: named columns and rows of texts, from which any output can be made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Style = Literal["plain", "strong", "dim", "good", "bad", "caution"]
"""How a text stands out; an output that has no colours may leave it away."""


class Styled(NamedTuple):
    """A text that stands out, and a dim remark behind it."""

    text: str
    style: Style = "plain"
    remark: str = ""

    def __str__(self) -> str:
        return f"{self.text}  {self.remark}" if self.remark else self.text


Cell = str | Styled


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    name : str
    is_text : bool
        Text stands to the left, numbers to the right.
    folds : bool
        Whether long values fold.
    term : str
        What the glossary calls its values, where that is not the name.
    """

    name: str
    is_text: bool = False
    folds: bool = False
    term: str = ""

    @property
    def heading(self) -> str:
        """What the glossary has it under."""
        return self.term or self.name


def numbers(*names: str, term: str = "") -> tuple[Column, ...]:
    """Return columns of numbers; a term is what the glossary calls the values of all of them."""
    return tuple(Column(name, term=term) for name in names)


def words(*names: str, term: str = "") -> tuple[Column, ...]:
    """Return columns of short texts."""
    return tuple(Column(name, is_text=True, term=term) for name in names)


def texts(*names: str, term: str = "") -> tuple[Column, ...]:
    """Return columns of texts of any length."""
    return tuple(Column(name, is_text=True, folds=True, term=term) for name in names)


@dataclass(frozen=True)
class Table:
    """A table of texts.

    Attributes
    ----------
    title : str
    columns : sequence of Column
    rows : sequence of sequence of str or Styled
    is_marked : list of bool
        By row, whether something is wrong in it; empty where nothing is anywhere.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    is_marked: list[bool] = field(default_factory=list[bool])
