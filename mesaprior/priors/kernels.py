"""The machine that works out a formula in log space: one kernel for all formulas, block by block of rows.

A value has up to two forms side by side: linear, as long as it is within 2^-1020..2^1020 in magnitude, and log2 of its
magnitude. Powers turn the linear form of their exponent into a log2 magnitude, so a weight of 2^-10000 is as exact as
one of 1/2; sums and comparisons use the linear form where both sides have one. Which forms are worked out is decided
when a formula is compiled: a form that nobody reads costs nothing.

A block of values is *plain* where all of them are positive and finite. Products and powers of plain blocks need no
cases, and their loops take several rows at a time.
"""

import math

import numpy as np

from mesaprior._jit import njit

# Operations: the first three push a value, the next five change the topmost, the others take two, `SELECT` three.
COLUMN, CONSTANT, UNDEFINED = 0, 1, 2
NEGATE, LOG2, EXP, CEIL, CEIL_LOG2 = 3, 4, 5, 6, 7
ADD, MULTIPLY, DIVIDE, POWER, MIN, MAX = 8, 9, 10, 11, 12, 13
LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, UNEQUAL = 14, 15, 16, 17, 18, 19
AND, OR = 20, 21
SELECT = 22
"""Takes value, condition and otherwise: value where the condition holds, else otherwise."""

WANTS_LINEAR, WANTS_LOG = 1, 2
"""Forms of a result that somebody reads, as bits; the sign is always there."""

FIRST_LACKS_LOG, SECOND_LACKS_LOG = 1, 2
"""Operands whose log2 magnitude is not kept, as bits: it is that of their linear form."""

BLOCK = 256
"""Rows that are worked out at once; a block of a few values fits into the fastest cache."""

LINEAR = 1020.0
"""log2 of the magnitude up to which the linear form is used; beyond it, it is 0 or infinite."""

LEAST_LINEAR, GREATEST_LINEAR = 2.0**-LINEAR, 2.0**LINEAR

FRACTION = (1 << 52) - 1
"""The bits of a float64 that are 0 in powers of two; those above them are its exponent, plus 1023."""

LARGEST_WHOLE = 2.0**53
"""Beyond this, whether a number is even cannot be told."""


@njit
def sign_of(v):
    """Return -1, 0 or 1, nan for nan."""
    if v > 0.0:
        return 1.0
    return -1.0 if v < 0.0 else v * 0.0


@njit
def log_of(v):
    """Return the log2 magnitude of a linear value."""
    return math.log2(abs(v)) if v != 0.0 else -math.inf


@njit
def linear(s, l):
    """Return the linear value of a sign and a log2 magnitude; 0 or infinite beyond `LINEAR`."""
    if s == 0.0 or l < -LINEAR:
        return 0.0 * s
    if l > LINEAR:
        return s * math.inf
    return s * math.exp2(l)


@njit
def is_linear(s, v):
    """Tell whether the linear form of a value is exact."""
    return s == 0.0 or LEAST_LINEAR <= abs(v) <= GREATEST_LINEAR


@njit
def order(a, av, al, b, bv, bl):
    """Return a number below, equal to or above 0, as the first value is below, equal to or above the second."""
    if a != b:
        return a - b
    if is_linear(a, av) and is_linear(b, bv):
        return av - bv
    if al == bl:
        return 0.0
    return a if al > bl else -a


@njit
def holds(op, difference):
    """Tell whether a comparison holds, by what `order` gives."""
    if op == LESS:
        return difference < 0.0
    if op == LESS_EQUAL:
        return difference <= 0.0
    if op == GREATER:
        return difference > 0.0
    if op == GREATER_EQUAL:
        return difference >= 0.0
    return (difference == 0.0) == (op == EQUAL)


@njit
def add_logs(a, al, b, bl):
    """Return sign and log2 magnitude of the sum of two values of which one, at least, has no linear form."""
    greater, difference = max(al, bl), min(al, bl) - max(al, bl)
    if a == 0.0 or b == 0.0:
        return a + b, greater
    if a == b:
        if greater == math.inf:
            return a, greater
        return a, greater + math.log1p(math.exp2(difference)) / math.log(2.0)
    if al == bl:
        return (0.0 if al < math.inf else math.nan), -math.inf
    s = a if al > bl else b
    if greater == math.inf:
        return s, greater
    return s, greater + math.log2(-math.expm1(difference * math.log(2.0)))


@njit
def power_logs(a, al, b, bv):
    """Return sign and log2 magnitude of a power; nan for a root of a negative value."""
    if b == 0.0:
        return 1.0, 0.0
    if a == 0.0:
        return (0.0, -math.inf) if b > 0.0 else (1.0, math.inf)
    s = 1.0
    if a < 0.0:
        if bv == 0.0 or abs(bv) > LARGEST_WHOLE or bv != math.floor(bv):
            return math.nan, math.nan
        if bv % 2.0 != 0.0:
            s = -1.0
    if al == math.inf:
        return s, b * al
    # Adding 0 turns -0 into 0.
    return s, (0.0 if al == 0.0 else bv * al + 0.0)


@njit
def add(a, av, al, b, bv, bl, wanted):
    """Return the sum of two values that are defined: sign, linear form, log2 magnitude."""
    if is_linear(a, av) and is_linear(b, bv):
        v = av + bv
        return sign_of(v), v, log_of(v) if wanted & WANTS_LOG else 0.0
    s, l = add_logs(a, al, b, bl)
    return s, linear(s, l), l


@njit
def scale(op, a, av, al, b, bv, bl, wanted):
    """Return a product, quotient or power of two values that are defined: sign, linear form, log2 magnitude."""
    if op == POWER:
        s, l = power_logs(a, al, b, bv)
    elif op == MULTIPLY:
        s, l = a * b, al + bl
    elif b == 0.0:
        s, l = (a, math.inf) if a != 0.0 else (math.nan, math.nan)
    else:
        s, l = a * b, al - bl
    if l != l:  # zero times infinity, or infinity over infinity
        s = math.nan
    elif l == -math.inf:
        s = 0.0 * s
    v = 0.0
    if wanted & WANTS_LINEAR:
        if s == s and abs(l) <= LINEAR and is_linear(a, av) and is_linear(b, bv):
            # One rounding keeps whole numbers whole, and length**2 == 49 true at length 7.
            v = av * bv if op == MULTIPLY else av / bv if op == DIVIDE else math.pow(av, bv)
        else:
            v = linear(s, l)
    return s, v, l


@njit
def is_plain(s, l, n):
    """Tell whether the first n values are positive and finite."""
    others = 0
    for j in range(n):
        others += not (s[j] == 1.0 and abs(l[j]) < math.inf)
    return others == 0


@njit
def push(op, wanted, values, s, v, l, n):
    """Write a column or a constant, or what is undefined; return whether it is plain."""
    for j in range(n):
        value = math.nan if op == UNDEFINED else float(values[j])
        s[j], v[j] = sign_of(value), value
    if wanted & WANTS_LOG:
        if op == CONSTANT:
            l[:n] = log_of(v[0])
        else:
            for j in range(n):
                l[j] = log_of(v[j])
        return is_plain(s, l, n)
    return is_plain(s, v, n)


@njit
def change(op, wanted, lacks, s, v, l, n):
    """Change the topmost values in place; return whether they are plain."""
    if op == NEGATE:
        for j in range(n):
            s[j], v[j] = -s[j], -v[j]
        return False
    for j in range(n):
        if s[j] != s[j] or (op in (LOG2, CEIL_LOG2) and s[j] < 0.0):
            s[j] = v[j] = math.nan
        elif op == LOG2:
            v[j] = l[j]
            s[j] = sign_of(v[j])
        elif op == EXP:
            exponent = v[j]
            l[j] = exponent / math.log(2.0)
            s[j] = 0.0 if l[j] == -math.inf else 1.0
            if wanted & WANTS_LINEAR:
                v[j] = math.exp(exponent) if abs(l[j]) <= LINEAR else linear(s[j], l[j])
        elif op == CEIL_LOG2:
            if s[j] > 0.0 and is_linear(s[j], v[j]):
                # Read off the bits: exact, where the ceiling of a rounded logarithm need not be.
                bits = np.float64(v[j]).view(np.int64)
                v[j] = float((bits >> 52) - 1023 + ((bits & FRACTION) != 0))
            else:
                magnitude = log_of(v[j]) if lacks & FIRST_LACKS_LOG else float(l[j])
                v[j] = math.ceil(magnitude) if abs(magnitude) < math.inf else magnitude
            s[j] = sign_of(v[j])
            l[j] = log_of(v[j]) if wanted & WANTS_LOG else 0.0
        elif abs(v[j]) <= GREATEST_LINEAR:
            # What is too small for a linear form is the least bit above or below 0.
            v[j] = math.ceil(v[j]) if v[j] != 0.0 or s[j] == 0.0 else max(s[j], 0.0)
            s[j] = sign_of(v[j])
            l[j] = log_of(v[j]) if wanted & WANTS_LOG else 0.0
        elif lacks & FIRST_LACKS_LOG:
            l[j] = log_of(v[j])
    if op == LOG2 and wanted & WANTS_LOG:
        for j in range(n):
            l[j] = log_of(v[j])
    return is_plain(s, l, n) if op == EXP or wanted & WANTS_LOG else is_plain(s, v, n)


@njit
def scale_plain(op, av, al, bv, bl, n):
    """Work out log2 magnitudes of a product, quotient or power of plain blocks, unless one is infinite.

    Only the exponent of a power may be negative or 0. Returns whether it was done; if not, nothing was changed.
    """
    others = 0
    for j in range(n):
        x, y = float(al[j]), float(bv[j] if op == POWER else bl[j])
        l = x * y if op == POWER else x + y if op == MULTIPLY else x - y
        others += not abs(l) < math.inf
    if others:
        return False
    for j in range(n):
        # Adding 0 turns -0 into 0.
        al[j] = al[j] * bv[j] + 0.0 if op == POWER else al[j] + bl[j] if op == MULTIPLY else al[j] - bl[j]
    return True


@njit
def combine(op, wanted, lacks, a, av, al, b, bv, bl, n):
    """Combine the two topmost values into the first; return whether the results are plain."""
    for j in range(n):
        # Values are read as float(), so that infinity minus infinity is nan without a warning in plain Python too.
        x, xv, xl = float(a[j]), float(av[j]), float(al[j])
        y, yv, yl = float(b[j]), float(bv[j]), float(bl[j])
        if lacks and (op in (MULTIPLY, DIVIDE) or not (is_linear(x, xv) and is_linear(y, yv))):
            xl = log_of(xv) if lacks & FIRST_LACKS_LOG else xl
            yl = log_of(yv) if lacks & SECOND_LACKS_LOG else yl
        s, v, l = math.nan, math.nan, math.nan
        if op in (AND, OR):
            decided = 0.0 if op == AND else 1.0
            s = decided if decided in (x, y) else x * y
            v = s
        elif x != x or y != y:
            pass
        elif op in (MIN, MAX):
            difference = order(x, xv, xl, y, yv, yl)
            is_first = difference <= 0.0 if op == MIN else difference > 0.0
            s, v, l = (x, xv, xl) if is_first else (y, yv, yl)
        elif op >= LESS:
            v = 1.0 if holds(op, order(x, xv, xl, y, yv, yl)) else 0.0
            s = v
        elif op == ADD:
            s, v, l = add(x, xv, xl, y, yv, yl, wanted)
        else:
            s, v, l = scale(op, x, xv, xl, y, yv, yl, wanted)
        a[j], av[j], al[j] = s, v, l
    return is_plain(a, al if wanted & WANTS_LOG else av, n)


@njit
def combine_linear(op, a, av, b, bv, n):
    """Work out linear forms alone: of a comparison, sum, product or quotient whose sides have linear forms.

    Returns whether it was done; if not, nothing was changed.
    """
    others = 0
    for j in range(n):
        v = av[j] + bv[j] if op == ADD else av[j] * bv[j] if op == MULTIPLY else av[j] / bv[j] if op == DIVIDE else 1.0
        exact = is_linear(a[j], av[j]) and is_linear(b[j], bv[j]) and (op != DIVIDE or b[j] != 0.0)
        others += not (exact and is_linear(a[j] * b[j] if op in (MULTIPLY, DIVIDE) else sign_of(v), v))
    if others:
        return False
    for j in range(n):
        if op == ADD:
            av[j] = av[j] + bv[j]
        elif op == MULTIPLY:
            av[j] = av[j] * bv[j]
        elif op == DIVIDE:
            av[j] = av[j] / bv[j]
        else:
            av[j] = 1.0 if holds(op, av[j] - bv[j]) else 0.0
        a[j] = sign_of(av[j])
    return True


@njit
def select(wanted, a, av, al, holding, b, bv, bl, n):
    """Put the third value in the place of the first, where the condition does not hold."""
    for j in range(n):
        if holding[j] != holding[j]:
            a[j] = av[j] = math.nan
        elif holding[j] == 0.0:
            a[j], av[j], al[j] = b[j], bv[j], bl[j]
    return is_plain(a, al if wanted & WANTS_LOG else av, n)


@njit
def run_program(code, constants, columns, n_slots, sign, log2_magnitude):
    """Run a program on every row.

    Parameters
    ----------
    code : int64[n, 4]
        Operations in postfix order, each with the index of the column or constant that it pushes (0 otherwise), the
        forms of its result that are wanted, and the operands that lack a log2 magnitude. The last one wants logs.
    constants : float64[k]
    columns : float64[c, G]
    n_slots : int
        The most values that are held at once.
    sign, log2_magnitude : float64[G]
        Written: -1, 0 or 1, nan where the value is undefined; and log2 of the magnitude, -inf for 0.

    Returns
    -------
    int64
        The first row whose value is no weight, being negative, infinite or undefined; -1 where there is none.

    Notes
    -----
    Rows do not depend on each other, so the result of a row is the same in every call, to the last bit: plain blocks
    take the same operations as others, without the cases that cannot occur.
    """
    s, v, l = np.zeros((n_slots, BLOCK)), np.zeros((n_slots, BLOCK)), np.zeros((n_slots, BLOCK))
    constant = np.empty(BLOCK)
    wrong = -1
    plain = np.zeros(n_slots, dtype=np.bool_)
    for first in range(0, sign.shape[0], BLOCK):
        n = min(BLOCK, sign.shape[0] - first)
        top = -1
        for k in range(code.shape[0]):
            op, argument, wanted, lacks = code[k, 0], code[k, 1], code[k, 2], code[k, 3]
            if op == COLUMN:
                top += 1
                values = columns[argument, first : first + n]
                plain[top] = push(op, wanted, values, s[top], v[top], l[top], n)
            elif op <= UNDEFINED:
                top += 1
                if op == CONSTANT:
                    constant[:n] = constants[argument]
                plain[top] = push(op, wanted, constant, s[top], v[top], l[top], n)
            elif op <= CEIL_LOG2:
                plain[top] = change(op, wanted, lacks, s[top], v[top], l[top], n)
            elif op == SELECT:
                top -= 2
                plain[top] = select(
                    wanted, s[top], v[top], l[top], s[top + 1], s[top + 2], v[top + 2], l[top + 2], n
                )  # fmt: skip
            else:
                top -= 1
                a, av, al = s[top], v[top], l[top]
                b, bv, bl = s[top + 1], v[top + 1], l[top + 1]
                takes_plain = op == POWER or (op in (MULTIPLY, DIVIDE) and plain[top + 1])
                if takes_plain and plain[top] and wanted == WANTS_LOG and scale_plain(op, av, al, bv, bl, n):
                    continue
                takes_linear = op in (ADD, MULTIPLY, DIVIDE) or LESS <= op <= UNEQUAL
                if takes_linear and wanted == WANTS_LINEAR and combine_linear(op, a, av, b, bv, n):
                    plain[top] = is_plain(a, av, n)
                    continue
                plain[top] = combine(op, wanted, lacks, a, av, al, b, bv, bl, n)
        sign[first : first + n] = s[0, :n]
        log2_magnitude[first : first + n] = l[0, :n]
        if wrong < 0 and not plain[0]:
            for j in range(n - 1, -1, -1):
                if not (s[0, j] >= 0.0 and l[0, j] < math.inf):
                    wrong = first + j
    return wrong
