"""A census from the store where it answers, or else counted; without a word, for Python."""

from __future__ import annotations

import os
from pathlib import Path

from mesaprior.errors import MesapriorError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.plan import PROBED_FROM
from mesaprior.hypotheses.space import Progress, Space
from mesaprior.hypotheses.store.reading import open_census
from mesaprior.hypotheses.store.root import find_census


def obtain(
    space: Space,
    log: ImitationLog,
    *,
    workers: int | None = None,
    report: Progress | None = None,
    root: str | Path | None = None,
) -> Census:
    """Return the census of a space on a log: that of the store which answers, or one that is counted now.

    Parameters
    ----------
    space : Space
    log : ImitationLog
    workers : int, optional
        Threads; as many as there are cores by default. Nothing depends on it.
    report : callable, optional
        Told how many more parts of the work are done, where something is counted.
    root : str or Path, optional
        Folder of the store; `store_root` by default.

    Raises
    ------
    ContentError
        If the log does not fit the space.
    RunError
        If there is no program within the bounds, or the census would need more memory than there is.

    Notes
    -----
    What is counted here is not kept; `save_census` keeps it. A census of the store that cannot be read is counted anew.
    """
    try:
        found = find_census(space.language, log, space.bounds, space.name, root=root)
        if found is not None:
            return open_census(found, log=log).census
    except (MesapriorError, OSError):
        pass
    if sum(space.count_by_length(log).values()) >= PROBED_FROM:
        space.check_memory(log)
    return space.census(log, workers=workers or os.cpu_count() or 1, report=report)
