"""The machine that works out a formula in log space: one kernel for all formulas.

Every value is held in two forms side by side: linear, as long as it is within 2^-1020..2^1020 in magnitude, and as
sign and log2 magnitude, always. Powers turn the linear form of their exponent into a log2 magnitude, so a weight of
2^-10000 is as exact as one of 1/2; sums and comparisons use the linear form where both sides have one.
"""

import math

import numpy as np

from mesaprior._jit import njit

# Operations: the first three push a value, the next three change the topmost, the others take two, `SELECT` three.
COLUMN, CONSTANT, UNDEFINED = 0, 1, 2
NEGATE, LOG2, EXP = 3, 4, 5
ADD, MULTIPLY, DIVIDE, POWER, MIN, MAX = 6, 7, 8, 9, 10, 11
LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, EQUAL, UNEQUAL = 12, 13, 14, 15, 16, 17
AND, OR = 18, 19
SELECT = 20
"""Takes value, condition and otherwise: value where the condition holds, else otherwise."""

LINEAR = 1020.0
"""log2 of the magnitude up to which the linear form is used; beyond it, it is 0 or infinite."""

LARGEST_WHOLE = 2.0**53
"""Beyond this, whether a number is even cannot be told."""


@njit
def signed(v):
    """Return sign and log2 magnitude of a linear value."""
    if v == 0.0:
        return 0.0, -math.inf
    if v != v:
        return math.nan, math.nan
    return math.copysign(1.0, v), math.log2(abs(v))


@njit
def linear(s, l):
    """Return the linear value of a sign and a log2 magnitude; 0 or infinite beyond `LINEAR`."""
    if s == 0.0 or l < -LINEAR:
        return 0.0 * s
    if l > LINEAR:
        return s * math.inf
    return s * math.exp2(l)


@njit
def order(a, av, al, b, bv, bl, both_linear):
    """Return a number below, equal to or above 0, as the first value is below, equal to or above the second."""
    if a != b:
        return a - b
    if both_linear:
        return av - bv
    if al == bl:
        return 0.0
    return a if al > bl else -a


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
    return s, (0.0 if al == 0.0 else bv * al)


@njit
def run_program(opcodes, arguments, constants, columns, n_slots, sign, log2_magnitude):
    """Run a program on every row.

    Parameters
    ----------
    opcodes : int64[n]
        Operations in postfix order.
    arguments : int64[n]
        Index of the column or constant that an operation pushes; 0 otherwise.
    constants : float64[k]
    columns : float64[c, G]
    n_slots : int
        The most values that are held at once.
    sign, log2_magnitude : float64[G]
        Written: -1, 0 or 1, nan where the value is undefined; and log2 of the magnitude, -inf for 0.

    Notes
    -----
    Rows do not depend on each other, so the result of a row is the same in every call, to the last bit.
    """
    # Values are read as float(), so that infinity minus infinity is nan without a warning in plain Python too.
    # Of each value: sign (nan if undefined), linear form, log2 magnitude.
    stack = np.empty((n_slots, 3))
    for row in range(columns.shape[1]):
        top = -1
        for k in range(len(opcodes)):
            op = opcodes[k]
            if op <= UNDEFINED:
                top += 1
                v = math.nan
                if op == COLUMN:
                    v = float(columns[arguments[k], row])
                elif op == CONSTANT:
                    v = float(constants[arguments[k]])
                s, l = signed(v)
            elif op == SELECT:
                top -= 2
                holds = stack[top + 1, 0]
                if holds != holds:
                    stack[top, 0] = math.nan
                elif holds == 0.0:
                    for part in range(3):
                        stack[top, part] = stack[top + 2, part]
                continue
            elif op <= EXP:
                s, v, l = float(stack[top, 0]), float(stack[top, 1]), float(stack[top, 2])
                if op == NEGATE:
                    s, v = -s, -v
                elif s != s or (op == LOG2 and s < 0.0):
                    s = math.nan
                elif op == LOG2:
                    v = l
                    s, l = signed(v)
                else:
                    l = v / math.log(2.0)
                    s = 0.0 if l == -math.inf else 1.0
                    v = math.exp(v) if abs(l) <= LINEAR else linear(s, l)
            else:
                top -= 1
                a, av, al = float(stack[top, 0]), float(stack[top, 1]), float(stack[top, 2])
                above = top + 1
                b, bv, bl = float(stack[above, 0]), float(stack[above, 1]), float(stack[above, 2])
                both_linear = (a == 0.0 or abs(al) <= LINEAR) and (b == 0.0 or abs(bl) <= LINEAR)
                s, v, l = math.nan, math.nan, math.nan
                if op in (AND, OR):
                    decided = 0.0 if op == AND else 1.0
                    v = decided if a == decided or b == decided else a * b
                    s, l = signed(v)
                elif a != a or b != b:
                    pass
                elif op in (MIN, MAX):
                    if (order(a, av, al, b, bv, bl, both_linear) > 0.0) != (op == MIN):
                        continue
                    s, v, l = b, bv, bl
                elif op >= LESS:
                    difference = order(a, av, al, b, bv, bl, both_linear)
                    below, equal = difference < 0.0, difference == 0.0
                    holds = (
                        (op == LESS and below)
                        or (op == LESS_EQUAL and (below or equal))
                        or (op == GREATER and not (below or equal))
                        or (op == GREATER_EQUAL and not below)
                        or (op == EQUAL and equal)
                        or (op == UNEQUAL and not equal)
                    )
                    v = 1.0 if holds else 0.0
                    s, l = signed(v)
                elif op == ADD and both_linear:
                    v = av + bv
                    s, l = signed(v)
                else:
                    if op == ADD:
                        s, l = add_logs(a, al, b, bl)
                    elif op == POWER:
                        s, l = power_logs(a, al, b, bv)
                    elif op == MULTIPLY:
                        s, l = a * b, al + bl
                    elif b == 0.0 and a != 0.0:
                        s, l = a, math.inf
                    elif b != 0.0:
                        s, l = a * b, al - bl
                    if l != l:  # zero times infinity, or infinity over infinity
                        s = math.nan
                    elif l == -math.inf:
                        s = 0.0 * s
                    if op != ADD and both_linear and s == s and abs(l) <= LINEAR:
                        # One rounding keeps whole numbers whole, and length**2 == 49 true at length 7.
                        v = av * bv if op == MULTIPLY else av / bv if op == DIVIDE else math.pow(av, bv)
                    else:
                        v = linear(s, l)
            stack[top, 0], stack[top, 1], stack[top, 2] = s, v, l
        sign[row] = stack[0, 0]
        log2_magnitude[row] = stack[0, 2]
