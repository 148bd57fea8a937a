"""The number of terms of each level by steps: exact, without evaluating any term."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, reduce

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.program import SATURATION, inner_scope, is_allowed, repetitions
from mesaprior.priors import codes

Steps = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Distinct (time, infer_time), ``int64[n]`` each, and the number of terms, ``uint64[n]`` or whole numbers of Python."""

PAIRS_AT_ONCE = 1 << 22
"""Pairs of times that are added before equal sums become one, about."""

MOST_IN_WORDS = 1 << 63
"""Numbers below it fit in 64 bits, whatever they are added to."""

MOST_PAIRS = 1 << 23
"""Pairs of times that are added to know a number before it is counted, at most: about a second."""


class TooManyTimesError(Exception):
    """Adding up the times of a level would take more pairs than the caller allows."""


class Totals:
    """Counts by (time, infer_time) of whole levels, as far as terms are parts of programs within the bounds.

    Parameters
    ----------
    language : Language
    symbols : list of Symbol
        Its tokens as the code sees them, literals included.
    n_history : int
        History rows of the log.
    rooms : Rooms
        The bounds.
    most_pairs : int or None
        How many pairs of times may be added; None for any number.

    Raises
    ------
    TooManyTimesError
        By all methods, if it takes more.

    Notes
    -----
    Cost: one step for each pair of distinct times of two shorter levels. Numbers that could pass 2^63 are Python's,
    which takes some ten times as long.
    """

    def __init__(
        self,
        language: Language,
        symbols: list[codes.Symbol],
        n_history: int,
        rooms: Rooms,
        *,
        most_pairs: int | None = None,
    ):
        self._language = language
        self._symbols = symbols
        self._n_history = n_history
        self._rooms = rooms
        self._pairs_left = most_pairs
        self._without_time = codes.count_by_length(symbols, rooms.max_bits)
        greatest = max(map(max, self._without_time))
        self._number: type[np.uint64 | object] = np.uint64 if greatest < MOST_IN_WORDS else object
        self._nothing: Steps = (np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, self._number))
        self._levels: dict[tuple[int, int], Steps] = {}
        self._tuples: dict[tuple[int, int, int], Steps] = {}

    @cached_property
    def numbers(self) -> list[list[int]]:
        """The exact number of terms of each level, by scope and length; with a bound on time, of those within it."""
        if not self._rooms.is_bounded:
            return self._without_time
        numbers: list[list[int]] = [[0] for _ in range(4)]
        # The shorter levels first: the longer ones then need only what is known.
        for length in range(1, self._rooms.max_bits + 1):
            for scope in codes.INNERMOST_FIRST:
                numbers[scope].append(sum(self.of(scope, length)[2].tolist()))
        return numbers

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
        room = self._rooms.of(scope, length)
        for token, symbol in zip(self._language.tokens, self._symbols, strict=True):
            if room < token.steps or not is_allowed(token.kind, scope) or symbol.bits > length:
                continue
            if token.arity not in arities:
                continue
            below = self._tuple(inner_scope(token.kind, scope), token.arity, length - symbol.bits)
            factor, infer_factor = repetitions(token.kind, self._language, self._n_history)
            time, infer_time, count = below
            charged = _charged(token.steps, factor, time), _charged(token.steps, infer_factor, infer_time)
            parts.append(_within(room, (*charged, count * self._whole(symbol.multiplicity))))
        return self._merged(parts)

    def _whole(self, number: int) -> int | np.uint64:
        return number if self._number is object else np.uint64(number)

    def _tuple(self, scope: int, arity: int, length: int) -> Steps:
        """Return the counts of tuples of terms by the sum of their times."""
        if arity == 0:
            zero = np.zeros(1, dtype=np.int64)
            return (zero, zero, np.ones(1, dtype=self._number)) if length == 0 else self._nothing
        if arity == 1:
            return self.of(scope, length) if length > 0 else self._nothing
        if (scope, arity, length) not in self._tuples:
            parts: list[Steps] = []
            for first in range(1, length):
                one, rest = self.of(scope, first), self._tuple(scope, arity - 1, length - first)
                for part in self._pairs(one, rest, self._rooms.of_scope(scope)):
                    parts.append(part)
                    parts = [self._merged(parts)] if sum(len(part[0]) for part in parts) > PAIRS_AT_ONCE else parts
            self._tuples[scope, arity, length] = self._merged(parts)
        return self._tuples[scope, arity, length]

    def _pairs(self, one: Steps, rest: Steps, most: int) -> Iterator[Steps]:
        """Yield the sums of all pairs, some at a time, as far as they take no more steps than so many."""
        if not len(rest[0]):
            return
        if most < SATURATION:
            one = _within(most - int(rest[0][0]), one)
        size = max(1, PAIRS_AT_ONCE // len(rest[0]))
        for start in range(0, len(one[0]), size):
            time, infer_time, count = (column[start : start + size] for column in one)
            if self._pairs_left is not None:
                self._pairs_left -= len(time) * len(rest[0])
                if self._pairs_left < 0:
                    raise TooManyTimesError
            counts = np.multiply.outer(count, rest[2]).reshape(-1)
            yield _within(most, (_sums(time, rest[0]), _sums(infer_time, rest[1]), counts))

    def _merged(self, parts: list[Steps]) -> Steps:
        """Add up counts of equal times."""
        parts = [part for part in parts if len(part[0])]
        if not parts:
            return self._nothing
        time, infer_time, count = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        order = np.lexsort((infer_time, time))
        time, infer_time, count = time[order], infer_time[order], count[order]
        changes = [time[1:] != time[:-1], infer_time[1:] != infer_time[:-1]]
        starts = np.flatnonzero(np.concatenate([[True], reduce(np.logical_or, changes)]))
        return time[starts], infer_time[starts], np.add.reduceat(count, starts)


def _within(most: int, steps: Steps) -> Steps:
    """Return what takes at most so many steps."""
    kept = steps[0] <= most
    return steps if kept.all() else (steps[0][kept], steps[1][kept], steps[2][kept])


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


def programs_by_length(language: Language, log: ImitationLog, max_bits: int, max_time: int | None) -> list[int]:
    """Return the exact number of programs within the bounds by length, 0 to `max_bits`, without evaluating any.

    Where programs have so many different times that this takes long, which those with few programs do not, the bound on
    time is left aside.
    """
    symbols = language.symbols(log)
    if max_time is not None:
        rooms = Rooms(language, symbols, log.n_history, max_bits, max_time)
        try:
            numbers = Totals(language, symbols, log.n_history, rooms, most_pairs=MOST_PAIRS).numbers[0]
            return numbers + [0] * (max_bits + 1 - len(numbers))
        except TooManyTimesError:
            pass
    return codes.count_by_length(symbols, max_bits)[0]
