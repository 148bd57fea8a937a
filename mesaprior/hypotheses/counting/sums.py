"""Sums of counts that never wrap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def exact_sum(counts: np.ndarray) -> int:
    """Return the sum of ``uint64`` counts as an exact integer that never wraps."""
    # Halves are summed apart: up to 2^32 of them fit into 64 bits.
    low = int((counts & np.uint64(0xFFFFFFFF)).sum(dtype=np.uint64))
    return (int((counts >> np.uint64(32)).sum(dtype=np.uint64)) << 32) + low


def added_up(parts: Iterable[T], add: Callable[[Sequence[T]], T], size: Callable[[T], int], *, at_once: int) -> T:
    """Return the sum of parts that are taken one by one, few held at a time.

    Parameters
    ----------
    parts : iterable
        At least one.
    add : callable
        Returns the sum of some parts in their order; its cost is that of sorting them.
    size : callable
        Returns how much a part is.
    at_once : int
        What is added up already is added again only together with so much, or as much as it is itself.
    """
    waiting: list[T] = []
    for part in parts:
        waiting.append(part)
        if sum(map(size, waiting[1:])) > max(at_once, size(waiting[0])):
            waiting = [add(waiting)]
    return add(waiting)
