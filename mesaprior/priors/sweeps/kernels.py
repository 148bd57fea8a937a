"""Sums of 2**(offset + factor * slope) over rows, for many factors at once: the kernels of sweeps.

The inner loop goes over the factors, so that it takes as many of them at a time as the machine can, and every sum is
taken row by row, in one order.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

import math

import numpy as np

from mesaprior._jit import njit

SMALLEST = -1000.0
"""Bits below the greatest term at which a term counts as this small; 2^900 of them would not change a float64."""

WHOLE = 1.5 * 2.0**52
"""Added to and taken from a number of modest size, it rounds it to a whole one."""

# exp(f ln 2) as a power series in f; for |f| <= 1/2 the first term that is left out is below 2^-52.
C1, C2, C3 = math.log(2.0), math.log(2.0) ** 2 / 2, math.log(2.0) ** 3 / 6
C4, C5, C6 = math.log(2.0) ** 4 / 24, math.log(2.0) ** 5 / 120, math.log(2.0) ** 6 / 720
C7, C8, C9 = math.log(2.0) ** 7 / 5040, math.log(2.0) ** 8 / 40320, math.log(2.0) ** 9 / 362880
C10, C11, C12 = math.log(2.0) ** 10 / 3628800, math.log(2.0) ** 11 / 39916800, math.log(2.0) ** 12 / 479001600


@njit
def raise_peaks(offset, slope, group, factor, peak):
    """Raise the peaks to the greatest term of each group.

    Parameters
    ----------
    offset, slope : float64[D]
        Finite.
    group : int64[D]
        Group of each row.
    factor : float64[V]
    peak : float64[n_groups, V]
        Changed in place; start with -inf.
    """
    for row in range(offset.shape[0]):
        r, a, b = group[row], offset[row], slope[row]
        for j in range(factor.shape[0]):
            x = a + factor[j] * b
            peak[r, j] = x if x > peak[r, j] else peak[r, j]


@njit
def add_terms(offset, slope, group, factor, peak, total):
    """Add the terms of each group to its total, divided by 2**peak.

    Parameters
    ----------
    offset, slope, group, factor
        As in `raise_peaks`.
    peak : float64[n_groups, V]
        The greatest terms, as log2.
    total : float64[n_groups, V]
        Changed in place; start with 0.

    Notes
    -----
    Some 0.8 ns for each row and factor with vectors of 512 bits. A term is off by less than 2^-51, relatively, beyond
    the rounding of its exponent.
    """
    for row in range(offset.shape[0]):
        r, a, b = group[row], offset[row], slope[row]
        for j in range(factor.shape[0]):
            x = max((a + factor[j] * b) - peak[r, j], SMALLEST)
            whole = (x + WHOLE) - WHOLE
            f = x - whole
            p = C11 + f * C12
            p = C10 + f * p
            p = C9 + f * p
            p = C8 + f * p
            p = C7 + f * p
            p = C6 + f * p
            p = C5 + f * p
            p = C4 + f * p
            p = C3 + f * p
            p = C2 + f * p
            p = C1 + f * p
            p = 1.0 + f * p
            # The bits of 2**whole.
            scale = np.int64((np.int64(whole) + np.int64(1023)) << np.int64(52)).view(np.float64)
            total[r, j] += p * scale


@njit
def add_runs(order, starts, offset, merged):
    """Add up 2**offset over runs of rows, as log2.

    Parameters
    ----------
    order : int64[D]
        Rows, run after run.
    starts : int64[M + 1]
        Where each run starts in `order`, and the end of the last.
    offset : float64[D]
    merged : float64[M]
        Written: log2 of the sum of each run.
    """
    for run in range(merged.shape[0]):
        peak = -math.inf
        for k in range(starts[run], starts[run + 1]):
            peak = max(peak, offset[order[k]])
        total = 0.0
        for k in range(starts[run], starts[run + 1]):
            total += math.exp2(offset[order[k]] - peak)
        merged[run] = peak + math.log2(total)
