"""Partial functions and how their completions share what they are worth: the least alike, or each by its posterior.

A partial function fixes all inputs but a few, the open ones, and has a completion for each way to fill them. Sizes: S
inputs, k of them open, Q choices of these, V ways to differ in at most as many inputs as may be open. A function is the
number whose bit i is its value at input i.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Openings:
    """All choices of inputs that may be open, and the ways to fill them.

    Attributes
    ----------
    may_be_open : tuple of int
        Ascending.
    departures : int64[V]
        What a completion may differ in from a function, as bits; first 0, the function itself.
    fills : tuple of int32[Q, 2^k]
        For k = 1, 2, ...: which departures make the completions of a partial function; the first is 0.
    """

    may_be_open: tuple[int, ...]
    departures: NDArray[np.int64]
    fills: tuple[NDArray[np.int32], ...]


def openings(may_be_open: Sequence[int], most: int) -> Openings:
    """Return all choices of up to `most` of these inputs; cost grows with their number to that power."""
    may_be_open = tuple(sorted(may_be_open))
    departures = [sum(1 << i for i in part) for k in range(most + 1) for part in itertools.combinations(may_be_open, k)]
    place = {bits: number for number, bits in enumerate(departures)}
    fills = [
        np.array([_fills(chosen, place) for chosen in itertools.combinations(may_be_open, k)], dtype=np.int32)
        for k in range(1, most + 1)
    ]
    return Openings(may_be_open, np.array(departures, dtype=np.int64), tuple(fills))


def _fills(chosen: tuple[int, ...], place: dict[int, int]) -> list[int]:
    parts = (part for k in range(len(chosen) + 1) for part in itertools.combinations(chosen, k))
    return [place[sum(1 << i for i in part)] for part in parts]


class Weighing(Protocol):
    """How the completions of partial functions share what these are worth."""

    def shares(self, functions: NDArray[np.int64], fills: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return the share of each completion, float64[..., Q, 2^k].

        Parameters
        ----------
        functions : int64[..., V]
        fills : int32[Q, 2^k]
            Which of the V the completions of a partial function are.
        """
        ...

    def wholes(self, at: Openings) -> list[float]:
        """Return the shares of all completions of all partial functions, summed, for k = 1, 2, ..."""
        ...


@dataclass(frozen=True, eq=False)
class Least:
    """Completions of the least cost share alike.

    Attributes
    ----------
    cost : float64[2^S]
        Of each function; infinite where it is unknown. Where all completions are unknown none has a share.
    """

    cost: NDArray[np.float64]

    def shares(self, functions: NDArray[np.int64], fills: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return equal shares of the least; see `Weighing`."""
        return equal_shares(self.cost[functions][..., fills])

    def wholes(self, at: Openings) -> list[float]:
        """Return the numbers of partial functions with a known completion; see `Weighing`."""
        if np.isfinite(self.cost).all():
            return [len(fills) * len(self.cost) / fills.shape[1] for fills in at.fills]
        found = [0.0] * len(at.fills)
        for k, (least,) in _folded((self.cost,), at, np.minimum):
            found[k - 1] += float(np.isfinite(least).sum())
        return found


def equal_shares(cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return equal shares of the least along the last axis; none where all are infinite."""
    least = cost.min(axis=-1, keepdims=True)
    is_least = (cost == least) & (least < np.inf)
    return is_least / np.maximum(is_least.sum(axis=-1, keepdims=True), 1)


@dataclass(frozen=True, eq=False)
class Posterior:
    """Completions have their posterior among all functions, after each fixed input was shown once.

    Attributes
    ----------
    prior : float64[2^S]
    eps : float
        Probability that an action is not what the function says.
    """

    prior: NDArray[np.float64]
    eps: float = 0.0

    @cached_property
    def evidence(self) -> NDArray[np.float64]:
        """The probability of each function as what is shown of all inputs, float64[2^S]."""
        found = self.prior
        for i in range(self._n_inputs):
            pairs = found.reshape(-1, 2, 1 << i)
            found = ((1 - self.eps) * pairs + self.eps * pairs[:, ::-1]).reshape(-1)
        return found

    @property
    def _n_inputs(self) -> int:
        return len(self.prior).bit_length() - 1

    def shares(self, functions: NDArray[np.int64], fills: NDArray[np.int32]) -> NDArray[np.float64]:
        """Return posterior shares; see `Weighing`. With noise, functions that are no completions have the rest."""
        n_open = fills.shape[1].bit_length() - 1
        # What is shown of the fixed inputs is as likely as all ways together to show the open ones as well.
        evidence = self.evidence[functions][..., fills].sum(axis=-1, keepdims=True)
        return self.prior[functions][..., fills] * (1 - self.eps) ** (self._n_inputs - n_open) / evidence

    def wholes(self, at: Openings) -> list[float]:
        """Return what completions have, which is all but for noise; see `Weighing`."""
        found = [0.0] * len(at.fills)
        for k, (prior, evidence) in _folded((self.prior, self.evidence), at, np.add):
            found[k - 1] += float((prior / evidence).sum()) * (1 - self.eps) ** (self._n_inputs - k)
        return found


Tables = tuple[NDArray[np.float64], ...]


def _folded(
    tables: Tables, at: Openings, together: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> Iterator[tuple[int, Tables]]:
    """Yield for each choice of open inputs their number k, and the tables by partial function, float64[2^(S-k)]."""

    def folds(tables: Tables, k: int, below: int) -> Iterator[tuple[int, Tables]]:
        # From the highest input down, so that what is folded does not move the bits of those to come.
        for place in range(below - 1, -1, -1):
            pairs = [table.reshape(-1, 2, 1 << at.may_be_open[place]) for table in tables]
            folded = tuple(together(pair[:, 0], pair[:, 1]).reshape(-1) for pair in pairs)
            yield k, folded
            if k < len(at.fills):
                yield from folds(folded, k + 1, place)

    yield from folds(tables, 1, len(at.may_be_open))


def expected_share(cost: float, costs: NDArray[np.float64], n_completions: int) -> float:
    """Return the mean share of a function of some cost if its other completions were drawn from all functions.

    Parameters
    ----------
    cost : float
    costs : float64[2^S]
        Of all functions.
    n_completions : int
        2^k.

    Notes
    -----
    With q the part of all functions that cost less, and p that of those that cost as much, N completions leave it
    ((1 - q)^N - (1 - q - p)^N) / (N p).
    """
    less, alike = float((costs < cost).mean()), float((costs == cost).mean())
    if not math.isfinite(cost):
        return 0.0
    return ((1 - less) ** n_completions - (1 - less - alike) ** n_completions) / (n_completions * alike)
