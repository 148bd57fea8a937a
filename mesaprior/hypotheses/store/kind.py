"""A kind of record that the store holds: how one is found, described, verified and removed."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from mesaprior.errors import Named, RunError, UsageError
from mesaprior.hypotheses.store.entries import COMPLETE, UNFINISHED_STATE, Entry
from mesaprior.hypotheses.store.locking import is_claimed
from mesaprior.hypotheses.store.record import Finding, Layout, Record

DAY = 24 * 60 * 60
"""Seconds."""


@dataclass(frozen=True)
class Removal:
    """A record that was removed, or would be.

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


class Kind(ABC):
    """A kind of record, each in a folder of its own.

    Attributes
    ----------
    noun : str
        Such as ``"census"``.
    command : str
        What counts one again.
    layout : Layout
        What its files are called.
    """

    noun: ClassVar[str]
    command: ClassVar[str]
    layout: ClassVar[Layout]

    @abstractmethod
    def is_at(self, folder: Path) -> bool:
        """Return whether a folder holds one: finished or not, damaged or of another version."""

    @abstractmethod
    def folders_in(self, root: Path) -> list[Path]:
        """Return the folders of all that are in a store, by name."""

    @abstractmethod
    def entry_at(self, folder: Path) -> Entry:
        """Describe the one in a folder by its manifest alone.

        Raises
        ------
        ContentError
            If there is none.
        """

    @abstractmethod
    def origin_of(self, folder: Path) -> dict[str, Any]:
        """Return what a manifest says besides what an entry does, as plain data; ``versions`` among it."""

    @abstractmethod
    def verify(self, folder: Path) -> list[Finding]:
        """Return what is wrong with the one in a folder; nothing is changed, and nothing is counted again."""

    @abstractmethod
    def checksums_of(self, folder: Path) -> Sequence[dict[str, str]]:
        """Return the files of a finished one with their SHA-256."""

    def entries_in(self, root: Path) -> list[Entry]:
        """Describe all that are in a store, by name; whatever else is there is passed over."""
        return [self.entry_at(folder) for folder in self.folders_in(root)]

    def prune(
        self, root: str | Path, *, unfinished: bool = False, older_than: float | None = None, dry_run: bool = False
    ) -> list[Removal]:
        """Remove those from a store that are damaged or of another schema.

        Parameters
        ----------
        root : str or Path
        unfinished : bool
            Remove unfinished ones too, but for those that another process is counting.
        older_than : float or None
            Remove only what no file of has changed for so many days.
        dry_run : bool
            Say what would be removed, and remove nothing.

        Raises
        ------
        UsageError
            If the root holds no folders because it is a file.
        """
        root = Path(root)
        if root.exists() and not root.is_dir():
            raise UsageError(
                f"{root}: this is not a folder of censuses; give one, or leave ", Named("root", "--root"), " out."
            )
        removals: list[Removal] = []
        for entry in self.entries_in(root):
            reason = self.reason_to_remove(entry, unfinished=unfinished)
            if reason is None or (older_than is not None and age(entry.folder) < older_than * DAY):
                continue
            n_bytes = entry.n_bytes if dry_run else Record(entry.folder, self.layout).remove()
            removals.append(Removal(entry.folder, reason, n_bytes))
        return removals

    def remove(self, folder: Path, *, dry_run: bool = False) -> Removal:
        """Remove the one in a folder, sound or not; other files stay.

        Raises
        ------
        ContentError
            If there is none.
        RunError
            If another process is counting it.
        """
        entry = self.entry_at(folder)
        if is_claimed(folder):
            raise RunError(f"{folder}: another process is counting this {self.noun}; wait for it, or stop it.")
        return Removal(folder, "asked for", entry.n_bytes if dry_run else Record(folder, self.layout).remove())

    def reason_to_remove(self, entry: Entry, *, unfinished: bool) -> str | None:
        """Return why an entry is of no use, or None."""
        if entry.state == UNFINISHED_STATE:
            if not unfinished or is_claimed(entry.folder):
                return None
            return f"unfinished: {entry.shards_done} of {entry.n_shards} shards are done"
        if entry.state != COMPLETE:
            return entry.state
        record = Record(entry.folder, self.layout)
        for files in self.checksums_of(entry.folder):
            for finding in record.findings(files):
                return f"damaged: {finding.file}: {finding.problem}"
        return None


def age(folder: Path) -> float:
    """Return the seconds since a file of a folder changed."""
    return time.time() - max(path.stat().st_mtime for path in folder.iterdir())
