"""What an entry of the glossary is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word that results use, with its meaning.

    Attributes
    ----------
    name : str
        As it is printed, in a sentence or over a column.
    definition : str
        One sentence.
    unit : str
        Unit and range of its values; empty where there is none.
    also : tuple of str
        Other headings that mean the same.
    """

    name: str
    definition: str
    unit: str = ""
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.definition[:-1]} ({self.unit})." if self.unit else self.definition
