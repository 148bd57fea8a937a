"""Which columns of a census a formula may read: those of every hypothesis space that there is.

Every space has the columns of `EVERYWHERE`. Which others there are is told from outside, since priors know no spaces.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from mesaprior.errors import UsageError

EVERYWHERE = ("length", "time", "infer_time")
"""Columns that every space has: bits, steps, and steps once everything is fitted."""

_sources: list[Callable[[], tuple[str, ...]]] = []


def ask_for_columns(source: Callable[[], tuple[str, ...]]) -> None:
    """Have this function asked which columns there are, when a formula is first read."""
    _sources.append(source)


def columns() -> tuple[str, ...]:
    """Return the names of all columns; what the catalogue has as a parameter stays one."""
    # Whoever imports the package at all imports this module.
    from mesaprior.priors.catalogue import DEFAULT_PARAMETERS

    told = (name for source in _sources for name in source())
    return tuple(dict.fromkeys((*EVERYWHERE, *(name for name in told if name not in DEFAULT_PARAMETERS))))


def sizes() -> tuple[str, ...]:
    """Return the columns that say how great a program is, beyond its bits and steps."""
    return tuple(name for name in columns() if name not in EVERYWHERE)


class ReadsColumns(Protocol):
    """What a prior is here."""

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
