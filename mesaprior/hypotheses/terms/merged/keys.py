"""Keys: the behaviour of a whole program, packed so that keys sort like predictions, and the partition into bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import is_worth_compiling
from mesaprior.hypotheses.terms.grid import Grid, padded
from mesaprior.hypotheses.terms.merged import kernels, vectorized

ALL = np.uint64(2**64 - 1)

PACKING = 1e-7
"""Seconds that NumPy takes to pack or unpack a word, about."""


class Keys:
    """The keys of a grid.

    Parameters
    ----------
    grid : Grid

    Attributes
    ----------
    bits : int
        Bits of an action.
    n_words : int
        W, the 64-bit words of a key.
    mask : uint64
        Bits of the first word that hold intact actions. What all programs of a behaviour share is in them.
    """

    def __init__(self, grid: Grid):
        self._grid = grid
        self.bits: int = max(1, (grid.layout.A - 1).bit_length())
        per_word = 8 * max(1, 8 // self.bits)
        self.n_words: int = -(-padded(grid.signature_size) // per_word)
        below = self.bits * max(0, per_word - grid.layout.Q)
        used = self.bits * per_word
        self.mask: np.uint64 = np.uint64(((1 << used) - 1) >> below << below)

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the keys ``uint64[n, W]`` of values ``uint8[n, width]`` of closed terms."""
        signatures = self._grid.signatures(values)
        words = signatures.view(np.uint64)
        if not is_worth_compiling(kernels.pack_rows, PACKING * words.size):
            return vectorized.pack_rows(words, self.bits)
        keys = np.zeros((len(values), self.n_words), dtype=np.uint64)
        kernels.pack_rows(words, len(values), words.shape[1], self.bits, 0, self._grid.layout.A, keys)
        return keys

    def of_constants(self) -> np.ndarray:
        """Return the first words of the keys of constant programs, which are very many."""
        if self._grid.with_fit:
            return np.empty(0, dtype=np.uint64)
        V, Q, A = self._grid.layout.V, self._grid.layout.Q, self._grid.layout.A
        # Under an intervention most of them do what they do anyway.
        free = self._grid.variants.first_intervention
        values = np.zeros((A**free, self._grid.width[0]), dtype=np.uint8)
        for number in range(len(values)):
            actions = [number // A ** (v if v < free else 0) % A for v in range(V)]
            values[number, : V * Q] = np.repeat(actions, Q)
        return np.unique(self.of(values)[:, 0])

    def signatures(self, keys: np.ndarray) -> np.ndarray:
        """Return the signatures ``uint8[n, signature_size]`` that keys stand for."""
        if not is_worth_compiling(kernels.unpack, PACKING * keys.size):
            return vectorized.unpack(keys, self.bits, self._grid.signature_size)
        out = np.empty((len(keys), self._grid.signature_size), dtype=np.uint8)
        kernels.unpack(keys, self.bits, out)
        return out


@dataclass(frozen=True, eq=False)
class Partition:
    """A cut of keys into bins by ranges of their first words, and of the bins into shards.

    Attributes
    ----------
    splitters : uint64[n - 1]
        Ascending; bin b holds what b of them do not exceed.
    shards : int64[shards + 1]
        The first bin of each shard, and the number of bins.
    """

    splitters: NDArray[np.uint64]
    shards: NDArray[np.int64]

    @property
    def n(self) -> int:
        """The number of bins."""
        return len(self.splitters) + 1

    @classmethod
    def of_hashes(cls, n: int) -> Partition:
        """Cut hashes into n equal ranges."""
        return cls(np.array([(k << 64) // n for k in range(1, n)], dtype=np.uint64), np.array([0, n]))

    @classmethod
    def of_sample(
        cls, sample: NDArray[np.uint64], n: int, n_shards: int, mask: np.uint64, alone: NDArray[np.uint64]
    ) -> Partition:
        """Cut keys into about n ranges that share a sample of first words about equally.

        Parameters
        ----------
        sample : uint64[m]
        n, n_shards : int
        mask : uint64
            Shards do not cut through what is equal in these bits.
        alone : uint64[k]
            Words that get a bin of their own.
        """
        sample = np.sort(sample)
        places = [len(sample) * k // n for k in range(1, n)] if len(sample) else []
        ends = [len(sample) * k // n_shards for k in range(1, n_shards)] if len(sample) else []
        cuts = sample[ends] & mask if ends else np.zeros(n_shards - 1, dtype=np.uint64)
        above = alone[alone < ALL] + np.uint64(1)
        splitters = np.unique(np.concatenate([sample[places], cuts, alone, above]).astype(np.uint64))
        splitters = splitters[splitters > 0]
        # A cut at 0 leaves the first shards empty.
        shards = np.searchsorted(splitters, cuts, side="right")
        return cls(splitters, np.concatenate([[0], shards, [len(splitters) + 1]]).astype(np.int64))

    def filter(self, first: int, end: int, *, bits: int, with_flags: bool) -> kernels.Filter:
        """Return the filter of records that fall into bins first .. end - 1."""
        return kernels.Filter(self.splitters, first, end, bits, with_flags)
