"""The grid on which terms of a language are evaluated for a log: variants, parameters, values of y, points.

Cells that the language cannot distinguish (the same values of the features that it uses, in the same knowledge state)
share one *point*. The values of a term are one row of bytes, laid out as [P', Y', V, Q] in C order, where P' and Y' are
1 unless the term's scope binds `theta` and `y`. Rows are padded with zeros to whole 64-bit words.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.compiling import is_worth_compiling
from mesaprior.hypotheses.census import FLAGS
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms import kernels, vectorized
from mesaprior.hypotheses.terms.cells import Cells, cells_of, history_rows
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import THETA, Y
from mesaprior.hypotheses.terms.tokens import Token
from mesaprior.hypotheses.terms.variants import LEARNING_INVERTED, SEARCH_INVERTED, Variants, variants_of

WORD = 8
"""Bytes of the words in which rows are compared."""

REDUCING = 1e-8
"""Seconds that NumPy takes for each byte of values that is reduced to a signature, about."""


def padded(size: int) -> int:
    """Return the least multiple of `WORD` that is at least `size`."""
    return -(-size // WORD) * WORD


class Grid:
    """The grid of a language and a log.

    Parameters
    ----------
    language : Language
    log : ImitationLog
        Checked against the language.

    Attributes
    ----------
    with_fit : bool
        Whether the language has tokens that learn.
    variants : Variants
    cells : Cells
    point_of_cell : int64[C]
    is_later : uint8[Q]
        1 for points of later rows; meaningful in languages with `fit` only.
    layout : kernels.Layout
    size, width : tuple of int
        Bytes of a row by scope, without and with padding.
    """

    def __init__(self, language: Language, log: ImitationLog):
        self.language = language
        self.log = log
        self.with_fit: bool = language.has("fit")
        self.variants: Variants = variants_of(language)
        self.cells: Cells = cells_of(log, with_fit=self.with_fit)
        columns = [log.features.index(name) for name in language.used_features]
        seen = self.cells.seen_training + self.cells.seen_online
        by_seen = np.argsort(seen, kind="stable")
        rank = np.empty_like(by_seen)
        rank[by_seen] = np.arange(len(by_seen))
        state = rank[self.cells.knowledge]
        keys = np.column_stack([state, log.situations[self.cells.situation][:, columns]])
        points, first, point_of_cell = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        point_of_cell = point_of_cell.reshape(-1)
        if not self.with_fit:
            # Points follow the cells; only where there are states to learn in must they be sorted by these.
            points, point_of_cell = points[order], np.argsort(order)[point_of_cell]
            order = np.arange(len(points))
        self.point_of_cell = point_of_cell
        self.features: dict[str, NDArray[np.uint8]] = {
            name: points[:, 1 + i].astype(np.uint8) for i, name in enumerate(language.used_features)
        }
        is_later = self.cells.seen_training[by_seen][points[:, 0]] == log.n_training
        self.is_later: NDArray[np.uint8] = is_later.astype(np.uint8)
        history = history_rows(log)
        V, search = self.variants.n, self.variants.place(SEARCH_INVERTED)
        complement = np.zeros((V, len(points)), dtype=np.uint8)
        if search >= 0:
            complement[search] = 255
        n_later, bits = log.n_rows - log.n_training, max(1, (language.actions - 1).bit_length())
        self.layout: kernels.Layout = kernels.Layout(
            V=V,
            P=language.params if self.with_fit else 1,
            Y=language.domain if language.has("iterate") else language.actions,
            Q=len(points),
            A=language.actions,
            M=language.domain,
            K=language.rounds,
            search_variant=search,
            learning_variant=self.variants.place(LEARNING_INVERTED),
            first_intervention=self.variants.first_intervention,
            action_of=(np.arange(256) % language.actions).astype(np.uint8),
            complement=complement.reshape(-1),
            order=order,
            history_point=self.point_of_cell[self.cells.row_cell[history]],
            history_action=log.action[history],
            seen=seen[by_seen],
            state_start=np.searchsorted(points[:, 0], np.arange(len(seen) + 1)),
            n_rows=np.bincount(self.point_of_cell[self.cells.row_cell], minlength=len(points)),
            train_digits=-(-log.n_training.bit_length() // bits),
            later_digits=-(-n_later.bit_length() // bits),
            digit_bits=bits,
        )
        self.size: tuple[int, ...] = tuple(self._shape(scope)[0] * self.layout.Q for scope in range(4))
        self.width: tuple[int, ...] = tuple(padded(size) for size in self.size)

    def _shape(self, scope: int) -> tuple[int, int, int]:
        """Return (V * P' * Y', P', Y') in a scope."""
        P = self.layout.P if scope & THETA else 1
        Y_values = self.layout.Y if scope & Y else 1
        return self.layout.V * P * Y_values, P, Y_values

    def leaf(self, index: int, scope: int) -> np.ndarray:
        """Return the values ``uint8[1, width]`` of a token of arity 0 without a literal in a scope."""
        token = self.language.tokens[index]
        _, P, Y_values = self._shape(scope)
        values = np.empty((P, Y_values, self.layout.V, self.layout.Q), dtype=np.uint8)
        if token.kind in ("feature", "constant"):
            for v, tokens in enumerate(self.variants.meanings):
                values[:, :, v] = self.features[tokens[index].name] if token.kind == "feature" else tokens[index].value
        elif token.kind == "candidate":
            values[...] = np.arange(Y_values, dtype=np.uint8)[:, None, None]
        else:
            values[...] = np.arange(P, dtype=np.uint8)[:, None, None, None]
        row = np.zeros((1, self.width[scope]), dtype=np.uint8)
        row[0, : self.size[scope]] = values.reshape(-1)
        return row

    @cached_property
    def lookups(self) -> dict[int, int]:
        """The row of each lookup, by the index of its token, in what lookups are read at."""
        found = [index for index, token in enumerate(self.language.tokens) if token.kind == "lookup"]
        return {index: row for row, index in enumerate(found)}

    def looked_up(self) -> np.ndarray:
        """Return the values that lookups are read at, ``uint8[L, Q]``, or ``uint8[L, V * Q]`` where variants differ."""
        is_alike = not any(self.variants.replaced(index) for index in self.lookups)
        meanings = self.variants.meanings[:1] if is_alike else self.variants.meanings
        rows = [[self.features[tokens[index].name] for tokens in meanings] for index in self.lookups]
        return np.array(rows, dtype=np.uint8).reshape(len(rows), len(meanings) * self.layout.Q)

    def commutes(self, index: int) -> bool:
        """Return whether a binary operator is symmetric in every variant."""
        tables = (tokens[index].table for tokens in self.variants.meanings)
        return all(table is not None and np.array_equal(table, table.T) for table in tables)

    @cached_property
    def signature_size(self) -> int:
        """Bytes of what a census distinguishes, see `kernels.signature_rows`."""
        n_interventions = self.variants.n_interventions
        if not self.with_fit:
            return (self.variants.first_intervention + n_interventions) * self.layout.Q
        digits = self.layout.train_digits + self.layout.later_digits
        return self.layout.Q + len(FLAGS) + n_interventions * digits

    def signatures(self, values: np.ndarray) -> np.ndarray:
        """Reduce values ``uint8[m, width]`` of closed terms to signatures ``uint8[m, padded]``."""
        if not is_worth_compiling(kernels.signature_rows, REDUCING * values.size):
            size = padded(self.signature_size)
            return vectorized.signature_rows(values, self.layout, size, self.with_fit, self.is_later)
        out = np.zeros((len(values), padded(self.signature_size)), dtype=np.uint8)
        kernels.signature_rows(values, len(values), out, self.layout, self.with_fit, self.is_later)
        return out

    def changes(self, signatures: np.ndarray) -> np.ndarray:
        """Return the numbers of rows that interventions change, ``int32[n, 2 I]``, from signatures with flags.

        Of each intervention the training rows stand before the later ones.
        """
        changed = np.zeros((len(signatures), 2 * self.variants.n_interventions), dtype=np.int32)
        for column, places in enumerate(self._digits()):
            for place in places:
                changed[:, column] = (changed[:, column] << self.layout.digit_bits) | signatures[:, place]
        return changed

    def write_changes(self, changed: np.ndarray, signatures: np.ndarray) -> None:
        """Write numbers of rows into signatures with flags: the inverse of `changes`."""
        for column, places in enumerate(self._digits()):
            for power, place in enumerate(reversed(places)):
                signatures[:, place] = changed[:, column] >> power * self.layout.digit_bits & (
                    (1 << self.layout.digit_bits) - 1
                )

    def _digits(self) -> list[range]:
        """Return the positions of the digits of each number of rows in a signature."""
        found: list[range] = []
        at = self.layout.Q + len(FLAGS)
        for size in (self.layout.train_digits, self.layout.later_digits) * self.variants.n_interventions:
            found.append(range(at, at + size))
            at += size
        return found


WHAT = {
    "number": kernels.NUMBER,
    "unary": kernels.UNARY,
    "binary": kernels.BINARY,
    "if": kernels.IF,
    "argmax": kernels.SEARCH,
    "argmin": kernels.SEARCH,
    "iterate": kernels.ITERATE,
    "fit": kernels.FIT,
}
"""What tokens do, for the kernels, by kind; the others are leaves."""

OPERATOR_CODES = {
    "add": kernels.ADD,
    "sub": kernels.SUB,
    "eq": kernels.EQ,
    "lt": kernels.LT,
    "min": kernels.MIN,
    "max": kernels.MAX,
    "dist": kernels.DIST,
}
"""Codes of the built-in operators that are computed; the others are looked up."""


def operator_code(token: Token) -> int:
    """Return the kernel's code of a binary operator."""
    return OPERATOR_CODES.get(token.name, kernels.TABLE) if token.source == "built in" else kernels.TABLE
