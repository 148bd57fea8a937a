"""The random numbers of worlds: draws that are the same on every machine and with every version of NumPy.

NumPy keeps the raw numbers of its bit generators fixed, but may change how `Generator` uses them. So bounded numbers,
choices and orders are derived here, from the raw numbers of PCG64 alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

Item = TypeVar("Item")

_RANGE = 2**64
"""Raw numbers are below this."""


class Chance:
    """A stream of draws.

    Parameters
    ----------
    seed : int
        At least 0.
    purpose : str
        What is drawn; streams of one seed for several purposes are independent.

    Notes
    -----
    The bit generator is PCG64, seeded by the `SeedSequence` of the seed followed by the bytes of `purpose` in UTF-8.
    """

    def __init__(self, seed: int, purpose: str):
        self._raw = np.random.PCG64(np.random.SeedSequence([seed, *purpose.encode()]))

    def below(self, n: int) -> int:
        """Return one of 0..n-1, each with the same probability: a raw number modulo n.

        Raw numbers from the largest multiple of n up to 2^64 would favour some, so they are skipped.
        """
        limit = _RANGE - _RANGE % n
        while (raw := int(self._raw.random_raw())) >= limit:
            pass
        return raw % n

    def choice(self, items: Sequence[Item]) -> Item:
        """Return one of some items."""
        return items[self.below(len(items))]

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """Return items in a random order: each place from the last on swaps with one not behind it."""
        order = list(items)
        for last in range(len(order) - 1, 0, -1):
            other = self.below(last + 1)
            order[last], order[other] = order[other], order[last]
        return order

    def sample(self, items: Sequence[Item], k: int) -> list[Item]:
        """Return k different ones of some items, in a random order."""
        return self.shuffled(items)[:k]

    def draws(self, items: Sequence[Item], k: int) -> list[Item]:
        """Return k of some items, drawn with replacement."""
        return [self.choice(items) for _ in range(k)]
