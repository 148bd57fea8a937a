"""Keys: what a whole program does, packed so that keys sort as predictions do, and how keys are cut into bins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.terms.grid import Grid, padded
from mesaprior.hypotheses.terms.merged import kernels

ALL = np.uint64(2**64 - 1)


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
        self.bits = max(1, (grid.layout.A - 1).bit_length())
        per_word = 8 * max(1, 8 // self.bits)
        self.n_words = -(-padded(grid.signature_size) // per_word)
        below = self.bits * max(0, per_word - grid.layout.Q)
        used = self.bits * per_word
        self.mask = np.uint64(((1 << used) - 1) >> below << below)

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the keys ``uint64[n, W]`` of values ``uint8[n, width]`` of closed terms."""
        signatures = self._grid.signatures(values)
        keys = np.zeros((len(values), self.n_words), dtype=np.uint64)
        kernels.pack_rows(signatures.view(np.uint64), len(values), self.bits, keys)
        return keys

    def first_words(self, values: np.ndarray) -> np.ndarray:
        """Return the distinct first words of the keys of closed terms, masked, ascending."""
        return np.unique(self.of(values)[:, 0] & self.mask)

    def signatures(self, keys: np.ndarray) -> np.ndarray:
        """Return the signatures ``uint8[n, signature_size]`` that keys stand for."""
        out = np.empty((len(keys), self._grid.signature_size), dtype=np.uint8)
        kernels.unpack(keys, self.bits, out)
        return out


@dataclass(frozen=True, eq=False)
class Partition:
    """A cut of keys into bins by ranges of their first words.

    Attributes
    ----------
    splitters : uint64[n - 1]
        Ascending; bin b holds what b of them do not exceed.
    mask : uint64
        Bits that are compared.
    """

    splitters: np.ndarray
    mask: np.uint64

    @property
    def n(self) -> int:
        """The number of bins."""
        return len(self.splitters) + 1

    @classmethod
    def of_hashes(cls, n: int) -> Partition:
        """Cut hashes into n equal ranges."""
        return cls(np.array([(k << 64) // n for k in range(1, n)], dtype=np.uint64), ALL)

    @classmethod
    def of_sample(cls, sample: np.ndarray, n: int, mask: np.uint64) -> Partition:
        """Cut keys into n ranges that share a sample of first words about equally; some may be empty."""
        if len(sample) == 0:
            sample = np.zeros(1, dtype=np.uint64)
        places = [len(sample) * k // n for k in range(1, n)]
        return cls(sample[places], mask)

    def filter(self, first: int, end: int, *, bits: int, with_flags: bool) -> kernels.Filter:
        """Return the filter of records that fall into bins first .. end - 1."""
        return kernels.Filter(self.splitters, self.mask, first, end, bits, with_flags)
