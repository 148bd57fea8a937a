"""The imitation log: what the teacher did, row by row, training rows first.

Notes
-----
Sizes: R rows, of which the first N are training rows; H history rows (training and online); F feature
columns; S distinct situations. The file format is written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import csv
import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.errors import ContentError, UsageError

if TYPE_CHECKING:
    import pandas as pd

TRAIN, ONLINE, DEPLOY = 0, 1, 2
"""Codes of the splits in `ImitationLog.split`."""

SPLITS = ("train", "online", "deploy")
"""Names of the splits, by code."""

NONE = -1
"""Stands in `ImitationLog.action` and `ImitationLog.rival` where the file has nothing."""

LARGEST_VALUE = 255
"""No domain is larger than 256, so no value of any log is larger than this."""

_RESERVED = ("action", "split", "rival")

_INTEGER = re.compile(r"[+-]?[0-9]{1,9}")


@dataclass(frozen=True, eq=False)
class ImitationLog:
    """Rows of (situation, action) in the log's order: training rows in file order, then all others in file order.

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
    """

    features: tuple[str, ...]
    situations: np.ndarray
    row_situation: np.ndarray
    action: np.ndarray
    rival: np.ndarray
    split: np.ndarray
    file_line: np.ndarray
    source: str = "log"

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
        """The largest action or rival anywhere in the log (0 where all are 0)."""
        return int(max(self.action.max(), self.rival.max(), 0))

    @cached_property
    def feature_sizes(self) -> tuple[int, ...]:
        """S_f for each feature: its largest value in the whole log, plus one."""
        return tuple(int(v) + 1 for v in self.situations.max(axis=0)) if self.features else ()

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the log's content in order; file name, layout and line endings do not matter."""
        content = hashlib.sha256("\x1f".join(self.features).encode())
        for array in (self.situations[self.row_situation], self.action, self.rival, self.split):
            content.update(b"\x1e" + np.ascontiguousarray(array, dtype="<i8").tobytes())
        return content.hexdigest()

    def to_frame(self) -> pd.DataFrame:
        """Return the log as a table in the file format, one row per decision in the log's order."""
        import pandas as pd

        table = pd.DataFrame(self.situations[self.row_situation], columns=list(self.features))
        table["action"] = pd.array(np.where(self.action == NONE, 0, self.action), dtype="Int64")
        table.loc[self.action == NONE, "action"] = pd.NA
        if (self.rival != NONE).any():
            table["rival"] = pd.array(np.where(self.rival == NONE, 0, self.rival), dtype="Int64")
            table.loc[self.rival == NONE, "rival"] = pd.NA
        table["split"] = [SPLITS[s] for s in self.split]
        return table


def read_log(path: str | Path) -> ImitationLog:
    """Read an imitation log from a CSV or Parquet file.

    Parameters
    ----------
    path : str or Path
        File ending in ``.csv`` or ``.parquet``.

    Returns
    -------
    ImitationLog

    Raises
    ------
    UsageError
        If there is no such file, or its name ends in anything else.
    ContentError
        If the file is empty or unreadable, or a cell breaks the format; the message names the file, line and column.
    """
    path = Path(path)
    if path.suffix not in (".csv", ".parquet"):
        ending = path.suffix or "a name without an ending"
        raise UsageError(f"{path}: a log is a .csv or a .parquet file, not {ending}; rename or convert it.")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give the path of a log in CSV or Parquet.")
    names, rows, lines = _read_csv(path) if path.suffix == ".csv" else _read_parquet(path)
    return _build(names, rows, lines, str(path))


def log_from_frame(table: pd.DataFrame, *, source: str = "table") -> ImitationLog:
    """Build a log from a table in the file format, one row per decision; missing cells are empty.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns as in the file format.
    source : str
        Name used in messages.

    Raises
    ------
    ContentError
        If a cell breaks the format. Lines are counted as if the table stood in a CSV file: the header is line 1.
    """
    names = [str(name) for name in table.columns]
    cells = table.astype(object).where(table.notna(), "").to_numpy()
    return _build(names, [list(row) for row in cells], list(range(2, len(table) + 2)), source)


def _read_csv(path: Path) -> tuple[list[str], list[list[object]], list[int]]:
    """Return the header, the rows and the file line of each row; blank lines are skipped."""
    rows: list[list[object]] = []
    lines: list[int] = []
    names: list[str] | None = None
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True, skipinitialspace=True)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if not any(cells):
                    continue
                if names is None:
                    names = cells
                    continue
                if len(cells) != len(names):
                    raise ContentError(
                        f"{path}, line {reader.line_num}: {len(cells)} cells where the header names "
                        f"{len(names)} columns; give every row one cell a column."
                    )
                rows.append(list(cells))
                lines.append(reader.line_num)
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContentError(f"{path}: this is not readable as CSV in UTF-8 ({error}); save it as plain CSV.") from None
    if names is None:
        raise ContentError(f"{path}: the file is empty; a log has a header with an 'action' column and a training row.")
    return names, rows, lines


def _read_parquet(path: Path) -> tuple[list[str], list[list[object]], list[int]]:
    """Return the columns, the rows and the line each row would have in a CSV file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ContentError(f"{path}: this is not readable as Parquet ({reason}); write it again.") from None
    columns = [["" if cell is None else cell for cell in column.to_pylist()] for column in table.columns]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return [str(name) for name in table.column_names], rows, list(range(2, len(rows) + 2))


def _build(names: list[str], rows: list[list[object]], lines: list[int], source: str) -> ImitationLog:
    """Check the cells and put the rows into the log's order."""
    _check_header(names, source)
    if not rows:
        raise ContentError(f"{source}: there is no row below the header; a log has at least one training row.")
    place = {name: index for index, name in enumerate(names)}
    features = tuple(name for name in names if name not in _RESERVED)

    split = np.zeros(len(rows), dtype=np.int8)
    if "split" in place:
        for index, row in enumerate(rows):
            text = str(row[place["split"]]).strip() or "train"
            if text not in SPLITS:
                raise ContentError(
                    f"{source}, line {lines[index]}, column 'split': {text!r} is not a split; "
                    "write train, online or deploy (empty means train)."
                )
            split[index] = SPLITS.index(text)
    if not (split == TRAIN).any():
        raise ContentError(
            f"{source}: no row has split 'train', so there is nothing to learn from; mark at least one training row."
        )

    def column(name: str, *, optional: bool) -> np.ndarray:
        values = np.full(len(rows), NONE, dtype=np.int64)
        for index, row in enumerate(rows):
            cell = row[place[name]]
            if str(cell).strip() == "":
                if not optional:
                    raise ContentError(
                        f"{source}, line {lines[index]}, column {name!r}: the cell is empty; a feature is an integer "
                        f"from 0 to {LARGEST_VALUE} on every row."
                    )
                continue
            values[index] = _integer(cell, f"{source}, line {lines[index]}, column {name!r}")
        return values

    action = column("action", optional=True)
    rival = column("rival", optional=True) if "rival" in place else np.full(len(rows), NONE, dtype=np.int64)
    for index in np.flatnonzero((action == NONE) & (split != DEPLOY))[:1]:
        raise ContentError(
            f"{source}, line {lines[index]}, column 'action': row with split {SPLITS[split[index]]!r} has no action; "
            "only deploy rows may leave it empty."
        )
    for index in np.flatnonzero((rival != NONE) & (split == TRAIN))[:1]:
        raise ContentError(
            f"{source}, line {lines[index]}, column 'rival': a training row has a rival ({rival[index]}); "
            "only online and deploy rows may have one, so leave it empty."
        )
    values = (
        np.stack([column(name, optional=False) for name in features], axis=1)
        if features
        else np.zeros((len(rows), 0), dtype=np.int64)
    )

    order = np.argsort(split != TRAIN, kind="stable")
    situations, row_situation = _by_first_appearance(values[order])
    return ImitationLog(
        features=features,
        situations=situations,
        row_situation=row_situation,
        action=action[order],
        rival=rival[order],
        split=split[order],
        file_line=np.asarray(lines, dtype=np.int64)[order],
        source=source,
    )


def _check_header(names: list[str], source: str) -> None:
    """Refuse headers without an action, with a nameless column, or with a name twice."""
    if "action" not in names:
        near = next((name for name in names if name.lower().startswith("action")), None)
        hint = f"; rename {near!r} to 'action'" if near else "; name the column of the teacher's choices 'action'"
        raise ContentError(f"{source}: there is no 'action' column among {', '.join(map(repr, names))}{hint}.")
    for index, name in enumerate(names):
        if name == "":
            raise ContentError(f"{source}: column {index + 1} of the header has no name; name it or remove it.")
        if name in names[:index]:
            raise ContentError(f"{source}: column {name!r} stands twice in the header; rename or remove one of them.")


def _integer(cell: object, place: str) -> int:
    """Return the cell as an integer in 0..255, or refuse it."""
    # A table with missing cells holds its integers as floats; text must look like an integer to the letter.
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    if not _INTEGER.fullmatch(text):
        raise ContentError(
            f"{place}: {text!r} is not an integer; write integers from 0 to {LARGEST_VALUE}, without a decimal point."
        )
    value = int(text)
    if not 0 <= value <= LARGEST_VALUE:
        raise ContentError(f"{place}: {value} is out of range; values are integers from 0 to {LARGEST_VALUE}.")
    return value


def _by_first_appearance(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows of `values` in order of first appearance, and the index of each row among them."""
    _, first, inverse = np.unique(values, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    return np.ascontiguousarray(values[np.sort(first)]), rank[inverse.reshape(-1)]
