"""Masses of classes of behaviours at every training prefix, in one pass over the log."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import suited
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import blocks, runs
from mesaprior.inference.bayes.cut import MOST_ROWS_OF_COLUMNS
from mesaprior.inference.bayes.logspace import log2_scaled, log2_sum
from mesaprior.inference.bayes.noise import NoiseModel

ITEM = 5e-6
"""Seconds that plain Python takes for an item and a row, about."""

COMPILING = 2.0
"""Seconds that it takes to compile what adds items."""

MANY_ROWS = 64
"""On logs of more rows it pays to find the leader of each class first."""


def mass_by_prefix(
    census: Census,
    log: ImitationLog,
    noise: NoiseModel,
    of_class: NDArray[np.int64],
    n_classes: int,
    log2_behaviour: NDArray[np.float64],
    likelihood: NDArray[np.float64],
) -> np.ndarray:
    """Return log2 masses, not normalized, by class and prefix: ``float64[K, N + 1]``.

    Parameters
    ----------
    census : Census
    log : ImitationLog
        The log that the census was counted on.
    noise : NoiseModel
    of_class : int64[B]
        Class of each behaviour, 0..K-1.
    n_classes : int
        K.
    log2_behaviour : float64[B]
        log2 prior mass of each behaviour.
    likelihood : float64[B]
        log2 likelihood of all training rows under each behaviour.

    Notes
    -----
    Behaviours of one class that agree in all training cells share their whole likelihood, so their prior mass is added
    first; what is left are the items of the kernel. On long logs the item of each class that leads after all rows comes
    before the others, most of which are then seen to be negligible without much work. Time is O(I * N) for I items.
    """
    # Numba is loaded where a kernel runs, and nowhere else.
    from mesaprior.inference.bayes.kernels import add_mass_by_prefix

    n_training = log.n_training
    cells, cell = np.unique(census.row_cell[:n_training], return_inverse=True)
    rows = np.stack([cell, log.action[:n_training]]).astype(np.int64)
    tables = noise.tables(n_training, census.n_actions)

    pattern = runs(census.predictions, cells)
    items, member_of = np.unique(pattern * n_classes + of_class, return_inverse=True)
    item_log2 = log2_sum(log2_behaviour, member_of, len(items))
    item_pattern, item_class = np.divmod(items, n_classes)
    is_first = np.diff(pattern, prepend=-1) > 0
    example = np.flatnonzero(is_first)

    peak = np.full((n_classes, n_training + 1), -np.inf)
    total = np.zeros((n_classes, n_training + 1))

    def add(patterns: np.ndarray, place: np.ndarray, mine: np.ndarray) -> None:
        # Without columns there are integrals, which may overflow; the kernel adds, so it must not be begun twice.
        seconds = ITEM * len(mine) * (n_training + 1) if n_training <= MOST_ROWS_OF_COLUMNS else np.inf
        add_items = suited(add_mass_by_prefix, seconds, COMPILING)
        add_items(
            np.ascontiguousarray(census.predictions[patterns][:, cells], dtype=np.int16),
            rows,
            tables,
            place,
            item_class[mine],
            item_log2[mine],
            peak,
            total,
        )

    leads = np.zeros(len(items), dtype=np.bool_)
    if n_training > MANY_ROWS:
        first = _leaders(item_log2 + likelihood[example[item_pattern]], item_class)
        leads[first] = True
        add(example[item_pattern[first]], np.arange(len(first)), first)
    for block in blocks(len(example), len(cells)):
        mine = np.arange(*np.searchsorted(item_pattern, [block.start, block.stop]))
        mine = mine[~leads[mine]]
        add(example[block], item_pattern[mine] - block.start, mine)
    return log2_scaled(total, peak)


def _leaders(log2_final: NDArray[np.float64], item_class: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the item of each class with the most mass after all training rows, the first of several, int64[<= K].

    Parameters
    ----------
    log2_final : float64[I]
        log2 mass of each item after all training rows.
    item_class : int64[I]
        As in the kernel.
    """
    falling = np.argsort(-log2_final, kind="stable")
    return falling[np.unique(item_class[falling], return_index=True)[1]]
