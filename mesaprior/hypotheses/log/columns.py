"""The roles of the columns of a table: action, rival, split, groups, features; and their lawful names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.names import ROLES, lawful_names, side_by_side
from mesaprior.hypotheses.log.notices import Notice, notice, option, shown
from mesaprior.hypotheses.log.raw_table import Column, RawTable

_GUESSES = (
    *("choice", "response", "resp", "decision", "act", "answer", "chosen", "move", "key_resp", "choose"),
    *("class", "class_name", "target", "label"),
)
"""What the column of choices is often called, the likeliest first."""


@dataclass(frozen=True)
class Reading:
    """Settings for reading a table.

    Attributes
    ----------
    action, rival, split : str or None
        Names of these columns; None for the columns of these names, in capitals or not.
    by : tuple of str
        Columns that identify people, or other groups of rows; they are not features.
    drop : tuple of str
        Columns to leave out.
    only : tuple of str
        The features; by default all other columns.
    actions : tuple of str
        Labels of the actions in the order of their codes; by default in the order of their values.
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
        for value in self.only:
            if value in self.drop:
                raise UsageError(f"{shown(value)} stands in both drop and only; leave it out of one of them.")


@dataclass(frozen=True)
class Columns:
    """The columns of a table by role.

    Attributes
    ----------
    action : Column or None
        None where it has to be named.
    rival, split : Column or None
    groups : tuple of Column
    features : dict of str to Column
        By lawful name, in file order.
    likely : Column or None
        Where there is no action, a column that is likely to be meant.
    faults : tuple of Notice
        What is wrong with the header.
    """

    action: Column | None
    rival: Column | None
    split: Column | None
    groups: tuple[Column, ...]
    features: dict[str, Column]
    likely: Column | None = None
    faults: tuple[Notice, ...] = ()

    @property
    def renamed(self) -> dict[str, str]:
        """Features with another name than in the file: the lawful name, and the file's."""
        return {name: column.name for name, column in self.features.items() if name != column.name}


def columns_of(table: RawTable, reading: Reading, taken: Collection[str]) -> Columns:
    """Return the role of each column of a table.

    Parameters
    ----------
    table : RawTable
    reading : Reading
    taken : collection of str
        Names that features cannot have, such as those of operators.

    Raises
    ------
    UsageError
        If columns are named that do not exist (all are listed), or one is given two roles.

    Notes
    -----
    Where no column is called ``action``, one that is likely to be meant is set aside all the same, so that what else is
    wrong can be reported at the same time.
    """
    finder = Finder(table.columns)
    found = finder.roles(reading)
    groups = finder.find_all(reading.by)
    dropped = finder.find_all(reading.drop)
    only = finder.find_all(reading.only)
    finder.check()
    for role, column in found.items():
        if column is not None and column in groups:
            raise UsageError(f"{shown(column.name)} is the {role}, so it cannot tell people apart; leave it out of by.")
    guess = None if found["action"] is not None else finder.likely_action(but=groups)
    roles = [column for column in (*found.values(), guess) if column is not None]
    known = [column for column in table.columns if column.name in table.groups and column not in only]
    aside = {column.name for column in (*dropped, *groups, *roles, *known)}
    wanted = {column.name for column in only or table.columns} - aside
    features = [column for column in table.columns if column.name in wanted]
    names = lawful_names([column.name for column in features], {*taken, *ROLES})
    return Columns(
        action=found["action"],
        rival=found["rival"],
        split=found["split"],
        groups=tuple(groups),
        features=dict(zip(names, features, strict=True)),
        likely=guess,
        faults=() if found["action"] is not None else (_no_action(table, guess, dropped),),
    )


def has_column(table: RawTable, name: str) -> bool:
    """Return whether a table has a column that a name refers to."""
    return Finder(table.columns).find(name) is not None


def without_role(table: RawTable, reading: Reading, role: str) -> Reading:
    """Return the settings under which no column has a role, such as ``rival``."""
    column = Finder(table.columns).of_role(role)
    drop = reading.drop if column is None or column.name in reading.drop else (*reading.drop, column.name)
    return replace(reading, drop=drop, **{role: None})


class Finder:
    """Finds columns by user-given names, and records names that were not found."""

    def __init__(self, columns: Iterable[Column]):
        self._columns = list(columns)
        self._unknown: list[str] = []

    def find(self, name: str) -> Column | None:
        """Return the column of a name: as in the file, or lawful, or with another case."""
        name = name.strip()
        ways: tuple[Callable[[Column], bool], ...] = (
            lambda column: column.name == name,
            lambda column: column.handle == name,
            lambda column: column.name.casefold() == name.casefold(),
            lambda column: column.handle.casefold() == name.casefold(),
        )
        for matches in ways:
            for column in self._columns:
                if matches(column):
                    return column
        names = {column.name: column.handle for column in self._columns}
        near = difflib.get_close_matches(name, [*names, *names.values()], n=1)
        meant = f" (did you mean {shown(names.get(near[0], near[0]))}?)" if near else ""
        self._unknown.append(f"{shown(name)}{meant}")
        return None

    def roles(self, reading: Reading) -> dict[str, Column | None]:
        """Return the columns of the roles: those given, else those with the role's name that are not dropped."""
        dropped = {column.name for name in reading.drop if (column := self.find(name)) is not None}
        found: dict[str, Column | None] = {}
        for role in ROLES:
            name = getattr(reading, role)
            column = self.of_role(role) if name is None else self.find(name)
            is_dropped = name is None and column is not None and column.name in dropped
            found[role] = None if is_dropped else column
        return found

    def find_all(self, names: Iterable[str]) -> list[Column]:
        """Return the columns of some names, each once; those that are not found are left out."""
        found = {column.name: column for name in names if (column := self.find(name)) is not None}
        return list(found.values())

    def of_role(self, role: str) -> Column | None:
        """Return the column whose name is that of a role, in any case."""
        exact = [column for column in self._columns if column.name == role]
        return next(iter(exact or [column for column in self._columns if column.name.casefold() == role]), None)

    def likely_action(self, *, but: Sequence[Column]) -> Column | None:
        """Return a column with a typical name for choices, the likeliest first, excluding these."""
        called = {column.handle.casefold(): column for column in reversed(self._columns) if column not in but}
        return next((called[name] for name in _GUESSES if name in called), None)

    def check(self) -> None:
        """Refuse names that were not found."""
        if self._unknown:
            there = ", ".join(shown(column.name) for column in self._columns[:30])
            has_action = self.of_role("action") or self.likely_action(but=())
            wide = "" if has_action else side_by_side([column.name for column in self._columns])
            raise UsageError(
                f"no column is called {' or '.join(dict.fromkeys(self._unknown))}; there are {there}{wide}."
            )


def _no_action(table: RawTable, guess: Column | None, dropped: Sequence[Column]) -> Notice:
    """Return the error about a table without a column of choices."""
    there = ", ".join(shown(column.name) for column in table.columns[:30])
    left_out = next((column for column in dropped if column.name.casefold() == "action"), None)
    if left_out is not None:
        what = f"{shown(left_out.name)} is dropped, and it is the column of choices; name another of {there} with "
        return notice(what, option("action", "COL"))
    is_data = sum(re.fullmatch(r"-?[0-9.]+(_[0-9]+)?", column.name) is not None for column in table.columns)
    hint = " (the first line looks like a row: put a line with names above it)" if is_data else ""
    wide = "" if guess else side_by_side([column.name for column in table.columns])
    return notice(
        f"no column is called 'action' among {there}{hint}; name the one that holds the choices with ",
        option("action", "COL" if guess is None else guess.handle),
        wide,
    )
