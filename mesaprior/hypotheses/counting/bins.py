"""Bins: where records become classes with exact counts.

Whatever puts hypotheses together writes *records*: a key, and what was put together. Records are sorted into bins by
their keys, so that bins can be counted apart: each has its own table of distinct keys, small enough for the cache of
a core, and nothing that one bin does depends on another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.counting import kernels
from mesaprior.hypotheses.counting.rows import roomier

NEVER = 2**62 + 1
"""A length or time that no program has."""


@dataclass
class Ledger:
    """What a batch of records refers to.

    Attributes
    ----------
    arena : uint64[capacity, W + 1]
        Records, tile by tile, within each tile bin by bin.
    numbers : int64[k]
        Number of each tile, ascending.
    bounds : int64[k, bins + 1]
        Where in the arena the records of each tile and bin begin; the last is the end.
    runs : int64[r, 3]
    productions : kernels.Productions
    emissions : kernels.Emissions
    entries : kernels.Entries
        Counts of the classes of all spaces, one space after the other.
    base : int64[spaces]
        First class of each space.
    max_time : int
        Programs with more steps are dropped.
    """

    arena: np.ndarray
    numbers: np.ndarray
    bounds: np.ndarray
    runs: np.ndarray
    productions: kernels.Productions
    emissions: kernels.Emissions
    entries: kernels.Entries
    base: np.ndarray
    max_time: int


Intern = Callable[..., bool]
"""Numbers the records of a bin, see `Bin.absorb`."""


class Bin:
    """The classes whose keys fall into one range, with their counts.

    Parameters
    ----------
    n_words : int
        Words of a key.
    width : int
        Bytes of the values that are kept with each class; 0 where the key says all.

    Attributes
    ----------
    n : int
        Classes so far.
    keys : uint64[room, W]
    values : uint8[room, width]
    rows : kernels.Rows
        Counts by class.
    best : kernels.Best
    """

    def __init__(self, n_words: int, width: int = 0):
        self.n = 0
        self.keys = np.empty((64, n_words), dtype=np.uint64)
        self.values = np.empty((64 if width else 0, width), dtype=np.uint8)
        self._slots = np.full(256, -1, dtype=np.int32)
        self.rows = empty_rows(0, 0)
        self.best = kernels.Best(*(np.empty(0, dtype=np.int64),) * 3, np.empty((0, 5), dtype=np.int64))

    @property
    def n_bytes(self) -> int:
        """Bytes in use, about."""
        return sum(
            array.nbytes for array in (self.keys, self.values, self._slots, *self.rows, *self.best)
        )

    def absorb(self, ledger: Ledger, place: int, intern: Intern, reslot: Callable[..., None]) -> None:
        """Take in the records of bin number `place` of a ledger.

        `intern` is `kernels.intern_keys` or alike with everything but the tables of the bin filled in; `reslot`
        fills a larger table of slots.
        """
        low = ledger.bounds[:, place].copy()
        high = ledger.bounds[:, place + 1].copy()
        m = int((high - low).sum())
        if m == 0:
            return
        ids, last = np.empty(m, dtype=np.int32), np.empty(m, dtype=np.uint64)
        state = np.array([self.n, 0, 0, 0], dtype=np.int64)
        while not intern(low, high, self.keys, self.values, self._slots, state, ids, last):
            self._grow(int(state[0]), reslot)
        self.n = int(state[0])
        self._keep_best(ledger, ids, last, high - low)
        self._count(ledger, ids, last)

    def _grow(self, n: int, reslot: Callable[..., None]) -> None:
        self.keys = roomier(self.keys, 2 * n, n)
        if self.values.shape[1]:
            self.values = roomier(self.values, 2 * n, n)
        if 4 * n >= len(self._slots):
            self._slots = np.full(4 * len(self._slots), -1, dtype=np.int32)
            reslot(self.keys, n, self._slots)

    def _keep_best(self, ledger: Ledger, ids: np.ndarray, last: np.ndarray, sizes: np.ndarray) -> None:
        known = len(self.best.time)
        if known < self.n:
            fresh = self.n - known
            never = np.full(fresh, NEVER, dtype=np.int64)
            self.best = kernels.Best(
                *(np.concatenate([column, never]) for column in self.best[:3]),
                np.concatenate([self.best.made, np.zeros((fresh, 5), dtype=np.int64)]),
            )
        kernels.keep_best(
            ids,
            last,
            np.column_stack([ledger.numbers, sizes]),
            ledger.runs,
            ledger.productions,
            ledger.emissions,
            ledger.entries.least_time,
            ledger.base,
            ledger.max_time,
            self.best,
        )

    def _count(self, ledger: Ledger, ids: np.ndarray, last: np.ndarray) -> None:
        order = np.empty(len(ids), dtype=np.int64)
        start = np.zeros(self.n + 2, dtype=np.int64)
        kernels.group_records(ids, start, order)
        start = start[: self.n + 1]

        def fill(tally: kernels.Tally, out: kernels.Rows, position: np.ndarray) -> None:
            kernels.accumulate(
                order,
                start,
                last,
                ledger.runs,
                ledger.productions,
                ledger.emissions,
                ledger.entries,
                ledger.base,
                self.rows,
                tally,
                ledger.max_time,
                out,
                position,
            )

        self.rows = filled(fill, self.n, len(self.rows.time) + len(ids))


def empty_rows(n: int, room: int) -> kernels.Rows:
    """Return rows of n classes with this much room."""
    start, end = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    length, time, infer_time = (np.empty(room, dtype=np.int64) for _ in range(3))
    return kernels.Rows(start, end, length, time, infer_time, np.empty(room, dtype=np.uint64))


def filled(fill: Callable[..., None], n: int, room: int) -> kernels.Rows:
    """Return the rows of n classes that a kernel writes; what turns out too small is enlarged and the kernel goes on."""
    out = empty_rows(n, max(64, room))
    tally = _tally_of(1 << 11)
    position = np.zeros(3, dtype=np.int64)
    while True:
        fill(tally, out, position)
        if position[2] == 0:
            break
        if position[2] == 2:
            tally = _tally_of(4 * len(tally.count))
        used = int(position[1])
        larger = used + used // 2 + len(tally.count)
        out = out._replace(
            **{name: roomier(getattr(out, name), larger, used) for name in ("length", "time", "infer_time", "count")}
        )
    used = int(position[1])
    return out._replace(**{name: getattr(out, name)[:used].copy() for name in ("length", "time", "infer_time", "count")})


def _tally_of(size: int) -> kernels.Tally:
    return kernels.Tally(
        *(np.empty(size, dtype=np.int64) for _ in range(3)),
        np.zeros(size, dtype=np.uint64),
        np.empty(size, dtype=np.int64),
    )


def merged_rows(rows: kernels.Rows, members: np.ndarray, start: np.ndarray) -> kernels.Rows:
    """Add up the rows of classes that are one.

    Parameters
    ----------
    rows : kernels.Rows
    members, start : int64[m], int64[g + 1]
        Group g has the classes members[start[g]] .. members[start[g + 1] - 1].

    Returns
    -------
    kernels.Rows
        Of the groups, each sorted by length, time and infer_time.
    """

    def fill(tally: kernels.Tally, out: kernels.Rows, position: np.ndarray) -> None:
        kernels.merge_rows(members, start, rows, tally, out, position)

    return filled(fill, len(start) - 1, len(rows.count))


def exact_sum(counts: np.ndarray) -> int:
    """Return the sum of ``uint64`` counts as an exact integer that never wraps."""
    # Halves are summed apart: up to 2^32 of them fit into 64 bits.
    low = int((counts & np.uint64(0xFFFFFFFF)).sum(dtype=np.uint64))
    return (int((counts >> np.uint64(32)).sum(dtype=np.uint64)) << 32) + low
