"""From a raw table to one that reads as a log: order, lags within groups, quantiles, held-out ends.

What each step does is written down in ``docs/reference/prepare.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.building import NO_ROW
from mesaprior.hypotheses.log.coding import RANKED, STAND, CodedLanguage, Coding, coding_of, listed
from mesaprior.hypotheses.log.columns import Finder, Reading
from mesaprior.hypotheses.log.imitation_log import DEPLOY, SPLITS, TRAIN
from mesaprior.hypotheses.log.lags import lag_name, lags_of
from mesaprior.hypotheses.log.names import is_called_id
from mesaprior.hypotheses.log.notices import FileError, Notice, notice, number_of, option, shown
from mesaprior.hypotheses.log.ordering import sorted_rows
from mesaprior.hypotheses.log.quantiles import cut_into_quantiles
from mesaprior.hypotheses.log.raw_table import MISSING, Column, RawTable, distinct_rows
from mesaprior.hypotheses.log.splits import split_of

MOST_LAGS, MOST_BINS = 100, 256
"""More rows back, or more quantiles, are refused."""


@dataclass(frozen=True)
class Preparation:
    """The steps to apply to a raw table.

    Attributes
    ----------
    lags : dict of str to int
        Columns whose values on earlier rows of the group become features, and how many rows back. A column with lags is
        no feature itself unless `Reading.only` names it.
    order : str or None
        The column that sorts the rows of each group. It is not a feature unless `Reading.only` names it.
    bins : dict of str to int
        Columns of numbers to cut into quantiles, with the number of quantiles.
    holdout : float
        Share of the last rows of each group that become ``deploy``, from 0 up to but not including 1.

    Raises
    ------
    UsageError
        If a number is out of range.
    """

    lags: Mapping[str, int] = field(default_factory=dict[str, int])
    order: str | None = None
    bins: Mapping[str, int] = field(default_factory=dict[str, int])
    holdout: float = 0.0

    def __post_init__(self) -> None:
        for name, k in self.lags.items():
            if not 1 <= k <= MOST_LAGS:
                raise UsageError(f"lag {name}={k}: give a number of rows back, from 1 to {MOST_LAGS}.")
        for name, q in self.bins.items():
            if not 2 <= q <= MOST_BINS:
                raise UsageError(f"bins {name}={q}: give a number of quantiles, from 2 to {MOST_BINS}.")
        if not 0 <= self.holdout < 1:
            raise UsageError(f"holdout {self.holdout:g}: give a share of the rows, from 0 up to but not including 1.")


def prepare(
    table: RawTable, reading: Reading, preparation: Preparation, *, language: CodedLanguage | None = None
) -> tuple[RawTable, Reading]:
    """Sort a table and add lags, quantiles and held-out rows.

    Parameters
    ----------
    table : RawTable
    reading : Reading
        Its `by` names the groups; without, all rows are one group.
    preparation : Preparation
    language : Language or None
        Has the codes of labels where it has tables of them; with one, integers are their own codes.

    Returns
    -------
    table : RawTable
        Rows without an action are still there; reading leaves them out.
    reading : Reading
        How to read it.

    Raises
    ------
    UsageError
        If a column is named that is not there.
    ContentError
        If a column cannot be cut into quantiles or coded; all such columns at once.

    Notes
    -----
    O(R log R) for R rows. Groups follow each other by first appearance where there is an order, else rows stay.
    """
    return _Preparing(table, reading, preparation, language).result()


class _Preparing:
    """Prepares one table, and collects faults on the way. Columns are changed step by step, by name."""

    def __init__(self, table: RawTable, reading: Reading, preparation: Preparation, language: CodedLanguage | None):
        self._table, self._reading, self._preparation, self._language = table, reading, preparation, language
        finder = Finder(table.columns)
        self._roles = {role: column and column.name for role, column in finder.roles(reading).items()}
        groups = finder.find_all(reading.by)
        dropped = names_of(finder.find_all(reading.drop))
        self._order = names_of(finder.find_all([preparation.order] if preparation.order is not None else []))
        self._lags = _by_column(finder, preparation.lags)
        self._bins = _by_column(finder, preparation.bins)
        self._only = names_of(finder.find_all(reading.only))
        finder.check()
        if not table.n_rows:
            raise FileError(table.source, [NO_ROW])
        self._faults: list[Notice] = []
        self._remarks = list(table.remarks)
        self._group = distinct_rows((column.value_number for column in groups), table.n_rows)[1]
        if self._lags and not groups:
            self._remark_on_ids()
        # What is dropped makes room for lags of the same name, unless it is what they are made of.
        needed = {*self._lags, *self._bins, *self._order, *names_of(groups), *self._roles.values()}
        kept = [column for column in table.columns if column.name not in dropped or column.name in needed]
        self._columns = {column.name: column for column in kept}
        self._lines = table.lines

    def result(self) -> tuple[RawTable, Reading]:
        """Return the table and how to read it, or refuse it with all its faults."""
        self._sort()
        self._cut()
        self._settle_actions()
        lags = self._add_lags()
        if self._faults:
            raise FileError(self._table.source, self._faults)
        aside = self._aside()
        split = self._hold_out()
        self._leave_out_rivals_in_training(split)
        there = self._columns
        table = replace(self._table, columns=tuple(there.values()), lines=self._lines, remarks=tuple(self._remarks))
        # A column that was dropped is gone, or a lag has its name now.
        dropped = [name for name in names_of(Finder(table.columns).find_all(self._reading.drop)) if name not in lags]
        return table, replace(
            self._reading,
            drop=tuple(dict.fromkeys((*dropped, *aside))),
            only=(*self._reading.only, *lags) if self._reading.only else (),
            split=split if self._preparation.holdout else self._reading.split,
        )

    def _remark_on_ids(self) -> None:
        """Warn that lags run over all rows if a column may identify people."""
        name = next((column.name for column in self._table.columns if is_called_id(column.name)), None)
        if name is not None:
            self._remarks.append(f"Lags run over all rows; if {shown(name)} tells people apart, name it with --by.")

    def _sort(self) -> None:
        """Sort the rows of each group, if there is an order column."""
        for name in self._order:
            found = sorted_rows(self._table, name, self._group)
            if isinstance(found, Notice):
                self._faults.append(found)
                continue
            rows, remark = found
            self._remarks.append(remark)
            self._group, self._lines = self._group[rows], self._lines[rows]
            self._columns = {own: replace(c, index=c.index[rows]) for own, c in self._columns.items()}

    def _cut(self) -> None:
        """Divide the requested columns into quantiles."""
        for name, q in self._bins.items():
            found = cut_into_quantiles(self._columns[name], q, has_decimal_commas=self._table.has_decimal_commas)
            if isinstance(found, Notice):
                self._faults.append(found)
            else:
                self._columns[name] = found

    def _settle_actions(self) -> None:
        """Give the action its codes, so that its lags have the same."""
        action, rival = self._roles["action"], self._roles["rival"]
        if action is None or action not in self._lags:
            return
        texts = [text for name in (action, rival) if name is not None for text in self._columns[name].texts]
        coding = self._coding(action, list(dict.fromkeys(text for text in texts if text not in MISSING)))
        if coding is not None:
            self._columns[action] = replace(self._columns[action], codes=coding.labels)

    def _coding(self, name: str, texts: Sequence[str]) -> Coding | None:
        """Return the coding of a column, or note what is wrong with it."""
        column, is_action = self._columns[name], name == self._roles["action"]
        called = "action" if is_action else column.handle
        found = coding_of(
            column,
            called,
            texts,
            table=None if self._language is None else self._language.codes.get(called),
            actions=self._reading.actions if is_action else (),
            integers=RANKED if is_action and self._language is None and not self._table.has_codes else STAND,
            has_decimal_commas=self._table.has_decimal_commas,
            line_of=lambda text: int(self._lines[np.flatnonzero(column.index == column.texts.index(text))[0]]),
        )
        if isinstance(found, Notice):
            self._faults.append(found)
            return None
        return found

    def _add_lags(self) -> list[str]:
        """Add the requested lags, and return their names."""
        added: dict[str, Column] = {}
        for name, k in self._lags.items():
            column = self._columns[name]
            coding = self._coding(name, [text for text in column.texts if text not in MISSING])
            if coding is None:
                continue
            found = lags_of(column, coding, self._group, k, lag_name(name, self._roles["action"]))
            if isinstance(found, Notice):
                self._faults.append(found)
                continue
            for lag in found:
                self._check_room(lag.name, name, added)
                added[lag.name] = lag
        self._columns |= added
        return list(added)

    def _check_room(self, lag: str, name: str, added: Mapping[str, Column]) -> None:
        """Record a fault if a lag would have the name of another column, or of another lag."""
        if lag in added:
            what = f"two lags would be called {shown(lag)}, one of them of {shown(name)}; rename a column in the file"
            self._faults.append(notice(what))
        elif lag in self._columns:
            self._faults.append(
                notice(
                    f"there is a column {shown(lag)} already, where a lag of {shown(name)} would be; ",
                    option("drop", self._columns[lag].handle),
                    " makes room",
                )
            )

    def _aside(self) -> list[str]:
        """Return the columns that are not features themselves: values known after the choice, and the order."""
        kept = {*self._only, self._roles["action"]}
        aside = [name for name in dict.fromkeys((*self._lags, *self._order)) if name not in kept]
        if aside:
            self._remarks.append(
                f"Not features themselves, since they have lags or give the order: {listed(aside)}; name one with "
                "--only to keep it."
            )
        return aside

    def _splits(self, name: str | None) -> np.ndarray | None:
        """Return the split of each row, int64[R]; None where a word is not a split: reading the table reports that."""
        if name is None:
            return np.full(len(self._group), TRAIN)
        column = self._columns[name]
        known = [split_of(text) for text in column.texts]
        return None if None in known else np.array(known, dtype=np.int64)[column.index]

    def _hold_out(self) -> str | None:
        """Make the last rows of each group deployment rows, and return the name of the column of splits."""
        share, name = self._preparation.holdout, self._roles["split"]
        split = self._splits(name)
        if not share or split is None:
            return name
        action = self._roles["action"]
        # Rows without an action are left out later on, so they are none to learn from.
        acted = np.ones(len(split), dtype=bool) if action is None else ~self._columns[action].is_missing
        training = np.flatnonzero((split == TRAIN) & acted)
        _, number, size = np.unique(self._group[training], return_inverse=True, return_counts=True)
        rank = np.empty(len(training), dtype=np.int64)
        by_group = np.argsort(number, kind="stable")
        begin = np.cumsum(size) - size
        rank[by_group] = np.arange(len(training)) - np.repeat(begin, size)
        # At least one row of each group is left to learn from.
        n_held_out = np.minimum(np.floor(share * size + 0.5).astype(np.int64), size - 1)
        held_out = training[rank >= (size - n_held_out)[number]]
        split[held_out] = DEPLOY
        name = name or "split"
        self._columns[name] = Column(name, SPLITS, split.astype(np.int32), handle=name)
        self._remarks.append(f"Held out as deploy: {len(held_out):,} of {number_of(len(training), 'training row')}.")
        return name

    def _leave_out_rivals_in_training(self, split_name: str | None) -> None:
        """Remove rivals on training rows: only later rows have one."""
        name, split = self._roles["rival"], self._splits(split_name)
        if name is None or split is None:
            return
        column = self._columns[name]
        wrong = (split == TRAIN) & ~column.is_missing
        if n := int(wrong.sum()):
            index = np.where(wrong, len(column.texts), column.index).astype(np.int32)
            self._columns[name] = replace(column, texts=(*column.texts, ""), index=index)
            whose = "the rival of 1 training row is" if n == 1 else f"the rivals of {n:,} training rows are"
            self._remarks.append(f"{whose[0].upper()}{whose[1:]} left out: only later rows have one.")


def _by_column(finder: Finder, numbers: Mapping[str, int]) -> dict[str, int]:
    """Return the number of each column that is found."""
    return {column.name: k for name, k in numbers.items() if (column := finder.find(name)) is not None}


def names_of(columns: Iterable[Column]) -> list[str]:
    """Return the names of columns."""
    return [column.name for column in columns]
