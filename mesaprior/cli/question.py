"""From a log or a census folder on the command line to a census that can answer."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mesaprior.cli import counting
from mesaprior.cli.options import LONGEST, language_of
from mesaprior.cli.progress import progress
from mesaprior.errors import ContentError, MesapriorError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, read_log
from mesaprior.hypotheses.store import CensusWriter, begun_at, entry_path, find_census, open_census
from mesaprior.hypotheses.terms.language import Language, default_language
from mesaprior.hypotheses.terms.space import TermSpace

COMFORTABLE = 3_000_000
"""Where no bound is given, the longest one with at most this many programs is taken."""

ROWS_OF_A_SHARD = 10_000_000
"""Where a question counts into the store, a shard is meant for so many rows."""


@dataclass(frozen=True)
class Question:
    """A census with all that it was counted for.

    Attributes
    ----------
    census : Census
    log : ImitationLog
    space : TermSpace
    is_default_language : bool
        Whether the language is the default one of the log.
    """

    census: Census
    log: ImitationLog
    space: TermSpace
    is_default_language: bool

    @property
    def language(self) -> Language:
        """The language of the space."""
        return self.space.language


def ask(
    source: str, *, other_log: str | None, language_file: str | None, max_bits: int | None, max_time: int | None
) -> Question:
    """Count a census on a log, or open the one in a folder.

    Raises
    ------
    UsageError
        If options do not go together.
    """
    if Path(source).is_dir():
        for option, value in (("--language", language_file), ("--max-bits", max_bits), ("--max-time", max_time)):
            if value is not None:
                raise UsageError(
                    f"{source} is a census that was counted already, so {option} cannot change it; leave it out."
                )
        stored = open_census(source, log=read_log(other_log) if other_log else None)
        bounds = stored.census.bounds
        return Question(
            stored.census,
            stored.log,
            TermSpace(stored.language, bounds["max_bits"], bounds["max_time"]),
            _is_default(stored.language, stored.log),
        )
    if other_log is not None:
        raise UsageError(f"--log goes with a census folder, and {source} is none; give the log alone.")
    log = read_log(source)
    space = space_of(log, language_file, max_bits, max_time)
    return Question(census_of(space, log), log, space, language_file is None)


def _is_default(language: Language, log: ImitationLog) -> bool:
    """Tell whether a language is the default one of a log."""
    try:
        return language.digest == default_language(log).digest
    except ContentError:
        # A column of the log cannot be a name, so there is no default language.
        return False


def space_of(log: ImitationLog, language_file: str | None, max_bits: int | None, max_time: int | None) -> TermSpace:
    """Return the space that the options name; without a bound, one that is counted in seconds."""
    language = language_of(language_file, log)
    language.check_log(log)
    if max_bits is None:
        max_bits = comfortable_bits(language, log)
        click.echo(f"No --max-bits given: counting up to {max_bits} bits.", err=True)
    return TermSpace(language, max_bits, max_time)


def comfortable_bits(language: Language, log: ImitationLog) -> int:
    """Return the longest bound with at most `COMFORTABLE` programs, or the shortest one with any."""
    bound = 64
    while True:
        total, best = 0, 0
        for length, n in TermSpace(language, bound).count_by_length(log).items():
            total += n
            if total > COMFORTABLE:
                return best or length
            best = length
        if bound >= LONGEST:
            return best or 1
        bound *= 4


def census_of(space: TermSpace, log: ImitationLog) -> Census:
    """Return the census of the store that answers, or count one; what took long to count is kept in the store."""
    stored = _from_store(space, log)
    if stored is not None:
        return stored
    n_programs = sum(space.count_by_length(log).values())
    if n_programs > counting.PROBED_FROM:
        return _count_and_keep(space, log)
    return _count(space, log)


def _from_store(space: TermSpace, log: ImitationLog) -> Census | None:
    """Return the census of the store that answers for a log, if there is one."""
    try:
        found = find_census(space.language, log, space.bounds)
        if found is None:
            return None
        stored = open_census(found, log=log)
    except (MesapriorError, OSError) as error:
        click.echo(f"The store cannot answer, so the programs are counted: {_sentence(error)}", err=True)
        return None
    of_another = stored.manifest["log"].get("digest") != log.digest
    situations = f", counted for {stored.manifest['log'].get('source')} over the same situations" * of_another
    click.echo(f"Nothing to count: the census is in the store, {found}{situations}.", err=True)
    return stored.census


def _count_and_keep(space: TermSpace, log: ImitationLog) -> Census:
    """Count a census into the store, and read it from there; where the store is of no use, only count it."""
    # The answer needs the whole census at once, however it is counted.
    plan = space.check_memory(log)
    counting.say_sizes(plan.n_programs, plan)
    try:
        entry = store_entry(space, log)
        begun = begun_at(entry, log, space.language, bounds=space.bounds, engine="merged")
        writer = CensusWriter(
            entry,
            log,
            space.language,
            bounds=space.bounds,
            engine="merged",
            # Many programs can have few rows, and then shards would only take time.
            n_shards=begun.n_shards if begun else min(space.n_shards(log), 1 + plan.n_rows // ROWS_OF_A_SHARD),
        )
    except (MesapriorError, OSError) as error:
        click.echo(f"The counts are not kept in the store: {_sentence(error)}", err=True)
        return _count(space, log)
    if not writer.is_complete:
        counting.count_into(writer, space, log, counting.Means(workers=os.cpu_count() or 1), is_announced=True)
    click.echo(f"Kept in the store, {entry}: the same programs need not be counted again.", err=True)
    return open_census(entry, log=log).census


def store_entry(space: TermSpace, log: ImitationLog) -> Path:
    """Return where the store keeps a census; the store itself is made if it is not there yet."""
    entry = entry_path(space.language, log, space.bounds)
    entry.parent.mkdir(parents=True, exist_ok=True)
    return entry


def _count(space: TermSpace, log: ImitationLog) -> Census:
    """Count a census with progress, and keep it nowhere."""
    n_programs = sum(space.count_by_length(log).values())
    with progress(f"Counting {n_programs:,} programs", space.n_terms(log)) as report:
        return space.census(log, report=report)


def _sentence(error: MesapriorError | OSError) -> str:
    """Return an error as one sentence."""
    if isinstance(error, MesapriorError):
        return str(error)
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."


def provenance_of(question: Question, **settings: Any) -> dict[str, Any]:
    """Return what a result depends on, as plain data: versions, language, log, bounds, and the settings given."""
    import platform
    from importlib.metadata import version

    language = question.language
    return {
        "versions": {"python": platform.python_version()}
        | {name: version(name) for name in ("mesaprior", "numpy", "numba")},
        "space": question.space.name,
        "language": {"source": Path(language.source).name, "digest": language.digest} | language.to_dict(),
        "log": {"source": Path(question.log.source).name, "digest": question.log.digest},
        "bounds": question.space.bounds,
    } | settings
