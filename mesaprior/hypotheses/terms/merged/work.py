"""The work of a level or of whole programs, divided into tiles: the combinations of classes to evaluate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.terms import kernels as terms
from mesaprior.hypotheses.terms.grid import WHAT, Grid, operator_code
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.levels import IDLE_SEARCH, Way, Wrapping
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.program import SATURATION, inner_scope, is_allowed, repetitions

TILE = 1 << 14
"""Combinations of a tile, about."""

NEAR = 1 << 11
"""Classes that are combined with each class of a tile, at least where there are as many; they stay in the cache."""


@dataclass(frozen=True)
class Span:
    """A range of classes: first and end, with the number of their terms."""

    first: int
    end: int
    n_terms: int

    @property
    def n(self) -> int:
        """How many there are."""
        return self.end - self.first


@dataclass(frozen=True)
class Task:
    """One production over spans of classes.

    Attributes
    ----------
    production, alike : int
        Indices into a `Table`; `alike` stands for pairs of a class with itself, where the production commutes.
    c, a, b : Span
        Arguments; where there are fewer the first ones have one class that is not looked at.
    space : int
        Scope of the arguments.
    steps : kernels.Steps
    n_emissions : int
    charge, factor : int
        The least that a program charges on top of the arguments, the head's steps included, and how often the head
        evaluates these. What else evaluates the head again and again is in the charge.
    inner : int
        Which argument the inner loop runs over: 0 for c, 1 for a, 2 for b.
    """

    production: int
    alike: int
    c: Span
    a: Span
    b: Span
    space: int
    steps: kernels.Steps
    n_emissions: int
    charge: int
    factor: int
    inner: int = 2

    @property
    def n_combinations(self) -> int:
        """How many combinations there are, at most."""
        n = self.c.n * self.a.n * self.b.n
        return n if self.alike == self.production else n // 2 + self.a.n

    @property
    def n_records(self) -> int:
        """How many records they make, at most."""
        return self.n_combinations * self.n_emissions


@dataclass(frozen=True)
class Tile:
    """A part of a task.

    Attributes
    ----------
    task : Task
    bounds : int64[6]
        First and end of c, a and b.
    n_terms : int
        Terms that it stands for, about; for progress.
    """

    task: Task
    bounds: NDArray[np.int64]
    n_terms: int

    @property
    def n_combinations(self) -> int:
        """How many combinations there are, at most."""
        c, c_end, a, a_end, b, b_end = self.bounds.tolist()
        return (c_end - c) * (a_end - a) * (b_end - b)


ONE = Span(0, 1, 1)

Conditions = tuple[Span | None, Span | None, list[Span]]
"""Of a level: the one that holds always, the one that holds never, and the others."""


def tiles_of(tasks: list[Task]) -> Iterator[Tile]:
    """Divide tasks into tiles, in an order that depends on the tasks only."""
    for task in tasks:
        tile = max(1 << 10, TILE // max(1, task.n_emissions // 2))
        spans = (task.c, task.a, task.b)
        sizes = [span.n for span in spans]
        if 0 in sizes:
            continue
        # The inner loop is long, so that its classes stay in the cache for the others.
        others = [k for k in range(3) if k != task.inner]
        steps = [1, 1, 1]
        steps[task.inner] = min(sizes[task.inner], max(NEAR, tile // (sizes[others[0]] * sizes[others[1]])))
        steps[others[1]] = min(sizes[others[1]], max(1, tile // steps[task.inner]))
        steps[others[0]] = min(sizes[others[0]], max(1, tile // (steps[task.inner] * steps[others[1]])))
        n_terms = prod(span.n_terms for span in spans)
        for starts in product(*(range(span.first, span.end, step) for span, step in zip(spans, steps, strict=True))):
            ends = [min(start + step, span.end) for start, step, span in zip(starts, steps, spans, strict=True)]
            if task.alike != task.production and ends[2] <= starts[1]:
                continue
            bounds = np.array([starts[0], ends[0], starts[1], ends[1], starts[2], ends[2]], dtype=np.int64)
            share = prod(end - start for start, end in zip(starts, ends, strict=True))
            yield Tile(task, bounds, n_terms * share // prod(sizes))


class Table:
    """Productions and emissions as they are listed, and as arrays for the kernels.

    Parameters
    ----------
    grid : Grid
    """

    def __init__(self, grid: Grid):
        self._grid = grid
        self._language = grid.language
        self._counting: list[tuple[int, ...]] = []
        self._operations: list[tuple[int, ...]] = []
        self.token: list[int] = []
        self._ways: list[list[Way]] = []

    def emissions(self, wrappings: list[Wrapping]) -> int:
        """List the emissions of some wrappings, as many as a record can tell apart, and return the first."""
        assert len(wrappings) <= counting.MOST_EMISSIONS, len(wrappings)
        first = len(self._ways)
        self._ways += [wrapping.ways for wrapping in wrappings]
        return first

    def production(self, index: int, scope: int, emission: int, *, weight: int = 1, inner_argument: int = 2) -> int:
        """List a production of a token in a scope and return its number."""
        token = self._language.tokens[index]
        factor, infer_factor = repetitions(token.kind, self._language, self._grid.log.n_history)
        is_lookup = token.kind == "lookup"
        inner = inner_scope(token.kind, scope)
        return self._add(
            (token.arity, inner_argument, inner, *_charge(token.steps, factor, infer_factor), weight, emission),
            _act(
                WHAT.get(token.kind, terms.LEAF),
                index,
                scope,
                inner,
                op=operator_code(token) if token.arity == 2 else 0,
                digits=self._grid.log.feature_sizes[self._grid.log.features.index(token.name)] if is_lookup else 0,
                feature=self._grid.lookups.get(index, 0),
                is_argmin=token.kind == "argmin",
            ),
            index,
        )

    def renaming(self, scope: int, emission: int, what: int = kernels.CLASS) -> int:
        """List a production that charges nothing: a class as it is, or as a condition; return its number."""
        return self._add(
            (1, 2, scope, *_charge(0, 1, 1), 1, emission), _act(what, 0, scope, scope, is_argmin=False), -1
        )

    def _add(self, counted: tuple[int, ...], does: tuple[int, ...], token: int) -> int:
        self._counting.append(counted)
        self._operations.append(does)
        self.token.append(token)
        return len(self.token) - 1

    @property
    def productions(self) -> counting.Productions:
        """The productions as the counting kernels want them."""
        return counting.Productions(*np.array(self._counting, dtype=np.int64).reshape(-1, 10).T.copy())

    @property
    def operations(self) -> kernels.Operations:
        """The productions as the kernels that evaluate want them."""
        return _operations(self._operations)

    @property
    def ways(self) -> list[Way]:
        """All ways of all emissions, in order."""
        return [way for ways in self._ways for way in ways]

    @property
    def emission_table(self) -> counting.Emissions:
        """The emissions as the counting kernels want them."""
        start = np.cumsum([0] + [len(ways) for ways in self._ways], dtype=np.int64)
        rows = [
            (
                w.length,
                *(w.steps, w.factor, counting.most_below(w.steps, w.factor)),
                *(w.infer_steps, w.infer_factor, counting.most_below(w.infer_steps, w.infer_factor)),
            )
            for w in self.ways
        ]
        return counting.Emissions(start, *np.array(rows, dtype=np.int64).reshape(-1, 7).T.copy())


def _charge(steps: int, factor: int, infer_factor: int) -> tuple[int, int, int, int, int]:
    """Return what `counting.Productions` holds of a charge."""
    most = counting.most_below(steps, factor), counting.most_below(steps, infer_factor)
    return steps, factor, infer_factor, *most


def steps_of(wrappings: list[Wrapping], scope: int, language: Language) -> kernels.Steps:
    """Return wrappings of terms of a scope as a tree whose common beginnings are shared; number k makes emission k."""
    acts = [_act(kernels.CLASS, 0, scope, scope, is_argmin=False)]
    parents = [0]
    place: dict[tuple[tuple[int, int], ...], int] = {(): 0}
    for wrapping in wrappings:
        for k in range(1, len(wrapping.links) + 1):
            path = wrapping.links[:k]
            if path not in place:
                index, result = path[-1]
                kind = "argmax" if index == IDLE_SEARCH else language.tokens[index].kind
                place[path] = len(acts)
                acts.append(_act(WHAT[kind], max(index, 0), result, result, is_argmin=kind == "argmin"))
                parents.append(place[path[:-1]])
    emission = np.full(len(acts), -1, dtype=np.int64)
    for number, wrapping in enumerate(wrappings):
        emission[place[wrapping.links]] = number
    return kernels.Steps(_operations(acts), np.array(parents, dtype=np.int64), emission)


def _act(
    what: int, index: int, scope: int, inner: int, *, op: int = 0, digits: int = 0, feature: int = 0, is_argmin: bool
) -> tuple[int, ...]:
    """Return what `kernels.Operations` holds of a token, or of what stands for one."""
    return what, op, index, digits, feature, int(is_argmin), scope, inner


def _operations(acts: list[tuple[int, ...]]) -> kernels.Operations:
    return kernels.Operations(*np.array(acts, dtype=np.int64).reshape(-1, 8).T.copy())


def tasks_of(
    grid: Grid,
    bits: list[int],
    rooms: Rooms,
    table: Table,
    spans: dict[tuple[int, int], Span],
    conditions: Callable[[int, int], Conditions],
    everything: Callable[[int, int], Span],
    scope: int,
    length: int,
    wrappings: list[Wrapping] | None,
    *,
    with_unary: bool,
) -> list[Task]:
    """Return the productions of a level over the levels that are kept, as far as some program is within the bounds.

    Parameters
    ----------
    rooms : Rooms
        The bounds.
    spans : dict
        Classes of the kept levels by scope and length.
    conditions : callable
        Given scope and length of a kept level, returns its conditions.
    everything : callable
        Given scope and length of a kept level, returns one class that stands for all its terms.
    wrappings : list of Wrapping or None
        What is put on top; None where the level itself is kept.
    with_unary : bool
        Whether operators with one argument, binders and fits are meant, too; they belong to their bodies where the
        level is not kept.
    """
    if wrappings is None:
        wrappings = [Wrapping((), [Way((), length, 0, 1, 0, 1)])]
    level = _Level(grid, rooms, table, scope, length, wrappings)
    for index, token in enumerate(grid.language.tokens):
        rest = length - bits[index]
        if not is_allowed(token.kind, scope) or rest < 0:
            continue
        if token.arity == 0:
            if rest == 0:
                n = grid.language.n_literals(token, grid.log)
                level.add(index, scope, (ONE, ONE, Span(0, n, n)), 0)
        elif token.arity == 1:
            inner = inner_scope(token.kind, scope)
            if with_unary and (inner, rest) in spans:
                level.add(index, inner, (ONE, ONE, spans[inner, rest]), rooms.least(inner, rest))
        elif token.arity == 2:
            level.add_pairs(index, rest, spans)
        else:
            level.add_branches(index, rest, spans, conditions, everything)
    return level.tasks


class _Level:
    """The productions of a level, as they are found.

    Attributes
    ----------
    tasks : list of Task
    """

    def __init__(self, grid: Grid, rooms: Rooms, table: Table, scope: int, length: int, wrappings: list[Wrapping]):
        self.tasks: list[Task] = []
        self._grid = grid
        self._rooms = rooms
        self._table = table
        self._scope = scope
        self._length = length
        self._steps, self._n_emissions = steps_of(wrappings, scope, grid.language), len(wrappings)
        self._emission = table.emissions(wrappings)
        # What any program charges around a term of this level.
        self._outside = max(0, rooms.max_time - rooms.of(scope, length))

    def add(
        self,
        index: int,
        space: int,
        arguments: tuple[Span, Span, Span],
        least: int,
        *,
        weight: int = 1,
        alike: bool = False,
    ) -> None:
        """Add what a token makes of arguments c, a and b, which take at least so many steps together.

        Alike are two arguments of one level.
        """
        table, grid = self._table, self._grid
        token = grid.language.tokens[index]
        factor = repetitions(token.kind, grid.language, grid.log.n_history)[0]
        if min(least, SATURATION) > self._rooms.below(self._scope, self._length, token.steps, factor):
            return
        c, a, b = arguments
        largest = max((c.n, 0), (a.n, 1), (b.n, 2))[1] if not alike else 2
        production = table.production(index, self._scope, self._emission, weight=weight, inner_argument=largest)
        other = table.production(index, self._scope, self._emission) if alike else production
        charge = token.steps + self._outside
        self.tasks.append(
            Task(production, other, c, a, b, space, self._steps, self._n_emissions, charge, factor, largest)
        )

    def add_pairs(self, index: int, rest: int, spans: dict[tuple[int, int], Span]) -> None:
        """Add what an operator of two arguments makes of all pairs of levels with so many bits."""
        scope, symmetric = self._scope, self._grid.commutes(index)
        for first in range(1, rest):
            a, b = spans.get((scope, first)), spans.get((scope, rest - first))
            if a is None or b is None or (symmetric and first > rest - first):
                continue
            least = self._rooms.least(scope, first) + self._rooms.least(scope, rest - first)
            is_half = symmetric and 2 * first == rest
            self.add(index, scope, (ONE, a, b), least, weight=2 if symmetric else 1, alike=is_half)

    def add_branches(
        self,
        index: int,
        rest: int,
        spans: dict[tuple[int, int], Span],
        conditions: Callable[[int, int], Conditions],
        everything: Callable[[int, int], Span],
    ) -> None:
        """Add what a condition makes of all triples of levels with so many bits."""
        scope = self._scope
        lengths = [k for of, k in spans if of == scope]
        for condition, first in product(lengths, lengths):
            second = rest - condition - first
            a, b = spans[scope, first], spans.get((scope, second))
            if b is None:
                continue
            least = sum(self._rooms.least(scope, length) for length in (condition, first, second))
            always, never, others = conditions(scope, condition)
            for c in others:
                self.add(index, scope, (c, a, b), least)
            # Where the condition never varies, one branch is the value whatever the other is.
            if always is not None:
                self.add(index, scope, (always, a, everything(scope, second)), least)
            if never is not None:
                self.add(index, scope, (never, everything(scope, first), b), least)
