"""The census as one would write it in NumPy: all terms bottom up as arrays of their values, nothing merged.

``terms[scope][bits]`` holds every term of a length in a scope: its values in both variants (intact, and with argmax and
argmin swapped), in every situation and, where y is bound, for every y. An operator is one lookup over all pairs of
arguments. Whole programs are never held: they are made in pieces, reduced to their actions and counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import NamedTuple

import numpy as np

from benchmarks.plain.question import BINDERS, Counted, Question, Token

CLOSED, OPEN = 0, 1
"""The scopes: nothing is bound, y is bound."""

AT_ONCE = 1 << 22
"""Values of terms that are made at once, about."""


class Terms(NamedTuple):
    """Terms of one length and scope: ``values: uint8[n, 2, S, Y]``, Y = 1 or M, and ``time: int64[n]``."""

    values: np.ndarray
    time: np.ndarray


def census(question: Question, max_bits: int) -> Counted:
    """Count every program of at most `max_bits` bits."""
    machine = _Machine(question)
    least = min(token.bits for token in question.tokens)
    # A term that is one argument of several stands beside an operator and another argument at least.
    for bits in range(1, max_bits - 2 * least + 1):
        for scope in (CLOSED, OPEN):
            pieces = list(machine.pieces(scope, bits))
            if pieces:
                machine.held[scope][bits] = Terms(*map(np.concatenate, zip(*pieces, strict=True)))
    return machine.counted(max_bits)


class _Machine:
    """Makes all terms of a length of shorter ones."""

    def __init__(self, question: Question):
        self.question = question
        self.held: tuple[dict[int, Terms], dict[int, Terms]] = ({}, {})
        self._situations = np.array(question.situations)
        self._tables = {k: np.array(t.table, dtype=np.uint8) for k, t in enumerate(question.tokens) if t.table}

    def terms(self, scope: int, bits: int) -> Iterator[Terms]:
        """Yield all terms of a length and scope: those that are held, or in pieces, made for this."""
        held = self.held[scope].get(bits)
        yield from self.pieces(scope, bits) if held is None else [held]

    def pieces(self, scope: int, bits: int) -> Iterator[Terms]:
        """Yield all terms of a length and scope, in pieces, made of shorter ones."""
        for index, token in enumerate(self.question.tokens):
            if token.arity == 0 and token.bits == bits and (token.kind != "candidate" or scope == OPEN):
                yield self._leaf(token, scope)
            elif token.arity > 1:
                for lengths in product(self.held[scope], repeat=token.arity):
                    if sum(lengths) == bits - token.bits:
                        yield from self._applied(index, token, [self.held[scope][length] for length in lengths])
        binders = [token for token in self.question.tokens if token.kind in BINDERS]
        for cost in {token.bits for token in binders if token.bits < bits}:
            for body in self.terms(OPEN, bits - cost):
                for token in binders:
                    if token.bits == cost:
                        yield self._bound(token, body, scope)

    def _leaf(self, token: Token, scope: int) -> Terms:
        S, Y = len(self._situations), self.question.M if scope == OPEN else 1
        values = np.empty((1, 2, S, Y), dtype=np.uint8)
        if token.kind == "feature":
            values[:] = self._situations[:, token.value, None]
        else:
            values[:] = np.arange(Y) if token.kind == "candidate" else token.value
        return Terms(values, np.array([token.steps]))

    def _applied(self, index: int, token: Token, arguments: list[Terms]) -> Iterator[Terms]:
        """Yield a token with all combinations of arguments, first arguments in pieces."""
        first, *others = arguments
        width = first.values[0].size * int(np.prod([len(other.time) for other in others]))
        step = max(1, AT_ONCE // width)
        for start in range(0, len(first.time), step):
            part = Terms(first.values[start : start + step], first.time[start : start + step])
            if token.kind == "binary":
                (b,) = others
                values = self._tables[index][part.values[:, None], b.values[None]]
                time = token.steps + part.time[:, None] + b.time[None]
            else:
                a, b = others
                condition = (part.values != 0)[:, None, None]
                values = np.where(condition, a.values[None, :, None], b.values[None, None])
                time = token.steps + part.time[:, None, None] + a.time[None, :, None] + b.time[None, None]
            yield Terms(values.reshape(-1, *values.shape[-3:]), time.reshape(-1))

    def _bound(self, token: Token, body: Terms, scope: int) -> Terms:
        """Return a binder around all bodies: argmax and argmin, each the other in the second variant, or iterate."""
        M, A, K = self.question.M, self.question.A, self.question.K
        if token.kind == "iterate":
            start = np.arange(M, dtype=np.uint8) if scope == OPEN else np.zeros(1, dtype=np.uint8)
            values = np.broadcast_to(start, (*body.values.shape[:3], len(start)))
            for _ in range(K):
                values = np.take_along_axis(body.values, values, axis=3)
            return Terms(values, token.steps + K * body.time)
        goal = body.values[..., :A]
        highest, lowest = goal.argmax(3), goal.argmin(3)
        chosen = (highest, lowest) if token.kind == "argmax" else (lowest, highest)
        values = np.stack([chosen[0][:, 0], chosen[1][:, 1]], axis=1).astype(np.uint8)[..., None]
        if scope == OPEN:
            values = np.broadcast_to(values, (*values.shape[:3], M))
        return Terms(values, token.steps + A * body.time)

    def counted(self, max_bits: int) -> Counted:
        """Return the counts of all programs: those that are held, and the longest, which are not."""
        groups: dict[tuple[int, bytes], int] = {}
        for bits in range(1, max_bits + 1):
            for piece in self.terms(CLOSED, bits):
                rows, counts = self._grouped(piece)
                for row, count in zip(rows, counts.tolist(), strict=True):
                    key = (bits, row.tobytes())
                    groups[key] = groups.get(key, 0) + count
        S = len(self._situations)
        rows = np.frombuffer(b"".join(row for _, row in groups), dtype=np.uint8).reshape(len(groups), -1)
        return Counted(
            intact=rows[:, :S],
            inverted=rows[:, S : 2 * S],
            length=np.array([bits for bits, _ in groups], dtype=np.int64),
            time=np.ascontiguousarray(rows[:, 2 * S :]).view(np.int64).reshape(-1),
            count=np.array(list(groups.values()), dtype=np.int64),
        )

    def _grouped(self, programs: Terms) -> tuple[np.ndarray, np.ndarray]:
        """Return the distinct (actions, time) of programs as rows of bytes, and how many programs have each."""
        n, S, A = len(programs.time), len(self._situations), self.question.A
        actions = (programs.values % A).reshape(n, 2 * S)
        # Two halves as numbers, which are quicker to sort than rows.
        digits = A ** np.arange(S, dtype=np.float64)
        halves = actions.reshape(n, 2, S).astype(np.float64) @ digits
        order = np.lexsort((programs.time, halves[:, 1], halves[:, 0]))
        keys = np.column_stack([halves, programs.time])[order]
        is_first = np.ones(n, dtype=bool)
        is_first[1:] = (keys[1:] != keys[:-1]).any(1)
        firsts = np.flatnonzero(is_first)
        rows = np.hstack([actions[order[firsts]], programs.time[order[firsts], None].view(np.uint8)])
        return rows, np.diff(firsts, append=n)
