"""From a text and its layout to the columns of a table."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.layout import Layout
from mesaprior.hypotheses.log.notices import FileError, notice, number_of, shown
from mesaprior.hypotheses.log.plain_cells import plain_cells
from mesaprior.hypotheses.log.raw_table import MOST_ROWS, Column, ColumnBuilder, RawTable, too_long

_LINE_END = re.compile(r"\r\n|\r|\n")

_CHUNK = 1 << 16

PIECE = 1 << 22
"""Characters of a long text whose cells are told apart at a time."""

_PATIENCE = 3
"""Pieces that are not plain after which no more are tried."""

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
    found = _Rows([cell.strip() for cell in header], source)
    n_plain, n_tries = 0, _PATIENCE
    for rows, ends in _chunks(reader):
        found.add(rows, ends + n_plain)
        # Rows are read one by one up to where the names are settled, and where a piece of the text is not plain.
        while escape is None and n_tries and (piece := _piece(stream)):
            columns = plain_cells(piece, layout.delimiter, len(found.names)) if len(found.names) > 1 else None
            if columns is None:
                stream.seek(stream.tell() - len(piece))
                n_tries -= 1
                break
            n_rows = len(columns[0][1])
            found.add_plain(columns, reader.line_num + n_plain + 1 + np.arange(n_rows))
            n_plain += n_rows
    remarks = _remarks_on_odd_rows(found.odd, header, layout, source)
    columns, at = _without_empty_rows(found.columns(), np.concatenate(found.lines) + layout.line - 1)
    return RawTable(
        columns, at, source, has_decimal_commas=layout.delimiter != ",", remarks=(*layout.remarks, *remarks)
    )


class _Reader(Iterator[list[str]], Protocol):
    """What `csv.reader` returns."""

    @property
    def line_num(self) -> int:
        """How many lines were read."""
        ...


class _Rows:
    """Rows that are collected, column by column.

    Parameters
    ----------
    names : list of str
        Of the columns, as far as the header has them.
    source : str
    """

    def __init__(self, names: list[str], source: str):
        self.names, self._source = names, source
        self.lines: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
        self.odd: list[tuple[int, list[str]]] = []
        self._builders: list[ColumnBuilder] = []
        self._n_rows = 0

    def add(self, rows: list[list[str]], ends: np.ndarray) -> None:
        """Add rows that end on these lines, int64[R]; the first ones settle the names of the columns."""
        if not self._builders:
            self.names = _with_nameless(self.names, [row for row in rows if any(row)])
            self._builders = [ColumnBuilder(name) for name in self.names]
        width = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        if not (width == len(self.names)).all():
            odd = np.flatnonzero(width != len(self.names)).tolist()
            self.odd += [(int(ends[place]), rows[place]) for place in odd]
            fitting = np.flatnonzero(width == len(self.names))
            rows, ends = [rows[place] for place in fitting.tolist()], ends[fitting]
        self._count(ends)
        for builder, cells in zip(self._builders, zip(*rows, strict=True), strict=True) if rows else ():
            builder.add(cells)

    def add_plain(self, columns: list[tuple[list[str], np.ndarray]], ends: np.ndarray) -> None:
        """Add the cells of columns as `plain_cells` gives them, on these lines, int64[R]."""
        self._count(ends)
        for builder, (texts, index) in zip(self._builders, columns, strict=True):
            builder.add_distinct(texts, index)

    def columns(self) -> list[Column]:
        """Return the columns of all rows; of none where there was no row."""
        return [builder.column() for builder in self._builders or map(ColumnBuilder, self.names)]

    def _count(self, ends: np.ndarray) -> None:
        self._n_rows += len(ends)
        if self._n_rows > MOST_ROWS:
            raise too_long(self._source)
        self.lines.append(ends)


def _piece(stream: io.StringIO) -> str:
    """Return the next whole lines of a text, of about `PIECE` characters; nothing at its end."""
    return stream.read(PIECE) + stream.readline()


def _with_nameless(names: list[str], rows: list[list[str]]) -> list[str]:
    """Return the names of the columns, where most rows may have one cell more than the header."""
    wider = [row for row in rows if len(row) == len(names) + 1]
    if 2 * len(wider) <= len(rows):
        return names
    # Names of rows have no header; one delimiter too many at the end makes a last column without a name.
    return ["", *names] if any(row[-1].strip() for row in wider) else [*names, ""]


def _chunks(reader: _Reader) -> Iterator[tuple[list[list[str]], np.ndarray]]:
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
        column.texts[int(column.index[1])].startswith(_OF_QUALTRICS) for column in table.columns if column.texts
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
