"""Permutations of the inputs that leave a set of situations unchanged."""

from __future__ import annotations

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.networks.units import bits_of_inputs


class Symmetries:
    """The permutations of the inputs under which a set of situations stays the same; the first moves nothing.

    A permutation p makes of a network the one whose hidden units have the weight w[p[i]] at input i. It does at x what
    the other did at y, where y[p[i]] = x[i].

    Parameters
    ----------
    inputs : int64[D]
        Distinct numbers of inputs.
    n : int
        Bits of an input.

    Attributes
    ----------
    permutation : int64[P, n]
    source : int64[P, D]
        For each situation x the place of y.
    """

    def __init__(self, inputs: np.ndarray, n: int):
        bits = bits_of_inputs(inputs, n)
        place = {number: i for i, number in enumerate(inputs.tolist())}
        found: list[tuple[int, ...]] = []
        sources: list[list[int]] = []
        for permutation in permutations(range(n)):
            moved = np.zeros(len(inputs), dtype=np.int64)
            for i, j in enumerate(permutation):
                moved |= bits[:, i] << (n - 1 - j)
            if all(number in place for number in moved.tolist()):
                found.append(permutation)
                sources.append([place[number] for number in moved.tolist()])
        self.permutation: NDArray[np.int64] = np.array(found, dtype=np.int64).reshape(len(found), n)
        self.source: NDArray[np.int64] = np.array(sources, dtype=np.int64)

    def __len__(self) -> int:
        return len(self.permutation)

    def of_settings(self, w: int) -> NDArray[np.int64]:
        """Return the image of a hidden unit under each permutation.

        Parameters
        ----------
        w : int
            How many weights there are to choose from.

        Returns
        -------
        int64[P, w^(n + 1)]
            Numbers of settings, as in `units.settings_of`.
        """
        n: int = self.permutation.shape[1]
        digits = np.indices((w,) * (n + 1)).reshape(n + 1, -1)
        value = w ** np.arange(n, -1, -1)
        return np.stack([value @ digits[[*permutation, n]] for permutation in self.permutation.tolist()])

    def of_behaviours(self, behaviour: np.ndarray, symmetry: int, outputs: int) -> np.ndarray:
        """Return the images of behaviours, ``uint64[B]``, under a permutation; an output has a bit per situation."""
        D = self.source.shape[1]
        moved = np.zeros_like(behaviour)
        for s, t in enumerate(self.source[symmetry].tolist()):
            for output in range(outputs):
                bit = (behaviour >> np.uint64(D * output + t)) & np.uint64(1)
                moved |= bit << np.uint64(D * output + s)
        return moved
