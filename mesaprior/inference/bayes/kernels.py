"""Compiled kernels of inference: arrays in, arrays out; they know no classes and never raise.

The likelihood of a Beta density that is cut off at chance rests on one function, the *cut ratio*

    R(p, q) = B(c; p, q) / (c^p (1 - c)^q),    c = (A - 1) / A,

the integral of the density up to the cut over what stands under it at the cut (``docs/reference/posterior.md``).
"""

import math
from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

NEGLIGIBLE = -120.0
"""Bits below the largest term at which a term is left out: 2^40 of them would not change a double."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(64)
"""The rule of Gauss and Legendre: exact for a Gauss curve over 18 standard deviations, to some 1e-15."""

FALL = 40.0
"""By how many nats an integrand has fallen where its integral is cut off."""

SMOOTH = 32
"""Multiples of so many misses are integrated for; what lies between follows from the next one above."""

FRESH, WORN = 50.0, 2000.0
"""Rounding errors of a ratio that was just integrated, and those at which one that is carried on is integrated anew."""


class Density(NamedTuple):
    """Beta(a, b), cut off at chance.

    Attributes
    ----------
    a, b : float
        Pseudo-counts of misses and hits.
    tilt : float
        ``b - (a - 1) / (A - 1)``, rounded once: large pseudo-counts cancel here.
    n_actions : int
        A, at least 2.
    log2_ratio : float
        log2 R(a, b).
    """

    a: float
    b: float
    tilt: float
    n_actions: int
    log2_ratio: float


class Columns(NamedTuple):
    """Likelihoods where the cut is felt, by misses and then hits; each column is filled as far as it was needed.

    Attributes
    ----------
    start : int64[n + 2]
        Where the column of each number of misses starts; empty where there are no columns.
    n_filled : int64[n + 1]
        How many entries of each column there are.
    ratio : float64[n + 1]
        R(a + m, b + h) of the next entry of each column.
    log2_likelihood : float64[start[-1]]
    """

    start: np.ndarray
    n_filled: np.ndarray
    ratio: np.ndarray
    log2_likelihood: np.ndarray


class Tables(NamedTuple):
    """How likely tallies are, for look-up.

    Attributes
    ----------
    factors : float64[4, n + 1]
        log2 factors by hits, misses, scored rows and abstentions; the last is ``-k log2 A``.
    felt_from : int64[n + 1]
        Least misses among so many scored rows at which the factors are not all; one more than rows where they always
        are. It never falls.
    density : Density
    columns : Columns
    """

    factors: np.ndarray
    felt_from: np.ndarray
    density: Density
    columns: Columns


@njit
def log2_rising(start, unit, n):
    """Return log2 of the products of start/unit, (start + 1)/unit, ..., by their number 0..n, float64[n + 1].

    The sum of logarithms is compensated.
    """
    table = np.zeros(n + 1)
    total = 0.0
    carry = 0.0
    for k in range(n):
        term = math.log2((start + k) / unit) - carry
        new_total = total + term
        carry = (new_total - total) - term
        total = new_total
        table[k + 1] = total
    return table


@njit
def _log1p_less(v):
    """Return log(1 + v) - v for v in (-1, 0], without cancellation."""
    if v < -0.5:
        return math.log1p(v) - v
    # log(1 + v) = 2 artanh r, and 2 r - v = -r v.
    r = v / (2.0 + v)
    square = r * r
    total = 0.0
    power = 1.0
    k = 3
    while power > 1e-17 * k * total:
        total += power / k
        power *= square
        k += 2
    return r * (2.0 * square * total - v)


@njit
def _expm1_less(x):
    """Return exp(x) - 1 - x for x from 0 upwards, without cancellation."""
    if x > 1.0:
        return math.expm1(x) - x
    total = 0.0
    term = 0.5 * x * x
    k = 3
    while term > 1e-17 * total:
        total += term
        term *= x / k
        k += 1
    return total


@njit
def _exponent(x, p, odds, tilt):
    """Return the logarithm of the integrand of `_integral`: 0 at x = 0, and concave."""
    w = odds * math.expm1(x)
    if w >= 1.0:
        return -np.inf
    return tilt * x + (p - 1.0) * (_log1p_less(-w) - odds * _expm1_less(x))


@njit
def _integral(p, q, odds, tilt):
    """Return R(p, q) for the cut c = 1/(1 + odds), p from `SMOOTH` upwards, as a factor and a power of e.

    Parameters
    ----------
    p, q : float
    odds : float
        (1 - c)/c.
    tilt : float
        q - (p - 1) * odds.

    Notes
    -----
    With t = 1 - (1 - c) e^x, R is (1 + odds) times the integral of e^(qx) (1 - odds (e^x - 1))^(p - 1) over x from 0 to
    -log(1 - c). The integrand is log-concave; it is integrated over where it is within e^-FALL of its largest value.
    """
    end = math.log1p(1.0 / odds)
    mode = 0.0
    if tilt > 0.0:
        mode = min(math.log1p(tilt / (odds * (p - 1.0 + q))), end)
    slope = max(-tilt, 0.0)
    room = 1.0 + odds - odds * math.exp(mode)
    # The curvature grows with x: to the right a parabola lies above the exponent, to the left below it.
    bend = (p - 1.0) * odds * (1.0 + odds) * math.exp(mode) / (room * room)
    high = min(end, mode + 2.0 * FALL / (slope + math.sqrt(slope * slope + 2.0 * FALL * bend)))
    top = _exponent(mode, p, odds, tilt)
    left = math.sqrt(2.0 * FALL / bend)
    while mode > left and top - _exponent(mode - left, p, odds, tilt) < FALL:
        left *= 1.25
    low = max(0.0, mode - left)
    half, middle = 0.5 * (high - low), 0.5 * (high + low)
    total = 0.0
    for i in range(NODES.shape[0]):
        total += WEIGHTS[i] * math.exp(_exponent(middle + half * NODES[i], p, odds, tilt) - top)
    return (1.0 + odds) * half * total, top


@njit
def _ratio(density, hits, misses):
    """Return R(a + m, b + h) as a factor and a power of e, and R(a + m + 1, b + h) over it."""
    above = SMOOTH * (misses // SMOOTH + 1)
    p, q, others = density.a + misses, density.b + hits, density.n_actions - 1.0
    tilt = density.tilt + (others * hits - above) / others
    ratio, power = _integral(density.a + above, q, 1.0 / others, tilt)
    one = math.exp(-power)
    next_ratio = ratio
    for k in range(above - misses - 1, -1, -1):
        next_ratio = ratio
        ratio = ((p + k + q) * others / density.n_actions * ratio + one) / (p + k)
    return ratio, power, next_ratio / ratio


@njit
def log2_ratio(density, hits, misses):
    """Return log2 R(a + m, b + h)."""
    ratio, power, _ = _ratio(density, hits, misses)
    return math.log2(ratio) + power / math.log(2.0)


@njit
def log2_mass_below(density):
    """Return log2 of the mass that Beta(a, b) has below the cut: log2 of B(c; a, b) / B(a, b), at most 0."""
    # The mass above it is that of Beta(b, a) below 1 - c: hits and misses change places.
    others = density.n_actions - 1.0
    tilt = density.a - (density.b + SMOOTH - 1.0) * others
    above, power = _integral(density.b + SMOOTH, density.a, others, tilt)
    one = math.exp(-power)
    for k in range(SMOOTH - 1, -1, -1):
        above = ((density.a + density.b + k) / density.n_actions * above + one) / (density.b + k)
    gap = math.log2(above) + power / math.log(2.0) - density.log2_ratio
    return -(max(gap, 0.0) + math.log1p(math.exp2(-abs(gap))) / math.log(2.0))


@njit
def log2_ratios(density, hits, misses):
    """Return log2 R(a + m, b + h) of tallies, float64[K]; some 4 microseconds each."""
    found = np.empty(hits.shape[0])
    for k in range(hits.shape[0]):
        found[k] = log2_ratio(density, hits[k], misses[k])
    return found


@njit
def miss_rates(density, hits, misses):
    """Return B(c; a + m + 1, b + h) / B(c; a + m, b + h) of tallies, the mean of eps, float64[K]; at most c."""
    found = np.empty(hits.shape[0])
    chance = (density.n_actions - 1.0) / density.n_actions
    for k in range(hits.shape[0]):
        _, _, growth = _ratio(density, hits[k], misses[k])
        found[k] = chance * min(growth, 1.0)
    return found


@njit
def ratios_without_hits(density, felt_from):
    """Return R(a + m, b) by misses m, float64[n + 1]; 0 where the cut is not felt."""
    found = np.zeros(felt_from.shape[0])
    others = density.n_actions - 1.0
    for first in range(0, felt_from.shape[0], SMOOTH):
        last = min(first + SMOOTH, felt_from.shape[0]) - 1
        if felt_from[last] > last:
            continue
        above = first + SMOOTH
        tilt = density.tilt - above / others
        ratio, power = _integral(density.a + above, density.b, 1.0 / others, tilt)
        one = math.exp(-power)
        for m in range(above - 1, first - 1, -1):
            p = density.a + m
            ratio = ((p + density.b) * others / density.n_actions * ratio + one) / p
            if m <= last and felt_from[m] <= m:
                found[m] = ratio * math.exp(power)
    return found


@njit
def _fill(tables, misses, most_hits):
    """Fill the column of a number of misses up to some hits: all terms are positive, so that errors shrink."""
    density, columns = tables.density, tables.columns
    start = columns.start[misses]
    ratio = columns.ratio[misses]
    scored = density.a + misses + density.b
    for hits in range(columns.n_filled[misses], most_hits + 1):
        chance = tables.factors[3, misses + hits]
        columns.log2_likelihood[start + hits] = math.log2(ratio) - density.log2_ratio + chance
        ratio = density.n_actions * ((density.b + hits) * ratio + 1.0) / (scored + hits)
    if misses == 0:
        columns.log2_likelihood[0] = 0.0
    columns.ratio[misses] = ratio
    columns.n_filled[misses] = most_hits + 1


@njit
def _in_column(tables, hits, misses):
    """Return the log2 likelihood of hits and misses where the cut is felt, by the columns."""
    if hits >= tables.columns.n_filled[misses]:
        _fill(tables, misses, hits)
    return tables.columns.log2_likelihood[tables.columns.start[misses] + hits]


@njit
def look_up(tables, hits, misses, abstained, found):
    """Look up the log2 likelihood of tallies, int64[K] each, into float64[K]; where there are columns."""
    for k in range(hits.shape[0]):
        scored = hits[k] + misses[k]
        if misses[k] < tables.felt_from[scored]:
            fit = tables.factors[0, hits[k]] + tables.factors[1, misses[k]] + tables.factors[2, scored]
        else:
            fit = _in_column(tables, hits[k], misses[k])
        found[k] = fit + tables.factors[3, abstained[k]]


@njit
def add_mass_by_prefix(predictions, training, tables, item_row, item_class, item_log2, peak, total):
    """Add the log2 masses of items to running sums by class and training prefix.

    Parameters
    ----------
    predictions : int16[P, D]
        Action, or -1 for an abstention, of each prediction pattern in each training cell.
    training : int64[2, N]
        Training cell and the teacher's action of each training row.
    tables : Tables
        Of N rows.
    item_row, item_class : int64[I]
        Pattern and class of each item.
    item_log2 : float64[I]
        log2 prior mass of each item.
    peak, total : float64[K, N + 1]
        Changed in place: the sum for a class and prefix is ``total * 2**peak``; start with -inf and 0.

    Notes
    -----
    The sums are taken in the order of the items and depend on nothing else. Time is O(I * N), and at most O(N^2) for
    columns.

    The factors bound a likelihood from above, and so does A^-(h + m) where misses are as frequent as by chance or more:
    the cut costs nothing where these put an item below what counts. Where it is felt and there are no columns, an item
    carries its ratio from row to row. A hit makes the relative error of a ratio smaller, a miss larger; what rounding
    adds up to is followed, and the ratio integrated anew once it may be off by `WORN` roundings.
    """
    n_training = training.shape[1]
    density = tables.density
    others = density.n_actions - 1
    has_columns = tables.columns.start.shape[0] > 0
    for i in range(item_row.shape[0]):
        row = item_row[i]
        k = item_class[i]
        hits = 0
        misses = 0
        # R of the tally, where there are no columns; 0 while it is not known.
        ratio = 0.0
        error = 0.0
        for n in range(n_training + 1):
            scored = hits + misses
            idle = tables.factors[3, n - scored]
            factors = tables.factors[0, hits] + tables.factors[1, misses] + tables.factors[2, scored]
            x = item_log2[i] + (factors + idle)
            if x == -np.inf:
                # A likelihood that is 0 stays 0 on every longer prefix.
                break
            if x - peak[k, n] > NEGLIGIBLE and misses >= tables.felt_from[scored]:
                if misses >= others * hits:
                    x = min(x, item_log2[i] + tables.factors[3, n])
                if x - peak[k, n] > NEGLIGIBLE:
                    if has_columns:
                        x = item_log2[i] + (_in_column(tables, hits, misses) + idle)
                    else:
                        if ratio == 0.0:
                            ratio, power, _ = _ratio(density, hits, misses)
                            ratio *= math.exp(power)
                            error = FRESH
                        x = item_log2[i] + (math.log2(ratio) - density.log2_ratio + tables.factors[3, n])
            gap = x - peak[k, n]
            if gap > 0.0:
                total[k, n] = total[k, n] * math.exp2(-gap) + 1.0
                peak[k, n] = x
            elif gap > NEGLIGIBLE:
                total[k, n] += math.exp2(gap)
            if n < n_training:
                predicted = predictions[row, training[0, n]]
                is_hit = predicted == training[1, n]
                if ratio > 0.0 and predicted >= 0:
                    ratio, error = _carry(density, hits, misses, ratio, error, is_hit)
                hits += is_hit
                misses += predicted >= 0 and not is_hit


@njit
def _carry(density, hits, misses, ratio, error, is_hit):
    """Return R after one more row, and its relative error in roundings; 0 where it has to be worked out anew."""
    scored = density.a + density.b + hits + misses
    if is_hit:
        weighted = (density.b + hits) * ratio
        ratio = density.n_actions * (weighted + 1.0) / scored
        error = error * weighted / (weighted + 1.0) + 1.0
    else:
        weighted = (density.a + misses) * ratio
        left = weighted - 1.0
        ratio = density.n_actions * left / ((density.n_actions - 1) * scored)
        error = (error + 1.0) * weighted / left
    # A great ratio is one whose cut is hardly felt.
    return (ratio, error) if error <= WORN and ratio < 1e250 else (0.0, 0.0)
