"""Compiled kernels of inference: arrays in, arrays out; they know no classes and never raise."""

import numpy as np

from mesaprior._jit import njit

NEGLIGIBLE = -120.0
"""Bits below the largest term at which a term is left out: 2^40 of them would not change a double."""


@njit
def add_mass_by_prefix(predictions, training, terms, item_row, item_class, item_log2, peak, total):
    """Add the log2 masses of items to running sums by class and training prefix.

    Parameters
    ----------
    predictions : int16[P, D]
        Action, or -1 for an abstention, of each prediction pattern in each training cell.
    training : int64[2, N]
        Training cell and the teacher's action of each training row.
    terms : float64[4, N + 1]
        log2 likelihood factors by hits, misses, scored rows and abstentions.
    item_row, item_class : int64[I]
        Pattern and class of each item.
    item_log2 : float64[I]
        log2 prior mass of each item.
    peak, total : float64[K, N + 1]
        Changed in place: the sum for a class and prefix is ``total * 2**peak``; start with -inf and 0.

    Notes
    -----
    The sums are taken in the order of the items and depend on nothing else. Time is O(I * N), memory O(1).
    """
    n_training = training.shape[1]
    for i in range(item_row.shape[0]):
        row = item_row[i]
        k = item_class[i]
        hits = 0
        misses = 0
        for n in range(n_training + 1):
            scored = hits + misses
            x = item_log2[i] + (terms[0, hits] + terms[1, misses] + terms[2, scored] + terms[3, n - scored])
            if x == -np.inf:
                # A likelihood that is 0 stays 0 on every longer prefix.
                break
            gap = x - peak[k, n]
            if gap > 0.0:
                total[k, n] = total[k, n] * np.exp2(-gap) + 1.0
                peak[k, n] = x
            elif gap > NEGLIGIBLE:
                total[k, n] += np.exp2(gap)
            if n < n_training:
                predicted = predictions[row, training[0, n]]
                if predicted == training[1, n]:
                    hits += 1
                elif predicted >= 0:
                    misses += 1
