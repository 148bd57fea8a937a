"""From a raw table to an imitation log: splits, missing cells, codes, order. One error lists all faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.coding import (
    RANKED,
    STAND,
    STRICT,
    CodedLanguage,
    Coding,
    coding_of,
    listed,
    remarks_on,
)
from mesaprior.hypotheses.log.columns import Columns, Reading, columns_of
from mesaprior.hypotheses.log.imitation_log import DEPLOY, NONE, SPLITS, TRAIN, ImitationLog
from mesaprior.hypotheses.log.notices import FileError, Notice, Option, notice, number_of, option, shown
from mesaprior.hypotheses.log.raw_table import MISSING, MISSING_LABEL, Column, RawTable, distinct_rows, table_of_frame
from mesaprior.hypotheses.log.reading import read_table
from mesaprior.hypotheses.log.splits import split_of
from mesaprior.hypotheses.log.values import LARGEST_VALUE, natural_key
from mesaprior.hypotheses.terms.operators import OF_DEFAULT_LANGUAGE
from mesaprior.hypotheses.terms.tokens import RESERVED_NAMES

if TYPE_CHECKING:
    import pandas as pd


NO_ROW = notice("there is no row below the header; a log has at least one training row")
"""What to say of a table without rows."""

DEFAULT_NAMES = frozenset(RESERVED_NAMES) | frozenset(OF_DEFAULT_LANGUAGE)
"""What features cannot be called in the default language."""


def read_log(
    path: str | Path, *, language: CodedLanguage | None = None, reading: Reading | None = None
) -> ImitationLog:
    """Read an imitation log from a raw file.

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
        If the file cannot be read as a log; the message lists every fault, with the setting that fixes it.
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
    """Build a log from a raw table.

    Parameters
    ----------
    table : RawTable
    language, reading
        As in `read_log`.
    own_codes : bool
        As in `log_from_frame`.

    Returns
    -------
    ImitationLog

    Raises
    ------
    UsageError
        If a column is named that the table does not have.
    ContentError
        If the table cannot be read as a log; the message lists every fault.
    """
    reading = reading or Reading()
    taken = DEFAULT_NAMES if language is None else language.operator_names
    columns = columns_of(table, reading, frozenset() if own_codes else taken)
    if not table.n_rows:
        raise FileError(table.source, [*columns.faults, NO_ROW])
    tables: Mapping[str, Mapping[str, int]] = language.codes if language is not None else {}
    return _Builder(
        table, columns, reading, tables, own_codes=own_codes or table.has_codes or language is not None
    ).log()


class _Builder:
    """Builds one log, and collects faults on the way. Size: R rows of the table."""

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
        """Return the log, or refuse the table with all its faults."""
        split = self._split()
        kept = self._kept(split)
        action, rival = self._actions(split, kept)
        features = {name: self._feature(name, column, kept) for name, column in self._columns.features.items()}
        labels, group = self._group(kept)
        self._check_training(split, kept)
        if self._faults:
            raise FileError(self._table.source, self._faults)
        rows = np.flatnonzero(kept)
        # The rows of a group follow each other, so that it does not matter how groups interleave in the file.
        within = np.zeros(len(rows), dtype=np.int64) if group is None else group[rows]
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
            group=None if group is None else group[order],
            n_left_out=len(kept) - len(rows),
            remarks=tuple(self._remarks + self._on_names()),
        )

    def _split(self) -> NDArray[np.int8]:
        """Return the split of each row, int8[R]."""
        column = self._columns.split
        if column is None:
            return np.full(self._table.n_rows, TRAIN, dtype=np.int8)
        known = {text: split_of(text) for text in column.texts}
        unknown = [text for text, split in known.items() if split is None]
        if unknown:
            what = "is not a split" if len(unknown) == 1 else "are no splits"
            self._faults.append(
                notice(
                    f"column {shown(column.name)}: {listed(unknown)} (line {self._line_of(column)(unknown[0])}) "
                    f"{what}; write "
                    "train, online or deploy (empty means train), or leave the column out with ",
                    option("drop", column.handle),
                )
            )
        words = {text: SPLITS[split] for text, split in known.items() if split is not None and text not in MISSING}
        if any(text != word for text, word in words.items()):
            self._remarks.append(
                f"Splits are read as {', '.join(f'{shown(text)} = {word}' for text, word in words.items())}."
            )
        by_text = np.array([TRAIN if split is None else split for split in known.values()], dtype=np.int8)
        return by_text[column.index]

    def _kept(self, split: np.ndarray) -> NDArray[np.bool_]:
        """Return which rows are kept, bool[R]: all but history rows without an action and rows to be dropped."""
        kept = np.ones(self._table.n_rows, dtype=bool)
        action = self._columns.action or self._columns.likely
        if action is not None and not action.holds:
            kept = ~(action.is_missing & (split != DEPLOY))
        if (n := int((~kept).sum())) and self._columns.action is not None:
            self._remarks.append(
                f"{number_of(n, 'row')} {'has' if n == 1 else 'have'} no action and {'is' if n == 1 else 'are'} left "
                f"out ({'' if n == 1 else 'first on '}line {self._table.lines[~kept][0]})."
            )
        if self._reading.missing != "code":
            self._drop_incomplete(kept)
        return kept

    def _drop_incomplete(self, kept: np.ndarray) -> None:
        """Leave out rows where a feature or group is missing, or refuse them; `kept`, bool[R], is changed in place."""
        incomplete = np.zeros(len(kept), dtype=bool)
        for column in (*self._columns.groups, *self._columns.features.values()):
            missing = np.zeros_like(kept) if column.holds else column.is_missing & kept
            incomplete |= missing
            if self._reading.missing == "refuse" and missing.any():
                self._faults.append(self._empty(column, missing, int(kept.sum())))
        if self._reading.missing == "drop" and (n := int(incomplete.sum())):
            self._remarks.append(
                f"{number_of(n, 'row')} {'is' if n == 1 else 'are'} left out because a cell is missing there "
                f"({'' if n == 1 else 'first on '}line {self._table.lines[incomplete][0]})."
            )
            kept &= ~incomplete

    def _empty(self, column: Column, missing: np.ndarray, n_rows: int) -> Notice:
        """Return the notice about a column that is empty on some rows, bool[R]."""
        n = int(missing.sum())
        where = f"line {self._table.lines[missing][0]}" if n == 1 else f"first on line {self._table.lines[missing][0]}"
        ways_on = [
            f"column {shown(column.name)} is empty on {n:,} of {number_of(n_rows, 'row')} ({where}); ",
            option("missing", "code"),
            " gives what is missing a code of its own, ",
            option("missing", "drop"),
            f" leaves {'that row' if n == 1 else 'these rows'} out",
        ]
        if column not in self._columns.groups:
            ways_on += [", ", option("drop", column.handle), " leaves the column out"]
        return notice(*ways_on)

    def _check_training(self, split: np.ndarray, kept: np.ndarray) -> None:
        """Refuse a table without a training row, and say why there is none."""
        if (kept & (split == TRAIN)).any():
            return
        n, action = len(kept), self._columns.action
        if not (split == TRAIN).any() and self._columns.split is not None:
            name = shown(self._columns.split.name)
            what = f"no row is for training: column {name} has no train on any of {number_of(n, 'row')}; write it, or "
            self._faults.append(
                notice(what, option("drop", self._columns.split.handle), " makes all rows training rows")
            )
        elif action is not None and action.is_missing.all():
            what = f"column {shown(action.name)} is empty on every row; name the column of choices with "
            self._faults.append(notice(what, option("action", "COL")))
        elif not self._faults:
            empty = max(self._columns.features.values(), key=lambda column: int(column.is_missing.sum()), default=None)
            ways_on: list[str | Option] = [
                f"none of {number_of(n, 'row')} is left to learn from, since something is missing on each"
            ]
            if empty is not None and empty.is_missing.any():
                ways_on += ["; ", option("drop", empty.handle), f" leaves out {shown(empty.name)}, the emptiest column"]
            self._faults.append(notice(*ways_on))

    def _actions(self, split: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the codes of actions and of rivals, int64[R]; `NONE` where there is none."""
        action, rival = self._columns.action, self._columns.rival
        nothing = np.full(self._table.n_rows, NONE, dtype=np.int64)
        if rival is not None:
            wrong = np.flatnonzero(~rival.is_missing & kept & (split == TRAIN))
            if len(wrong):
                n = len(wrong)
                self._faults.append(
                    notice(
                        f"column {shown(rival.name)}: {number_of(n, 'training row')} {'has' if n == 1 else 'have'} a "
                        f"rival ({'' if n == 1 else 'first on '}line {self._table.lines[wrong[0]]}: "
                        f"{shown(rival.texts[rival.index[wrong[0]]])}), and only later rows may; leave it empty there, "
                        "or leave the column out with ",
                        option("drop", rival.handle),
                    )
                )
        if action is None:
            return nothing, nothing
        columns = [action, *([rival] if rival else [])]
        texts = list(dict.fromkeys(text for column in columns for text in column.occurring(kept)))
        coding = self._coding("action", action, texts)
        if coding is None:
            return nothing, nothing
        coded = [_coded(column, coding, kept) for column in columns]
        return coded[0], coded[1] if len(coded) > 1 else nothing

    def _feature(self, name: str, column: Column, kept: np.ndarray) -> NDArray[np.int64]:
        """Return the codes of a feature, int64[R]."""
        coding = self._coding(name, column, column.occurring(kept))
        if coding is None:
            return np.zeros(self._table.n_rows, dtype=np.int64)
        codes = _coded(column, coding, kept)
        missing = column.is_missing & kept
        if self._reading.missing == "code" and missing.any():
            codes[missing] = self._code_of_missing(name, column, coding)
        return np.where(codes < 0, 0, codes)

    def _code_of_missing(self, name: str, column: Column, coding: Coding) -> int:
        """Return the code of missing values in a feature, and record its label."""
        labels = dict(coding.labels or {str(code): code for code in sorted(set(coding.code_of.values()))})
        wanted = (MISSING_LABEL, *(f"{MISSING_LABEL}_{number}" for number in range(2, LARGEST_VALUE + 3)))
        # A table of codes may have the label already, where no cell has it.
        settled = next((label for label in wanted if label in labels and label not in column.texts), None)
        if settled is not None:
            return labels[settled]
        own = max(labels.values(), default=-1) + 1
        if own > LARGEST_VALUE:
            self._faults.append(
                notice(
                    f"column {shown(column.name)}: there is no code left for what is missing, since codes end at "
                    f"{LARGEST_VALUE}; ",
                    option("missing", "drop"),
                    " leaves these rows out",
                )
            )
        self._codes[name] = {**labels, next(label for label in wanted if label not in labels): own}
        return own

    def _coding(self, name: str, column: Column, texts: list[str]) -> Coding | None:
        """Return the coding of a column of these texts and record its labels; None where the column is faulty."""
        is_action = name == "action"
        table = self._tables.get(name)
        found = coding_of(
            column,
            name,
            texts,
            table=table,
            actions=self._reading.actions if is_action else (),
            integers=self._integers if not is_action or self._integers == STRICT else RANKED,
            has_decimal_commas=self._table.has_decimal_commas,
            line_of=self._line_of(column),
        )
        if isinstance(found, Notice):
            self._faults.append(found)
            return None
        if table is None and column.codes is None:
            commas = self._table.has_decimal_commas
            self._remarks += remarks_on(column, texts, has_decimal_commas=commas, line_of=self._line_of(column))
        if found.labels is not None:
            self._codes[name] = dict(found.labels)
        return found

    def _line_of(self, column: Column) -> Callable[[str], int]:
        def line(text: str) -> int:
            # A rival may have what no action has.
            for own in (column, self._columns.rival or column):
                if text in own.texts:
                    return int(self._table.lines[np.flatnonzero(own.index == own.texts.index(text))[0]])
            return 0

        return line

    def _group(self, kept: np.ndarray) -> tuple[tuple[str, ...], np.ndarray | None]:
        """Return the labels of the groups in natural order, and the group of each row, int64[R]."""
        columns = self._columns.groups
        if not columns:
            if self._table.groups and not (self._reading.drop or self._reading.only):
                self._remarks.append(
                    f"All rows are read as one log, without {listed(self._table.groups)}; `mesaprior infer --by` "
                    "answers for each person."
                )
            return (), None
        first, number = distinct_rows((column.value_number for column in columns), len(kept))
        cells = list(zip(*(column.labels(first.tolist()) for column in columns), strict=True))
        occurs = np.zeros(len(first), dtype=bool)
        occurs[number[kept]] = True
        gone = [_joined(cells[place]) for place in np.flatnonzero(~occurs).tolist()]
        if gone:
            self._remarks.append(f"No row is left of {listed(gone)}.")
        order = sorted(np.flatnonzero(occurs).tolist(), key=lambda place: [natural_key(cell) for cell in cells[place]])
        rank = np.full(len(first), -1, dtype=np.int64)
        rank[order] = np.arange(len(order))
        return tuple(_joined(cells[place]) for place in order), rank[number]

    def _on_names(self) -> list[str]:
        """Return the notices about names of features, and about tables of codes without a feature."""
        remarks: list[str] = []
        renamed = self._columns.renamed
        if renamed:
            remarks.append(f"Columns renamed: {', '.join(f'{shown(old)} = {new}' for new, old in renamed.items())}.")
        strangers = [name for name in self._tables if name != "action" and name not in self._columns.features]
        if strangers:
            remarks.append(f"The language has codes for {listed(strangers)}, and no feature is called so.")
        return remarks


def _joined(cells: Sequence[str]) -> str:
    """Return the name of a group: its cells separated by slashes, quoted where they could be misread."""
    if len(cells) == 1:
        return cells[0]
    return "/".join(json.dumps(cell, ensure_ascii=False) if {"/", '"'} & set(cell) else cell for cell in cells)


def _coded(column: Column, coding: Coding, kept: np.ndarray) -> NDArray[np.int64]:
    """Return the codes of a column, int64[R]; `NONE` where the value is missing or the row is not kept."""
    by_text = np.array([coding.code_of.get(text, NONE) for text in column.texts], dtype=np.int64)
    codes = by_text[column.index] if len(by_text) else np.full(len(kept), NONE, dtype=np.int64)
    return np.where(kept, codes, NONE)
