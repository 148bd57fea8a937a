"""The tables of strings in a store: listed by their manifests, verified, and removed."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.hypotheses.counting.sums import exact_sum
from mesaprior.hypotheses.store.checksums import read_json, read_sealed
from mesaprior.hypotheses.store.entries import (
    COMPLETE,
    DAMAGED,
    OTHER_SCHEMA,
    UNFINISHED_STATE,
    Entry,
    open_manifest,
    versions_of,
)
from mesaprior.hypotheses.store.kind import Kind
from mesaprior.hypotheses.store.record import MANIFEST, Finding, Record
from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.runs.run import Run, run_machine
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import SCHEMA, STRING_TABLE, TABLE, is_of, read_strings, strings_root
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable

SPACE = "strings"
"""What stands for the hypothesis space in an entry."""

_NAME = re.compile(r"([1-6])-(\d+)(?:-(\d+))?", flags=re.ASCII)
_RECORD = "shard-*.json"


class StringEntry(Entry):
    """A table of strings as a line of a list: it has no key and no log; its programs are machines."""

    @property
    def name(self) -> str:
        """The name by which it is found in the store."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def nouns(self) -> tuple[str, str]:
        """What its programs and its behaviours are called, in the plural."""
        return "machines", "strings"

    @property
    def bounds_text(self) -> str:
        """The bounds in words; a dash where they are not known."""
        return f"{self.bounds['states']} states, {self.bounds['max_steps']} steps" if self.bounds else "-"


class StringTables(Kind):
    """Tables of strings: a folder for each size, in a folder of the store."""

    noun = "table of strings"
    command = "strings"
    layout = STRING_TABLE

    def is_at(self, folder: Path) -> bool:
        """Return whether a folder holds a table of strings: finished or not, damaged or of another version."""
        if not folder.is_dir() or folder.is_symlink():
            return False
        if (read_json(folder / MANIFEST) or {}).get("kind") == SPACE:
            return True
        is_named = folder.parent.name == strings_root(None).name and _NAME.fullmatch(folder.name) is not None
        return is_named and any(self.layout.is_ours(path.name) for path in folder.iterdir())

    def folders_in(self, root: Path) -> list[Path]:
        """Return the folders of all tables in a store, by name."""
        place = strings_root(root)
        return [folder for folder in sorted(place.iterdir()) if self.is_at(folder)] if place.is_dir() else []

    def entry_at(self, folder: Path) -> StringEntry:
        """Describe the table of strings in a folder; no table is read. Its behaviours are strings."""
        state, facts, n_done, n_shards = _state_of(folder)
        names = ("states", "max_steps", "radius")
        return StringEntry(
            folder=folder,
            state=state,
            key="",
            language=SPACE,
            log="",
            bounds={name: facts[name] for name in names} if set(names) <= facts.keys() else {},
            programs=facts.get("machines") if state == COMPLETE else None,
            behaviours=facts.get("strings") if state == COMPLETE else None,
            shards_done=n_done,
            n_shards=n_shards,
            n_bytes=Record(folder, self.layout).n_bytes,
            space=SPACE,
        )

    def origin_of(self, folder: Path) -> dict[str, Any]:
        """Return the verdicts, the machines that do most, and the versions."""
        note = open_manifest(folder)
        names = ("rows", "verdicts", "most_steps", "most_ones")
        return {name: note[name] for name in names if name in note} | {"versions": versions_of(note)}

    def verify(self, folder: Path) -> list[Finding]:
        """Check the files, and that the counts can be those of all machines; nothing is changed.

        The counts are not counted again. They must add up to all machines, be the same for a string and for the one
        read from right to left, and the machines that do most must do that much.
        """
        state, manifest, n_done, n_shards = _state_of(folder)
        if state == UNFINISHED_STATE:
            how_far = f"{n_done} of {n_shards} shards are done" if n_shards else "no shard is done"
            return [Finding(MANIFEST, None, f"the file is missing: the table is unfinished, {how_far}")]
        if state != COMPLETE:
            problem = "is not as it was written" if state == DAMAGED else f"is not of schema {SCHEMA}"
            return [Finding(MANIFEST, None, f"the file {problem}")]
        if set(manifest["files"]) != {TABLE}:
            return [Finding(MANIFEST, None, f"it does not list {TABLE} alone")]
        findings = Record(folder, self.layout).findings(manifest["files"])
        if findings:
            return findings
        size = _size_of(manifest)
        assert size is not None
        table = read_strings(folder / TABLE, size, manifest)
        return [Finding(TABLE, None, problem) for problem in _problems(table, manifest)]

    def checksums_of(self, folder: Path) -> Sequence[dict[str, str]]:
        """Return the one file of a table."""
        return [(read_sealed(folder / MANIFEST) or {}).get("files", {})]


STRINGS = StringTables()


def _state_of(folder: Path) -> tuple[str, dict[str, Any], int, int]:
    """Return the state, the contents of the manifest or else of a record, and how many of how many shards are done."""
    if (folder / MANIFEST).is_file():
        manifest = read_sealed(folder / MANIFEST)
        if manifest is None:
            return DAMAGED, {}, 0, 0
        if manifest.get("schema") != SCHEMA or _size_of(manifest) is None:
            return OTHER_SCHEMA, {}, 0, 0
        return COMPLETE, manifest, 1, 1
    records = [record for path in folder.glob(_RECORD) if (record := read_sealed(path)) is not None]
    records = [record for record in records if _size_of(record) is not None]
    if records:
        return UNFINISHED_STATE, records[0], len(records), int(records[0]["n_shards"])
    return UNFINISHED_STATE, {}, 0, 0


def _size_of(record: dict[str, Any]) -> Size | None:
    """Return the size in a record of this version."""
    try:
        size = Size(*(int(record[name]) for name in Size._fields))
    except (KeyError, TypeError, ValueError):
        return None
    return size if is_of(record, size) else None


def _problems(table: StringTable, manifest: dict[str, Any]) -> list[str]:
    """Return what is wrong with the counts."""
    problems: list[str] = []
    if not table.is_whole or manifest["machines"] != table.n_machines:
        there = n_machines(table.states)
        problems.append(f"the verdicts add up to {table.n_machines} machines, and there are {there}")
    if (manifest["rows"], manifest["strings"]) != (len(table.count), len(table.strings)):
        problems.append("it has not as many rows and strings as the manifest says")
    halted = exact_sum(table.count)
    if halted != table.verdicts["halted"]:
        problems.append(f"the counts add up to {halted} machines that halt, and {table.verdicts['halted']} do")
    ids = np.column_stack([table.string_id, table.steps])
    if not (np.diff(ids[:, 0]) + (np.diff(ids[:, 1]) > 0) > 0).all() or (table.count == 0).any():
        problems.append("the rows are not sorted by string and steps, each once and with a count")
    by_string = table.counted_by_string
    if list(by_string) != sorted(by_string, key=lambda text: (len(text), text)) or set("".join(by_string)) - {"0", "1"}:
        problems.append("the strings are not sorted by length, or hold other characters than 0 and 1")
    elif any(by_string.get(text[::-1]) != count for text, count in by_string.items()):
        problems.append("a string and the one read from right to left have not the same count")
    steps = int(table.steps.max(initial=0))
    if (table.most_steps.value if table.most_steps else 0) != steps:
        problems.append(f"the longest run is not one of {steps} steps")
    for champion, does in ((table.most_steps, _steps), (table.most_ones, _ones)):
        if champion is not None and not _is_true(champion, does, table.max_steps):
            problems.append(f"a machine does not do {champion.value} steps or ones, as the manifest says")
    return problems


def _is_true(champion: Champion, does: Callable[[Run], int], max_steps: int) -> bool:
    """Return whether a machine halts, by an entry that is defined, having done what is said of it."""
    run = run_machine(champion.machine, max_steps)
    return run.halted and not run.read_undefined and does(run) == champion.value


def _steps(run: Run) -> int:
    return run.steps


def _ones(run: Run) -> int:
    return run.n_ones
