"""Counting a table of strings into the store, shard by shard, so that interrupted counts resume."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from mesaprior.errors import Named, RunError
from mesaprior.hypotheses.store.files import write_json
from mesaprior.hypotheses.store.locking import Claim
from mesaprior.hypotheses.store.record import MANIFEST, Checkpoint, Record
from mesaprior.hypotheses.threads import Progress
from mesaprior.hypotheses.turing.strings.sharding import StringShards
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import (
    STRING_TABLE,
    TABLE,
    identity_of,
    is_intact,
    is_of,
    read_strings,
    remove_parts,
    strings_folder,
    write_strings,
)
from mesaprior.hypotheses.turing.strings.table import StringTable
from mesaprior.hypotheses.versions import versions

KEPT_FROM = {4: 20_001, 5: 1, 6: 1}
"""Steps from which on a table is worth keeping, by states; below them it is counted in a second or less."""

Remote = Callable[[StringShards, None, Sequence[int], int], Iterator[tuple[int, StringTable]]]
"""Counts shards elsewhere; see `cluster.shards_on_cluster`."""


def is_kept(size: Size) -> bool:
    """Return whether a table of this size is worth keeping."""
    return size.max_steps >= KEPT_FROM.get(size.states, size.max_steps + 1)


class StringKeeper:
    """The record of a table that is being counted; intact shards of an interrupted run are taken, and it is resumed.

    Parameters
    ----------
    size : Size
    root : str or Path or None
        Folder of the store; None for `store_root`. What is missing of it is made.
    n_shards : int or None
        None for as many as are usual. Shards of another number are counted again.

    Attributes
    ----------
    folder : Path
    n_shards : int

    Raises
    ------
    RunError
        If another process is counting the table.
    OSError
        If the folder cannot be written.

    Notes
    -----
    A shard is a block of prefixes, see `StringShards`, counted by one thread and written as soon as it is counted:
    its counts, and then a sealed record with their SHA-256. When all are there, they are added up in their order into
    the table, then the manifest is written, and then the shards are removed. So the bytes depend on nothing but the
    size and the versions, and an interruption at any moment costs the shards that were being counted.
    """

    def __init__(self, size: Size, *, root: str | Path | None = None, n_shards: int | None = None):
        self._size = size
        self._shards = StringShards(size)
        self.n_shards: int = n_shards or self._shards.n_shards()
        self.folder: Path = strings_folder(size, root)
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            claim = Claim(self.folder, self.folder)
        except RunError:
            raise RunError(
                f"{self.folder}: another process is counting this table; wait for it, and it is there."
            ) from None
        self._record = Record(self.folder, STRING_TABLE)
        self._parts = Checkpoint(self._record, self.n_shards, claim)
        self.look()

    @property
    def missing(self) -> list[int]:
        """Shards that are still to be counted, ascending."""
        return self._parts.missing

    @property
    def n_missing_prefixes(self) -> int:
        """Prefixes that are still to be counted: the work that is left."""
        return sum(map(self._n_prefixes, self.missing))

    def count(self, *, workers: int = 1, report: Progress | None = None, remote: Remote | None = None) -> StringTable:
        """Count the shards that are missing, and finish the table.

        Parameters
        ----------
        workers : int
            Threads; no byte depends on it.
        report : Progress or None
            The reports add up to `n_missing_prefixes`.
        remote : callable or None
            Counts the shards elsewhere; called with what is counted, no log, their numbers, and how many there are.

        Raises
        ------
        RunError
            If the machines counted are not all there are: an error of the program.
        OSError
            If a file cannot be written.
        """
        # Closed at once in every case, so that other workers do not count in vain.
        with closing(self._counted(workers, report, remote)) as shards:
            for k, shard in shards:
                self._write(k, shard)
        return self._finish()

    def _counted(
        self, workers: int, report: Progress | None, remote: Remote | None
    ) -> Generator[tuple[int, StringTable]]:
        """Yield the shards that are missing as they are counted."""
        missing = self.missing
        if remote is None:
            yield from self._shards.shards(None, missing, self.n_shards, workers=workers, report=report)
            return
        for k, shard in remote(self._shards, None, missing, self.n_shards):
            yield k, shard
            if report is not None:
                report(self._n_prefixes(k))

    def look(self) -> None:
        """See which shards are there and intact; an interruption may come between a shard and the note of it."""
        self._parts.read(self._is_sound)

    def abandon(self) -> None:
        """Give the table up: its shards are removed, and so is the folder if nothing else is in it."""
        self._parts.abandon(but=(MANIFEST, TABLE))

    def _n_prefixes(self, k: int) -> int:
        """Return the work in a shard."""
        return len(self._shards.enumeration.shard(k, self.n_shards))

    def _write(self, k: int, shard: StringTable) -> None:
        facts = write_strings(self.folder / _table_file(k), shard)
        head = identity_of(self._size) | versions() | {"shard": k, "n_shards": self.n_shards}
        self._parts.write(k, head | facts)

    def _is_sound(self, k: int, facts: dict[str, Any]) -> bool:
        """Return whether a shard is intact, and was counted as this version would count it."""
        expected = versions() | {"shard": k, "n_shards": self.n_shards}
        is_ours = is_of(facts, self._size) and all(facts.get(name) == value for name, value in expected.items())
        return is_ours and is_intact(self.folder, _table_file(k), facts)

    def _finish(self) -> StringTable:
        done = self._parts.done
        table = self._shards.enumeration.together(self._read(k, done[k]) for k in range(self.n_shards))
        facts = write_strings(self.folder / TABLE, table)
        write_json(self.folder / MANIFEST, identity_of(self._size) | versions() | facts)
        remove_parts(self._record)
        self._parts.release()
        return table

    def _read(self, k: int, facts: dict[str, Any]) -> StringTable:
        if not is_intact(self.folder, _table_file(k), facts):
            raise RunError(
                f"{self.folder / _table_file(k)}: this shard has changed since it was written; ",
                Named("count the table again", "give the same command again, and it is counted again"),
                ".",
            )
        return read_strings(self.folder / _table_file(k), self._size, facts)


def _table_file(k: int) -> str:
    return f"shard-{k:04d}.parquet"
