"""Counting a census into a folder, shard by shard, so that an interruption loses little."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import click

from mesaprior.cli.cluster import Remote
from mesaprior.cli.main import InterruptionError
from mesaprior.cli.progress import Meter, progress
from mesaprior.errors import RunError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import bytes_text, duration_text
from mesaprior.hypotheses.plan import PROBED_FROM, Plan
from mesaprior.hypotheses.registry import description
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store import CensusWriter, Unfinished, begun_at


@dataclass(frozen=True)
class Means:
    """What a census is counted with; none of it but the engine is seen in the result.

    Attributes
    ----------
    engine : str or None
        One of those of the space; None, or another, is the same as its usual one.
    workers : int
        Threads of the merged engine.
    max_bytes : int or None
        Memory that the merged engine keeps to, about; None for what is free.
    remote : callable or None
        Counts the shards elsewhere; called with space, log, numbers of shards and how many there are in all.
    """

    engine: str | None = None
    workers: int = 1
    max_bytes: int | None = None
    remote: Remote | None = None


def engine_of(space: Space, engine: str | None) -> str:
    """Return what counts a space: the engine asked for where there is such a one, and else the usual one."""
    return engine if engine is not None and engine in space.engines else space.engines[0]


def begun_in(folder: Path, space: Space, log: ImitationLog, engine: str | None = None) -> Unfinished | None:
    """Return what was begun of a census in a folder; see `begun_at`."""
    return begun_at(folder, log, space.language, bounds=space.bounds, engine=engine_of(space, engine), space=space.name)


def writer_of(
    folder: Path, space: Space, log: ImitationLog, *, n_shards: int, engine: str | None = None
) -> CensusWriter:
    """Return the writer of the census of a space; see `CensusWriter`."""
    return CensusWriter(
        folder,
        log,
        space.language,
        bounds=space.bounds,
        engine=engine_of(space, engine),
        n_shards=n_shards,
        space=space.name,
        adds_up=space.cut == "sets",
    )


def count_into(
    writer: CensusWriter,
    space: Space,
    log: ImitationLog,
    means: Means,
    *,
    is_announced: bool = False,
) -> None:
    """Count the shards that a census lacks, write each as soon as it is counted, and finish the census.

    Parameters
    ----------
    writer : CensusWriter
        It must not be complete.
    space : Space
    log : ImitationLog
    means : Means
    is_announced : bool
        Whether time and memory have been looked at; if not, a long run says what it takes.

    Raises
    ------
    InterruptionError
        If somebody interrupts it when shards are done; they are kept, and the message says so.
    RunError
        If there are no programs, or not as many as are known to be there without counting.
    """
    n_shards = writer.n_shards
    n_done = n_shards - len(writer.missing)
    if n_done:
        click.echo(f"{n_done} of {n_shards} shards were done already.", err=True)
    try:
        if writer.missing:
            if not is_announced:
                _announce(space, log, means, n_shards)
            # Closed at once, whatever happens, so that others do not count on in vain.
            with closing(_counted(writer, space, log, means)) as shards:
                for k, shard in shards:
                    writer.write(k, shard)
                    # Two shards at once are more than a machine may have room for.
                    del shard
        _check_programs(writer, space, log)
        writer.finish()
    except BaseException as error:
        # The last shard may be on the disk without the writer having been told.
        begun = begun_in(writer.folder, space, log, means.engine)
        n_done = max(n_shards - len(writer.missing), len(begun.done) if begun else 0)
        if n_done == 0 or (n_done == n_shards and not writer.n_programs):
            writer.abandon()
        elif isinstance(error, KeyboardInterrupt):
            raise InterruptionError(
                f"interrupted; {n_done} of {n_shards} shards are done and kept in {writer.folder}, and the same "
                "command goes on from there."
            ) from None
        raise


def _announce(space: Space, log: ImitationLog, means: Means, n_shards: int) -> None:
    """Say what a long run takes, or refuse it for want of memory."""
    n_programs = sum(space.count_by_length(log).values())
    is_usual = engine_of(space, means.engine) == space.engines[0]
    if not is_usual or means.remote is not None or n_programs <= PROBED_FROM:
        return
    plan = space.check_memory(log, n_shards)
    if plan is None:
        return
    if n_shards == 1:
        say_sizes(n_programs, plan)
        return
    click.echo(
        f"{n_programs:,} programs to count in {n_shards} shards: about {duration_text(plan.seconds)} on one worker for "
        "each pass over them, and as many passes as it takes to keep to the memory.",
        err=True,
    )


def say_sizes(n_programs: int, plan: Plan) -> None:
    """Say what a census that is counted at once takes."""
    click.echo(
        f"{n_programs:,} programs to count: about {duration_text(plan.seconds)} and "
        f"{bytes_text(plan.n_bytes)} of memory.",
        err=True,
    )


def _counted(writer: CensusWriter, space: Space, log: ImitationLog, means: Means) -> Generator[tuple[int, Census]]:
    """Count the missing shards with progress, and yield each as it is done."""
    wanted, n_shards = writer.missing, writer.n_shards
    title = f"Counting {sum(space.count_by_length(log).values()):,} {space.noun}"
    if means.remote is not None:
        # What other machines have begun is not known here, so shards are the measure.
        with progress(title, len(wanted)) as meter:
            for k, shard in means.remote(space, log, wanted, n_shards):
                yield k, shard
                meter(1)
        return
    engine = engine_of(space, means.engine)
    if engine != space.engines[0]:
        with progress(title, space.n_reports(log, engine=engine)) as meter:
            yield 0, space.census(log, engine=engine, report=meter)
        return
    if space.cut == "sets":
        # Every shard is a part of the work, where those that are ranges take one pass over all of it.
        with progress(title, space.n_reports(log) * len(wanted) // n_shards) as meter:
            yield from space.shards(log, wanted, n_shards, workers=means.workers, report=meter)
        return
    with progress(title, space.n_reports(log)) as meter:
        passes = Passes(meter, len(wanted))
        for k, shard in space.shards(
            log, wanted, n_shards, workers=means.workers, max_bytes=means.max_bytes, report=passes.report
        ):
            passes.take_shard()
            yield k, shard


class Passes:
    """Tells a meter how much work is left, as the passes over all programs show how many shards each of them keeps.

    Parameters
    ----------
    meter : Meter
        It expects one pass.
    n_shards : int
        Shards to count.
    """

    def __init__(self, meter: Meter, n_shards: int):
        self._meter = meter
        self._left = n_shards
        self._taken = 0
        self._begin = 0
        # The workers of an engine report, each in its own thread.
        self._lock = threading.Lock()

    def report(self, more: int) -> None:
        """Take note of more terms that are accounted for; the first ones after some shards begin another pass."""
        with self._lock:
            if self._taken:
                terms = max(1, self._meter.done - self._begin)
                self._meter.expect(-(-self._left // self._taken) * terms)
                self._taken, self._begin = 0, self._meter.done
        self._meter(more)

    def take_shard(self) -> None:
        """Take note of a shard that is done."""
        self._taken += 1
        self._left -= 1


def _check_programs(writer: CensusWriter, space: Space, log: ImitationLog) -> None:
    """Refuse a census without programs, or with another number of them than there are."""
    counted, expected = writer.n_programs, sum(space.count_by_length(log).values())
    if not counted and not (expected and space.is_settled):
        whose = f" of {space.language.source}" if space.language is not None else ""
        bounds = description(space.name).typed(space.bounds).replace(" --", ", --")
        raise RunError(f"no {space.noun.removesuffix('s')}{whose} is within the bounds ({bounds}); raise the bounds.")
    if counted > expected or (counted < expected and space.is_settled):
        raise RunError(
            f"the shards have {counted} {space.noun} where the counting identity says {expected}; this is a defect, so "
            f"please report the {'language' if space.language else 'bounds'} and the log, and remove {writer.folder}."
        )
