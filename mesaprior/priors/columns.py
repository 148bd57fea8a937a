"""The columns of a census that a formula may read: those of all hypothesis spaces.

Every space has the columns of `EVERYWHERE`. The others are registered from outside, since priors do not know spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from mesaprior.errors import UsageError

EVERYWHERE = ("length", "time", "infer_time")
"""Columns that every space has: bits, steps, and steps once everything is fitted."""

_sources: list[Callable[[], tuple[str, ...]]] = []


def ask_for_columns(source: Callable[[], tuple[str, ...]]) -> None:
    """Register the function that returns all columns, called when a formula is first read."""
    _sources.append(source)


def columns() -> tuple[str, ...]:
    """Return the names of all columns; parameters of the catalogue are never columns."""
    # Whoever imports the package at all imports this module.
    from mesaprior.priors.catalogue import DEFAULT_PARAMETERS

    told = (name for source in _sources for name in source())
    return tuple(dict.fromkeys((*EVERYWHERE, *(name for name in told if name not in DEFAULT_PARAMETERS))))


def sizes() -> tuple[str, ...]:
    """Return the columns for the size of a program, beyond its bits and steps."""
    return tuple(name for name in columns() if name not in EVERYWHERE)


class ReadsColumns(Protocol):
    """The part of a prior that this module needs."""

    @property
    def name(self) -> str:
        """Name or formula."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns that it reads."""
        ...


def check_columns(prior: ReadsColumns, space: str, columns: Iterable[str]) -> None:
    """Refuse a prior that reads a column that the programs of a space do not have.

    Raises
    ------
    UsageError
        If so; the message names the column.
    """
    missing = [name for name in prior.columns if name not in columns]
    if missing:
        raise UsageError(
            f"prior {prior.name!r} reads the column {missing[0]!r}, which the space {space!r} does "
            f"not count; its columns are {', '.join(columns)}, so use these or another space."
        )
