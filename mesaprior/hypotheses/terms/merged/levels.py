"""The levels of terms that are kept, and how the others become whole programs.

A *level* is the set of terms of one scope and length. Only levels whose terms are arguments of operators with several
arguments are kept. The others are bodies of at most a few binders and unary operators: they are built, wrapped in these
at once, counted as whole programs, and never stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mesaprior.hypotheses.counting.kernels import MOST_EMISSIONS
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.program import Y, inner_scope, repetitions, times_over
from mesaprior.hypotheses.terms.variants import variants_of

MOST_WRAPS = 2
"""Tokens around a term that is not kept, at most."""

MOST_WRAPPINGS = 64
"""Ways to wrap a term that is not kept, at most."""

Link = tuple[int, int]
"""A wrapping token (its index) and the scope in which it stands."""


@dataclass(frozen=True)
class Way:
    """One way from a term to a whole program.

    Attributes
    ----------
    tokens : tuple of int
        The wrapping tokens, innermost first.
    length : int
        Bits of the whole program.
    steps, factor, infer_steps, infer_factor : int
        What it charges on top of the term: steps + factor * time.
    """

    tokens: tuple[int, ...]
    length: int
    steps: int
    factor: int
    infer_steps: int
    infer_factor: int


@dataclass(frozen=True)
class Wrapping:
    """Ways to the same value, by the shortest path to it.

    Attributes
    ----------
    links : tuple of Link
        What must be applied, innermost first.
    ways : list of Way
    """

    links: tuple[Link, ...]
    ways: list[Way]


def portions(wrappings: list[Wrapping]) -> Iterator[list[Wrapping]]:
    """Yield wrappings in portions whose emissions a record can tell apart.

    A language with many operators of one argument has thousands of ways around a term.
    """
    for begin in range(0, len(wrappings), MOST_EMISSIONS):
        yield wrappings[begin : begin + MOST_EMISSIONS]


class Levels:
    """The levels of a language within bounds.

    Parameters
    ----------
    language : Language
    bits : list of int
        Bits of each token, literals included.
    rooms : Rooms
        The bounds, and which terms are parts of programs within them.
    n_history : int
        History rows of the log.
    shorten : bool
        Whether paths that are known to come to the same value are taken for one.
    """

    def __init__(self, language: Language, bits: list[int], rooms: Rooms, n_history: int, *, shorten: bool):
        self._language = language
        self._bits = bits
        self._rooms = rooms
        self._n_history = n_history
        self._shorten = shorten
        self._is_kept: dict[tuple[int, int], bool] = {}
        self._n_ways: dict[tuple[int, int], tuple[int, int]] = {}
        self._known: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        # Tokens that can wrap a term by themselves, each in every scope where it may stand.
        self._wraps = [
            (index, outer, inner_scope(token.kind, outer), repetitions(token.kind, language, n_history)[0])
            for index, token in enumerate(language.tokens)
            if token.arity == 1
            for outer in range(4)
        ]
        # Tokens that do the same are one: their values need not be computed twice.
        variants = variants_of(language)
        does = [(token.kind, variants.tables_of(index)) for index, token in enumerate(language.tokens)]
        self._alike = [does.index(this) for this in does]
        # The longest first: whether a level is kept depends on longer ones only.
        for length in range(rooms.max_bits, 0, -1):
            for scope in range(4):
                self.is_kept(scope, length)

    def is_useful(self, scope: int, length: int) -> bool:
        """Return whether terms of this level occur in whole programs within the bounds."""
        return self._rooms.of(scope, length) >= 0

    def is_kept(self, scope: int, length: int) -> bool:
        """Return whether a level is kept."""
        if (scope, length) not in self._is_kept:
            self._is_kept[scope, length] = self._decide(scope, length)
        return self._is_kept[scope, length]

    def _decide(self, scope: int, length: int) -> bool:
        if not self.is_useful(scope, length):
            return False
        if self._rooms.is_argument(scope, length):
            return True
        # What kept levels are made of is kept; and so is what would be wrapped too often.
        if any(self.is_kept(outer, whole) for _, outer, whole in self._around(scope, length)):
            return True
        depth, n_ways = self._count_ways(scope, length)
        return depth > MOST_WRAPS or n_ways > MOST_WRAPPINGS

    def _around(self, scope: int, length: int) -> list[tuple[int, int, int]]:
        """Return each token that can wrap a term of a level by itself, its scope, and the length with it."""
        if (scope, length) not in self._known:
            least, tokens = self._rooms.least(scope, length), self._language.tokens
            self._known[scope, length] = [
                (index, outer, length + self._bits[index])
                for index, outer, inner, factor in self._wraps
                if inner == scope
                and self._rooms.below(outer, length + self._bits[index], tokens[index].steps, factor) >= least
            ]
        return self._known[scope, length]

    def _count_ways(self, scope: int, length: int) -> tuple[int, int]:
        """Return the largest number of tokens that wrap a term of a level, and the number of ways."""
        if (scope, length) not in self._n_ways:
            depth, n_ways = 0, int(scope == 0)
            for _, outer, whole in self._around(scope, length):
                below = self._count_ways(outer, whole)
                depth, n_ways = max(depth, 1 + below[0]), n_ways + below[1]
            self._n_ways[scope, length] = depth, n_ways
        return self._n_ways[scope, length]

    def wrappings(self, scope: int, length: int) -> list[Wrapping]:
        """Return how terms of a level become whole programs through levels that are not kept."""
        found: dict[tuple[Link, ...], Wrapping] = {}
        least = self._rooms.least(scope, length)
        for links, whole in self._paths(scope, length):
            way = self._way(links, whole)
            if times_over(way.steps, way.factor, least) > self._rooms.max_time:
                continue
            short = self._shortened(links)
            found.setdefault(short, Wrapping(short, [])).ways.append(way)
        return list(found.values())

    def _paths(self, scope: int, length: int) -> Iterator[tuple[tuple[Link, ...], int]]:
        """Yield all paths to whole programs, with the length there; the empty one for whole programs themselves."""
        if scope == 0:
            yield (), length
        for index, outer, whole in self._around(scope, length):
            if not self.is_kept(outer, whole):
                for links, end in self._paths(outer, whole):
                    yield ((index, outer), *links), end

    def _shortened(self, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """Return the shortest path to the same value.

        A search leaves nothing that depends on y. To replace y by that, once or more, gives it unchanged; to search
        for it always gives action 0, which represents a search of nothing here.
        """
        kept: list[int] = []
        for index, _ in links:
            token = self._language.tokens[index]
            below = "" if not kept else "argmax" if kept[-1] == IDLE_SEARCH else self._language.tokens[kept[-1]].kind
            if self._shorten and below in ("argmax", "argmin"):
                if token.kind == "iterate" and self._language.rounds > 0:
                    continue
                if token.kind in ("argmax", "argmin"):
                    kept = [IDLE_SEARCH]
                    continue
            kept.append(self._alike[index])
        path: list[Link] = []
        scope = 0
        for index in reversed(kept):
            path.append((index, scope))
            scope = scope | Y if index == IDLE_SEARCH else inner_scope(self._language.tokens[index].kind, scope)
        return tuple(reversed(path))

    def _way(self, links: tuple[Link, ...], length: int) -> Way:
        steps, factor, infer_steps, infer_factor = 0, 1, 0, 1
        for index, _ in links:
            token = self._language.tokens[index]
            times_by, infer_by = repetitions(token.kind, self._language, self._n_history)
            steps, factor = times_over(token.steps, times_by, steps), times_over(0, times_by, factor)
            infer_steps, infer_factor = (
                times_over(token.steps, infer_by, infer_steps),
                times_over(0, infer_by, infer_factor),
            )
        return Way(tuple(index for index, _ in links), length, steps, factor, infer_steps, infer_factor)


IDLE_SEARCH = -1
"""Stands in a shortened path for a search over values that do not depend on y."""
