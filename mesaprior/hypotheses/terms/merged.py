"""The merged engine: builds terms bottom up by exact length and merges those that denote the same values.

For every scope and length the engine combines the *classes* of shorter terms, merges equal results, and carries exact
counts by (time, infer_time). Three kinds of levels keep the memory down:

- *stored* levels are arguments of longer terms;
- *streamed* levels are only ever bodies of the outermost binder: they are merged in batches of bounded size and
  handed to the binders at once;
- *last* levels are only ever whole programs: they are reduced straight to signatures and never stored.

Every level's total is compared with the counting identity.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.terms import kernels
from mesaprior.hypotheses.terms.grid import Grid, operator_code
from mesaprior.hypotheses.terms.language import Y_BINDERS, Token
from mesaprior.hypotheses.terms.merging import (
    ALIAS,
    NEVER,
    RENAMING,
    Gathering,
    Heads,
    Nodes,
    Production,
    RowTable,
    grown,
)
from mesaprior.hypotheses.terms.program import (
    SATURATION,
    THETA,
    Y,
    format_lookup,
    inner_scope,
    is_allowed,
    repetitions,
)
from mesaprior.hypotheses.terms.tabulation import Tabulation, literal_of
from mesaprior.priors import codes

BLOCK_BYTES = 1 << 19
"""Values that are computed before they are merged; they should stay in the cache of a core."""

BATCH_BYTES = 1 << 28
"""Values of a streamed level that are merged before they are handed on."""

EXTRA = 1 << 40
"""Nodes from here on are bodies of streamed levels that are kept for a witness only."""

Report = Callable[[int], None]
"""Told, now and then, how many more programs are accounted for."""


@dataclass
class _Level:
    """A stored level: the distinct values of the terms of one scope and length.

    Attributes
    ----------
    values : uint8[n, width]
    first : int
        Node of the first class; the others follow.
    """

    values: np.ndarray
    first: int


@dataclass
class _Block:
    """One production for some combinations of arguments, to be evaluated.

    Attributes
    ----------
    production : Production
    arguments : int64[3, m]
        Nodes, see `kernels.Records`.
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


class MergedEngine:
    """Counts all closed terms of a language up to a length, by signature, length, time and infer_time.

    Parameters
    ----------
    grid : Grid
    max_bits : int
        Longest program, in bits.
    max_time : int or None
        Most steps of a program.
    workers : int
        Threads that evaluate; the result does not depend on it.
    report : callable or None
        Progress, see `Report`.
    """

    def __init__(
        self,
        grid: Grid,
        max_bits: int,
        max_time: int | None = None,
        *,
        workers: int = 1,
        report: Report | None = None,
    ):
        self._grid = grid
        self._language = grid.language
        self._max_bits = max_bits
        self._max_time = SATURATION if max_time is None else max_time
        self._has_time_bound = max_time is not None
        self._workers = workers
        self._report = report or (lambda _: None)
        symbols = self._language.symbols(grid.log)
        self._bits = [symbol.bits for symbol in symbols]
        self._expected = codes.count_by_length(symbols, max_bits)
        self._shortest = codes.shortest(symbols)
        self._outside = self._least_bits_outside()
        self._nodes = Nodes()
        self._levels: dict[tuple[int, int], _Level] = {}
        self._masks: dict[tuple[int, int], _Level] = {}
        self._signatures = RowTable(grid.signatures(np.zeros((1, grid.width[0]), dtype=np.uint8)).shape[1])
        self._sinks: dict[int, Gathering] = {}
        self._extra = Heads(*(np.zeros(64, dtype=np.int64) for _ in range(2)), np.zeros((3, 64), dtype=np.int64))
        self._n_extra = 0
        # A loop of no rounds forgets the time of its body, so long bodies must be kept for it.
        forgets = self._language.has("iterate") and self._language.rounds == 0
        self._inner_max_time = SATURATION if forgets else self._max_time

    def run(self) -> Tabulation:
        """Count, and return the counts by signature.

        Raises
        ------
        RunError
            If a count would not fit in 64 bits, or a total differs from the counting identity.
        """
        parts: list[tuple[np.ndarray, ...]] = []
        best_length = np.full(64, NEVER, dtype=np.int64)
        best_heads = Heads(*(np.zeros(64, dtype=np.int64) for _ in range(2)), np.zeros((3, 64), dtype=np.int64))
        for length in range(1, self._max_bits + 1):
            for scope in (Y | THETA, THETA, Y, 0):
                expected = self._expected[scope][length]
                if expected and length + self._outside[scope] <= self._max_bits:
                    if expected >= 2**63:
                        raise RunError(
                            f"there are {expected} terms of {length} bits, and counts are exact below 2^63 only; "
                            f"ask for --max-bits below {length}."
                        )
                    self._do_level(scope, length)
            sink = self._sinks.pop(length, None)
            if sink is None:
                continue
            counts = sink.finish(self._signatures.n)
            self._assert_total(0, length, counts.total())
            n_entries = counts.end - counts.start
            present = np.flatnonzero(n_entries)
            parts.append(
                (
                    np.repeat(present, n_entries[present]),
                    np.full(len(counts.time), length, dtype=np.int64),
                    *_in_order_of(present, counts.start, counts.end, counts.time, counts.infer_time, counts.count),
                )
            )
            best_length = grown(best_length, self._signatures.n, NEVER)
            for name in ("token", "literal", "arguments"):
                setattr(best_heads, name, grown(getattr(best_heads, name), self._signatures.n))
            new = present[best_length[present] == NEVER]
            best_length[new] = length
            best_heads.token[new] = sink.heads.token[new]
            best_heads.literal[new] = sink.heads.literal[new]
            best_heads.arguments[:, new] = sink.heads.arguments[:, new]
        return self._tabulate(parts, best_heads)

    # What is needed of which level

    def _least_bits_outside(self) -> list[int]:
        """Return, for each scope, the least bits around a term of this scope in a whole program."""
        binders = [
            min((b for t, b in zip(self._language.tokens, self._bits, strict=True) if t.kind in kinds), default=None)
            for kinds in (Y_BINDERS, ("fit",))
        ]
        never = self._max_bits + 1
        y, theta = (never if bits is None else bits for bits in binders)
        return [0, y, theta, y + theta]

    def _is_argument(self, scope: int, length: int) -> bool:
        """Tell whether terms of this level are arguments of something else than the outermost binder."""
        for token, bits in zip(self._language.tokens, self._bits, strict=True):
            if token.arity == 0:
                continue
            for outer in range(4):
                if inner_scope(token.kind, outer) != scope or self._shortest[outer] is None:
                    continue
                others = (token.arity - 1) * (self._shortest[scope] or 0)
                whole = length + bits + others
                if whole + self._outside[outer] > self._max_bits:
                    continue
                if outer == scope or outer != 0 or self._is_argument(0, whole):
                    return True
        return False

    # Levels

    def _do_level(self, scope: int, length: int) -> None:
        blocks = self._blocks(scope, length)
        if self._is_argument(scope, length):
            level = self._store(scope, length, blocks)
            if scope == 0:
                nodes = level.first + np.arange(len(level.values))
                self._sink(length, RENAMING, level.values, np.tile(nodes, (3, 1)))
        elif scope == 0:
            for block, values in self._evaluated(blocks, 0):
                self._sink(length, block.production, values, block.arguments)
        else:
            self._stream(scope, length, blocks)

    def _store(self, scope: int, length: int, blocks: Iterator[_Block]) -> _Level:
        table = RowTable(self._grid.width[scope])
        gathering = Gathering(self._nodes, max_time=self._inner_max_time)
        for block, values in self._evaluated(blocks, scope):
            gathering.add(table.intern(values), block.production, block.arguments)
        counts = gathering.finish(table.n)
        if not self._has_time_bound:
            self._assert_total(scope, length, counts.total())
        first = self._nodes.append(counts, gathering.best_time[: table.n], _cut(gathering.heads, table.n))
        level = self._levels[scope, length] = _Level(table.rows.copy(), first)
        return level

    def _stream(self, scope: int, length: int, blocks: Iterator[_Block]) -> None:
        """Merge a level in batches and hand each to the binders that make whole programs of it."""
        table = RowTable(self._grid.width[scope])
        most = max(1024, BATCH_BYTES // self._grid.width[scope])
        gathering = Gathering(self._nodes, max_time=self._inner_max_time)
        total = 0
        for block, values in self._evaluated(blocks, scope):
            gathering.add(table.intern(values), block.production, block.arguments)
            if table.n >= most:
                total += self._hand_on(scope, length, table, gathering)
                gathering = Gathering(self._nodes, max_time=self._inner_max_time)
        total += self._hand_on(scope, length, table, gathering)
        if not self._has_time_bound:
            self._assert_total(scope, length, total)

    def _hand_on(self, scope: int, length: int, table: RowTable, gathering: Gathering) -> int:
        """Make whole programs of a batch of bodies, then drop the batch; return how many bodies it stood for."""
        counts = gathering.finish(table.n)
        heads = _cut(gathering.heads, table.n)
        mark = self._nodes.mark()
        first = self._nodes.append(counts, gathering.best_time[: table.n], heads)
        level = _Level(table.rows, first)
        for index, token in enumerate(self._language.tokens):
            whole = length + self._bits[index]
            if token.arity == 1 and inner_scope(token.kind, 0) == scope and whole <= self._max_bits:
                blocks = self._unary_like(index, 0, scope, level, counts.total())
                for block, values in self._evaluated(blocks, 0):
                    self._sink(whole, block.production, values, block.arguments)
                self._sinks[whole].flush()
                self._keep_bodies(self._sinks[whole].heads, mark[0], heads)
        self._nodes.truncate(mark)
        table.clear()
        return counts.total()

    def _keep_bodies(self, whole: Heads, first: int, bodies: Heads) -> None:
        """Keep the bodies that witnesses refer to, before their batch is dropped."""
        body = whole.arguments[0]
        fresh = np.flatnonzero((body >= first) & (body < EXTRA) & (whole.token >= 0))
        start, self._n_extra = self._n_extra, self._n_extra + len(fresh)
        for name in ("token", "literal", "arguments"):
            array = grown(getattr(self._extra, name), self._n_extra)
            array[..., start : self._n_extra] = getattr(bodies, name)[..., body[fresh] - first]
            setattr(self._extra, name, array)
        body[fresh] = EXTRA + np.arange(start, self._n_extra)

    def _sink(self, length: int, production: Production, values: np.ndarray, arguments: np.ndarray) -> None:
        """Count whole programs of this length."""
        if length not in self._sinks:
            self._sinks[length] = Gathering(self._nodes, max_time=self._max_time)
        self._sinks[length].add(self._signatures.intern(self._grid.signatures(values)), production, arguments)

    def _assert_total(self, scope: int, length: int, total: int) -> None:
        expected = self._expected[scope][length]
        if total > expected or (total < expected and not self._has_time_bound):
            raise RunError(
                f"the census counted {total} terms of {length} bits where the counting identity says {expected}; "
                "this is a defect of the engine, so please report the language and the log."
            )

    # Productions

    def _evaluated(self, blocks: Iterator[_Block], scope: int) -> Iterator[tuple[_Block, np.ndarray]]:
        """Yield blocks with their values, in order; several workers evaluate ahead of the one that merges."""

        def evaluate(block: _Block) -> np.ndarray:
            out = np.zeros((block.arguments.shape[1], self._grid.width[scope]), dtype=np.uint8)
            block.evaluate(out)
            return out

        if self._workers == 1:
            for block in blocks:
                yield block, evaluate(block)
                self._report(block.n_terms)
            return
        with ThreadPoolExecutor(self._workers) as pool:
            ahead: deque[tuple[_Block, Future[np.ndarray]]] = deque()
            for block in blocks:
                ahead.append((block, pool.submit(evaluate, block)))
                if len(ahead) > 2 * self._workers:
                    first, values = ahead.popleft()
                    yield first, values.result()
                    self._report(first.n_terms)
            for block, values in ahead:
                yield block, values.result()
                self._report(block.n_terms)

    def _blocks(self, scope: int, length: int) -> Iterator[_Block]:
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
                if (inner, rest) in self._levels:
                    level = self._levels[inner, rest]
                    yield from self._unary_like(index, scope, inner, level, self._expected[inner][rest])
            elif token.arity == 2:
                yield from self._binary(index, scope, rest)
            else:
                yield from self._if(index, scope, rest)

    def _leaves(self, index: int, scope: int) -> Iterator[_Block]:
        token = self._language.tokens[index]
        production = Production(index, 0, token.steps)
        if token.kind != "lookup":
            leaf = self._grid.leaf(token, scope)
            yield _Block(production, np.zeros((3, 1), dtype=np.int64), 1, lambda out: np.copyto(out, leaf))
            return
        feature = self._grid.features[token.name]
        digits = self._grid.log.feature_sizes[self._grid.log.features.index(token.name)]
        A, copies = self._language.actions, self._grid.copies(scope)
        for start, stop in self._slices(self._language.n_literals(token, self._grid.log), scope):
            numbers = np.arange(start, stop)
            yield _Block(
                production,
                np.stack([numbers, np.zeros_like(numbers), np.zeros_like(numbers)]),
                stop - start,
                partial(kernels.lookup_block, start, digits, feature, A, copies),
            )

    def _unary_like(self, index: int, scope: int, inner: int, level: _Level, n_terms: int) -> Iterator[_Block]:
        """Yield a unary operator, a binder or a fit over all classes of a level; `inner` is the level's scope."""
        token = self._language.tokens[index]
        factor, infer_factor = repetitions(token.kind, self._language, self._grid.log.n_history)
        production = Production(index, 1, token.steps, factor, infer_factor)
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

            yield _Block(production, np.tile(rows + level.first, (3, 1)), n_terms * (stop - start) // n, evaluate)

    def _binary(self, index: int, scope: int, rest: int) -> Iterator[_Block]:
        table = _table_of(self._language.tokens[index])
        commutes = bool(np.array_equal(table, table.T))
        for first_length in range(1, rest):
            second_length = rest - first_length
            first, second = self._levels.get((scope, first_length)), self._levels.get((scope, second_length))
            if first is None or second is None or (commutes and first_length > second_length):
                continue
            n, n_second = len(first.values), len(second.values)
            n_terms = self._expected[scope][first_length] * self._expected[scope][second_length]
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
        first: _Level,
        second: _Level,
        rows: tuple[np.ndarray, np.ndarray],
        n_terms: int,
    ) -> _Block:
        token, size = self._language.tokens[index], self._grid.size[scope]

        def evaluate(out: np.ndarray) -> None:
            kernels.binary_block(
                operator_code(token), _table_of(token), first.values, second.values, *rows, out, size
            )

        arguments = np.stack([rows[0] + first.first, rows[1] + second.first, np.zeros_like(rows[0])])
        return _Block(Production(index, 2, token.steps, weight=weight), arguments, n_terms, evaluate)

    def _if(self, index: int, scope: int, rest: int) -> Iterator[_Block]:
        production = Production(index, 3, self._language.tokens[index].steps)
        size = self._grid.size[scope]
        lengths = [length for (of, length) in self._levels if of == scope]
        for condition_length in lengths:
            for first_length in lengths:
                second_length = rest - condition_length - first_length
                if (scope, second_length) not in self._levels:
                    continue
                conditions = self._masks_of(scope, condition_length)
                first, second = self._levels[scope, first_length], self._levels[scope, second_length]
                n_first, n_second = len(first.values), len(second.values)
                n = len(conditions.values) * n_first * n_second
                n_terms = prod(self._expected[scope][k] for k in (condition_length, first_length, second_length))
                firsts = np.array([[conditions.first], [first.first], [second.first]])
                sources = (conditions.values, first.values, second.values)
                for start, stop in self._slices(n, scope):
                    outer, second_rows = np.divmod(np.arange(start, stop), n_second)
                    rows = np.stack([*np.divmod(outer, n_first), second_rows])

                    def evaluate(out: np.ndarray, sources: tuple = sources, rows: np.ndarray = rows) -> None:
                        kernels.if_block(*sources, rows, out, size)

                    yield _Block(production, rows + firsts, n_terms * (stop - start) // n, evaluate)

    def _masks_of(self, scope: int, length: int) -> _Level:
        """Return a stored level as conditions: classes that are 0 in the same places are one."""
        if (scope, length) not in self._masks:
            level = self._levels[scope, length]
            table = RowTable(self._grid.width[scope])
            gathering = Gathering(self._nodes, max_time=self._inner_max_time)
            for start, stop in self._slices(len(level.values), scope):
                out = np.zeros((stop - start, self._grid.width[scope]), dtype=np.uint8)
                kernels.zero_mask_block(level.values[start:stop], out, self._grid.size[scope])
                nodes = level.first + np.arange(start, stop)
                gathering.add(table.intern(out), RENAMING, np.tile(nodes, (3, 1)))
            counts = gathering.finish(table.n)
            first = self._nodes.append(counts, gathering.best_time[: table.n], _cut(gathering.heads, table.n))
            self._masks[scope, length] = _Level(table.rows.copy(), first)
        return self._masks[scope, length]

    def _slices(self, n: int, scope: int) -> Iterator[tuple[int, int]]:
        step = max(64, BLOCK_BYTES // self._grid.width[scope])
        for start in range(0, n, step):
            yield start, min(n, start + step)

    @property
    def n_bytes(self) -> int:
        """Bytes that stored levels, their counts and the signatures take."""
        levels = [*self._levels.values(), *self._masks.values()]
        return self._nodes.n_bytes + sum(level.values.nbytes for level in levels) + self._signatures.rows.nbytes

    @property
    def n_terms(self) -> int:
        """How many terms the reports of progress add up to, about: all terms of all levels, and whole programs."""
        total = 0
        for scope in range(4):
            for length in range(1, self._max_bits + 1):
                if length + self._outside[scope] <= self._max_bits:
                    total += self._expected[scope][length]
        return total

    # The result

    def _tabulate(self, parts: list[tuple[np.ndarray, ...]], heads: Heads) -> Tabulation:
        columns = [np.concatenate(column) for column in zip(*parts, strict=True)] if parts else []
        if not columns:
            columns = [np.empty(0, dtype=np.int64)] * 4 + [np.empty(0, dtype=np.uint64)]
        signature, length, time, infer_time, count = columns
        return Tabulation(
            signatures=self._signatures.rows[:, : self._grid.signature_size].copy(),
            witness=lambda ids: self._texts(heads, ids),
            signature_id=signature,
            length=length,
            time=time,
            infer_time=infer_time,
            count=count,
        )

    def _texts(self, heads: Heads, ids: Sequence[int]) -> list[str]:
        """Return the text of the program that the heads of each class stand for."""
        tokens, grid = self._language.tokens, self._grid
        sources = [
            (nodes.token[:n].tolist(), nodes.literal[:n].tolist(), nodes.arguments[:, :n].T.tolist())
            for nodes, n in ((self._nodes, self._nodes.n), (self._extra, self._n_extra), (heads, len(heads.token)))
        ]
        known: dict[int, str] = {}

        def compose(source: tuple[list[int], list[int], list[list[int]]], place: int) -> str:
            index = source[0][place]
            if index == ALIAS:
                return text(source[2][place][0])
            token = tokens[index]
            if token.kind == "lookup":
                return format_lookup(token, literal_of(token, source[1][place], grid))
            arity = token.arity
            if arity == 0:
                return token.name
            return f"({token.name} {' '.join([text(node) for node in source[2][place][:arity]])})"

        def text(node: int) -> str:
            if node not in known:
                known[node] = compose(sources[1], node - EXTRA) if node >= EXTRA else compose(sources[0], node)
            return known[node]

        return [compose(sources[2], index) for index in ids]


def _table_of(token: Token) -> np.ndarray:
    assert token.table is not None
    return token.table


def _cut(heads: Heads, n: int) -> Heads:
    return Heads(heads.token[:n], heads.literal[:n], heads.arguments[:, :n])


def _in_order_of(
    present: np.ndarray, start: np.ndarray, end: np.ndarray, *columns: np.ndarray
) -> list[np.ndarray]:
    """Return the columns with the runs start..end of the present classes one after the other."""
    sizes = end[present] - start[present]
    offsets = np.repeat(start[present] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    order = offsets + np.arange(len(offsets))
    return [column[order] for column in columns]
