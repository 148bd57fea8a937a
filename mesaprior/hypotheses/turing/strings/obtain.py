"""A table of strings from the store where it answers, or else counted."""

from __future__ import annotations

import os
from pathlib import Path

from mesaprior.errors import RunError
from mesaprior.hypotheses.store.listening import SILENT, Listener
from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.strings.keeping import Remote, StringKeeper, is_kept
from mesaprior.hypotheses.turing.strings.sharding import StringShards
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.stored import find_strings, strings_folder
from mesaprior.hypotheses.turing.strings.table import StringTable


def obtain_strings(
    size: Size,
    *,
    keep: bool = False,
    workers: int | None = None,
    remote: Remote | None = None,
    listener: Listener = SILENT,
    root: str | Path | None = None,
) -> StringTable:
    """Return what all machines of a size print: the table of the store, or one that is counted now.

    Parameters
    ----------
    size : Size
    keep : bool
        Whether what takes long to count, or is counted elsewhere, is kept in the store; an interrupted run is resumed.
    workers : int, optional
        Threads; as many as there are cores by default. Nothing depends on it.
    remote : callable, optional
        Counts shards elsewhere; see `StringKeeper.count`.
    listener : Listener, optional
        Called with what is found, and with the progress of counting.
    root : str or Path, optional
        Folder of the store; `store_root` by default.

    Raises
    ------
    RunError
        If the machines counted are not all there are: an error of the program.
    """
    workers = workers or os.cpu_count() or 1
    if remote is None and not is_kept(size):
        return _counted(size, workers, listener)
    found = _found(size, listener, root)
    if found is not None:
        return found
    keeper = _keeper(size, listener, root) if keep else None
    if keeper is not None:
        return _counted_and_kept(keeper, size, workers, remote, listener)
    return _counted(size, workers, listener) if remote is None else _counted_elsewhere(size, remote, listener)


def _found(size: Size, listener: Listener, root: str | Path | None) -> StringTable | None:
    """Return the table of the store, if there is one."""
    try:
        table = find_strings(size, root)
    except OSError as error:
        listener.unreadable(error)
        return None
    if table is not None:
        listener.found(strings_folder(size, root))
    return table


def _keeper(size: Size, listener: Listener, root: str | Path | None) -> StringKeeper | None:
    """Return what counts into the store, or None where the store is of no use."""
    try:
        return StringKeeper(size, root=root)
    except (RunError, OSError) as error:
        listener.not_kept(error)
        return None


def _counted_and_kept(
    keeper: StringKeeper, size: Size, workers: int, remote: Remote | None, listener: Listener
) -> StringTable:
    """Count what is missing in the store; shards that are done are a checkpoint."""
    n_shards = keeper.n_shards
    if n_done := n_shards - len(keeper.missing):
        listener.resumed(n_done, n_shards)
    try:
        with listener.progress(_title(size), keeper.n_missing_prefixes) as meter:
            table = keeper.count(workers=workers, report=meter, remote=remote)
    except BaseException as error:
        keeper.look()
        n_done = n_shards - len(keeper.missing)
        if n_done == 0:
            keeper.abandon()
        elif isinstance(error, KeyboardInterrupt):
            listener.interrupted(keeper.folder, n_done, n_shards)
        raise
    listener.kept(keeper.folder)
    return table


def _counted(size: Size, workers: int, listener: Listener) -> StringTable:
    """Count a table, and keep it nowhere."""
    enumeration = StringShards(size).enumeration
    with listener.progress(_title(size), len(enumeration.prefixes)) as meter:
        return enumeration.table(workers=workers, report=meter)


def _counted_elsewhere(size: Size, remote: Remote, listener: Listener) -> StringTable:
    """Have others count a table, and keep it nowhere."""
    shards = StringShards(size)
    n_shards = shards.n_shards()
    counted: dict[int, StringTable] = {}
    with listener.progress(_title(size), n_shards) as meter:
        for k, table in remote(shards, None, range(n_shards), n_shards):
            counted[k] = table
            meter(1)
    return shards.enumeration.together(counted[k] for k in range(n_shards))


def _title(size: Size) -> str:
    return f"Running {n_machines(size.states):,} machines"
