"""Many worlds, one per seed: computed in threads, returned in order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def over_seeds(ask: Callable[[int], T], seeds: Sequence[int], *, workers: int = 1) -> Generator[T]:
    """Yield the answer for each seed, in the order of the seeds.

    Parameters
    ----------
    ask : callable
        The answer for a seed; it must not depend on what else is asked.
    seeds : sequence of int
    workers : int
        Threads.

    Raises
    ------
    MesapriorError
        Whatever `ask` raises, at the first seed where it does.
    """
    if not seeds:
        return
    # The first one alone compiles what all need, or finds out that nothing can be asked.
    yield ask(seeds[0])
    pool = ThreadPoolExecutor(max_workers=workers)
    try:
        yield from pool.map(ask, seeds[1:])
    finally:
        # Whoever stops listening does not wait for worlds that have not been begun.
        pool.shutdown(cancel_futures=True)
