"""The tables of strings in a store: listed by their manifests, verified, and removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.hypotheses.counting.sums import exact_sum
from mesaprior.hypotheses.store import Entry, Finding, Removal
from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.entries import COMPLETE, DAMAGED, OTHER_SCHEMA, UNFINISHED_STATE
from mesaprior.hypotheses.store.layout import read_json
from mesaprior.hypotheses.store.locking import is_claimed
from mesaprior.hypotheses.store.pruning import removals_of
from mesaprior.hypotheses.store.verification import intact_findings
from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.runs.run import Run, run_machine
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import (
    MANIFEST,
    SCHEMA,
    TABLE,
    is_of,
    is_ours,
    read_strings,
    remove_table,
    strings_root,
)
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable

SPACE = "strings"
"""What stands for the hypothesis space in an entry."""

_NAME = re.compile(r"([1-6])-(\d+)(?:-(\d+))?", flags=re.ASCII)
_RECORD = "shard-*.json"


def is_strings_folder(folder: Path) -> bool:
    """Return whether a folder holds a table of strings: finished or not, damaged or of another version."""
    if not folder.is_dir() or folder.is_symlink():
        return False
    if (read_json(folder / MANIFEST) or {}).get("kind") == SPACE:
        return True
    is_named = folder.parent.name == strings_root(None).name and _NAME.fullmatch(folder.name) is not None
    return is_named and any(is_ours(path.name) for path in folder.iterdir())


def string_entries_in(root: Path) -> list[Entry]:
    """Describe every table of strings in a store, by name."""
    place = strings_root(root)
    if not place.is_dir():
        return []
    return [string_entry_at(folder) for folder in sorted(place.iterdir()) if is_strings_folder(folder)]


def string_entry_at(folder: Path) -> Entry:
    """Describe the table of strings in a folder; no table is read.

    It has no key and no log, its programs are machines, and its behaviours strings.
    """
    state, facts, n_done, n_shards = _state_of(folder)
    names = ("states", "max_steps", "radius")
    return Entry(
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
        n_bytes=sum(path.stat().st_size for path in folder.iterdir() if is_ours(path.name)),
        space=SPACE,
    )


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


def verify_strings(folder: Path) -> list[Finding]:
    """Check the files of a table of strings, and that its counts are consistent; nothing is changed.

    Returns
    -------
    list of Finding
        Empty where all is well.

    Notes
    -----
    The counts are not counted again. They must add up to all machines, be the same for a string and for the one read
    from right to left, and the machines that do most must do that much.
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
    findings = intact_findings(folder, manifest["files"], None)
    if findings:
        return findings
    size = _size_of(manifest)
    assert size is not None
    table = read_strings(folder / TABLE, size, manifest)
    return [Finding(TABLE, None, problem) for problem in _problems(table, manifest)]


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
    """Return whether a machine halts, by a defined entry, with the stated result."""
    run = run_machine(champion.machine, max_steps)
    return run.halted and not run.read_undefined and does(run) == champion.value


def _steps(run: Run) -> int:
    return run.steps


def _ones(run: Run) -> int:
    return run.n_ones


def prune_strings(
    root: str | Path, *, unfinished: bool = False, older_than: float | None = None, dry_run: bool = False
) -> list[Removal]:
    """Remove tables of strings that are damaged or of another schema from a store; see `store.prune`."""
    return removals_of(
        string_entries_in(Path(root)),
        lambda entry: _reason(entry, unfinished=unfinished),
        remove_table,
        older_than=older_than,
        dry_run=dry_run,
    )


def _reason(entry: Entry, *, unfinished: bool) -> str | None:
    """Return the reason why a table may be removed, or None."""
    if entry.state == UNFINISHED_STATE:
        if not unfinished or is_claimed(entry.folder):
            return None
        return f"unfinished: {entry.shards_done} of {entry.n_shards} shards are done"
    if entry.state != COMPLETE:
        return entry.state
    manifest = read_sealed(entry.folder / MANIFEST) or {}
    for finding in intact_findings(entry.folder, manifest.get("files", {}), None):
        return f"damaged: {finding.file}: {finding.problem}"
    return None
