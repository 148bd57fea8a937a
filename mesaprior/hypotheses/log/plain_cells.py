"""Cells of long texts, split by NumPy where that equals reading them one by one.

A piece of text is *plain* if it has so many cells in every line, and quotes only around whole cells that have no
delimiter, line end or quote inside. What is not plain is read as before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LONGEST = 256
"""Bytes of a cell of a plain piece, at most."""

SLOTS = 1 << 16
"""Places in which keys are looked for before they are sorted."""

_FACTORS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
"""Odd numbers that spread keys over the slots."""

_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], dtype=np.uint64)

_RETURN, _NEWLINE, _QUOTE = b'\r\n"'


def plain_cells(text: str, delimiter: str, n_columns: int) -> list[tuple[list[str], NDArray[np.int64]]] | None:
    """Return the cells of each column of a piece of text, or None where it is not plain.

    Parameters
    ----------
    text : str
        Whole lines.
    delimiter : str
        A character of ASCII that is no quote and no end of a line.
    n_columns : int
        How many cells a line has, at least 2.

    Returns
    -------
    list of (list of str, int64[R])
        Of each column the distinct cells by first appearance, and which of them stands on each line.

    Notes
    -----
    A second for some 50 MB; memory is some ten times that of the text.
    """
    if "\0" in text or text.count("\r") != text.count("\r\n"):
        return None
    content = text.encode() if text.endswith("\n") else text.encode() + b"\n"
    # Words of eight bytes can be read from every byte on.
    content += bytes(8)
    data = np.frombuffer(content, dtype=np.uint8)
    ends = np.flatnonzero((data == ord(delimiter)) | (data == _NEWLINE))
    n_rows = int((data[ends] == _NEWLINE).sum())
    if len(ends) != n_rows * n_columns:
        return None
    starts = np.concatenate([[0], ends[:-1] + 1]).reshape(n_rows, n_columns)
    ends = ends.reshape(n_rows, n_columns)
    if not (data[ends[:, -1]] == _NEWLINE).all():
        return None
    ends[:, -1] -= (data[ends[:, -1] - 1] == _RETURN) & (ends[:, -1] > starts[:, -1])
    n_quotes = int((data == _QUOTE).sum())
    if n_quotes:
        is_quoted = (ends - starts >= 2) & (data[starts] == _QUOTE) & (data[ends - 1] == _QUOTE)
        if n_quotes != 2 * int(is_quoted.sum()):
            return None
        starts, ends = starts + is_quoted, ends - is_quoted
    sizes = ends - starts
    if sizes.max(initial=0) > LONGEST:
        return None
    words = np.ndarray(len(content) - 8, dtype="<u8", buffer=content, strides=(1,))
    return [_column(content, words, starts[:, place].copy(), sizes[:, place].copy()) for place in range(n_columns)]


def _column(content: bytes, words: np.ndarray, start: np.ndarray, size: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Return the distinct cells of these places, by first appearance, and which of them each is, int64[R]."""
    first, number = _numbered(words[start] & _MASKS[np.minimum(size, 8)])
    for offset in range(8, int(size.max(initial=0)), 8):
        left = np.clip(size - offset, 0, 8)
        _, more = _numbered(np.where(left > 0, words[start + np.minimum(offset, size)], 0) & _MASKS[left])
        first, number = _numbered((number * (int(more.max()) + 1) + more).astype(np.uint64))
    places = zip(start[first].tolist(), size[first].tolist(), strict=True)
    return [content[begin : begin + n].decode() for begin, n in places], number


def _numbered(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the place of each distinct key where it comes first, ascending, and the number of each key, int64[R]."""
    for factor in _FACTORS:
        slot = (keys * np.uint64(factor) >> np.uint64(48)).astype(np.int64)
        held = np.zeros(SLOTS, dtype=np.uint64)
        held[slot] = keys
        if (held[slot] == keys).all():
            place = np.full(SLOTS, -1)
            # Of several in one slot the last one is kept, which is the first one here.
            place[slot[::-1]] = np.arange(len(keys) - 1, -1, -1)
            used = np.flatnonzero(place >= 0)
            used = used[np.argsort(place[used])]
            number = np.empty(SLOTS, dtype=np.int64)
            number[used] = np.arange(len(used))
            return place[used], number[slot]
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.sort(first), rank[inverse.reshape(-1)]
