"""From a raw file to a raw table.

The recognized layouts are listed in ``docs/reference/log.md``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log.cells import table_of_text
from mesaprior.hypotheses.log.code_file import code_file_of, read_code_file, with_labels
from mesaprior.hypotheses.log.coding import as_integer
from mesaprior.hypotheses.log.encoding import decoded
from mesaprior.hypotheses.log.layout import layout_of
from mesaprior.hypotheses.log.raw_table import (
    MISSING,
    MOST_ROWS,
    Column,
    RawTable,
    named_apart,
    table_of_frame,
    too_long,
)
from mesaprior.hypotheses.parquet import frame_of, parquet_rows, parquet_table

ENDINGS = (".csv", ".tsv", ".txt", ".parquet")
"""Endings of files that are read."""

HEAD = 1 << 16
"""Bytes of a file in which its columns are named."""

STANDARD_INPUT = "-"
"""Stands for standard input where a file can be named."""

_ELSEWHERE: Mapping[str, str] = {
    ending: way_on
    for way_on, endings in {
        "save the sheet as CSV in UTF-8": (".xlsx", ".xls", ".ods", ".numbers"),
        "unpack it": (".gz", ".zip", ".bz2", ".xz"),
        "export it as CSV": (".sav", ".dta", ".rds", ".rdata", ".mat", ".sas7bdat", ".json", ".feather"),
    }.items()
    for ending in endings
}
"""What to do with files of other kinds."""


def read_table(path: str | Path) -> RawTable:
    """Read a table from a file, or from standard input.

    Parameters
    ----------
    path : str or Path
        A file ending in ``.csv``, ``.tsv``, ``.txt`` or ``.parquet``, or ``-`` for text on standard input. Where a file
        of codes lies beside it, as `prepare` writes it, cells are the labels of their codes.

    Raises
    ------
    UsageError
        If there is no such file, or its name ends in anything else.
    ContentError
        If the file is empty, is no table, or has more than `MOST_ROWS` rows.

    Notes
    -----
    About a second for a million rows of five columns; each distinct cell of a column is kept once.
    """
    if str(path) == STANDARD_INPUT:
        return _text_table(sys.stdin.buffer.read(), "standard input")
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        way_on = _ELSEWHERE.get(ending, "rename or convert it")
        what = path.suffix or "a name without an ending"
        raise UsageError(f"{path}: a log is a {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} file, not {what}; {way_on}.")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give the path of a table of choices, such as a CSV.")
    table = _parquet_table(path) if ending == ".parquet" else _text_table(path.read_bytes(), str(path))
    codes = code_file_of(path)
    return with_labels(table, read_code_file(codes)) if codes.is_file() else table


def column_names(path: str | Path) -> tuple[str, ...]:
    """Return the names of the columns of a file from its beginning; the errors are those of `read_table`.

    Takes milliseconds, however long the file is.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet" or not path.is_file():
        return tuple(column.name for column in read_table(path).columns)
    with path.open("rb") as file:
        head = file.read(HEAD)
        if file.read(1):
            # A line that is cut is none.
            head = head[: head.rfind(b"\n") + 1] or head
    return tuple(column.name for column in _text_table(head, str(path)).columns)


def _parquet_table(path: Path) -> RawTable:
    import pyarrow as pa

    try:
        if parquet_rows(path) > MOST_ROWS:
            raise too_long(str(path))
        frame = frame_of(parquet_table(path))
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ContentError(f"{path}: this is not readable as Parquet ({reason}); write it again.") from None
    return table_of_frame(frame, str(path))


def _text_table(content: bytes, source: str) -> RawTable:
    """Return the table in the bytes of a text file."""
    text, remark = decoded(content, source)
    table = table_of_text(text, layout_of(text, source), source)
    table = replace(table, remarks=(*([remark] if remark else []), *table.remarks))
    return named_apart(_without_index(table))


def _without_index(table: RawTable) -> RawTable:
    """Drop columns without a name that are empty or hold row numbers or row names, and name the others."""
    columns: list[Column] = []
    remarks = list(table.remarks)
    for place, column in enumerate(table.columns, 1):
        is_nameless = column.name == "" or re.fullmatch(r"Unnamed: [0-9]+", column.name)
        if not is_nameless:
            columns.append(column)
        elif all(text in MISSING for text in column.texts):
            continue
        elif what := _numbers_or_names(column, table.n_rows, is_first=place == 1):
            remarks.append(f"Column {place} has no name and {what} the rows, so it is left out.")
        else:
            columns.append(replace(column, name=f"column_{place}"))
            remarks.append(f"Column {place} has no name and is called column_{place}.")
    return replace(table, columns=tuple(columns), remarks=tuple(remarks))


def _numbers_or_names(column: Column, n_rows: int, *, is_first: bool) -> str:
    """Return whether a column ``numbers`` the rows or ``names`` them; else nothing.

    The first column does where no two cells are equal, as the index of a table of which some rows were taken; another
    one does where it counts the rows one by one.
    """
    if len(column.texts) != n_rows:
        return ""
    places: list[int] = column.index.tolist()
    numbers = [as_integer(column.texts[place]) for place in places]
    if None in numbers:
        return "names" if is_first else ""
    return "numbers" if is_first or (np.diff(np.array(numbers, dtype=np.float64)) == 1).all() else ""
