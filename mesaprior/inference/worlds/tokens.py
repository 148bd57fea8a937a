"""Short constructors for the entries of a language file, from which worlds build their languages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Entry = dict[str, Any]
"""One [[token]] of a language file, as plain data."""

CANDIDATE: Entry = {"kind": "candidate"}
"""The y that a search binds."""

PARAMETER: Entry = {"kind": "parameter"}
"""The theta that a fit binds."""


def feature(name: str, bits: int | None = None) -> Entry:
    """Return the entry of a feature."""
    return _priced({"kind": "feature", "name": name}, bits)


def lookup(name: str) -> Entry:
    """Return the entry of literal tables over a feature."""
    return {"kind": "lookup", "feature": name}


def constants(values: Sequence[int], bits: int | None = None) -> list[Entry]:
    """Return an entry for each constant."""
    return [_priced({"kind": "constant", "value": value}, bits) for value in values]


def operators(*names: str) -> list[Entry]:
    """Return an entry for each built-in operator."""
    return [{"kind": "binary", "name": name} for name in names]


def binders(*kinds: str) -> list[Entry]:
    """Return an entry for each of these kinds, such as argmax or if, that have no name of their own."""
    return [{"kind": kind} for kind in kinds]


def law(name: str, table: Sequence[Any], bits: int | None = None) -> Entry:
    """Return the entry of a supplied table: M values for a unary operator, M rows of M for a binary one."""
    kind = "binary" if isinstance(table[0], list) else "unary"
    return _priced({"kind": kind, "name": name, "table": list(table)}, bits)


def defined(name: str, definition: str) -> Entry:
    """Return the entry of a binary operator that a term defines."""
    return {"kind": "binary", "name": name, "define": definition}


def _priced(entry: Entry, bits: int | None) -> Entry:
    return entry if bits is None else entry | {"bits": bits}
