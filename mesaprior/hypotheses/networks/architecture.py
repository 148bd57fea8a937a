"""The number of networks of a shape, their norms, and the length of their code."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import Named, UsageError, setting

DEFAULT_WEIGHTS = (-1, 0, 1)
"""The default weights of a network."""

LARGEST_WEIGHT = 9
"""Weights are integers from minus this to this."""

MOST_INPUTS = 4

MOST_HIDDEN = 20

NORMS = ("weights", "l1", "l2")
"""What is counted of the weights of a network: how many are not 0, their absolute values and their squares, summed."""

_SHIFTS = (32, 16, 0)
"""Lowest bit of each norm in a code, so that codes ascend as the norms do one after the other; see `norm_codes`."""


@dataclass(frozen=True)
class Architecture:
    """Networks of one shape.

    Attributes
    ----------
    inputs : int
        n.
    hidden : int
        h; 0 where the outputs see the inputs themselves.
    outputs : int
        k.
    weights : tuple of int
        The set that every weight and bias is from, ascending.
    """

    inputs: int
    hidden: int
    outputs: int
    weights: tuple[int, ...] = DEFAULT_WEIGHTS

    @property
    def n_weights(self) -> int:
        """Weights and biases of a network."""
        n, h, k = self.inputs, self.hidden, self.outputs
        return h * (n + 1) + k * (h + 1) if h else k * (n + 1)

    @property
    def n_networks(self) -> int:
        """The number of networks."""
        return len(self.weights) ** self.n_weights

    @property
    def bits(self) -> float:
        """Bits of the weights of every network."""
        return self.n_weights * math.log2(len(self.weights))


def bits_of_hidden(hidden: int) -> int:
    """Return the bits that encode the number of hidden units, if it is open: Elias's gamma code of h + 1.

    References
    ----------
    P. Elias, "Universal codeword sets and representations of the integers", IEEE Transactions on Information Theory 21,
    1975.
    """
    return 2 * (hidden + 1).bit_length() - 1


def parse_weights(text: str) -> tuple[int, ...]:
    """Read a set of weights, such as ``-1,0,1``.

    Raises
    ------
    UsageError
        If it is none; see `check_weights`.
    """
    words = [word.strip() for word in text.split(",")]
    for word in words:
        if not re.fullmatch(r"[+-]?[0-9]{1,3}", word, flags=re.ASCII):
            raise UsageError(
                Named(f"weights={text[:60]!r}", f"--weights {text[:60]!r}"),
                f": {word[:20]!r} is no integer; give integers with commas, as in -1,0,1.",
            )
    return check_weights([int(word) for word in words])


def check_weights(weights: Sequence[int]) -> tuple[int, ...]:
    """Return a set of weights in ascending order.

    Raises
    ------
    UsageError
        If it is smaller than two, or has a number twice or one that is too large.
    """
    allowed = f"give at least two different integers from {-LARGEST_WEIGHT} to {LARGEST_WEIGHT}, as in -1,0,1."
    for weight in weights:
        if not (abs(weight) <= LARGEST_WEIGHT and weight == int(weight)):
            raise UsageError(setting("weights"), f" has {weight}, which is out of range; {allowed}")
        if list(weights).count(weight) > 1:
            raise UsageError(setting("weights"), f" has {weight} twice; {allowed}")
    if len(weights) < 2:
        raise UsageError(setting("weights"), f" has {len(weights)} of them; {allowed}")
    return tuple(sorted(int(weight) for weight in weights))


def norm_codes(weights: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the `NORMS` of the weights along the last axis, as one additive number each.

    Parameters
    ----------
    weights : int64[..., n]

    Returns
    -------
    int64[...]
    """
    norms = np.stack([weights != 0, np.abs(weights), weights**2], axis=-1).sum(axis=-2, dtype=np.int64)
    return (norms << np.array(_SHIFTS)).sum(axis=-1)


def norms_of(codes: np.ndarray) -> dict[str, np.ndarray]:
    """Return the norms by name, ``int64[...]`` each; see `norm_codes`."""
    return {name: (codes >> shift) & 0xFFFF for name, shift in zip(NORMS, _SHIFTS, strict=True)}
