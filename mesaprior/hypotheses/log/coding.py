"""From the values of a column to codes, or to its faults.

The rules are written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mesaprior.hypotheses.log.names import is_called_id
from mesaprior.hypotheses.log.notices import Notice, Option, notice, option, printable, shortened, shown
from mesaprior.hypotheses.log.raw_table import Column
from mesaprior.hypotheses.log.values import (
    LARGEST_VALUE,
    Values,
    as_integer,
    as_number,
    canonical,
    values_of,
)

_MAY_BE_THOUSANDS = re.compile(r"[^0-9]*[0-9]{1,3},[0-9]{3}[^0-9]*", re.ASCII)
"""A number whose comma may be a decimal point or a mark of thousands."""

_SEARCHED = 1 << 12
"""Distinct texts from which on a column is not looked at for texts of equal value."""


class CodedLanguage(Protocol):
    """What reading a log needs from a language: the codes of labels, and the names that features cannot have."""

    @property
    def codes(self) -> Mapping[str, Mapping[str, int]]:
        """The code of each label, by column."""
        ...

    @property
    def operator_names(self) -> frozenset[str]:
        """Names of its operators."""
        ...


@dataclass(frozen=True)
class Coding:
    """The code of each text of a column.

    Attributes
    ----------
    code_of : dict of str to int
        By text.
    labels : dict of str to int or None
        The code of each label, ascending; None where numbers are their own codes.
    """

    code_of: Mapping[str, int]
    labels: Mapping[str, int] | None


STRICT, STAND, RANKED = "strict", "stand", "ranked"
"""What becomes of integers: they are their own codes and anything else among them is a fault, they are their own codes
where all are from 0 to 255, or they are coded by rank as anything else."""


def coding_of(
    column: Column,
    name: str,
    texts: Sequence[str],
    *,
    table: Mapping[str, int] | None = None,
    actions: Sequence[str] = (),
    integers: str = STAND,
    has_decimal_commas: bool = False,
    line_of: Callable[[str], int],
) -> Coding | Notice:
    """Return the coding of a column, or what is wrong with it.

    Parameters
    ----------
    column : Column
    name : str
        What tables of codes call it: the lawful name of a feature, or ``action``.
    texts : sequence of str
        Its distinct texts to code, none of them missing.
    table : mapping of str to int or None
        The code of each label, where a language gives it; else those of the column count, where it has any.
    actions : sequence of str
        Labels of actions in the order of their codes, where they are given.
    integers : {"strict", "stand", "ranked"}
        What becomes of integers.
    has_decimal_commas : bool
        Whether a comma can be a decimal point.
    line_of : callable
        Returns the line on which a text stands first.

    Returns
    -------
    Coding or Notice
    """
    if column.holds:
        return notice(
            f"column {shown(column.name)} holds {column.holds}, and codes are of single values; ",
            option("drop", column.handle),
            " leaves it out",
        )
    if actions:
        return _coding_by_list(texts, actions, has_decimal_commas=has_decimal_commas)
    table = column.codes if table is None else table
    if table is not None:
        return _coding_by_table(texts, table, column, name, has_decimal_commas=has_decimal_commas)
    if len(texts) > _SEARCHED:
        return _too_many(column, name, len(texts), is_numeric=False)
    values = values_of(texts, has_decimal_commas=has_decimal_commas, is_ordered=column.is_ordered)
    fault = _fault_among_integers(column, name, values, line_of) if integers == STRICT else None
    if fault is not None:
        return fault
    if len(values.labels) > LARGEST_VALUE + 1:
        return _too_many(column, name, len(values.labels), is_numeric=values.are_numbers)
    if integers != RANKED and values.integers is not None:
        codes = values.integers
        return Coding({text: codes[place] for text, place in values.place_of.items()}, None)
    return Coding(values.place_of, {label: code for code, label in enumerate(values.labels)})


def remarks_on(
    column: Column, texts: Sequence[str], *, has_decimal_commas: bool, line_of: Callable[[str], int]
) -> list[str]:
    """Return what to say of the texts of a column: numbers among words, labels that differ in capitals only."""
    remarks: list[str] = []
    words = [text for text in texts if as_number(text, has_decimal_commas=has_decimal_commas) is None]
    if 0 < len(words) < len(texts):
        remarks.append(
            f"Column {shown(column.name)} is read as text, since {shown(words[0])} (line {line_of(words[0])}) is no "
            "number."
        )
    alike: dict[str, list[str]] = {}
    for text in words:
        alike.setdefault(text.casefold(), []).append(text)
    for own in alike.values():
        if len(own) > 1 and own[0].casefold() not in ("true", "false"):
            remarks.append(f"Column {shown(column.name)}: {listed(own)} are told apart, though only capitals differ.")
            break
    thousands = next((text for text in texts if has_decimal_commas and _MAY_BE_THOUSANDS.fullmatch(text)), None)
    if thousands is not None and not words:
        remarks.append(
            f"Column {shown(column.name)}: the comma in {shown(thousands)} (line {line_of(thousands)}) is read as a "
            "decimal point; if it marks thousands, take it out."
        )
    return remarks


def _fault_among_integers(column: Column, name: str, values: Values, line_of: Callable[[str], int]) -> Notice | None:
    """Return what is wrong with a column whose integers are their own codes: one is none, or out of range."""
    wrong = [label for label in values.labels if as_integer(label) is None]
    if values.integers is not None or len(wrong) == len(values.labels) or (wrong and values.are_numbers):
        return None
    what = "is no integer, and others are"
    if not wrong:
        wrong = [label for label in values.labels if not 0 <= int(label) <= LARGEST_VALUE]
        what = f"is out of range: codes are integers from 0 to {LARGEST_VALUE}"
    place = values.labels.index(wrong[0])
    line = line_of(next(text for text, own in values.place_of.items() if own == place))
    return notice(
        f"column {shown(column.name)}: {shown(wrong[0])} (line {line}) {what}; correct it, or give the language a "
        f"table [codes.{name}] with all labels"
    )


def _coding_by_table(
    texts: Sequence[str], table: Mapping[str, int], column: Column, name: str, *, has_decimal_commas: bool
) -> Coding | Notice:
    """Return the coding that a table of labels gives, or what is wrong."""
    found = _by_table(texts, table, has_decimal_commas=has_decimal_commas)
    if isinstance(found, Coding):
        return found
    return notice(
        f"column {shown(column.name)}: {listed(found)} {'has' if len(found) == 1 else 'have'} no code; the labels that "
        f"have one are {listed(list(table))}, so correct the column, or add what is missing to [codes.{name}] of the "
        "language"
    )


def _by_table(texts: Sequence[str], table: Mapping[str, int], *, has_decimal_commas: bool) -> Coding | list[str]:
    """Return the coding that a table of labels gives, or the texts that it lacks."""
    by_label = {canonical(label): code for label, code in table.items()}
    code_of: dict[str, int] = {}
    unknown: list[str] = []
    for text in texts:
        written = text.replace(",", ".") if has_decimal_commas and text.count(",") == 1 else text
        code = by_label.get(canonical(text), by_label.get(canonical(written)))
        if code is None:
            unknown.append(text)
        else:
            code_of[text] = code
    return unknown or Coding(code_of, dict(sorted(table.items(), key=lambda pair: pair[1])))


def _coding_by_list(texts: Sequence[str], wanted: Sequence[str], *, has_decimal_commas: bool) -> Coding | Notice:
    """Return the coding of actions by a list of labels in the order of their codes, or what is wrong."""
    table = {label.strip(): code for code, label in enumerate(wanted)}
    distinct = {canonical(label): label for label in reversed(wanted)}
    if len(distinct) < len(wanted):
        kept = [label for label in wanted if distinct[canonical(label)] == label]
        twice = [label for label in wanted if label not in kept]
        return notice(
            f"the list of actions has {listed(twice)} twice, written in two ways; ",
            option("actions", *kept),
            " has each once",
        )
    found = _by_table(texts, table, has_decimal_commas=has_decimal_commas)
    if isinstance(found, Coding):
        return found
    complete = option("actions", *wanted, *found)
    return notice(f"the actions {listed(found)} occur and are not in the list; ", complete, " has them all")


def _too_many(column: Column, name: str, n_values: int, *, is_numeric: bool) -> Notice:
    """Return what to say of a column with more values than there can be codes."""
    what = (
        f"column {shown(column.name)} has {n_values:,} distinct values, and at most {LARGEST_VALUE + 1} can be coded; "
    )
    if name == "action":
        return notice(f"{what}an action is one of a few choices, so name another column with ", option("action", "COL"))
    leave_out = [option("drop", column.handle), " leaves it out"]
    ways_on: list[str | Option] = [what]
    if is_called_id(column.name) and n_values < len(column.index):
        ways_on += [option("by", column.handle), " tells people apart by it, or ", *leave_out]
    elif is_numeric:
        bins = option("bins", f"{column.handle}=4")
        ways_on += [*leave_out, ", or `mesaprior prepare` cuts it into quantiles with ", bins]
    else:
        ways_on += leave_out
    return notice(*ways_on)


def listed(labels: Collection[str], most: int = 8) -> str:
    """Return labels in quotes with commas, the first few of many."""
    first = [shown(label) for label in list(labels)[:most]]
    return ", ".join(first) + (f" and {len(labels) - most} more" if len(labels) > most else "")


def coding_text(column: str, labels: Mapping[str, int], most: int = 8) -> str:
    """Return a coding as one line: ``choice: c = 0, d = 1``."""
    pairs = [f"{printable(shortened(label, 24))} = {code}" for label, code in list(labels.items())[:most]]
    more = f", ... ({len(labels)} labels)" if len(labels) > most else ""
    return f"{printable(shortened(column))}: {', '.join(pairs)}{more}"
