"""What the tables of a census hold: which columns they have, numbers or texts in each, and no gaps."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mesaprior.errors import ContentError
from mesaprior.hypotheses.census import FLAGS

if TYPE_CHECKING:
    import pyarrow as pa

TEXT = "witness"
"""The column of texts; all others are numbers, and whole ones but for lengths and what spaces add."""

_BEGINS = {
    "rows": ("row", "cell"),
    "behaviours": ("shard", "behaviour", *FLAGS),
    "programs": ("shard", "behaviour"),
    "vectors": ("shard", "vector"),
    "vector_programs": ("shard", "vector"),
}
"""The columns that tables begin with, by the name of the file without its number."""

_HAS = {
    "behaviours": (TEXT, "cell_0"),
    "programs": ("length", "time", "infer_time", "count"),
    "vectors": (TEXT,),
    "vector_programs": ("length", "time", "infer_time", "count"),
}
"""Columns that they have besides."""


def check_table(table: pa.Table, path: Path) -> None:
    """Refuse a table of a census that lacks a column, or has one of another type or with gaps.

    Parameters
    ----------
    table : pyarrow.Table
    path : Path
        Its file, whose name says which table it is. That of the log is left to whoever reads logs.

    Raises
    ------
    ContentError
        If so; the message names the file and the column.
    """
    import pyarrow as pa

    kind = re.sub(r"-\d+$", "", path.stem)
    begins = _BEGINS.get(kind, ())
    for name in (*begins, *_HAS.get(kind, ())):
        if table.column_names.count(name) != 1:
            raise _refused(path, name, "is missing" if name not in table.column_names else "stands there twice")
    if tuple(table.column_names[: len(begins)]) != begins:
        raise _refused(path, table.column_names[0], f"begins the table, and {', '.join(begins)} should")
    if kind.endswith("programs") and table.column_names[-1] != "count":
        raise _refused(path, "count", "is not the last one")
    for field in () if kind == "log" else table.schema:
        is_text = pa.types.is_string(field.type) or pa.types.is_large_string(field.type)
        is_number = pa.types.is_integer(field.type)
        if kind.endswith("programs") and field.name not in (*begins, "time", "infer_time", "count"):
            # Some spaces measure lengths in fractions of a bit.
            is_number |= pa.types.is_floating(field.type)
        if not (is_text if field.name == TEXT else is_number):
            expected = "text" if field.name == TEXT else "whole numbers"
            raise _refused(path, field.name, f"is of the type {field.type}, not {expected}")
        if table[field.name].null_count:
            raise _refused(path, field.name, f"has {table[field.name].null_count} gaps")


def _refused(path: Path, column: str, what: str) -> ContentError:
    return ContentError(f"{path}: the column {column!r} {what}; count the census again.")
