"""From a log or a census folder on the command line to a census that can answer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesaprior.cli import counting
from mesaprior.cli.failures import error_text
from mesaprior.cli.files import typed_path
from mesaprior.cli.options import SpaceOptions, check_noise
from mesaprior.cli.progress import progress
from mesaprior.cli.reading import ReadingOptions, read_asked
from mesaprior.cli.spaces import space_of
from mesaprior.errors import MesapriorError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.registry import stored_space
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store import codes_of_census, entry_path, find_census, open_census, save_census
from mesaprior.inference.request import Question, has_default_language

if TYPE_CHECKING:
    from mesaprior.inference.noise import NoiseModel

ROWS_OF_A_SHARD = 10_000_000
"""Where a question counts into the store, a shard is meant for so many rows."""


def ask(
    source: str,
    *,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    noise: NoiseModel | None = None,
    check: Callable[[ImitationLog], None] = lambda log: None,
) -> Question:
    """Count a census on a log, or open the one in a folder.

    Parameters
    ----------
    source : str
        A log, or a folder with a census.
    other_log : str or None
        Another log that the census in a folder is asked about.
    asked : SpaceOptions
    reading : ReadingOptions
    noise : NoiseModel or None
        What will be asked with; refused before a language is counted whose actions it does not go with.
    check : callable
        Called with the log before anything is counted; it raises where the question cannot be answered.

    Raises
    ------
    UsageError
        If options do not go together.
    """
    if Path(source).is_dir():
        return _ask_folder(source, other_log, asked, reading)
    if other_log is not None:
        raise UsageError(f"--log goes with a census folder, and {source} is none; give the log alone.")
    log = read_asked(source, reading, asked.get("--language"))
    check(log)
    space = space_of(log, asked)
    if noise is not None and space.language is not None:
        check_noise(noise, space.language.actions)
    return Question(
        census=census_of(space, log),
        log=log,
        space=space,
        is_default_language=is_default(space, asked),
        source=source,
        reading=reading.typed(),
    )


def is_default(space: Space, asked: SpaceOptions) -> bool:
    """Tell whether there is a language, and it is the default one of the log."""
    return space.language is not None and asked.get("--language") is None


def _ask_folder(folder: str, other_log: str | None, asked: SpaceOptions, reading: ReadingOptions) -> Question:
    """Open the census in a folder."""
    codes = codes_of_census(folder)
    for option in asked.given:
        raise UsageError(f"{folder} is a census that was counted already, so {option} cannot change it; leave it out.")
    for option in reading.given if other_log is None else ():
        raise UsageError(f"{option} says how a file is read, and {folder} is a census; name the file with --log.")
    log = read_asked(other_log, reading, codes=codes) if other_log is not None else None
    stored = open_census(folder, log=log)
    space = stored_space(stored.census.space, stored.census.bounds, stored.language)
    if asked.space not in (None, space.name):
        raise UsageError(f"{folder} is a census of the space {space.name}, not {asked.space}; leave --space out.")
    return Question(
        census=stored.census,
        log=stored.log,
        space=space,
        is_default_language=has_default_language(stored.language, stored.log),
        source=folder,
        reading=f" --log {typed_path(other_log)}{reading.typed()}" if other_log is not None else "",
    )


def census_of(space: Space, log: ImitationLog) -> Census:
    """Return the census of the store that answers, or count one; what took long to count is kept in the store."""
    stored = _from_store(space, log)
    if stored is not None:
        return stored
    n_programs = sum(space.count_by_length(log).values())
    if n_programs > counting.PROBED_FROM:
        return _count_whole_and_keep(space, log) if space.cut == "whole" else _count_and_keep(space, log)
    return _count(space, log)


def _from_store(space: Space, log: ImitationLog) -> Census | None:
    """Return the census of the store that answers for a log, if there is one."""
    try:
        found = find_census(space.language, log, space.bounds, space.name)
        if found is None:
            return None
        stored = open_census(found, log=log)
    except (MesapriorError, OSError) as error:
        click.echo(f"The store cannot answer, so the {space.noun} are counted: {error_text(error)}", err=True)
        return None
    of_another = stored.manifest["log"].get("digest") != log.digest
    situations = f", counted for {stored.manifest['log'].get('source')} over the same situations" * of_another
    click.echo(f"Nothing to count: the census is in the store, {found}{situations}.", err=True)
    return stored.census


def _count_and_keep(space: Space, log: ImitationLog) -> Census:
    """Count a census into the store, and read it from there; where the store is of no use, only count it."""
    # The answer needs the whole census at once, however it is counted.
    plan, n_shards = space.check_memory(log), space.n_shards(log)
    if plan is not None:
        counting.say_sizes(plan.n_programs, plan)
        # Many programs can have few rows, and then shards would only take time.
        n_shards = min(n_shards, 1 + plan.n_rows // ROWS_OF_A_SHARD)
    try:
        entry = store_entry(space, log)
        begun = counting.begun_in(entry, space, log)
        writer = counting.writer_of(entry, space, log, n_shards=begun.n_shards if begun else n_shards)
    except (MesapriorError, OSError) as error:
        click.echo(f"The counts are not kept in the store: {error_text(error)}", err=True)
        return _count(space, log)
    if not writer.is_complete:
        counting.count_into(writer, space, log, counting.Means(workers=os.cpu_count() or 1), is_announced=True)
    _say_kept(space, entry)
    return open_census(entry, log=log).census


def _count_whole_and_keep(space: Space, log: ImitationLog) -> Census:
    """Count a census all at once and keep it in the store; where the store is of no use, only count it."""
    census = _count(space, log)
    try:
        entry = store_entry(space, log)
        save_census(entry, census, log, space.language, engine=space.engines[0])
    except (MesapriorError, OSError) as error:
        click.echo(f"The counts are not kept in the store: {error_text(error)}", err=True)
    else:
        _say_kept(space, entry)
    return census


def _say_kept(space: Space, entry: Path) -> None:
    click.echo(f"Kept in the store, {entry}: the same {space.noun} need not be counted again.", err=True)


def store_entry(space: Space, log: ImitationLog) -> Path:
    """Return where the store keeps a census; the store itself is made if it is not there yet."""
    entry = entry_path(space.language, log, space.bounds, space.name)
    entry.parent.mkdir(parents=True, exist_ok=True)
    return entry


def _count(space: Space, log: ImitationLog) -> Census:
    """Count a census with progress, and keep it nowhere."""
    n_programs = sum(space.count_by_length(log).values())
    with progress(f"Counting {n_programs:,} {space.noun}", space.n_reports(log)) as report:
        return space.census(log, workers=os.cpu_count() or 1, report=report)
