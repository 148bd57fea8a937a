"""The cut ratio R(p, q) = B(c; p, q) / (c^p (1-c)^q), c = (A-1)/A, as a fraction: exactly where it is one."""

from __future__ import annotations

import math
from fractions import Fraction

WHOLE = 4096
"""R(p, q) is computed exactly for integer q up to here."""

SPARE_BITS = 128
"""Bits that are right where R is no fraction."""


def cut_ratio(p: Fraction, q: Fraction, n_actions: int, n_misses: int = 0) -> Fraction:
    """Return R(p, q): exactly where q is whole and at most `WHOLE`, else close to it.

    Parameters
    ----------
    p, q : Fraction
        Above 0.
    n_actions : int
        A.
    n_misses : int
        How often 1 will be added to p by the recurrence, which makes the relative error larger each time.

    Notes
    -----
    R(p, 1) = A/p, and R(p, q + 1) = A (q R(p, q) + 1) / (p + q). Where q is not whole, the terms of the series
    p R(p, q) = sum of (p+q)_k / (p+1)_k c^k, all of them positive, are added up to `SPARE_BITS` beyond what n misses
    can cost: I_c(p+n, q), the share of Beta(p+n, q) below c, is at least c^(p+n) / (1 + (p+n)/q).
    """
    if q.denominator == 1 and q <= WHOLE:
        return _of_whole(p, int(q), n_actions)
    A, last = n_actions, float(p) + n_misses
    bits = 64 + SPARE_BITS + math.ceil(last * math.log2(A / (A - 1)) + math.log2(1 + last / float(q)))
    unit = math.lcm(p.denominator, q.denominator)
    above, below = int((p + q) * unit), int((p + 1) * unit)
    term = total = 1 << bits
    while term:
        term = term * above * (A - 1) // (below * A)
        total += term
        above += unit
        below += unit
    return Fraction(total, 1 << bits) / p


def _of_whole(p: Fraction, q: int, n_actions: int) -> Fraction:
    """Return R(p, q) by the recurrence in q, over the product of p + i, i = 0..q - 1, with integers only."""
    unit = p.denominator
    above, below = n_actions * unit, p.numerator
    for k in range(1, q):
        above = n_actions * unit * (k * above + below)
        below *= p.numerator + unit * k
    return Fraction(above, below)
