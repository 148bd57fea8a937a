"""Files that are complete or not there: written to a temporary name, brought to the disk, and renamed."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.hypotheses.store.checksums import sealed_text

if TYPE_CHECKING:
    import pyarrow as pa


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write an object as a sealed JSON file."""
    with _complete(path) as temporary:
        temporary.write_text(sealed_text(content), encoding="utf-8", newline="\n")
    sync_folder(path.parent)


def write_table(path: Path, table: pa.Table) -> str:
    """Write a table as a Parquet file, and return its SHA-256.

    Notes
    -----
    Ids ascend, so their differences are stored; texts differ, so a dictionary of them would only cost time. The rest
    has few values, which are stored by number.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids = [name for name in ("behaviour", "vector") if name in table.column_names]
    texts = [field.name for field in table.schema if pa.types.is_large_string(field.type)]
    coded = [name for name in table.column_names if name not in (*ids, *texts)]
    with _complete(path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            use_dictionary=coded,
            column_encoding=dict.fromkeys(ids, "DELTA_BINARY_PACKED"),
        )
        # Another file may take its place as soon as it has its name.
        return sha256_of(temporary)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system can."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        # Windows opens no folders, and keeps their names safe by itself.
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _complete(path: Path) -> Generator[Path]:
    """Hand out a temporary name, and give the file its own name when it is complete."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
