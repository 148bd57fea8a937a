"""Counting a census of a space that is counted all at once, in one shard."""

from __future__ import annotations

import os

from mesaprior.cli.progress import progress
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import WholeSpace
from mesaprior.hypotheses.store import CensusWriter


def count_whole(space: WholeSpace, log: ImitationLog, *, workers: int | None = None) -> Census:
    """Count a census with progress.

    Parameters
    ----------
    space : WholeSpace
    log : ImitationLog
    workers : int or None
        Threads; as many as there are cores where not given. Nothing depends on it.
    """
    n_programs = sum(space.count_by_length(log).values())
    with progress(f"Counting {n_programs:,} {space.noun}", space.n_reports(log)) as report:
        return space.census(log, workers=workers or os.cpu_count() or 1, report=report)


def count_whole_into(writer: CensusWriter, space: WholeSpace, log: ImitationLog, *, workers: int | None = None) -> None:
    """Count a census into a folder; an interruption leaves the folder as it was.

    Parameters
    ----------
    writer : CensusWriter
        Of one shard; it must not be complete.
    space, log, workers
        As in `count_whole`.

    Notes
    -----
    Shards are ranges of behaviours in order, and any part of the enumeration may give any behaviour, so the counts are
    complete all at once and there is nothing to go on from before.
    """
    try:
        if writer.missing:
            writer.write(0, count_whole(space, log, workers=workers))
        writer.finish()
    except BaseException:
        if writer.missing:
            writer.abandon()
        raise
