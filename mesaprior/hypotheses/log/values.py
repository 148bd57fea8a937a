"""The kind of values that the texts of a column are, and their order.

The rules are written down in ``docs/reference/log.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal

LARGEST_VALUE = 255
"""No domain is larger than 256, so no code of any log is larger than this."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)

_AMOUNT = re.compile(r"([$€£¥]?)([+-]?)([$€£¥]?)\s?([0-9.,]{1,80})\s?([%$€£¥]?)", re.ASCII)

_THOUSANDS = {
    False: re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?", re.ASCII),
    True: re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?", re.ASCII),
}
"""Numbers with marks between thousands, without and with a comma as the decimal point."""

_DIGITS = re.compile(r"([0-9]+)")

_EXACT = Context(prec=1200)
"""Wide enough for every number that is read: no digit is rounded away."""


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
        The values themselves where all are integers from 0 to `LARGEST_VALUE`, written as such.
    are_numbers : bool
        Whether all are numbers.
    """

    labels: tuple[str, ...]
    place_of: Mapping[str, int]
    integers: tuple[int, ...] | None = None
    are_numbers: bool = False


def values_of(texts: Sequence[str], *, has_decimal_commas: bool = False, is_ordered: bool = False) -> Values:
    """Return the distinct values of texts, in order.

    Parameters
    ----------
    texts : sequence of str
        Distinct, none of them missing.
    has_decimal_commas : bool
        Whether a comma can be a decimal point.
    is_ordered : bool
        Whether texts that are no numbers are in an order that is to be kept.

    Notes
    -----
    Numbers are in the order of their values, exactly; true and false are false, then true; anything else is in natural
    order: digits within a text count as a number, and capitals matter only where nothing else differs. Two ways of
    writing a number are one value, also among words. Amounts, with a sign of a currency or of percent that all have,
    are numbers; their labels stay as they are.
    """
    numbers = numbers_of(texts, has_decimal_commas)
    if numbers is not None:
        return _values_of_numbers(texts, numbers)
    if {text.casefold() for text in texts} <= {"true", "false"}:
        labels = tuple(sorted({text.casefold() for text in texts}))
        shown_as = {text.casefold(): text for text in reversed(texts)}
        place_of = {text: labels.index(text.casefold()) for text in texts}
        return Values(tuple(shown_as[label] for label in labels), place_of)
    label_of: dict[str, str] = {}
    for text in texts:
        same = label_of.setdefault(canonical(text), text)
        label_of[canonical(text)] = min(same, text, key=lambda label: (len(label), label))
    labels = tuple(label_of.values() if is_ordered else sorted(label_of.values(), key=natural_key))
    place = {label: place for place, label in enumerate(labels)}
    return Values(labels, {text: place[label_of[canonical(text)]] for text in texts})


def natural_key(text: str) -> tuple[object, ...]:
    """Return a key that sorts texts as a person would: trial2 before trial10."""
    pieces = [
        (0, len(piece.lstrip("0")), piece.lstrip("0")) if piece.isdecimal() else (1, 0, piece)
        for piece in _DIGITS.split(text.casefold())
        if piece
    ]
    return (pieces, text)


def as_integer(label: str) -> int | None:
    """Return a label as an integer, or None where it is not one."""
    return int(label) if re.fullmatch(r"-?[0-9]{1,40}", label, flags=re.ASCII) else None


def as_number(text: str, *, has_decimal_commas: bool = False) -> Decimal | None:
    """Return a text as a number, without any sign of a currency or of percent, or None where it is not one."""
    written = text.replace(",", ".") if has_decimal_commas and text.count(",") == 1 else text
    if _NUMBER.fullmatch(written):
        return Decimal(written)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    digits = match[4]
    if _THOUSANDS[has_decimal_commas].fullmatch(digits):
        digits = digits.replace(".", "").replace(",", ".") if has_decimal_commas else digits.replace(",", "")
    elif has_decimal_commas and digits.count(",") == 1:
        digits = digits.replace(",", ".")
    return Decimal(match[2] + digits) if _NUMBER.fullmatch(digits) else None


def canonical(label: str) -> str:
    """Return the key by which labels are compared: numbers by value, true and false in any case, else the text."""
    text = label.strip()
    if _NUMBER.fullmatch(text):
        return str(Decimal(text).normalize(_EXACT) + Decimal(0))
    return text.casefold() if text.casefold() in ("true", "false") else text


def numbers_of(texts: Sequence[str], has_decimal_commas: bool) -> list[Decimal] | None:
    """Return the texts as numbers, or None where one of them is not a number, or their currency signs differ."""
    found: list[Decimal] = []
    for text in texts:
        number = as_number(text, has_decimal_commas=has_decimal_commas)
        if number is None:
            return None
        found.append(number)
    return found if len({sign_of(text) for text in texts}) <= 1 else None


def sign_of(text: str) -> str:
    """Return the signs of a currency or of percent of a number."""
    return "".join(character for character in text if character in "$€£¥%")


def _values_of_numbers(texts: Sequence[str], numbers: Sequence[Decimal]) -> Values:
    distinct = sorted(set(numbers))
    place = {number: place for place, number in enumerate(distinct)}
    has_sign = any(sign_of(text) for text in texts)
    are_codes = not has_sign and all(number == int(number) and 0 <= number <= LARGEST_VALUE for number in distinct)
    shortest: dict[Decimal, str] = {}
    for text, number in zip(texts, numbers, strict=True):
        written = text if has_sign else number_text(text, number)
        shortest[number] = min(shortest.get(number, written), written, key=lambda label: (len(label), label))
    return Values(
        labels=tuple(shortest[number] for number in distinct),
        place_of={text: place[number] for text, number in zip(texts, numbers, strict=True)},
        integers=tuple(map(int, distinct)) if are_codes else None,
        are_numbers=True,
    )


def number_text(text: str, number: Decimal) -> str:
    """Return the text that shows a number of a file: integers without a point."""
    if number == int(number) and number.copy_abs() < 10**15:
        return str(int(number))
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text
