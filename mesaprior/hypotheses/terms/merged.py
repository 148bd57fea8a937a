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
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.counting.gathering import RENAMING, Gathering, Production
from mesaprior.hypotheses.counting.nodes import NEVER, Heads, Nodes
from mesaprior.hypotheses.counting.rows import RowTable, grown
from mesaprior.hypotheses.terms.blocks import Block, Level, Productions
from mesaprior.hypotheses.terms.grid import Grid, padded
from mesaprior.hypotheses.terms.language import Y_BINDERS
from mesaprior.hypotheses.terms.program import SATURATION, THETA, Y, inner_scope, is_allowed
from mesaprior.hypotheses.terms.tabulation import Tabulation
from mesaprior.hypotheses.terms.witnesses import EXTRA, texts
from mesaprior.priors import codes

BATCH_BYTES = 1 << 28
"""Values of a streamed level that are merged before they are handed on."""

Report = Callable[[int], None]
"""Told, now and then, how many more programs are accounted for."""


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
        self._symbols = self._language.symbols(grid.log)
        self._bits = [symbol.bits for symbol in self._symbols]
        self._expected = codes.count_by_length(self._symbols, max_bits)
        self._shortest = codes.shortest(self._symbols)
        self._totals: dict[tuple[int, int], int] = {}
        self._outside = self._least_bits_outside()
        self._nodes = Nodes()
        # A loop of no rounds forgets the time of its body, so long bodies must be kept for it.
        forgets = self._language.has("iterate") and self._language.rounds == 0
        self._inner_max_time = SATURATION if forgets else self._max_time
        self._productions = Productions(grid, self._nodes, self._bits, self._expected, self._inner_max_time)
        self._signatures = RowTable(padded(grid.signature_size))
        self._sinks: dict[int, Gathering] = {}
        self._extra = Heads.empty()
        self._n_extra = 0

    def run(self) -> Tabulation:
        """Count, and return the counts by signature.

        Raises
        ------
        RunError
            If a count would not fit in 64 bits, or a total differs from the counting identity.
        """
        parts: list[tuple[np.ndarray, ...]] = []
        best_length = np.full(64, NEVER, dtype=np.int64)
        best_heads = Heads.empty()
        for length in range(1, self._max_bits + 1):
            for scope in (Y | THETA, THETA, Y, 0):
                if length + self._outside[scope] > self._max_bits:
                    continue
                most = self._most_terms(scope, length)
                if most >= 2**63:
                    raise RunError(
                        f"there are {most} terms of {length} bits, and counts are exact below 2^63 only; "
                        f"ask for --max-bits below {length}."
                    )
                if most:
                    self._totals[scope, length] = self._do_level(scope, length)
            sink = self._sinks.pop(length, None)
            if sink is None:
                continue
            counts = sink.finish(self._signatures.n)
            self._check_total(0, length, counts.total())
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
            best_heads.grow(self._signatures.n)
            new = present[best_length[present] == NEVER]
            best_length[new] = length
            best_heads.put(new, sink.heads, new)
        return self._tabulate(parts, best_heads)

    # What is needed of which level

    def _least_bits_outside(self) -> list[int]:
        """Return, for each scope, the least bits around a term of this scope in a whole program."""
        binders = [
            min(
                (b for t, b in zip(self._language.tokens, self._bits, strict=True) if t.kind in kinds),
                default=None,
            )
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

    def _most_terms(self, scope: int, length: int) -> int:
        """Return how many terms a level has; with a time bound, at most, since arguments may have dropped out."""
        if not self._has_time_bound:
            return self._expected[scope][length]
        most = 0
        for token, symbol in zip(self._language.tokens, self._symbols, strict=True):
            if is_allowed(token.kind, scope):
                inner, rest = inner_scope(token.kind, scope), length - symbol.bits
                most += symbol.multiplicity * self._most_arguments(inner, token.arity, rest)
        return most

    def _most_arguments(self, scope: int, arity: int, length: int) -> int:
        """Return the number of tuples of terms that were kept and have this length together."""
        if arity == 0:
            return int(length == 0)
        return sum(
            total * self._most_arguments(scope, arity - 1, length - first)
            for (of, first), total in self._totals.items()
            if of == scope and first <= length
        )

    def _do_level(self, scope: int, length: int) -> int:
        """Count a level and return how many terms it has, those dropped by the time bound aside."""
        blocks = self._productions.blocks(scope, length)
        if self._is_argument(scope, length):
            return self._store(scope, length, blocks)
        if scope == 0:
            for block, values in self._evaluated(blocks, 0):
                self._sink(length, block.production, values, block.arguments)
            return 0
        return self._stream(scope, length, blocks)

    def _store(self, scope: int, length: int, blocks: Iterator[Block]) -> int:
        table = RowTable(self._grid.width[scope])
        gathering = Gathering(self._nodes, max_time=self._inner_max_time)
        for block, values in self._evaluated(blocks, scope):
            gathering.add(table.intern(values), block.production, block.arguments)
        counts = gathering.finish(table.n)
        self._check_total(scope, length, counts.total())
        # Classes without a program within the time bound would only breed more of their kind.
        kept = np.flatnonzero(counts.end > counts.start)
        if len(kept) == 0:
            return 0
        heads = Heads.empty()
        heads.grow(len(kept))
        heads.put(np.arange(len(kept)), gathering.heads, kept)
        best_time = gathering.best_time[kept]
        first = self._nodes.append(counts.of(kept), best_time, heads.of(len(kept)))
        level = self._productions.levels[scope, length] = Level(table.rows[kept], first, int(best_time.min()))
        if scope == 0:
            nodes = first + np.arange(len(kept))
            self._sink(length, RENAMING, level.values, np.tile(nodes, (3, 1)))
        return counts.total()

    def _stream(self, scope: int, length: int, blocks: Iterator[Block]) -> int:
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
        self._check_total(scope, length, total)
        return total

    def _hand_on(self, scope: int, length: int, table: RowTable, gathering: Gathering) -> int:
        """Make whole programs of a batch of bodies, then drop the batch; return how many bodies it stood for."""
        counts = gathering.finish(table.n)
        heads = gathering.heads.of(table.n)
        mark = self._nodes.mark()
        best_time = gathering.best_time[: table.n]
        first = self._nodes.append(counts, best_time, heads)
        level = Level(table.rows, first, int(best_time.min(initial=NEVER)))
        for index, token in enumerate(self._language.tokens):
            whole = length + self._bits[index]
            if token.arity == 1 and inner_scope(token.kind, 0) == scope and whole <= self._max_bits:
                blocks = self._productions.over_level(index, 0, scope, level, counts.total())
                for block, values in self._evaluated(blocks, 0):
                    self._sink(whole, block.production, values, block.arguments)
                if whole in self._sinks:
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
        kept = np.arange(start, self._n_extra)
        self._extra.grow(self._n_extra)
        self._extra.put(kept, bodies, body[fresh] - first)
        body[fresh] = EXTRA + kept

    def _sink(self, length: int, production: Production, values: np.ndarray, arguments: np.ndarray) -> None:
        """Count whole programs of this length."""
        if length not in self._sinks:
            self._sinks[length] = Gathering(self._nodes, max_time=self._max_time)
        self._sinks[length].add(self._signatures.intern(self._grid.signatures(values)), production, arguments)

    def _check_total(self, scope: int, length: int, total: int) -> None:
        """Compare a level's total with the counting identity; a time bound may only lower it."""
        expected = self._expected[scope][length]
        if total > expected or (total < expected and not self._has_time_bound):
            raise RunError(
                f"the census counted {total} terms of {length} bits where the counting identity says {expected}; "
                "this is a defect of the engine, so please report the language and the log."
            )

    def _evaluated(self, blocks: Iterator[Block], scope: int) -> Iterator[tuple[Block, np.ndarray]]:
        """Yield blocks with their values, in order; several workers evaluate ahead of the one that merges."""

        def evaluate(block: Block) -> np.ndarray:
            out = np.zeros((block.arguments.shape[1], self._grid.width[scope]), dtype=np.uint8)
            block.evaluate(out)
            return out

        if self._workers == 1:
            for block in blocks:
                yield block, evaluate(block)
                self._report(block.n_terms)
            return
        with ThreadPoolExecutor(self._workers) as pool:
            ahead: deque[tuple[Block, Future[np.ndarray]]] = deque()
            for block in blocks:
                ahead.append((block, pool.submit(evaluate, block)))
                if len(ahead) > 2 * self._workers:
                    first, values = ahead.popleft()
                    yield first, values.result()
                    self._report(first.n_terms)
            for block, values in ahead:
                yield block, values.result()
                self._report(block.n_terms)

    @property
    def n_bytes(self) -> int:
        """Bytes that stored levels, their counts and the signatures take."""
        return self._nodes.n_bytes + self._productions.n_bytes + self._signatures.rows.nbytes

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
            witness=lambda ids: texts(self._grid, self._nodes.heads, self._extra.of(self._n_extra), heads, ids),
            signature_id=signature,
            length=length,
            time=time,
            infer_time=infer_time,
            count=count,
        )


def _in_order_of(present: np.ndarray, start: np.ndarray, end: np.ndarray, *columns: np.ndarray) -> list[np.ndarray]:
    """Return the columns with the runs start..end of the present classes one after the other."""
    sizes = end[present] - start[present]
    offsets = np.repeat(start[present] - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes)
    order = offsets + np.arange(len(offsets))
    return [column[order] for column in columns]
