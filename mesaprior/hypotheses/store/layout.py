"""What the files of a census folder are called, and which folders are census folders."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from mesaprior.hypotheses.store.locking import CLAIM

SCHEMA = 2
"""Version of the folder's layout."""

MANIFEST = "manifest.json"
UNFINISHED = "unfinished.json"

LOG, ROWS, SITUATIONS = "log.parquet", "rows.parquet", "situations.parquet"
"""Files that all shards share."""

SHARD_TABLES = ("behaviours", "programs")
VECTOR_TABLES = ("vectors", "vector_programs")
"""Tables of each shard; the second two for languages without `fit` only."""

_NAME = (
    rf"{re.escape(CLAIM)}|"
    r"manifest\.json|unfinished\.json|(log|rows|situations)\.parquet|shard-\d{4,}\.json"
    # Names without a number are those of schema 1.
    r"|(behaviours|programs|vectors|vector_programs)(-\d{4,})?\.parquet"
)
_OURS = re.compile(_NAME)
_TEMPORARY = re.compile(rf"\.({_NAME})\.[0-9a-f]+\.tmp")


def table_file(table: str, shard: int) -> str:
    """Return the name of a table's file of one shard."""
    return f"{table}-{shard:04d}.parquet"


def shard_record(shard: int) -> str:
    """Return the name of the file that says that a shard is complete, while others are not."""
    return f"shard-{shard:04d}.json"


def is_temporary(name: str) -> bool:
    """Tell whether a file is what an interrupted write left behind."""
    return _TEMPORARY.fullmatch(name) is not None


def is_ours(name: str) -> bool:
    """Tell whether a file of a census folder may have this name."""
    return _OURS.fullmatch(name) is not None or is_temporary(name)


def foreign_names(folder: Path) -> list[str]:
    """Return what stands in a folder and is no file of a census, sorted."""
    return sorted(path.name for path in folder.iterdir() if not is_ours(path.name) or not path.is_file())


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
    return LOG in names and any(name.startswith("programs") and is_ours(name) for name in names)


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, or None where there is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
