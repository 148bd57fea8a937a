"""`mesaprior store`: the censuses and tables of strings on disk; list, show, verify, merge and remove them."""

from __future__ import annotations

from pathlib import Path

import click

from mesaprior.cli.command import Decorator, Group
from mesaprior.cli.completion import FOLDER
from mesaprior.cli.options import format_option
from mesaprior.cli.report import show


@click.group(cls=Group)
def store() -> None:
    """List, verify, merge and remove censuses on disk.

    The store is the folder that the environment variable MESAPRIOR_STORE names, or else a folder among your data. A
    DIR may be any folder of a census, or the first digits of the key of a census in the store. The tables that
    `mesaprior strings` keeps are in the store too, under names such as strings/5-500.
    """


root_option: Decorator = click.option(
    "--root", type=FOLDER, metavar="ROOT", help="The folder of the store, if it is another."
)


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
    from mesaprior.hypotheses.store.kinds import entries_of, entry_of, resolve
    from mesaprior.inference.reports.store import report_entries

    place = _root(root)
    found = [resolve(name, place) for name in folders]
    entries = [entry_of(path) for path in found] if folders else entries_of(place)
    show(report_entries(entries, place), form)


@store.command("show")
@click.argument("folder", type=FOLDER, metavar="DIR")
@root_option
@format_option()
def show_entry(folder: str, root: str | None, form: str) -> None:
    """Show what a census or table was counted from, and its shards.

    \b
    Example:
      mesaprior store show corridor-32
    """
    from mesaprior.hypotheses.store.kinds import entry_of, kind_at, resolve
    from mesaprior.inference.reports.store import report_entry

    path = resolve(folder, _root(root))
    show(report_entry(entry_of(path), kind_at(path).origin_of(path)), form)


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
    from mesaprior.errors import ContentError
    from mesaprior.hypotheses.store.kinds import kind_at, resolve
    from mesaprior.inference.reports.store import report_verification

    path = resolve(folder, _root(root))
    kind = kind_at(path)
    findings = kind.verify(path)
    show(report_verification(path, findings), form)
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
    from mesaprior.hypotheses.store.kinds import prune_all
    from mesaprior.inference.reports.store import report_removals

    place = _root(root)
    removals = prune_all(place, unfinished=unfinished, older_than=older_than, dry_run=dry_run)
    show(report_removals(removals, is_dry_run=dry_run, place=place), form)


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
    from mesaprior.hypotheses.store.kinds import entry_of, remove, resolve
    from mesaprior.inference.reports.store import report_removals

    place = _root(root)
    # All are looked for before the first is removed.
    found = [resolve(name, place) for name in folders]
    for path in found:
        entry_of(path)
    removals = [remove(path, dry_run=dry_run) for path in dict.fromkeys(found)]
    show(report_removals(removals, is_dry_run=dry_run), form)


def _root(root: str | None) -> Path:
    """Return the folder of the store."""
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.store import store_root

    if root is None:
        return store_root()
    if not Path(root).is_dir():
        raise UsageError(f"--root {root}: there is no such folder; give the folder of a store, or leave it out.")
    return Path(root)
