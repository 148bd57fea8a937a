"""The order of rows within groups, by the values of a column."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log.notices import Notice, given, notice, number_of, shown
from mesaprior.hypotheses.log.raw_table import MISSING, RawTable
from mesaprior.hypotheses.log.values import as_number, sign_of, values_of

_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"

_UNSORTABLE = re.compile(
    rf"[0-9]{{1,2}}[./-][0-9]{{1,2}}[./-][0-9]{{2,4}}\b.*|.*[0-9]\s?[ap]\.?m\b.*|.*\b(?:{_MONTHS})[a-z]*\b.*",
    re.IGNORECASE,
)
"""Dates and times that are not in order as text: days or months first, names of months, halves of the day."""


def sorted_rows(table: RawTable, name: str, group: NDArray[np.int64]) -> tuple[np.ndarray, str] | Notice:
    """Return the rows of a table group by group, each in the order of a column.

    Parameters
    ----------
    table : RawTable
    name : str
        Of the column: all numbers, or all texts in natural order. Rows of which nothing is said come last.
    group : int64[R]
        The group of each row.

    Returns
    -------
    rows : int64[R]
    remark : str
        By what they were sorted; or in place of both a `Notice`, where the column gives no order.
    """
    column = next(column for column in table.columns if column.name == name)
    present = [text for text in column.texts if text not in MISSING]
    values = values_of(present, has_decimal_commas=table.has_decimal_commas, is_ordered=column.is_ordered)
    if not values.are_numbers and not column.is_ordered:
        fault = _fault(table, name, present)
        if fault is not None:
            return fault
    place = np.array([values.place_of.get(text, len(present)) for text in column.texts], dtype=np.int64)
    kind = "numbers" if values.are_numbers else "categories" if column.is_ordered else "text (2 before 10)"
    n_last = int(column.is_missing.sum())
    last = f"; {number_of(n_last, 'row')} without one {'comes' if n_last == 1 else 'come'} last" if n_last else ""
    return np.lexsort((place[column.index], group)), f"Rows are in the order of {shown(name)}, as {kind}{last}."


def _fault(table: RawTable, name: str, texts: list[str]) -> Notice | None:
    """Return the reason why texts give no order: only some are numbers, or they are dates that do not sort."""
    column = next(column for column in table.columns if column.name == name)

    def line(text: str) -> int:
        return int(table.lines[np.flatnonzero(column.index == column.texts.index(text))[0]])

    words = [text for text in texts if as_number(text, has_decimal_commas=table.has_decimal_commas) is None]
    if not words:
        one, other = next((one, other) for one, other in pairwise(texts) if sign_of(one) != sign_of(other))
        return notice(
            f"column {shown(name)} gives no order: {shown(one)} (line {line(one)}) and {shown(other)} (line "
            f"{line(other)}) are numbers with different signs; write them alike, or leave out ",
            given("order", column.handle),
        )
    if len(words) < len(texts):
        return notice(
            f"column {shown(name)} gives no order: {shown(words[0])} (line {line(words[0])}) is no number, and others "
            "are; correct it, or leave out ",
            given("order", column.handle),
        )
    odd = next((text for text in words if _UNSORTABLE.fullmatch(text)), None)
    if odd is None:
        return None
    return notice(
        f"column {shown(name)} gives no order: {shown(odd)} (line {line(odd)}) is a date or a time that does not sort "
        "as text; write it as 2024-12-31 or 21:05, or leave out ",
        given("order", column.handle),
    )
