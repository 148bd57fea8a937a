"""Writing a census shard by shard; every finished shard is a checkpoint, from which an interrupted run resumes."""

from __future__ import annotations

import secrets
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import ContentError, Named, RunError, UsageError
from mesaprior.hypotheses.census import Census, sum_of_censuses
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.atomic_swap import beside, check_writable, settle, swap_in
from mesaprior.hypotheses.store.concatenation import first_and_last
from mesaprior.hypotheses.store.files import write_json
from mesaprior.hypotheses.store.keys import has_vectors
from mesaprior.hypotheses.store.layout import UNFINISHED, census_record
from mesaprior.hypotheses.store.locking import CLAIM, Claim, is_claimed, turn
from mesaprior.hypotheses.store.manifest import (
    actions_of,
    checksums_of,
    manifest_of,
    note_of,
    parts_left,
    read_manifest,
    same_shards,
    unfinished_at,
)
from mesaprior.hypotheses.store.reading import read_shards
from mesaprior.hypotheses.store.record import MANIFEST, Checkpoint
from mesaprior.hypotheses.store.shards import write_shard, write_shared
from mesaprior.hypotheses.terms.language import Language


class CensusWriter:
    """A census folder that is written shard by shard.

    A folder that holds shards of this very census already is resumed: those that are intact stay. A folder
    that holds another census keeps it until this one is complete.

    Parameters
    ----------
    folder : str or Path
        It may be missing, be empty or hold a census, finished or not.
    log : ImitationLog
    language : Language or None
        None for a space without one.
    bounds : dict of str to int or None
        As in `Census`.
    engine : str
        What counts, for the manifest.
    n_shards : int
        How many shards there will be, at least 1.
    space : str
        Name of the hypothesis space.
    adds_up : bool
        Whether any shard may have any behaviour; they are added up when all are there, and the census is one shard.

    Raises
    ------
    UsageError
        If the folder holds anything but a census, or cannot be written.
    RunError
        If another process is counting into it.
    """

    def __init__(
        self,
        folder: str | Path,
        log: ImitationLog,
        language: Language | None,
        *,
        bounds: dict[str, Any],
        engine: str,
        n_shards: int,
        space: str = "terms",
        adds_up: bool = False,
    ):
        if n_shards < 1:
            raise UsageError(f"{n_shards} shards hold nothing; give an integer of at least 1.")
        check_writable(folder)
        self.folder: Path = Path(folder).resolve()
        self.n_shards = n_shards
        self._log = log
        self._language = language
        self._adds_up = adds_up
        self._note = note_of(
            log, language, bounds=bounds, engine=engine, n_shards=n_shards, space=space, adds_up=adds_up
        )
        self._has_vectors = has_vectors(language)
        self._lock = threading.Lock()
        self._shared: dict[str, str] = {}
        self._row_cell: np.ndarray | None = None
        with turn(self.folder):
            settle(self.folder)
            self._is_complete = self._is_there()
            if self._is_complete:
                if not is_claimed(self.folder):
                    _remove_records(self.folder)
                return
            self._work, claim = self._workplace()
        self._record = census_record(self._work)
        self._parts = Checkpoint(self._record, n_shards, claim)
        self._record.remove_temporaries()
        self._parts.read(self._is_sound)

    @property
    def key(self) -> str:
        """The key of the census; see `census_key`."""
        return self._note["key"]

    @property
    def is_complete(self) -> bool:
        """Whether the folder holds the finished census."""
        return self._is_complete

    @property
    def missing(self) -> list[int]:
        """Shards that are still to be written, ascending."""
        return [] if self._is_complete else self._parts.missing

    @property
    def n_programs(self) -> int:
        """How many programs the shards that are done have."""
        if self._is_complete:
            return read_manifest(self.folder)["n_programs"]
        return sum(facts["programs"] for facts in self._parts.done.values())

    def write(self, k: int, shard: Census) -> None:
        """Write one shard; several threads may write different ones at once.

        Parameters
        ----------
        k : int
            Its number, from 0; it must be missing.
        shard : Census
            With ids from 0; it may be empty. All of its behaviours come after those of the shards before, unless shards
            are added up.

        Raises
        ------
        RunError
            If there is no such shard to write, or it is of another log, space or language than the census.
        """
        with self._lock:
            self._check(k, shard)
            if not self._shared:
                self._shared = write_shared(self._work, self._log, shard)
        facts = write_shard(self._work, k, shard)
        self._parts.write(k, facts | {"ends": first_and_last(shard), "shared": self._shared})

    def finish(self) -> None:
        """Complete the census: its manifest is written, and a census that was in the folder is replaced.

        Raises
        ------
        RunError
            If shards are missing, or are not in order.
        """
        if self._is_complete:
            return
        missing = self.missing
        if missing:
            raise RunError(
                f"{self.folder}: {self.n_shards - len(missing)} of {self.n_shards} shards are done, so the census is "
                "not complete; count the others first."
            )
        note, records = self._note, [self._parts.done[k] for k in range(self.n_shards)]
        if self._adds_up:
            # It may take the place of the first part, which is then counted again if this is where it ends.
            note, records = note | {"n_shards": 1}, [write_shard(self._work, 0, self._sum())]
        else:
            self._check_order(records)
        facts = [{name: record[name] for name in record if name not in ("ends", "shared")} for record in records]
        with turn(self.folder):
            write_json(self._work / MANIFEST, manifest_of(note, self._shared, facts))
            _remove_records(self._work)
            self._parts.release()
            if self._work != self.folder:
                swap_in(self._work, self.folder)
        self._is_complete = True

    def abandon(self) -> None:
        """Give the census up: its shards are removed, and a census that was in the folder before stays."""
        if not self._is_complete:
            with turn(self.folder):
                self._parts.abandon()

    def _sum(self) -> Census:
        """Return the sum of all shards, read one by one."""
        try:
            return sum_of_censuses(
                read_shards(self._work, {k: record}, self._note, self._language, shared=self._shared)
                for k, record in sorted(self._parts.done.items())
            )
        except ContentError as error:
            place = str(error).partition(": ")[0]
            raise RunError(
                f"{place}: this shard has changed since it was written; ",
                Named("count the census again", "give the same command again, and it is counted again"),
                ".",
            ) from None

    def _check_order(self, records: list[dict[str, Any]]) -> None:
        """Refuse shards of which one does not begin after the one before."""
        last: Any = None
        for k, record in enumerate(records):
            if record["ends"] is not None:
                begin, end = record["ends"]
                if last is not None and list(begin) <= last:
                    raise RunError(
                        f"{self.folder}: shard {k} begins at or before the end of the ones before it; remove the "
                        "folder and count the census again."
                    )
                last = list(end)

    def _is_there(self) -> bool:
        """Tell whether the folder holds this census, finished and intact."""
        try:
            manifest = read_manifest(self.folder)
        except ContentError:
            return False
        if (manifest["key"], manifest["log"].get("digest")) != (self.key, self._note["log"]["digest"]):
            return False
        return all(census_record(self.folder).is_intact(files) for files in checksums_of(manifest))

    def _workplace(self) -> tuple[Path, Claim]:
        """Return where the shards go, ready for them, and the claim on it."""
        found = unfinished_at(self.folder)
        is_used = self.folder.is_dir() and any(not path.name.startswith(".") for path in self.folder.iterdir())
        is_here = not is_used or (found is not None and same_shards(found.note, self._note))
        work = self.folder if is_here else beside(self.folder)
        work.mkdir(exist_ok=True)
        if census_record(work).foreign_names:
            raise UsageError(
                f"{work}: the new census would be counted here, and there is something that is not a census; "
                "move it away."
            )
        claim = Claim(work, self.folder)
        found = unfinished_at(work)
        if found is None or not same_shards(found.note, self._note):
            census_record(work).remove(but={CLAIM})
            write_json(work / UNFINISHED, self._note)
        return work, claim

    def _is_sound(self, k: int, facts: dict[str, Any]) -> bool:
        """Tell whether a shard is as its record says, and fits to the shards before it."""
        shared, files = facts.get("shared"), facts.get("files")
        if not {"behaviours", "rows", "programs", "ends"} <= facts.keys() or not self._record.is_intact(files):
            return False
        if not self._shared and self._record.is_intact(shared):
            self._shared = dict(shared or {})
        return bool(shared) and shared == self._shared

    def _check(self, k: int, shard: Census) -> None:
        """Refuse a shard that does not belong here."""
        if self._is_complete or k in self._parts.done or not 0 <= k < self.n_shards:
            raise RunError(f"{self.folder}: shard {k} is not among those to be written; see `missing`.")
        if self._row_cell is None:
            self._row_cell = shard.row_cell
        if (
            shard.space != self._note["space"]
            or shard.bounds != self._note["bounds"]
            or shard.n_actions != actions_of(self._note)
            or (shard.vectors is not None) != self._has_vectors
            or shard.interventions != (() if self._language is None else self._language.intervention_names)
            or len(shard.row_cell) != self._log.n_rows
            or not np.array_equal(shard.row_cell, self._row_cell)
        ):
            raise RunError(f"{self.folder}: shard {k} was counted for something else than the census; count it alike.")


def save_census(
    folder: str | Path, census: Census, log: ImitationLog, language: Language | None, *, engine: str = "merged"
) -> None:
    """Write a census as one shard into a folder that is not there yet, or replace one that holds a census.

    Raises
    ------
    UsageError
        If the folder holds anything else, or cannot be written.
    """
    check_writable(folder)
    folder = Path(folder).resolve()
    with turn(folder):
        settle(folder)
    new = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.new")
    new.mkdir()
    try:
        note = note_of(log, language, bounds=census.bounds, engine=engine, n_shards=1, space=census.space)
        shared = write_shared(new, log, census)
        write_json(new / MANIFEST, manifest_of(note, shared, [write_shard(new, 0, census)]))
        with turn(folder):
            swap_in(new, folder)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _remove_records(folder: Path) -> None:
    """Remove what a finished census does not need any more; the note of what was counted goes last."""
    for path in [*folder.glob("shard-*.json"), *parts_left(folder), folder / UNFINISHED]:
        path.unlink(missing_ok=True)
    census_record(folder).remove_temporaries()
