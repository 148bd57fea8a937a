"""The report on the store: the censuses and tables of strings in it, what each was counted from, and any damage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mesaprior.hypotheses.phrases import bytes_text
from mesaprior.hypotheses.store import Entry, Finding, Removal
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.narrowing import is_table

LIST_COLUMNS = (
    *("folder", "state", "key", "language", "log", "max_bits", "max_time"),
    *("programs", "behaviours", "shards_done", "n_shards", "n_bytes"),
)
"""Header of the records of a list; its facts have `bounds` in place of the two."""


def report_entries(entries: Sequence[Entry], place: Path) -> Report:
    """Return the report on censuses and tables as a list.

    Parameters
    ----------
    entries : sequence of Entry
    place : Path
        The folder of the store.
    """
    return Report(
        facts=lambda: [entry.to_dict() for entry in entries],
        records=lambda: Records.of_mappings([_flat(entry) for entry in entries], LIST_COLUMNS),
        blocks=lambda: _list_blocks(entries, place),
    )


def _list_blocks(entries: Sequence[Entry], place: Path) -> Iterator[Block]:
    if not entries:
        yield Line(f"There is no census and no table of strings in {place}.")
        return
    columns = (
        *texts("census", term="census on disk"),
        *texts("key", "language", "log"),
        *words("bounds"),
        *numbers("programs", "behaviours", "shards"),
        *numbers("size", term="size on disk"),
    )
    yield Table(
        "",
        columns,
        [
            (
                entry.name,
                entry.key[:16] or ("-" if entry.n_shards else entry.state),
                entry.language,
                entry.log,
                entry.bounds_text,
                _number_text(entry.programs),
                _number_text(entry.behaviours),
                f"{entry.shards_done} of {entry.n_shards}" if entry.n_shards else "-",
                bytes_text(entry.n_bytes),
            )
            for entry in entries
        ],
    )


def report_entry(entry: Entry, origin: dict[str, Any]) -> Report:
    """Return the report on one census or table.

    Parameters
    ----------
    entry : Entry
    origin : dict
        What its manifest says besides; see `Kind.origin_of`.
    """
    others = dict(origin)
    shards, versions = others.pop("shards", []), others.pop("versions")
    own = {name: _fact_text(value) for name, value in others.items()}
    lines = _flat(entry) | {"engine": own.pop("engine", None), "space": entry.space} | own | versions
    if entry.bounds:
        lines["bounds"] = entry.bounds_text
    return Report(
        facts=lambda: entry.to_dict() | origin,
        records=lambda: Records(
            ("field", "value"), [(name, "" if value is None else value) for name, value in lines.items()]
        ),
        blocks=lambda: _entry_blocks(entry, lines, shards),
    )


def _entry_blocks(entry: Entry, lines: dict[str, Any], shards: Sequence[dict[str, Any]]) -> Iterator[Block]:
    yield Line(entry.headline, "headline")
    yield Table(
        "",
        (*words("field"), *texts("value")),
        [
            (name, f"{value:,}" if name in ("programs", "behaviours", "n_bytes") else str(value))
            for name, value in lines.items()
            if value not in (None, "")
        ],
    )
    if shards:
        yield Table(
            "Shards",
            (
                *numbers("shard"),
                *numbers(*entry.nouns, term="counted in a shard"),
                *numbers("rows", term="rows of a census"),
            ),
            [
                (str(k), f"{shard['programs']:,}", f"{shard['behaviours']:,}", f"{shard['rows']:,}")
                for k, shard in enumerate(shards)
            ],
        )


def report_verification(folder: Path, findings: Sequence[Finding]) -> Report:
    """Return the report on the check of a census or table; no findings mean that it is sound."""
    return Report(
        facts=lambda: {"folder": str(folder), "findings": [vars(finding) for finding in findings]},
        records=lambda: Records(
            ("file", "shard", "problem"), [(finding.file, finding.shard, finding.problem) for finding in findings]
        ),
        blocks=lambda: (
            [Line(f"{finding.file}: {finding.problem}") for finding in findings] or [Line(f"{folder}: all is well.")]
        ),
    )


def report_removals(removals: Sequence[Removal], *, is_dry_run: bool, place: Path | None = None) -> Report:
    """Return the report on censuses and tables that were removed.

    Parameters
    ----------
    removals : sequence of Removal
    is_dry_run : bool
        Whether they would only be removed.
    place : Path or None
        The store that was looked through; None where they were named one by one.
    """
    total = sum(removal.n_bytes for removal in removals)
    header = ("folder", "reason", "n_bytes")
    rows = [(str(removal.folder), removal.reason, removal.n_bytes) for removal in removals]
    return Report(
        facts=lambda: {
            "dry_run": is_dry_run,
            "removed": [dict(zip(header, row, strict=True)) for row in rows],
            "n_bytes": total,
        },
        records=lambda: Records(header, rows),
        blocks=lambda: _removal_blocks(removals, total, is_dry_run, place),
    )


def _removal_blocks(removals: Sequence[Removal], total: int, is_dry_run: bool, place: Path | None) -> Iterator[Block]:
    for removal in removals:
        yield Line(f"{removal.folder}: {removal.reason} ({bytes_text(removal.n_bytes)})")
    done = "would be freed" if is_dry_run else "freed"
    named = " census or table" if len(removals) == 1 else " censuses or tables"
    of_all = named if place is None else f" of the censuses and tables in {place}"
    yield Line(f"{len(removals)}{of_all}, {bytes_text(total)} {done}.")


def _flat(entry: Entry) -> dict[str, Any]:
    """Return an entry with a value for each bound, in the order of `LIST_COLUMNS`."""
    facts, bounds = entry.to_dict(), entry.bounds
    facts |= {"max_bits": bounds.get("max_bits"), "max_time": bounds.get("max_time", bounds.get("max_steps"))}
    return {name: facts[name] for name in LIST_COLUMNS}


def _fact_text(value: Any) -> Any:
    """Return a fact in a line."""
    if is_table(value):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return value


def _number_text(number: int | None) -> str:
    """Return a number with commas, if there is one."""
    return "-" if number is None else f"{number:,}"
