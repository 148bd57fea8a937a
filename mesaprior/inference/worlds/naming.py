"""Numbers that a language has no constant for, put together from those that it has."""

from __future__ import annotations


def named(value: int, n_constants: int) -> str:
    """Return the text of a number: a constant, or the largest constant added up, in a language with `add`.

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
