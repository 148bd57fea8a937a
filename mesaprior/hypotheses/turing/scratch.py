"""Memory for the kernels of runs."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.turing.kernels import Scratch


def make_scratch(states: int, cells: int, radius: int) -> Scratch:
    """Return memory for runs on tapes of a number of cells, and for closed sets of a number of cells to each side."""
    views = 2 * states * 4**radius
    return Scratch(
        kept=np.zeros((3, cells), dtype=np.uint8),
        # Any words will do: equal hashes are looked into.
        flip=np.random.default_rng(0).integers(0, 2**64, size=cells, dtype=np.uint64),
        seen=np.zeros(views, dtype=np.uint8),
        found=np.zeros(views, dtype=np.int32),
        half=np.zeros((2, 2**radius), dtype=np.uint8),
    )
