"""A level in the making: records of what was put together, multiplied out to exact counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.counting import kernels
from mesaprior.hypotheses.counting.nodes import NEVER, Counts, Heads, Nodes
from mesaprior.hypotheses.counting.rows import grown


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
