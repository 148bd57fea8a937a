"""Texts of witnesses, spelled from the records of how the classes were built."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import suited
from mesaprior.errors import RunError
from mesaprior.hypotheses.counting.classes import Classes, Making
from mesaprior.hypotheses.counting.rows import roomier
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.levels import Way
from mesaprior.hypotheses.texts import Texts

WRITING = 8e-5
"""Seconds that plain Python takes for a text, about."""

COMPILING = 2.0
"""Seconds that it takes to compile what writes texts."""

TYPICAL_BYTES = 48
"""Bytes of a text, about; where they are longer, more room is made."""


class Speller:
    """Writes terms.

    Parameters
    ----------
    grid : Grid
    classes : list of Classes
        By scope.
    bits : list of int
        Bits of each token, literals included.
    max_bits : int
        Bits of the longest term, which bounds its depth and its text.
    """

    def __init__(self, grid: Grid, classes: list[Classes], bits: list[int], max_bits: int):
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
            is_number=np.array([token.kind == "number" for token in grid.language.tokens], dtype=np.int64),
            A=grid.language.actions,
        )

        # A name (or the digits of a number) with two brackets and a space, and what a literal table adds.
        n_bytes = [len(name) + 3 + 4 * int(n) + 1 for name, n in zip(names, self._spelling.digits, strict=True)]
        self._longest = max((-(-max_bits * n // of) for n, of in zip(n_bytes, bits, strict=True)), default=0)

    def texts(self, making: Making, ways: list[Way], way: NDArray[np.int64]) -> Texts:
        """Return the texts of n terms built from classes, each below the tokens of its way.

        Parameters
        ----------
        making : Making
        ways : list of Way
        way : int64[n]

        Raises
        ------
        RunError
            If classes name each other in a circle, or one that stands for a whole level without a known program; either
            is a defect of the engine.
        """
        outermost = [way.tokens[::-1] for way in ways]
        wraps = np.array([index for tokens in outermost for index in tokens], dtype=np.int64)
        wrap_start = np.cumsum([0] + [len(tokens) for tokens in outermost], dtype=np.int64)
        heads = tuple(_heads(classes.making) for classes in self._classes)
        stack = np.empty((self._stack, 2), dtype=np.int64)
        n, done = len(way), 0
        offsets = np.zeros(n + 1, dtype=np.int64)
        out = np.empty(TYPICAL_BYTES * n + self._longest, dtype=np.uint8)
        write_texts = suited(kernels.write_texts, WRITING * n, COMPILING)
        while True:
            done = write_texts(
                self._spelling, heads, wraps, wrap_start, _heads(making), way, stack, self._longest, done, out, offsets
            )  # fmt: skip
            if done < 0:
                raise RunError(
                    "the census found a behaviour of which it cannot write a program; this is a defect of the engine, "
                    "so please report the language and the log."
                )
            used = int(offsets[done])
            if done == n:
                return Texts(out[:used], offsets)
            out = roomier(out, 2 * len(out), used)


def _heads(making: Making) -> kernels.Heads:
    return kernels.Heads(making.token, making.inner, making.c, making.a, making.b)
