"""Tables of strings on disk: a record for each size, with the counts in a Parquet file."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.parquet import parquet_table
from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.files import write_table
from mesaprior.hypotheses.store.locking import CLAIM, Claim
from mesaprior.hypotheses.store.record import MANIFEST, Layout, Record
from mesaprior.hypotheses.store.root import store_root
from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable
from mesaprior.hypotheses.turing.text import format_machine, parse_machine

SCHEMA = 1
"""Version of the folder's layout, and of what the counts mean."""

TABLE = "strings.parquet"

STRING_TABLE = Layout(
    names=r"manifest\.json|strings\.parquet|shard-\d{4,}\.(json|parquet)", last=(r"strings\.parquet", r"\.claim")
)
"""The files of a table."""


def strings_folder(size: Size, root: str | Path | None = None) -> Path:
    """Return the folder of the table of a size in the store, whether or not it exists.

    Parameters
    ----------
    size : Size
    root : str or Path or None
        Folder of the store; None for `store_root`.
    """
    return strings_root(root) / size.name


def strings_root(root: str | Path | None = None) -> Path:
    """Return the folder of all tables in a store; None for `store_root`."""
    return Path(root if root is not None else store_root()) / "strings"


def find_strings(size: Size, root: str | Path | None = None) -> StringTable | None:
    """Return the table of a size in the store, or None where there is no intact one.

    The parameters are those of `strings_folder`.
    """
    folder = strings_folder(size, root)
    manifest = read_sealed(folder / MANIFEST)
    if manifest is None or not is_of(manifest, size) or not is_intact(folder, TABLE, manifest):
        return None
    _tidy(Record(folder, STRING_TABLE))
    return read_strings(folder / TABLE, size, manifest)


def identity_of(size: Size) -> dict[str, Any]:
    """Return the first fields of every record of a table of this size."""
    return {"kind": "strings", "schema": SCHEMA} | size._asdict()


def is_of(record: dict[str, Any], size: Size) -> bool:
    """Return whether a manifest, or the record of a shard, is of this size and in the layout of this version."""
    return all(record.get(name) == value for name, value in identity_of(size).items())


def write_strings(path: Path, table: StringTable) -> dict[str, Any]:
    """Write the groups of a table as a Parquet file; return the rest of it, and the file's SHA-256, as plain data."""
    import pyarrow as pa

    columns = pa.table(
        {"string": table.strings.take(table.string_id).to_arrow(), "steps": table.steps, "count": table.count}
    )
    digest = write_table(path, columns)
    return {
        "machines": table.n_machines,
        "verdicts": table.verdicts,
        "strings": len(table.strings),
        "rows": len(table.count),
        "most_steps": _plain(table.most_steps),
        "most_ones": _plain(table.most_ones),
        "files": {path.name: digest},
    }


def read_strings(path: Path, size: Size, facts: dict[str, Any]) -> StringTable:
    """Read a table.

    Parameters
    ----------
    path : Path
        Of the Parquet file; it must be intact.
    size : Size
    facts : dict
        As `write_strings` returned them.
    """
    import pyarrow as pa

    columns = parquet_table(path)
    # Rows are sorted by string, so strings are numbered in their order.
    strings = columns["string"].combine_chunks().dictionary_encode()
    return StringTable(
        states=size.states,
        max_steps=size.max_steps,
        strings=Texts.from_arrow(pa.chunked_array([strings.dictionary])),
        string_id=strings.indices.to_numpy().astype(np.int64),
        steps=columns["steps"].to_numpy(),
        count=columns["count"].to_numpy(),
        verdicts=dict(facts["verdicts"]),
        most_steps=_champion(facts["most_steps"]),
        most_ones=_champion(facts["most_ones"]),
    )


def is_intact(folder: Path, name: str, record: dict[str, Any]) -> bool:
    """Return whether a file is there, with the SHA-256 that a record gives."""
    files = record.get("files", {})
    return set(files) == {name} and Record(folder, STRING_TABLE).is_intact(files)


def remove_parts(record: Record) -> None:
    """Remove what serves counting alone, but for the claim, which goes with its release."""
    record.remove(but=(MANIFEST, TABLE, CLAIM))


def _tidy(record: Record) -> None:
    """Remove what is left of counting beside a finished table, unless the process that counted it is still at it."""
    if record.names <= {MANIFEST, TABLE}:
        return
    # The table is there whether or not this can be done.
    with suppress(OSError, RunError):
        claim = Claim(record.folder, record.folder)
        remove_parts(record)
        claim.release()


def _plain(champion: Champion | None) -> dict[str, Any] | None:
    return None if champion is None else {"value": champion.value, "machine": format_machine(champion.machine)}


def _champion(plain: dict[str, Any] | None) -> Champion | None:
    return None if plain is None else Champion(plain["value"], parse_machine(plain["machine"]))
