"""What the bounds leave to a term: the most steps it may take in any whole program, and the least it takes.

Tokens charge steps, so a bound on time bounds the length too, and what stands inside a program has less than the whole
bound: what is around it charges at least something, and evaluates it again and again.
"""

from __future__ import annotations

from typing import NamedTuple

from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import SATURATION, inner_scope, is_allowed, repetitions, times_over
from mesaprior.priors import codes


class Head(NamedTuple):
    """Tokens of one kind of charge, as what is around their arguments.

    Attributes
    ----------
    inner : int
        Scope of the arguments.
    arity, bits : int
    factor : int
        How often the arguments are evaluated.
    steps : int
        The least that such a token takes itself.
    """

    inner: int
    arity: int
    bits: int
    factor: int
    steps: int


class Rooms:
    """The rooms of the levels of a language: a term is part of a whole program if and only if its time fits.

    Parameters
    ----------
    language : Language
    symbols : list of Symbol
        Its tokens as the code sees them, literals included.
    n_history : int
        History rows of the log.
    max_bits : int
        Longest program, in bits.
    max_time : int or None
        Most steps of a program; None for no bound.

    Attributes
    ----------
    max_time : int
        The same, `SATURATION` for no bound.
    max_bits : int
        Bits of the longest program within both bounds; 0 if there is none.

    Notes
    -----
    A room of `SATURATION` has no limit. Times are those of `program.steps_of`, which grow with those of the arguments;
    so the least time of a level, and the most that a context leaves, are found level by level. Cost: a step for each
    pair of lengths that occur, however large the bound in bits is where the bound in steps is small.
    """

    def __init__(
        self,
        language: Language,
        symbols: list[codes.Symbol],
        n_history: int,
        max_bits: int,
        max_time: int | None,
    ):
        self.max_time: int = SATURATION if max_time is None else min(max_time, SATURATION)
        self._heads = [_heads(language, symbols, n_history, scope) for scope in range(4)]
        self._most = self._most_of_scopes()
        # By scope and number of terms: the least time that so many take together, by their length.
        self._least: list[list[dict[int, int]]] = [[{0: 0}, {}, {}, {}] for _ in range(4)]
        self._find_least(max_bits)
        self.max_bits: int = max(self._least[0][1], default=0)
        self._room: dict[tuple[int, int], int] = {(0, length): self.max_time for length in self._least[0][1]}
        self._arguments: set[tuple[int, int]] = set()
        for length in range(self.max_bits, 0, -1):
            for scope in range(4):
                self._open(scope, length)

    @property
    def is_bounded(self) -> bool:
        """Whether there is a bound on time."""
        return self.max_time < SATURATION

    def of(self, scope: int, length: int) -> int:
        """Return the most steps of a term of a level that is part of a whole program; -1 where there is none."""
        return self._room.get((scope, length), -1)

    def of_scope(self, scope: int) -> int:
        """Return a bound on the rooms of all levels of a scope; -1 where no program has such a term."""
        return self._most[scope]

    def least(self, scope: int, length: int) -> int:
        """Return the least steps of a term of a level; more than there are where there is none."""
        return self._least[scope][1].get(length, SATURATION + 1)

    def is_argument(self, scope: int, length: int) -> bool:
        """Return whether a term of a level is one of several arguments in a whole program."""
        return (scope, length) in self._arguments

    def below(self, scope: int, length: int, steps: int, factor: int) -> int:
        """Return what a token that makes a term of a level leaves to all of its arguments; -1 for nothing."""
        return _below(self.of(scope, length), steps, factor)

    def _most_of_scopes(self) -> list[int]:
        """Return what the binders leave at most to the terms of each scope."""
        most = [self.max_time, -1, -1, -1]
        for scope in range(4):
            for head in self._heads[scope]:
                if head.arity and head.inner != scope:
                    most[head.inner] = max(most[head.inner], _below(most[scope], head.steps, head.factor))
        return most

    def _find_least(self, max_bits: int) -> None:
        longest_token = max((head.bits for heads in self._heads for head in heads), default=0)
        longest = 0
        for length in range(1, max_bits + 1):
            if length > longest_token + 3 * longest:
                # Whatever is within the bounds has shorter arguments.
                break
            for scope in range(4):
                least = self._least[scope]
                times = [
                    times_over(head.steps, head.factor, below)
                    for head in self._heads[scope]
                    if (below := self._least[head.inner][head.arity].get(length - head.bits)) is not None
                ]
                if times and min(times) <= self._most[scope]:
                    least[1][length] = min(times)
                    longest = length
                for n in (2, 3):
                    self._find_least_of_several(scope, n, length)

    def _find_least_of_several(self, scope: int, n: int, length: int) -> None:
        one, others = self._least[scope][1], self._least[scope][n - 1]
        times = [time + others[length - first] for first, time in one.items() if length - first in others]
        least = min(SATURATION, *times) if times else SATURATION + 1
        if least <= self._most[scope]:
            self._least[scope][n][length] = least

    def _open(self, scope: int, length: int) -> None:
        """Tell the arguments of the terms of a level what these leave to them."""
        for head in self._heads[scope]:
            rest, room = length - head.bits, self.below(scope, length, head.steps, head.factor)
            if head.arity == 0 or room < 0:
                continue
            one, others = self._least[head.inner][1], self._least[head.inner][head.arity - 1]
            for first in one if head.arity > 1 else (rest,):
                if first not in one or rest - first not in others:
                    continue
                left = room if room == SATURATION else room - others[rest - first]
                if left >= one[first]:
                    level = head.inner, first
                    self._room[level] = max(left, self._room.get(level, -1))
                    if head.arity > 1:
                        self._arguments.add(level)


def _heads(language: Language, symbols: list[codes.Symbol], n_history: int, scope: int) -> list[Head]:
    """Return the heads of the terms of a scope."""
    steps: dict[tuple[int, int, int, int], int] = {}
    for token, symbol in zip(language.tokens, symbols, strict=True):
        if is_allowed(token.kind, scope):
            factor = repetitions(token.kind, language, n_history)[0]
            key = inner_scope(token.kind, scope), token.arity, symbol.bits, factor
            steps[key] = min(token.steps, steps.get(key, token.steps))
    return [Head(*key, least) for key, least in steps.items()]


def _below(room: int, steps: int, factor: int) -> int:
    """Return what steps + factor * time <= room leaves to a time; `SATURATION` where it may be anything."""
    if room < steps:
        return -1
    if factor == 0 or room == SATURATION:
        return SATURATION
    return (room - steps) // factor
