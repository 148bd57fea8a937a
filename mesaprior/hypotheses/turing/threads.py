"""Work on numbered prefixes spread over threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

Report = Callable[[int], None]
"""Called from the threads with 1 for every prefix that is done."""

BUDGET = 1_000_000
"""Partial machines that are looked at in one call of a kernel; about a second, after which Ctrl-C is heard."""


def spread(
    ranks: Iterable[int],
    make: Callable[[], T],
    extend: Callable[[T, int, Callable[[], bool]], object],
    *,
    workers: int,
    report: Report | None = None,
) -> list[T]:
    """Return the tallies of all threads.

    Parameters
    ----------
    ranks : iterable of int
        Numbers of prefixes; every thread gets its own in this order.
    make : callable
        Returns an empty tally for a thread.
    extend : callable
        Adds a prefix to a tally; the third argument says whether it is still wanted.
    workers : int
        Threads, at least 1.
    report : Report or None
    """
    waiting, lock, stop = iter(ranks), threading.Lock(), threading.Event()

    def goes_on() -> bool:
        return not stop.is_set()

    def work() -> T:
        tally = make()
        try:
            while goes_on():
                with lock:
                    rank = next(waiting, None)
                if rank is None:
                    break
                extend(tally, rank, goes_on)
                if report is not None:
                    report(1)
        except BaseException:
            stop.set()
            raise
        return tally

    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(work) for _ in range(workers)]
        try:
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            raise
