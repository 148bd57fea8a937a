"""Counting a census into a folder, shard by shard, so that an interruption loses little."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesaprior.errors import Named, RunError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.plan import PROBED_FROM
from mesaprior.hypotheses.registry import description
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store.listening import SILENT, Listener, Meter
from mesaprior.hypotheses.store.manifest import Unfinished
from mesaprior.hypotheses.store.resume import resumable_at
from mesaprior.hypotheses.store.writing import CensusWriter

Remote = Callable[..., Generator[tuple[int, Any]]]
"""Counts shards elsewhere; see `cluster.shards_on_cluster`."""


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


def n_programs_of(space: Space, log: ImitationLog) -> int:
    """Return how many programs there are, known without counting."""
    return sum(space.count_by_length(log).values())


def is_long(space: Space, log: ImitationLog) -> bool:
    """Return whether counting takes so long that time and memory are looked at before, and that it is worth keeping."""
    return n_programs_of(space, log) > PROBED_FROM


def engine_of(space: Space, engine: str | None) -> str:
    """Return what counts a space: the engine asked for where there is such a one, and else the usual one."""
    return engine if engine is not None and engine in space.engines else space.engines[0]


def resumable_in(folder: Path, space: Space, log: ImitationLog, engine: str | None = None) -> Unfinished | None:
    """Return the unfinished census in a folder that would be resumed; see `resumable_at`."""
    return resumable_at(
        folder, log, space.language, bounds=space.bounds, engine=engine_of(space, engine), space=space.name
    )


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
    listener: Listener = SILENT,
    is_planned: bool = False,
) -> None:
    """Count the shards that a census lacks, write each as soon as it is counted, and finish the census.

    Parameters
    ----------
    writer : CensusWriter
        It must not be complete.
    space : Space
    log : ImitationLog
    means : Means
    listener : Listener
        An interruption when shards are done is told to it; they are kept.
    is_planned : bool
        Whether time and memory have been looked at; if not, that is done before a long run.

    Raises
    ------
    RunError
        If there are no programs, or not as many as are known to be there without counting, or it takes more memory
        than there is.
    """
    n_shards = writer.n_shards
    if n_done := n_shards - len(writer.missing):
        listener.resumed(n_done, n_shards)
    try:
        if writer.missing:
            if not is_planned:
                _plan(space, log, means, n_shards, listener)
            # Closed at once, whatever happens, so that others do not count on in vain.
            with closing(_counted(writer, space, log, means, listener)) as shards:
                for k, shard in shards:
                    writer.write(k, shard)
                    # Two shards at once are more than a machine may have room for.
                    del shard
        _check_programs(writer, space, log)
        with listener.phase("Writing the census"):
            writer.finish()
    except BaseException as error:
        # The last shard may be on the disk without the writer having been told.
        unfinished = resumable_in(writer.folder, space, log, means.engine)
        n_done = max(n_shards - len(writer.missing), len(unfinished.done) if unfinished else 0)
        if n_done == 0 or (n_done == n_shards and not writer.n_programs):
            writer.abandon()
        elif isinstance(error, KeyboardInterrupt):
            listener.interrupted(writer.folder, n_done, n_shards)
        raise


def _plan(space: Space, log: ImitationLog, means: Means, n_shards: int, listener: Listener) -> None:
    """Look at what a long run takes, and refuse it for want of memory."""
    is_usual = engine_of(space, means.engine) == space.engines[0]
    if is_usual and means.remote is None and is_long(space, log):
        plan = space.check_memory(log, n_shards, limit=means.max_bytes)
        if plan is not None:
            listener.planned(plan, n_shards=n_shards, workers=means.workers, with_answer=False)


def _counted(
    writer: CensusWriter, space: Space, log: ImitationLog, means: Means, listener: Listener
) -> Generator[tuple[int, Census]]:
    """Count the missing shards with progress, and yield each as it is done."""
    wanted, n_shards = writer.missing, writer.n_shards
    title = title_of(space, log)
    if means.remote is not None:
        # What other machines have begun is not known here, so shards are the measure.
        with listener.progress(title, len(wanted)) as meter:
            for k, shard in means.remote(space, log, wanted, n_shards):
                yield k, shard
                meter(1)
        return
    engine = engine_of(space, means.engine)
    if engine != space.engines[0]:
        with listener.progress(title, space.n_reports(log, engine=engine)) as meter:
            yield 0, space.census(log, engine=engine, report=meter)
        return
    if space.cut == "sets":
        # Every shard is a part of the work, where those that are ranges take one pass over all of it.
        with listener.progress(title, space.n_reports(log) * len(wanted) // n_shards) as meter:
            yield from space.shards(log, wanted, n_shards, workers=means.workers, report=meter)
        return
    with listener.progress(title, space.n_reports(log)) as meter:
        passes = Passes(meter, len(wanted))
        for k, shard in space.shards(
            log, wanted, n_shards, workers=means.workers, max_bytes=means.max_bytes, report=passes.report
        ):
            passes.take_shard()
            yield k, shard


def title_of(space: Space, log: ImitationLog) -> str:
    """Return what is being done, for a progress bar."""
    return f"Counting {n_programs_of(space, log):,} {space.noun}"


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
    counted, expected = writer.n_programs, n_programs_of(space, log)
    if not counted and not (expected and space.is_settled):
        whose = f" of {space.language.source}" if space.language is not None else ""
        bounds = ", ".join(f"{name}={value}" for name, value in space.bounds.items() if value is not None)
        typed = description(space.name).typed(space.bounds).replace(" --", ", --")
        raise RunError(
            f"no {space.noun.removesuffix('s')}{whose} is within the bounds (",
            Named(bounds, typed),
            "); raise the bounds.",
        )
    if counted > expected or (counted < expected and space.is_settled):
        raise RunError(
            f"the shards have {counted} {space.noun} where the counting identity says {expected}; this is a defect, so "
            f"please report the {'language' if space.language else 'bounds'} and the log, and remove {writer.folder}."
        )
