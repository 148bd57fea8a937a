"""`mesaprior store`: the censuses and tables of strings on disk; list, show, verify, merge and remove them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Group
from mesaprior.cli.completion import FOLDER
from mesaprior.cli.options import format_option
from mesaprior.cli.streams import print_csv

if TYPE_CHECKING:
    from mesaprior.hypotheses.store import Entry, Removal

LIST_COLUMNS = (
    *("folder", "state", "key", "language", "log", "max_bits", "max_time"),
    *("programs", "behaviours", "shards_done", "n_shards", "n_bytes"),
)
"""Columns of the CSV of `store list`; its JSON has `bounds` in place of the two."""


@click.group(cls=Group)
def store() -> None:
    """List, verify, merge and remove censuses on disk.

    The store is the folder that the environment variable MESAPRIOR_STORE names, or else a folder among your data. A
    DIR may be any folder of a census, or the first digits of the key of a census in the store. The tables that
    `mesaprior strings` keeps are in the store too, under names such as strings/5-500.
    """


root_option = click.option("--root", type=FOLDER, metavar="ROOT", help="The folder of the store, if it is another.")


@store.command("list")
@click.argument("folders", type=FOLDER, nargs=-1, metavar="[DIR]...")
@root_option
@format_option()
def list_entries(folders: tuple[str, ...], root: str | None, form: str) -> None:
    """List censuses and tables, how complete they are and how large.

    Without a DIR, everything in the store is listed.

    \b
    Examples:
      mesaprior store list
      mesaprior store list corridor-32 corridor-36 --format json
    """
    from mesaprior.cli.archive import entries_of, kind_at, name_of, resolve

    place = _root(root)
    found = [resolve(name, place) for name in folders]
    entries = [kind_at(folder).entry_at(folder) for folder in found] if folders else entries_of(place)
    if form == "json":
        click.echo(json.dumps([entry.to_dict() for entry in entries]))
        return
    if form == "csv":
        print_csv(LIST_COLUMNS, [[_flat(entry)[name] for name in LIST_COLUMNS] for entry in entries])
        return
    if not entries:
        click.echo(f"There is no census and no table of strings in {place}.")
        return
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import bytes_text

    table = Table()
    for name in ("census", "key", "language", "log", "bounds"):
        table.add_column(name, overflow="fold")
    for name in ("programs", "behaviours", "shards", "size"):
        table.add_column(name, justify="right")
    for entry in entries:
        is_known = entry.n_shards > 0
        table.add_row(
            name_of(entry),
            entry.key[:16] or ("-" if is_known else entry.state),
            entry.language,
            entry.log,
            _bounds_text(entry),
            _number_text(entry.programs),
            _number_text(entry.behaviours),
            f"{entry.shards_done} of {entry.n_shards}" if is_known else "-",
            bytes_text(entry.n_bytes),
        )
    console().print(table)


@store.command("show")
@click.argument("folder", type=FOLDER, metavar="DIR")
@root_option
@format_option()
def show(folder: str, root: str | None, form: str) -> None:
    """Show what a census or table was counted from, and its shards.

    \b
    Example:
      mesaprior store show corridor-32
    """
    from mesaprior.cli.archive import further_facts, kind_at, resolve
    from mesaprior.hypotheses import registry

    path = resolve(folder, _root(root))
    entry = kind_at(path).entry_at(path)
    further = further_facts(path)
    if form == "json":
        click.echo(json.dumps(entry.to_dict() | further))
        return
    shards, versions = further.pop("shards", []), further.pop("versions")
    own = {name: _fact_text(value) for name, value in further.items()}
    facts = _flat(entry) | {"engine": own.pop("engine", None), "space": entry.space} | own | versions
    if entry.bounds:
        facts["bounds"] = _bounds_text(entry)
    if form == "csv":
        print_csv(["field", "value"], [[name, "" if value is None else value] for name, value in facts.items()])
        return
    for name, value in facts.items():
        if value not in (None, ""):
            text = f"{value:,}" if name in ("programs", "behaviours", "n_bytes") else str(value)
            click.echo(f"{name:<13}{text}")
    spoken = registry.find(entry.space)
    noun = "programs" if spoken is None else spoken.noun
    for k, shard in enumerate(shards):
        click.echo(
            f"{f'shard {k}':<13}{shard['programs']:,} {noun} in {shard['behaviours']:,} behaviours, "
            f"{shard['rows']:,} rows"
        )


@store.command("verify")
@click.argument("folder", type=FOLDER, metavar="DIR")
@root_option
@format_option()
def verify_census(folder: str, root: str | None, form: str) -> None:
    """Check the files, the order and the counts of a census or table.

    The counts are compared with what is known without counting. The exit code is 1 if anything is wrong.

    \b
    Example:
      mesaprior store verify corridor-32
    """
    from mesaprior.cli.archive import kind_at, resolve
    from mesaprior.errors import ContentError

    path = resolve(folder, _root(root))
    kind = kind_at(path)
    findings = kind.verify(path)
    if form == "json":
        click.echo(json.dumps({"folder": str(path), "findings": [vars(finding) for finding in findings]}))
    elif form == "csv":
        rows = [[finding.file, "" if finding.shard is None else finding.shard, finding.problem] for finding in findings]
        print_csv(["file", "shard", "problem"], rows)
    else:
        for finding in findings:
            click.echo(f"{finding.file}: {finding.problem}")
        if not findings:
            click.echo(f"{path}: all is well.")
    if findings:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise ContentError(
            f"{path}: {first.file}: {first.problem}{more}; give the same `mesaprior {kind.command}` command again, "
            "and what is not sound is counted again."
        )


@store.command("merge")
@click.argument("folders", type=FOLDER, nargs=-1, required=True, metavar="DIR...")
@click.option("--out", "out", required=True, type=FOLDER, metavar="DIR", help="The folder of the merged census.")
@root_option
def merge_census(folders: tuple[str, ...], out: str, root: str | None) -> None:
    """Merge shards of one census that were counted in several folders.

    \b
    Example:
      mesaprior store merge here there --out corridor-40
    """
    from mesaprior.hypotheses.store import merge, resolve_entry

    place = _root(root)
    writer = merge([resolve_entry(name, place) for name in folders], out)
    n = writer.n_shards
    missing = writer.missing
    if missing:
        numbers = ", ".join(map(str, missing[:10])) + (", ..." if len(missing) > 10 else "")
        click.echo(f"{out} holds {n - len(missing)} of {n} shards; missing: {numbers}.", err=True)
    else:
        click.echo(f"{out} is complete: {n} shards.", err=True)


@store.command("prune")
@root_option
@click.option("--unfinished", is_flag=True, help="Remove unfinished censuses too.")
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    default=None,
    metavar="DAYS",
    help="Remove only what has not changed for this many days.",
)
@click.option("--dry-run", is_flag=True, help="List what would be removed, and remove nothing.")
@format_option()
def prune_store(root: str | None, unfinished: bool, older_than: float | None, dry_run: bool, form: str) -> None:
    """Remove damaged and outdated censuses and tables from the store.

    What is sound stays, and so do files that are neither; `mesaprior store remove` removes sound ones.

    \b
    Example:
      mesaprior store prune --unfinished --older-than 30 --dry-run
    """
    from mesaprior.cli.archive import KINDS

    place = _root(root)
    removals = [
        removal
        for kind in KINDS
        for removal in kind.prune(place, unfinished=unfinished, older_than=older_than, dry_run=dry_run)
    ]
    _print_removals(removals, place, dry_run=dry_run, form=form)


@store.command("remove")
@click.argument("folders", type=FOLDER, nargs=-1, required=True, metavar="DIR...")
@root_option
@click.option("--dry-run", is_flag=True, help="List what would be removed, and remove nothing.")
@format_option()
def remove_entries(folders: tuple[str, ...], root: str | None, dry_run: bool, form: str) -> None:
    """Remove censuses or tables, sound or not; other files stay.

    \b
    Examples:
      mesaprior store remove strings/5-500
      mesaprior store remove 3f9a corridor-32 --dry-run
    """
    from mesaprior.cli.archive import kind_at, remove, resolve
    from mesaprior.hypotheses.store import Removal

    place = _root(root)
    # All are looked for before the first is removed.
    found = [resolve(name, place) for name in folders]
    for path in found:
        kind_at(path).entry_at(path)
    removals = [Removal(path, "asked for", remove(path, dry_run=dry_run)) for path in dict.fromkeys(found)]
    _print_removals(removals, None, dry_run=dry_run, form=form)


def _print_removals(removals: list[Removal], place: Path | None, *, dry_run: bool, form: str) -> None:
    """Say what was removed; from a place, of how much there."""
    total = sum(removal.n_bytes for removal in removals)
    rows = [[str(removal.folder), removal.reason, removal.n_bytes] for removal in removals]
    if form == "json":
        names = ("folder", "reason", "n_bytes")
        removed = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps({"dry_run": dry_run, "removed": removed, "n_bytes": total}))
        return
    if form == "csv":
        print_csv(["folder", "reason", "n_bytes"], rows)
        return
    from mesaprior.hypotheses.phrases import bytes_text

    for removal in removals:
        click.echo(f"{removal.folder}: {removal.reason} ({bytes_text(removal.n_bytes)})")
    done = "would be freed" if dry_run else "freed"
    of_all = "" if place is None else f" of the censuses and tables in {place}"
    click.echo(f"{len(removals)}{of_all}, {bytes_text(total)} {done}.")


def _root(root: str | None) -> Path:
    """Return the folder of the store."""
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.store import store_root

    if root is None:
        return store_root()
    if not Path(root).is_dir():
        raise UsageError(f"--root {root}: there is no such folder; give the folder of a store, or leave it out.")
    return Path(root)


def _flat(entry: Entry) -> dict[str, Any]:
    """Return an entry with a value for each bound."""
    data = entry.to_dict()
    bounds = data.pop("bounds")
    bounds = {
        "max_bits": bounds.get("max_bits"),
        "max_time": bounds.get("max_time", bounds.get("max_steps")),
    }
    return {name: bounds[name] if name in bounds else data[name] for name in LIST_COLUMNS}


def _bounds_text(entry: Entry) -> str:
    """Return bounds in words."""
    from mesaprior.hypotheses import registry
    from mesaprior.hypotheses.description import Description

    bounds = entry.bounds
    if not bounds:
        return "-"
    if entry.space == "strings":
        return f"{bounds['states']} states, {bounds['max_steps']} steps"
    # The package that a census was counted with may be gone.
    return (registry.find(entry.space) or Description()).in_words(bounds)


def _fact_text(value: Any) -> Any:
    """Return a fact in a line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {part}" for name, part in value.items())
    return value


def _number_text(number: int | None) -> str:
    """Return a number with commas, if there is one."""
    return "-" if number is None else f"{number:,}"
