"""Lags of a column: its values one or more rows before, within a group, as new columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.coding import Coding
from mesaprior.hypotheses.log.names import lawful, unused, words_of
from mesaprior.hypotheses.log.notices import Notice, notice, shown
from mesaprior.hypotheses.log.raw_table import MISSING, Column
from mesaprior.hypotheses.log.values import LARGEST_VALUE

FIRST_LABEL, MISSED_LABEL = "first", "missed"
"""Labels of a lag where no row comes before in its group, and where the row before has nothing there."""


def lags_of(column: Column, coding: Coding, group: NDArray[np.int64], k: int, name: str) -> list[Column] | Notice:
    """Return the values of a column 1 to k rows before, or the reason why they cannot be coded.

    Parameters
    ----------
    column : Column
    coding : Coding
        Of all its texts.
    group : int64[R]
        The group of each row; rows of a group follow each other in time.
    k : int
        At least 1.
    name : str
        What the lags are called, without their numbers.

    Returns
    -------
    list of Column, or Notice
        The lags, the row before first.

    Notes
    -----
    A lag has the codes of its column, then one for what is missing there, if anything is, and one for rows that have
    no row so far before them in their group.
    """
    codes = dict(coding.labels or {str(code): code for code in sorted(set(coding.code_of.values()))})
    label_of = {code: label for label, code in codes.items()}
    added = [MISSED_LABEL] * bool(column.is_missing.any()) + [FIRST_LABEL]
    for label in added:
        codes[unused(label, codes)] = max(codes.values(), default=-1) + 1
    if max(codes.values()) > LARGEST_VALUE:
        return notice(
            f"column {shown(column.name)} has no code left for rows without one before, since codes end at "
            f"{LARGEST_VALUE}; lags of it cannot be made"
        )
    labels = list(codes)
    missed, first = labels[-len(added)], len(labels) - 1
    place = {label: number for number, label in enumerate(labels)}
    texts = [place[missed if text in MISSING else label_of[coding.code_of[text]]] for text in column.texts]
    now = np.array(texts, dtype=np.int32)[column.index] if texts else np.empty(0, dtype=np.int32)
    numbered = f"{name}_" if name[-1].isdigit() else name
    return [
        Column(
            f"{numbered}{lag}",
            tuple(labels),
            np.where(rows < 0, first, now[rows]).astype(np.int32),
            codes=codes,
            handle=f"{numbered}{lag}",
        )
        for lag, rows in enumerate(_rows_before(group, k), 1)
    ]


def lag_name(name: str, action: str | None) -> str:
    """Return the name of the lags of a column, without their numbers.

    As is usual for games, lags of one's own choice are ``me1``, ``me2``, and those of ``other.choice``, where
    ``choice`` is the action, ``op1``, ``op2``; any other column lends its name.
    """
    if action is not None:
        if name == action:
            return "me"
        own, words = words_of(action), words_of(name)
        if words[1:] == own and words[0] in ("other", "others", "opponent", "opp", "op", "partner"):
            return "op"
        if words[:-1] == own and words[-1] in ("other", "opponent", "opp", "partner"):
            return "op"
    return lawful(name)


def _rows_before(group: np.ndarray, k: int) -> list[np.ndarray]:
    """Return for each lag the row at that distance before each row in its group, int64[R]; -1 where there is none."""
    n = len(group)
    by_group = np.argsort(group, kind="stable")
    begins = np.flatnonzero(np.diff(group[by_group], prepend=-1))
    begin = np.repeat(begins, np.diff(np.append(begins, n)))
    result: list[np.ndarray] = []
    for lag in range(1, k + 1):
        at = np.arange(n) - lag
        rows = np.full(n, -1, dtype=np.int64)
        rows[by_group] = np.where(at >= begin, by_group[np.maximum(at, 0)], -1)
        result.append(rows)
    return result
