"""Work on numbered prefixes spread over threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")
B = TypeVar("B")

Progress = Callable[[int], None]
"""Called by the threads with 1 for every prefix that is done, and with 0 now and then; what it raises ends the work."""

GoesOn = Callable[[], bool]
"""Asked now and then by who counts; where it says no, what was counted is of no use any more."""


def spread(
    ranks: Iterable[int],
    make: Callable[[], T],
    extend: Callable[[T, int, GoesOn], object],
    *,
    workers: int,
    report: Progress | None = None,
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
    report : Progress or None
    """
    waiting, lock, stop = iter(ranks), threading.Lock(), threading.Event()
    goes_on = _goes_on(stop, report)

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


def spread_blocks(
    blocks: Mapping[int, B],
    count: Callable[[B, GoesOn], T],
    *,
    workers: int,
    report: Progress | None = None,
) -> Generator[tuple[int, T]]:
    """Count blocks of work, each in one thread, and yield the number and the result of each as soon as it is done.

    When the iterator is closed, what is being counted is given up.

    Parameters
    ----------
    blocks : mapping of int to anything
        By number; they are begun in this order.
    count : callable
        Returns what is counted in a block.
    workers : int
        Threads, at least 1.
    report : Progress or None
        Called with 0 now and then; `count` itself reports what is done.
    """
    stop = threading.Event()
    goes_on = _goes_on(stop, report)
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(count, block, goes_on): k for k, block in blocks.items()}
        try:
            for future in as_completed(futures):
                # Nothing is held here that whoever asked has let go.
                k, result = futures.pop(future), future.result()
                del future
                yield k, result
                del result
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


def block_of(n: int, k: int, n_blocks: int) -> range:
    """Return what stands in block k where n things are cut into blocks that follow each other, as equal as can be."""
    return range(k * n // n_blocks, (k + 1) * n // n_blocks)


def _goes_on(stop: threading.Event, report: Progress | None) -> GoesOn:
    """Return what says whether the work is still wanted."""

    def goes_on() -> bool:
        if report is not None:
            report(0)
        return not stop.is_set()

    return goes_on
