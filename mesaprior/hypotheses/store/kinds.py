"""Everything that the store holds, whatever its kind: listed, found by name, and removed."""

from __future__ import annotations

from pathlib import Path

from mesaprior.hypotheses.store.censuses import CENSUSES, resolve_entry
from mesaprior.hypotheses.store.entries import Entry
from mesaprior.hypotheses.store.kind import Kind, Removal
from mesaprior.hypotheses.turing.strings.entries import STRINGS

KINDS: tuple[Kind, ...] = (CENSUSES, STRINGS)


def kind_at(folder: Path) -> Kind:
    """Return the kind of what a folder holds; a folder that holds nothing of ours is refused as a census."""
    return next((kind for kind in KINDS if kind.is_at(folder)), CENSUSES)


def entry_of(folder: Path) -> Entry:
    """Describe what a folder holds; see `Kind.entry_at`."""
    return kind_at(folder).entry_at(folder)


def entries_of(root: Path) -> list[Entry]:
    """Describe all that a store holds."""
    return [entry for kind in KINDS for entry in kind.entries_in(root)]


def prune_all(root: Path, *, unfinished: bool, older_than: float | None, dry_run: bool) -> list[Removal]:
    """Remove from a store whatever is of no use; see `Kind.prune`."""
    return [
        removal
        for kind in KINDS
        for removal in kind.prune(root, unfinished=unfinished, older_than=older_than, dry_run=dry_run)
    ]


def remove(folder: Path, *, dry_run: bool = False) -> Removal:
    """Remove what a folder holds; see `Kind.remove`."""
    return kind_at(folder).remove(folder, dry_run=dry_run)


def resolve(name: str, root: Path) -> Path:
    """Return the folder that is meant by a path, by a name in the store, or by the first digits of a key.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    if not Path(name).is_dir() and STRINGS.is_at(root / name):
        return root / name
    return resolve_entry(name, root)
