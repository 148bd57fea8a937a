"""The plan of a census: the exact number of programs, and the time and memory to expect."""

from __future__ import annotations

import math
from dataclasses import dataclass

PROBED_FROM = 20_000_000
"""From this many programs on, time and memory are estimated before the run; below it any machine has enough."""

SHARED = 0.9
"""The part of the work of counting that several workers share."""

MOST_SHARDS = 9999
"""Shards of a census, at most: more than any is cut into for a reason."""

AT_ONCE = 2
"""Shards that are handed over at the same time, about, by two workers and whoever writes them."""

LEAST_RECORDS = 10**8
"""Bytes of records that wait to be counted, at least."""

PASS_SHARE = 0.5
"""The part of the work of counting that every further pass does again: all programs are evaluated, some are counted."""


@dataclass(frozen=True)
class Plan:
    """What a census will take.

    Attributes
    ----------
    max_bits : int
        The longest programs that are asked for.
    count_by_length : dict of int to int
        Exact number of programs of each length that occurs, up to the bound; time bounds aside.
    n_programs : int
        Their sum.
    n_classes : int
        Expected classes of whole programs: how many different things they do.
    n_rows : int
        Expected counts by class, length and time.
    counting_seconds : float
        Expected time to count in one pass and to write, on one worker.
    answer_seconds : float
        Expected time to start, read the census, and compute the posterior.
    kept_bytes : int
        Expected memory that stays in use, with the rest of the process, however a census is cut.
    arena_bytes : int
        Expected memory for records that wait to be counted, where there is enough.
    bin_bytes : int
        Expected memory for the counts of all programs, while they are counted in one pass.
    handing_bytes : int
        Expected memory to hand over and write all of the census at once, beside these.
    answer_bytes : int
        Expected memory of the whole process for the census as it was read and its posterior.
    available_bytes : int
        Memory that may be used: what is free now, or what is allowed.
    probe_bits : int
        The longest bound that was tried out; where it is the bound itself, the sizes are measured.
    fitting_bits : int
        The longest bound, up to the one asked for, that is expected to fit into that memory.
    n_shards : int
        The usual number of shards.
    """

    max_bits: int
    count_by_length: dict[int, int]
    n_programs: int
    n_classes: int
    n_rows: int
    counting_seconds: float
    answer_seconds: float
    kept_bytes: int
    arena_bytes: int
    bin_bytes: int
    handing_bytes: int
    answer_bytes: int
    available_bytes: int
    probe_bits: int
    fitting_bits: int
    n_shards: int

    @property
    def n_bytes(self) -> int:
        """Expected peak of memory of counting in one pass and of the posterior, whichever is more."""
        return max(self.counting_bytes(self.n_shards), self.answer_bytes)

    @property
    def fits(self) -> bool:
        """Whether counting, in as many passes as it takes, and the posterior are expected to fit into the memory."""
        return max(self.least_bytes(self.n_shards), self.answer_bytes) <= self.available_bytes

    def counting_bytes(self, n_shards: int) -> int:
        """Return the expected peak memory of counting in one pass, delivered in that many shards."""
        handed = self.handing_bytes * min(n_shards, AT_ONCE) // n_shards
        # Records take what is left, up to half of it.
        records = min(self.arena_bytes, (self.available_bytes - self.kept_bytes - self.bin_bytes) // 2)
        return self.kept_bytes + self.bin_bytes + max(records, LEAST_RECORDS, handed)

    def least_bytes(self, n_shards: int) -> int:
        """Return the least memory that counting takes, in as many passes as shards."""
        return self.kept_bytes + max(LEAST_RECORDS, self.handing_bytes // n_shards) + self.bin_bytes // n_shards

    def seconds(self, workers: int, n_shards: int | None = None) -> float:
        """Return the expected time of counting and of the posterior.

        Parameters
        ----------
        workers : int
            Threads that count.
        n_shards : int or None
            Into how many shards the census is cut; the usual number where None.
        """
        return self.counting_seconds * (1 - SHARED + SHARED / workers) * self._passes(n_shards) + self.answer_seconds

    def _passes(self, n_shards: int | None) -> float:
        """Return how many times as long counting takes, where not all shards fit into the memory at a time."""
        n_shards = n_shards or self.n_shards
        room, at_a_time = self.available_bytes - self.kept_bytes, n_shards
        # As the engine does: where there are too many it goes on with the first half.
        while at_a_time > 1 and self._bytes_of(at_a_time, n_shards) > room:
            at_a_time = (at_a_time + 1) // 2
        return 1 + PASS_SHARE * (math.ceil(n_shards / at_a_time) - 1)

    def _bytes_of(self, at_a_time: int, n_shards: int) -> float:
        """Return the memory for the counts of some shards, and for records or, later, for handing shards over."""
        handed = self.handing_bytes * min(at_a_time, AT_ONCE) / n_shards
        return self.bin_bytes * at_a_time / n_shards + max(LEAST_RECORDS, handed)
