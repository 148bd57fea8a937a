"""Texts of witnesses, spelled from what the classes remember of how they were put together."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.counting.classes import Classes, Making
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.levels import Way
from mesaprior.hypotheses.texts import Texts


class Speller:
    """Writes terms.

    Parameters
    ----------
    grid : Grid
    classes : list of Classes
        By scope.
    max_bits : int
        Bits of the longest term, which bounds its depth.
    """

    def __init__(self, grid: Grid, classes: list[Classes], max_bits: int):
        names = [token.name.encode() for token in grid.language.tokens]
        sizes = dict(zip(grid.log.features, grid.log.feature_sizes, strict=True))
        self._classes = classes
        self._stack = 8 * (max_bits + 2)
        self._spelling = kernels.Spelling(
            letters=np.frombuffer(b"".join(names), dtype=np.uint8),
            start=np.cumsum([0] + [len(name) for name in names], dtype=np.int64),
            arity=np.array([token.arity for token in grid.language.tokens], dtype=np.int64),
            digits=np.array(
                [sizes[token.name] if token.kind == "lookup" else 0 for token in grid.language.tokens], dtype=np.int64
            ),
            A=grid.language.actions,
        )

    @property
    def _heads(self) -> tuple[kernels.Heads, ...]:
        makings = [classes.making for classes in self._classes]
        return tuple(kernels.Heads(m.token, m.inner, m.c, m.a, m.b, m.size) for m in makings)

    def sizes(self, making: Making) -> np.ndarray:
        """Return the bytes ``int32[n]`` of the texts of terms that are put together from classes."""
        sizes = np.empty(len(making.token), dtype=np.int32)
        kernels.text_sizes(
            self._spelling, making.token, making.inner, making.c, making.a, making.b, self._heads, sizes
        )  # fmt: skip
        return sizes

    def texts(self, making: Making, ways: list[Way], way: np.ndarray) -> Texts:
        """Return the texts of n terms, each below the tokens of its way (``int64[n]``)."""
        outermost = [way.tokens[::-1] for way in ways]
        wraps = np.array([index for tokens in outermost for index in tokens], dtype=np.int64)
        wrap_start = np.cumsum([0] + [len(tokens) for tokens in outermost], dtype=np.int64)
        names = np.diff(self._spelling.start)
        around = np.array([sum(3 + int(names[index]) for index in tokens) for tokens in outermost], dtype=np.int64)
        offsets = np.zeros(len(way) + 1, dtype=np.int64)
        np.cumsum(self.sizes(making) + around[way], out=offsets[1:])
        out = np.empty(int(offsets[-1]), dtype=np.uint8)
        stack = np.empty((self._stack, 2), dtype=np.int64)
        kernels.write_texts(
            self._spelling, self._heads, wraps, wrap_start,
            making.token, making.inner, making.c, making.a, making.b, way, stack, out, offsets,
        )  # fmt: skip
        return Texts(out, offsets)
