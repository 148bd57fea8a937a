"""A census on disk: a folder of Parquet files with a manifest, written to a temporary name and renamed.

The files are described in ``docs/reference/census.md``. A folder is either complete or not there: whatever
interrupts a run, the old state or the new one is found.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.errors import ContentError, RunError, UsageError
from mesaprior.hypotheses.census import FLAGS, Census, Vectors, behaviours_of
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.terms.language import Language, language_from_dict

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = 1
"""Version of the folder's layout."""

MANIFEST = "manifest.json"


@dataclass(frozen=True, eq=False)
class StoredCensus:
    """A census from disk with what it was counted for.

    Attributes
    ----------
    census : Census
    log : ImitationLog
        The log that the census is for.
    language : Language
    manifest : dict
        Provenance as plain data.
    """

    census: Census
    log: ImitationLog
    language: Language
    manifest: dict[str, Any]


def save_census(
    folder: str | Path, census: Census, log: ImitationLog, language: Language, *, engine: str = "merged"
) -> None:
    """Write a census into a folder that is not there yet, or replace one that holds a census.

    Raises
    ------
    UsageError
        If the folder holds anything else, or cannot be written.
    """
    folder = Path(folder)
    check_writable(folder)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        tables = _tables_of(census, log)
        import pyarrow.parquet as pq

        files: dict[str, str] = {}
        for name, table in tables.items():
            path = temporary / f"{name}.parquet"
            pq.write_table(table, path, compression="zstd")
            files[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        manifest = {
            "schema": SCHEMA,
            "mesaprior": version("mesaprior"),
            "python": platform.python_version(),
            "numpy": version("numpy"),
            "numba": version("numba"),
            "engine": engine,
            "space": census.space,
            "bounds": census.bounds,
            "n_programs": census.n_programs,
            "n_behaviours": census.n_behaviours,
            "language": {"source": Path(language.source).name, "digest": language.digest} | language.to_dict(),
            "log": {"source": Path(log.source).name, "digest": log.digest, "features": list(log.features)},
            "files": files,
        }
        (temporary / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        temporary.chmod(0o755)
        _replace(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


def check_writable(folder: str | Path) -> None:
    """Refuse a folder that a census must not be written to, before anything is counted.

    Raises
    ------
    UsageError
        If it holds anything but a census, or its parent is missing or closed to us.
    """
    folder = Path(folder)
    if folder.exists() and not (folder / MANIFEST).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"{folder}: there is something here that is not a census; choose another name for --out.")
    parent = folder.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise UsageError(f"{parent}: this is not a folder that can be written to; choose another place for --out.")


def open_census(folder: str | Path, *, log: ImitationLog | None = None) -> StoredCensus:
    """Read a census from its folder, and derive from it the census of another log where that is possible.

    Parameters
    ----------
    folder : str or Path
    log : ImitationLog or None
        A log over situations of the census; the language must be without `fit`, and every looked-up feature must
        have as many values as in the log of the census. None for the log that it was counted for.

    Raises
    ------
    UsageError
        If there is no such folder.
    ContentError
        If the folder is no census, or is half written or damaged; the message says which file.
    RunError
        If the census cannot answer for that log.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; `mesaprior census LOG --max-bits B --out DIR` writes one."
        )
    manifest = _read_manifest(folder)
    tables = {
        name.removesuffix(".parquet"): _read_table(folder / name, digest) for name, digest in manifest["files"].items()
    }
    language = language_from_dict(
        {key: manifest["language"][key] for key in ("domain", "actions", "params", "rounds", "token")},
        source=manifest["language"]["source"],
    )
    own_log = log_from_frame(tables["log"].to_pandas(), source=manifest["log"]["source"])
    census = _census_of(tables, own_log, manifest)
    if log is None or log.digest == own_log.digest:
        return StoredCensus(census, own_log, language, manifest)
    if census.vectors is None:
        raise RunError(
            f"{folder} was counted for {own_log.source} in a language with `fit`, where the teacher matters, so it "
            "cannot answer "
            f"for {log.source}; count a census for this log."
        )
    language.check_log(log)
    for token in language.tokens:
        if token.kind == "lookup" and language.n_literals(token, log) != language.n_literals(token, own_log):
            raise RunError(
                f"{log.source}: feature {token.name!r} has another largest value than in {own_log.source}, "
                "so the lookups of "
                f"{folder} are others; count a census for this log."
            )
    census = behaviours_of(census.vectors, log, space=census.space, bounds=census.bounds)
    return StoredCensus(census, log, language, manifest)


def _replace(temporary: Path, folder: Path) -> None:
    """Put a finished folder in place; a census that was there is moved away first and removed last."""
    old = temporary.with_name(temporary.name + ".old")
    if folder.exists():
        folder.rename(old)
    temporary.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise ContentError(
            f"{folder}: there is no {MANIFEST}, so this is no census or a half-written one; count it again."
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        schema = manifest["schema"]
    except (ValueError, KeyError, TypeError):
        raise ContentError(f"{path}: this is not a manifest of a census; count it again.") from None
    if schema != SCHEMA:
        raise ContentError(f"{path}: the census has schema {schema}, and this version reads {SCHEMA}; count it again.")
    return manifest


def _read_table(path: Path, digest: str) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.is_file():
        raise ContentError(f"{path}: this file of the census is missing; count it again.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ContentError(
            f"{path}: this file is not the one that the manifest was written for; count the census again."
        )
    return pq.read_table(pa.BufferReader(content))


def _tables_of(census: Census, log: ImitationLog) -> dict[str, pa.Table]:
    """Return the tables of a census folder by name."""
    import pyarrow as pa

    tables = {
        "behaviours": pa.table(
            {name: census.flags[:, i] for i, name in enumerate(FLAGS)}
            | {"witness": pa.array(census.witness, pa.string()), "predictions": _lists(census.predictions)}
        ),
        "programs": pa.table({"behaviour": census.behaviour_id} | census.columns | {"count": census.count}),
        "rows": pa.table({"row": np.arange(log.n_rows), "cell": census.row_cell}),
        "log": pa.Table.from_pandas(log.to_frame(), preserve_index=False),
    }
    vectors = census.vectors
    if vectors is not None:
        tables["vectors"] = pa.table(
            {
                "witness": pa.array(vectors.witness, pa.string()),
                "intact": _lists(vectors.intact),
                "search_inverted": _lists(vectors.search_inverted),
            }
        )
        tables["vector_programs"] = pa.table({"vector": vectors.vector_id} | vectors.columns | {"count": vectors.count})
        tables["situations"] = pa.table({name: vectors.situations[:, i] for i, name in enumerate(vectors.features)})
    return tables


def _census_of(tables: dict[str, pa.Table], log: ImitationLog, manifest: dict[str, Any]) -> Census:
    behaviours = tables["behaviours"]
    n_actions = manifest["language"]["actions"]
    ids, columns, count = _groups(tables["programs"])
    vectors = None
    if "vectors" in tables:
        table = tables["vectors"]
        situations = tables["situations"]
        vector_ids, vector_columns, vector_count = _groups(tables["vector_programs"])
        vectors = Vectors(
            features=tuple(situations.column_names),
            situations=np.column_stack([column.to_numpy() for column in situations.columns])
            if situations.num_columns
            else np.zeros((1, 0), dtype=np.int64),
            n_actions=n_actions,
            intact=_matrix(table["intact"]),
            search_inverted=_matrix(table["search_inverted"]),
            witness=tuple(table["witness"].to_pylist()),
            vector_id=vector_ids,
            columns=vector_columns,
            count=vector_count,
        )
    return Census(
        space=manifest["space"],
        n_actions=n_actions,
        predictions=_matrix(behaviours["predictions"]),
        flags=np.column_stack([behaviours[name].to_numpy() for name in FLAGS]),
        witness=tuple(behaviours["witness"].to_pylist()),
        behaviour_id=ids,
        columns=columns,
        count=count,
        row_cell=tables["rows"]["cell"].to_numpy(),
        bounds=manifest["bounds"],
        vectors=vectors,
    )


def _groups(table: pa.Table) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Return the ids (the first column), the columns between, and the counts (the last column)."""
    first, *middle, last = table.column_names
    return table[first].to_numpy(), {name: table[name].to_numpy() for name in middle}, table[last].to_numpy()


def _lists(matrix: np.ndarray) -> pa.Array:
    """Return a matrix as a column of lists of equal length."""
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.reshape(-1)), matrix.shape[1])


def _matrix(column: pa.ChunkedArray) -> np.ndarray:
    """Return a column of lists of equal length as a matrix."""
    lists = column.combine_chunks()
    return lists.flatten().to_numpy().reshape(len(lists), lists.type.list_size)
