"""From the texts of a column to codes: what kind of values they are, their order, and the code of each.

The rules are written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from mesaprior.hypotheses.log.notices import Notice, Option, notice, printable, shortened, shown
from mesaprior.hypotheses.log.raw_table import Column

LARGEST_VALUE = 255
"""No domain is larger than 256, so no code of any log is larger than this."""

MISSING_LABEL = "missing"
"""Label of the code that stands for a missing feature."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)

_IDS = frozenset(
    {"id", "ids", "uid", "uuid", "subject", "subj", "participant", "person", "player", "pid", "sub", "user"}
)
"""Words in the names of columns that tell people apart."""

_SEARCHED = 1 << 12
"""Distinct texts from which on a column is not looked at for texts of equal value."""

_DIGITS = re.compile(r"([0-9]+)")


class CodedLanguage(Protocol):
    """What reading a log asks of a language: the codes of labels, and the names that features cannot have."""

    @property
    def codes(self) -> Mapping[str, Mapping[str, int]]:
        """The code of each label, by column."""
        ...

    @property
    def operator_names(self) -> frozenset[str]:
        """Names of its operators."""
        ...


@dataclass(frozen=True)
class Values:
    """The distinct values of a column.

    Attributes
    ----------
    labels : tuple of str
        One for each value, in order of value.
    place_of : dict of str to int
        The value of each text; several texts can be one value, as 1 and 1.0 are.
    integers : tuple of int or None
        The values themselves where all are integers from 0 to `LARGEST_VALUE`.
    are_numbers : bool
        Whether all are numbers.
    """

    labels: tuple[str, ...]
    place_of: Mapping[str, int]
    integers: tuple[int, ...] | None = None
    are_numbers: bool = False


def values_of(texts: Sequence[str], *, has_decimal_commas: bool = False, is_ordered: bool = False) -> Values:
    """Return the distinct values that texts stand for, in order.

    Parameters
    ----------
    texts : sequence of str
        Distinct, none of them missing.
    has_decimal_commas : bool
        Whether a comma can be a decimal point.
    is_ordered : bool
        Whether the texts are in an order that is to be kept.

    Notes
    -----
    Numbers are in the order of their values, exactly; true and false are false, then true; anything else is in natural
    order: digits within a text count as a number, and capitals matter only where nothing else differs.
    """
    numbers = numbers_of(texts, has_decimal_commas)
    if numbers is not None:
        return _values_of_numbers(texts, numbers)
    if {text.casefold() for text in texts} <= {"true", "false"}:
        labels = tuple(sorted({text.casefold() for text in texts}))
        shown_as = {text.casefold(): text for text in reversed(texts)}
        place_of = {text: labels.index(text.casefold()) for text in texts}
        return Values(tuple(shown_as[label] for label in labels), place_of)
    labels = tuple(texts) if is_ordered else tuple(sorted(texts, key=natural_key))
    return Values(labels, {text: place for place, text in enumerate(labels)})


def natural_key(text: str) -> tuple[object, ...]:
    """Return a key that sorts texts as a person would: trial2 before trial10."""
    pieces = [
        (0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdecimal() else (1, 0, piece)
        for piece in _DIGITS.split(text.casefold())
        if piece
    ]
    return (pieces, text)


def as_integer(label: str) -> int | None:
    """Return the integer that a label is, or None where it is none."""
    return int(label) if re.fullmatch(r"-?[0-9]{1,40}", label, flags=re.ASCII) else None


def canonical(label: str) -> str:
    """Return what labels are compared by: numbers by their value, true and false in any letters, else the text."""
    text = label.strip()
    if _NUMBER.fullmatch(text):
        return str(_plain(Decimal(text)))
    return text.casefold() if text.casefold() in ("true", "false") else text


def numbers_of(texts: Sequence[str], has_decimal_commas: bool) -> list[Decimal] | None:
    """Return the texts as numbers, or None where one of them is none."""
    found: list[Decimal] = []
    for text in texts:
        written = text.replace(",", ".") if has_decimal_commas and text.count(",") == 1 else text
        if not _NUMBER.fullmatch(written):
            return None
        found.append(Decimal(written))
    return found


def _values_of_numbers(texts: Sequence[str], numbers: Sequence[Decimal]) -> Values:
    distinct = sorted(set(numbers))
    place = {number: place for place, number in enumerate(distinct)}
    are_codes = all(number == int(number) and 0 <= number <= LARGEST_VALUE for number in distinct)
    shortest: dict[Decimal, str] = {}
    for text, number in zip(texts, numbers, strict=True):
        written = number_text(text, number)
        shortest[number] = min(shortest.get(number, written), written, key=lambda label: (len(label), label))
    return Values(
        labels=tuple(shortest[number] for number in distinct),
        place_of={text: place[number] for text, number in zip(texts, numbers, strict=True)},
        integers=tuple(map(int, distinct)) if are_codes else None,
        are_numbers=True,
    )


def number_text(text: str, number: Decimal) -> str:
    """Return how a number that is written in a file is shown: whole ones without a point."""
    return str(int(number)) if number == int(number) and abs(number) < 10**15 else text.replace(",", ".")


def _plain(number: Decimal) -> Decimal | int:
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number.normalize()


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
    texts: Sequence[str],
    *,
    table: Mapping[str, int] | None = None,
    actions: Sequence[str] = (),
    integers: str = STAND,
    is_action: bool = False,
    has_decimal_commas: bool = False,
    line_of: Callable[[str], int],
) -> Coding | Notice:
    """Return the coding of a column, or what is wrong with it.

    Parameters
    ----------
    column : Column
    texts : sequence of str
        Its distinct texts that are to be coded, none of them missing.
    table : mapping of str to int or None
        The code of each label, where a language gives it; else those of the column count, where it has any.
    actions : sequence of str
        Labels of actions in the order of their codes, where they are given.
    integers : {"strict", "stand", "ranked"}
        What becomes of integers.
    is_action : bool
        Whether it is the column of choices.
    has_decimal_commas : bool
        Whether a comma can be a decimal point.
    line_of : callable
        Returns the line on which a text stands first.
    """
    if actions:
        return _coding_by_list(texts, actions, has_decimal_commas=has_decimal_commas)
    table = column.codes if table is None else table
    if table is not None:
        return _coding_by_table(texts, table, column.name, has_decimal_commas=has_decimal_commas)
    if len(texts) > _SEARCHED:
        return _too_many(column.name, len(texts), is_action=is_action, is_numeric=False)
    values = values_of(texts, has_decimal_commas=has_decimal_commas, is_ordered=column.is_ordered)
    fault = _fault_among_integers(column, values, line_of) if integers == STRICT else None
    if fault is not None:
        return fault
    if len(values.labels) > LARGEST_VALUE + 1:
        return _too_many(column.name, len(values.labels), is_action=is_action, is_numeric=values.are_numbers)
    if integers != RANKED and values.integers is not None:
        codes = values.integers
        return Coding({text: codes[place] for text, place in values.place_of.items()}, None)
    return Coding(values.place_of, {label: code for code, label in enumerate(values.labels)})


def _fault_among_integers(column: Column, values: Values, line_of: Callable[[str], int]) -> Notice | None:
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
        f"table [codes.{column.name}] with all labels"
    )


def _coding_by_table(
    texts: Sequence[str], table: Mapping[str, int], column: str, *, has_decimal_commas: bool
) -> Coding | Notice:
    """Return the coding that a table of labels gives, or what is wrong.

    Parameters
    ----------
    texts : sequence of str
        Distinct, none of them missing.
    table : mapping of str to int
        The code of each label.
    column : str
        Name of the column.
    """
    by_label = {canonical(label): code for label, code in table.items()}
    code_of: dict[str, int] = {}
    unknown: list[str] = []
    for text in texts:
        written = text.replace(",", ".") if has_decimal_commas and text.count(",") == 1 else text
        code = by_label.get(canonical(written))
        if code is None:
            unknown.append(text)
        else:
            code_of[text] = code
    if unknown:
        known = listed(list(table))
        return notice(
            f"column {shown(column)}: {listed(unknown)} {'has' if len(unknown) == 1 else 'have'} no code; the labels "
            f"of [codes.{column}] are {known}, so add what is missing there, or correct the column"
        )
    return Coding(code_of, dict(sorted(table.items(), key=lambda pair: pair[1])))


def _coding_by_list(texts: Sequence[str], wanted: Sequence[str], *, has_decimal_commas: bool) -> Coding | Notice:
    """Return the coding of actions by a list of labels in the order of their codes, or what is wrong."""
    table = {label.strip(): code for code, label in enumerate(wanted)}
    found = _coding_by_table(texts, table, "action", has_decimal_commas=has_decimal_commas)
    if isinstance(found, Notice):
        known = {canonical(label) for label in table}
        lacking = [text for text in texts if canonical(text) not in known]
        complete = Option("actions", ",".join([*wanted, *lacking]))
        return notice(f"the actions {listed(lacking)} occur and are not in the list; ", complete, " has them all")
    return found


def _too_many(column: str, n_values: int, *, is_action: bool, is_numeric: bool) -> Notice:
    """Return what to say of a column with more values than there can be codes."""
    what = f"column {shown(column)} has {n_values:,} distinct values, and at most {LARGEST_VALUE + 1} can be coded; "
    if is_action:
        return notice(f"{what}an action is one of a few choices, so name another column with ", Option("action", "COL"))
    ways_on: list[str | Option] = [what, Option("drop", column), " leaves it out"]
    if is_called_id(column):
        ways_on += [", or ", Option("by", column), " tells people apart by it"]
    elif is_numeric:
        ways_on += [", or `mesaprior prepare` cuts it into quantiles with ", Option("bins", f"{column}=4")]
    return notice(*ways_on)


def is_called_id(name: str) -> bool:
    """Tell whether a column is called as columns that tell people apart often are."""
    words = re.split(r"[^a-z0-9]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold())
    return not _IDS.isdisjoint(words)


def listed(labels: Collection[str], most: int = 8) -> str:
    """Return labels in quotes with commas, the first few of many."""
    first = [shown(label) for label in list(labels)[:most]]
    return ", ".join(first) + (f" and {len(labels) - most} more" if len(labels) > most else "")


def coding_text(column: str, labels: Mapping[str, int], most: int = 8) -> str:
    """Return a coding as one line: ``choice: c = 0, d = 1``."""
    pairs = [f"{printable(shortened(label, 24))} = {code}" for label, code in list(labels.items())[:most]]
    more = f", ... ({len(labels)} labels)" if len(labels) > most else ""
    return f"{printable(shortened(column))}: {', '.join(pairs)}{more}"
