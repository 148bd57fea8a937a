"""A family of circuits, one for each number of inputs, and how a term gives their gates.

Notes
-----
Sizes: n inputs, r(n) gates, S situations of the generator (one for each entry of each gate of each circuit), V lists of
entries. ``docs/reference/generators.md`` defines the format.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import ContentError, Named, UsageError, setting
from mesaprior.hypotheses.log import NONE, TRAIN, ImitationLog

GATES = (8, 6, 14, 7, 9, 1, 2, 4, 11, 13)
"""Truth tables of the gates by number (bit 2a + b is the value at a, b): and, xor, or, nand, xnor, nor and the rest."""

ENTRIES = ("gate", "left", "right")
"""What a generator says of each gate, by the value of the feature `k`."""

FEATURES = ("n", "i", "k")
"""What a generator sees: the number of inputs, that of the gate from 0, and which entry is asked for."""

SIZE = "size"
"""The feature column of a log that says how many inputs a row has."""

MOST_INPUTS = 4
MOST_EXTRA_GATES = 8


@dataclass(frozen=True, eq=False)
class Family:
    """The circuits that a log needs from a generator.

    Attributes
    ----------
    sizes : tuple of int
        Numbers of inputs that occur in the log, ascending.
    extra_gates : int
        The circuit for n inputs has r(n) = n - 1 + extra_gates gates.
    row_size : int64[D]
        Number of inputs of each distinct situation of the log.
    row_input : int64[D]
        Its bits as a number, the first input the most significant.
    """

    sizes: tuple[int, ...]
    extra_gates: int
    row_size: NDArray[np.int64]
    row_input: NDArray[np.int64]

    def n_gates(self, n: int) -> int:
        """Return r(n)."""
        return n - 1 + self.extra_gates

    @property
    def most_gates(self) -> int:
        """Gates of the largest circuit."""
        return self.n_gates(self.sizes[-1])

    @cached_property
    def questions(self) -> ImitationLog:
        """The inputs of a generator as a log: one row for each entry of each gate of each circuit, in this order."""
        rows = [
            (n, i, k) for n in self.sizes for i in range(self.n_gates(n)) for k in range(len(ENTRIES))
        ]  # fmt: skip
        S = len(rows)
        return ImitationLog(
            features=FEATURES,
            situations=np.array(rows, dtype=np.int64),
            row_situation=np.arange(S),
            action=np.zeros(S, dtype=np.int64),
            rival=np.full(S, NONE, dtype=np.int64),
            split=np.full(S, TRAIN, dtype=np.int8),
            file_line=np.arange(S) + 2,
            source="the gates of circuits",
        )

    def actions(self, entries: NDArray[np.int16]) -> NDArray[np.int16]:
        """Return the actions that the circuits of generators compute.

        Parameters
        ----------
        entries : int16[V, S]
            The values of each generator, in the order of `questions`.

        Returns
        -------
        int16[V, D]
            Output of the circuit of its size in each distinct situation of the log, 0 or 1.

        Notes
        -----
        A gate is the entry `gate` modulo the number of gates; `left` and `right` are nodes modulo the number of nodes
        before it: the inputs from 0, then the gates. The output is the last gate. All inputs are computed at once,
        a truth table in a word.
        """
        V = len(entries)
        found = np.empty((V, len(self.row_size)), dtype=np.int16)
        column = 0
        for n in self.sizes:
            r = self.n_gates(n)
            tables = np.zeros((n + r, V), dtype=np.uint16)
            tables[:n] = input_tables(n)[:, None]
            for i in range(r):
                gate, left, right = (entries[:, column + k].astype(np.int64) for k in range(len(ENTRIES)))
                a, b = (
                    np.take_along_axis(tables, (side % (n + i))[None, :], axis=0)[0] for side in (left, right)
                )  # fmt: skip
                tables[n + i] = _gate(np.array(GATES, dtype=np.uint16)[gate % len(GATES)], a, b)
                column += len(ENTRIES)
            rows = np.flatnonzero(self.row_size == n)
            found[:, rows] = (tables[n + r - 1][:, None] >> self.row_input[rows].astype(np.uint16)) & 1
        return found


def family_of(log: ImitationLog, extra_gates: int) -> Family:
    """Return the circuits that a log needs.

    Parameters
    ----------
    log : ImitationLog
        With the feature `size` and as many others as its largest value; those past the size of a row are 0.
    extra_gates : int

    Raises
    ------
    ContentError
        If the log has not this form.
    """
    if SIZE not in log.features:
        raise ContentError(
            f"{log.source}: there is no feature {SIZE!r}, and circuits for every size need to know the number of "
            "inputs of a row; add the column, or use ",
            Named("circuits.", "--space circuits."),
        )
    place = log.features.index(SIZE)
    sizes = log.situations[:, place]
    bits = np.delete(log.situations, place, axis=1)
    n_columns = bits.shape[1]

    def refuse(situation: int, what: str) -> ContentError:
        row = int(np.flatnonzero(log.row_situation == situation)[0])
        return ContentError(f"{log.source}, line {log.file_line[row]}: {what}.")

    most = min(MOST_INPUTS, n_columns)
    if most < 1:
        raise ContentError(
            f"{log.source}: {SIZE!r} is the only feature, and circuits need inputs; add columns of bits."
        )
    for situation, (n, row) in enumerate(zip(sizes.tolist(), bits.tolist(), strict=True)):
        if not 1 <= n <= most:
            raise refuse(situation, f"{SIZE} is {n}, and columns of bits {n_columns}; give a size from 1 to {most}")
        if max(row) > 1 or any(row[n:]):
            raise refuse(
                situation, f"inputs are 0 or 1, and those past the first {n} of a row of size {n} are 0; write it so"
            )
    if log.largest_action > 1:
        raise ContentError(
            f"{log.source}: action {log.largest_action} is too large, a circuit here has one output, 0 or 1; use "
            "another space."
        )
    number = np.array(
        [int("".join(map(str, row[:n])), 2) for n, row in zip(sizes.tolist(), bits.tolist(), strict=True)]
    )
    family = Family(tuple(sorted(set(sizes.tolist()))), extra_gates, sizes, number)
    if family.n_gates(family.sizes[0]) < 1:
        raise ContentError(
            f"{log.source}: a circuit of one input has no gate under the rule of n - 1 gates; leave size 1 out, or ask "
            "for ",
            setting("extra_gates", 1),
            ".",
        )
    return family


def check_extra_gates(extra_gates: int) -> None:
    """Refuse a number of gates that is out of range.

    Raises
    ------
    UsageError
        If so.
    """
    if not 0 <= extra_gates <= MOST_EXTRA_GATES:
        raise UsageError(
            f"extra_gates={extra_gates} is out of range; give an integer from 0 to {MOST_EXTRA_GATES}, which is added "
            "to n - 1."
        )


def input_tables(n: int) -> np.ndarray:
    """Return the truth tables of n inputs, ``uint16[n]``; the first is the most significant bit of an input number."""
    inputs = np.arange(1 << n)
    return np.array(
        [(((inputs >> (n - 1 - j)) & 1) << inputs).sum() for j in range(n)],
        dtype=np.uint16,
    )


def _gate(table: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return the truth tables of gates on truth tables, all ``uint16[V]``."""
    result = np.zeros_like(a)
    for corner, (x, y) in enumerate(((~a, ~b), (~a, b), (a, ~b), (a, b))):
        chosen = np.where((table >> np.uint16(corner)) & 1, np.uint16(0xFFFF), np.uint16(0))
        result |= chosen & x & y
    return result
