"""The merged engine: builds terms bottom up by exact length and merges those that denote the same values.

Levels that are arguments of longer terms are kept, as classes of equal values with exact counts by time. Whole programs
that are not kept are put together once, reduced straight to what they do on the log, and counted; so are the bodies
that only a few binders stand around. The counts of every level are compared with the counting identity.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.bins import Bin, Ledger, Room, empty_rows, exact_sum
from mesaprior.hypotheses.counting.classes import Classes, Making, joined_entries
from mesaprior.hypotheses.terms.grid import Grid, padded
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.keys import Keys, Partition
from mesaprior.hypotheses.terms.merged.levels import IDLE_SEARCH, Levels, Way, Wrapping
from mesaprior.hypotheses.terms.merged.totals import Totals
from mesaprior.hypotheses.terms.merged.witnesses import Speller
from mesaprior.hypotheses.terms.merged.work import ONE, PLAIN, Conditions, Span, Table, Task, Tile, steps_of, tasks_of, tiles_of
from mesaprior.hypotheses.terms.program import SATURATION, THETA, Y, inner_scope, is_allowed
from mesaprior.hypotheses.terms.reference import syntax_of
from mesaprior.hypotheses.terms.tabulation import Tabulation
from mesaprior.priors import codes

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

LEAST_ARENA, MOST_ARENA = 1 << 26, 3 << 29
"""Bytes of the records that are held before they are counted, in `WAVES` waves or more."""

WAVES = 4

OTHER_BYTES = 7 * 10**8
"""Memory for the interpreter, for buffers, and for the shards that are being handed over."""

T = TypeVar("T")

Report = Callable[[int], None]
"""Told, now and then, how many more terms are accounted for."""


@dataclass
class _Kit:
    """What one worker writes into."""

    scratch: kernels.Scratch
    batch: counting.Batch
    room: Room


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
        Progress, see `Report`.
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
        report: Report | None = None,
    ):
        self._grid = grid
        self._language = grid.language
        self._max_bits = max_bits
        self._max_time = SATURATION if max_time is None else max_time
        self._has_time_bound = max_time is not None
        self._workers = workers
        self._n_shards = n_shards
        self._max_bytes = max_bytes
        self._report = report or (lambda _: None)
        self._symbols = self._language.symbols(grid.log)
        self._bits = [symbol.bits for symbol in self._symbols]
        self._expected = codes.count_by_length(self._symbols, max_bits)
        self._n_history = grid.log.n_history
        self._levels = Levels(
            self._language,
            self._bits,
            codes.shortest(self._symbols),
            max_bits,
            self._n_history,
            shorten=not self._has_time_bound,
        )
        # A loop of no rounds forgets the time of its body, so long bodies must be kept for it.
        forgets = self._language.has("iterate") and self._language.rounds == 0
        self._inner_max_time = SATURATION if forgets else self._max_time
        self._classes = [Classes(width) for width in grid.width]
        self._spans: dict[tuple[int, int], Span] = {}
        self._conditions: dict[tuple[int, int], Conditions] = {}
        self._everything: dict[tuple[int, int], Span] = {}
        self._totals: dict[tuple[int, int], int] = {}
        syntax = syntax_of(grid, max_bits)
        self._ground = kernels.Ground(
            tables=syntax.tables,
            leaves=syntax.leaves,
            features=syntax.features,
            size=np.array(grid.size, dtype=np.int64),
            is_later=grid.is_later,
        )
        self._steps = Totals(self._language, self._symbols, self._n_history)
        self._keys = Keys(grid)
        self._speller = Speller(grid, self._classes, max_bits)
        self._pool: ThreadPoolExecutor | None = None

    # The kept levels

    def build(self) -> None:
        """Put the kept levels together; nothing is done twice.

        Raises
        ------
        RunError
            If a count would not fit in 64 bits, or a total differs from the counting identity.
        """
        with self._working():
            for length in range(1, self._max_bits + 1):
                for scope in (Y | THETA, THETA, Y, 0):
                    if not self._levels.is_useful(scope, length) or (scope, length) in self._totals:
                        continue
                    most = self._most_terms(scope, length)
                    if most >= 2**63:
                        raise RunError(
                            f"there are {most} terms of {length} bits, and counts are exact below 2^63 only; "
                            f"ask for --max-bits below {length}."
                        )
                    if most and self._levels.is_kept(scope, length):
                        self._totals[scope, length] = self._keep(scope, length)
                    elif most:
                        self._totals[scope, length] = most

    def _keep(self, scope: int, length: int) -> int:
        """Count a kept level and return how many terms it has, those dropped by the time bound aside."""
        table = Table(self._grid)
        tasks = tasks_of(
            self._grid, self._bits, table, self._spans, self._conditions_of, self._everything_of,
            scope, length, None, with_unary=True
        )  # fmt: skip
        bins = self._gather_values(scope, table, tasks)
        total = sum(exact_sum(found.rows.count) for found in bins)
        self._check_total(scope, length, total)
        span = self._append(scope, table, bins, total)
        if span.n:
            self._spans[scope, length] = span
        return total

    def _gather_values(self, scope: int, table: Table, tasks: list[Task]) -> list[Bin]:
        """Merge the values of all combinations of some tasks."""
        n = sum(task.c.n * task.a.n * task.b.n for task in tasks)
        partition = Partition.of_hashes(min(MOST_BINS, max(1, n // BIN_COMBINATIONS)))
        bins = [Bin(1, self._grid.width[scope]) for _ in range(partition.n)]
        wanted = partition.filter(0, partition.n, bits=0, with_flags=False)
        gathering = _Gathering(self, table, tasks, wanted, bins, self._inner_max_time, is_whole=False)
        for number, tile in enumerate(tiles_of(tasks)):
            gathering.take(number, tile)
        gathering.absorb()
        return bins

    def _append(self, scope: int, table: Table, bins: list[Bin], n_terms: int) -> Span:
        """Append the classes of some bins to those of a scope, in an order that nothing but their values decides."""
        classes = self._classes[scope]
        first = classes.n
        token = np.array(table.token, dtype=np.int64)
        inner = table.productions.space
        for found in bins:
            # Classes without a program within the time bound would only breed more of their kind.
            live = np.flatnonzero(found.rows.end > found.rows.start)
            order = live[np.argsort(found.keys[live, 0], kind="stable")]
            production, made = found.best.made[order, 0], found.best.made[order]
            making = Making(
                token[production].astype(np.int32),
                inner[production].astype(np.int8),
                *(made[:, k] for k in (2, 3, 4)),
                size=np.empty(0, dtype=np.int32),
            )
            making.size = self._speller.sizes(making)
            rows = found.rows._replace(start=found.rows.start[order], end=found.rows.end[order])
            classes.append(found.values[order], rows, found.best.time[order], making)
        if classes.n >= MOST_CLASSES:
            raise RunError(
                f"there are {classes.n} classes of terms, and records can name {MOST_CLASSES}; ask for a smaller bound."
            )
        return Span(first, classes.n, n_terms)

    def _conditions_of(self, scope: int, length: int) -> Conditions:
        """Return a kept level as conditions: classes that are 0 in the same places are one."""
        if (scope, length) not in self._conditions:
            span = self._spans[scope, length]
            table = Table(self._grid)
            emission = table.emissions([Wrapping((), [_unchanged(length)])])
            production = table.renaming(scope, emission, kernels.MASK)
            steps = PLAIN._replace(scope=np.array([scope], dtype=np.int64))
            task = Task(production, production, ONE, ONE, span, scope, steps, 1, 0, 1)
            bins = self._gather_values(scope, table, [task])
            self._conditions[scope, length] = self._sorted_out(scope, self._append(scope, table, bins, span.n_terms))
        return self._conditions[scope, length]

    def _sorted_out(self, scope: int, span: Span) -> Conditions:
        """Tell conditions that never vary from the others."""
        if self._has_time_bound:
            # Then it matters which terms the branch that is not taken may be.
            return None, None, [span]
        values = self._classes[scope].values[span.first : span.end, : self._grid.size[scope]]
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

    def _most_terms(self, scope: int, length: int) -> int:
        """Return how many terms a level has; with a time bound, at most, since arguments may have dropped out."""
        if not self._has_time_bound:
            return self._expected[scope][length]
        most = 0
        for token, symbol in zip(self._language.tokens, self._symbols, strict=True):
            if is_allowed(token.kind, scope):
                inner, rest = inner_scope(token.kind, scope), length - symbol.bits
                most += symbol.multiplicity * self._most_arguments(inner, token.arity, rest)
        return most

    def _most_arguments(self, scope: int, arity: int, length: int) -> int:
        """Return the number of tuples of terms that were kept and have this length together."""
        if arity == 0:
            return int(length == 0)
        return sum(
            total * self._most_arguments(scope, arity - 1, length - first)
            for (of, first), total in self._totals.items()
            if of == scope and first <= length
        )

    def _check_total(self, scope: int, length: int, total: int) -> None:
        """Compare a level's total with the counting identity; a time bound may only lower it."""
        expected = self._expected[scope][length]
        if total > expected or (total < expected and not self._has_time_bound):
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
        """Count some shards, and yield the number of each and what `finish` makes of its counts.

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
            with self._working():
                counting_pass = _Pass(self, table, tasks, partition, shards)
                for number, tile in enumerate(tiles_of(tasks)):
                    counting_pass.take(number, tile)
                bins = counting_pass.finish()
                if len(bins) == self._n_shards:
                    self._check_lengths([found for of_shard in bins for found in of_shard])
                done = len(bins)
                yield from self._finished(table, shards[:done], bins, finish)
            waiting = waiting[done:]

    def _finished(
        self, table: Table, shards: range, bins: list[list[Bin]], finish: Callable[[Tabulation], T]
    ) -> Iterator[tuple[int, T]]:
        """Hand over shards in order, several being made ready at a time."""

        def make(place: int) -> T:
            part, bins[place] = bins[place], []
            return finish(self._tabulate(table, part))

        if self._pool is None:
            for place, shard in enumerate(shards):
                yield shard, make(place)
            return
        ahead: deque[Future[T]] = deque()
        for place in range(len(shards) + self._workers):
            if place < len(shards):
                ahead.append(self._pool.submit(make, place))
            if place >= self._workers:
                yield shards[place - self._workers], ahead.popleft().result()

    def _partition(self, tasks: list[Task]) -> Partition:
        """Cut the keys of whole programs into bins, by what the longest kept programs do."""
        kept = [span for (scope, _), span in sorted(self._spans.items(), key=lambda item: item[0]) if scope == 0][-2:]
        n_bins = self._arena_records(tasks, self._keys.n_words) // BIN_RECORDS
        per_shard = max(1, n_bins // self._n_shards)
        sample = [self._keys.of(self._classes[0].values[span.first : span.end])[:, 0] for span in kept]
        return Partition.of_sample(
            np.concatenate(sample) if sample else np.empty(0, dtype=np.uint64),
            self._n_shards * per_shard,
            self._n_shards,
            self._keys.mask,
            self._keys.of_constants() if per_shard > 1 else np.empty(0, dtype=np.uint64),
        )

    def _whole_tasks(self) -> tuple[Table, list[Task]]:
        """Return all that ends up in whole programs without being kept, and the kept programs themselves."""
        table, tasks = Table(self._grid), []
        for length in range(1, self._max_bits + 1):
            for scope in (Y | THETA, THETA, Y, 0):
                if not self._totals.get((scope, length)):
                    continue
                wrappings = self._levels.wrappings(scope, length)
                idle = [w for w in wrappings if w.links and w.links[0][0] == IDLE_SEARCH]
                other = [w for w in wrappings if w not in idle]
                if idle:
                    tasks.append(self._task_of_classes(table, scope, self._everything_of(scope, length), idle))
                if self._levels.is_kept(scope, length):
                    if other and (scope, length) in self._spans:
                        tasks.append(self._task_of_classes(table, scope, self._spans[scope, length], other))
                elif other:
                    tasks += tasks_of(
                        self._grid, self._bits, table, self._spans, self._conditions_of, self._everything_of,
                        scope, length, other,
                        with_unary=False,
                    )  # fmt: skip
        return table, tasks

    def _task_of_classes(self, table: Table, scope: int, span: Span, wrappings: list[Wrapping]) -> Task:
        production = table.renaming(scope, table.emissions(wrappings))
        steps = steps_of(wrappings, self._language)
        return Task(production, production, ONE, ONE, span, scope, steps, len(wrappings), 0, 1)

    def _everything_of(self, scope: int, length: int) -> Span:
        """Return a class that stands for all terms of a level, where it does not matter what they do.

        Of a level that is not kept, those with a wrapping token are left to the level of what is wrapped.
        """
        if (scope, length) not in self._everything:
            of_level = self._steps.of if self._levels.is_kept(scope, length) else self._steps.without_wraps
            time, infer_time, count = of_level(scope, length)
            if len(time) == 0:
                return Span(0, 0, 0)
            rows = counting.Rows(
                np.zeros(1, np.int64), np.array([len(time)]), np.empty(0, np.int32), time, infer_time, count
            )
            zero = np.zeros(1, dtype=np.int32)
            # Shorter programs do the same, so this class is never part of a witness.
            making = Making(zero - 1, zero.astype(np.int8) + scope, zero, zero, zero, zero)
            values = np.zeros((1, self._grid.width[scope]), dtype=np.uint8)
            first = self._classes[scope].append(values, rows, time[:1], making)
            self._everything[scope, length] = Span(first, first + 1, self._expected[scope][length])
        return self._everything[scope, length]

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
        nobody = Bin(self._keys.n_words)
        keys = np.concatenate([nobody.keys[:0], *(found.keys[order] for found, order in zip(bins, orders, strict=True))])
        made = np.concatenate(
            [nobody.best.made, *(found.best.made[order] for found, order in zip(bins, orders, strict=True))]
        )
        rows = _joined([(found.rows, order) for found, order in zip(bins, orders, strict=True)])
        token = np.array(table.token, dtype=np.int64)[made[:, 0]]
        inner = table.productions.space[made[:, 0]]
        ways = table.ways
        return Tabulation(
            signatures=self._keys.signatures(keys),
            rows=rows,
            witness=lambda ids: self._speller.texts(
                token[ids], inner[ids], made[ids, 2], made[ids, 3], made[ids, 4], ways, made[ids, 1]
            ),
        )

    # Evaluating and counting

    @contextmanager
    def _working(self) -> Iterator[None]:
        """Have threads at hand where several workers are asked for."""
        if self._workers == 1 or self._pool is not None:
            yield
            return
        with ThreadPoolExecutor(self._workers) as pool:
            self._pool = pool
            try:
                yield
            finally:
                self._pool = None

    def _submit(self, function: Callable[[], None]) -> Future[None] | None:
        """Run a function, now or in a thread."""
        if self._pool is None:
            function()
            return None
        return self._pool.submit(function)

    def _arena_records(self, tasks: list[Task], n_words: int) -> int:
        """Return how many records are held before they are counted."""
        record = 8 * (n_words + 1)
        room = min(MOST_ARENA, max(LEAST_ARENA, (self._max_bytes - self.n_bytes) // 8))
        return min(room, max(LEAST_ARENA, record * sum(task.n_records for task in tasks) // WAVES)) // record

    @property
    def bytes_for_bins(self) -> int:
        """Bytes that the counts of whole programs may take: what kept classes, records and the rest leave of all."""
        # The counts of kept classes stand there twice, once joined for the kernels.
        return max(0, self._max_bytes - 3 * self.n_bytes // 2 - MOST_ARENA - OTHER_BYTES)

    @property
    def n_bytes(self) -> int:
        """Bytes that kept classes and their counts take."""
        return sum(classes.n_bytes for classes in self._classes)

    @property
    def n_terms(self) -> int:
        """How many terms the reports of progress add up to, about: all terms of all levels."""
        total = 0
        for scope in range(4):
            for length in range(1, self._max_bits + 1):
                if self._levels.is_useful(scope, length):
                    total += self._expected[scope][length]
        return total


class _Gathering:
    """One round of evaluating combinations and counting what they give, as often as the memory for records is full."""

    def __init__(
        self,
        engine: MergedEngine,
        table: Table,
        tasks: list[Task],
        wanted: kernels.Filter,
        bins: list[Bin],
        max_time: int,
        *,
        is_whole: bool,
        after: Callable[[], None] | None = None,
    ):
        self._engine = engine
        self._after = after
        self._grid = engine._grid
        self._operations, self._productions = table.operations, table.productions
        self._emissions = table.emission_table
        self._wanted, self.bins = wanted, bins
        self._max_time, self._is_whole = max_time, is_whole
        self._limit = engine._inner_max_time
        self._pools = tuple(classes.values for classes in engine._classes)
        self._least_time = tuple(classes.entries.least_time for classes in engine._classes)
        self._entries, self._base = joined_entries(engine._classes)
        self._n_words = engine._keys.n_words if is_whole else 1
        self._arena = np.empty((0, self._n_words + 1), dtype=np.uint64)
        self._capacity = engine._arena_records(tasks, self._n_words)
        self._kits: queue.SimpleQueue[_Kit] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._futures: list[Future[None]] = []
        self._reserved = 0
        self._reset()

    def _reset(self) -> None:
        self._used, self._n_runs = 0, 0
        self._placed: list[tuple[int, np.ndarray]] = []
        self._runs: list[np.ndarray] = []

    def take(self, number: int, tile: Tile) -> None:
        """Evaluate a tile, now or soon."""
        task = tile.task
        below = self._limit - task.charge
        if task.factor > 0 and below >= 0:
            below //= task.factor
        elif task.factor == 0 and below >= 0:
            below = SATURATION
        if below < 0:
            return
        most = tile.n_combinations * task.n_emissions
        if self._reserved + most > self._capacity and self._reserved:
            self._finish()
            self._reserved = self._used
            if self._reserved + most > self._capacity:
                self.absorb()
        self._reserved += most
        if len(self._arena) < self._reserved:
            # Memory that is not written to costs nothing, so there is no need to begin small.
            self._arena = np.empty((max(self._capacity, most), self._n_words + 1), dtype=np.uint64)
        future = self._engine._submit(lambda: self._evaluate(number, tile, below))
        if future is not None:
            self._futures.append(future)
            if len(self._futures) > 64:
                self._futures.pop(0).result()

    def _finish(self) -> None:
        """Wait for what is being evaluated."""
        for future in self._futures:
            future.result()
        self._futures = []

    def _evaluate(self, number: int, tile: Tile, below: int) -> None:
        task = tile.task
        kit = self._kit(tile.n_combinations * task.n_emissions, len(task.steps.what))
        kit.batch.n[:] = 0
        kernels.combine(
            self._operations,
            task.production,
            task.alike,
            task.inner,
            tile.bounds,
            self._pools,
            self._grid.layout,
            self._engine._ground,
            task.steps,
            self._least_time[task.space],
            below,
            kit.scratch,
            self._wanted,
            kit.batch,
        )
        n, n_runs = kit.batch.n.tolist()
        if n:
            starts = np.zeros(len(self.bins) + 1, dtype=np.int64)
            with self._lock:
                place, run_base = self._used, self._n_runs
                self._used += n
                self._n_runs += n_runs
                self._runs.append(kit.batch.run[:n_runs].copy())
            counting.scatter(kit.batch, self._wanted.first, run_base, self._arena[place : place + n], starts)
            with self._lock:
                self._placed.append((number, starts + place))
        self._kits.put(kit)
        self._engine._report(tile.n_terms)

    def _kit(self, n_records: int = 1, n_rows: int = 1) -> _Kit:
        """Return room for a worker, with enough of it."""
        try:
            kit = self._kits.get_nowait()
        except queue.Empty:
            kit = None
        if kit is None or len(kit.batch.bin) < n_records or len(kit.scratch.rows) < n_rows:
            kit = _kit_for(self._grid, self._n_words, n_records, n_rows)
        return kit

    def absorb(self) -> None:
        """Count the records that have been made, and forget them."""
        self._finish()
        if self._placed:
            self._placed.sort(key=lambda item: item[0])
            runs = np.concatenate(self._runs)
            ledger = Ledger(
                self._arena,
                np.array([number for number, _ in self._placed], dtype=np.int64),
                np.stack([bounds for _, bounds in self._placed]),
                runs,
                self._productions,
                self._emissions,
                self._entries,
                self._base,
                self._max_time,
                self._grid.with_fit,
            )
            waiting = [self._engine._submit(lambda place=place: self._absorb(ledger, place)) for place in range(len(self.bins))]
            for future in waiting:
                if future is not None:
                    future.result()
        self._reset()
        self._reserved = 0
        if self._after is not None:
            self._after()

    def narrow(self, end: int) -> None:
        """Forget the bins from number `end` on."""
        self._wanted = self._wanted._replace(end=end)
        del self.bins[end - self._wanted.first :]

    def _absorb(self, ledger: Ledger, place: int) -> None:
        kit = self._kit()
        if self._is_whole:

            def intern_keys(low, high, keys, values, slots, state, ids, last) -> bool:
                return counting.intern_keys(ledger.arena, low, high, keys, slots, state, ids, last)

            self.bins[place].absorb(ledger, place, kit.room, intern_keys, counting.reslot_keys)
        else:
            scope = int(self._operations.scope[0])
            pools = [self._pools[inner] for inner in (scope, scope | Y, scope | THETA)]

            def intern_rows(low, high, keys, values, slots, state, ids, last) -> bool:
                return kernels.intern_rows(
                    ledger.arena,
                    low,
                    high,
                    ledger.runs,
                    self._productions.inner,
                    self._operations,
                    *pools,
                    self._grid.layout,
                    self._engine._ground,
                    kit.scratch,
                    values.shape[1],
                    keys.reshape(-1),
                    values,
                    slots,
                    state,
                    ids,
                    last,
                )

            def reslot(keys: np.ndarray, n: int, slots: np.ndarray) -> None:
                kernels.reslot_hashes(keys.reshape(-1), n, slots)

            self.bins[place].absorb(ledger, place, kit.room, intern_rows, reslot)
        self._kits.put(kit)


class _Pass:
    """A pass over all whole programs that keeps as many shards as the memory allows."""

    def __init__(
        self, engine: MergedEngine, table: Table, tasks: list[Task], partition: Partition, shards: range
    ):
        self._engine = engine
        self._cuts = [int(partition.shards[shard]) for shard in (*shards, shards.stop)]
        self._n = len(shards)
        self._filter = partition.filter(
            self._cuts[0], self._cuts[-1], bits=engine._keys.bits, with_flags=engine._grid.with_fit
        )
        bins = [Bin(engine._keys.n_words) for _ in range(self._cuts[0], self._cuts[-1])]
        self._gathering = _Gathering(
            engine, table, tasks, self._filter, bins, engine._max_time, is_whole=True, after=self._fit_memory
        )  # fmt: skip

    def take(self, number: int, tile: Tile) -> None:
        """Evaluate a tile."""
        self._gathering.take(number, tile)

    def finish(self) -> list[list[Bin]]:
        """Return the bins of the shards that are done, shard by shard; it may be fewer than were begun."""
        self._gathering.absorb()
        bins = self._gathering.bins
        return [bins[self._cuts[k] - self._cuts[0] : self._cuts[k + 1] - self._cuts[0]] for k in range(self._n)]

    def _fit_memory(self) -> None:
        """Give up the later half of the shards where they have outgrown the memory; they get a pass of their own."""
        while self._n > 1 and sum(found.n_bytes for found in self._gathering.bins) > self._engine.bytes_for_bins:
            self._n = (self._n + 1) // 2
            self._gathering.narrow(self._cuts[self._n])


def _kit_for(grid: Grid, n_words: int, n_records: int, n_rows: int) -> _Kit:
    width = max(grid.width)
    rows = np.zeros((n_rows, kernels.BLOCK, width), dtype=np.uint8)
    signature = np.zeros((kernels.BLOCK, padded(grid.signature_size)), dtype=np.uint8)
    return _Kit(
        kernels.Scratch(
            rows=rows,
            words=rows.view(np.uint64),
            signature=signature,
            signature_words=signature.view(np.uint64),
            key=np.zeros((kernels.BLOCK, n_words), dtype=np.uint64),
            places=np.zeros((3, kernels.BLOCK), dtype=np.int64),
            pair=np.zeros((3, max(4 * width, kernels.BLOCK * grid.width[0])), dtype=np.uint8),
            score=np.zeros(max(1, grid.layout.P), dtype=np.int64),
        ),
        counting.Batch(
            record=np.empty((n_records, n_words + 1), dtype=np.uint64),
            bin=np.empty(n_records, dtype=np.int32),
            # Each record may begin a run of its own.
            run=np.empty((n_records, 3), dtype=np.int32),
            n=np.zeros(2, dtype=np.int64),
        ),
        Room(),
    )


def _unchanged(length: int) -> Way:
    """Return the way of a class that is only renamed."""
    return Way((), length, 0, 1, 0, 1)


def _sorted(found: Bin) -> np.ndarray:
    """Return the classes of a bin that have programs, sorted by key."""
    live = np.flatnonzero(found.rows.end > found.rows.start)
    return live[np.lexsort(found.keys[live].T[::-1])]


def _joined(parts: list[tuple[counting.Rows, np.ndarray]]) -> counting.Rows:
    """Return the rows of classes of several bins, one class after the other."""
    sizes = [int((rows.end[order] - rows.start[order]).sum()) for rows, order in parts]
    with_infer = any(len(rows.infer_time) for rows, _ in parts)
    joined = empty_rows(sum(len(order) for _, order in parts), sum(sizes), with_infer=with_infer)
    first, first_row = 0, 0
    for (rows, order), size in zip(parts, sizes, strict=True):
        end, end_row = first + len(order), first_row + size
        by_class = (column[first:end] for column in joined[:2])
        by_row = (column[first_row:end_row] for column in joined[2:])
        part = counting.Rows(*by_class, *by_row)
        counting.take_rows(rows, order, with_infer, part)
        part.start[:] += first_row
        part.end[:] += first_row
        first, first_row = end, end_row
    return joined if with_infer else joined._replace(infer_time=joined.time)
