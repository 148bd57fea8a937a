"""`mesaprior census`: count once, keep the counts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesaprior.cli.cluster import cluster_option, remote_of
from mesaprior.cli.command import COUNTING, OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE, FOLDER
from mesaprior.cli.options import SpaceOptions, max_memory_option, space_options
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.hypotheses.plan import MOST_SHARDS

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space

ENGINES = ("merged", "reference")
"""Engines that can be asked for; a space that has another is counted with its own."""


@click.command(cls=Command)
@click.argument("log_file", type=FILE, metavar="LOG")
@reading_options()
@space_options
@headed_option(
    "--engine",
    type=click.Choice(ENGINES),
    default=ENGINES[0],
    show_default=True,
    heading=COUNTING,
    help="merged counts classes of equal terms, reference evaluates programs one by one; the counts are the same.",
)
@headed_option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    heading=COUNTING,
    help="Threads; by default one for each core. The counts do not depend on it.",
)
@max_memory_option
@headed_option(
    "--shards",
    type=click.IntRange(1, MOST_SHARDS),
    default=None,
    metavar="N",
    heading=COUNTING,
    help="How many parts to count and write one by one; by default as many as the programs call for.",
)
@cluster_option
@headed_option(
    "--out",
    type=FOLDER,
    default=None,
    metavar="DIR",
    heading=OUTPUT,
    help="The folder of the census; by default one in the store.",
)
def census(
    log_file: str,
    asked: SpaceOptions,
    reading: ReadingOptions,
    engine: str,
    workers: int | None,
    max_bytes: int | None,
    shards: int | None,
    address: str | None,
    out: str | None,
) -> None:
    """Count every program once and keep the counts, in a folder or in the store.

    A long census is written shard by shard. If the run is interrupted, the same command resumes after the last
    complete shard. `mesaprior infer` then answers at once, for any prior.

    A folder that already holds this census is left as it is; a folder with another census is replaced when the new
    one is complete.

    \b
    Examples:
      mesaprior census corridor.csv --language corridor.toml --max-bits 32 --out corridor-32
      mesaprior census corridor.csv --language corridor.toml --max-bits 44 --max-memory 8G
      mesaprior census corridor.csv --space turing --states 3 --out corridor-machines
    """
    from mesaprior.cli.counting import Notices
    from mesaprior.cli.reading import read_asked
    from mesaprior.cli.spaces import space_of
    from mesaprior.hypotheses import registry
    from mesaprior.hypotheses.store import open_manifest
    from mesaprior.hypotheses.store.counting import Means, count_into, writer_of
    from mesaprior.hypotheses.store.obtain import store_entry

    _check_options(engine, workers=workers, max_bytes=max_bytes, shards=shards, address=address)
    _check_options_of_space(asked.space or registry.USUAL, engine, max_bytes, shards, address)
    remote = remote_of(address, workers=workers, max_memory=max_bytes)
    log = read_asked(log_file, reading, asked.get("--language"))
    space = space_of(log, asked)
    if not space.count_by_length(log):
        # Without a program there is nothing to count, and the space says why.
        space.census(log)
    if out is None and _is_answered(space, log):
        return
    folder = Path(out) if out is not None else store_entry(space, log)
    n_shards = 1 if space.cut == "whole" else _n_shards(folder, space, log, engine, shards)
    writer = writer_of(folder, space, log, engine=engine, n_shards=n_shards)
    if writer.is_complete:
        click.echo(
            f"{folder} holds this census already: {open_manifest(folder)['n_programs']:,} {space.noun}.", err=True
        )
        return
    means = Means(engine=engine, workers=workers or os.cpu_count() or 1, max_bytes=max_bytes, remote=remote)
    count_into(writer, space, log, means, listener=Notices(space.noun))
    _say_counted(space, folder, log_file if out is None else None)


def _say_counted(space: Space, folder: Path, log_file: str | None) -> None:
    """Say what was counted, and how to ask it; a log where it is in the store."""
    from mesaprior.hypotheses.store import open_manifest

    facts = open_manifest(folder)
    counted = f"Counted {facts['n_programs']:,} {space.noun} in {facts['n_behaviours']:,} behaviours"
    if log_file is None:
        click.echo(f"{counted}; `mesaprior infer {folder}` answers at once.", err=True)
        return
    question = f"`mesaprior infer {log_file}` with the same {'language' if space.language else 'space'} and bounds"
    click.echo(f"{counted}, kept in the store, {folder}; {question} answers at once.", err=True)


def _check_options(
    engine: str, *, workers: int | None, max_bytes: int | None, shards: int | None, address: str | None
) -> None:
    """Refuse options that do not go together."""
    from mesaprior.errors import UsageError

    if engine == "reference":
        for option, is_given in (
            ("--workers", workers is not None),
            ("--max-memory", max_bytes is not None),
            ("--shards", shards not in (None, 1)),
            ("--cluster", address is not None),
        ):
            if is_given:
                raise UsageError(
                    f"{option} goes with the merged engine, and --engine is reference, which counts one shard in one "
                    "thread; leave one of the two out."
                )


def _check_options_of_space(
    space: str, engine: str, max_bytes: int | None, shards: int | None, address: str | None
) -> None:
    """Refuse another engine, memory to keep to, or shards where a space has nothing of the kind."""
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.registry import USUAL, description

    counted = description(space).space_class()
    for option, is_wrong in (
        ("--engine", engine != ENGINES[0] and engine not in counted.engines),
        ("--max-memory", max_bytes is not None and counted.cut != "ranges"),
    ):
        if is_wrong:
            raise UsageError(f"{option} goes with --space {USUAL}, and the space here is {space}; leave it out.")
    if counted.cut != "whole":
        return
    for option, is_given in (("--shards", shards not in (None, 1)), ("--cluster", address is not None)):
        if is_given:
            raise UsageError(
                f"{option} does not go with --space {space}, which is counted on this machine, in one shard; leave it "
                "out."
            )


def _is_answered(space: Space, log: ImitationLog) -> bool:
    """Tell whether a census of the store answers already, and say so."""
    from mesaprior.hypotheses.store import find_census, is_whole, open_manifest

    found = find_census(space.language, log, space.bounds, space.name)
    if found is None or not is_whole(found):
        return False
    manifest = open_manifest(found)
    own = manifest["log"].get("digest") == log.digest
    situations = "" if own else f", counted for {manifest['log'].get('source')} over the same situations"
    click.echo(
        f"The store holds this census already, {found}: {manifest['n_programs']:,} {space.noun}{situations}.", err=True
    )
    return True


def _n_shards(folder: Path, space: Space, log: ImitationLog, engine: str, asked: int | None) -> int:
    """Return into how many shards to cut a census: those of an unfinished one, those asked for, or what is usual.

    Raises
    ------
    UsageError
        If an unfinished one has other shards than those asked for.
    """
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.store.counting import resumable_in

    unfinished = resumable_in(folder, space, log, engine)
    if unfinished is not None:
        if asked not in (None, unfinished.n_shards):
            raise UsageError(
                f"--shards {asked} cannot resume {folder}, where this census was started in {unfinished.n_shards} "
                f"shards; leave --shards out, or remove {unfinished.folder} to start again."
            )
        return unfinished.n_shards
    if engine == "reference":
        return 1
    return asked or min(MOST_SHARDS, space.n_shards(log))
