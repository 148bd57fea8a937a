"""How vectors over situations are packed into words: the bits of each entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError, setting
from mesaprior.hypotheses.networks import kernels

_WIDTHS = (4, 8)
"""Bits of a field; the fewest that hold all that can be summed up."""


@dataclass(frozen=True)
class Layout:
    """The fields of a vector with an entry for each output and situation.

    Eight situations are a plane, whose fields are 8 bits apart, so that one multiplication gathers their highest bits.
    Fields of 4 bits interleave two planes in a word.

    Attributes
    ----------
    situations : int
        D, 1 to 16.
    outputs : int
        k.
    width : int
        Bits of a field.
    """

    situations: int
    outputs: int
    width: int

    @classmethod
    def for_sums(cls, situations: int, outputs: int, largest: int) -> Layout:
        """Return the layout for sums whose size is at most `largest`, a last bias included.

        Raises
        ------
        UsageError
            If there is none.
        """
        width = next((width for width in _WIDTHS if largest < 1 << (width - 1)), None)
        if width is None:
            raise UsageError(
                f"weights up to {largest} in all are summed up for an output, and 127 is the most; take fewer hidden "
                "units or smaller ",
                setting("weights"),
                ".",
            )
        return cls(situations, outputs, width)

    @property
    def planes(self) -> int:
        """Groups of eight situations."""
        return -(-self.situations // 8)

    @property
    def words(self) -> int:
        """Words of one output."""
        return 1 if self.width == 4 else self.planes

    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """Return word and lowest bit of the field of each situation, within one output, ``int64[D]`` each."""
        plane, byte = np.divmod(np.arange(self.situations), 8)
        return (0 * plane, 8 * byte + 4 * plane) if self.width == 4 else (plane, 8 * byte)

    def pack(self, entries: np.ndarray) -> np.ndarray:
        """Return vectors, ``int64[V, k, D]``, as words, ``uint64[V, k * words]``; sums of words are words of sums."""
        word, shift = self._places()
        packed = np.zeros((len(entries), self.outputs, self.words), dtype=np.uint64)
        for s in range(self.situations):
            # Negative entries borrow from the fields above, and give it back when they are added up.
            packed[:, :, word[s]] += entries[:, :, s].astype(np.uint64) << np.uint64(shift[s])
        return packed.reshape(len(entries), -1)

    def fields(self, symmetries: NDArray[np.int64]) -> kernels.Fields:
        """Return the record of the fields for the kernels.

        Parameters
        ----------
        symmetries : int64[P, D]
            For each symmetry the situation that is moved to each situation.
        """
        word, shift = self._places()
        k, D = self.outputs, self.situations
        middle = self.pack(np.full((1, k, D), 1 << (self.width - 1), dtype=np.int64))[0]
        return kernels.Fields(
            word=(word + self.words * np.arange(k)[:, None]).reshape(-1),
            shift=np.tile(shift, k),
            middle=middle,
            mask=np.uint64((1 << self.width) - 1),
            source=np.hstack([symmetries + D * output for output in range(k)]),
        )

    def planes_of(self) -> dict[str, np.ndarray]:
        """Return `word`, `shift` and `mask` of `kernels.Outputs`."""
        plane = np.arange(2) * (self.planes - 1)
        ones = np.full(2, 0x0101010101010101, dtype=np.uint64)
        return {
            "word": 0 * plane if self.width == 4 else plane,
            "shift": 3 + 4 * plane if self.width == 4 else 7 + 0 * plane,
            "mask": ones * np.array([1, self.planes - 1], dtype=np.uint64),
        }

    def thresholds(self, biases: NDArray[np.int64]) -> NDArray[np.uint64]:
        """Return the summand after which the highest bit of a field says whether sum and bias are above 0.

        Parameters
        ----------
        biases : int64[w]

        Returns
        -------
        uint64[w, words]
        """
        entries = biases + (1 << (self.width - 1)) - 1
        single = Layout(self.situations, 1, self.width)
        return single.pack(np.broadcast_to(entries[:, None, None], (len(biases), 1, self.situations)))
