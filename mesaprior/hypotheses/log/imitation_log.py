"""The imitation log: the teacher's actions, row by row, training rows first.

Notes
-----
Sizes: R rows, of which the first N are training rows; H history rows (training and online); F feature
columns; S distinct situations. The file format is written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.raw_table import distinct_rows

if TYPE_CHECKING:
    import pandas as pd

TRAIN, ONLINE, DEPLOY = 0, 1, 2
"""Codes of the splits in `ImitationLog.split`."""

SPLITS = ("train", "online", "deploy")
"""Names of the splits, by code."""

NONE = -1
"""Stands in `ImitationLog.action` and `ImitationLog.rival` where the file has nothing."""


@dataclass(frozen=True, eq=False)
class ImitationLog:
    """Rows of (situation, action) in the log's order: training rows in file order, then all others in file order.

    Where groups are distinguished, the rows of each follow each other, in file order, among either kind of rows.

    Attributes
    ----------
    features : tuple of str
        Names of the F feature columns, in file order.
    situations : int64[S, F]
        Distinct feature vectors by first appearance in the log's order; entries in 0..255.
    row_situation : int64[R]
        Index into `situations` of each row.
    action : int64[R]
        The teacher's action, or `NONE` (on deploy rows only).
    rival : int64[R]
        What a rival with another goal would do, or `NONE` (always `NONE` on training rows).
    split : int8[R]
        `TRAIN`, `ONLINE` or `DEPLOY`.
    file_line : int64[R]
        Line of the file (the header is line 1) that each row came from, for messages.
    source : str
        Name of the file, for messages and provenance.
    codes : dict of str to dict of str to int
        For ``action``, and for each feature that is not its own code: the code of each label, ascending. Empty where
        all numbers stand for themselves.
    groups : tuple of str
        Labels of the people, or other groups of rows, in natural order; empty where none are distinguished.
    group : int64[R] or None
        Index into `groups` of each row.
    n_left_out : int
        Rows of the file that are left out because a cell is missing there.
    remarks : tuple of str
        What was recognized or changed while reading the file, as sentences.
    sizes : tuple of int or None
        S_f for each feature if these rows are part of a file, whose S_f they keep; None if it is their own.
    """

    features: tuple[str, ...]
    situations: NDArray[np.int64]
    row_situation: NDArray[np.int64]
    action: NDArray[np.int64]
    rival: NDArray[np.int64]
    split: NDArray[np.int8]
    file_line: NDArray[np.int64]
    source: str = "log"
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict[str, Mapping[str, int]])
    groups: tuple[str, ...] = ()
    group: NDArray[np.int64] | None = None
    n_left_out: int = 0
    remarks: tuple[str, ...] = ()
    sizes: tuple[int, ...] | None = None

    def __len__(self) -> int:
        return len(self.action)

    @property
    def n_rows(self) -> int:
        """R, the number of rows."""
        return len(self.action)

    @cached_property
    def n_training(self) -> int:
        """N, the number of training rows."""
        return int((self.split == TRAIN).sum())

    @cached_property
    def n_history(self) -> int:
        """H, the number of history rows: training and online."""
        return int((self.split != DEPLOY).sum())

    @cached_property
    def largest_action(self) -> int:
        """The largest action that occurs as action or rival, or has a label (0 where all are 0)."""
        labelled = max(self.codes.get("action", {}).values(), default=0)
        return int(max(self.action.max(), self.rival.max(), labelled))

    @cached_property
    def feature_sizes(self) -> tuple[int, ...]:
        """S_f for each feature: its largest value in the whole log, plus one."""
        if self.sizes is not None:
            return self.sizes
        return tuple(int(v) + 1 for v in self.situations.max(axis=0)) if self.features else ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the log's content in order; file name, layout and line endings do not matter."""
        content = hashlib.sha256("\x1f".join(self.features).encode())
        for array in (self.situations[self.row_situation], self.action, self.rival, self.split):
            content.update(b"\x1e" + np.ascontiguousarray(array, dtype="<i8").tobytes())
        return content.hexdigest()

    def label(self, column: str, code: int) -> str:
        """Return the label of a code of a column; the column is a feature or ``action`` (rivals have its labels).

        A code without a label is its number, or ``code 1`` where ``1`` is the label of another one.
        """
        is_taken = str(code) in self.codes.get(column, {})
        return self._labels.get(column, {}).get(code, f"code {code}" if is_taken else str(code))

    @cached_property
    def _labels(self) -> dict[str, dict[int, str]]:
        return {column: {code: label for label, code in table.items()} for column, table in self.codes.items()}

    def to_frame(self) -> pd.DataFrame:
        """Return the log as a table in the file format, one row per decision in the log's order, in codes."""
        import pandas as pd

        table = pd.DataFrame(self.situations[self.row_situation], columns=list(self.features))
        table["action"] = pd.array(np.where(self.action == NONE, 0, self.action), dtype="Int64")
        table.loc[self.action == NONE, "action"] = pd.NA
        if (self.rival != NONE).any():
            table["rival"] = pd.array(np.where(self.rival == NONE, 0, self.rival), dtype="Int64")
            table.loc[self.rival == NONE, "rival"] = pd.NA
        table["split"] = [SPLITS[s] for s in self.split]
        return table

    def of_group(self, group: int) -> ImitationLog:
        """Return the rows of one group as a log of their own; labels and S_f are those of the whole.

        Parameters
        ----------
        group : int
            Index into `groups`.
        """
        assert self.group is not None
        rows = np.flatnonzero(self.group == group)
        situation = self.row_situation[rows]
        first, row_situation = distinct_rows([situation], len(rows))
        return replace(
            self,
            situations=self.situations[situation[first]],
            row_situation=row_situation,
            action=self.action[rows],
            rival=self.rival[rows],
            split=self.split[rows],
            file_line=self.file_line[rows],
            source=f"{self.source}, {self.groups[group]}",
            groups=(),
            group=None,
            sizes=self.feature_sizes,
        )

    def with_rival(self, action: np.ndarray) -> ImitationLog:
        """Return the log with these rivals (int64[R]) on its later rows; training rows have none."""
        return replace(self, rival=np.where(self.split == TRAIN, NONE, action).astype(np.int64))
