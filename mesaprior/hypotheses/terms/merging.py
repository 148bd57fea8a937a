"""Tables that merge equal rows, and the store of exact counts by node: the containers of the merged engine."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mesaprior.hypotheses.census import exact_sum
from mesaprior.hypotheses.terms import kernels

NEVER = 2**63 - 1
"""A time that no program has."""


def grown(array: np.ndarray, room: int, fill: int = 0) -> np.ndarray:
    """Return `array` with its last axis at least `room` long, doubling so that growth costs little in total."""
    if array.shape[-1] >= room:
        return array
    larger = np.full((*array.shape[:-1], max(room, 2 * array.shape[-1])), fill, dtype=array.dtype)
    larger[..., : array.shape[-1]] = array
    return larger


class RowTable:
    """A table of distinct rows of bytes, numbered by first appearance.

    Parameters
    ----------
    width : int
        Bytes of a row, a multiple of 8.
    """

    def __init__(self, width: int):
        self.n = 0
        self._words = width // 8
        self._rows = np.empty((64, self._words), dtype=np.uint64)
        self._hashes = np.empty(64, dtype=np.uint64)
        self._slots = np.full(256, -1, dtype=np.int64)

    def intern(self, block: np.ndarray) -> np.ndarray:
        """Merge rows ``uint8[m, width]`` into the table and return the id ``int64[m]`` of each."""
        room = self.n + len(block)
        if room > len(self._rows):
            rows = np.empty((max(room, 2 * len(self._rows)), self._words), dtype=np.uint64)
            rows[: self.n] = self._rows[: self.n]
            self._rows = rows
            self._hashes = grown(self._hashes, len(rows))
        if 2 * room > len(self._slots):
            self._slots = np.full(1 << (2 * room).bit_length(), -1, dtype=np.int64)
            kernels.reslot(self._hashes, self.n, self._slots)
        ids = np.empty(len(block), dtype=np.int64)
        self.n = kernels.intern(block.view(np.uint64), self._rows, self._hashes, self._slots, self.n, ids)
        return ids

    @property
    def rows(self) -> np.ndarray:
        """The distinct rows, ``uint8[n, width]``; a view, valid until the next `intern`."""
        return self._rows[: self.n].view(np.uint8)

    def clear(self) -> None:
        """Forget all rows and keep the memory."""
        self.n = 0
        self._slots.fill(-1)


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


@dataclass(frozen=True)
class Production:
    """How a token puts terms together: what one record of a level says about its head.

    Attributes
    ----------
    token : int
        Index of the head token; `ALIAS` where a record only renames a class.
    arity, steps, factor, infer_factor, weight : int
        See `kernels.Productions`.
    """

    token: int
    arity: int
    steps: int
    factor: int = 1
    infer_factor: int = 1
    weight: int = 1


ALIAS = -1
"""Token of a production that renames its one argument and charges nothing."""

RENAMING = Production(token=ALIAS, arity=1, steps=0)


@dataclass
class _Run:
    """Counts of those classes that have any.

    Attributes
    ----------
    class_id : int64[k]
        Ascending.
    counts : Counts
        Of these k classes.
    """

    class_id: np.ndarray
    counts: Counts

    @classmethod
    def of(cls, counts: Counts) -> _Run:
        """Return the run without the classes that have no counts."""
        present = np.flatnonzero(counts.end > counts.start)
        return cls(present, counts.of(present))

    @property
    def n_entries(self) -> int:
        """How many counts there are."""
        return len(self.counts.count)


class Gathering:
    """A level in the making: collects records and turns them into exact counts by class.

    Parameters
    ----------
    nodes : Nodes
        Where the arguments of the records live.
    max_time : int
        Programs with more time are dropped.
    flush_at : int
        Records that are held before they are multiplied out.
    """

    def __init__(self, nodes: Nodes, *, max_time: int, flush_at: int = 1 << 21):
        self._nodes = nodes
        self._max_time = max_time
        self._flush_at = flush_at
        self._productions: dict[Production, int] = {}
        self._pending: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []
        self._n_pending = 0
        self._runs: list[_Run] = []
        self.best_time = np.full(64, NEVER, dtype=np.int64)
        self.heads = Heads.empty()

    def add(self, class_id: np.ndarray, production: Production, arguments: np.ndarray) -> None:
        """Add records of one production: classes ``int64[m]`` and nodes of the arguments ``int64[3, m]``."""
        index = self._productions.setdefault(production, len(self._productions))
        self._pending.append((class_id, np.full(len(class_id), index, dtype=np.int64), arguments))
        self._n_pending += len(class_id)
        if self._n_pending >= self._flush_at:
            self.flush()

    def flush(self) -> None:
        """Multiply out the records held so far. Their arguments may be dropped from the nodes afterwards."""
        if not self._pending:
            return
        records = kernels.Records(
            np.concatenate([ids for ids, _, _ in self._pending]),
            np.concatenate([production for _, production, _ in self._pending]),
            np.concatenate([arguments for _, _, arguments in self._pending], axis=1),
        )
        self._pending, self._n_pending = [], 0
        listed = list(self._productions)
        productions = kernels.Productions(
            *(
                np.array([getattr(production, name) for production in listed], dtype=np.int64)
                for name in kernels.Productions._fields
            )
        )
        n = int(records.class_id.max()) + 1
        self._keep_best(records, productions, n, np.array([production.token for production in listed]))
        run = _Run.of(multiply_out(records, productions, self._nodes.entries, n, self._max_time))
        if run.n_entries == 0:
            return
        self._runs.append(run)
        # Runs are joined when the new ones together outgrow the oldest, so that each entry is joined a few times only.
        if sum(run.n_entries for run in self._runs[1:]) > max(self._flush_at, self._runs[0].n_entries):
            self._runs = [_Run.of(self._join())]

    def _keep_best(self, records: kernels.Records, productions: kernels.Productions, n: int, token: np.ndarray) -> None:
        """Remember the record of least time of each class, the first of several."""
        self.best_time = grown(self.best_time, n, NEVER)
        self.heads.grow(n)
        best_record = np.full(len(self.best_time), -1, dtype=np.int64)
        kernels.least_times(records, productions, self._nodes.entries, self.best_time, best_record)
        better = np.flatnonzero(best_record >= 0)
        record = best_record[better]
        production = records.production[record]
        is_leaf = productions.arity[production] == 0
        self.heads.token[better] = token[production]
        self.heads.literal[better] = np.where(is_leaf, records.arguments[0, record], 0)
        # A lookup's first argument is the number of its table, which must not be taken for a node later on.
        self.heads.arguments[:, better] = np.where(is_leaf, 0, records.arguments[:, record])

    def finish(self, n: int) -> Counts:
        """Return the counts of classes 0..n-1."""
        self.flush()
        counts = Counts(
            np.zeros(n, dtype=np.int64),
            np.zeros(n, dtype=np.int64),
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.int64),
            np.empty(0, dtype=np.uint64),
        )
        if self._runs:
            run = self._runs[0] if len(self._runs) == 1 else _Run.of(self._join())
            counts.start[run.class_id], counts.end[run.class_id] = run.counts.start, run.counts.end
            counts.time, counts.infer_time, counts.count = run.counts.time, run.counts.infer_time, run.counts.count
        self._runs = []
        return counts

    def _join(self) -> Counts:
        """Add up all runs: they stand as nodes for a moment, and every class renames its parts."""
        mark = self._nodes.mark()
        arguments = []
        for run in self._runs:
            first = self._nodes.append(run.counts, np.zeros(len(run.class_id), dtype=np.int64))
            arguments.append(np.arange(first, first + len(run.class_id)))
        class_id = np.concatenate([run.class_id for run in self._runs])
        records = kernels.Records(class_id, np.zeros_like(class_id), np.tile(np.concatenate(arguments), (3, 1)))
        n = int(class_id.max()) + 1
        counts = multiply_out(records, RENAMING_ONLY, self._nodes.entries, n, self._max_time)
        self._nodes.truncate(mark)
        return counts


RENAMING_ONLY = kernels.Productions(
    *(np.array([getattr(RENAMING, name)], dtype=np.int64) for name in kernels.Productions._fields)
)
"""The productions of records that only rename."""


def multiply_out(
    records: kernels.Records,
    productions: kernels.Productions,
    entries: kernels.Entries,
    n: int,
    max_time: int,
) -> Counts:
    """Multiply the counts of arguments and add them up by (class, time, infer_time), for classes 0..n-1.

    Cost: one step for every product of entries; memory for the records once more, and for the result.
    """
    order = np.empty(len(records.class_id), dtype=np.int64)
    start = np.zeros(n + 2, dtype=np.int64)
    kernels.group_records(records.class_id, start, order)
    start = start[: n + 1]
    out = kernels.Entries(
        start=np.zeros(n, dtype=np.int64),
        end=np.zeros(n, dtype=np.int64),
        least_time=np.empty(0, dtype=np.int64),
        time=np.empty(max(1024, len(order)), dtype=np.int64),
        infer_time=np.empty(max(1024, len(order)), dtype=np.int64),
        count=np.empty(max(1024, len(order)), dtype=np.uint64),
    )
    tally = _tally_of(1 << 10)
    position = np.zeros(3, dtype=np.int64)
    while True:
        kernels.accumulate(records, order, start, productions, entries, tally, max_time, out, position)
        if position[2] == 0:
            break
        if position[2] == 2:
            tally = _tally_of(4 * len(tally.count))
        room = len(out.time) + len(tally.count)
        out = out._replace(
            time=grown(out.time, room), infer_time=grown(out.infer_time, room), count=grown(out.count, room)
        )
    used = int(position[1])
    return Counts(out.start, out.end, out.time[:used].copy(), out.infer_time[:used].copy(), out.count[:used].copy())


def _tally_of(size: int) -> kernels.Tally:
    return kernels.Tally(
        np.empty(size, dtype=np.int64),
        np.empty(size, dtype=np.int64),
        np.zeros(size, dtype=np.uint64),
        np.empty(size, dtype=np.int64),
    )
