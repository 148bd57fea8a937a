"""Bins: where records become classes with exact counts.

Whatever puts hypotheses together writes *records*: a key, and what was put together. Records are sorted into bins by
their keys, so that bins can be counted apart: each has its own table of distinct keys, small enough for the cache of
a core, and nothing that one bin does depends on another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import is_worth_compiling
from mesaprior.hypotheses.counting import kernels, vectorized
from mesaprior.hypotheses.counting.rows import roomier

NO_TILE = 2**31 - 1
"""A number that no tile has."""

LEAST_RECORDS = 1 << 15
"""Records whose counts are multiplied out together, at least."""


@dataclass
class Ledger:
    """What a batch of records refers to.

    Attributes
    ----------
    arena : uint64[capacity, W + 1]
        Records, tile by tile, within each tile bin by bin.
    numbers : int64[k]
        Number of each tile, ascending.
    places : int64[k]
        Where in the arena the records of each tile begin.
    starts : int32[bins + 1, k]
        Where those of each bin begin, counted from there; the last is the end.
    runs : int32[r, 3]
    productions : kernels.Productions
    emissions : kernels.Emissions
    entries : kernels.Entries
        Counts of the classes of all spaces, one space after the other.
    base : int64[spaces]
        First class of each space.
    max_time : int
        Programs with more steps are dropped.
    with_infer : bool
        Whether infer_time differs from time at all.
    is_small : bool
        Whether the records are so few that NumPy has counted them before the kernels would be compiled.
    """

    arena: NDArray[np.uint64]
    numbers: NDArray[np.int64]
    places: NDArray[np.int64]
    starts: NDArray[np.int32]
    runs: NDArray[np.int32]
    productions: kernels.Productions
    emissions: kernels.Emissions
    entries: kernels.Entries
    base: NDArray[np.int64]
    max_time: int
    with_infer: bool
    is_small: bool


class Room:
    """Memory that one worker uses over and over: to ask the system for it each time costs more than the counting."""

    def __init__(self):
        self._arrays: dict[str, np.ndarray] = {}

    def __call__(self, name: str, n: int, dtype: type = np.int64) -> np.ndarray:
        """Return an array of n entries whatever they are; it is good until the same name is asked for again."""
        if name not in self._arrays or len(self._arrays[name]) < n:
            self._arrays[name] = np.empty(n + n // 4, dtype=dtype)
        return self._arrays[name][:n]


SORTING = 1e-6
"""Seconds that NumPy takes for each count that is sorted and added up, about."""

MOST_RECORDS = 1 << 22
"""Records of a bin that are looked at together, about: nearly all programs may do the same."""


class Piece(NamedTuple):
    """Some records of a bin, and the tables in which they get their numbers; see `kernels.intern_keys`."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    keys: NDArray[np.uint64]
    values: NDArray[np.uint8]
    slots: NDArray[np.int32]
    state: NDArray[np.int64]
    ids: NDArray[np.int32]
    last: NDArray[np.uint64]


Intern = Callable[[Piece], bool]
"""Numbers the records of a bin, see `Bin.absorb`."""

Reslot = Callable[[NDArray[np.uint64], int, NDArray[np.int32]], None]
"""Fills empty slots from n keys, after they were enlarged."""


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
        self.n: int = 0
        self.keys: np.ndarray = np.empty((0, n_words), dtype=np.uint64)
        self.values: np.ndarray = np.empty((0, width), dtype=np.uint8)
        self._slots = np.empty(0, dtype=np.int32)
        self.rows: kernels.Rows = empty_rows(0, 0)
        self.best: kernels.Best = empty_best(0)

    @property
    def n_bytes(self) -> int:
        """Bytes in use, about."""
        return sum(array.nbytes for array in (self.keys, self.values, self._slots, *self.rows, *self.best))

    def absorb(self, ledger: Ledger, place: int, room: Room, intern: Intern, reslot: Reslot) -> None:
        """Take in the records of bin number `place` of a ledger.

        `intern` is `kernels.intern_keys` or alike with everything but the tables of the bin filled in; `reslot`
        fills a larger table of slots.
        """
        low = ledger.places + ledger.starts[place]
        high = ledger.places + ledger.starts[place + 1]
        for tiles in _pieces(high - low):
            m = int((high[tiles] - low[tiles]).sum())
            ids, last = room("ids", m, np.int32), room("last", m, np.uint64)
            if self.n == 0:
                self._expect(m // 8)
            state = np.array([self.n, 0, 0, 0], dtype=np.int64)
            while not intern(Piece(low[tiles], high[tiles], self.keys, self.values, self._slots, state, ids, last)):
                self._grow(int(state[0]), reslot)
            self.n = int(state[0])
            self._count(ledger, room, ids, last, tiles, (high - low)[tiles])

    def _expect(self, n: int) -> None:
        """Make room for about n classes, while there are none."""
        n = max(64, n)
        self.keys = np.empty((n, self.keys.shape[1]), dtype=np.uint64)
        self.values = np.empty((n if self.values.shape[1] else 0, self.values.shape[1]), dtype=np.uint8)
        self._slots = np.full(1 << (3 * n // 2).bit_length(), -1, dtype=np.int32)

    def _grow(self, n: int, reslot: Reslot) -> None:
        self.keys = roomier(self.keys, 2 * n, n)
        if self.values.shape[1]:
            self.values = roomier(self.values, 2 * n, n)
        if 2 * n >= len(self._slots):
            self._slots = np.full(2 * len(self._slots), -1, dtype=np.int32)
            reslot(self.keys, n, self._slots)

    def _count(
        self, ledger: Ledger, room: Room, ids: np.ndarray, last: np.ndarray, tiles: slice, sizes: np.ndarray
    ) -> None:
        self._know_best()
        # Empty tiles begin where the next one does, which must be the one that is found.
        full = sizes > 0
        tile_start, tile_number = (np.cumsum(sizes) - sizes)[full], ledger.numbers[tiles][full]
        # A few classes may have most of the records: their products are added up before they leave the cache.
        first = 0
        while first < len(ids):
            end = min(len(ids), first + max(LEAST_RECORDS, 4 * len(self.rows.time)))
            self._add_up(ledger, room, ids[first:end], last[first:end], tile_start - first, tile_number)
            first = end

    def _add_up(
        self,
        ledger: Ledger,
        room: Room,
        ids: np.ndarray,
        last: np.ndarray,
        tile_start: np.ndarray,
        tile_number: np.ndarray,
    ) -> None:
        about = (ledger.runs, ledger.productions, ledger.emissions, ledger.entries, ledger.base)
        if ledger.is_small:
            records = vectorized.Counting(*about, ledger.max_time, ledger.with_infer)
            self.rows = records.add_up(ids, last, self.n, self.rows, self.best, tile_start, tile_number)
            return
        start = np.zeros(self.n + 1, dtype=np.int64)
        m = len(ids)
        arguments = kernels.Arguments(
            room("place", 3 * m).reshape(m, 3),
            room("n", 3 * m, np.int32).reshape(m, 3),
            room("made", 2 * m, np.int32).reshape(m, 2),
        )
        kernels.look_up(ids, last, *about, arguments, start)
        n, columns = int(start[-1]), 4 if ledger.with_infer else 3
        products = kernels.Products(start[:-1], start[:-1].copy(), room("products", n * columns).reshape(n, columns))
        kernels.multiply_out(
            ids, arguments, *about[1:4], ledger.max_time, ledger.with_infer, products
        )  # fmt: skip
        chosen = np.full(self.n, -1, dtype=np.int32)

        def fill(tally: kernels.Tally, out: kernels.Rows, position: np.ndarray) -> None:
            kernels.add_up(
                products,
                ledger.with_infer,
                self.rows,
                self.best,
                tile_start,
                tile_number,
                tally,
                out,
                chosen,
                position,
            )

        self.rows = filled(
            fill, self.n, len(self.rows.time) + n // 2, room, with_infer=ledger.with_infer
        )  # fmt: skip
        better = np.flatnonzero(chosen >= 0)
        kernels.read_records(
            last[chosen[better]],
            better,
            *about[:3],
            ledger.entries.least_time,
            ledger.base,
            self.rows,
            self.best.made,
        )

    def _know_best(self) -> None:
        """Make room for the best programs of new classes."""
        known, n = len(self.best.tile), self.n
        if known < n:
            self.best, old = empty_best(n), self.best
            for column, before in zip(self.best, old, strict=True):
                column[:known] = before


def _pieces(sizes: np.ndarray) -> Iterator[slice]:
    """Cut tiles with these numbers of records into runs that have about `MOST_RECORDS`, and at least one."""
    ends = np.cumsum(sizes)
    first, done = 0, 0
    while first < len(sizes) and done < ends[-1]:
        end = max(first + 1, int(np.searchsorted(ends, done + MOST_RECORDS, side="right")))
        if ends[end - 1] > done:
            yield slice(first, end)
        first, done = end, int(ends[end - 1])


def empty_rows(n: int, room: int, *, with_infer: bool = True) -> kernels.Rows:
    """Return rows of n classes with this much room."""
    return kernels.Rows(
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
        np.empty(room, dtype=np.int32),
        np.empty(room, dtype=np.int64),
        np.empty(room if with_infer else 0, dtype=np.int64),
        np.empty(room, dtype=np.uint64),
    )


def empty_best(n: int) -> kernels.Best:
    """Return what is known of the best programs of n classes without any."""
    return kernels.Best(
        np.full(n, NO_TILE, dtype=np.int32),
        np.zeros((n, 5), dtype=np.int32),
    )


def filled(fill: Callable[..., None], n: int, expected: int, room: Room, *, with_infer: bool = True) -> kernels.Rows:
    """Return the rows of n classes that a kernel writes; what turns out too small is enlarged, and it goes on."""
    expected = max(64, expected)
    out = kernels.Rows(
        np.empty(n, dtype=np.int64),
        np.empty(n, dtype=np.int64),
        room("length", expected, np.int32),
        room("time", expected),
        room("infer_time", expected if with_infer else 0),
        room("count", expected, np.uint64),
    )
    by_row = ("length", "time", "infer_time", "count") if with_infer else ("length", "time", "count")
    tally = _tally_of(1 << 11)
    position = np.zeros(3, dtype=np.int64)
    while True:
        fill(tally, out, position)
        if position[2] == 0:
            break
        if position[2] == 2:
            tally = _tally_of(4 * len(tally.count))
        used = int(position[1])
        larger = len(out.time) + used // 2 + len(tally.count)
        out = out._replace(**{name: roomier(getattr(out, name), larger, used) for name in by_row})
    used = int(position[1])
    return out._replace(**{name: getattr(out, name)[:used].copy() for name in by_row})


def _tally_of(size: int) -> kernels.Tally:
    length, time, infer_time, used = (np.empty(size, dtype=np.int64) for _ in range(4))
    return kernels.Tally(length, time, infer_time, np.zeros(size, dtype=np.uint64), used)


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
    if not is_worth_compiling(kernels.merge_rows, SORTING * len(rows.count)):
        return vectorized.merged_rows(rows, members, start)

    def fill(tally: kernels.Tally, out: kernels.Rows, position: np.ndarray) -> None:
        kernels.merge_rows(members, start, rows, True, tally, out, position)

    return filled(fill, len(start) - 1, len(rows.count), Room())
