"""What is in the store, told from manifests and notes alone; no table is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.store.layout import MANIFEST, SCHEMA, UNFINISHED, is_census_folder, is_ours, read_json
from mesaprior.hypotheses.store.manifest import read_manifest, unfinished_at

COMPLETE, UNFINISHED_STATE, DAMAGED, OTHER_SCHEMA = "complete", "unfinished", "damaged", "other schema"
"""States of an entry."""

SHORTEST_PREFIX = 4
"""Digits of a key that name an entry, at least."""


@dataclass(frozen=True)
class Entry:
    """A census folder as a line of a list.

    Attributes
    ----------
    folder : Path
    state : str
        `complete`, `unfinished`, `damaged` or `other schema`; only manifests are looked at.
    key, language, log : str
        Key, and the names of the files that it was counted from; empty where they are not known. A space without a
        language has its name in place of one.
    bounds : dict of str to int or None
    programs, behaviours : int or None
        None where the census is not complete.
    shards_done, n_shards : int
    n_bytes : int
        Of its files on disk.
    space : str
        Name of the hypothesis space; empty where it is not known.
    """

    folder: Path
    state: str
    key: str
    language: str
    log: str
    bounds: dict[str, Any]
    programs: int | None
    behaviours: int | None
    shards_done: int
    n_shards: int
    n_bytes: int
    space: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        return vars(self) | {"folder": str(self.folder)}


def entry_at(folder: Path) -> Entry:
    """Describe the census in a folder.

    Raises
    ------
    ContentError
        If there is none.
    """
    if not is_census_folder(folder):
        raise ContentError(f"{folder}: this is no census; give a folder that `mesaprior census` has written.")
    n_bytes = census_bytes(folder)
    unfinished = unfinished_at(folder)
    if unfinished is not None:
        return _entry(folder, UNFINISHED_STATE, unfinished.note, len(unfinished.done), n_bytes)
    try:
        manifest = read_manifest(folder)
    except ContentError:
        state = OTHER_SCHEMA if open_manifest(folder).get("schema", SCHEMA) != SCHEMA else DAMAGED
        return Entry(folder, state, "", "", "", {}, None, None, 0, 0, n_bytes)
    return _entry(folder, COMPLETE, manifest, manifest["n_shards"], n_bytes)


def open_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a census, or what stands for it until it is finished; empty where neither is readable."""
    return read_json(folder / MANIFEST) or read_json(folder / UNFINISHED) or {}


def entries_in(root: Path) -> list[Entry]:
    """Describe every census in a folder of censuses, by name; whatever else is there is passed over."""
    if not root.is_dir():
        return []
    return [entry_at(folder) for folder in sorted(root.iterdir()) if is_census_folder(folder)]


def resolve_entry(name: str, root: Path) -> Path:
    """Return the folder that a person means by a path, or by the first digits of a key in the store.

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
        found = [entry.folder for entry in entries_in(root) if entry.key.startswith(digits)]
    if not found:
        raise UsageError(
            f"{name}: there is no such folder, and no census of {root} has a key that begins so; give a folder or at "
            f"least {SHORTEST_PREFIX} digits of a key (`mesaprior store list` prints them)."
        )
    if len(found) > 1:
        names = ", ".join(folder.name for folder in found)
        raise UsageError(f"{name}: {len(found)} censuses of {root} have keys that begin so ({names}); give the folder.")
    return found[0]


def census_bytes(folder: Path) -> int:
    """Return how many bytes the files of a census take."""
    return sum(path.stat().st_size for path in folder.iterdir() if is_ours(path.name) and path.is_file())


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
