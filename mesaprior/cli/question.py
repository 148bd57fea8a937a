"""From a log or a census folder on the command line to a census that can answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from mesaprior.cli.options import LONGEST, language_of
from mesaprior.cli.progress import progress
from mesaprior.cli.words import bytes_text, duration_text
from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog, read_log
from mesaprior.hypotheses.store import open_census
from mesaprior.hypotheses.terms.language import Language, default_language
from mesaprior.hypotheses.terms.space import Engine, TermSpace

COMFORTABLE = 3_000_000
"""Where no bound is given, the longest one with at most this many programs is taken."""

PROBED_FROM = 20_000_000
"""From this many programs on, time and memory are estimated before the run; below it any machine has enough."""


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
    return Question(count(space, log), log, space, language_file is None)


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


def count(space: TermSpace, log: ImitationLog, *, engine: Engine = "merged", workers: int = 1) -> Census:
    """Count a census with progress; before a long run, say what it takes, or refuse it for want of memory."""
    n_programs = sum(space.count_by_length(log).values())
    if engine == "merged" and n_programs > PROBED_FROM:
        plan = space.check_memory(log)
        click.echo(
            f"{n_programs:,} programs to count: about {duration_text(plan.seconds)} and "
            f"{bytes_text(plan.n_bytes)} of memory.",
            err=True,
        )
    with progress(f"Counting {n_programs:,} programs", space.n_terms(log, engine=engine)) as report:
        return space.census(log, engine=engine, workers=workers, report=report)


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
