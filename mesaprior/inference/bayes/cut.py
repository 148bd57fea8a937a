"""Likelihoods of tallies, with and without a Beta density of the miss rate that is truncated at chance.

Sizes: A actions; c = (A - 1)/A is the miss rate of chance. See ``docs/reference/posterior.md`` for the formulas.
"""

from __future__ import annotations

import math
import threading
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import suited

if TYPE_CHECKING:
    from mesaprior.inference.bayes.kernels import Columns, Density, Tables

RISING, INTEGRAL, LOOKING_UP = 2e-7, 2e-4, 5e-6
"""Seconds that plain Python takes for a factor, for an integral and for a tally that is looked up, about."""

MOST_ROWS_OF_COLUMNS = 4096
"""Tables of up to so many rows have columns, in which a likelihood is looked up; longer ones are integrated anew."""

SHORT = 512
"""Tables of logs of up to so many rows are kept: the largest have a megabyte."""

UNFELT = 56 * math.log(2)
"""Nats of a bound on the mass above the cut from which on what is left below it is 1 as a double."""


def chance(n_actions: int) -> float:
    """Return c = (A - 1)/A, the share of misses of who draws actions by chance."""
    return (n_actions - 1) / n_actions


def tables_of_factors(factors: NDArray[np.float64]) -> Tables:
    """Return the tables of a likelihood that is a product of four factors, for a noise model of one's own.

    Parameters
    ----------
    factors : float64[4, n + 1]
        log2 factors by hits, misses, scored rows and abstentions, 0 for none; an abstention has probability 1/A.
    """
    from mesaprior.inference.bayes.kernels import Density, Tables

    n: int = factors.shape[1]
    never = np.arange(1, n + 1)
    density = Density(0.0, 0.0, 0.0, 0, 0.0)
    return Tables(factors, never, density, _columns(density, never))


def tables_of_beta(a: float, b: float, n_rows: int, n_actions: int) -> Tables:
    """Return the tables where eps is integrated out under Beta(a, b), cut off at chance.

    Parameters
    ----------
    a, b : float
        Pseudo-counts of misses and hits.
    n_rows : int
        The largest tally that is looked up.
    n_actions : int
        A.

    Notes
    -----
    Where the density of a tally has all of its mass below the cut, up to 2^-56, the likelihood is that without a cut,
    (a)_m (b)_h / (a + b)_(m + h) * (A - 1)^-m with rising factorials, over the mass of Beta(a, b) below c: a product.
    Elsewhere it is A^-(h + m) R(a + m, b + h) / R(a, b), with the cut ratio R of the kernels. Neither takes differences
    of large logarithms, so large pseudo-counts lose nothing.

    Time is O(n_rows), with an integral of some 4 microseconds for every 32 rows where there are columns.
    """
    from mesaprior.inference.bayes.kernels import Tables, log2_mass_below, log2_rising

    density, felt_from = density_of(a, b, n_actions), misses_felt_from(a, b, n_rows, n_actions)
    # Divided by about the largest of them, the numbers that are multiplied leave small logarithms to add up.
    unit = 2.0 ** math.floor(math.log2(a + b + n_rows))
    factors = np.empty((4, n_rows + 1))
    rising = suited(log2_rising, 3 * RISING * n_rows)
    factors[0] = rising(b, unit, n_rows)
    factors[1] = rising(a, unit * (n_actions - 1), n_rows)
    factors[2] = -rising(a + b, unit, n_rows)
    if not felt_from[0]:
        factors[2] -= suited(log2_mass_below, INTEGRAL)(density)
    factors[3] = -np.arange(n_rows + 1) * math.log2(n_actions)
    return Tables(factors, felt_from, density, _columns(density, felt_from))


class _OfThread(threading.local):
    """Tables of short logs that one thread keeps: columns are filled in as they are asked for, so none is shared."""

    def __init__(self) -> None:
        self.tables = lru_cache(maxsize=64)(tables_of_beta)


_KEPT = _OfThread()


def tables_of_short_logs(a: float, b: float, n_rows: int, n_actions: int) -> Tables:
    """Return `tables_of_beta` of at most `SHORT` rows; filled entries are kept for later calls in this thread.

    Parameters
    ----------
    a, b, n_rows, n_actions
        As in `tables_of_beta`.

    Returns
    -------
    Tables
        For this thread alone.
    """
    return _KEPT.tables(a, b, n_rows, n_actions)


def density_of(a: float, b: float, n_actions: int) -> Density:
    """Return Beta(a, b) cut off at chance among so many actions, as the kernels take it.

    Parameters
    ----------
    a, b : float
        Pseudo-counts of misses and hits.
    n_actions : int
        A, at least 2.

    Returns
    -------
    Density
    """
    from mesaprior.inference.bayes.kernels import Density, log2_ratio

    tilt = Fraction(b) - (Fraction(a) - 1) / (n_actions - 1)
    density = Density(float(a), float(b), float(tilt), n_actions, 0.0)
    return density._replace(log2_ratio=float(suited(log2_ratio, INTEGRAL)(density, 0, 0)))


def misses_felt_from(a: float, b: float, n_rows: int, n_actions: int) -> NDArray[np.int64]:
    """Return the least misses among so many scored rows at which the cut may be felt.

    Parameters
    ----------
    a, b, n_rows, n_actions
        As in `tables_of_beta`.

    Returns
    -------
    int64[n_rows + 1]
        One more than the scored rows where it is felt nowhere.

    Notes
    -----
    The mass of Beta(p, q) above c is at most the probability of at most p successes in p + q - 2 trials of probability
    c: exactly so for whole numbers, and the 2 makes up for their fractions. Bernstein's inequality bounds that.
    """
    c, scored = chance(n_actions), np.arange(n_rows + 1)
    rows = a + b + scored
    short = UNFELT / 3 + np.sqrt((UNFELT / 3) ** 2 + 2 * UNFELT * c * (1 - c) * rows)
    most = np.floor(c * (rows - 2) - short - a)
    return np.clip(most + 1, 0, scored + 1).astype(np.int64)


def mean_miss_rates(
    a: float, b: float, hits: NDArray[np.int64], misses: NDArray[np.int64], n_actions: int
) -> NDArray[np.float64]:
    """Return the mean of eps given tallies, under Beta(a, b) cut off at chance.

    Parameters
    ----------
    a, b : float
        Pseudo-counts of misses and hits.
    hits, misses : int64[K]
    n_actions : int
        A.

    Returns
    -------
    float64[K]
        At most c = (A - 1)/A.
    """
    from mesaprior.inference.bayes.kernels import miss_rates

    scored = hits + misses
    mean = (a + misses) / (a + b + scored)
    felt = misses >= misses_felt_from(a, b, int(scored.max(initial=0)), n_actions)[scored]
    if felt.any():
        (some_hits, some_misses), place = _distinct(hits[felt], misses[felt])
        rates = suited(miss_rates, INTEGRAL * len(some_hits))
        mean[felt] = rates(density_of(a, b, n_actions), some_hits, some_misses)[place]
    return mean


def log2_of_tallies(
    tables: Tables,
    hits: NDArray[np.int64],
    misses: NDArray[np.int64],
    abstained: NDArray[np.int64],
    *,
    has_columns: bool = True,
) -> NDArray[np.float64]:
    """Return the log2 likelihood of tallies by tables.

    Parameters
    ----------
    tables : Tables
    hits, misses, abstained : int64[...]
        Of one shape; at most as many rows as the tables are for.
    has_columns : bool
        Whether columns are filled, where the tables have them: it pays for many tallies, or many calls.

    Returns
    -------
    float64[...]
        Bits, -inf where the likelihood is 0.
    """
    from mesaprior.inference.bayes.kernels import log2_ratios, look_up

    shape, (hits, misses, abstained) = flat(hits, misses, abstained)
    scored = hits + misses
    felt = misses >= tables.felt_from[scored]
    if has_columns and len(tables.columns.start) and felt.any():
        found = np.empty(len(hits))
        suited(look_up, LOOKING_UP * len(hits))(tables, hits, misses, abstained, found)
        return found.reshape(shape)
    found = tables.factors[0][hits] + tables.factors[1][misses] + tables.factors[2][scored]
    if felt.any():
        (some_hits, some_misses), place = _distinct(hits[felt], misses[felt])
        integrate = suited(log2_ratios, INTEGRAL * len(some_hits))
        ratios = integrate(tables.density, some_hits, some_misses) - tables.density.log2_ratio
        found[felt] = (ratios + tables.factors[3][some_hits + some_misses])[place]
    return (found + tables.factors[3][abstained]).reshape(shape)


def flat(*tallies: np.ndarray) -> tuple[tuple[int, ...], list[np.ndarray]]:
    """Return the common shape of tallies, and each of them as int64[K]."""
    same = np.broadcast_arrays(*tallies)
    return same[0].shape, [np.ascontiguousarray(counts, dtype=np.int64).reshape(-1) for counts in same]


def _columns(density: Density, felt_from: np.ndarray) -> Columns:
    """Return the columns of a density, still empty; none for long logs, or where the cut is never felt."""
    from mesaprior.inference.bayes.kernels import Columns, ratios_without_hits

    n_rows = len(felt_from) - 1
    misses = np.arange(n_rows + 1)
    if n_rows > MOST_ROWS_OF_COLUMNS or felt_from[-1] > n_rows:
        none = np.zeros(0, dtype=np.int64)
        return Columns(none, none, np.zeros(0), np.zeros(0))
    # The cut is felt up to the last number of scored rows at which it is felt with so many misses.
    sizes = np.searchsorted(felt_from, misses, side="right") - misses
    start = np.concatenate([[0], np.cumsum(np.maximum(sizes, 0))]).astype(np.int64)
    ratios = suited(ratios_without_hits, INTEGRAL * (1 + n_rows // 32))(density, felt_from)
    return Columns(start, np.zeros_like(misses), ratios, np.empty(start[-1]))


def _distinct(hits: np.ndarray, misses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct pairs of hits and misses, int64[2, K], and which of them each pair is."""
    size = int(misses.max(initial=0)) + 1
    code = hits * size + misses
    n_codes = (int(hits.max(initial=0)) + 1) * size
    if n_codes <= 4 * len(code) + 1024:
        seen = np.zeros(n_codes, dtype=np.bool_)
        seen[code] = True
        codes, place = np.flatnonzero(seen), (np.cumsum(seen) - 1)[code]
    else:
        codes, place = np.unique(code, return_inverse=True)
    return np.stack(np.divmod(codes, size)), place
