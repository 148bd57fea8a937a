"""Merging the shards of one census that were counted in several folders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError, Named, RunError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.store.atomic_swap import current_folder
from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.layout import LOG
from mesaprior.hypotheses.store.manifest import facts_of_shards, language_of, read_manifest, same_shards, unfinished_at
from mesaprior.hypotheses.store.reading import read_shards, read_table, shard_table_names
from mesaprior.hypotheses.store.record import part_file
from mesaprior.hypotheses.store.tables import log_of, shard_tables
from mesaprior.hypotheses.store.writing import CensusWriter
from mesaprior.hypotheses.terms.language import Language
from mesaprior.narrowing import is_table


@dataclass(frozen=True)
class _Source:
    """A folder with some shards: what is said of each, and the files that all share, with their SHA-256."""

    folder: Path
    note: dict[str, Any]
    shards: dict[int, dict[str, Any]]
    shared: dict[str, str]

    def read(self, k: int, language: Language | None) -> Census:
        """Read one shard."""
        return read_shards(self.folder, {k: self.shards[k]}, self.note, language, shared=self.shared)


def merge(folders: Sequence[str | Path], out: str | Path) -> CensusWriter:
    """Write the shards of several folders into one; it is finished if all are there.

    Parameters
    ----------
    folders : sequence of str or Path
        Each holds some or all shards of the same census, cut into the same number of shards.
    out : str or Path
        As the folder of `CensusWriter`; shards of this census that it holds already stay.

    Returns
    -------
    CensusWriter
        Its `missing` says which shards are not there.

    Raises
    ------
    UsageError
        If a folder is missing, or `out` cannot be written.
    ContentError
        If a folder holds no census, or a file of it is damaged.
    RunError
        If the folders hold different censuses, none holds a shard, or a shard is not the same in two of them.
    """
    sources = [_source(Path(folder)) for folder in folders]
    if not sources:
        raise UsageError("there is no folder to merge; give two or more.")
    first = sources[0]
    for source in sources[1:]:
        if not same_shards(source.note, first.note):
            raise RunError(
                f"{source.folder} does not hold shards of the same census as {first.folder}: language, log, bounds, "
                "engine, version and number of shards must be the same; merge folders of one command."
            )
    holding = next((source for source in sources if source.shards), None)
    if holding is None:
        raise RunError(f"{first.folder}: no shard is complete there or in the other folders; count some first.")
    language = language_of(first.note, first.folder)
    log = log_of(read_table(holding.folder, LOG, holding.shared), str(first.note["log"].get("source")))
    if unfinished_at(Path(out)) is not None:
        own = _source(Path(out))
        if same_shards(own.note, first.note):
            sources.insert(0, own)
    _refuse_contradictions(sources, language)
    note = first.note
    writer = CensusWriter(
        out,
        log,
        language,
        bounds=note["bounds"],
        engine=note["engine"],
        n_shards=note["n_shards"],
        space=note["space"],
        adds_up=note.get("adds_up", False),
    )
    for k in writer.missing:
        source = next((source for source in sources if k in source.shards), None)
        if source is not None:
            writer.write(k, source.read(k, language))
    if not writer.missing:
        writer.finish()
    return writer


def _source(folder: Path) -> _Source:
    """Return what shards a folder has."""
    folder = current_folder(folder)
    if not folder.is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; give folders that ",
            Named("a CensusWriter has", "`mesaprior census` has"),
            " begun.",
        )
    unfinished = unfinished_at(folder)
    if unfinished is None:
        manifest = read_manifest(folder)
        return _Source(folder, manifest, facts_of_shards(manifest), manifest["files"])
    shards: dict[int, dict[str, Any]] = {}
    shared: dict[str, str] = {}
    for k in unfinished.done:
        record = read_sealed(folder / part_file(k)) or {}
        common = record.get("shared")
        if not is_table(common) or (shared and common != shared):
            raise ContentError(
                f"{folder / part_file(k)}: this is not the record of a shard of this census; remove it, and the "
                "shard is counted again."
            )
        shards[k], shared = record, record["shared"]
    return _Source(folder, unfinished.note, shards, shared)


def _refuse_contradictions(sources: Sequence[_Source], language: Language | None) -> None:
    """Refuse shards that are there twice and differ; files may differ where their tables do not."""
    first: dict[int, _Source] = {}
    for source in sources:
        for k, facts in source.shards.items():
            other = first.setdefault(k, source)
            if other.shards[k]["files"] == facts["files"]:
                continue
            one, two = shard_tables(k, other.read(k, language)), shard_tables(k, source.read(k, language))
            for name in shard_table_names(language):
                if not one[name].equals(two[name]):
                    raise RunError(
                        f"shard {k} is not the same in {other.folder} and in {source.folder}: their {name} differ; ",
                        Named("verify", "`mesaprior store verify`"),
                        " may tell which is damaged, or count it again.",
                    )
