"""The files of one shard, and those that all shards share."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.files import write_table
from mesaprior.hypotheses.store.layout import LOG, ROWS, SITUATIONS, table_file
from mesaprior.hypotheses.store.manifest import shard_facts
from mesaprior.hypotheses.store.tables import log_table, rows_table, shard_tables, situations_table

_AT_ONCE = 2
"""Tables of a shard that are encoded and written at the same time."""


def write_shared(folder: Path, log: ImitationLog, census: Census) -> dict[str, str]:
    """Write what all shards share, as one of them has it; return the SHA-256 of each file."""
    tables = {LOG: log_table(log), ROWS: rows_table(census)}
    if census.vectors is not None:
        tables[SITUATIONS] = situations_table(census.vectors)
    return {name: write_table(folder / name, table) for name, table in tables.items()}


def write_shard(folder: Path, shard: int, census: Census) -> dict[str, Any]:
    """Write the tables of one shard; return what the manifest says of it."""
    tables = {table_file(name, shard): table for name, table in shard_tables(shard, census).items()}

    def write(name: str) -> str:
        return write_table(folder / name, tables[name])

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        digests = pool.map(write, tables)
        return shard_facts(census, dict(zip(tables, digests, strict=True)))
