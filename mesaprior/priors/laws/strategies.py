"""Hypothesis strategies for priors: lengths, times, programs, columns of a census, and formulas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from hypothesis import strategies as st

from mesaprior.priors.columns import EVERYWHERE

GREATEST_LENGTH, GREATEST_TIME, GREATEST_SIZE = 10_000, 10**18, 10**6
"""Bits, steps, and what else a program is measured by: the greatest values that strategies draw by default."""

Program = Mapping[str, int]
"""A program as a prior sees it: its value in each column."""


def least_of(column: str) -> int:
    """Return the least value of a column."""
    return 1 if column in EVERYWHERE else 0


def lengths(greatest: int = GREATEST_LENGTH, *, landmarks: Iterable[float] = ()) -> st.SearchStrategy[int]:
    """Return a strategy for lengths in bits, 1..greatest.

    Parameters
    ----------
    greatest : int
    landmarks : iterable of float
        Numbers next to which something may happen, such as the constants of a formula; they are drawn often.
    """
    return _whole(least_of("length"), greatest, landmarks)


def times(greatest: int = GREATEST_TIME, *, landmarks: Iterable[float] = ()) -> st.SearchStrategy[int]:
    """Return a strategy for times in steps, 1..greatest; see `lengths`."""
    return _whole(least_of("time"), greatest, landmarks)


def programs(
    columns: Sequence[str] = ("length", "time", "infer_time"), *, landmarks: Iterable[float] = ()
) -> st.SearchStrategy[dict[str, int]]:
    """Return a strategy for programs: a value for each column, the time being at least the inference time.

    Parameters
    ----------
    columns : sequence of str
        Names out of `mesaprior.priors.columns.columns`.
    landmarks : iterable of float
        As in `lengths`.
    """
    marks = tuple(landmarks)
    by_column = {
        "length": lengths(landmarks=marks),
        "time": times(landmarks=marks),
        "infer_time": times(landmarks=marks),
    }
    sizes = _whole(0, GREATEST_SIZE, marks)
    return st.fixed_dictionaries({name: by_column.get(name, sizes) for name in columns}).map(_in_order)


def censuses(
    columns: Sequence[str] = ("length", "time", "infer_time"),
    *,
    min_size: int = 1,
    max_size: int = 20,
    landmarks: Iterable[float] = (),
) -> st.SearchStrategy[dict[str, np.ndarray]]:
    """Return a strategy for the columns of a census: int64[G] by name, G from `min_size` to `max_size`."""
    rows = st.lists(programs(columns, landmarks=landmarks), min_size=min_size, max_size=max_size)
    return rows.map(lambda drawn: as_columns(drawn, columns))


def formulas(columns: Sequence[str] = ("length", "time")) -> st.SearchStrategy[str]:
    """Return a strategy for formulas over columns, such as ``2**-length * (time + 3)**-0.5``; not all obey the laws."""
    numbers = st.sampled_from(["1", "2", "3", "0.5", "10", "1024"])
    leaves = st.one_of(numbers, st.sampled_from(list(columns)))

    def larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        comparison = st.builds("{} {} {}".format, inner, st.sampled_from(["<", "<=", ">", ">="]), inner)
        return st.one_of(
            st.builds("({} {} {})".format, inner, st.sampled_from(["+", "-", "*", "/"]), inner),
            st.builds("2**-{}".format, st.sampled_from(list(columns))),
            st.builds("{}**-{}".format, st.sampled_from(list(columns)), numbers),
            st.builds("{}({}, {})".format, st.sampled_from(["Min", "Max"]), inner, inner),
            st.builds("{}({})".format, st.sampled_from(["ceil", "log2", "sqrt"]), inner),
            st.builds("Piecewise(({}, {}), ({}, True))".format, inner, comparison, inner),
        )

    return st.recursive(leaves, larger, max_leaves=6)


def as_columns(drawn: Sequence[Program], columns: Sequence[str]) -> dict[str, np.ndarray]:
    """Return programs as columns, int64[G] by name."""
    return {name: np.array([program[name] for program in drawn], dtype=np.int64) for name in columns}


def _in_order(program: dict[str, int]) -> dict[str, int]:
    if "time" in program and "infer_time" in program:
        program["infer_time"] = min(program["infer_time"], program["time"])
    return program


def _whole(least: int, greatest: int, landmarks: Iterable[float]) -> st.SearchStrategy[int]:
    """Return a strategy for integers that draws small ones, and those next to landmarks, often."""
    near = sorted({round(mark) + by for mark in landmarks if abs(mark) <= greatest for by in (-1, 0, 1)})
    marked = [number for number in near if least <= number <= greatest]
    small = st.integers(least, min(greatest, least + 20))
    return st.one_of(small, st.integers(least, greatest), *([st.sampled_from(marked)] if marked else []))
