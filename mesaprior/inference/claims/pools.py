"""Several worlds at a time: on threads, or in separate processes."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import repeat

from mesaprior.errors import RunError, setting
from mesaprior.inference.claims.claim import Claim, Size, WorldStudy
from mesaprior.inference.worlds.seeds import over_seeds


def studies_of(claim: Claim, size: Size, *, workers: int, in_processes: bool) -> Generator[WorldStudy]:
    """Yield what a claim measures in each world, in the order of the seeds.

    Parameters
    ----------
    claim : Claim
    size : Size
    workers : int
        Worlds at a time; what is measured does not depend on it.
    in_processes : bool
        Whether each worker is a process. They take seconds to start, but counting many small censuses is half Python,
        which threads do one after the other. The claim's `study` must be a function of a module then.

    Raises
    ------
    RunError
        If a process was ended from outside.
    """
    workers = min(workers, size.n_worlds)
    if workers == 1 or not in_processes:
        yield from over_seeds(lambda seed: claim.study(seed, size), range(size.n_worlds), workers=workers)
        return
    # The first world alone compiles what all need.
    yield claim.study(0, size)
    with _processes(workers) as pool:
        try:
            yield from pool.map(claim.study, range(1, size.n_worlds), repeat(size))
        except BrokenProcessPool:
            raise RunError(
                "a process that measured worlds was ended from outside, most likely for want of memory; try again with "
                "fewer ",
                setting("workers"),
                ".",
            ) from None


@contextmanager
def _processes(workers: int) -> Generator[Executor]:
    before = set(multiprocessing.active_children())
    # A process that is forked while threads run may wait for ever for a lock that one of them held.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"), initializer=_ignore_interrupts)
    try:
        yield pool
    finally:
        # Whoever stops listening waits for no world, begun or not.
        started = set(multiprocessing.active_children()) - before
        pool.shutdown(wait=False, cancel_futures=True)
        for process in started:
            process.terminate()


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the parent process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
