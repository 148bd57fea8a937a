"""A table of distinct rows, numbered by first appearance, and arrays that grow."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.counting import kernels


def grown(array: np.ndarray, room: int, fill: int = 0) -> np.ndarray:
    """Return `array` with its last axis at least `room` long, doubling so that growth costs little in total."""
    if array.shape[-1] >= room:
        return array
    larger = np.full((*array.shape[:-1], max(room, 2 * array.shape[-1])), fill, dtype=array.dtype)
    larger[..., : array.shape[-1]] = array
    return larger


def roomier(array: np.ndarray, room: int, used: int) -> np.ndarray:
    """Return `array` with its first axis at least `room` long; of its content the first `used` are kept."""
    if len(array) >= room:
        return array
    larger = np.empty((room, *array.shape[1:]), dtype=array.dtype)
    larger[:used] = array[:used]
    return larger


class RowTable:
    """A table of distinct rows of bytes, numbered by first appearance.

    Parameters
    ----------
    width : int
        Bytes of a row, a multiple of 8.
    """

    def __init__(self, width: int):
        self.n: int = 0
        self._words = width // 8
        self._rows = np.empty((64, self._words), dtype=np.uint64)
        self._hashes = np.empty(64, dtype=np.uint64)
        self._slots = np.full(256, -1, dtype=np.int64)

    def intern(self, block: np.ndarray) -> np.ndarray:
        """Merge rows ``uint8[m, width]`` into the table and return the id ``int64[m]`` of each."""
        room = self.n + len(block)
        if room > len(self._rows):
            rows = np.empty((max(room, 2 * len(self._rows)), self._words), dtype=np.uint64)
            rows[: self.n] = self._rows[: self.n]
            self._rows = rows
            self._hashes = grown(self._hashes, len(rows))
        if 2 * room > len(self._slots):
            self._slots = np.full(1 << (2 * room).bit_length(), -1, dtype=np.int64)
            kernels.reslot(self._hashes, self.n, self._slots)
        ids = np.empty(len(block), dtype=np.int64)
        self.n = kernels.intern(block.view(np.uint64), self._rows, self._hashes, self._slots, self.n, ids)
        return ids

    @property
    def rows(self) -> np.ndarray:
        """The distinct rows, ``uint8[n, width]``; a view, valid until the next `intern`."""
        return self._rows[: self.n].view(np.uint8)

    def clear(self) -> None:
        """Forget all rows and keep the memory."""
        self.n = 0
        self._slots.fill(-1)
