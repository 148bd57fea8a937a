"""The codes of a log in a separate file: ``LOG.codes.json`` beside ``LOG.csv``.

The format is written down in ``docs/reference/prepare.md``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.imitation_log import ImitationLog
from mesaprior.hypotheses.log.notices import FileError, notice, shown
from mesaprior.hypotheses.log.raw_table import MISSING, Column, RawTable
from mesaprior.hypotheses.log.values import LARGEST_VALUE, as_integer

SCHEMA = 1
"""Version of the format."""


@dataclass(frozen=True)
class CodeFile:
    """The contents of a file of codes.

    Attributes
    ----------
    codes : dict of str to dict of str to int
        The code of each label by column; rivals have those of ``action``.
    groups : tuple of str
        Columns of the log that tell groups apart.
    columns : tuple of str
        All columns of the log, in order.
    """

    codes: Mapping[str, Mapping[str, int]]
    groups: tuple[str, ...]
    columns: tuple[str, ...]


def code_file_of(log: str | Path) -> Path:
    """Return the path of the file of codes that belongs to a log."""
    return Path(log).with_suffix(".codes.json")


def code_text(log: ImitationLog, columns: Sequence[str], n_groups: int) -> str:
    """Return the text of the file of codes of a log.

    Parameters
    ----------
    log : ImitationLog
    columns : sequence of str
        The columns of its file, in order.
    n_groups : int
        How many of them tell groups apart; these stand first.

    Returns
    -------
    str
        JSON.
    """
    codes = {column: dict(table) for column, table in log.codes.items()}
    if "action" in codes:
        # A rival may take an action that the teacher never takes, which has a label too.
        there = set(codes["action"].values())
        codes["action"] |= {log.label("action", c): c for c in range(log.largest_action + 1) if c not in there}
    content = {"schema": SCHEMA, "codes": codes, "groups": list(columns[:n_groups]), "columns": list(columns)}
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def read_code_file(path: Path) -> CodeFile:
    """Read a file of codes.

    Raises
    ------
    ContentError
        If it is not as `code_text` writes it.
    """
    try:
        content: Any = json.loads(path.read_text(encoding="utf-8"))
        assert content["schema"] == SCHEMA
        assert all(isinstance(name, str) for name in (*content["groups"], *content["columns"]))
        for table in content["codes"].values():
            codes = list(table.values())
            assert all(type(code) is int and 0 <= code <= LARGEST_VALUE for code in codes)
            assert len(set(codes)) == len(codes)
        return CodeFile(dict(content["codes"]), tuple(content["groups"]), tuple(content["columns"]))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        raise ContentError(
            f"{path}: these are not the codes of a log as `mesaprior prepare` writes them; remove the file, or prepare "
            "the log again."
        ) from None


def with_labels(table: RawTable, file: CodeFile) -> RawTable:
    """Return a table of codes with the labels in place of the codes.

    Raises
    ------
    ContentError
        If the table has other columns than the log that the file was written with, or a code has no label.
    """
    there = tuple(column.name for column in table.columns)
    if there != file.columns:
        raise ContentError(
            f"{table.source}: {code_file_of(table.source).name} beside it is of a log with other columns; remove that "
            "file, or prepare the log again."
        )
    columns: list[Column] = []
    for column in table.columns:
        codes = file.codes.get("action" if column.name == "rival" else column.name)
        columns.append(column if codes is None else _labelled(column, codes, table))
    return replace(table, columns=tuple(columns), groups=file.groups, has_codes=True)


def _labelled(column: Column, codes: Mapping[str, int], table: RawTable) -> Column:
    label_of = {code: label for label, code in codes.items()}
    texts: list[str] = []
    for text in column.texts:
        code = as_integer(text)
        # An integer is a code, for any labels.
        is_known = text in codes if code is None else code in label_of
        if text not in MISSING and not is_known:
            fault = notice(
                f"column {shown(column.name)} has {shown(text)}, which has no label in "
                f"{code_file_of(table.source).name}; prepare the log again, or remove that file"
            )
            raise FileError(table.source, [fault])
        texts.append(text if text in MISSING or code is None else label_of[code])
    return replace(column, texts=tuple(texts), codes=codes)
