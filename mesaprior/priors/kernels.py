"""The interpreter that computes a formula in log space: one kernel for all formulas, block by block of rows.

A value has up to two forms side by side: linear, as long as it is within 2^-1020..2^1020 in magnitude, and log2 of its
magnitude. Powers turn the linear form of their exponent into a log2 magnitude, so a weight of 2^-10000 is as exact as
one of 1/2; sums and comparisons use the linear form where both sides have one. Which forms are computed is decided
when a formula is compiled: an unused form costs nothing.

A block of values is *plain* where all of them are positive and finite. Products and powers of plain blocks need no
cases, and their loops take several values at a time.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

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
"""Forms of a result that are surely read, as bits; the sign is always there."""

BLOCK = 256
"""Rows that are computed at once; a block of a few values fits into the fastest cache."""

LINEAR = 1020.0
"""log2 of the magnitude up to which the linear form is used; beyond it, it is 0 or infinite."""

LEAST_LINEAR, GREATEST_LINEAR = 2.0**-LINEAR, 2.0**LINEAR

FRACTION = (1 << 52) - 1
"""The bits of a float64 that are 0 in powers of two; those above them are its exponent, plus 1023."""

SIGN = np.int64(-(1 << 63))
"""The bit of a float64 that is its sign."""

SQRT_HALF = 0x3FE6A09E667F3BCD
"""The bits of the float64 next to sqrt(1/2)."""

TWO_BY_LN2 = 2 / math.log(2.0)
TWO_BY_LN2_REST = 4.0710547481862066e-17
"""What is lacking in 2 / ln 2 as a float64."""

LARGEST_WHOLE = 2.0**53
"""Beyond this, whether a number is even cannot be told."""


@njit
def sign_of(v):
    """Return -1, 0 or 1, nan for nan."""
    if v > 0.0:
        return 1.0
    return -1.0 if v < 0.0 else v * 0.0


@njit
def log_of_normal(v):
    """Return log2 of the magnitude of a normal number, within 1.5 units of the last bit; exact for powers of two.

    The magnitude is 2^exponent times a fraction from sqrt(1/2) to sqrt(2), and ln((1 + s) / (1 - s)) is twice the sum
    of s^k / k over odd k. Nothing here depends on cases, so that loops take several values at a time.
    """
    bits = np.float64(v).view(np.int64) & ~SIGN
    # Fractions above sqrt(2) belong to the next exponent.
    exponent = (bits - SQRT_HALF) >> 52
    fraction = np.int64(bits - (exponent << 52)).view(np.float64)
    s = (fraction - 1.0) / (fraction + 1.0)
    square = s * s
    p = 1 / 17 + square * (1 / 19)
    p = 1 / 15 + square * p
    p = 1 / 13 + square * p
    p = 1 / 11 + square * p
    p = 1 / 9 + square * p
    p = 1 / 7 + square * p
    p = 1 / 5 + square * p
    p = 1 / 3 + square * p
    p = s * square * p
    # 2 / ln 2 in two parts, so that the greater product is nearly exact.
    return float(exponent) + (s * TWO_BY_LN2 + (s * TWO_BY_LN2_REST + p * TWO_BY_LN2))


@njit
def log_of(v):
    """Return the log2 magnitude of a linear value."""
    if LEAST_LINEAR <= abs(v) <= GREATEST_LINEAR:
        return log_of_normal(v)
    if v == 0.0 or v != v:
        return v - math.inf
    return math.log2(abs(v))


@njit
def log_block(v, l, n):
    """Write the log2 magnitudes of the first n linear values."""
    others = 0
    for j in range(n):
        size = abs(v[j])
        others += not ((size >= LEAST_LINEAR) & (size <= GREATEST_LINEAR))
    if others:
        for j in range(n):
            l[j] = log_of(v[j])
    else:
        for j in range(n):
            l[j] = log_of_normal(v[j])


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
    """Return whether the linear form of a value is exact."""
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
def truth(op, difference):
    """Return 1 where a comparison holds, by what `order` gives, else 0."""
    if op == LESS:
        is_true = difference < 0.0
    elif op == LESS_EQUAL:
        is_true = difference <= 0.0
    elif op == GREATER:
        is_true = difference > 0.0
    elif op == GREATER_EQUAL:
        is_true = difference >= 0.0
    else:
        is_true = (difference == 0.0) == (op == EQUAL)
    return 1.0 if is_true else 0.0


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
def add(a, av, al, b, bv, bl):
    """Return the sum of two values that are defined: sign, linear form, log2 magnitude."""
    if is_linear(a, av) and is_linear(b, bv):
        v = av + bv
        return sign_of(v), v, log_of(v)
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
            # One rounding keeps integers whole, and length**2 == 49 true at length 7.
            v = av * bv if op == MULTIPLY else av / bv if op == DIVIDE else math.pow(av, bv)
            if not wanted & WANTS_LOG:
                l = log_of(v)
        else:
            v = linear(s, l)
    return s, v, l


@njit
def is_plain(s, form, n):
    """Return whether the first n values are positive and finite, by their signs and one of their forms."""
    others = 0
    for j in range(n):
        others += not ((s[j] == 1.0) & (abs(form[j]) < math.inf))
    return others == 0


@njit
def all_linear(s, v, n):
    """Return whether the linear forms of the first n values are exact."""
    others = 0
    for j in range(n):
        size = abs(v[j])
        others += not (((size >= LEAST_LINEAR) & (size <= GREATEST_LINEAR)) | (s[j] == 0.0))
    return others == 0


@njit
def push(op, values, s, v, n):
    """Write a column or a constant, or undefined values."""
    for j in range(n):
        value = math.nan if op == UNDEFINED else float(values[j])
        s[j], v[j] = sign_of(value), value


@njit
def take_log2(s, v, l, n):
    """Replace values by their log2."""
    for j in range(n):
        v[j] = l[j] if s[j] >= 0.0 else math.nan
        s[j] = sign_of(v[j])


@njit
def take_exp(wanted, s, v, l, n):
    """Replace values by their exponentials."""
    for j in range(n):
        exponent = v[j]
        if s[j] != s[j]:
            continue
        l[j] = exponent / math.log(2.0)
        s[j] = 0.0 if l[j] == -math.inf else 1.0
        if wanted & WANTS_LINEAR:
            v[j] = math.exp(exponent) if abs(l[j]) <= LINEAR else linear(s[j], l[j])
            if not wanted & WANTS_LOG and is_linear(s[j], v[j]):
                # The same log that the linear form gives when it is needed later.
                l[j] = log_of(v[j])


@njit
def take_ceil(s, v, l, n):
    """Replace values by the least integers that are not below them."""
    for j in range(n):
        if abs(v[j]) <= GREATEST_LINEAR:
            # What is too small for a linear form is just above or below 0.
            v[j] = math.ceil(v[j]) if v[j] != 0.0 or s[j] == 0.0 else max(s[j], 0.0)
            s[j], l[j] = sign_of(v[j]), log_of(v[j])


@njit
def take_ceil_log2(s, v, l, n):
    """Replace values by the ceilings of their log2; exact for those with a linear form, rounded logarithm or not."""
    for j in range(n):
        if s[j] > 0.0 and is_linear(s[j], v[j]):
            bits = np.float64(v[j]).view(np.int64)
            v[j] = float((bits >> 52) - 1023 + ((bits & FRACTION) != 0))
        else:
            magnitude = float(l[j]) if s[j] >= 0.0 else math.nan
            v[j] = math.ceil(magnitude) if abs(magnitude) < math.inf else magnitude
        s[j] = sign_of(v[j])


@njit
def scale_plain(op, av, al, bv, bl, n):
    """Compute log2 magnitudes of a product, quotient or power of plain blocks, unless one is infinite.

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
def combine_linear(op, a, av, b, bv, work, n):
    """Compute linear forms alone: of a comparison, sum, product, quotient or extreme of values with linear forms.

    Returns whether it was done; if not, nothing but `work` was changed.
    """
    if not (all_linear(a, av, n) and all_linear(b, bv, n)):
        return False
    others = 0
    if op == ADD:
        for j in range(n):
            work[j] = float(av[j]) + float(bv[j])
    elif op == MULTIPLY:
        for j in range(n):
            work[j] = float(av[j]) * float(bv[j])
            others += (abs(work[j]) < LEAST_LINEAR) & (a[j] != 0.0) & (b[j] != 0.0)
    elif op == DIVIDE:
        for j in range(n):
            work[j] = float(av[j]) / float(bv[j]) if b[j] != 0.0 else math.inf
            others += (abs(work[j]) < LEAST_LINEAR) & (a[j] != 0.0)
    elif op in (MIN, MAX):
        for j in range(n):
            work[j] = av[j] if (av[j] <= bv[j]) == (op == MIN) else bv[j]
    else:
        below, equal, above = truth(op, -1.0), truth(op, 0.0), truth(op, 1.0)
        for j in range(n):
            work[j] = below if av[j] < bv[j] else (equal if av[j] == bv[j] else above)
    for j in range(n):
        others += not abs(work[j]) <= GREATEST_LINEAR
    if others:
        return False
    for j in range(n):
        av[j] = work[j]
        a[j] = sign_of(work[j])
    return True


@njit
def combine(op, wanted, a, av, al, b, bv, bl, n):
    """Combine the two topmost values into the first, case by case."""
    for j in range(n):
        # Values are read as float(), so that infinity minus infinity is nan without a warning in plain Python too.
        x, xv, xl = float(a[j]), float(av[j]), float(al[j])
        y, yv, yl = float(b[j]), float(bv[j]), float(bl[j])
        s, v, l = math.nan, math.nan, math.nan
        if x != x or y != y:
            pass
        elif op in (MIN, MAX):
            is_first = (order(x, xv, xl, y, yv, yl) <= 0.0) == (op == MIN)
            s, v, l = (x, xv, xl) if is_first else (y, yv, yl)
        elif op >= LESS:
            s = truth(op, order(x, xv, xl, y, yv, yl))
            v, l = s, log_of(s)
        elif op == ADD:
            s, v, l = add(x, xv, xl, y, yv, yl)
        else:
            s, v, l = scale(op, x, xv, xl, y, yv, yl, wanted)
        a[j], av[j], al[j] = s, v, l


@njit
def decide(op, a, av, b, n):
    """Combine two conditions into the first; undefined values do not matter where the other side decides."""
    decided = 0.0 if op == AND else 1.0
    for j in range(n):
        x, y = float(a[j]), float(b[j])
        a[j] = decided if decided in (x, y) else x * y
        av[j] = a[j]


@njit
def select(a, av, al, holding, b, bv, bl, n):
    """Replace the first value by the third where the condition does not hold."""
    for j in range(n):
        is_first = holding[j] != 0.0
        a[j] = a[j] if is_first else b[j]
        av[j] = av[j] if is_first else bv[j]
        al[j] = al[j] if is_first else bl[j]
    for j in range(n):
        if holding[j] != holding[j]:
            a[j] = av[j] = al[j] = math.nan


@njit
def run_program(code, constants, columns, n_slots, sign, log2_magnitude):
    """Run a program on every row.

    Parameters
    ----------
    code : int64[n, 3]
        Operations in postfix order, each with the index of the column or constant that it pushes (0 otherwise) and the
        forms of its result that are surely read. Of the last one logs are.
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
    Rows do not depend on each other, so the result of a row is the same in every call, to the last bit: the loops
    without cases take the same steps as those with them.
    """
    s, v, l = np.zeros((n_slots, BLOCK)), np.zeros((n_slots, BLOCK)), np.zeros((n_slots, BLOCK))
    work, constant = np.empty(BLOCK), np.empty(BLOCK)
    # Where a block has no logs, all its linear forms are exact and the logs are those of these.
    has_log, plain = np.zeros(n_slots, dtype=np.bool_), np.zeros(n_slots, dtype=np.bool_)
    wrong = -1
    for first in range(0, sign.shape[0], BLOCK):
        n = min(BLOCK, sign.shape[0] - first)
        top = -1
        for k in range(code.shape[0]):
            op, argument, wanted = code[k, 0], code[k, 1], code[k, 2]
            if op <= UNDEFINED:
                top += 1
                has_log[top] = False
                if op == COLUMN:
                    push(op, columns[argument, first : first + n], s[top], v[top], n)
                else:
                    constant[:n] = constants[argument]
                    push(op, constant, s[top], v[top], n)
                plain[top] = is_plain(s[top], v[top], n)
            elif op == NEGATE:
                for j in range(n):
                    s[top, j], v[top, j] = -s[top, j], -v[top, j]
                plain[top] = False
            elif op <= CEIL_LOG2:
                if op != EXP and not has_log[top]:
                    log_block(v[top], l[top], n)
                if op == LOG2:
                    take_log2(s[top], v[top], l[top], n)
                elif op == EXP:
                    take_exp(wanted, s[top], v[top], l[top], n)
                elif op == CEIL:
                    take_ceil(s[top], v[top], l[top], n)
                else:
                    take_ceil_log2(s[top], v[top], l[top], n)
                has_log[top] = op in (EXP, CEIL)
                plain[top] = is_plain(s[top], l[top] if op == EXP else v[top], n)
            elif op in (AND, OR):
                top -= 1
                decide(op, s[top], v[top], s[top + 1], n)
                has_log[top] = plain[top] = False
            elif op == SELECT:
                top -= 2
                if wanted & WANTS_LOG or has_log[top] or has_log[top + 2]:
                    for slot in (top, top + 2):
                        if not has_log[slot]:
                            log_block(v[slot], l[slot], n)
                    has_log[top] = True
                select(s[top], v[top], l[top], s[top + 1], s[top + 2], v[top + 2], l[top + 2], n)
                plain[top] = is_plain(s[top], l[top] if has_log[top] else v[top], n)
            else:
                top -= 1
                a, av, al = s[top], v[top], l[top]
                b, bv, bl = s[top + 1], v[top + 1], l[top + 1]
                may_be_linear = op != POWER and (op == ADD or op >= LESS or wanted == WANTS_LINEAR)
                if may_be_linear and combine_linear(op, a, av, b, bv, work, n):
                    has_log[top] = False
                    plain[top] = is_plain(a, av, n)
                    continue
                if not has_log[top]:
                    log_block(av, al, n)
                if op != POWER and not has_log[top + 1]:
                    log_block(bv, bl, n)
                has_log[top] = True
                may_be_plain = op == POWER or (op in (MULTIPLY, DIVIDE) and plain[top + 1])
                if may_be_plain and plain[top] and wanted == WANTS_LOG and scale_plain(op, av, al, bv, bl, n):
                    continue
                combine(op, wanted, a, av, al, b, bv, bl, n)
                plain[top] = is_plain(a, al, n)
        if not has_log[0]:
            log_block(v[0], l[0], n)
        sign[first : first + n] = s[0, :n]
        log2_magnitude[first : first + n] = l[0, :n]
        if wrong < 0 and not plain[0]:
            for j in range(n - 1, -1, -1):
                if not (s[0, j] >= 0.0 and l[0, j] < math.inf):
                    wrong = first + j
    return wrong
