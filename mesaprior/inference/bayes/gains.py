"""Likelihoods of many similar tallies, quickly and to a millionth of a bit, for bounds.

Where the cut at chance is felt each likelihood is an integral. On t = h + m rows, with z the standard deviations by
which misses exceed those of chance, it is a smooth function of t and z, so it is interpolated between few of them.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import suited
from mesaprior.inference.bayes.cut import INTEGRAL, chance, log2_of_tallies

if TYPE_CHECKING:
    from mesaprior.inference.bayes.kernels import Tables

FEWEST = 256
"""Tallies from which on they are interpolated."""

FARTHEST = 12.0
"""Standard deviations from chance beyond which they are not."""

WIDEST = 1.5
"""Factor between the most and the fewest rows up to which they are."""

POINT = 5e-5
"""Seconds that plain Python takes to interpolate for a tally, about."""

ALIKE = 1.02
"""Factor between the most and the fewest rows up to which few nodes do."""


def log2_gains(tables: Tables, hits: NDArray[np.int64], misses: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the log2 likelihood of tallies over that of chance on as many rows, float64[I].

    Parameters
    ----------
    tables : Tables
    hits, misses : int64[I]
        At most as many rows as the tables are for.

    Notes
    -----
    Off by 1e-6 bits at most, and by the rounding of the logarithms. Time is O(I) where there are many.
    """
    from mesaprior.inference.bayes.kernels import SMOOTH

    rows, A = hits + misses, tables.density.n_actions
    found = np.empty(len(hits))
    is_between = np.zeros(len(hits), dtype=np.bool_)
    if len(hits) >= FEWEST and A:
        is_felt = (misses >= tables.felt_from[rows]) & (misses >= SMOOTH)
        excess = _excess(rows, misses, A)
        is_between = is_felt & (np.abs(excess) <= FARTHEST)
        some = rows[is_between]
        if len(some) < FEWEST or some.max() > WIDEST * some.min() or chance(A) * some.min() < 4 * FARTHEST**2 + SMOOTH:
            is_between[:] = False
        else:
            found[is_between] = _interpolated(tables, some, excess[is_between])
    left = ~is_between
    likelihood = log2_of_tallies(tables, hits[left], misses[left], np.zeros_like(hits[left]), has_columns=False)
    found[left] = likelihood - tables.factors[3][rows[left]]
    return found


def _excess(rows: np.ndarray, misses: np.ndarray, n_actions: int) -> NDArray[np.float64]:
    """Return by how many standard deviations misses exceed those of chance; 0 without rows."""
    c = chance(n_actions)
    return (misses - c * rows) / np.sqrt(c * (1 - c) * np.maximum(rows, 1))


def _interpolated(tables: Tables, rows: np.ndarray, excess: np.ndarray) -> NDArray[np.float64]:
    """Return log2 R - log2 R(a, b) at these rows and excesses, float64[I]."""
    from mesaprior.inference.bayes.kernels import interpolate, log2_ratios_between

    c = chance(tables.density.n_actions)
    log_rows = np.log(rows)
    t_nodes = nodes(log_rows, 4 if rows.max() <= ALIKE * rows.min() else 12)
    z_nodes = nodes(excess, min(48, 12 + math.ceil(3 * np.ptp(excess))))
    t, z = np.meshgrid(np.exp(t_nodes), z_nodes, indexing="ij")
    misses = c * t + z * np.sqrt(c * (1 - c) * t)
    integrate = suited(log2_ratios_between, INTEGRAL * t.size)
    ratios = integrate(tables.density, (t - misses).ravel(), misses.ravel()).reshape(t.shape)
    between = suited(interpolate, POINT * len(rows))
    return between(log_rows, excess, t_nodes, z_nodes, ratios) - tables.density.log2_ratio


def nodes(values: np.ndarray, n: int) -> NDArray[np.float64]:
    """Return the nodes of Chebyshev over the range of values, float64[n]."""
    low, high = float(values.min()), float(values.max())
    # A range of one value is widened: nodes are not to coincide.
    half = max((high - low) / 2, 1e-6 * max(1.0, abs(high)))
    return (low + high) / 2 + half * np.cos((2 * np.arange(n) + 1) * math.pi / (2 * n))
