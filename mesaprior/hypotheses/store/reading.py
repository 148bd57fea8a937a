"""Reading a census from its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.errors import ContentError, Named, RunError, UsageError
from mesaprior.hypotheses.census import Census, Vectors, behaviours_of
from mesaprior.hypotheses.deriving import for_log
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.parquet import parquet_pieces, parquet_schema, parquet_table
from mesaprior.hypotheses.store.accounts import check_accounts
from mesaprior.hypotheses.store.atomic_swap import current_folder
from mesaprior.hypotheses.store.filling import census_of, vectors_of
from mesaprior.hypotheses.store.keys import census_key, has_vectors
from mesaprior.hypotheses.store.layout import LOG, ROWS, SHARD_TABLES, SITUATIONS, VECTOR_TABLES, table_file
from mesaprior.hypotheses.store.manifest import (
    actions_of,
    facts_of_shards,
    language_of,
    log_codes_of,
    read_manifest,
    sizes_of,
)
from mesaprior.hypotheses.store.record import MANIFEST
from mesaprior.hypotheses.store.schema import check_table
from mesaprior.hypotheses.store.stored_vectors import StoredVectors
from mesaprior.hypotheses.store.tables import log_of
from mesaprior.hypotheses.terms.label_codes import Codes, telling_codes
from mesaprior.hypotheses.terms.language import Language

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class StoredCensus:
    """A census from disk with what it was counted for.

    Attributes
    ----------
    census : Census
    log : ImitationLog
        The log that the census is for.
    language : Language or None
        None where the space has none.
    manifest : dict
        Provenance as plain data.
    """

    census: Census
    log: ImitationLog
    language: Language | None
    manifest: dict[str, Any]


@dataclass(frozen=True)
class StoredCodes:
    """What reading a log for a census asks of it.

    Attributes
    ----------
    codes : dict of str to dict of str to int
        The code of each label, by column; integers in other columns are their own codes.
    operator_names : frozenset of str
        Names that features cannot have.
    """

    codes: Codes
    operator_names: frozenset[str]


def codes_of_census(folder: str | Path) -> StoredCodes:
    """Return what a log has to be read with so that a census can answer for it.

    Raises
    ------
    ContentError
        If the folder is no census.
    """
    place = current_folder(Path(folder))
    manifest = read_manifest(place)
    language = language_of(manifest, place / MANIFEST)
    names = frozenset[str]() if language is None else language.operator_names
    return StoredCodes(log_codes_of(manifest, place / MANIFEST), names)


def open_census(folder: str | Path, *, log: ImitationLog | None = None) -> StoredCensus:
    """Read a census from its folder, and derive from it the census of another log where that is possible.

    Parameters
    ----------
    folder : str or Path
    log : ImitationLog or None
        A log over situations of the census; the language must be without `fit`, and every looked-up feature must
        have as many values as in the log of the census. In a space without a language it must have exactly these
        situations, and as many actions. None for the log that it was counted for.

    Raises
    ------
    UsageError
        If there is no such folder.
    ContentError
        If the folder is no census, or is unfinished or damaged, or its numbers cannot be those of its space; the
        message says which file, or which number.
    RunError
        If the census cannot answer for that log.
    """
    folder = Path(folder)
    place = current_folder(folder)
    if not place.is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; ",
            Named("save_census", "`mesaprior census LOG --max-bits B --out DIR`"),
            " writes one.",
        )
    manifest = read_manifest(place)
    codes = log_codes_of(manifest, place / MANIFEST)
    language = language_of(manifest, place / MANIFEST)
    if language is not None:
        language = replace(language, codes=telling_codes(codes))
    source = str(manifest["log"].get("source"))
    own_log = replace(log_of(read_table(place, LOG, manifest["files"]), source), codes=codes)
    census = read_shards(place, facts_of_shards(manifest), manifest, language, shared=manifest["files"])
    check_accounts(place, census, manifest, language, own_log)
    if log is None or log.digest == own_log.digest:
        return StoredCensus(census, log or own_log, language, manifest)
    if language is None:
        if census_key(None, log, census.bounds, census.space) != manifest["key"]:
            raise RunError(
                f"{folder} was counted over the situations of {own_log.source} with {census.n_actions} actions, and "
                f"{log.source} has other situations or another number of actions; count a census for this log."
            )
        return StoredCensus(for_log(census, own_log, log), log, None, manifest)
    if census.vectors is None:
        raise RunError(
            f"{folder} was counted for {own_log.source} in a language with `fit`, where the teacher matters, so it "
            f"cannot answer for {log.source}; count a census for this log."
        )
    language.check_log(log)
    for token in language.tokens:
        if token.kind == "lookup" and language.n_literals(token, log) != language.n_literals(token, own_log):
            raise RunError(
                f"{log.source}: feature {token.name!r} has another largest value than in {own_log.source}, "
                f"so the lookups of {folder} are others; count a census for this log."
            )
    census = behaviours_of(census.vectors, log, space=census.space, bounds=census.bounds)
    return StoredCensus(census, log, language, manifest)


def read_shards(
    folder: Path,
    shards: Mapping[int, dict[str, Any]],
    note: dict[str, Any],
    language: Language | None,
    *,
    shared: dict[str, str],
) -> Census:
    """Read shards as one census.

    Parameters
    ----------
    folder : Path
    shards : mapping of int to dict
        By number, ascending: what the manifest says of each.
    note : dict
        A manifest, or what stands for it while a census is unfinished.
    language : Language or None
    shared : dict of str to str
        SHA-256 of the files that all shards share.

    Raises
    ------
    ContentError
        If a file is missing or is not the one that the manifest was written for.
    """
    sizes, n_actions = sizes_of(list(shards.values())), actions_of(note)
    interventions = () if language is None else language.intervention_names

    def tables(names: Sequence[str]) -> Iterator[dict[str, Iterable[pa.Table]]]:
        for k, facts in shards.items():
            yield {name: _read(folder, table_file(name, k), facts["files"]) for name in names}

    def vectors() -> Vectors:
        situations = read_table(folder, SITUATIONS, shared)
        return vectors_of(tables(VECTOR_TABLES), sizes, situations, interventions, n_actions)

    if has_vectors(language):
        # They are read when they are asked for, and damage to them is told now.
        _check_file(folder, SITUATIONS, shared)
        for k, facts in shards.items():
            for name in VECTOR_TABLES:
                _check_file(folder, table_file(name, k), facts["files"])
    return census_of(
        tables(SHARD_TABLES),
        sizes,
        row_cell=read_table(folder, ROWS, shared)["cell"].to_numpy(),
        vectors=StoredVectors(vectors) if has_vectors(language) else None,
        interventions=interventions,
        n_actions=n_actions,
        space=note["space"],
        bounds=note["bounds"],
    )


def shard_table_names(language: Language | None) -> tuple[str, ...]:
    """Return the names of the tables that each shard has."""
    return (*SHARD_TABLES, *VECTOR_TABLES) if has_vectors(language) else SHARD_TABLES


def read_table(folder: Path, name: str, digests: dict[str, str]) -> pa.Table:
    """Read a Parquet file whose SHA-256 is given, by name.

    Raises
    ------
    ContentError
        If it is missing or another, no digest is given for it, or its columns are not those of such a table.
    """
    (table,) = _read(folder, name, digests, lambda content: [parquet_table(content)])
    return table


def _check_file(folder: Path, name: str, digests: dict[str, str]) -> None:
    """Raise what `read_table` does of a file, but for gaps in its columns; the columns are not read."""
    for _ in _read(folder, name, digests, lambda content: [parquet_schema(content).empty_table()]):
        pass


def _read(
    folder: Path, name: str, digests: dict[str, str], read: Callable[[bytes], Iterable[pa.Table]] = parquet_pieces
) -> Iterator[pa.Table]:
    """Yield the tables that a file is read as, its pieces by default; `read_table` says what is raised."""
    import pyarrow as pa

    path = folder / name
    if not path.is_file():
        raise ContentError(f"{path}: this file of the census is missing; count it again.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digests.get(name):
        raise ContentError(
            f"{path}: this file is not the one that the manifest was written for; count the census again."
        )
    try:
        for table in read(content):
            check_table(table, path)
            yield table
    except pa.ArrowException as error:
        reason = str(error).splitlines()[0]
        raise ContentError(f"{path}: this is not readable as Parquet ({reason}); count the census again.") from None
