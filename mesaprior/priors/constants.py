"""The constant parts of a formula: powers that are too large to be intended are refused.

Nothing would break without it, since weights are computed in log space; but ``9**9**9**9`` is a mistake or a trap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from mesaprior.priors.postfix import Step

GREATEST_POWER = 1 << 20
"""Most bits of a power of constants, and the greatest constant exponent."""


class _Constant(NamedTuple):
    """A value and log2 of its magnitude; the value is 0 or infinite where float64 has none, and 0 itself has bits 0."""

    value: float
    bits: float


ZERO = _Constant(0.0, 0.0)


def great_power(code: Sequence[Step]) -> int | None:
    """Return the position of a power of constants that is too large, or None.

    Parameters
    ----------
    code : sequence of Step
        Postfix code of a formula.

    Returns
    -------
    int or None
        Column in the text, from 1, of the first power or ``exp`` with more than `GREATEST_POWER` bits, or with a
        constant exponent beyond it.
    """
    stack: list[_Constant | None] = []
    for step in code:
        op, argument, place = step
        operands = stack[len(stack) - step.n_operands :]
        del stack[len(stack) - step.n_operands :]
        if op in ("**", "exp") and operands[-1] is not None:
            exponent = abs(operands[-1].value)
            base = math.log2(math.e) if op == "exp" else operands[0].bits if operands[0] else 1.0
            if base and exponent * max(1.0, abs(base)) > GREATEST_POWER:
                return place
        known = [operand for operand in operands if operand is not None]
        if op == "number":
            stack.append(_of_value(float(argument)))
        elif op == "true":
            stack.append(_of_value(1.0))
        elif not operands or len(known) < len(operands):
            stack.append(None)
        else:
            stack.append(_work_out(op, known))
    return None


def _of_value(value: float) -> _Constant:
    magnitude = abs(value)
    return _Constant(value, math.log2(magnitude) if 0 < magnitude < math.inf else 0.0 if value == 0 else magnitude)


def _of_bits(bits: float) -> _Constant:
    value = math.inf if bits > 1000 else 0.0 if bits < -1000 else 2.0**bits
    return _Constant(value, bits)


def _work_out(op: str, operands: list[_Constant]) -> _Constant:
    """Return a constant of the size of the result; undefined values do not matter here."""
    a, b = operands[0], operands[-1]
    if op == "negate":
        return _Constant(-a.value, a.bits)
    if op == "sqrt":
        return _of_bits(a.bits / 2)
    if op == "log2":
        return _of_value(a.bits)
    if op == "ceil":
        return _of_value(math.ceil(a.value)) if math.isfinite(a.value) else a
    if op == "exp":
        return _of_bits(a.value * math.log2(math.e))
    if op == "**":
        return _of_bits(a.bits * b.value if a.bits else 0.0)
    if a == ZERO and op in ("*", "/"):
        return ZERO
    if op == "*":
        return ZERO if b == ZERO else _of_bits(a.bits + b.bits)
    if op == "/":
        return _of_bits(a.bits - b.bits)
    if op in ("+", "-"):
        total = a.value + b.value if op == "+" else a.value - b.value
        return _of_value(total) if math.isfinite(total) else max(a, b, key=lambda part: part.bits)
    if op in ("Min", "Max", "Piecewise"):
        return max(operands, key=lambda part: part.bits)
    return _of_value(1.0)
