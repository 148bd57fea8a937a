"""The number of terms of each level by steps: exact, without evaluating any term."""

from __future__ import annotations

from functools import reduce

import numpy as np

from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import SATURATION, inner_scope, is_allowed, repetitions

Steps = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Distinct (time, infer_time), ``int64[n]`` each, and the number of terms, ``uint64[n]``."""

_NOTHING: Steps = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.uint64))


class Totals:
    """Counts by (time, infer_time) of whole levels, without time bounds.

    Parameters
    ----------
    language : Language
    symbols : list
        Its tokens as the code sees them, literals included.
    n_history : int
        History rows of the log.

    Notes
    -----
    Cost: one step for each pair of distinct times of two shorter levels. Counts are exact below 2^64, which the
    caller has made sure of.
    """

    def __init__(self, language: Language, symbols, n_history: int):
        self._language = language
        self._symbols = symbols
        self._n_history = n_history
        self._levels: dict[tuple[int, int], Steps] = {}
        self._tuples: dict[tuple[int, int, int], Steps] = {}

    def of(self, scope: int, length: int) -> Steps:
        """Return the counts of a level."""
        if (scope, length) not in self._levels:
            self._levels[scope, length] = self._headed_by(scope, length, (0, 1, 2, 3))
        return self._levels[scope, length]

    def without_wraps(self, scope: int, length: int) -> Steps:
        """Return the counts of those terms of a level whose head does not take one argument."""
        return self._headed_by(scope, length, (0, 2, 3))

    def _headed_by(self, scope: int, length: int, arities: tuple[int, ...]) -> Steps:
        parts: list[Steps] = []
        for token, symbol in zip(self._language.tokens, self._symbols, strict=True):
            if not is_allowed(token.kind, scope) or symbol.bits > length or token.arity not in arities:
                continue
            below = self._tuple(inner_scope(token.kind, scope), token.arity, length - symbol.bits)
            factor, infer_factor = repetitions(token.kind, self._language, self._n_history)
            time, infer_time, count = below
            parts.append(
                (
                    _charged(token.steps, factor, time),
                    _charged(token.steps, infer_factor, infer_time),
                    count * np.uint64(symbol.multiplicity),
                )
            )
        return _merged(parts)

    def _tuple(self, scope: int, arity: int, length: int) -> Steps:
        """Return the counts of tuples of terms by the sum of their times."""
        if arity == 0:
            zero = np.zeros(1, dtype=np.int64)
            return (zero, zero, np.ones(1, dtype=np.uint64)) if length == 0 else _NOTHING
        if arity == 1:
            return self.of(scope, length) if length > 0 else _NOTHING
        if (scope, arity, length) not in self._tuples:
            parts: list[Steps] = []
            for first in range(1, length):
                one, rest = self.of(scope, first), self._tuple(scope, arity - 1, length - first)
                if len(one[0]) and len(rest[0]):
                    parts.append(
                        (
                            _sums(one[0], rest[0]),
                            _sums(one[1], rest[1]),
                            np.multiply.outer(one[2], rest[2]).reshape(-1),
                        )
                    )
                    parts = [_merged(parts)] if sum(len(part[0]) for part in parts) > 1 << 22 else parts
            self._tuples[scope, arity, length] = _merged(parts)
        return self._tuples[scope, arity, length]


def _sums(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Return the sums of all pairs, saturating; twice the saturation still fits into 64 bits without a sign."""
    sums = np.add.outer(first.astype(np.uint64), second.astype(np.uint64)).reshape(-1)
    return np.minimum(sums, np.uint64(SATURATION)).astype(np.int64)


def _charged(steps: int, factor: int, below: np.ndarray) -> np.ndarray:
    """Return steps + factor * below, saturating."""
    if factor == 0:
        return np.full(len(below), min(steps, SATURATION), dtype=np.int64)
    most = (SATURATION - steps) // factor
    return np.where(below > most, SATURATION, steps + factor * np.minimum(below, max(most, 0))).astype(np.int64)


def _merged(parts: list[Steps]) -> Steps:
    """Add up counts of equal times."""
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return _NOTHING
    time, infer_time, count = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    order = np.lexsort((infer_time, time))
    time, infer_time, count = time[order], infer_time[order], count[order]
    changes = [time[1:] != time[:-1], infer_time[1:] != infer_time[:-1]]
    starts = np.flatnonzero(np.concatenate([[True], reduce(np.logical_or, changes)]))
    return time[starts], infer_time[starts], np.add.reduceat(count, starts)
