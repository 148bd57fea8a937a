"""The store of classes: exact counts by time, and one program of least time for each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mesaprior.hypotheses.census import exact_sum
from mesaprior.hypotheses.counting import kernels
from mesaprior.hypotheses.counting.rows import grown

NEVER = 2**63 - 1
"""A time that no program has."""


@dataclass
class Counts:
    """Exact counts of n classes by (time, infer_time): those of class c are start[c] .. end[c] - 1.

    Attributes
    ----------
    start, end : int64[n]
    time, infer_time : int64[e]
    count : uint64[e]
    """

    start: np.ndarray
    end: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray

    def of(self, classes: np.ndarray) -> Counts:
        """Return the counts of these classes only."""
        return replace(self, start=self.start[classes], end=self.end[classes])

    def total(self) -> int:
        """Return the sum of all counts, exactly."""
        return exact_sum(self.count)


@dataclass
class Heads:
    """How the program of least time of each class is put together.

    Attributes
    ----------
    token, literal : int64[n]
        Index of the head token, and the number of its literal table (0 for other tokens).
    arguments : int64[3, n]
        Nodes of its arguments.
    """

    token: np.ndarray
    literal: np.ndarray
    arguments: np.ndarray

    @classmethod
    def empty(cls) -> Heads:
        """Return heads with a little room, to be grown."""
        return cls(np.zeros(64, np.int64), np.zeros(64, np.int64), np.zeros((3, 64), np.int64))

    def grow(self, room: int) -> None:
        """Make room for that many classes."""
        for name in ("token", "literal", "arguments"):
            setattr(self, name, grown(getattr(self, name), room))

    def put(self, places: np.ndarray, source: Heads, sources: np.ndarray) -> None:
        """Copy the heads `sources` of another set to `places`; there must be room."""
        self.token[places] = source.token[sources]
        self.literal[places] = source.literal[sources]
        self.arguments[:, places] = source.arguments[:, sources]

    def of(self, n: int) -> Heads:
        """Return the first n, as a view."""
        return Heads(self.token[:n], self.literal[:n], self.arguments[:, :n])


class Nodes:
    """Stored classes with their counts, and for each the head token and arguments of one program of least time.

    The arrays grow at the end; `truncate` drops what was appended since a mark.
    """

    def __init__(self):
        self.n = 0
        self.n_entries = 0
        self._heads = Heads.empty()
        self._start = np.empty(64, dtype=np.int64)
        self._end = np.empty(64, dtype=np.int64)
        self._least_time = np.empty(64, dtype=np.int64)
        self._time = np.empty(64, dtype=np.int64)
        self._infer_time = np.empty(64, dtype=np.int64)
        self._count = np.empty(64, dtype=np.uint64)

    @property
    def heads(self) -> Heads:
        """How the classes are put together, as a view."""
        return self._heads.of(self.n)

    @property
    def entries(self) -> kernels.Entries:
        """The counts as the kernels want them; valid until the next `append`."""
        return kernels.Entries(self._start, self._end, self._least_time, self._time, self._infer_time, self._count)

    def append(self, counts: Counts, least_time: np.ndarray, heads: Heads | None = None) -> int:
        """Append classes and return the node of the first."""
        first, n = self.n, len(counts.start)
        self.n += n
        for name in ("_start", "_end", "_least_time"):
            setattr(self, name, grown(getattr(self, name), self.n))
        self._start[first : self.n] = counts.start + self.n_entries
        self._end[first : self.n] = counts.end + self.n_entries
        self._least_time[first : self.n] = least_time
        self._heads.grow(self.n)
        if heads is not None:
            self._heads.put(np.arange(first, self.n), heads, np.arange(n))
        base = self.n_entries
        self.n_entries += len(counts.time)
        for name, values in (
            ("_time", counts.time),
            ("_infer_time", counts.infer_time),
            ("_count", counts.count),
        ):
            setattr(self, name, grown(getattr(self, name), self.n_entries))
            getattr(self, name)[base : self.n_entries] = values
        return first

    def mark(self) -> tuple[int, int]:
        """Return a mark for `truncate`."""
        return self.n, self.n_entries

    def truncate(self, mark: tuple[int, int]) -> None:
        """Drop what was appended since the mark."""
        self.n, self.n_entries = mark

    @property
    def n_bytes(self) -> int:
        """Bytes in use."""
        return self.n * 8 * 8 + self.n_entries * 24
