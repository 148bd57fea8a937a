"""From a raw table to an imitation log: splits, missing cells, codes, order. All faults are told at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.hypotheses.log.coding import (
    LARGEST_VALUE,
    MISSING_LABEL,
    RANKED,
    STAND,
    STRICT,
    CodedLanguage,
    Coding,
    coding_of,
    listed,
    natural_key,
)
from mesaprior.hypotheses.log.columns import Columns, Reading, columns_of
from mesaprior.hypotheses.log.imitation_log import DEPLOY, NONE, SPLITS, TRAIN, ImitationLog
from mesaprior.hypotheses.log.notices import FileError, Notice, Option, notice, shown
from mesaprior.hypotheses.log.raw_table import MISSING, Column, RawTable, distinct_rows, table_of_frame
from mesaprior.hypotheses.log.reading import read_table
from mesaprior.hypotheses.log.splits import split_of
from mesaprior.hypotheses.terms.operators import OF_DEFAULT_LANGUAGE
from mesaprior.hypotheses.terms.tokens import RESERVED_NAMES

if TYPE_CHECKING:
    import pandas as pd


DEFAULT_NAMES = frozenset(RESERVED_NAMES) | frozenset(OF_DEFAULT_LANGUAGE)
"""What features cannot be called in the default language."""


def read_log(
    path: str | Path, *, language: CodedLanguage | None = None, reading: Reading | None = None
) -> ImitationLog:
    """Read an imitation log from a file as people have them.

    Parameters
    ----------
    path : str or Path
        File ending in ``.csv``, ``.tsv``, ``.txt`` or ``.parquet``, or ``-`` for text on standard input.
    language : Language or None
        The language that the log will be asked about: with one, integers are their own codes unless the language has a
        table of codes for the column; without one, actions are coded by rank.
    reading : Reading or None
        Which columns are what.

    Returns
    -------
    ImitationLog

    Raises
    ------
    UsageError
        If there is no such file, its name ends in anything else, or a column is named that it does not have.
    ContentError
        If the file cannot be read as a log; the message tells all that is wrong with it, with the setting that mends
        it.
    """
    return log_of_table(read_table(path), language=language, reading=reading)


def log_from_frame(
    table: pd.DataFrame,
    *,
    language: CodedLanguage | None = None,
    reading: Reading | None = None,
    source: str = "table",
    own_codes: bool = False,
) -> ImitationLog:
    """Build a log from a table, one row per decision; missing cells are empty.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as in a file: numbers, booleans, texts or categories (ordered ones keep their order).
    language, reading
        As in `read_log`.
    source : str
        Name used in messages.
    own_codes : bool
        Whether integers are their own codes and names stay as they are, as in tables that the package made itself.

    Raises
    ------
    UsageError, ContentError
        As `read_log` does. Lines are counted as if the table stood in a CSV file: the header is line 1.
    """
    return log_of_table(table_of_frame(table, source), language=language, reading=reading, own_codes=own_codes)


def log_of_table(
    table: RawTable,
    *,
    language: CodedLanguage | None = None,
    reading: Reading | None = None,
    own_codes: bool = False,
) -> ImitationLog:
    """Build a log from a raw table; see `read_log`."""
    reading = reading or Reading()
    taken = DEFAULT_NAMES if language is None else language.operator_names
    columns = columns_of(table, reading, frozenset() if own_codes else taken)
    if not table.n_rows:
        empty = notice("there is no row below the header; a log has at least one training row")
        raise FileError(table.source, [*columns.faults, empty])
    tables = language.codes if language is not None else {}
    return _Builder(
        table, columns, reading, tables, own_codes=own_codes or table.has_codes or language is not None
    ).log()


class _Builder:
    """Builds one log, and gathers what is wrong on the way."""

    def __init__(
        self,
        table: RawTable,
        columns: Columns,
        reading: Reading,
        tables: Mapping[str, Mapping[str, int]],
        *,
        own_codes: bool,
    ):
        self._table, self._columns, self._reading = table, columns, reading
        self._tables, self._integers = tables, STRICT if own_codes else STAND
        self._faults = list(columns.faults)
        self._remarks = list(table.remarks)
        self._codes: dict[str, dict[str, int]] = {}

    def log(self) -> ImitationLog:
        """Return the log, or refuse the table with all that is wrong."""
        split = self._split()
        kept = self._kept(split)
        if not (kept & (split == TRAIN)).any():
            self._faults.append(
                notice("no row that is left has split 'train', so there is nothing to learn from; mark one as train")
            )
        action, rival = self._actions(split, kept)
        features = {name: self._feature(name, column, kept) for name, column in self._columns.features.items()}
        group = self._group(kept)
        if self._faults:
            raise FileError(self._table.source, self._faults)
        rows = np.flatnonzero(kept)
        labels, numbers = group
        # The rows of a group follow each other, so that it does not matter how groups interleave in the file.
        within = np.zeros(len(rows), dtype=np.int64) if numbers is None else numbers[rows]
        order = rows[np.lexsort((within, split[rows] != TRAIN))]
        values = {name: codes[order] for name, codes in features.items()}
        first, row_situation = distinct_rows(values.values(), len(order))
        situations = np.array([codes[first] for codes in values.values()], dtype=np.int64)
        situations = situations.reshape(len(values), len(first)).T
        return ImitationLog(
            features=tuple(values),
            situations=np.ascontiguousarray(situations),
            row_situation=row_situation,
            action=action[order],
            rival=rival[order],
            split=split[order],
            file_line=self._table.lines[order],
            source=self._table.source,
            codes=self._codes,
            groups=labels,
            group=None if numbers is None else numbers[order],
            n_left_out=len(kept) - len(rows),
            remarks=tuple(self._remarks + self._renamed()),
        )

    def _split(self) -> np.ndarray:
        """Return the split of each row, int8[R]."""
        column = self._columns.split
        if column is None:
            return np.full(self._table.n_rows, TRAIN, dtype=np.int8)
        known = {text: split_of(text) for text in column.texts}
        unknown = [text for text, split in known.items() if split is None]
        if unknown:
            line = self._line_of(column)(unknown[0])
            self._faults.append(
                notice(
                    f"column {shown(column.name)}: {listed(unknown)} (line {line}) "
                    f"{'is not a split' if len(unknown) == 1 else 'are no splits'}; write train, online or deploy "
                    "(empty means train), or leave the column out with ",
                    Option("drop", column.name),
                )
            )
        words = {text: SPLITS[split] for text, split in known.items() if split is not None and text not in MISSING}
        if any(text != word for text, word in words.items()):
            self._remarks.append(
                f"Splits are read as {', '.join(f'{shown(text)} = {word}' for text, word in words.items())}."
            )
        by_text = np.array([TRAIN if split is None else split for split in known.values()], dtype=np.int8)
        return by_text[column.index]

    def _kept(self, split: np.ndarray) -> np.ndarray:
        """Return which rows are kept, bool[R]: not history rows without an action, nor those that are to be dropped."""
        kept = np.ones(self._table.n_rows, dtype=bool)
        if self._columns.action is not None:
            kept = ~(self._columns.action.is_missing & (split != DEPLOY))
        if n := int((~kept).sum()):
            lines = self._table.lines[~kept]
            rows = "1 row has" if n == 1 else f"{n:,} rows have"
            self._remarks.append(f"{rows} no action and {'is' if n == 1 else 'are'} left out (line {lines[0]}).")
        if self._reading.missing != "code":
            self._drop_incomplete(kept)
        return kept

    def _drop_incomplete(self, kept: np.ndarray) -> None:
        """Leave out rows where a feature is missing, or refuse them; `kept` (bool[R]) is changed in place."""
        incomplete = np.zeros(len(kept), dtype=bool)
        for name, column in self._columns.features.items():
            missing = column.is_missing & kept
            incomplete |= missing
            if self._reading.missing == "refuse" and missing.any():
                lines, n = self._table.lines[missing], int(missing.sum())
                self._faults.append(
                    notice(
                        f"column {shown(column.name)} is empty on {n:,} of {int(kept.sum()):,} rows (first on line "
                        f"{lines[0]}); ",
                        Option("missing", "code"),
                        " gives what is missing a code of its own, ",
                        Option("missing", "drop"),
                        " leaves these rows out, ",
                        Option("drop", column.name),
                        " leaves the column out",
                    )
                )
                _ = name
        if self._reading.missing == "drop" and incomplete.any():
            n = int(incomplete.sum())
            self._remarks.append(
                f"{n:,} {'row is' if n == 1 else 'rows are'} left out since a feature is missing there (line "
                f"{self._table.lines[incomplete][0]})."
            )
            kept &= ~incomplete

    def _actions(self, split: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the codes of actions and of rivals, int64[R]; `NONE` where there is none."""
        action, rival = self._columns.action, self._columns.rival
        nothing = np.full(self._table.n_rows, NONE, dtype=np.int64)
        if rival is not None:
            wrong = np.flatnonzero(~rival.is_missing & kept & (split == TRAIN))
            if len(wrong):
                self._faults.append(
                    notice(
                        f"column {shown(rival.name)}: {len(wrong):,} training rows have a rival (first on line "
                        f"{self._table.lines[wrong[0]]}: {shown(rival.texts[rival.index[wrong[0]]])}), and only later "
                        "rows may; leave it empty there, or leave the column out with ",
                        Option("drop", rival.name),
                    )
                )
        if action is None:
            return nothing, nothing
        columns = [action, *([rival] if rival else [])]
        texts = list(dict.fromkeys(text for column in columns for text in column.occurring(kept)))
        coding = self._coding("action", action, texts, is_action=True)
        if coding is None:
            return nothing, nothing
        coded = [_coded(column, coding, kept) for column in columns]
        return coded[0], coded[1] if len(coded) > 1 else nothing

    def _feature(self, name: str, column: Column, kept: np.ndarray) -> np.ndarray:
        """Return the codes of a feature, int64[R]."""
        coding = self._coding(name, column, column.occurring(kept), is_action=False)
        if coding is None:
            return np.zeros(self._table.n_rows, dtype=np.int64)
        codes = _coded(column, coding, kept)
        missing = column.is_missing & kept
        if self._reading.missing == "code" and missing.any():
            own = max(coding.code_of.values(), default=-1) + 1
            if own > LARGEST_VALUE:
                self._faults.append(
                    notice(
                        f"column {shown(column.name)}: there is no code left for what is missing, since codes end at "
                        f"{LARGEST_VALUE}; ",
                        Option("missing", "drop"),
                        " leaves these rows out",
                    )
                )
            label = next(label for label in _missing_labels() if label not in (coding.labels or {}))
            labels = coding.labels or {str(code): code for code in sorted(set(coding.code_of.values()))}
            self._codes[name] = {**labels, label: own}
            codes[missing] = own
        return np.where(codes < 0, 0, codes)

    def _coding(self, name: str, column: Column, texts: list[str], *, is_action: bool) -> Coding | None:
        """Return the coding of a column of these texts and note its labels; None where something is wrong with it."""
        found = coding_of(
            column,
            texts,
            table=self._tables.get(name),
            actions=self._reading.actions if is_action else (),
            integers=self._integers if not is_action or self._integers == STRICT else RANKED,
            is_action=is_action,
            has_decimal_commas=self._table.has_decimal_commas,
            line_of=self._line_of(column),
        )
        if isinstance(found, Notice):
            self._faults.append(found)
            return None
        if found.labels is not None:
            self._codes[name] = dict(found.labels)
        return found

    def _line_of(self, column: Column) -> Callable[[str], int]:
        return lambda text: int(self._table.lines[np.flatnonzero(column.index == column.texts.index(text))[0]])

    def _group(self, kept: np.ndarray) -> tuple[tuple[str, ...], np.ndarray | None]:
        """Return the labels of the groups in natural order, and the group of each row, int64[R]."""
        columns = self._columns.groups
        if not columns:
            return (), None
        for column in columns:
            missing = column.is_missing & kept
            if missing.any():
                self._faults.append(
                    notice(
                        f"column {shown(column.name)} tells groups apart and is empty on {int(missing.sum()):,} rows "
                        f"(first on line {self._table.lines[missing][0]}); fill it in"
                    )
                )
        rows = np.flatnonzero(kept)
        first, number = distinct_rows((column.index[rows].astype(np.int64) for column in columns), len(rows))
        cells = [[column.texts[column.index[rows[row]]] for column in columns] for row in first.tolist()]
        order = sorted(range(len(cells)), key=lambda place: [natural_key(cell) for cell in cells[place]])
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        group = np.full(len(kept), -1, dtype=np.int64)
        group[rows] = rank[number]
        return tuple("/".join(cells[place]) for place in order), group

    def _renamed(self) -> list[str]:
        renamed = self._columns.renamed
        if not renamed:
            return []
        return [f"Columns renamed: {', '.join(f'{shown(old)} = {new}' for new, old in renamed.items())}."]


def _missing_labels() -> Collection[str]:
    """Return labels for what is missing, the one that is taken unless the column has it already first."""
    return [MISSING_LABEL, *(f"{MISSING_LABEL}_{number}" for number in range(2, 300))]


def _coded(column: Column, coding: Coding, kept: np.ndarray) -> np.ndarray:
    """Return the codes of a column, int64[R]; `NONE` where something is missing or the row is not kept."""
    by_text = np.array([coding.code_of.get(text, NONE) for text in column.texts], dtype=np.int64)
    codes = by_text[column.index] if len(by_text) else np.full(len(kept), NONE, dtype=np.int64)
    return np.where(kept, codes, NONE)
