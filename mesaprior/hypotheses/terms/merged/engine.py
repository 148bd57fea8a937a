"""The merged engine: builds terms bottom up by exact length and merges those that denote the same values.

Levels that are arguments of longer terms are kept, as classes of equal values with exact counts by time. Whole programs
that are not kept are built once, reduced directly to their behaviour on the log, and counted; so are bodies with only a
few binders around them. The counts of every level are compared with the counting identity.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import TypeVar

import numpy as np

from mesaprior.compiling import suited
from mesaprior.errors import RunError, setting
from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.bins import Bin, empty_rows
from mesaprior.hypotheses.counting.classes import Classes, Making
from mesaprior.hypotheses.counting.sums import exact_sum
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.gathering import Gathering, Pass
from mesaprior.hypotheses.terms.merged.keys import Keys, Partition
from mesaprior.hypotheses.terms.merged.levels import IDLE_SEARCH, Levels, Way, Wrapping, portions
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.merged.totals import Totals
from mesaprior.hypotheses.terms.merged.witnesses import Speller
from mesaprior.hypotheses.terms.merged.work import (
    ONE,
    Conditions,
    Span,
    Table,
    Task,
    steps_of,
    tasks_of,
    tiles_of,
)
from mesaprior.hypotheses.terms.merged.workspace import Progress, Workspace
from mesaprior.hypotheses.terms.program import SATURATION, THETA, Y, is_allowed
from mesaprior.hypotheses.terms.reference import syntax_of
from mesaprior.hypotheses.terms.tabulation import Tabulation

MOST_CLASSES = 1 << counting.ARGUMENT_BITS
"""Classes of a scope that a record can name."""

BIN_COMBINATIONS = 1 << 16
"""Combinations that one bin is meant for; more bins are better for the cache, fewer for small levels."""

MOST_BINS = 512
"""Bins of a kept level, at most."""

BIN_RECORDS = 40_000
"""Records that a bin of whole programs gets at a time, about: few enough for the cache, enough to be worth a call."""

MOST_BYTES = 1 << 33
"""Memory to keep to where nothing else is said."""

COPYING = 1e-6
"""Seconds that plain Python takes for each count that is copied, about."""

T = TypeVar("T")


class MergedEngine:
    """Counts all closed terms of a language up to a length, by signature, length, time and infer_time.

    Parameters
    ----------
    grid : Grid
    max_bits : int
        Longest program, in bits.
    max_time : int or None
        Most steps of a program.
    workers : int
        Threads; the result does not depend on it.
    n_shards : int
        Into how many shards the whole programs are cut, by ranges of what they predict.
    max_bytes : int
        Memory to keep to, about; the result does not depend on it.
    report : callable or None
        Progress, see `workspace.Progress`.
    """

    def __init__(
        self,
        grid: Grid,
        max_bits: int,
        max_time: int | None = None,
        *,
        workers: int = 1,
        n_shards: int = 1,
        max_bytes: int = MOST_BYTES,
        report: Progress | None = None,
    ):
        self.grid = grid
        self._language = grid.language
        self._n_shards = n_shards
        self._symbols = self._language.symbols(grid.log)
        self.bits: list[int] = [symbol.bits for symbol in self._symbols]
        self._n_history = grid.log.n_history
        self.rooms: Rooms = Rooms(self._language, self._symbols, self._n_history, max_bits, max_time)
        self._max_bits = self.rooms.max_bits
        self._steps = Totals(self._language, self._symbols, self._n_history, self.rooms)
        # A loop of no rounds forgets the time of its body, so bodies of any time must be kept for it.
        forgets = self._language.has("iterate") and self._language.rounds == 0
        # Then the least term may be no leaf, and a class that stands for a whole level would be part of witnesses.
        self._shortens = not (forgets and self.rooms.is_bounded)
        self._levels = Levels(self._language, self.bits, self.rooms, self._n_history, shorten=self._shortens)
        self.spans: dict[tuple[int, int], Span] = {}
        self.conditions: dict[tuple[int, int], Conditions] = {}
        self.everything: dict[tuple[int, int], Span] = {}
        self.totals: dict[tuple[int, int], int] = {}
        syntax = syntax_of(grid, self._max_bits)
        ground = kernels.Ground(
            tables=syntax.tables,
            swaps=syntax.swaps,
            leaves=syntax.leaves,
            features=syntax.features,
            size=np.array(grid.size, dtype=np.int64),
            is_later=grid.is_later,
        )
        self.workspace: Workspace = Workspace(
            grid,
            ground,
            max_time=self.rooms.max_time,
            inner_max_time=SATURATION if forgets else self.rooms.max_time,
            workers=workers,
            max_bytes=max_bytes,
            report=report,
        )
        self.classes: list[Classes] = self.workspace.classes
        self.keys: Keys = self.workspace.keys
        self._speller = Speller(grid, self.classes, self.bits, self._max_bits)

    # The kept levels

    def build(self) -> None:
        """Build the kept levels, each only once.

        Raises
        ------
        RunError
            If a count would not fit in 64 bits, or a total differs from the counting identity.
        """
        with self.workspace.working():
            for length in range(1, self._max_bits + 1):
                for scope in (Y | THETA, THETA, Y, 0):
                    if not self._levels.is_useful(scope, length) or (scope, length) in self.totals:
                        continue
                    n_terms = self._steps.numbers[scope][length]
                    if n_terms >= 2**63:
                        raise RunError(
                            f"there are {n_terms} terms of {length} bits, and counts are exact below 2^63 only; ask ",
                            "for ",
                            setting("max_bits"),
                            f" below {length}.",
                        )
                    if n_terms and self._levels.is_kept(scope, length):
                        self._keep(scope, length)
                    if n_terms:
                        self.totals[scope, length] = n_terms

    def _keep(self, scope: int, length: int) -> None:
        """Count a kept level, as far as its terms are parts of programs within the bounds."""
        table = Table(self.grid)
        tasks = tasks_of(
            self.grid, self.bits, self.rooms, table, self.spans, self.conditions_of, self.everything_of,
            scope, length, None, with_unary=True
        )  # fmt: skip
        bins = self._gather_values(scope, length, table, tasks)
        total = sum(exact_sum(found.rows.count) for found in bins)
        self._check_total(scope, length, total)
        span = self._append(scope, table, bins, total)
        if span.n:
            self.spans[scope, length] = span

    def _gather_values(self, scope: int, length: int, table: Table, tasks: list[Task]) -> list[Bin]:
        """Merge the values of all combinations of some tasks that make terms of a level."""
        n = sum(task.c.n * task.a.n * task.b.n for task in tasks)
        partition = Partition.of_hashes(min(MOST_BINS, max(1, n // BIN_COMBINATIONS)))
        bins = [Bin(1, self.grid.width[scope]) for _ in range(partition.n)]
        wanted = partition.filter(0, partition.n, bits=0, with_flags=False)
        limit = self.rooms.of(scope, length)
        gathering = Gathering(self.workspace, table, tasks, wanted, bins, limit, is_whole=False)
        for number, tile in enumerate(tiles_of(tasks)):
            gathering.take(number, tile)
        gathering.absorb()
        return bins

    def _append(self, scope: int, table: Table, bins: list[Bin], n_terms: int) -> Span:
        """Append the classes of some bins to those of a scope, in an order that nothing but their values decides."""
        classes = self.classes[scope]
        first = classes.n
        for found in bins:
            # Classes without a program within the time bound would only breed more of their kind.
            live = np.flatnonzero(found.rows.end > found.rows.start)
            order = live[np.argsort(found.keys[live, 0], kind="stable")]
            making = _making(table, found.best.made[order])
            rows = found.rows._replace(start=found.rows.start[order], end=found.rows.end[order])
            classes.append(found.values[order], rows, rows.time[rows.start], making)
        if classes.n >= MOST_CLASSES:
            raise RunError(
                f"there are {classes.n} classes of terms, and records can name {MOST_CLASSES}; ask for a smaller bound."
            )
        return Span(first, classes.n, n_terms)

    def conditions_of(self, scope: int, length: int) -> Conditions:
        """Return a kept level as conditions: classes that are 0 in the same places are one."""
        if (scope, length) not in self.conditions:
            span = self.spans[scope, length]
            table = Table(self.grid)
            alone = [Wrapping((), [_unchanged(length)])]
            production = table.renaming(scope, table.emissions(alone), kernels.MASK)
            steps = steps_of(alone, scope, self._language)
            task = Task(production, production, ONE, ONE, span, scope, steps, 1, 0, 1)
            bins = self._gather_values(scope, length, table, [task])
            self.conditions[scope, length] = self._sorted_out(scope, self._append(scope, table, bins, span.n_terms))
        return self.conditions[scope, length]

    def _sorted_out(self, scope: int, span: Span) -> Conditions:
        """Separate constant conditions from the others."""
        if not self._shortens:
            return None, None, [span]
        values = self.classes[scope].values[span.first : span.end, : self.grid.size[scope]]
        constant = values.min(axis=1) == values.max(axis=1)
        always = never = None
        others: list[Span] = []
        first = span.first
        for place in [*(span.first + np.flatnonzero(constant)).tolist(), span.end]:
            if first < place:
                others.append(Span(first, place, max(1, span.n_terms * (place - first) // span.n)))
            if place < span.end:
                alone = Span(place, place + 1, max(1, span.n_terms // span.n))
                if values[place - span.first, 0]:
                    always = alone
                else:
                    never = alone
            first = place + 1
        return always, never, others

    def _check_total(self, scope: int, length: int, total: int) -> None:
        """Compare a level's total with the counting identity."""
        expected = self._steps.numbers[scope][length]
        if total != expected:
            raise RunError(
                f"the census counted {total} terms of {length} bits where the counting identity says {expected}; "
                "this is a defect of the engine, so please report the language and the log."
            )

    # Whole programs

    def run(self) -> Tabulation:
        """Count everything, and return the counts by signature."""
        ((_, tabulation),) = self.shards([0], lambda tabulation: tabulation)
        return tabulation

    def shards(self, wanted: Sequence[int], finish: Callable[[Tabulation], T]) -> Iterator[tuple[int, T]]:
        """Count some shards, and yield the number of each and the result of `finish` on its counts.

        Shards are counted in passes: as many at a time as the memory allows, each pass evaluating everything.

        Parameters
        ----------
        wanted : sequence of int
            Numbers of shards, ascending.
        finish : callable
            Called in the threads of the workers.

        Raises
        ------
        RunError
            As `build`; the total of each length is compared where all shards are counted in one pass.
        """
        self.build()
        table, tasks = self._whole_tasks()
        partition = self._partition(tasks)
        waiting = list(wanted)
        while waiting:
            # A pass takes shards that follow each other.
            n = next((k for k in range(1, len(waiting)) if waiting[k] != waiting[0] + k), len(waiting))
            shards = range(waiting[0], waiting[0] + n)
            with self.workspace.working():
                bins = self._counted(table, tasks, partition, shards)
                done = len(bins)
                yield from self._finished(table, shards[:done], bins, finish)
            waiting = waiting[done:]

    def _counted(self, table: Table, tasks: list[Task], partition: Partition, shards: range) -> list[list[Bin]]:
        """Return the bins of the first of some shards, as many as fit into memory; working memory is released."""
        counting_pass = Pass(self.workspace, table, tasks, partition, shards)
        for number, tile in enumerate(tiles_of(tasks)):
            counting_pass.take(number, tile)
        bins = counting_pass.finish()
        if len(bins) == self._n_shards:
            self._check_lengths([found for of_shard in bins for found in of_shard])
        return bins

    def _finished(
        self, table: Table, shards: range, bins: list[list[Bin]], finish: Callable[[Tabulation], T]
    ) -> Iterator[tuple[int, T]]:
        """Yield shards in order, preparing several at a time."""

        def make(place: int) -> T:
            part, bins[place] = bins[place], []
            return finish(self._tabulate(table, part))

        pool, n_ahead = self.workspace.pool, self.workspace.workers
        if pool is None:
            for place, shard in enumerate(shards):
                yield shard, make(place)
            return
        ahead: deque[Future[T]] = deque()
        for place in range(len(shards) + n_ahead):
            if place < len(shards):
                ahead.append(pool.submit(make, place))
            if place >= n_ahead:
                yield shards[place - n_ahead], ahead.popleft().result()

    def _partition(self, tasks: list[Task]) -> Partition:
        """Cut the keys of whole programs into bins, by what the longest kept programs do."""
        kept = [span for (scope, _), span in sorted(self.spans.items(), key=lambda item: item[0]) if scope == 0][-2:]
        n_bins = self.workspace.arena_records(tasks, self.keys.n_words) // BIN_RECORDS
        per_shard = max(1, n_bins // self._n_shards)
        sample = [self.keys.of(self.classes[0].values[span.first : span.end])[:, 0] for span in kept]
        return Partition.of_sample(
            np.concatenate(sample) if sample else np.empty(0, dtype=np.uint64),
            self._n_shards * per_shard,
            self._n_shards,
            self.keys.mask,
            self.keys.of_constants() if per_shard > 1 else np.empty(0, dtype=np.uint64),
        )

    def _whole_tasks(self) -> tuple[Table, list[Task]]:
        """Return the tasks of all whole programs: those that are not kept, and the kept ones."""
        table = Table(self.grid)
        tasks: list[Task] = []
        for length in range(1, self._max_bits + 1):
            for scope in (Y | THETA, THETA, Y, 0):
                if not self.totals.get((scope, length)):
                    continue
                wrappings = self._levels.wrappings(scope, length)
                idle = [w for w in wrappings if w.links and w.links[0][0] == IDLE_SEARCH]
                other = [w for w in wrappings if w not in idle]
                everything = self.everything_of(scope, length) if idle else ONE
                tasks += [self.task_of_classes(table, scope, everything, some) for some in portions(idle)]
                if not self._levels.is_kept(scope, length):
                    for some in portions(other):
                        tasks += tasks_of(
                            self.grid, self.bits, self.rooms, table, self.spans, self.conditions_of, self.everything_of,
                            scope, length, some,
                            with_unary=False,
                        )  # fmt: skip
                elif (scope, length) in self.spans:
                    span = self.spans[scope, length]
                    tasks += [self.task_of_classes(table, scope, span, some) for some in portions(other)]
        return table, tasks

    def task_of_classes(self, table: Table, scope: int, span: Span, wrappings: list[Wrapping]) -> Task:
        """Return the task of wrapping classes as they are."""
        production = table.renaming(scope, table.emissions(wrappings))
        steps = steps_of(wrappings, scope, self._language)
        return Task(production, production, ONE, ONE, span, scope, steps, len(wrappings), 0, 1)

    def everything_of(self, scope: int, length: int) -> Span:
        """Return one class for all terms of a level, where their values do not matter.

        Of a level that is not kept, those with a wrapping token are left to the level of what is wrapped.

        Notes
        -----
        Witnesses have the least length. Where a condition never varies, the branch that is taken does the same and is
        shorter: the class is part of no witness. A search within a search does the same over any body, hence over the
        shortest, and over one that does not depend on y the outer search alone does it: the class is part of a witness
        where y is the only term of least length, and that is a leaf.
        """
        if (scope, length) not in self.everything:
            of_level = self._steps.of if self._levels.is_kept(scope, length) else self._steps.without_wraps
            time, infer_time, count = of_level(scope, length)
            if len(time) == 0:
                return Span(0, 0, 0)
            rows = counting.Rows(
                np.zeros(1, np.int64),
                np.array([len(time)]),
                np.empty(0, np.int32),
                time,
                infer_time,
                count.astype(np.uint64),
            )
            zero = np.zeros(1, dtype=np.int32)
            making = Making(zero + self._leaf(scope, length), zero.astype(np.int8) + scope, zero, zero, zero)
            values = np.zeros((1, self.grid.width[scope]), dtype=np.uint8)
            first = self.classes[scope].append(values, rows, time[:1], making)
            self.everything[scope, length] = Span(first, first + 1, self._steps.numbers[scope][length])
        return self.everything[scope, length]

    def _leaf(self, scope: int, length: int) -> int:
        """Return the token of least time that is a term of this level by itself, or `kernels.UNSPELLED`."""
        leaves = [
            (token.steps, index)
            for index, token in enumerate(self._language.tokens)
            if token.arity == 0 and is_allowed(token.kind, scope) and self.bits[index] == length
        ]
        return min(leaves)[1] if leaves else kernels.UNSPELLED

    def _check_lengths(self, bins: list[Bin]) -> None:
        by_length: dict[int, int] = {}
        for found in bins:
            for length in np.unique(found.rows.length).tolist():
                counted = exact_sum(found.rows.count[found.rows.length == length])
                by_length[length] = by_length.get(length, 0) + counted
        for length in range(1, self._max_bits + 1):
            self._check_total(0, length, by_length.get(length, 0))

    def _tabulate(self, table: Table, bins: list[Bin]) -> Tabulation:
        """Return the counts of some bins, sorted by signature."""
        orders = [_sorted(found) for found in bins]
        nobody = Bin(self.keys.n_words)
        keys = np.concatenate(
            [nobody.keys[:0], *(found.keys[order] for found, order in zip(bins, orders, strict=True))]
        )
        made = np.concatenate(
            [nobody.best.made, *(found.best.made[order] for found, order in zip(bins, orders, strict=True))]
        )
        rows = _joined([(found.rows, order) for found, order in zip(bins, orders, strict=True)])
        ways = table.ways
        return Tabulation(
            signatures=self.keys.signatures(keys),
            rows=rows,
            witness=lambda ids: self._speller.texts(_making(table, made[ids]), ways, made[ids, 1].astype(np.int64)),
        )

    @property
    def n_bytes(self) -> int:
        """Bytes that kept classes and their counts take."""
        return self.workspace.n_bytes

    @property
    def n_terms(self) -> int:
        """The approximate total of the progress reports: all terms of all levels."""
        total = 0
        for scope in range(4):
            for length in range(1, self._max_bits + 1):
                if self._levels.is_useful(scope, length):
                    total += self._steps.numbers[scope][length]
        return total


def _unchanged(length: int) -> Way:
    """Return the way of a class that is only renamed."""
    return Way((), length, 0, 1, 0, 1)


def _making(table: Table, made: np.ndarray) -> Making:
    """Return how terms are built, from `counting.kernels.Best` (``int32[n, 5]``)."""
    production, _, c, a, b = made.T.copy()
    token = np.array(table.token, dtype=np.int32)[production]
    inner = table.productions.space[production].astype(np.int8)
    return Making(token, inner, c, a, b)


def _sorted(found: Bin) -> np.ndarray:
    """Return the classes of a bin that have programs, sorted by key."""
    live = np.flatnonzero(found.rows.end > found.rows.start)
    return live[np.lexsort(found.keys[live].T[::-1])]


def _joined(parts: list[tuple[counting.Rows, np.ndarray]]) -> counting.Rows:
    """Return the rows of classes of several bins, one class after the other."""
    sizes = [int((rows.end[order] - rows.start[order]).sum()) for rows, order in parts]
    with_infer = any(len(rows.infer_time) for rows, _ in parts)
    joined = empty_rows(sum(len(order) for _, order in parts), sum(sizes), with_infer=with_infer)
    take_rows = suited(counting.take_rows, COPYING * len(joined.count))
    first, first_row = 0, 0
    for (rows, order), size in zip(parts, sizes, strict=True):
        end, end_row = first + len(order), first_row + size
        by_class = (column[first:end] for column in joined[:2])
        by_row = (column[first_row:end_row] for column in joined[2:])
        part = counting.Rows(*by_class, *by_row)
        take_rows(rows, order, with_infer, part)
        part.start[:] += first_row
        part.end[:] += first_row
        first, first_row = end, end_row
    return joined if with_infer else joined._replace(infer_time=joined.time)
