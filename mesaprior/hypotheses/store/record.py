"""A sealed folder: files, and a manifest with the checksum of each; before that, the parts that it is counted in.

Censuses and tables of strings are such records. Each file is complete or not there, each JSON file carries its own
checksum, and one process at a time writes into a folder. So whatever interrupts the work, what is complete is found.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.files import sha256_of, write_json
from mesaprior.hypotheses.store.locking import CLAIM, Claim

MANIFEST = "manifest.json"
"""The file that says what a finished record is, and the checksum of every other file."""


def part_file(k: int) -> str:
    """Return the name of the file that says that a part is complete, while others are not."""
    return f"shard-{k:04d}.json"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a record.

    Attributes
    ----------
    file : str
        Name of the file that it was found in; of the manifest, where no other file can be named.
    shard : int or None
        The shard that the file belongs to; None for files that all share.
    problem : str
        What is wrong.
    """

    file: str
    shard: int | None
    problem: str


@dataclass(frozen=True)
class Layout:
    """What the files of a kind of record are called.

    Attributes
    ----------
    names : str
        A regular expression for all names, of finished records and of others, but for that of the claim.
    last : tuple of str
        Regular expressions for files that are removed last, in this order: by them a folder is known without others.
    """

    names: str
    last: tuple[str, ...] = ()

    @cached_property
    def _ours(self) -> re.Pattern[str]:
        return re.compile(rf"{self.names}|{re.escape(CLAIM)}", flags=re.ASCII)

    @cached_property
    def _temporary(self) -> re.Pattern[str]:
        return re.compile(rf"\.({self._ours.pattern})\.[0-9a-f]+\.tmp", flags=re.ASCII)

    def is_temporary(self, name: str) -> bool:
        """Return whether a file is what an interrupted write left behind."""
        return self._temporary.fullmatch(name) is not None

    def is_ours(self, name: str) -> bool:
        """Return whether a file of a record may have this name."""
        return self._ours.fullmatch(name) is not None or self.is_temporary(name)

    def turn(self, name: str) -> tuple[int, str]:
        """Return what sorts files by when they are removed.

        What carries checksums goes first, so that nobody trusts what an interruption leaves.
        """
        if name.endswith(".json"):
            return 0, name
        ranks = (rank for rank, pattern in enumerate(self.last, 2) if re.fullmatch(pattern, name))
        return next(ranks, 1), name


@dataclass(frozen=True)
class Record:
    """A folder as a record.

    Attributes
    ----------
    folder : Path
        It must exist where its files are asked for.
    layout : Layout
    """

    folder: Path
    layout: Layout

    @property
    def n_bytes(self) -> int:
        """What its files take on disk."""
        return sum(path.stat().st_size for path in self._files())

    @property
    def names(self) -> set[str]:
        """Names of its files."""
        return {path.name for path in self._files()}

    @property
    def foreign_names(self) -> list[str]:
        """What stands in the folder and is no file of a record, sorted."""
        return sorted({path.name for path in self.folder.iterdir()} - self.names)

    def is_intact(self, files: Any) -> bool:
        """Return whether files are there, given with their SHA-256."""
        return bool(files) and not self.findings(files)

    def findings(self, files: Mapping[str, str], shard: int | None = None) -> list[Finding]:
        """Return which of these files are missing or have another SHA-256."""
        findings: list[Finding] = []
        for name, checksum in files.items():
            if not (self.folder / name).is_file():
                findings.append(Finding(name, shard, "the file is missing"))
            elif sha256_of(self.folder / name) != checksum:
                findings.append(Finding(name, shard, "the file is not the one that was written: its SHA-256 differs"))
        return findings

    def remove(self, *, but: Collection[str] = ()) -> int:
        """Remove the files, and the folder if nothing else is in it; return how many bytes they took.

        Parameters
        ----------
        but : collection of str
            Names of files that stay.
        """
        freed = 0
        for path in sorted(self._files(), key=lambda path: self.layout.turn(path.name)):
            if path.name not in but and not path.is_symlink():
                freed += path.stat().st_size
                path.unlink()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()
        return freed

    def remove_temporaries(self) -> None:
        """Remove what interrupted writes left behind."""
        for path in self.folder.iterdir():
            if self.layout.is_temporary(path.name):
                path.unlink(missing_ok=True)

    def _files(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if self.layout.is_ours(path.name) and path.is_file()]


class Checkpoint:
    """The parts of a record that is being counted, from which the next run resumes.

    Parameters
    ----------
    record : Record
    n_parts : int
    claim : Claim
        On the folder.
    """

    def __init__(self, record: Record, n_parts: int, claim: Claim):
        self._done: dict[int, dict[str, Any]] = {}
        self._record = record
        self._n_parts = n_parts
        self._claim = claim
        self._lock = threading.Lock()

    @property
    def done(self) -> dict[int, dict[str, Any]]:
        """What is known of each part that is complete, now."""
        with self._lock:
            return dict(self._done)

    @property
    def missing(self) -> list[int]:
        """Parts that are still to be counted, ascending."""
        done = self.done
        return [k for k in range(self._n_parts) if k not in done]

    def write(self, k: int, facts: dict[str, Any]) -> None:
        """Note that a part is complete, when its files are; several threads may write different ones at once."""
        write_json(self._record.folder / part_file(k), facts)
        with self._lock:
            self._done[k] = facts

    def read(self, is_sound: Callable[[int, dict[str, Any]], bool]) -> None:
        """See which parts are there and sound; an interruption may come between a part and the note of it."""
        found: dict[int, dict[str, Any]] = {}
        for k in range(self._n_parts):
            path = self._record.folder / part_file(k)
            facts = read_sealed(path)
            if facts is not None and is_sound(k, facts):
                found[k] = facts
            else:
                path.unlink(missing_ok=True)
        with self._lock:
            self._done = found

    def release(self) -> None:
        """Let other processes at the folder."""
        self._claim.release()

    def abandon(self, *, but: Collection[str] = ()) -> None:
        """Give the parts up: their files are removed, and so is the folder if nothing else is in it.

        Parameters
        ----------
        but : collection of str
            Names of files that stay.
        """
        with self._lock:
            self._done = {}
        self._record.remove(but={CLAIM, *but})
        self._claim.release()
        folder = self._record.folder
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
