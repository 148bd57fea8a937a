"""Removing from the store what cannot answer any more; whatever is no census stays."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from mesaprior.errors import UsageError
from mesaprior.hypotheses.store.entries import COMPLETE, UNFINISHED_STATE, Entry, entries_in
from mesaprior.hypotheses.store.files import remove_census
from mesaprior.hypotheses.store.locking import is_claimed
from mesaprior.hypotheses.store.manifest import read_manifest
from mesaprior.hypotheses.store.verification import intact_findings

_DAY = 24 * 60 * 60

_ASIDE = re.compile(r"\.(.+)\.(replaced|[0-9a-f]{8}\.new)")
"""Names of folders that exist for moments while a census is put in the place of another."""


@dataclass(frozen=True)
class Removal:
    """A census that was removed, or would be.

    Attributes
    ----------
    folder : Path
    reason : str
    n_bytes : int
        What its files took.
    """

    folder: Path
    reason: str
    n_bytes: int


def prune(
    root: str | Path, *, unfinished: bool = False, older_than: float | None = None, dry_run: bool = False
) -> list[Removal]:
    """Remove censuses that are damaged or of another schema from a folder of censuses.

    Parameters
    ----------
    root : str or Path
        Only the folders in it are looked at, not those in them.
    unfinished : bool
        Remove unfinished ones too, but for those that another process is counting.
    older_than : float or None
        Remove only what no file of has changed for so many days.
    dry_run : bool
        Say what would be removed, and remove nothing.

    Returns
    -------
    list of Removal

    Raises
    ------
    UsageError
        If the root holds no folders because it is a file.
    """
    root = Path(root)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{root}: this is not a folder of censuses; give one, or leave --root out.")
    return removals_of(
        entries_in(root),
        lambda entry: _reason(entry, unfinished=unfinished),
        remove_census,
        older_than=older_than,
        dry_run=dry_run,
    )


def removals_of(
    entries: Iterable[Entry],
    reason_of: Callable[[Entry], str | None],
    remove: Callable[[Path], int],
    *,
    older_than: float | None,
    dry_run: bool,
) -> list[Removal]:
    """Remove entries that there is a reason for.

    Parameters
    ----------
    entries : iterable of Entry
    reason_of : callable
        Returns why an entry may go, or None.
    remove : callable
        Removes the folder of an entry, and returns how many bytes its files took.
    older_than, dry_run
        As in `prune`.
    """
    removals: list[Removal] = []
    for entry in entries:
        reason = reason_of(entry)
        if reason is None or (older_than is not None and _age(entry.folder) < older_than * _DAY):
            continue
        n_bytes = entry.n_bytes if dry_run else remove(entry.folder)
        removals.append(Removal(entry.folder, reason, n_bytes))
    return removals


def _reason(entry: Entry, *, unfinished: bool) -> str | None:
    """Return why an entry may go, or None."""
    aside = _ASIDE.fullmatch(entry.folder.name)
    if aside is not None:
        # Somebody may be at it just now; and without the census itself, this may be all that there is of it.
        is_over = _age(entry.folder) > _DAY and entry.folder.with_name(aside[1]).exists()
        return f"left behind when {aside[1]} was replaced" if is_over else None
    if entry.state == UNFINISHED_STATE:
        if not unfinished or is_claimed(entry.folder):
            return None
        return f"unfinished: {entry.shards_done} of {entry.n_shards} shards are done"
    if entry.state != COMPLETE:
        return entry.state
    manifest = read_manifest(entry.folder)
    for files in (manifest["files"], *(facts["files"] for facts in manifest["shards"])):
        for finding in intact_findings(entry.folder, files, None):
            return f"damaged: {finding.file}: {finding.problem}"
    return None


def _age(folder: Path) -> float:
    """Return the seconds since a file of a folder changed."""
    return time.time() - max(path.stat().st_mtime for path in folder.iterdir())
