"""A column of numbers divided into quantiles."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np

from mesaprior.hypotheses.log.notices import Notice, given, notice, shown
from mesaprior.hypotheses.log.raw_table import MISSING, Column
from mesaprior.hypotheses.log.values import number_text, numbers_of


def cut_into_quantiles(column: Column, q: int, *, has_decimal_commas: bool) -> Column | Notice:
    """Return a column of numbers as at most q ranges with about equally many rows, or the reason why not.

    Parameters
    ----------
    column : Column
    q : int
        At least 2.
    has_decimal_commas : bool
        Whether a comma can be a decimal point.

    Returns
    -------
    Column or Notice

    Notes
    -----
    Equal numbers stay together: each goes where the middle of its rows falls. Codes are 0, 1, ... from the smallest
    numbers to the largest, and labels name the smallest and largest number of a range. What is missing stays so.
    """
    present = [text for text in column.texts if text not in MISSING]
    numbers = numbers_of(present, has_decimal_commas)
    if numbers is None:
        wrong = next((text for text in present if numbers_of([text], has_decimal_commas) is None), present[-1])
        return notice(
            f"column {shown(column.name)}: {shown(wrong)} is no number, so there are no quantiles; leave out ",
            given("bins", f"{column.handle}={q}"),
            ", or correct the column",
        )
    times = dict(zip(column.texts, np.bincount(column.index, minlength=len(column.texts)).tolist(), strict=True))
    rows_of: dict[Decimal, int] = {}
    for text, number in zip(present, numbers, strict=True):
        rows_of[number] = rows_of.get(number, 0) + times[text]
    total, before = sum(rows_of.values()), 0
    ranges: dict[int, list[Decimal]] = {}
    for number in sorted(rows_of):
        # Twice the middle of its rows, so that only integers are divided.
        ranges.setdefault(q * (2 * before + rows_of[number]) // (2 * total), []).append(number)
        before += rows_of[number]
    written = {number: number_text(text, number) for text, number in zip(present, numbers, strict=True)}
    labels = [_label(written[own[0]], written[own[-1]]) for own in ranges.values()]
    bin_of = {number: place for place, own in enumerate(ranges.values()) for number in own}
    place = {text: bin_of[number] for text, number in zip(present, numbers, strict=True)}
    index = np.array([place.get(text, len(labels)) for text in column.texts], dtype=np.int32)[column.index]
    codes = {label: code for code, label in enumerate(labels)}
    return replace(column, texts=(*labels, ""), index=index, is_ordered=True, codes=codes)


def _label(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"
