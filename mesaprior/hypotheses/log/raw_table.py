"""A table as in a file: cells are texts, and each column stores its distinct texts."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.names import lawful_names, unused
from mesaprior.hypotheses.log.notices import shown

if TYPE_CHECKING:
    import pandas as pd

MISSING = frozenset(
    {
        "",
        "NA",
        "NaN",
        "nan",
        "-nan",
        "null",
        "NULL",
        "None",
        ".",
        "<NA>",
        "N/A",
        "n/a",
        "#N/A",
        "NaT",
        "#NULL!",
        "#DIV/0!",
    }
)
"""Texts that mean that there is nothing."""

MISSING_LABEL = "missing"
"""Label of what stands for nothing: the code of a missing feature, people without a name."""

MOST_ROWS = 20_000_000
"""A file with more rows is refused."""


@dataclass(frozen=True, eq=False)
class Column:
    """One column. Size: R rows.

    Attributes
    ----------
    name : str
        As the file has it, without spaces around it.
    texts : tuple of str
        The distinct cells, without spaces around them, by first appearance.
    index : int32[R]
        Which of them stands on each row.
    is_ordered : bool
        Whether `texts` stand in an order of their own, as the categories of a table may; it is kept in the codes.
    codes : dict of str to int or None
        The code of each text that can occur, where it is settled.
    handle : str
        A lawful name that no other column of its table has: what messages offer to type.
    holds : str
        What it holds, where these are no values: ``lists``, say.
    """

    name: str
    texts: tuple[str, ...]
    index: NDArray[np.int32]
    is_ordered: bool = False
    codes: Mapping[str, int] | None = None
    handle: str = ""
    holds: str = ""

    @property
    def is_missing(self) -> NDArray[np.bool_]:
        """Whether the cell is missing on each row, bool[R]."""
        missing = np.array([text in MISSING for text in self.texts], dtype=bool)
        return missing[self.index] if len(self.texts) else np.zeros(len(self.index), dtype=bool)

    @property
    def value_number(self) -> NDArray[np.int64]:
        """A number for the value on each row, int64[R]; all texts that mean missing share one."""
        nothing = next((place for place, text in enumerate(self.texts) if text in MISSING), 0)
        number = [nothing if text in MISSING else place for place, text in enumerate(self.texts)]
        return np.array(number, dtype=np.int64)[self.index]

    def labels(self, rows: Iterable[int]) -> list[str]:
        """Return the cells of some rows; for a missing cell, a label that no other cell has."""
        nothing = unused(MISSING_LABEL, self.texts)
        texts = [nothing if text in MISSING else text for text in self.texts]
        return [texts[self.index[row]] for row in rows]

    def taken(self, rows: np.ndarray) -> Column:
        """Return these rows of the column, int64[n], in this order; texts that no longer occur are dropped."""
        index = self.index[rows]
        places = np.flatnonzero(np.bincount(index, minlength=len(self.texts)))
        rank = np.zeros(len(self.texts), dtype=np.int32)
        rank[places] = np.arange(len(places))
        return replace(self, texts=tuple(self.texts[place] for place in places.tolist()), index=rank[index])

    def occurring(self, keep: np.ndarray) -> list[str]:
        """Return the distinct texts on these rows (bool[R]), missing ones aside, in the order of `texts`."""
        places = np.flatnonzero(np.bincount(self.index[keep], minlength=len(self.texts)))
        return [self.texts[place] for place in places.tolist() if self.texts[place] not in MISSING]


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as in a file.

    Attributes
    ----------
    columns : tuple of Column
        In file order.
    lines : int64[R]
        Line of the file on which each row ends; the header of a plain file is line 1.
    source : str
        Name of the file, for messages.
    has_decimal_commas : bool
        Whether a comma can be a decimal point: the delimiter is another character.
    remarks : tuple of str
        What was recognized and is not plain: the delimiter, the encoding, columns that hold nothing. Sentences.
    groups : tuple of str
        Names of columns that are known to tell groups apart, and so are no features.
    has_codes : bool
        Whether integers are known to be codes, since a file of codes lies beside the table.
    """

    columns: tuple[Column, ...]
    lines: NDArray[np.int64]
    source: str
    has_decimal_commas: bool = False
    remarks: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    has_codes: bool = False

    @property
    def n_rows(self) -> int:
        """R, the number of rows."""
        return len(self.lines)


class Numbering(dict[Hashable, int]):
    """Numbers keys 0, 1, ... in the order of first use."""

    def __missing__(self, key: Hashable) -> int:
        number = self[key] = len(self)
        return number


class ColumnBuilder:
    """Collects the cells of a column, some at a time.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name: str):
        self._name = name
        self._numbers = Numbering()
        self._parts: list[np.ndarray] = []

    def add(self, cells: Sequence[str]) -> None:
        """Add more cells."""
        self._parts.append(np.fromiter(map(self._numbers.__getitem__, cells), dtype=np.int32, count=len(cells)))

    def add_distinct(self, texts: Sequence[str], index: np.ndarray) -> None:
        """Add more cells: distinct texts by first appearance, and which of them each cell is, int[n]."""
        self._parts.append(np.array([self._numbers[text] for text in texts], dtype=np.int32)[index])

    def column(self) -> Column:
        """Return the column; cells that differ only by surrounding spaces are one text."""
        index = np.concatenate(self._parts) if self._parts else np.empty(0, dtype=np.int32)
        return column_of_texts(self._name, list(map(str, self._numbers)), index)


def column_of_texts(name: str, texts: Sequence[str], index: np.ndarray, *, is_ordered: bool = False) -> Column:
    """Return a column of these texts, with their `index` by row (int32[R]); texts may be repeated."""
    merged = Numbering()
    place = np.array([merged[text.strip()] for text in texts], dtype=np.int32)
    return Column(name.strip(), tuple(map(str, merged)), place[index] if len(texts) else index, is_ordered)


def table_of_frame(frame: pd.DataFrame, source: str) -> RawTable:
    """Return a table of pandas as a raw table; missing cells are empty, numbers and booleans become texts.

    Parameters
    ----------
    frame : pandas.DataFrame
    source : str
        Name used in messages. Lines are counted as if the table stood in a CSV file: the header is line 1.

    Notes
    -----
    Levels of the index that have names are columns, in front unless a column has the same name.
    """
    columns = [_column_of_series(str(name), frame.iloc[:, place]) for place, name in enumerate(frame.columns)]
    levels = [
        _column_of_series(str(name), frame.index.get_level_values(level).to_series())
        for level, name in enumerate(frame.index.names)
        if name is not None
    ]
    names = {column.name for column in columns}
    in_front = [level for level in levels if level.name not in names]
    behind = [level for level in levels if level.name in names]
    return named_apart(RawTable((*in_front, *columns, *behind), np.arange(2, len(frame) + 2), source))


def _column_of_series(name: str, series: pd.Series) -> Column:
    import pandas as pd

    if isinstance(series.dtype, pd.CategoricalDtype):
        index, values, is_ordered = series.cat.codes.to_numpy(), series.cat.categories, bool(series.cat.ordered)
    else:
        try:
            index, values = pd.factorize(series)
        except TypeError:
            kinds = [type(value).__name__ for value in series if value is not None]
            holds = f"values of the type {kinds[0] if kinds else 'object'}"
            return Column(name, ("",), np.zeros(len(series), dtype=np.int32), holds=holds)
        is_ordered = False
    texts = [*map(_text, values), *([""] if (index < 0).any() else [])]
    return column_of_texts(name, texts, np.where(index < 0, len(values), index).astype(np.int32), is_ordered=is_ordered)


def _text(value: object) -> str:
    """Return a cell of a table of pandas as text; integers have no point."""
    if _is_real(value) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _is_real(value: object) -> TypeGuard[float]:
    """Return whether a value is a floating-point number of Python or NumPy."""
    return isinstance(value, float | np.floating)


def named_apart(table: RawTable) -> RawTable:
    """Return a table in which no two columns have one name, and each has a handle: the second ``x`` is ``x_2``."""
    names: set[str] = set()
    columns: list[Column] = []
    remarks = list(table.remarks)
    taken = {column.name for column in table.columns}
    for column in table.columns:
        name, number = column.name, 2
        while name in names or (name in taken and name != column.name):
            name, number = f"{column.name}_{number}", number + 1
        if name != column.name:
            remarks.append(f"Two columns are called {shown(column.name)}; the second one is called {shown(name)}.")
        names.add(name)
        columns.append(replace(column, name=name))
    handles = lawful_names([column.name for column in columns])
    columns = [replace(column, handle=handle) for column, handle in zip(columns, handles, strict=True)]
    return replace(table, columns=tuple(columns), remarks=tuple(remarks))


def too_long(source: str) -> ContentError:
    """Return the error about a file with too many rows."""
    return ContentError(f"{source}: the file has more than {MOST_ROWS:,} rows; cut it into parts.")


def distinct_rows(columns: Iterable[np.ndarray], n_rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of each distinct row, and which of these each row equals.

    Parameters
    ----------
    columns : iterable of int64[R]
        Numbers from 0 upwards.
    n_rows : int
        R.

    Returns
    -------
    first : int64[S]
        Ascending: distinct rows by first appearance.
    number : int64[R]
        Which of them each row equals.

    Notes
    -----
    Columns are packed into one key, and packed again before they would no longer fit: O(R log R) a column at most, and
    O(R) in all where keys are small.
    """
    key = np.zeros(n_rows, dtype=np.int64)
    size = 1
    for column in columns:
        width = int(column.max(initial=0)) + 1
        if size * width >= 2**62:
            _, key = np.unique(key, return_inverse=True)
            size = int(key.max(initial=0)) + 1
        key = key * width + column
        size *= width
    if size <= 4 * n_rows + 1024:
        place = np.full(size, n_rows)
        # Of equal keys the last one is kept, which is the first one here.
        place[key[::-1]] = np.arange(n_rows - 1, -1, -1)
        first = np.sort(place[place < n_rows])
        rank = np.empty(size, dtype=np.int64)
        rank[key[first]] = np.arange(len(first))
        return first, rank[key]
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.sort(first), rank[inverse.reshape(-1)]
