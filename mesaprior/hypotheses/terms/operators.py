"""The operators of the term language: built in, supplied as a table, or computed from a definition.

Every operator becomes a table over the domain 0..M-1: unary ``uint8[M]``, binary ``uint8[M, M]`` indexed
[first][second]. The built-in ones also have a code, since most are faster to compute than to look up.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

BUILT_IN: dict[str, Callable[[int, int, int], int]] = {
    "add": lambda a, b, M: (a + b) % M,
    "sub": lambda a, b, M: (a - b) % M,
    "mul": lambda a, b, M: (a * b) % M,
    "xor": lambda a, b, M: (a ^ b) % M,
    "mod": lambda a, b, M: a % b if b else a,
    "eq": lambda a, b, M: int(a == b),
    "lt": lambda a, b, M: int(a < b),
    "min": lambda a, b, M: min(a, b),
    "max": lambda a, b, M: max(a, b),
    "dist": lambda a, b, M: abs(a - b),
}
"""Built-in binary operators by name: functions of (first, second, M)."""

OF_DEFAULT_LANGUAGE = ("add", "eq", "lt", "dist")
"""Those of the language that is used where none is given."""


def built_in_table(name: str, M: int) -> np.ndarray:
    """Return the table ``uint8[M, M]`` of a built-in binary operator."""
    function = BUILT_IN[name]
    return np.array([[function(a, b, M) for b in range(M)] for a in range(M)], dtype=np.uint8)


def defined_table(meaning: Callable[[int, int], int], arity: int, M: int) -> np.ndarray:
    """Return the table ``uint8[M]`` or ``uint8[M, M]`` of a defined operator, from its meaning as a function."""
    if arity == 1:
        return np.array([meaning(a, 0) for a in range(M)], dtype=np.uint8)
    return np.array([[meaning(a, b) for b in range(M)] for a in range(M)], dtype=np.uint8)
