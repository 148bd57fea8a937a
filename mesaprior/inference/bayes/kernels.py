"""Compiled kernels of inference: arrays in, arrays out; they know no classes and never raise.

The likelihood of a Beta density that is cut off at chance rests on one function, the *cut ratio*

    R(p, q) = B(c; p, q) / (c^p (1 - c)^q),    c = (A - 1) / A,

the integral of the density up to the cut over what stands under it at the cut (``docs/reference/posterior.md``).
"""

# pyright: basic, reportIncompatibleMethodOverride=false

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
def log2_ratios_between(density, hits, misses):
    """Return log2 R(a + m, b + h) of tallies that need not be whole, float64[K] each; misses from `SMOOTH` upwards."""
    found = np.empty(hits.shape[0])
    others = density.n_actions - 1.0
    for k in range(hits.shape[0]):
        tilt = density.tilt + hits[k] - misses[k] / others
        ratio, power = _integral(density.a + misses[k], density.b + hits[k], 1.0 / others, tilt)
        found[k] = math.log2(ratio) + power / math.log(2.0)
    return found


@njit
def interpolate(x, y, x_nodes, y_nodes, values):
    """Return a function of two variables at points, from its values at nodes of Chebyshev, by the barycentric formula.

    Parameters
    ----------
    x, y : float64[I]
    x_nodes, y_nodes : float64[X], float64[Y]
        As `gains.nodes` gives them.
    values : float64[X, Y]

    Returns
    -------
    float64[I]
    """
    found = np.empty(x.shape[0])
    n_x, n_y = x_nodes.shape[0], y_nodes.shape[0]
    weight_x = np.array([(-1.0) ** k * math.sin((2 * k + 1) * math.pi / (2 * n_x)) for k in range(n_x)])
    weight_y = np.array([(-1.0) ** k * math.sin((2 * k + 1) * math.pi / (2 * n_y)) for k in range(n_y)])
    share = np.empty(n_y)
    for i in range(x.shape[0]):
        of_y = 0.0
        for k in range(n_y):
            # At a node its weight is far above all others: there the formula is not 0/0 but right to the last bits.
            share[k] = weight_y[k] / (y[i] - y_nodes[k] + 1e-140)
            of_y += share[k]
        total = 0.0
        of_x = 0.0
        for j in range(n_x):
            along = 0.0
            for k in range(n_y):
                along += share[k] * values[j, k]
            own = weight_x[j] / (x[i] - x_nodes[j] + 1e-140)
            total += own * along
            of_x += own
        found[i] = total / (of_x * of_y)
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


class Items(NamedTuple):
    """Behaviours of one class that agree on all training rows, and what each has met before the rows that are read.

    Attributes
    ----------
    row, of_class : int64[I]
        Row of the predictions and class of each item.
    log2 : float64[I]
        log2 prior mass.
    hits, misses : int64[I]
        Tallies on the rows before.
    """

    row: np.ndarray
    of_class: np.ndarray
    log2: np.ndarray
    hits: np.ndarray
    misses: np.ndarray


@njit
def add_mass_by_prefix(predictions, training, seen, tables, items, peak, total):
    """Add the log2 masses of items to running sums by class and training prefix, row by row.

    Parameters
    ----------
    predictions : int16[P, D]
        Action, or -1 for an abstention, of each prediction pattern in each training cell.
    training : int64[2, K - 1]
        Training cell and the teacher's action of each row that is read.
    seen : int
        Rows before these.
    tables : Tables
        Of all training rows.
    items : Items
    peak, total : float64[classes, K]
        Changed in place: the sum for a class and prefix is ``total * 2**peak``; start with -inf and 0.

    Notes
    -----
    The sums are taken in the order of the items and depend on nothing else: which other prefixes are asked for makes no
    difference, not even of a bit. Time is O(I * K), and at most O(N^2) for columns.
    """
    place = np.full(3, -1)
    ratios = np.empty(SMOOTH)
    n_rows = training.shape[1]
    for i in range(items.row.shape[0]):
        row = items.row[i]
        hits = items.hits[i]
        misses = items.misses[i]
        place[0] = -1
        for k in range(n_rows + 1):
            if not _add(tables, items, i, hits, misses, seen + k, place, ratios, peak, total, k):
                # A likelihood that is 0 stays 0 on every longer prefix.
                break
            if k < n_rows:
                predicted = predictions[row, training[0, k]]
                is_hit = predicted == training[1, k]
                hits += is_hit
                misses += predicted >= 0 and not is_hit


@njit
def add_mass_at(n, hits, misses, tables, items, peak, total):
    """Add the log2 masses of items to running sums by class at some training prefixes.

    Parameters
    ----------
    n : int64[K]
        The prefixes.
    hits, misses : int64[K, I]
        Tallies of each item there.
    tables, items, peak, total
        As in `add_mass_by_prefix`, with the same results; the tallies in `items` play no part.
    """
    place = np.full(3, -1)
    ratios = np.empty(SMOOTH)
    for i in range(items.row.shape[0]):
        place[0] = -1
        for k in range(n.shape[0]):
            _add(tables, items, i, hits[k, i], misses[k, i], n[k], place, ratios, peak, total, k)


@njit
def _add(tables, items, i, hits, misses, n, place, ratios, peak, total, k):
    """Add the mass of one item after n rows to the sum at k, and return whether it has any.

    The factors bound a likelihood from above, and so does A^-(h + m) where misses are as frequent as by chance or more:
    the cut costs nothing where these put an item below what counts.
    """
    of_class = items.of_class[i]
    log2_prior = items.log2[i]
    scored = hits + misses
    idle = tables.factors[3, n - scored]
    factors = tables.factors[0, hits] + tables.factors[1, misses] + tables.factors[2, scored]
    x = log2_prior + (factors + idle)
    if x == -np.inf:
        return False
    if x - peak[of_class, k] > NEGLIGIBLE and misses >= tables.felt_from[scored]:
        if misses >= (tables.density.n_actions - 1) * hits:
            x = min(x, log2_prior + tables.factors[3, n])
        if x - peak[of_class, k] > NEGLIGIBLE:
            if tables.columns.start.shape[0] > 0:
                x = log2_prior + (_in_column(tables, hits, misses) + idle)
            else:
                ratio = _in_block(tables.density, hits, misses, place, ratios)
                x = log2_prior + (math.log2(ratio) - tables.density.log2_ratio + tables.factors[3, n])
    gap = x - peak[of_class, k]
    if gap > 0.0:
        total[of_class, k] = total[of_class, k] * math.exp2(-gap) + 1.0
        peak[of_class, k] = x
    elif gap > NEGLIGIBLE:
        total[of_class, k] += math.exp2(gap)
    return True


@njit
def _in_block(density, hits, misses, place, ratios):
    """Return R(a + m, b + h), which is the same however the tallies came about.

    Parameters
    ----------
    density : Density
    hits, misses : int
    place : int64[3]
        Changed in place: the block of `SMOOTH` misses and that of hits in which `ratios` are, and the hits that they
        are for; the first is -1 where there are none.
    ratios : float64[SMOOTH]
        Changed in place: R for each number of misses of the block.

    Notes
    -----
    R is integrated once for each block of hits and misses, at its least hits and just above its misses. From there the
    recurrences go down in misses and up in hits: all terms are positive, so that errors shrink. An item that goes on
    from row to row takes one step for each hit, and none for a miss.
    """
    block = misses // SMOOTH
    if place[0] != block or place[1] != hits // SMOOTH or place[2] > hits:
        place[0] = block
        place[1] = hits // SMOOTH
        place[2] = place[1] * SMOOTH
        _fill_block(density, place[2], block * SMOOTH, ratios)
    scored = density.a + block * SMOOTH + density.b
    for h in range(place[2], hits):
        for k in range(SMOOTH):
            ratios[k] = density.n_actions * ((density.b + h) * ratios[k] + 1.0) / (scored + k + h)
    place[2] = hits
    return ratios[misses - block * SMOOTH]


@njit
def _fill_block(density, hits, misses, ratios):
    """Fill in R(a + m + k, b + h) by k, from an integral above them all."""
    others = density.n_actions - 1.0
    above = misses + SMOOTH
    tilt = density.tilt + (others * hits - above) / others
    ratio, power = _integral(density.a + above, density.b + hits, 1.0 / others, tilt)
    one = math.exp(-power)
    for k in range(SMOOTH - 1, -1, -1):
        p = density.a + misses + k
        ratio = ((p + density.b + hits) * others / density.n_actions * ratio + one) / p
        ratios[k] = ratio * math.exp(power)


@njit
def meetings(predictions, rows, reference, taken):
    """Count what items hit and miss on some rows, and what they and a reference both do.

    Parameters
    ----------
    predictions : int16[P, D]
        As in `add_mass_by_prefix`.
    rows : int64[I]
        Row of the predictions of each item.
    reference : int16[D]
        The predictions of the reference.
    taken : int64[D, A]
        How often the teacher took each action in each cell.

    Returns
    -------
    int64[4, I]
        Hits, misses, and the hits and misses that the reference has, too.
    """
    found = np.zeros((4, rows.shape[0]), dtype=np.int64)
    visits = taken.sum(axis=1)
    cells = np.flatnonzero(visits)
    for i in range(rows.shape[0]):
        row = rows[i]
        hits = 0
        scored = 0
        both_hit = 0
        both_scored = 0
        either_hit = 0
        for c in cells:
            mine = predictions[row, c]
            if mine < 0:
                continue
            own = taken[c, mine]
            hits += own
            scored += visits[c]
            other = reference[c]
            if other == mine:
                both_hit += own
                both_scored += visits[c]
                either_hit += own
            elif other >= 0:
                both_scored += visits[c]
                either_hit += own + taken[c, other]
        found[0, i] = hits
        found[1, i] = scored - hits
        found[2, i] = both_hit
        found[3, i] = both_scored - either_hit
    return found
