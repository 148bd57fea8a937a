"""The reference engine: enumerates programs one by one and evaluates each; the ground truth, and the baseline."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from mesaprior.hypotheses.counting.kernels import Rows, steps_block
from mesaprior.hypotheses.counting.rows import RowTable, grown
from mesaprior.hypotheses.terms import kernels
from mesaprior.hypotheses.terms.grid import WHAT, Grid, operator_code, padded
from mesaprior.hypotheses.terms.program import SATURATION, Program, format_program, inner_scope, is_allowed, repetitions
from mesaprior.hypotheses.terms.tabulation import Tabulation, literal_of
from mesaprior.hypotheses.texts import Texts
from mesaprior.priors import codes

NEVER = 2**62 + 1
"""A time that no program has, and a length."""

BLOCK = 1 << 12
"""Programs that are enumerated, evaluated and counted together."""


def syntax_of(grid: Grid, max_bits: int) -> kernels.Syntax:
    """Return the language of a grid as arrays, for terms of at most `max_bits` bits."""
    language, log, T = grid.language, grid.log, len(grid.language.tokens)
    symbols = language.symbols(log)
    inner = np.full((4, T), -1, dtype=np.int64)
    leaves = np.zeros((4, T, max(grid.width)), dtype=np.uint8)
    tables, swaps = _tables_of(grid)
    op = np.zeros(T, dtype=np.int64)
    for index, token in enumerate(language.tokens):
        if token.arity == 2:
            op[index] = operator_code(token)
        for scope in range(4):
            if is_allowed(token.kind, scope):
                inner[scope, index] = inner_scope(token.kind, scope)
                if token.arity == 0 and token.kind not in ("lookup", "number"):
                    leaves[scope, index, : grid.width[scope]] = grid.leaf(index, scope)[0]
    shortest = [max_bits + 1 if bits is None else min(bits, max_bits + 1) for bits in codes.shortest(symbols)]
    lookups = [grid.lookups.get(index, 0) for index in range(T)]
    digits = [log.feature_sizes[log.features.index(t.name)] if t.kind == "lookup" else 0 for t in language.tokens]

    def column(values: list[int]) -> np.ndarray:
        return np.array(values, dtype=np.int64)

    return kernels.Syntax(
        arity=column([token.arity for token in language.tokens]),
        bits=column([min(symbol.bits, max_bits + 1) for symbol in symbols]),
        what=column([WHAT.get(token.kind, kernels.LEAF) for token in language.tokens]),
        op=op,
        table=np.arange(T),
        is_argmin=np.array([token.kind == "argmin" for token in language.tokens], dtype=np.uint8),
        n_literals=column([symbol.multiplicity for symbol in symbols]),
        digits=column(digits),
        feature=column(lookups),
        inner=inner,
        shortest=column(shortest),
        tables=tables,
        swaps=swaps,
        leaves=leaves,
        features=grid.looked_up(),
    )


def _tables_of(grid: Grid) -> tuple[np.ndarray, kernels.Swaps]:
    """Return the tables ``uint8[n, M, M]`` of all operators, and in which variants they have others."""
    tokens, M = grid.language.tokens, grid.language.domain
    swaps = [(index, v, other) for index in range(len(tokens)) for v, other in grid.variants.replaced(index)]
    swaps = [(index, v, other) for index, v, other in swaps if other.table is not None]
    tables = np.zeros((len(tokens) + 1 + len(swaps), M, M), dtype=np.uint8)
    for place, token in [*enumerate(tokens), *enumerate((other for *_, other in swaps), len(tokens) + 1)]:
        if token.table is not None:
            tables[place] = token.table if token.arity == 2 else token.table[:, None]
    owners = np.array([index for index, *_ in swaps], dtype=np.int64)
    return tables, kernels.Swaps(
        start=np.searchsorted(owners, np.arange(len(tokens) + 1)).astype(np.int64),
        variant=np.array([v for _, v, _ in swaps], dtype=np.int64),
        table=np.arange(len(tokens) + 1, len(tables), dtype=np.int64),
    )


class ReferenceEngine:
    """Counts all closed terms of a language up to a length, one by one.

    Parameters
    ----------
    grid : Grid
    max_bits : int
        Longest program, in bits.
    max_time : int or None
        Most steps of a program.
    report : callable or None
        Told how many more programs are accounted for.
    """

    def __init__(
        self,
        grid: Grid,
        max_bits: int,
        max_time: int | None = None,
        *,
        report: Callable[[int], None] | None = None,
    ):
        self._grid = grid
        self._max_bits = max_bits
        self._max_time = SATURATION if max_time is None else max_time
        self._report: Callable[[int], None] = report or (lambda _: None)
        self._syntax = syntax_of(grid, max_bits)
        # Every token but the last leaves at least one bit for what follows.
        self._positions = max_bits // int(self._syntax.bits.min()) + 1

    def run(self) -> Tabulation:
        """Count, and return the counts by signature. Cost: proportional to the number of programs."""
        grid, positions = self._grid, self._positions
        walk = self._start()
        tokens, literals, scopes = (np.zeros((BLOCK, positions), dtype=np.int64) for _ in range(3))
        sizes, lengths = np.zeros(BLOCK, dtype=np.int64), np.zeros(BLOCK, dtype=np.int64)
        values = np.zeros((BLOCK, grid.width[0]), dtype=np.uint8)
        times = np.zeros((BLOCK, 2), dtype=np.int64)
        scratch = (
            np.zeros((positions + 3, max(grid.width)), dtype=np.uint8),
            np.zeros(positions + 3, dtype=np.int64),
            np.zeros((3, 1), dtype=np.int64),
            np.zeros((3, 4 * max(grid.width)), dtype=np.uint8),
            np.zeros(max(1, grid.layout.P), dtype=np.int64),
        )
        charges = self._charges()
        steps_scratch = np.zeros((positions + 3, 3), dtype=np.int64)
        signatures = RowTable(padded(grid.signature_size))
        groups = RowTable(4 * 8)
        count = np.zeros(64, dtype=np.uint64)
        best = _Best()
        while True:
            n = kernels.enumerate_block(self._syntax, walk, self._max_bits, tokens, literals, scopes, sizes, lengths)
            kernels.evaluate_block(
                self._syntax,
                grid.layout,
                tokens[:n],
                literals[:n],
                scopes[:n],
                sizes[:n],
                values,
                scratch,
            )
            steps_block(self._syntax.arity, *charges, tokens[:n], sizes[:n], steps_scratch, times)
            kept = np.flatnonzero(times[:n, 0] <= self._max_time)
            ids = signatures.intern(grid.signatures(values[kept]))
            keys = np.column_stack([ids, lengths[kept], times[kept]])
            group_ids = groups.intern(np.ascontiguousarray(keys).view(np.uint8))
            count = grown(count, groups.n)
            count += np.bincount(group_ids, minlength=len(count)).astype(np.uint64)
            best.keep(ids, lengths[kept], times[kept, 0], tokens[kept], literals[kept], sizes[kept])
            self._report(n)
            if n < BLOCK:
                break
        return self._tabulation(signatures, groups, count, best)

    def _tabulation(self, signatures: RowTable, groups: RowTable, count: np.ndarray, best: _Best) -> Tabulation:
        """Return what was counted: signatures in their order, and groups by signature, length and steps."""
        grid = self._grid
        signature, length, time, infer_time = groups.rows.view(np.int64).reshape(-1, 4).T.copy()
        order = np.lexsort(signatures.rows[:, : grid.signature_size].T[::-1])
        rank = np.argsort(order)
        by_rank = np.lexsort((infer_time, time, length, rank[signature]))
        ends = np.searchsorted(rank[signature[by_rank]], np.arange(signatures.n), side="right")
        rows = Rows(
            np.concatenate([[0], ends])[:-1],
            ends,
            length[by_rank],
            time[by_rank],
            infer_time[by_rank],
            count[: groups.n][by_rank],
        )
        return Tabulation(
            signatures=signatures.rows[order, : grid.signature_size],
            rows=rows,
            witness=lambda ids: Texts.of(
                format_program(self._program(*best.program[i]), grid.language) for i in order[ids].tolist()
            ),
        )

    def _charges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return steps, factor and infer_factor of each token, see `steps_block`."""
        language = self._grid.language
        factors = [repetitions(token.kind, language, self._grid.log.n_history) for token in language.tokens]
        factor, infer_factor = np.array(factors, dtype=np.int64).T.copy()
        return np.array([token.steps for token in language.tokens], dtype=np.int64), factor, infer_factor

    def _start(self) -> kernels.Walk:
        positions = self._positions + 1
        walk = kernels.Walk(
            *(np.zeros(positions, dtype=np.int64) for _ in range(6)),
            *(np.zeros(3 * positions + 1, dtype=np.int64) for _ in range(2)),
            position=np.zeros(1, dtype=np.int64),
        )
        walk.token[0] = -1
        walk.hole_next[0] = -1
        walk.n_holes[0] = 1
        walk.owed[0] = self._syntax.shortest[0]
        return walk

    def _program(self, tokens: np.ndarray, literals: np.ndarray) -> Program:
        language = self._grid.language
        of: list[int] = tokens.tolist()
        return Program(
            tuple(of),
            tuple(
                literal_of(language.tokens[token], number, self._grid)
                for token, number in zip(of, literals.tolist(), strict=True)
            ),
        )


class _Best:
    """The first program of least time among the shortest, for each signature."""

    def __init__(self):
        self.length = np.full(64, NEVER, dtype=np.int64)
        self.time = np.full(64, NEVER, dtype=np.int64)
        self.program: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def keep(
        self,
        ids: np.ndarray,
        length: np.ndarray,
        time: np.ndarray,
        tokens: np.ndarray,
        literals: np.ndarray,
        sizes: np.ndarray,
    ) -> None:
        """Look at a block of programs and keep those that are better than all before."""
        if len(ids) == 0:
            return
        self.length = grown(self.length, int(ids.max()) + 1, NEVER)
        self.time = grown(self.time, int(ids.max()) + 1, NEVER)
        order = np.lexsort((time, length, ids))
        first = order[np.concatenate([[True], ids[order][1:] != ids[order][:-1]])]
        known = ids[first]
        shorter = length[first] < self.length[known]
        better = first[shorter | ((length[first] == self.length[known]) & (time[first] < self.time[known]))]
        self.length[ids[better]] = length[better]
        self.time[ids[better]] = time[better]
        for row in better:
            self.program[int(ids[row])] = (
                tokens[row, : sizes[row]].copy(),
                literals[row, : sizes[row]].copy(),
            )
