"""Many short texts in one run of bytes: what a census holds its witnesses in.

Tens of millions of Python strings would take ten times the memory of the bytes in them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, overload

import numpy as np

from mesaprior.narrowing import is_sequence

if TYPE_CHECKING:
    import pyarrow as pa


COPYING = 1e-7
"""Seconds that plain Python takes for each byte that is copied, about."""


class Texts(Sequence[str]):
    """A sequence of texts, read like a tuple of strings.

    Parameters
    ----------
    data : uint8[b]
        The texts in UTF-8, one after the other.
    offsets : int64[n + 1]
        Where each begins, and where the last one ends.
    """

    def __init__(self, data: np.ndarray, offsets: np.ndarray):
        self.data = data
        self.offsets = offsets

    @classmethod
    def of(cls, texts: Iterable[str]) -> Texts:
        """Return these strings as texts."""
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return cls(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    @classmethod
    def from_arrow(cls, column: pa.ChunkedArray) -> Texts:
        """Return a column of strings as texts."""
        import pyarrow as pa

        array = pa.concat_arrays(
            [chunk.cast(pa.large_string()) for chunk in column.chunks] or [pa.array([], pa.large_string())]
        )
        _, offsets, data = array.buffers()
        n = len(array)
        if n == 0 or offsets is None:
            return cls.of([])
        places = np.frombuffer(memoryview(offsets), dtype=np.int64)[array.offset : array.offset + n + 1]
        content = np.frombuffer(memoryview(data), dtype=np.uint8) if data is not None else np.empty(0, dtype=np.uint8)
        return cls(content[places[0] : places[-1]], places - places[0])

    @classmethod
    def joined(cls, parts: Sequence[Texts]) -> Texts:
        """Return the texts of one part after those of the other; there is at least one."""
        # Adding them pairwise would copy the first ones again and again.
        starts = np.cumsum([0] + [int(part.offsets[-1]) for part in parts])
        offsets = [part.offsets[:-1] + start for part, start in zip(parts, starts, strict=False)]
        return cls(np.concatenate([part.data for part in parts]), np.concatenate([*offsets, starts[-1:]]))

    def to_arrow(self) -> pa.Array:
        """Return the texts as a column of strings; nothing is copied."""
        import pyarrow as pa

        offsets, data = np.ascontiguousarray(self.offsets), np.ascontiguousarray(self.data)
        return pa.LargeStringArray.from_buffers(len(self), pa.py_buffer(offsets), pa.py_buffer(data))

    def take(self, places: np.ndarray) -> Texts:
        """Return the texts at these places (``int64[m]``), in this order."""
        from mesaprior.compiling import suited
        from mesaprior.hypotheses.counting.kernels import take_bytes

        offsets = np.zeros(len(places) + 1, dtype=np.int64)
        np.cumsum(np.diff(self.offsets)[places], out=offsets[1:])
        data = np.empty(int(offsets[-1]), dtype=np.uint8)
        take = suited(take_bytes, COPYING * len(data))
        take(self.data, self.offsets, places, data, offsets)
        return Texts(data, offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Texts: ...

    def __getitem__(self, place: int | slice) -> str | Texts:
        if isinstance(place, slice):
            return self.take(np.arange(len(self))[place])
        n = len(self)
        if not -n <= place < n:
            raise IndexError(f"there are {n} texts, and no number {place}")
        place = int(place) % n
        return self.data[self.offsets[place] : self.offsets[place + 1]].tobytes().decode()

    def __iter__(self) -> Iterator[str]:
        content = self.data.tobytes()
        places = self.offsets.tolist()
        for start, end in pairwise(places):
            yield content[start:end].decode()

    def __add__(self, other: Texts) -> Texts:
        return Texts.joined([self, other])

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Texts):
            return np.array_equal(self.offsets, other.offsets) and np.array_equal(self.data, other.data)
        return is_sequence(other) and len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__: ClassVar[None]  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = ", ".join(repr(self[k]) for k in range(min(3, len(self))))
        return f"Texts({shown}{', ...' if len(self) > 3 else ''}; {len(self)})"
