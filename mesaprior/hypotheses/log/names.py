"""Names of columns: lawful ones for features, and hints about a column from its name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence

from mesaprior.hypotheses.log.notices import shown

ROLES = ("action", "rival", "split")
"""Columns with a meaning of their own; a feature cannot have one of these names."""

_IDS = frozenset({"id", "ids", "uid", "uuid", "subject", "subj", "participant", "person", "pid"})
"""Last words of names of columns that tell people apart."""

_ONLY_IDS = frozenset({"player", "user", "sub", "name", "initials"})
"""The same, where there is no other word."""

_TIMES = frozenset({"time", "timestamp", "date", "datetime", "trial", "trials", "round", "period", "index", "row"})
"""Words in names of columns that number rows or tell when they were."""

_ROUNDS = 3
"""So many columns whose names differ in a number only may be rounds."""


def lawful(name: str) -> str:
    """Return a name as features can have it: letters, digits, ``_`` and ``-``, beginning with a letter or ``_``."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss"))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    plain = re.sub(r"[^A-Za-z0-9_-]+", "_", plain)
    if plain != name:
        plain = plain.strip("_") or "_"
    return plain if re.match(r"[A-Za-z_]", plain) else f"_{plain}"


def lawful_names(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return lawful and distinct names for columns; names that are lawful already are kept.

    Parameters
    ----------
    names : sequence of str
    taken : collection of str
        Names that no column may get.
    """
    own = {name for name in names if lawful(name) == name and name not in taken}
    used = {*own, *taken}
    result: list[str] = []
    for name in names:
        if name in own:
            own.remove(name)
            result.append(name)
            continue
        base = lawful(name)
        result.append(unused(f"{base}_" if base in taken else base, used))
        used.add(result[-1])
    return result


def unused(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken: this one, or with a number from 2 upwards appended."""
    new, number = name, 2
    while new in taken:
        new, number = f"{name}_{number}", number + 1
    return new


def words_of(name: str) -> list[str]:
    """Return the words of a name, in small letters; ``subjectId`` has two."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^a-z0-9]+", apart.casefold()) if word] or [""]


def is_called_id(name: str) -> bool:
    """Return whether a column has a typical name for ids of people."""
    words = words_of(name)
    return words[-1] in _IDS or (len(words) == 1 and words[0] in _ONLY_IDS)


def is_called_time(name: str) -> bool:
    """Return whether a column has a typical name for row numbers or times."""
    return not _TIMES.isdisjoint(words_of(name))


def side_by_side(names: Sequence[str]) -> str:
    """Return a hint for a table with one column per round, where three names or more differ in a last number only."""
    series: dict[str, list[str]] = {}
    for name in names:
        if match := re.fullmatch(r"(.*[^\W\d].*?)[0-9]+", name, flags=re.ASCII):
            series.setdefault(match[1], []).append(name)
    alone: list[str] = []
    longest = max(series.values(), key=len, default=alone)
    if len(longest) < _ROUNDS:
        return ""
    return (
        f"; if {shown(longest[0])} to {shown(longest[-1])} hold one choice each, first give each choice a row of its "
        "own (pandas does it with `melt`)"
    )
