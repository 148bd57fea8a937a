"""Sums of counts that never wrap."""

from __future__ import annotations

import numpy as np


def exact_sum(counts: np.ndarray) -> int:
    """Return the sum of ``uint64`` counts as an exact integer that never wraps."""
    # Halves are summed apart: up to 2^32 of them fit into 64 bits.
    low = int((counts & np.uint64(0xFFFFFFFF)).sum(dtype=np.uint64))
    return (int((counts >> np.uint64(32)).sum(dtype=np.uint64)) << 32) + low
