"""The classes of one scope: their values, the number of terms in each, and one term as an example."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from mesaprior.hypotheses.counting import kernels
from mesaprior.hypotheses.counting.rows import roomier


@dataclass
class Making:
    """How the program of least time of each of n classes is put together.

    Attributes
    ----------
    token : int32[n]
        Head token; -1 where the class is another one under another name, which stands in `b`; -2 where no program of
        the class is known.
    inner : int8[n]
        Space of the arguments.
    c, a, b : int32[n]
        The arguments, the last one in `b`; for a literal, `b` is its number.
    """

    token: np.ndarray
    inner: np.ndarray
    c: np.ndarray
    a: np.ndarray
    b: np.ndarray


class Classes:
    """Classes of terms, appended level by level; the number of a class never changes.

    Parameters
    ----------
    width : int
        Bytes of the values of a class.

    Attributes
    ----------
    n : int
        Classes so far.
    """

    def __init__(self, width: int):
        self.n: int = 0
        self._n_entries = 0
        self._values = np.zeros((0, width), dtype=np.uint8)
        self._start, self._end, self._least_time = (np.empty(0, dtype=np.int64) for _ in range(3))
        self._entry = np.empty((0, 3), dtype=np.int64)
        self._making = Making(
            *(np.empty(0, dtype=np.int8 if field.name == "inner" else np.int32) for field in fields(Making))
        )

    @property
    def values(self) -> np.ndarray:
        """Values by class, ``uint8[n, width]``; a view, valid until the next `append`."""
        return self._values[: self.n]

    @property
    def entries(self) -> kernels.Entries:
        """The counts as the kernels want them; views, valid until the next `append`."""
        start, end, least_time = (column[: self.n] for column in (self._start, self._end, self._least_time))
        return kernels.Entries(start, end, least_time, self._entry[: self._n_entries])

    @property
    def making(self) -> Making:
        """How each class is put together; a view, valid until the next `append`."""
        return Making(*(getattr(self._making, field.name)[: self.n] for field in fields(Making)))

    @property
    def n_bytes(self) -> int:
        """Bytes in use."""
        return self.n * (self._values.shape[1] + 3 * 8 + 17) + self._n_entries * 24

    def append(
        self,
        values: np.ndarray,
        rows: kernels.Rows,
        least_time: np.ndarray,
        making: Making,
    ) -> int:
        """Append classes and return the number of the first.

        Parameters
        ----------
        values : uint8[n, width]
        rows : kernels.Rows
            Their counts, of one length.
        least_time : int64[n]
        making : Making
        """
        first, n = self.n, len(values)
        base, n_entries = self._n_entries, len(rows.time)
        infer_time = rows.infer_time if len(rows.infer_time) == n_entries else rows.time
        self._put("_values", first, values)
        self._put("_start", first, rows.start + base)
        self._put("_end", first, rows.end + base)
        self._put("_least_time", first, least_time)
        self._put("_entry", base, np.column_stack([rows.time, infer_time, rows.count.view(np.int64)]))
        for field in fields(Making):
            column = getattr(self._making, field.name)
            if len(column) < first + n:
                column = roomier(column, max(first + n, 3 * len(column) // 2), first)
                setattr(self._making, field.name, column)
            column[first : first + n] = getattr(making, field.name)
        self.n += n
        self._n_entries += n_entries
        return first

    def _put(self, name: str, place: int, values: np.ndarray) -> None:
        array, end = getattr(self, name), place + len(values)
        if len(array) < end:
            array = roomier(array, max(end, 3 * len(array) // 2), place)
            setattr(self, name, array)
        array[place:end] = values


def joined_entries(spaces: list[Classes]) -> tuple[kernels.Entries, np.ndarray]:
    """Return the counts of several spaces as one, and the first class of each space (``int64[spaces]``)."""
    parts = [classes.entries for classes in spaces]
    base = np.cumsum([0] + [len(part.start) for part in parts[:-1]], dtype=np.int64)
    shift = np.cumsum([0] + [len(part.entry) for part in parts[:-1]], dtype=np.int64)
    return (
        kernels.Entries(
            np.concatenate([part.start + by for part, by in zip(parts, shift, strict=True)]),
            np.concatenate([part.end + by for part, by in zip(parts, shift, strict=True)]),
            np.concatenate([part.least_time for part in parts]),
            np.concatenate([part.entry for part in parts]),
        ),
        base,
    )
