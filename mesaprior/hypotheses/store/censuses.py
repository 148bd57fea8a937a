"""The censuses in a store: listed from what they say about themselves, verified, and removed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError, Named, UsageError
from mesaprior.hypotheses.store.entries import (
    COMPLETE,
    DAMAGED,
    OTHER_SCHEMA,
    UNFINISHED_STATE,
    Entry,
    open_manifest,
    versions_of,
)
from mesaprior.hypotheses.store.kind import DAY, Kind, age
from mesaprior.hypotheses.store.layout import CENSUS, SCHEMA, census_record, is_census_folder
from mesaprior.hypotheses.store.manifest import checksums_of, read_manifest, unfinished_at
from mesaprior.hypotheses.store.record import Finding
from mesaprior.hypotheses.store.verification import verify

_ASIDE = re.compile(r"\.(.+)\.(replaced|[0-9a-f]{8}\.new)")
"""Names of folders that exist for moments while a census is put in the place of another."""

SHORTEST_PREFIX = 4
"""Digits of a key that name a census, at least."""


class Censuses(Kind):
    """Censuses: a folder of Parquet files for each, in the store itself."""

    noun = "census"
    command = "census"
    layout = CENSUS

    def is_at(self, folder: Path) -> bool:
        """Return whether a folder holds a census: finished or not, damaged or of another version."""
        return is_census_folder(folder)

    def folders_in(self, root: Path) -> list[Path]:
        """Return the folders of all censuses in a folder, by name."""
        return [folder for folder in sorted(root.iterdir()) if self.is_at(folder)] if root.is_dir() else []

    def entry_at(self, folder: Path) -> Entry:
        """Describe the census in a folder.

        Raises
        ------
        ContentError
            If there is none.
        """
        if not self.is_at(folder):
            raise ContentError(
                f"{folder}: this is no census; give a folder ",
                Named("with one", "that `mesaprior census` has written"),
                ".",
            )
        n_bytes = census_record(folder).n_bytes
        unfinished = unfinished_at(folder)
        if unfinished is not None:
            return _entry(folder, UNFINISHED_STATE, unfinished.note, len(unfinished.done), n_bytes)
        try:
            manifest = read_manifest(folder)
        except ContentError:
            state = OTHER_SCHEMA if open_manifest(folder).get("schema", SCHEMA) != SCHEMA else DAMAGED
            return Entry(folder, state, "", "", "", {}, None, None, 0, 0, n_bytes)
        return _entry(folder, COMPLETE, manifest, manifest["n_shards"], n_bytes)

    def origin_of(self, folder: Path) -> dict[str, Any]:
        """Return the engine, the versions, and what the manifest says of each shard."""
        note = open_manifest(folder)
        shards: list[dict[str, Any]] = [
            {name: facts[name] for name in ("behaviours", "rows", "programs")} for facts in note.get("shards", [])
        ]
        return {"engine": note.get("engine"), "versions": versions_of(note), "shards": shards}

    def verify(self, folder: Path) -> list[Finding]:
        """Check every file, and that the counts are those of the language; see `verification.verify`."""
        return verify(folder)

    def checksums_of(self, folder: Path) -> Sequence[dict[str, str]]:
        """Return the files that all shards share, and those of each shard."""
        return checksums_of(read_manifest(folder))

    def reason_to_remove(self, entry: Entry, *, unfinished: bool) -> str | None:
        """Return why a census is of no use, or None; what stands beside one for a moment is left for a day."""
        aside = _ASIDE.fullmatch(entry.folder.name)
        if aside is None:
            return super().reason_to_remove(entry, unfinished=unfinished)
        # Somebody may be at it just now; and without the census itself, this may be all that there is of it.
        is_over = age(entry.folder) > DAY and entry.folder.with_name(aside[1]).exists()
        return f"left behind when {aside[1]} was replaced" if is_over else None


def _entry(folder: Path, state: str, note: dict[str, Any], shards_done: int, n_bytes: int) -> Entry:
    return Entry(
        folder=folder,
        state=state,
        key=note["key"],
        language=str(note["language"].get("source", "")) if note["language"] else note["space"],
        log=str(note["log"].get("source", "")),
        bounds=note["bounds"],
        programs=note.get("n_programs"),
        behaviours=note.get("n_behaviours"),
        shards_done=shards_done,
        n_shards=note["n_shards"],
        n_bytes=n_bytes,
        space=note["space"],
    )


CENSUSES = Censuses()


def resolve_entry(name: str, root: Path) -> Path:
    """Return the folder of a census that is meant by a path, or by the first digits of its key in the store.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    path = Path(name)
    if path.is_dir():
        return path
    digits = name.lower()
    found: list[Path] = []
    if len(digits) >= SHORTEST_PREFIX and set(digits) <= set("0123456789abcdef"):
        found = [entry.folder for entry in CENSUSES.entries_in(root) if entry.key.startswith(digits)]
    if not found:
        raise UsageError(
            f"{name}: there is no such folder, and no census of {root} has a key that begins so; give a folder or at "
            f"least {SHORTEST_PREFIX} digits of a key (",
            Named("CENSUSES.entries_in(root) has", "`mesaprior store list` prints"),
            " them).",
        )
    if len(found) > 1:
        names = ", ".join(folder.name for folder in found)
        raise UsageError(f"{name}: {len(found)} censuses of {root} have keys that begin so ({names}); give the folder.")
    return found[0]
