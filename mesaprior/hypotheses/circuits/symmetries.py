"""The ways to rename and complement inputs, as look-up tables for the kernels."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np

from mesaprior.hypotheses.circuits.kernels import Symmetries

MOST_INPUTS = 5


@cache
def symmetries(n: int) -> Symmetries:
    """Return the n! * 2^n ways to permute and complement n inputs.

    Parameters
    ----------
    n : int
        1 to `MOST_INPUTS`.
    """
    size = 1 << n
    inputs = np.arange(size)
    # The first input is the most significant bit of an input number.
    value = (inputs[:, None] >> (n - 1 - np.arange(n))) & 1
    order = np.array(list(permutations(range(n))), dtype=np.int64)
    position = np.argsort(order, axis=1)
    weight = 1 << (n - 1 - np.arange(n))
    complemented = (np.arange(size)[:, None] >> np.arange(n)) & 1
    # Where input number y takes its value from: input v is the one at its position, complemented or not.
    moved = value[None, None, :, :] ^ np.zeros((len(order), size, 1, 1), dtype=np.int64)
    moved = np.take_along_axis(moved, np.broadcast_to(position[:, None, None, :], moved.shape), axis=3)
    source = ((moved ^ complemented[None, :, None, :]) * weight).sum(axis=3).reshape(-1, size)
    n_bytes = max(1, size // 8)
    table = np.zeros((len(source), n_bytes, 256), dtype=np.uint32)
    byte = np.arange(256, dtype=np.uint32)
    for y in range(size):
        place = source[:, y]
        bit = (byte[None, :] >> (place % 8)[:, None].astype(np.uint32)) & np.uint32(1)
        table[np.arange(len(source)), place // 8] |= bit << np.uint32(y)
    where = np.array(
        [[sum(1 << i for i in range(size) if value[i, v] == b) for b in (0, 1)] for v in range(n)], dtype=np.uint64
    )
    ones = np.array([i.bit_count() for i in range(1 << 16)], dtype=np.uint8)
    return Symmetries(n, np.uint64((1 << size) - 1), order, table, where, ones, np.array(_walk(n), dtype=np.int8))


def _walk(n: int) -> list[int]:
    """Return the moves of `Symmetries.walk`."""
    # A Gray code complements the inputs in all ways; with the last move it is back where it began.
    complements = [(i & -i).bit_length() - 1 for i in range(1, 1 << n)] + [n - 1]
    return [move for swap in _swaps(n) for move in (*complements, *([n + swap] if swap >= 0 else []))]


def _swaps(n: int) -> list[int]:
    """Return swaps of neighbours that lead through all permutations of n things and back (plain changes)."""
    if n == 1:
        return [-1]
    if n == 2:
        return [0, 0]
    swaps: list[int] = []
    for k, inner in enumerate(_swaps(n - 1)):
        # The last thing runs through the others, which move on while it stands at an end.
        swaps += list(range(n - 1))[:: 1 if k % 2 else -1]
        swaps.append(inner + (k % 2 == 0))
    return swaps
