"""What the files of a census folder are called, and which folders are census folders."""

from __future__ import annotations

from pathlib import Path

from mesaprior.hypotheses.store.checksums import read_json
from mesaprior.hypotheses.store.record import MANIFEST, Layout, Record

SCHEMA = 2
"""Version of the folder's layout."""

UNFINISHED = "unfinished.json"

LOG, ROWS, SITUATIONS = "log.parquet", "rows.parquet", "situations.parquet"
"""Files that all shards share."""

SHARD_TABLES = ("behaviours", "programs")
VECTOR_TABLES = ("vectors", "vector_programs")
"""Tables of each shard; the second two for languages without `fit` only."""

CENSUS = Layout(
    names=(
        r"manifest\.json|unfinished\.json|(log|rows|situations)\.parquet|shard-\d{4,}\.json"
        # Names without a number are those of schema 1.
        r"|(behaviours|programs|vectors|vector_programs)(-\d{4,})?\.parquet"
    ),
    last=(r"log\.parquet", r"programs.*"),
)
"""The files of a census."""


def table_file(table: str, shard: int) -> str:
    """Return the name of a table's file of one shard."""
    return f"{table}-{shard:04d}.parquet"


def census_record(folder: Path) -> Record:
    """Return a folder as the record of a census."""
    return Record(folder, CENSUS)


def is_census_folder(folder: Path) -> bool:
    """Tell whether a folder holds a census: finished or not, damaged or of another version."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    # Many programs call a file manifest.json, so its name alone is no evidence.
    for name, keys in ((MANIFEST, {"schema", "mesaprior", "n_programs"}), (UNFINISHED, {"schema", "key", "n_shards"})):
        content = read_json(folder / name)
        if content is not None and keys <= content.keys():
            return True
    names = {path.name for path in folder.iterdir()}
    return LOG in names and any(name.startswith("programs") and CENSUS.is_ours(name) for name in names)
