"""A utility given as a table: the value of each action in each situation, and the bits that it is charged."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.agency.agency import Utility, judged_rows

LARGEST_VALUE = 2**31
"""A value is smaller than this, whatever its sign, so that sums over situations fit into 64 bits."""

SITUATION = "situation"
"""A column that may stand for all features: their values in the log's order, separated by spaces."""


def table_utility(path: str | Path, bits: float, log: ImitationLog, n_actions: int) -> Utility:
    """Read a utility from a CSV file.

    Parameters
    ----------
    path : str or Path
        Columns ``action``, ``value`` and the features of the log, in any order; or ``situation`` in place of the
        features, with their values in the log's order, separated by spaces. One row for each action in each situation
        that is judged; others are read and not used.
    bits : float
        K(U), stated by the user; at least 0.
    log : ImitationLog
    n_actions : int
        A, of the census that is asked.

    Raises
    ------
    UsageError
        If there is no such file, or `bits` is no finite number from 0 upwards.
    ContentError
        If its columns are others, a value is no whole number below 2**31 in size, an action is outside 0..A-1, a row
        occurs twice, or a situation that is judged lacks an action.
    """
    path = Path(path)
    if not (math.isfinite(bits) and bits >= 0):
        raise UsageError(f"{path}: {bits} bits is no length of a utility; give a finite number from 0 upwards.")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file; give the path of a CSV with situations, actions and values.")
    worth = _read(path, log, n_actions)
    row = judged_rows(log)
    value = np.zeros((len(row), n_actions), dtype=np.int64)
    for place, situation in enumerate(log.situations[log.row_situation[row]].tolist()):
        for action in range(n_actions):
            found = worth.get((tuple(situation), action))
            if found is None:
                where = ", ".join(f"{name} = {v}" for name, v in zip(log.features, situation, strict=True))
                raise ContentError(
                    f"{path}: there is no row for action {action} where {where or 'there are no features'}; give one "
                    "for every action in every situation that is judged."
                )
            value[place, action] = found
    return Utility(path.name, float(bits), row, value)


def _read(path: Path, log: ImitationLog, n_actions: int) -> dict[tuple[tuple[int, ...], int], int]:
    """Return the values of a table by situation and action."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (UnicodeDecodeError, csv.Error) as error:
        raise ContentError(f"{path}: this is no CSV ({error}); write situations, actions and values as text.") from None
    header = [name.strip() for name in rows[0]] if rows else []
    is_packed = SITUATION in header and SITUATION not in log.features
    wanted = [SITUATION] if is_packed else list(log.features)
    if sorted(header) != sorted([*wanted, "action", "value"]):
        raise ContentError(
            f"{path}: its columns are {', '.join(header) or 'none'}, and a utility has "
            f"{', '.join([*log.features, 'action', 'value'])} here (or {SITUATION}, action, value); name them so."
        )
    worth: dict[tuple[tuple[int, ...], int], int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise ContentError(f"{path}, line {line}: {len(row)} cells under {len(header)} columns; give one for each.")
        cells = dict(zip(header, row, strict=True))
        texts = cells[SITUATION].split() if is_packed else [cells[name] for name in log.features]
        if len(texts) != len(log.features):
            raise ContentError(
                f"{path}, line {line}, column {SITUATION!r}: {len(texts)} numbers for {len(log.features)} features "
                f"({', '.join(log.features)}); give one for each, separated by spaces."
            )
        situation = tuple(_whole(text, f"{path}, line {line}, the situation") for text in texts)
        action = _whole(cells["action"], f"{path}, line {line}, column 'action'")
        if not 0 <= action < n_actions:
            raise ContentError(
                f"{path}, line {line}, column 'action': {action} is not among the actions 0..{n_actions - 1}; correct "
                "it, or give the language more actions."
            )
        if (situation, action) in worth:
            raise ContentError(
                f"{path}, line {line}: action {action} in situation {_listed(situation)} stands in an earlier line "
                "too; keep one."
            )
        worth[situation, action] = _whole(cells["value"], f"{path}, line {line}, column 'value'")
    return worth


def _whole(text: str, place: str) -> int:
    """Return a cell as a whole number of a size that can be summed."""
    number = int(text) if re.fullmatch(r"\s*[+-]?[0-9]{1,12}\s*", text, flags=re.ASCII) else LARGEST_VALUE
    if abs(number) >= LARGEST_VALUE:
        raise ContentError(
            f"{place}: {text[:40]!r} is no whole number between -2^31 and 2^31; scale values to whole numbers."
        )
    return number


def _listed(situation: Sequence[int]) -> str:
    return "(" + ", ".join(map(str, situation)) + ")"
