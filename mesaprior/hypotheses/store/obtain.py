"""A census from the store where it answers, or else counted: for Python and the command line alike."""

from __future__ import annotations

import os
from pathlib import Path

from mesaprior.errors import MesapriorError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store.counting import Means, count_into, is_long, resumable_in, title_of, writer_of
from mesaprior.hypotheses.store.listening import SILENT, Listener
from mesaprior.hypotheses.store.reading import open_census
from mesaprior.hypotheses.store.root import entry_path, find_census
from mesaprior.hypotheses.store.writing import save_census


def obtain(
    space: Space,
    log: ImitationLog,
    *,
    keep: bool = False,
    workers: int | None = None,
    max_bytes: int | None = None,
    listener: Listener = SILENT,
    root: str | Path | None = None,
) -> Census:
    """Return the census of a space on a log: that of the store which answers, or one that is counted now.

    Parameters
    ----------
    space : Space
    log : ImitationLog
    keep : bool
        Whether what takes long to count is kept in the store; it is counted shard by shard, and an interrupted run is
        resumed.
    workers : int, optional
        Threads; as many as there are cores by default. Nothing depends on it.
    max_bytes : int, optional
        Memory to keep to, about, for the census and a posterior over it; what is free by default.
    listener : Listener
        Is told what is found, and how far the counting is.
    root : str or Path, optional
        Folder of the store; `store_root` by default.

    Raises
    ------
    ContentError
        If the log does not fit the space.
    RunError
        If there is no program within the bounds, or the census and its posterior would need more memory than there is
        or than is allowed.

    Notes
    -----
    A census of the store that cannot be read is counted anew, and a store that cannot be written keeps nothing.
    """
    is_cut = keep and space.cut != "whole" and is_long(space, log)
    # What the store has takes its memory, too; without a bound on it nothing is planned before the store is asked.
    planned = None if max_bytes is None else _planned(space, log, is_cut, max_bytes)
    found = _found(space, log, listener, root)
    if found is not None:
        return found
    workers = workers or os.cpu_count() or 1
    if not is_long(space, log):
        return _counted(space, log, workers, listener)
    n_shards, plan = planned or _planned(space, log, is_cut, max_bytes)
    if plan is not None:
        listener.planned(plan, n_shards=n_shards, workers=workers, with_answer=True)
    if not keep:
        return _counted(space, log, workers, listener)
    if not is_cut:
        return _counted_whole_and_kept(space, log, workers, listener, root)
    return _counted_and_kept(space, log, n_shards, Means(workers=workers, max_bytes=max_bytes), listener, root)


def _planned(space: Space, log: ImitationLog, is_cut: bool, max_bytes: int | None) -> tuple[int, Plan | None]:
    """Return into how many shards a census is cut, and what it takes, or refuse what would not fit."""
    n_shards = space.n_shards(log) if is_cut else 1
    # The answer needs the whole census at once, however it is counted.
    return n_shards, space.check_memory(log, n_shards, limit=max_bytes, with_answer=True)


def store_entry(space: Space, log: ImitationLog, root: str | Path | None = None) -> Path:
    """Return where the store keeps a census; the store itself is made if it is not there yet."""
    entry = entry_path(space.language, log, space.bounds, space.name, root=root)
    entry.parent.mkdir(parents=True, exist_ok=True)
    return entry


def _found(space: Space, log: ImitationLog, listener: Listener, root: str | Path | None) -> Census | None:
    """Return the census of the store that answers for a log, if there is one."""
    try:
        folder = find_census(space.language, log, space.bounds, space.name, root=root)
        if folder is None:
            return None
        with listener.phase("Reading the census of the store"):
            stored = open_census(folder, log=log)
    except (MesapriorError, OSError) as error:
        listener.unreadable(error)
        return None
    own = stored.manifest["log"]
    listener.found(folder, None if own.get("digest") == log.digest else str(own.get("source")))
    return stored.census


def _counted(space: Space, log: ImitationLog, workers: int, listener: Listener) -> Census:
    """Count a census, and keep it nowhere."""
    with listener.progress(title_of(space, log), space.n_reports(log)) as meter:
        return space.census(log, workers=workers, report=meter)


def _counted_whole_and_kept(
    space: Space, log: ImitationLog, workers: int, listener: Listener, root: str | Path | None
) -> Census:
    """Count a census all at once and keep it; where the store is of no use, only count it."""
    census = _counted(space, log, workers, listener)
    try:
        entry = store_entry(space, log, root)
        with listener.phase("Writing the census"):
            save_census(entry, census, log, space.language, engine=space.engines[0])
    except (MesapriorError, OSError) as error:
        listener.not_kept(error)
    else:
        listener.kept(entry)
    return census


def _counted_and_kept(
    space: Space, log: ImitationLog, n_shards: int, means: Means, listener: Listener, root: str | Path | None
) -> Census:
    """Count a census into the store, and read it from there; where the store is of no use, only count it."""
    try:
        entry = store_entry(space, log, root)
        unfinished = resumable_in(entry, space, log)
        writer = writer_of(entry, space, log, n_shards=unfinished.n_shards if unfinished else n_shards)
    except (MesapriorError, OSError) as error:
        listener.not_kept(error)
        return _counted(space, log, means.workers, listener)
    if not writer.is_complete:
        count_into(writer, space, log, means, listener=listener, is_planned=True)
    listener.kept(entry)
    with listener.phase("Reading the census back"):
        return open_census(entry, log=log).census
