"""Boolean functions by the networks that compute them, over all inputs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError, setting
from mesaprior.hypotheses.networks.architecture import (
    DEFAULT_WEIGHTS,
    MOST_INPUTS,
    Architecture,
    check_weights,
    norms_of,
)
from mesaprior.hypotheses.networks.counting import check_shape, count_networks
from mesaprior.hypotheses.networks.witnesses import network_texts
from mesaprior.hypotheses.space import Progress

MOST_MAGNITUDES = 10
"""Weights of a perceptron whose signs are all tried."""


@dataclass(frozen=True, eq=False)
class FunctionCounts:
    """The number of networks of a shape with one output that compute each function. Sizes: G groups, F functions.

    Attributes
    ----------
    shape : Architecture
    function : int64[G]
        Truth tables: bit i is the value at input number i, the first input the most significant bit of i.
    columns : dict of str to int64[G]
        ``weights`` (not 0), ``l1`` and ``l2``. Groups are distinct, and ascend by function, then by these.
    count : int64[G]
        Exact number of networks.
    witness : dict of int to str
        For each function that some network computes, one of fewest non-zero weights.
    """

    shape: Architecture
    function: NDArray[np.int64]
    columns: dict[str, np.ndarray]
    count: NDArray[np.int64]
    witness: dict[int, str]

    @cached_property
    def counted_by_function(self) -> dict[int, int]:
        """Exact number of networks of each function that some compute, the most frequent first, then ascending."""
        totals: dict[int, int] = {}
        for function, count in zip(self.function.tolist(), self.count.tolist(), strict=True):
            totals[function] = totals.get(function, 0) + count
        return dict(sorted(totals.items(), key=lambda item: (-item[1], item[0])))

    @property
    def least_weights(self) -> dict[int, int]:
        """Fewest non-zero weights by function."""
        least: dict[int, int] = {}
        for function, weights in zip(self.function.tolist(), self.columns["weights"].tolist(), strict=True):
            least[function] = min(weights, least.get(function, weights))
        return least

    @property
    def entropy(self) -> float:
        """Entropy in bits of the function of a uniformly drawn network."""
        shares = [count / self.shape.n_networks for count in self.counted_by_function.values()]
        return -math.fsum(share * math.log2(share) for share in shares)

    @property
    def constant_share(self) -> float:
        """Share of the networks that compute a constant."""
        constants = (0, (1 << (1 << self.shape.inputs)) - 1)
        return sum(self.counted_by_function.get(function, 0) for function in constants) / self.shape.n_networks


def count_functions(
    inputs: int,
    hidden: int,
    weights: Sequence[int] = DEFAULT_WEIGHTS,
    *,
    workers: int = 1,
    report: Progress | None = None,
) -> FunctionCounts:
    """Count the networks with one output that compute each Boolean function.

    Parameters
    ----------
    inputs, hidden : int
        n, from 1 to `architecture.MOST_INPUTS`; h, from 0.
    weights : sequence of int
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Told of `counting.PARTS` parts in all.

    Raises
    ------
    UsageError
        If there are too many networks to be counted, or a number is out of range.
    """
    check_inputs(inputs)
    shape = Architecture(inputs, hidden, 1, check_weights(weights))
    check_shape(shape)
    counts = count_networks(shape, np.arange(1 << inputs), workers=workers, report=report)
    row, column = np.nonzero(counts.count)
    return FunctionCounts(
        shape=shape,
        function=counts.behaviour[row].astype(np.int64),
        columns=norms_of(counts.norm[column]),
        count=counts.count[row, column],
        witness=dict(zip(counts.behaviour.tolist(), network_texts(counts, shape), strict=True)),
    )


def threshold_functions(inputs: int, weights: Sequence[int]) -> list[int]:
    """Return the truth tables of all functions that one threshold unit with these weights computes, ascending.

    Notes
    -----
    There are 4, 14, 104 and 1882 threshold functions of 1, 2, 3 and 4 inputs (S. Muroga, *Threshold Logic and Its
    Applications*, 1971). It takes weights and biases from -1 to 1 for all functions of one input, from -2 to 2 for
    those of two, from -3 to 3 for three and from -5 to 5 for four.
    """
    return list(count_functions(inputs, 0, weights).witness)


def positives_by_signs(magnitudes: Sequence[int | float | Fraction]) -> NDArray[np.int64]:
    """Return at how many inputs of 0 and 1 a perceptron without bias is positive, for every choice of signs.

    Parameters
    ----------
    magnitudes : sequence of int, float or Fraction
        Of the n weights, above 0; taken as exact numbers. No sum of some of them, each added or taken away, may be 0.

    Returns
    -------
    int64[2^n]
        Entry s is for the signs in which the i-th weight is negative where bit n - 1 - i of s is 1.

    Raises
    ------
    UsageError
        If the magnitudes are none, too many, or not as said.

    Notes
    -----
    Every number from 0 to 2^n - 1 occurs exactly once, so with random signs each function's share of ones is uniform
    (C. Mingard and others, *Neural networks are a priori biased towards Boolean functions with low entropy*, 2019).
    """
    n = len(magnitudes)
    if not 1 <= n <= MOST_MAGNITUDES:
        raise UsageError(f"there are {n} magnitudes; give 1 to {MOST_MAGNITUDES}.")
    for value in magnitudes:
        if not (math.isfinite(value) and value > 0):
            raise UsageError(f"{value} is no magnitude; give numbers above 0.")
    exact = [Fraction(value) for value in magnitudes]
    scale = math.lcm(*(value.denominator for value in exact))
    whole = [int(value * scale) for value in exact]
    bits = (np.arange(1 << n)[:, None] >> np.arange(n - 1, -1, -1)) & 1
    # Numbers of any size are exact in Python.
    small = sum(whole) < 2**62
    signed = (1 - 2 * bits) * np.array(whole, dtype=np.int64 if small else object)
    sums = signed @ bits.T.astype(signed.dtype)
    if np.count_nonzero(sums == 0) > 1 << n:
        raise UsageError(f"of the magnitudes {', '.join(map(str, magnitudes))} some cancel; take others.")
    return np.asarray(sums > 0).sum(axis=1).astype(np.int64)


def check_inputs(inputs: int) -> None:
    """Refuse numbers of inputs that are out of range.

    Raises
    ------
    UsageError
        If so.
    """
    if not 1 <= inputs <= MOST_INPUTS:
        raise UsageError(setting("inputs", inputs), f" is out of range; give a number from 1 to {MOST_INPUTS}.")
