"""The resources for evaluating combinations: the kept classes, threads, and memory for records."""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from mesaprior.hypotheses.counting.classes import Classes
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.keys import Keys
from mesaprior.hypotheses.terms.merged.work import Task

LEAST_ARENA, MOST_ARENA = 1 << 26, 3 << 29
"""Bytes of the records that are held before they are counted, in `WAVES` waves or more."""

WAVES = 4

BASE_BYTES = 35 * 10**7
"""The interpreter, the libraries, the machine code of the kernels, and buffers."""

HOLES = 0.05
"""The part of the memory that arrays leave unused as they grow, as measured at 16 GB."""


@dataclass
class Work:
    """What has been done so far.

    Attributes
    ----------
    n_bytes : int
        Bytes of values that were evaluated.
    n_records : int
        Records made of them.
    """

    n_bytes: int = 0
    n_records: int = 0


def handing_bytes(grid: Grid, n_classes: float, n_behaviours: float, n_rows: float) -> float:
    """Return what it takes to hand over classes with their counts as a part of a census, and to write that.

    Signatures, the actions of variants and of behaviours, and both a second time by column for the file.
    """
    n_cells = len(grid.point_of_cell)
    # Of the languages without `fit` the actions of all variants are kept as well, so that other logs can be asked.
    n_variants = 0 if grid.with_fit else grid.variants.n
    wide = grid.signature_size + 2 * n_cells * n_variants
    return (wide + 130) * n_classes + (2 * n_cells + 60) * n_behaviours + 90 * n_rows


Progress = Callable[[int], None]
"""Told, now and then, how many more terms are accounted for."""


class Workspace:
    """The kept classes, the threads that evaluate combinations of them, and the memory that records may take.

    Parameters
    ----------
    grid : Grid
    ground : Ground
        What kernels read besides the classes.
    max_time, inner_max_time : int
        Most steps of a program, and of a term inside one.
    workers : int
        Threads; the result does not depend on it.
    max_bytes : int
        Memory to keep to, about; the result does not depend on it.
    report : callable or None
        Progress, see `Progress`.

    Attributes
    ----------
    classes : list of Classes
        By scope; they grow as levels are kept.
    keys : Keys
    pool : ThreadPoolExecutor or None
        The threads, while there are several at work.
    work : Work
    """

    def __init__(
        self,
        grid: Grid,
        ground: kernels.Ground,
        *,
        max_time: int,
        inner_max_time: int,
        workers: int,
        max_bytes: int,
        report: Progress | None,
    ):
        self.grid = grid
        self.ground = ground
        self.max_time = max_time
        self.inner_max_time = inner_max_time
        self.workers = workers
        self._max_bytes = max_bytes
        self.report: Progress = report or (lambda _: None)
        self.classes: list[Classes] = [Classes(width) for width in grid.width]
        self.keys: Keys = Keys(grid)
        self.pool: ThreadPoolExecutor | None = None
        self.work: Work = Work()

    @contextmanager
    def working(self) -> Generator[None]:
        """Have threads at hand where several workers are asked for."""
        if self.workers == 1 or self.pool is not None:
            yield
            return
        with ThreadPoolExecutor(self.workers) as pool:
            self.pool = pool
            try:
                yield
            finally:
                self.pool = None

    def submit(self, function: Callable[[], None]) -> Future[None] | None:
        """Run a function, now or in a thread."""
        if self.pool is None:
            function()
            return None
        return self.pool.submit(function)

    def arena_records(self, tasks: list[Task], n_words: int, bytes_in_bins: int | None = None) -> int:
        """Return how many records are held before they are counted.

        The fewer times, the better; so what bins do not need yet is for records. Bins grow by less than the records.
        """
        record = 8 * (n_words + 1)
        room = min(MOST_ARENA, max(LEAST_ARENA, self.room // 8))
        if bytes_in_bins is not None:
            room = max(room, (self.room - bytes_in_bins) // 2)
        return min(room, max(LEAST_ARENA, record * sum(task.n_records for task in tasks) // WAVES)) // record

    @property
    def room(self) -> int:
        """Bytes that records, the counts of whole programs and what is handed over may take together."""
        # The counts of kept classes stand there twice, once joined for the kernels.
        return int((self._max_bytes - BASE_BYTES - 1.5 * self.n_bytes) * (1 - HOLES))

    @property
    def n_bytes(self) -> int:
        """Bytes that kept classes and their counts take."""
        return sum(classes.n_bytes for classes in self.classes)
