"""Compiled search for functions whose circuit is two smaller circuits that share no gate.

Either a last gate joins the two, or the one is put in the place of an input of the other. Functions are normal; of the
larger circuit one function of each orbit is enough, since all that renamed inputs make of a result is marked with it.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

import numpy as np

from mesaprior._jit import njit
from mesaprior.hypotheses.circuits.kernels import combined, renamed
from mesaprior.hypotheses.circuits.least.kernels import is_marked, mark_orbit


@njit
def write_renamed(symmetries, function, orbit, way, image):
    """Write what renamed inputs make of tuples of normal functions.

    Parameters
    ----------
    symmetries : Symmetries
    function : uint64[k, r]
    orbit, way : int64[M]
        Which tuple, and how the inputs are renamed.
    image : uint64[M, r]
        Written.
    """
    for m in range(len(orbit)):
        for k in range(function.shape[1]):
            image[m, k] = renamed(symmetries, way[m], function[orbit[m], k])


@njit
def find_joined(symmetries, P, one, other, stop_at, found):
    """Find the functions of circuits whose last gate joins two circuits.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    one : uint64[a, 1 + p]
        A function of each orbit, and the gates of its circuit.
    other : uint64[b, 1 + q]
        All functions of some orbits, with their gates.
    stop_at : int
        It ends early when so many functions are marked.
    found : Found
        Of p + q + 1 gates; what is marked is not found again.
    """
    n_one, n_other = one.shape[1] - 1, other.shape[1] - 1
    for i in range(len(one)):
        for j in range(len(other)):
            for p in range(P):
                function = combined(p, one[i, 0], other[j, 0])
                if not is_marked(found.marked, function):
                    row = found.used[0]
                    for k in range(n_one):
                        found.gates[row, k] = one[i, 1 + k]
                    for k in range(n_other):
                        found.gates[row, n_one + k] = other[j, 1 + k]
                    found.gates[row, n_one + n_other] = function
                    found.used[0] = row + 1
                    mark_orbit(symmetries, function, found)
        if found.used[1] >= stop_at:
            return


@njit
def _replaced(symmetries, function, v, by):
    """Return a function after another is put in the place of input v."""
    stride = np.uint64(1 << (symmetries.n - 1 - v))
    low, high = function & symmetries.where[v, 0], function & symmetries.where[v, 1]
    return ((low | low << stride) & ~by) | ((high | high >> stride) & by)


@njit
def _normal(symmetries, function):
    return function ^ symmetries.full if function & np.uint64(1) else function


@njit
def find_replaced(symmetries, P, one, v, other, stop_at, found):
    """Find the functions of circuits in which input v is used by one gate only, whose other operand is a circuit apart.

    Parameters
    ----------
    symmetries : Symmetries
    P : int
    one : uint64[a, 1 + p]
        The circuit above that gate, in which the gate stands for input v: a function of each orbit, and its gates.
    v : int
    other : uint64[b, 1 + q]
        The other operand, a function that does not depend on input v: all of some orbits, with their gates.
    stop_at : int
        It ends early when so many functions are marked.
    found : Found
        Of p + q + 1 gates.

    Notes
    -----
    The orbit of the larger function leaves the polarity of the input open, so the gate is put in both ways.
    """
    n_one, n_other = one.shape[1] - 1, other.shape[1] - 1
    x = symmetries.where[v, 1]
    stride = np.uint64(1 << (symmetries.n - 1 - v))
    for i in range(len(one)):
        above = one[i, 0]
        low, high = above & symmetries.where[v, 0], above & symmetries.where[v, 1]
        low, high = low | low << stride, high | high >> stride
        if low == high:
            continue
        for j in range(len(other)):
            for p in range(P):
                # The others are these after input v is complemented, or their complements.
                if p == 2 or p == 3:
                    continue
                gate = combined(p, x, other[j, 0])
                for flip in range(2):
                    by = gate ^ symmetries.full if flip else gate
                    function = _normal(symmetries, (low & ~by) | (high & by))
                    if is_marked(found.marked, function):
                        continue
                    row = found.used[0]
                    for k in range(n_other):
                        found.gates[row, k] = other[j, 1 + k]
                    found.gates[row, n_other] = gate
                    for k in range(n_one):
                        found.gates[row, n_other + 1 + k] = _normal(
                            symmetries, _replaced(symmetries, one[i, 1 + k], v, by)
                        )
                    found.used[0] = row + 1
                    mark_orbit(symmetries, function, found)
        if found.used[1] >= stop_at:
            return
