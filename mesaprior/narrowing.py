"""What a value is that came from a file: a list or a table of values that are still to be looked at.

After `isinstance(value, list)` a type checker does not know what is in the list; after these it knows that it may be
anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeGuard


def is_list(value: object) -> TypeGuard[list[object]]:
    """Return whether a value is a list."""
    return isinstance(value, list)


def is_tuple(value: object) -> TypeGuard[tuple[object, ...]]:
    """Return whether a value is a tuple."""
    return isinstance(value, tuple)


def is_list_or_tuple(value: object) -> TypeGuard[Sequence[object]]:
    """Return whether a value is a list or a tuple."""
    return isinstance(value, list | tuple)


def is_sequence(value: object) -> TypeGuard[Sequence[object]]:
    """Return whether a value is a list, a tuple, a text or alike."""
    return isinstance(value, Sequence)


def is_table(value: object) -> TypeGuard[dict[str, object]]:
    """Return whether a value is a table of TOML or an object of JSON; their keys are texts."""
    return isinstance(value, dict)


def is_mapping(value: object) -> TypeGuard[Mapping[str, object]]:
    """Return whether a value is such a table, or what a caller may give in its place."""
    return isinstance(value, Mapping)


def is_list_of_tables(value: object) -> TypeGuard[list[dict[str, object]]]:
    """Return whether a value is a list of tables and of nothing else."""
    return is_list(value) and all(map(is_table, value))
