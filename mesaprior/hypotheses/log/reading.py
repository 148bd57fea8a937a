"""From a file as people have it to a raw table: encoding, delimiter, decimal commas, comments, index columns.

What is recognized is written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log.code_file import code_file_of, read_code_file, with_labels
from mesaprior.hypotheses.log.notices import FileError, notice, shortened
from mesaprior.hypotheses.log.raw_table import (
    MISSING,
    Column,
    ColumnBuilder,
    RawTable,
    table_of_frame,
    with_distinct_names,
)

ENDINGS = (".csv", ".tsv", ".txt", ".parquet")
"""Endings of files that are read."""

STANDARD_INPUT = "-"
"""Stands for standard input where a file can be named."""

MOST_ROWS = 20_000_000
"""A file with more rows is refused."""

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
"""What cells can be told apart by, the likeliest first."""

_LINE_END = re.compile(r"\r\n|\r|\n")

_CHUNK = 1 << 16
_SAMPLE = 1 << 16


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
        If the file is empty, is no table of text, or has more than `MOST_ROWS` rows.

    Notes
    -----
    About a second for a million rows of five columns; each distinct cell of a column is kept once.
    """
    if str(path) == STANDARD_INPUT:
        return _text_table(sys.stdin.buffer.read(), "standard input")
    path = Path(path)
    if path.suffix.lower() not in ENDINGS:
        ending = path.suffix or "a name without an ending"
        raise UsageError(
            f"{path}: a log is a {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]} file, not {ending}; rename or convert it."
        )
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give the path of a table of choices, such as a CSV.")
    is_parquet = path.suffix.lower() == ".parquet"
    table = _parquet_table(path) if is_parquet else _text_table(path.read_bytes(), str(path))
    codes = code_file_of(path)
    return with_labels(table, read_code_file(codes)) if codes.is_file() else table


def _parquet_table(path: Path) -> RawTable:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            if file.metadata.num_rows > MOST_ROWS:
                raise _too_long(str(path))
            frame = file.read().to_pandas()
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ContentError(f"{path}: this is not readable as Parquet ({reason}); write it again.") from None
    return table_of_frame(frame, str(path))


def _text_table(content: bytes, source: str) -> RawTable:
    """Return the table that the bytes of a text file hold."""
    text, encoding = _decoded(content, source)
    layout = _layout_of(text, source)
    remarks = []
    if encoding:
        remarks.append(f"The text is read as {encoding}.")
    if layout.delimiter != ",":
        remarks.append(f"Cells are told apart by {DELIMITERS.get(layout.delimiter, repr(layout.delimiter))}.")
    try:
        columns, lines, others = _cells(text, layout, source)
    except csv.Error as error:
        raise ContentError(f"{source}: this is not readable as a table of text ({error}); save it again.") from None
    table = RawTable(columns, lines, source, has_decimal_commas=layout.delimiter != ",", remarks=(*remarks, *others))
    return with_distinct_names(_without_index(table))


def _decoded(content: bytes, source: str) -> tuple[str, str]:
    """Return a text and the name of its encoding, which is empty for plain UTF-8."""
    for mark, encoding, name in (
        (codecs.BOM_UTF8, "utf-8-sig", ""),
        (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
        (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
        (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
    ):
        if content.startswith(mark):
            return _text_or_refuse(content, encoding, source), name
    if b"\x00" in content[:_SAMPLE]:
        # Without a mark, the zeros of Latin letters tell which half of the units comes first.
        odd = content[1:_SAMPLE:2].count(0) > content[0:_SAMPLE:2].count(0)
        return _text_or_refuse(content, "utf-16-le" if odd else "utf-16-be", source), "UTF-16"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError:
        try:
            return content.decode("cp1252"), "Latin-1"
        except UnicodeDecodeError:
            return content.decode("latin-1"), "Latin-1"


def _text_or_refuse(content: bytes, encoding: str, source: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = "\x00"
    if "\x00" in text:
        raise ContentError(f"{source}: this is not text; save the table as CSV in UTF-8, or as Parquet.")
    return text


@dataclass(frozen=True)
class _Layout:
    """How the cells of a text are told apart, and where its header begins (a place in the text, and its line)."""

    delimiter: str
    start: int
    line: int


def _layout_of(text: str, source: str) -> _Layout:
    """Return the layout of a text: what comes before the header, and the delimiter."""
    start, line = 0, 1
    named: str | None = None
    for match in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|$)", text):
        content = match[0].strip()
        said = re.fullmatch(r"sep=(.)", match[0].strip("\r\n"), flags=re.IGNORECASE)
        if content and not content.startswith("#") and not said:
            break
        if said:
            named = said[1]
        if match.end() == len(text):
            raise ContentError(f"{source}: the file is empty; a log has a header and at least one row of choices.")
        start, line = match.end(), line + 1
    return _Layout(named or _delimiter_of(text[start : start + _SAMPLE]), start, line)


def _delimiter_of(sample: str) -> str:
    """Return the delimiter that cuts the most rows into as many cells as the header, and into the most cells."""

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        try:
            rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if any(row)]
        except csv.Error:
            return False, 0.0, 0
        # The last row of a sample may be cut.
        rows = rows[:-1] if len(rows) > 2 else rows
        width = len(rows[0]) if rows else 0
        # Names of rows have no header.
        fitting = sum(len(row) in (width, width + 1) for row in rows)
        return width > 1, fitting / max(1, len(rows)), width

    best = max(DELIMITERS, key=fitness)
    return best if fitness(best)[0] else ","


def _cells(text: str, layout: _Layout, source: str) -> tuple[tuple[Column, ...], np.ndarray, list[str]]:
    """Return the columns, the line on which each row ends, and remarks."""
    stream = io.StringIO(text, newline="")
    stream.seek(layout.start)
    reader = csv.reader(stream, delimiter=layout.delimiter, strict=True, skipinitialspace=True)
    names = [cell.strip() for cell in next(row for row in reader if any(row))]
    builders: list[ColumnBuilder] = []
    lines: list[np.ndarray] = [np.empty(0, dtype=np.int64)]
    odd: list[tuple[int, list[str]]] = []
    n_rows = 0
    for rows, ends in _chunks(reader):
        if not builders:
            first = next((row for row in rows if any(row)), names)
            if len(first) == len(names) + 1:
                # Names of rows have no header; one delimiter too many at the end makes a last column without a name.
                names = ["", *names] if first[-1].strip() else [*names, ""]
            builders = [ColumnBuilder(name) for name in names]
        width = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        if not (width == len(names)).all():
            odd += [(int(ends[place]), rows[place]) for place in np.flatnonzero(width != len(names)).tolist()]
            fitting = np.flatnonzero(width == len(names))
            rows, ends = [rows[place] for place in fitting.tolist()], ends[fitting]
        n_rows += len(rows)
        if n_rows > MOST_ROWS:
            raise _too_long(source)
        for builder, cells in zip(builders, zip(*rows, strict=True), strict=True) if rows else ():
            builder.add(cells)
        lines.append(ends)
    remarks = _remarks_on_odd_rows(odd, len(names), layout.line - 1, source)
    columns = [builder.column() for builder in builders or map(ColumnBuilder, names)]
    return *_without_empty_rows(columns, np.concatenate(lines) + layout.line - 1), remarks


def _chunks(reader: Any) -> Iterator[tuple[list[list[str]], np.ndarray]]:
    """Yield rows, some at a time, and the line after the header's first one on which each ends, from 1 upwards."""
    before = reader.line_num
    while rows := list(itertools.islice(reader, _CHUNK)):
        n_lines = np.ones(len(rows), dtype=np.int64)
        if reader.line_num - before != len(rows):
            # Cells in quotes may go over several lines.
            n_lines += [sum(len(_LINE_END.findall(cell)) for cell in row) for row in rows]
        yield rows, before + np.cumsum(n_lines)
        before = reader.line_num


def _remarks_on_odd_rows(
    odd: Sequence[tuple[int, list[str]]], n_names: int, lines_before: int, source: str
) -> list[str]:
    """Return what to say of rows with another number of cells: comments are left out, and others refused."""
    there = [(line + lines_before, row) for line, row in odd if any(cell.strip() for cell in row)]
    ragged = [(line, len(row)) for line, row in there if not row[0].startswith("#")]
    if ragged:
        line, width = ragged[0]
        what = "1 row has" if len(ragged) == 1 else f"{len(ragged):,} rows have"
        fault = notice(
            f"{what} another number of cells than the header, which names {n_names} columns (line {line} has {width}); "
            "give every row one cell a column"
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
    return tuple(replace(column, index=column.index[kept]) for column in columns), lines[kept]


def _without_index(table: RawTable) -> RawTable:
    """Leave out columns without a name that hold nothing or number the rows, and name the others."""
    columns: list[Column] = []
    remarks = list(table.remarks)
    for place, column in enumerate(table.columns, 1):
        is_nameless = column.name == "" or re.fullmatch(r"Unnamed: [0-9]+", column.name)
        if not is_nameless:
            columns.append(column)
        elif all(text in MISSING for text in column.texts):
            continue
        elif len(column.texts) == table.n_rows:
            remarks.append(f"Column {place} has no name and numbers the rows, so it is left out.")
        else:
            columns.append(replace(column, name=f"column_{place}"))
            remarks.append(f"Column {place} has no name and is called column_{place}.")
    return replace(table, columns=tuple(columns), remarks=tuple(map(shortened_remark, remarks)))


def shortened_remark(remark: str) -> str:
    """Return a remark of moderate length."""
    return shortened(remark, 300)


def _too_long(source: str) -> ContentError:
    return ContentError(f"{source}: the file has more than {MOST_ROWS:,} rows; cut it into parts.")
