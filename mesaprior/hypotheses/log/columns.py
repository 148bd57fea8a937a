"""What the columns of a table are: the action, the rival, the split, groups, features; and lawful names for them."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.notices import Notice, Option, notice, shown
from mesaprior.hypotheses.log.raw_table import Column, RawTable

ROLES = ("action", "rival", "split")
"""Columns with a meaning of their own; a feature cannot have one of these names."""

_GUESSES = ("choice", "response", "resp", "decision", "act", "answer", "chosen", "move", "key_resp", "choose")
"""What the column of choices is often called."""


@dataclass(frozen=True)
class Reading:
    """How a table is to be read.

    Attributes
    ----------
    action, rival, split : str or None
        Names of these columns; None for the columns of these names, in capitals or not.
    by : tuple of str
        Columns that tell people, or other groups of rows, apart; they are no features.
    drop : tuple of str
        Columns to leave out.
    only : tuple of str
        The features; all other columns where there are none.
    actions : tuple of str
        Labels of the actions in the order of their codes; by value where there are none.
    missing : {"refuse", "code", "drop"}
        What to do where a feature is missing: refuse the file, give it a code of its own, or leave the row out.
    """

    action: str | None = None
    rival: str | None = None
    split: str | None = None
    by: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    missing: str = "refuse"

    def __post_init__(self) -> None:
        if self.missing not in ("refuse", "code", "drop"):
            raise UsageError(f"missing={self.missing!r} is not known; choose refuse, code or drop.")
        for name in ("by", "drop", "only", "actions"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, (getattr(self, name),))
            values = tuple(map(str, getattr(self, name)))
            object.__setattr__(self, name, values)
            for value in values:
                if values.count(value) > 1:
                    raise UsageError(f"{name}: {shown(value)} is named {values.count(value)} times; name it once.")


@dataclass(frozen=True)
class Columns:
    """The columns of a table by what they are.

    Attributes
    ----------
    action : Column or None
        None where it has to be named.
    rival, split : Column or None
    groups : tuple of Column
    features : dict of str to Column
        By lawful name, in file order.
    faults : tuple of Notice
        What is wrong with the header.
    """

    action: Column | None
    rival: Column | None
    split: Column | None
    groups: tuple[Column, ...]
    features: dict[str, Column]
    faults: tuple[Notice, ...] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """Features with another name than in the file: the lawful name, and the file's."""
        return {name: column.name for name, column in self.features.items() if name != column.name}


def columns_of(table: RawTable, reading: Reading, taken: Collection[str]) -> Columns:
    """Say what each column of a table is.

    Parameters
    ----------
    table : RawTable
    reading : Reading
    taken : collection of str
        Names that features cannot have, such as those of operators.

    Raises
    ------
    UsageError
        If a column is named that is not there; all such names at once.

    Notes
    -----
    Where no column is called ``action``, one that is likely to be meant is set aside all the same, so that what else is
    wrong can be told in the same breath.
    """
    finder = Finder(table.columns)
    named = {role: getattr(reading, role) for role in ROLES}
    found = {role: finder.find(name) if name is not None else finder.of_role(role) for role, name in named.items()}
    groups = finder.find_all(reading.by)
    dropped = finder.find_all(reading.drop)
    only = finder.find_all(reading.only)
    finder.check()
    # A role that is dropped is no role, unless it was named.
    for role, column in found.items():
        if named[role] is None and column in dropped:
            found[role] = None
    guess = None if found["action"] is not None else finder.likely_action()
    roles = [column for column in (*found.values(), guess) if column is not None]
    known = [column for column in table.columns if column.name in table.groups and column not in only]
    aside = {column.name for column in (*dropped, *groups, *roles, *known)}
    wanted = {column.name for column in only or table.columns} - aside
    features = [column for column in table.columns if column.name in wanted]
    names = lawful_names([column.name for column in features], taken)
    return Columns(
        action=found["action"],
        rival=found["rival"],
        split=found["split"],
        groups=tuple(groups),
        features=dict(zip(names, features, strict=True)),
        faults=() if found["action"] is not None else (_no_action(table, guess),),
    )


def has_column(table: RawTable, name: str) -> bool:
    """Tell whether a table has a column that is meant by a name."""
    return Finder(table.columns).find(name) is not None


def without_role(table: RawTable, reading: Reading, role: str) -> Reading:
    """Return how to read a table so that no column has a role, such as ``rival``."""
    column = Finder(table.columns).of_role(role)
    drop = reading.drop if column is None or column.name in reading.drop else (*reading.drop, column.name)
    return replace(reading, drop=drop, **{role: None})


class Finder:
    """Finds columns by the names that a person gives, and remembers what was not found."""

    def __init__(self, columns: Iterable[Column]):
        self._columns = list(columns)
        self._unknown: list[str] = []

    def find(self, name: str) -> Column | None:
        """Return the column of a name: as it stands in the file, or lawful, or with other capitals."""
        for same in (str, lawful, lambda text: lawful(text).casefold()):
            matching = [column for column in self._columns if same(column.name) == same(name.strip())]
            if matching:
                return matching[0]
        near = difflib.get_close_matches(name, [column.name for column in self._columns], n=1)
        self._unknown.append(shown(name) + (f" (did you mean {shown(near[0])}?)" if near else ""))
        return None

    def find_all(self, names: Iterable[str]) -> list[Column]:
        """Return the columns of some names; those that are not found are left out."""
        return [column for name in names if (column := self.find(name)) is not None]

    def of_role(self, role: str) -> Column | None:
        """Return the column whose name is that of a role, in capitals or not."""
        exact = [column for column in self._columns if column.name == role]
        return next(iter(exact or [column for column in self._columns if column.name.casefold() == role]), None)

    def role(self, role: str, name: str | None) -> str | None:
        """Return the name of the column of a role, which is the one that is named, if any is."""
        column = self.of_role(role) if name is None else self.find(name)
        return None if column is None else column.name

    def likely_action(self) -> Column | None:
        """Return a column that is called as columns of choices often are."""
        return next((column for column in self._columns if lawful(column.name).casefold() in _GUESSES), None)

    def check(self) -> None:
        """Refuse names that were not found."""
        if self._unknown:
            there = ", ".join(shown(column.name) for column in self._columns[:30])
            raise UsageError(f"no column is called {' or '.join(dict.fromkeys(self._unknown))}; there are {there}.")


def _no_action(table: RawTable, guess: Column | None) -> Notice:
    there = ", ".join(shown(column.name) for column in table.columns[:30])
    example = Option("action", "COL" if guess is None else guess.name)
    return notice(f"no column is called 'action' among {there}; name the one that holds the choices with ", example)


def lawful(name: str) -> str:
    """Return a name as features can have it: letters, digits, ``_`` and ``-``, beginning with a letter or ``_``."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", plain)
    if plain != name:
        plain = plain.strip("_") or "_"
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def lawful_names(names: list[str], taken: Collection[str]) -> list[str]:
    """Return lawful and distinct names for columns; names that are lawful already are kept."""
    reserved = {*taken, *ROLES}
    used = {name for name in names if lawful(name) == name and name not in reserved}
    result: list[str] = []
    kept: set[str] = set()
    for name in names:
        if name in used and name not in kept:
            kept.add(name)
            result.append(name)
            continue
        base = lawful(name)
        base = f"{base}_" if base in reserved else base
        new, number = base, 2
        while new in used or new in reserved:
            new, number = f"{base}_{number}", number + 1
        used.add(new)
        result.append(new)
    return result
