"""Evaluating combinations and counting the results, in rounds that fit into memory."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

import numpy as np

from mesaprior.compiling import is_worth_compiling
from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting import vectorized as counting_vectorized
from mesaprior.hypotheses.counting.bins import Bin, Intern, Ledger, Piece, Room
from mesaprior.hypotheses.counting.classes import joined_entries
from mesaprior.hypotheses.terms.grid import Grid, padded
from mesaprior.hypotheses.terms.merged import kernels, vectorized
from mesaprior.hypotheses.terms.merged.keys import Partition
from mesaprior.hypotheses.terms.merged.work import TILE, Table, Task, Tile
from mesaprior.hypotheses.terms.merged.workspace import LEAST_ARENA, Workspace, handing_bytes
from mesaprior.hypotheses.terms.program import SATURATION, THETA, Y

VALUE, RECORD, TILE_SECONDS = 5e-9, 1.5e-6, 1e-3
"""Seconds that NumPy takes for each byte of a value, for each record and for each tile, about."""

COMPILING = 15.0
"""Seconds that it takes to compile the kernels that put terms together and count them, at least."""


@dataclass
class _Kit:
    """What one worker writes into."""

    scratch: kernels.Scratch
    batch: counting.Batch
    room: Room


class Gathering:
    """One round of evaluating combinations and counting what they give, as often as the memory for records is full."""

    def __init__(
        self,
        workspace: Workspace,
        table: Table,
        tasks: list[Task],
        wanted: kernels.Filter,
        bins: list[Bin],
        max_time: int,
        *,
        is_whole: bool,
        after: Callable[[], None] | None = None,
    ):
        self._workspace = workspace
        self._after = after
        self.grid: Grid = workspace.grid
        self._operations, self._productions = table.operations, table.productions
        self._emissions = table.emission_table
        self._wanted = wanted
        self.bins = bins
        self.max_time = max_time
        self._is_whole = is_whole
        self._limit = workspace.inner_max_time
        self._pools = tuple(classes.values for classes in workspace.classes)
        self._least_time = tuple(classes.entries.least_time for classes in workspace.classes)
        if self._limit >= SATURATION:
            # Times that saturate are not too long, and sums of them would be.
            self._least_time = tuple(np.zeros_like(times) for times in self._least_time)
        self._entries, self._base = joined_entries(workspace.classes)
        self._n_words = workspace.keys.n_words if is_whole else 1
        self._is_small = not is_worth_compiling(
            kernels.combine, sum(_seconds(task, self.grid) for task in tasks), COMPILING
        )
        self._arena = np.empty((0, self._n_words + 1), dtype=np.uint64)
        self._tasks = tasks
        self._kits: queue.SimpleQueue[_Kit] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._futures: list[Future[None]] = []
        self._reset()

    def _reset(self) -> None:
        """Start with an empty arena, as large as the bins leave room for."""
        in_bins = sum(found.n_bytes for found in self.bins)
        self._capacity = self._workspace.arena_records(self._tasks, self._n_words, in_bins)
        if len(self._arena) > self._capacity:
            self._arena = self._arena[:0].copy()
        self._reserved, self._used, self._n_runs = 0, 0, 0
        self._placed: list[tuple[int, int, np.ndarray]] = []
        self._runs: list[np.ndarray] = []

    def take(self, number: int, tile: Tile) -> None:
        """Evaluate a tile, now or soon."""
        task = tile.task
        below = SATURATION
        if self._limit < SATURATION:
            below = self._limit - task.charge
            if below < 0:
                return
            below = below // task.factor if task.factor > 0 else SATURATION
        most = tile.n_combinations * task.n_emissions
        if self._is_full(most):
            self._finish()
            self._reserved = self._used
            if self._is_full(most):
                self.absorb()
        if self._reserved == 0 and len(self._arena) < max(self._capacity, most):
            # Before a wave: what waits in an arena would be lost. Memory that is not written to costs nothing.
            self._arena = np.empty((max(self._capacity, most), self._n_words + 1), dtype=np.uint64)
        self._reserved += most
        future = self._workspace.submit(lambda: self._evaluate(number, tile, below))
        if future is not None:
            self._futures.append(future)
            if len(self._futures) > 64:
                self._futures.pop(0).result()

    def _is_full(self, more: int) -> bool:
        """Return whether this many more records may be too many, or start too many runs."""
        if not self._reserved:
            return False
        return self._reserved + more > self._capacity or (
            self._n_runs + self._reserved - self._used + more > counting.MOST_RUNS
        )

    def _finish(self) -> None:
        """Wait for what is being evaluated."""
        for future in self._futures:
            future.result()
        self._futures = []

    def _evaluate(self, number: int, tile: Tile, below: int) -> None:
        task = tile.task
        kit = self._kit(tile.n_combinations * task.n_emissions, len(task.steps.parent))
        kit.batch.n[:] = 0
        combine = kernels.combine if not self._is_small else vectorized.combine
        combine(
            self._operations,
            task.production,
            task.alike,
            task.inner,
            tile.bounds,
            self._pools,
            self.grid.layout,
            self._workspace.ground,
            task.steps,
            self._least_time[task.space],
            below,
            kit.scratch,
            self._wanted,
            kit.batch,
        )
        n, n_runs = kit.batch.n.tolist()
        with self._lock:
            self._workspace.work.n_bytes += _n_bytes(task, tile.n_combinations, self.grid)
            self._workspace.work.n_records += n
        if n:
            starts = np.zeros(len(self.bins) + 1, dtype=np.int32)
            with self._lock:
                place, run_base = self._used, self._n_runs
                self._used += n
                self._n_runs += n_runs
                self._runs.append(kit.batch.run[:n_runs].copy())
            scatter = counting.scatter if not self._is_small else counting_vectorized.scatter
            scatter(kit.batch, self._wanted.first, run_base, self._arena[place : place + n], starts)
            with self._lock:
                self._placed.append((number, place, starts))
        self._kits.put(kit)
        self._workspace.report(tile.n_terms)

    def _kit(self, n_records: int = 1, n_rows: int = 1) -> _Kit:
        """Return room for a worker, with enough of it."""
        try:
            kit = self._kits.get_nowait()
        except queue.Empty:
            kit = None
        if kit is None or len(kit.batch.bin) < n_records or len(kit.scratch.rows) < n_rows:
            kit = _kit_for(self.grid, self._n_words, n_records, n_rows)
        return kit

    def absorb(self) -> None:
        """Count the records made so far, and drop them."""
        self._finish()
        if self._placed:
            self._placed.sort(key=lambda item: item[0])
            numbers, places, starts = zip(*self._placed, strict=True)
            # Tiles and bins are many: what they come to is kept once, and for each bin together.
            self._placed = []
            by_bin = np.ascontiguousarray(np.stack(starts).T)
            del starts
            # The largest bins first, so that no worker is left with one of them at the end.
            sizes = (by_bin[1:].sum(axis=1, dtype=np.int64) - by_bin[:-1].sum(axis=1, dtype=np.int64)).tolist()
            order = sorted(range(len(self.bins)), key=lambda place: -sizes[place])
            ledger = Ledger(
                self._arena,
                np.array(numbers, dtype=np.int64),
                np.array(places, dtype=np.int64),
                by_bin,
                np.concatenate(self._runs),
                self._productions,
                self._emissions,
                self._entries,
                self._base,
                self.max_time,
                self.grid.with_fit,
                self._is_small,
            )
            waiting = [self._workspace.submit(lambda place=place: self._absorb(ledger, place)) for place in order]
            for future in waiting:
                if future is not None:
                    future.result()
        if self._after is not None:
            self._after()
        self._reset()

    def release(self) -> None:
        """Give back what was needed for counting; the bins stay."""
        self._after = None
        self._arena = self._arena[:0].copy()
        self._entries = self._entries._replace(entry=self._entries.entry[:0].copy())
        self._kits = queue.SimpleQueue()

    def narrow(self, end: int) -> None:
        """Forget the bins from number `end` on."""
        self._wanted = self._wanted._replace(end=end)
        del self.bins[end - self._wanted.first :]

    def _absorb(self, ledger: Ledger, place: int) -> None:
        kit = self._kit()
        if self._is_small:
            self.bins[place].absorb(ledger, place, kit.room, self._intern_by_sorting(ledger), _no_slots)
        elif self._is_whole:

            def intern_keys(piece: Piece) -> bool:
                return counting.intern_keys(
                    ledger.arena, piece.low, piece.high, piece.keys, piece.slots, piece.state, piece.ids, piece.last
                )

            self.bins[place].absorb(ledger, place, kit.room, intern_keys, counting.reslot_keys)
        else:

            def intern_rows(piece: Piece) -> bool:
                return kernels.intern_rows(
                    ledger.arena,
                    piece.low,
                    piece.high,
                    ledger.runs,
                    self._productions.inner,
                    self._operations,
                    *self._pools_below(),
                    self.grid.layout,
                    self._workspace.ground,
                    kit.scratch,
                    piece.values.shape[1],
                    piece.keys.reshape(-1),
                    piece.values,
                    piece.slots,
                    piece.state,
                    piece.ids,
                    piece.last,
                )

            def reslot(keys: np.ndarray, n: int, slots: np.ndarray) -> None:
                kernels.reslot_hashes(keys.reshape(-1), n, slots)

            self.bins[place].absorb(ledger, place, kit.room, intern_rows, reslot)
        self._kits.put(kit)

    def _pools_below(self) -> tuple[np.ndarray, ...]:
        """Return the values of the scope of the level, and of those below its binders, of `y` and of `theta`."""
        scope = int(self._operations.scope[0])
        return tuple(self._pools[inner] for inner in (scope, scope | Y, scope | THETA))

    def _intern_by_sorting(self, ledger: Ledger) -> Intern:
        """Return what numbers the records of a bin where there are few."""

        def intern(piece: Piece) -> bool:
            if self._is_whole:
                return counting_vectorized.intern_keys(
                    ledger.arena, piece.low, piece.high, piece.keys, piece.state, piece.ids, piece.last
                )
            return vectorized.intern_rows(
                ledger.arena,
                piece.low,
                piece.high,
                ledger.runs,
                self._productions.inner,
                self._operations,
                self._pools_below(),
                self.grid.layout,
                self._workspace.ground,
                piece.keys,
                piece.values,
                piece.state,
                piece.ids,
                piece.last,
            )

        return intern


class Pass:
    """A pass over all whole programs that keeps as many shards as the memory allows."""

    def __init__(self, workspace: Workspace, table: Table, tasks: list[Task], partition: Partition, shards: range):
        self._workspace = workspace
        self._cuts = [int(partition.shards[shard]) for shard in (*shards, shards.stop)]
        self._n = len(shards)
        self._filter = partition.filter(
            self._cuts[0], self._cuts[-1], bits=workspace.keys.bits, with_flags=workspace.grid.with_fit
        )
        bins = [Bin(workspace.keys.n_words) for _ in range(self._cuts[0], self._cuts[-1])]
        self._gathering = Gathering(
            workspace, table, tasks, self._filter, bins, workspace.max_time, is_whole=True, after=self._fit_memory
        )  # fmt: skip

    def take(self, number: int, tile: Tile) -> None:
        """Evaluate a tile."""
        self._gathering.take(number, tile)

    def finish(self) -> list[list[Bin]]:
        """Return the bins of the shards that are done, shard by shard; it may be fewer than were begun."""
        self._gathering.absorb()
        self._gathering.release()
        bins = self._gathering.bins
        return [bins[self._cuts[k] - self._cuts[0] : self._cuts[k + 1] - self._cuts[0]] for k in range(self._n)]

    def _fit_memory(self) -> None:
        """Drop the later half of the shards if they have outgrown the memory; they get a separate pass."""
        while self._n > 1 and self._needed() > self._workspace.room:
            self._n = (self._n + 1) // 2
            self._gathering.narrow(self._cuts[self._n])

    def _needed(self) -> int:
        """Return the memory for the counts so far, and for the next records or, later, for handing shards over."""
        bins = self._gathering.bins
        classes, rows = sum(found.n for found in bins), sum(len(found.rows.count) for found in bins)
        at_once = min(self._n, self._workspace.workers)
        # No more behaviours than classes.
        handed = int(handing_bytes(self._workspace.grid, classes, classes, rows)) * at_once // self._n
        return sum(found.n_bytes for found in bins) + max(LEAST_ARENA, handed)


def _seconds(task: Task, grid: Grid) -> float:
    """Return how long NumPy takes for a task, about."""
    values = _n_bytes(task, task.n_combinations, grid)
    return VALUE * values + RECORD * task.n_records + TILE_SECONDS * (1 + task.n_combinations // TILE)


def _n_bytes(task: Task, n_combinations: int, grid: Grid) -> int:
    """Return the bytes of the values of combinations of a task, with those of the steps on top."""
    return n_combinations * len(task.steps.parent) * grid.size[task.space]


def _no_slots(keys: np.ndarray, n: int, slots: np.ndarray) -> None:
    """Leave the slots alone: where there are few records, keys are found by sorting."""


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
            origin=np.zeros((3, 1), dtype=np.int64),
            bin=np.zeros(kernels.BLOCK, dtype=np.int64),
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
