"""Zeros of a function that is cheap at many values at once: a grid, then repeated subdivision of brackets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Curve = Callable[[np.ndarray], np.ndarray]
"""From float64[V] to float64[V]; nan where it is undefined."""

PARTS = 32
"""Number of parts of a bracket in each subdivision."""

NARROW = 2.0**-36
"""Width, relative to the size of the values, at which a bracket is not cut further; below 1e-10."""

NARROWEST = float(np.finfo(np.float64).tiny)
"""Width at which no bracket is cut further; around 0 relative widths do not shrink."""

ZOOMS = 6
"""How often the surroundings of a point that nearly touches 0 are examined more closely."""

MOST_DIPS = 64
"""Largest number of these that are examined, from the left."""

STEEP = 1e-3
"""A change by more than this within the narrowest bracket is a jump."""

LEAST_JUMP = 1e-9
"""So is a change by more than this that does not shrink with the bracket."""


@dataclass(frozen=True)
class Zero:
    """A value at which a function is 0, or changes its sign.

    Attributes
    ----------
    kind : str
        ``root``; ``jump`` where it passes 0 without taking the value; ``step`` where it does so between two of the few
        values that there are; ``level`` where it is 0 over a range, or at one or more neighbours of these few.
    value : float
        Where; for a jump or a step the first value with the new sign that was found, for a range where it starts.
    until : float
        Where a range ends; else `value`.
    before, after : float
        The function to the left and to the right: for a root at the ends of the last bracket, for a jump on its two
        sides, for a step or a level of few values at the nearest where it is defined; nan where there is nothing.
    """

    kind: str
    value: float
    until: float
    before: float
    after: float


@dataclass(frozen=True, eq=False)
class Zeros:
    """What was found.

    Attributes
    ----------
    found : tuple of Zero
        Ascending.
    closest : float
        The value at which the function was seen nearest to 0; nan where it is nowhere finite.
    distance : float
        Its value there.
    n_points : int
        How many values of the grid there were.
    x, y : float64[K]
        These values and those examined around dips, ascending, and the function there.
    """

    found: tuple[Zero, ...]
    closest: float
    distance: float
    n_points: int
    x: NDArray[np.float64]
    y: NDArray[np.float64]


def find_zeros(function: Curve, grid: NDArray[np.float64]) -> Zeros:
    """Find the zeros of a function.

    Parameters
    ----------
    function : callable
        Called with ascending values.
    grid : float64[K]
        Ascending values, both ends of the range among them.

    Returns
    -------
    Zeros
        Every change of sign between neighbours of the grid is found, to `NARROW`. Two zeros between neighbours are
        found where they show as a dip towards 0 that, examined more closely, passes it.

    Notes
    -----
    Bisection with `PARTS` parts: one call of the function for all brackets at a time, some eight calls in all.
    """
    y = function(grid)
    x, y = _with_dips(function, grid, y)
    size = np.where(np.isfinite(y), np.abs(y), np.inf)
    closest = int(np.argmin(size)) if len(size) else 0
    is_seen = bool(np.isfinite(size).any())
    levels = _levels(x, y)
    brackets = _brackets(x, y)
    found = [zero for zero in levels if zero.kind == "level" or not _inside(zero.value, brackets)]
    found += _refined(function, brackets)
    return Zeros(
        tuple(sorted(found, key=lambda zero: zero.value)),
        float(x[closest]) if is_seen else float("nan"),
        float(y[closest]) if is_seen else float("nan"),
        len(grid),
        x,
        y,
    )


def zeros_of_values(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[Zero, ...]:
    """Return the zeros and sign changes of a function with few values.

    Parameters
    ----------
    x : float64[K]
        Ascending; there is nothing between them.
    y : float64[K]
        The function at each; nan where it is undefined.

    Returns
    -------
    tuple of Zero
        Ascending: a ``level`` for each run of neighbours with the value 0, and a ``step`` for each change of sign that
        no 0 lies in.
    """
    found = [_between_defined(x, y, zero) for zero in _levels(x, y)]
    defined = np.flatnonzero(~np.isnan(y))
    for first, second in zip(defined[:-1].tolist(), defined[1:].tolist(), strict=True):
        if np.sign(y[first]) * np.sign(y[second]) < 0:
            found.append(Zero("step", float(x[second]), float(x[second]), float(y[first]), float(y[second])))
    return tuple(sorted(found, key=lambda zero: zero.value))


def _between_defined(x: np.ndarray, y: np.ndarray, zero: Zero) -> Zero:
    """Return a range of 0 among few values, with the nearest defined values on its two sides."""
    defined = ~np.isnan(y)
    before, after = y[(x < zero.value) & defined], y[(x > zero.until) & defined]
    return replace(
        zero,
        kind="level",
        before=float(before[-1]) if len(before) else float("nan"),
        after=float(after[0]) if len(after) else float("nan"),
    )


@dataclass(frozen=True)
class _Bracket:
    """Two points with values of opposite signs, and the change of value in the parent bracket."""

    low: float
    high: float
    at_low: float
    at_high: float
    wider: float = float("inf")


def _inside(value: float, brackets: list[_Bracket]) -> bool:
    return any(bracket.low < value < bracket.high for bracket in brackets)


def _brackets(x: np.ndarray, y: np.ndarray) -> list[_Bracket]:
    """Return neighbouring points of opposite signs; a range of 0 separates them, a single 0 does not."""
    found: list[_Bracket] = []
    signed = np.flatnonzero(np.nan_to_num(y, nan=0.0) != 0)
    for first, second in zip(signed[:-1].tolist(), signed[1:].tolist(), strict=True):
        between = y[first + 1 : second]
        if (y[first] > 0) != (y[second] > 0) and len(between) <= 1 and not np.isnan(between).any():
            found.append(_Bracket(float(x[first]), float(x[second]), float(y[first]), float(y[second])))
    return found


def _levels(x: np.ndarray, y: np.ndarray) -> list[Zero]:
    """Return the points at which the function is exactly 0, and the ranges of such neighbours."""
    zero = np.concatenate([[False], y == 0, [False]])
    starts, ends = np.flatnonzero(zero[1:] & ~zero[:-1]), np.flatnonzero(zero[:-1] & ~zero[1:]) - 1
    found: list[Zero] = []
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        before = float(y[start - 1]) if start else float("nan")
        after = float(y[end + 1]) if end + 1 < len(y) else float("nan")
        kind = "level" if end > start else "root"
        found.append(Zero(kind, float(x[start]), float(x[end]), before, after))
    return found


def _with_dips(function: Curve, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points, and more around the minima of the absolute value from which a curve can reach 0."""
    spans: list[tuple[float, float]] = _dips(x, y)
    all_x, all_y = x, y
    for _ in range(ZOOMS):
        if not spans:
            break
        blocks = [np.linspace(low, high, PARTS + 1) for low, high in spans]
        values = function(np.unique(np.concatenate(blocks)))
        points = np.unique(np.concatenate(blocks))
        spans = []
        for block in blocks:
            inside = (points >= block[0]) & (points <= block[-1])
            spans += _dips(points[inside], values[inside])
        all_x, first = np.unique(np.concatenate([all_x, points]), return_index=True)
        all_y = np.concatenate([all_y, values])[first]
    return all_x, all_y


def _dips(x: np.ndarray, y: np.ndarray) -> list[tuple[float, float]]:
    size = np.abs(y)
    with np.errstate(invalid="ignore"):
        alike = (np.sign(y[:-2]) == np.sign(y[1:-1])) & (np.sign(y[2:]) == np.sign(y[1:-1])) & (y[1:-1] != 0)
        dip = alike & (size[1:-1] <= size[:-2]) & (size[1:-1] <= size[2:])
        # A parabola falls below the least of its points by an eighth of their second difference at most.
        dip &= size[1:-1] <= size[:-2] + size[2:] - 2 * size[1:-1]
    return [(float(x[k]), float(x[k + 2])) for k in np.flatnonzero(dip)[:MOST_DIPS].tolist()]


def _refined(function: Curve, brackets: list[_Bracket]) -> list[Zero]:
    """Subdivide all brackets together until they are narrow."""
    found: list[Zero] = []
    while brackets:
        wide: list[_Bracket] = []
        for bracket in brackets:
            narrow = max(NARROW * max(abs(bracket.low), abs(bracket.high)), NARROWEST)
            if bracket.high - bracket.low <= narrow:
                found.append(_settled(bracket))
            else:
                wide.append(bracket)
        blocks = [np.linspace(bracket.low, bracket.high, PARTS + 1) for bracket in wide]
        if not blocks:
            break
        inner = function(np.concatenate([block[1:-1] for block in blocks])).reshape(len(blocks), PARTS - 1)
        brackets = []
        for bracket, block, values in zip(wide, blocks, inner, strict=True):
            y = np.concatenate([[bracket.at_low], values, [bracket.at_high]])
            smaller = _brackets(block, y)
            levels = _levels(block, y)
            found += [Zero("root", z.value, z.value, z.before, z.after) for z in levels]
            change = abs(bracket.at_high - bracket.at_low)
            brackets += [
                replace(part, wider=change)
                for part in smaller
                if not any(part.low < z.value < part.high for z in levels)
            ]
    return found


def _settled(bracket: _Bracket) -> Zero:
    """Return the zero in a narrow bracket, by linear interpolation; or the jump."""
    low, high = bracket.at_low, bracket.at_high
    # A difference of infinite values is no number, and no more than a great one a sign of a steady course.
    change = abs(high - low)
    if not change <= STEEP or (change > LEAST_JUMP and change > bracket.wider / 2):
        return Zero("jump", bracket.high, bracket.high, low, high)
    value = bracket.low + low / (low - high) * (bracket.high - bracket.low)
    return Zero("root", value, value, low, high)
