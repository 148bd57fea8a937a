"""Counting a census of machines: all at once, in one shard."""

from __future__ import annotations

import os

from mesaprior.cli.progress import progress
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store import CensusWriter
from mesaprior.hypotheses.turing.policies.sizes import TuringSizes

MACHINE_ENGINE = "lazy"
"""What the manifest calls the engine: an entry of a machine is chosen when a run first reads it."""


def count_machines(space: TuringSizes, log: ImitationLog, *, workers: int | None = None) -> Census:
    """Count a census of machines with progress.

    Parameters
    ----------
    space : TuringSizes
    log : ImitationLog
    workers : int or None
        Threads; as many as there are cores where not given. Nothing depends on it.
    """
    n_machines = sum(space.count_by_length(log).values())
    with progress(f"Counting {n_machines:,} machines", space.n_reports(log)) as report:
        return space.census(log, workers=workers or os.cpu_count() or 1, report=report)


def count_machines_into(
    writer: CensusWriter, space: TuringSizes, log: ImitationLog, *, workers: int | None = None
) -> None:
    """Count a census of machines into a folder; an interruption leaves the folder as it was.

    Parameters
    ----------
    writer : CensusWriter
        Of one shard; it must not be complete.
    space, log, workers
        As in `count_machines`.

    Notes
    -----
    Shards are ranges of behaviours in order, and any part of the enumeration may give any behaviour, so the counts are
    complete all at once and there is nothing to go on from before.
    """
    try:
        if writer.missing:
            writer.write(0, count_machines(space, log, workers=workers))
        writer.finish()
    except BaseException:
        if writer.missing:
            writer.abandon()
        raise
