"""How tokens put terms together: every production of a level as blocks of combinations to be evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from mesaprior.hypotheses.counting.gathering import RENAMING, Gathering, Production
from mesaprior.hypotheses.counting.nodes import Nodes
from mesaprior.hypotheses.counting.rows import RowTable
from mesaprior.hypotheses.terms import kernels
from mesaprior.hypotheses.terms.grid import Grid, operator_code
from mesaprior.hypotheses.terms.language import Token
from mesaprior.hypotheses.terms.program import SATURATION, inner_scope, is_allowed, repetitions

BLOCK_BYTES = 1 << 19
"""Values that are computed before they are merged; they should stay in the cache of a core."""


@dataclass
class Level:
    """A stored level: the distinct values of the terms of one scope and length.

    Attributes
    ----------
    values : uint8[n, width]
    first : int
        Node of the first class; the others follow.
    least_time : int
        Least steps of any of its terms.
    """

    values: np.ndarray
    first: int
    least_time: int


@dataclass
class Block:
    """One production for some combinations of arguments, to be evaluated.

    Attributes
    ----------
    production : Production
    arguments : int64[3, m]
        Nodes, see `counting.kernels.Records`.
    n_terms : int
        How many terms the combinations stand for, about; for progress.
    evaluate : callable
        Writes the values into a buffer of zeros, ``uint8[m, width]``. It touches nothing else, so that several
        blocks can be evaluated side by side.
    """

    production: Production
    arguments: np.ndarray
    n_terms: int
    evaluate: Callable[[np.ndarray], None]


class Productions:
    """All productions of a language over the levels that are stored so far.

    Parameters
    ----------
    grid : Grid
    nodes : Nodes
        Where the classes of stored levels have their counts.
    bits : list of int
        Bits of each token, literals included.
    n_terms : list of list of int
        Exact number of terms by scope and length.
    max_time : int
        Programs with more steps are dropped.

    Attributes
    ----------
    levels : dict of (int, int) to Level
        Stored levels by scope and length; filled by the engine.
    """

    def __init__(self, grid: Grid, nodes: Nodes, bits: list[int], n_terms: list[list[int]], max_time: int):
        self._grid = grid
        self._language = grid.language
        self._nodes = nodes
        self._bits = bits
        self._n_terms = n_terms
        self._max_time = max_time
        self.levels: dict[tuple[int, int], Level] = {}
        self._conditions: dict[tuple[int, int], Level] = {}

    @property
    def n_bytes(self) -> int:
        """Bytes of the values of all stored levels."""
        return sum(level.values.nbytes for level in (*self.levels.values(), *self._conditions.values()))

    def blocks(self, scope: int, length: int) -> Iterator[Block]:
        """Yield the terms of a level, production by production, in an order that depends on nothing else."""
        for index, token in enumerate(self._language.tokens):
            if not is_allowed(token.kind, scope):
                continue
            rest = length - self._bits[index]
            if token.arity == 0:
                if rest == 0:
                    yield from self._leaves(index, scope)
            elif token.arity == 1:
                inner = inner_scope(token.kind, scope)
                if (inner, rest) in self.levels:
                    level = self.levels[inner, rest]
                    yield from self.over_level(index, scope, inner, level, self._n_terms[inner][rest])
            elif token.arity == 2:
                yield from self._binary(index, scope, rest)
            else:
                yield from self._if(index, scope, rest)

    def _leaves(self, index: int, scope: int) -> Iterator[Block]:
        token = self._language.tokens[index]
        production = Production(index, 0, token.steps)
        if token.kind != "lookup":
            leaf = self._grid.leaf(token, scope)
            yield Block(production, np.zeros((3, 1), dtype=np.int64), 1, lambda out: np.copyto(out, leaf))
            return
        feature = self._grid.features[token.name]
        digits = self._grid.log.feature_sizes[self._grid.log.features.index(token.name)]
        A, copies = self._language.actions, self._grid.copies(scope)
        for start, stop in self._slices(self._language.n_literals(token, self._grid.log), scope):
            numbers = np.arange(start, stop)
            yield Block(
                production,
                np.stack([numbers, np.zeros_like(numbers), np.zeros_like(numbers)]),
                stop - start,
                partial(kernels.lookup_block, start, digits, feature, A, copies),
            )

    def over_level(self, index: int, scope: int, inner: int, level: Level, n_terms: int) -> Iterator[Block]:
        """Yield a unary operator, a binder or a fit over all classes of a level; `inner` is the level's scope."""
        token = self._language.tokens[index]
        factor, infer_factor = repetitions(token.kind, self._language, self._grid.log.n_history)
        production = Production(index, 1, token.steps, factor, infer_factor)
        if self._is_too_slow(production, level):
            return
        values, size, layout = level.values, self._grid.size[scope], self._grid.layout
        n = len(values)
        for start, stop in self._slices(n, max(scope, inner)):
            rows = np.arange(start, stop)

            def evaluate(out: np.ndarray, rows: np.ndarray = rows) -> None:
                if token.table is not None:
                    kernels.unary_block(token.table[:, None], values, rows, out, size)
                else:
                    what = {"fit": kernels.FIT, "iterate": kernels.ITERATE}.get(token.kind, kernels.SEARCH)
                    score = np.zeros(layout.P, dtype=np.int64)
                    kernels.binder_block(what, token.kind == "argmin", values, rows, out, layout, scope, score)

            yield Block(production, np.tile(rows + level.first, (3, 1)), n_terms * (stop - start) // n, evaluate)

    def _binary(self, index: int, scope: int, rest: int) -> Iterator[Block]:
        table = _table_of(self._language.tokens[index])
        commutes = bool(np.array_equal(table, table.T))
        for first_length in range(1, rest):
            second_length = rest - first_length
            first, second = self.levels.get((scope, first_length)), self.levels.get((scope, second_length))
            if first is None or second is None or (commutes and first_length > second_length):
                continue
            if self._is_too_slow(Production(index, 2, self._language.tokens[index].steps), first, second):
                continue
            n, n_second = len(first.values), len(second.values)
            n_terms = self._n_terms[scope][first_length] * self._n_terms[scope][second_length]
            if not commutes or first_length < second_length:
                weight = 2 if commutes else 1
                for start, stop in self._slices(n * n_second, scope):
                    rows = np.divmod(np.arange(start, stop), n_second)
                    done = weight * n_terms * (stop - start) // (n * n_second)
                    yield self._pairs(index, scope, weight, first, second, rows, done)
                continue
            everything = np.arange(n)
            for start, stop in self._slices(n, scope):
                rows = (everything[start:stop], everything[start:stop])
                yield self._pairs(index, scope, 1, first, first, rows, n_terms * (stop - start) // n**2)
            # Every unordered pair once: row i with the row d further on, round a circle of n rows.
            for start, stop in self._slices(n * (n - 1) // 2, scope):
                distance, row = np.divmod(np.arange(start, stop), n)
                rows = (row, (row + distance + 1) % n)
                yield self._pairs(index, scope, 2, first, first, rows, 2 * n_terms * (stop - start) // n**2)

    def _pairs(
        self,
        index: int,
        scope: int,
        weight: int,
        first: Level,
        second: Level,
        rows: tuple[np.ndarray, np.ndarray],
        n_terms: int,
    ) -> Block:
        token, size = self._language.tokens[index], self._grid.size[scope]

        def evaluate(out: np.ndarray) -> None:
            kernels.binary_block(operator_code(token), _table_of(token), first.values, second.values, *rows, out, size)

        arguments = np.stack([rows[0] + first.first, rows[1] + second.first, np.zeros_like(rows[0])])
        return Block(Production(index, 2, token.steps, weight=weight), arguments, n_terms, evaluate)

    def _if(self, index: int, scope: int, rest: int) -> Iterator[Block]:
        production = Production(index, 3, self._language.tokens[index].steps)
        size = self._grid.size[scope]
        lengths = [length for (of, length) in self.levels if of == scope]
        for condition_length in lengths:
            for first_length in lengths:
                second_length = rest - condition_length - first_length
                if (scope, second_length) not in self.levels:
                    continue
                conditions = self._conditions_of(scope, condition_length)
                first, second = self.levels[scope, first_length], self.levels[scope, second_length]
                if self._is_too_slow(production, conditions, first, second):
                    continue
                n_first, n_second = len(first.values), len(second.values)
                n = len(conditions.values) * n_first * n_second
                n_terms = prod(self._n_terms[scope][k] for k in (condition_length, first_length, second_length))
                firsts = np.array([[conditions.first], [first.first], [second.first]])
                for start, stop in self._slices(n, scope):
                    outer, second_rows = np.divmod(np.arange(start, stop), n_second)
                    rows = np.stack([*np.divmod(outer, n_first), second_rows])

                    evaluate = partial(_apply_if, conditions.values, first.values, second.values, rows, size)
                    yield Block(production, rows + firsts, n_terms * (stop - start) // n, evaluate)

    def _conditions_of(self, scope: int, length: int) -> Level:
        """Return a stored level as conditions: classes that are 0 in the same places are one."""
        if (scope, length) not in self._conditions:
            level = self.levels[scope, length]
            table = RowTable(self._grid.width[scope])
            gathering = Gathering(self._nodes, max_time=self._max_time)
            for start, stop in self._slices(len(level.values), scope):
                out = np.zeros((stop - start, self._grid.width[scope]), dtype=np.uint8)
                kernels.zero_mask_block(level.values[start:stop], out, self._grid.size[scope])
                nodes = level.first + np.arange(start, stop)
                gathering.add(table.intern(out), RENAMING, np.tile(nodes, (3, 1)))
            counts = gathering.finish(table.n)
            first = self._nodes.append(counts, gathering.best_time[: table.n], gathering.heads.of(table.n))
            self._conditions[scope, length] = Level(table.rows.copy(), first, level.least_time)
        return self._conditions[scope, length]

    def _is_too_slow(self, production: Production, *levels: Level) -> bool:
        """Tell whether even the fastest arguments take too much time together."""
        below = sum(level.least_time for level in levels)
        return min(SATURATION, production.steps + production.factor * below) > self._max_time

    def _slices(self, n: int, scope: int) -> Iterator[tuple[int, int]]:
        step = max(64, BLOCK_BYTES // self._grid.width[scope])
        for start in range(0, n, step):
            yield start, min(n, start + step)


def _apply_if(
    conditions: np.ndarray, first: np.ndarray, second: np.ndarray, rows: np.ndarray, size: int, out: np.ndarray
) -> None:
    kernels.if_block(conditions, first, second, rows, out, size)


def _table_of(token: Token) -> np.ndarray:
    assert token.table is not None
    return token.table
