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
    signs = np.empty(n_slots)
    linears = np.empty(n_slots)
    logs = np.empty(n_slots)
    for row in range(columns.shape[1]):
        top = -1
        for k in range(len(opcodes)):
            op = opcodes[k]
            if op <= UNDEFINED:
                top += 1
                if op == COLUMN:
                    v = columns[arguments[k], row]
                elif op == CONSTANT:
                    v = constants[arguments[k]]
                else:
                    v = math.nan
                linears[top] = v
                if v == 0.0:
                    signs[top] = 0.0
                    logs[top] = -math.inf
                else:
                    signs[top] = v if v != v else math.copysign(1.0, v)
                    logs[top] = math.log2(abs(v))
                continue
            if op == NEGATE:
                signs[top] = -signs[top]
                linears[top] = -linears[top]
                continue

            # Where v stays nan, the linear form follows from sign and log2 magnitude below.
            v = math.nan
            if op == LOG2 or op == EXP:
                if signs[top] != signs[top] or (op == LOG2 and signs[top] < 0.0):
                    s, l = math.nan, math.nan
                elif op == LOG2:
                    v = logs[top]
                    s = 0.0 if v == 0.0 else math.copysign(1.0, v)
                    l = -math.inf if v == 0.0 else math.log2(abs(v))
                else:
                    s = 1.0
                    l = linears[top] / math.log(2.0)
                    if abs(l) <= LINEAR:
                        v = math.exp(linears[top])

            if op == SELECT:
                top -= 2
                if signs[top + 1] != signs[top + 1]:
                    signs[top] = math.nan
                elif signs[top + 1] == 0.0:
                    signs[top], linears[top], logs[top] = signs[top + 2], linears[top + 2], logs[top + 2]
                continue

            top -= 1
            a, av, al = signs[top], linears[top], logs[top]
            b, bv, bl = signs[top + 1], linears[top + 1], logs[top + 1]
            both_linear = (a == 0.0 or abs(al) <= LINEAR) and (b == 0.0 or abs(bl) <= LINEAR)

            if op == AND or op == OR:
                decided = 0.0 if op == AND else 1.0
                if a == decided or b == decided:
                    s = decided
                else:
                    s = a * b if op == AND else a + b
                signs[top], linears[top], logs[top] = s, s, (0.0 if s == 1.0 else -math.inf)
                continue

            if a != a or b != b:
                signs[top], linears[top], logs[top] = math.nan, math.nan, math.nan
                continue

            if op >= MIN:
                # order is -1, 0 or 1: below, equal, above.
                if a != b:
                    order = a - b
                elif both_linear:
                    order = av - bv
                elif al == bl:
                    order = 0.0
                else:
                    order = a if al > bl else -a
                if op == MIN or op == MAX:
                    if (order > 0.0) == (op == MIN):
                        signs[top], linears[top], logs[top] = b, bv, bl
                    continue
                if op == LESS:
                    holds = order < 0.0
                elif op == LESS_EQUAL:
                    holds = order <= 0.0
                elif op == EQUAL:
                    holds = order == 0.0
                else:
                    holds = order != 0.0
                s = 1.0 if holds else 0.0
                signs[top], linears[top], logs[top] = s, s, (0.0 if holds else -math.inf)
                continue

            if op == ADD:
                if both_linear:
                    v = av + bv
                    s = 0.0 if v == 0.0 else math.copysign(1.0, v)
                    l = -math.inf if v == 0.0 else math.log2(abs(v))
                elif a == 0.0 or b == 0.0:
                    s = a + b
                    l = max(al, bl)
                elif a == b:
                    s = a
                    l = max(al, bl)
                    if l < math.inf:
                        l += math.log1p(2.0 ** (min(al, bl) - l)) / math.log(2.0)
                elif al == bl:
                    s = 0.0 if al < math.inf else math.nan
                    l = -math.inf
                else:
                    s = a if al > bl else b
                    l = max(al, bl)
                    if l < math.inf:
                        l += math.log2(-math.expm1((min(al, bl) - l) * math.log(2.0)))
            elif op == MULTIPLY:
                s = a * b
                l = al + bl
                if s == 0.0:
                    if l != l:
                        s = math.nan
                    l = -math.inf
                elif both_linear and abs(l) <= LINEAR:
                    v = av * bv
            elif op == DIVIDE:
                if b == 0.0:
                    s = a if a != 0.0 else math.nan
                    l = math.inf
                else:
                    s = a * b
                    l = al - bl
                    if l != l:
                        s = math.nan
                    elif l == -math.inf:
                        s = 0.0
                    elif both_linear and abs(l) <= LINEAR:
                        v = av / bv
            else:  # POWER
                s = 1.0
                if b == 0.0:
                    l = 0.0
                elif a == 0.0:
                    s = 0.0 if b > 0.0 else 1.0
                    l = -b * math.inf
                else:
                    l = 0.0
                    if al == math.inf or al == -math.inf:
                        l = b * al
                    elif al != 0.0:
                        l = bv * al
                    if a < 0.0:
                        if abs(bv) > LARGEST_WHOLE or bv != math.floor(bv):
                            s = math.nan
                        elif bv % 2.0 != 0.0:
                            s = -1.0
                    if l == -math.inf:
                        s = 0.0
                    elif s == s and both_linear and abs(l) <= LINEAR:
                        v = math.pow(av, bv)

            if v != v:
                if s == 0.0:
                    v = 0.0
                elif l > LINEAR:
                    v = s * math.inf
                elif l < -LINEAR:
                    v = 0.0
                else:
                    v = s * 2.0**l
            signs[top], linears[top], logs[top] = s, v, l
        sign[row] = signs[0]
        log2_magnitude[row] = logs[0]
