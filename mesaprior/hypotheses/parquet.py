"""Reading Parquet files, in one thread.

The threads that PyArrow would read with, and those of its datasets, may still be at work when the interpreter ends, and
then abort it after the right answer (exit code 134). What is read in one thread starts none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

PIECE = 1 << 14
"""Rows of a piece: few enough for the cache of a core, even at hundreds of columns."""

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq


def parquet_rows(source: Path | bytes) -> int:
    """Return how many rows a Parquet file says that it has.

    Parameters
    ----------
    source : Path or bytes
        The file, or what it holds.

    Raises
    ------
    pyarrow.ArrowException
        If it is not readable as Parquet.
    """
    with _file(source) as file:
        return file.metadata.num_rows


def parquet_schema(source: Path | bytes) -> pa.Schema:
    """Return which columns a Parquet file has; the parameters and errors are those of `parquet_rows`."""
    with _file(source) as file:
        return file.schema_arrow


def parquet_table(source: Path | bytes) -> pa.Table:
    """Read a Parquet file; the parameters and errors are those of `parquet_rows`."""
    with _file(source) as file:
        return file.read(use_threads=False)


def parquet_pieces(source: Path | bytes) -> Iterator[pa.Table]:
    """Read a Parquet file some rows at a time, at least one piece; the errors are those of `parquet_rows`."""
    import pyarrow as pa

    with _file(source) as file:
        n = 0
        for batch in file.iter_batches(batch_size=PIECE, use_threads=False):
            n += 1
            yield pa.Table.from_batches([batch])
        if n == 0:
            yield file.schema_arrow.empty_table()


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return a table as a data frame."""
    return table.to_pandas(use_threads=False)


def _file(source: Path | bytes) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(source) if isinstance(source, bytes) else source, pre_buffer=False)
