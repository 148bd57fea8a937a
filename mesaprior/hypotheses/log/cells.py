"""From a text and its layout to the columns of a table."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.layout import Layout
from mesaprior.hypotheses.log.notices import FileError, notice, number_of, shown
from mesaprior.hypotheses.log.raw_table import MOST_ROWS, Column, ColumnBuilder, RawTable, too_long

_LINE_END = re.compile(r"\r\n|\r|\n")

_CHUNK = 1 << 16

_OF_QUALTRICS = '{"ImportId"'
"""How cells of the second line below a header of Qualtrics begin."""


def table_of_text(text: str, layout: Layout, source: str) -> RawTable:
    """Return the table in a text.

    Raises
    ------
    ContentError
        If rows have another number of cells than the header, or quotes do not fit.
    """
    try:
        table = _table(text, layout, source, escape=None)
    except csv.Error as error:
        if '\\"' not in text:
            raise _unreadable(error, text, source) from None
        try:
            # R's write.table writes a quote within quotes as \".
            table = _table(text, layout, source, escape="\\")
        except csv.Error as second:
            raise _unreadable(second, text, source) from None
    return _without_second_headers(table)


def _table(text: str, layout: Layout, source: str, *, escape: str | None) -> RawTable:
    stream = io.StringIO(text, newline="")
    stream.seek(layout.start)
    reader = csv.reader(
        stream,
        delimiter=layout.delimiter,
        strict=True,
        skipinitialspace=True,
        escapechar=escape,
        doublequote=escape is None,
    )
    filled = (row for row in reader if any(row))
    header = next(itertools.islice(filled, layout.n_above, None))
    names = [cell.strip() for cell in header]
    builders: list[ColumnBuilder] = []
    lines: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
    odd: list[tuple[int, list[str]]] = []
    n_rows = 0
    for rows, ends in _chunks(reader):
        if not builders:
            names = _with_nameless(names, [row for row in rows if any(row)])
            builders = [ColumnBuilder(name) for name in names]
        width = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        if not (width == len(names)).all():
            odd += [(int(ends[place]), rows[place]) for place in np.flatnonzero(width != len(names)).tolist()]
            fitting = np.flatnonzero(width == len(names))
            rows, ends = [rows[place] for place in fitting.tolist()], ends[fitting]
        n_rows += len(rows)
        if n_rows > MOST_ROWS:
            raise too_long(source)
        for builder, cells in zip(builders, zip(*rows, strict=True), strict=True) if rows else ():
            builder.add(cells)
        lines.append(ends)
    remarks = _remarks_on_odd_rows(odd, header, layout, source)
    columns = [builder.column() for builder in builders or map(ColumnBuilder, names)]
    columns, at = _without_empty_rows(columns, np.concatenate(lines) + layout.line - 1)
    return RawTable(
        columns, at, source, has_decimal_commas=layout.delimiter != ",", remarks=(*layout.remarks, *remarks)
    )


def _with_nameless(names: list[str], rows: list[list[str]]) -> list[str]:
    """Return the names of the columns, where most rows may have one cell more than the header."""
    wider = [row for row in rows if len(row) == len(names) + 1]
    if 2 * len(wider) <= len(rows):
        return names
    # Names of rows have no header; one delimiter too many at the end makes a last column without a name.
    return ["", *names] if any(row[-1].strip() for row in wider) else [*names, ""]


def _chunks(reader: Any) -> Iterator[tuple[list[list[str]], np.ndarray]]:
    """Yield rows, some at a time, and the line on which each ends, counted from the beginning of the text."""
    before = reader.line_num
    while rows := list(itertools.islice(reader, _CHUNK)):
        n_lines = np.ones(len(rows), dtype=np.int64)
        if reader.line_num - before != len(rows):
            # Cells in quotes may go over several lines.
            n_lines += [sum(len(_LINE_END.findall(cell)) for cell in row) for row in rows]
        yield rows, before + np.cumsum(n_lines)
        before = reader.line_num


def _remarks_on_odd_rows(
    odd: Sequence[tuple[int, list[str]]], header: list[str], layout: Layout, source: str
) -> list[str]:
    """Return the notices about rows with another number of cells: comments are skipped, other rows refused."""
    there = [(line + layout.line - 1, row) for line, row in odd if any(cell.strip() for cell in row)]
    ragged = [(line, len(row)) for line, row in there if not row[0].startswith("#")]
    if ragged:
        line, width = ragged[0]
        fault = notice(
            f"{number_of(len(ragged), 'row')} {'has' if len(ragged) == 1 else 'have'} another number of cells than the "
            f"header {shown(layout.delimiter.join(header))}, which has {len(header)} (line {line} has {width}); cells "
            f"are told apart by {layout.delimiter_name}, so give every row one cell a column"
        )
        raise FileError(source, [fault])
    n = len(there)
    return [f"{n:,} {'line that begins' if n == 1 else 'lines that begin'} with # left out."] if n else []


def _without_empty_rows(columns: list[Column], lines: np.ndarray) -> tuple[tuple[Column, ...], np.ndarray]:
    """Leave out rows whose cells are all empty."""
    if not all("" in column.texts for column in columns):
        return tuple(columns), lines
    kept = np.zeros(len(lines), dtype=bool)
    for column in columns:
        kept |= np.array([text != "" for text in column.texts], dtype=bool)[column.index]
    return tuple(column.taken(np.flatnonzero(kept)) for column in columns), lines[kept]


def _without_second_headers(table: RawTable) -> RawTable:
    """Leave out the two lines that Qualtrics writes below its header: the questions, and where they come from."""
    if table.n_rows < 3 or not any(
        column.texts[column.index[1]].startswith(_OF_QUALTRICS) for column in table.columns if column.texts
    ):
        return table
    rows = np.arange(2, table.n_rows)
    return replace(
        table,
        columns=tuple(column.taken(rows) for column in table.columns),
        lines=table.lines[2:],
        remarks=(*table.remarks, "The two lines that Qualtrics writes below the header are left out."),
    )


def _unreadable(error: csv.Error, text: str, source: str) -> ContentError:
    """Return the error about a text whose quotes or cells do not fit."""
    said = str(error)
    if "unexpected end" in said:
        odd = next((n for n, line in enumerate(text.splitlines(), 1) if line.count('"') % 2), 1)
        return ContentError(
            f"{source}: a quote opens on line {odd} and is never closed; close it, or save the file again."
        )
    if "field limit" in said:
        return ContentError(
            f"{source}: a cell has more than {csv.field_size_limit():,} characters; a quote may not be closed."
        )
    return ContentError(f"{source}: this is not readable as a table of text ({said}); save it again.")
