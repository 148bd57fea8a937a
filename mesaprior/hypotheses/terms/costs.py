"""What a census takes, from how large everything in it will be: seconds on one worker, and bytes of memory.

The unit costs were measured on one core of a machine of 2025, with compiled kernels; on others they may be half or
twice as much. Everything that is in memory at the same time is listed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.keys import Keys
from mesaprior.hypotheses.terms.merged.workspace import BASE_BYTES, LEAST_ARENA, WAVES, Work, handing_bytes

RECORD, RECORD_DOUBLED, RECORDS_AT_HAND = 2e-7, 2.4e-8, 2 * 10**6
"""Seconds to make and count a record; how many more with every doubling beyond this many, as caches no longer help."""

WORD, BYTE = 3e-8, 2.5e-10
"""Seconds for each word of the key of a record, and for each byte of a value that is evaluated."""

ROW, CELL = 5e-7, 3.5e-8
"""Seconds to hand over and write a count of a census, and an action of a behaviour in a situation."""

READ_ROW, READ_CELL, SCORED = 1e-7, 2.4e-8, 9e-9
"""Seconds to read the same, and to score a behaviour on a training row."""

CHECKPOINTS = 64
"""Numbers of training rows at which the posterior of a long log is worked out."""

START = 1.5
"""Seconds to start the command and load the machine code."""


@dataclass(frozen=True)
class Sizes:
    """How large everything will be.

    Attributes
    ----------
    kept_bytes : float
        The kept levels.
    work : Work
        What is evaluated.
    n_classes, n_rows : float
        Of whole programs as the engine tells them apart, and their counts by length and time.
    n_behaviours, n_groups : float
        The same of the census.
    """

    kept_bytes: float
    work: Work
    n_classes: float
    n_rows: float
    n_behaviours: float
    n_groups: float


class Costs:
    """What censuses of a language on a log take.

    Parameters
    ----------
    grid : Grid
    """

    def __init__(self, grid: Grid):
        self._grid = grid
        self._n_words = Keys(grid).n_words
        self._with_fit = grid.with_fit
        self._n_training = grid.log.n_training
        self._cells = len(grid.point_of_cell)
        # Of the languages without `fit` the actions of all variants are kept as well, so that other logs can be asked.
        self._n_variants = 0 if grid.with_fit else grid.variants.n

    def counting_seconds(self, sizes: Sizes) -> float:
        """Return how long one worker counts, and writes what is counted."""
        n = sizes.work.n_records
        record = RECORD + RECORD_DOUBLED * max(0.0, math.log2(max(n, 1) / RECORDS_AT_HAND))
        made = (record + WORD * self._n_words) * n + BYTE * (2 if self._with_fit else 1) * sizes.work.n_bytes
        actions = self._cells * (sizes.n_behaviours + self._n_variants * sizes.n_classes)
        return made + ROW * (sizes.n_rows + sizes.n_groups) + CELL * actions

    def answer_seconds(self, sizes: Sizes) -> float:
        """Return how long it takes to start, to read a census and to work out a posterior."""
        # On long logs tallies are looked at now and then, which takes at most every cell each time.
        behaviour = READ_CELL * self._cells + SCORED * min(self._n_training, CHECKPOINTS * self._cells)
        return START + behaviour * sizes.n_behaviours + READ_ROW * sizes.n_groups

    def kept_bytes(self, sizes: Sizes) -> float:
        """Return what stays in memory through all passes, with the rest of the process."""
        # The counts of kept classes stand there twice, once joined for the kernels.
        return BASE_BYTES + 1.5 * sizes.kept_bytes

    def bin_bytes(self, sizes: Sizes) -> float:
        """Return what the counts of all whole programs take while they are counted."""
        # Keys and slots grow by doubling.
        return (12 * self._n_words + 60) * sizes.n_classes + 30 * sizes.n_rows

    def arena_bytes(self, sizes: Sizes) -> float:
        """Return what records take that wait to be counted."""
        return max(LEAST_ARENA, 8 * (self._n_words + 1) * sizes.work.n_records / WAVES)

    def handing_bytes(self, sizes: Sizes) -> float:
        """Return what it takes to hand over all classes as the census, and to write that, if it is done at once."""
        return handing_bytes(self._grid, sizes.n_classes, sizes.n_behaviours, sizes.n_rows)

    def answer_bytes(self, sizes: Sizes) -> float:
        """Return what a census that was read and its posterior take."""
        return BASE_BYTES + (self._cells + 330) * sizes.n_behaviours + 90 * sizes.n_groups
