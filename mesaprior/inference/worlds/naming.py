"""Numbers without a constant in a language, built from the constants that it has."""

from __future__ import annotations


def named(value: int, n_constants: int) -> str:
    """Return the text of a number: a constant, or a sum of the largest constant, in a language with `add`.

    Parameters
    ----------
    value : int
        At least 0.
    n_constants : int
        The language has the constants 0 to n - 1; at least two.
    """
    if value < n_constants:
        return str(value)
    largest = n_constants - 1
    return f"(add {largest} {named(value - largest, n_constants)})"
