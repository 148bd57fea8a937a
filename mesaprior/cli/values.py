"""Ranges as they are typed: the values of an axis (``0:8:0.1``, ``1:1024:*2``, ``0.01,0.05``), or a range."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import click

from mesaprior.cli.command import ParamType
from mesaprior.errors import UsageError

MOST_VALUES = 1_000_000
"""A list has at most so many."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)

HOW = "write numbers with commas, or start:stop:step, such as 0:8:0.1, or start:stop:*factor, such as 1:1024:*2"


class Axis(ParamType):
    """An axis with its values, written ``NAME=VALUES``."""

    name = "NAME=VALUES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, list[float]]:
        """Return the name and the values, ascending."""
        name, equals, values = str(value).partition("=")
        if not (equals and name.strip()):
            self.fail(
                f"{str(value)[:60]!r} is no axis; write its name and its values, such as alpha=0:8:0.1.", param, ctx
            )
        return axis_name(name), parse_values(values, axis_name(name))


def axis_name(text: str) -> str:
    """Return the name of an axis, whichever way the bound on bits is written."""
    return "max_bits" if text.strip() == "max-bits" else text.strip()


def parse_values(text: str, name: str) -> list[float]:
    """Return the values that a text lists, ascending.

    Parameters
    ----------
    text : str
        Parts with commas: numbers, and ranges ``start:stop:step`` or ``start:stop:*factor`` that include their stop
        up to rounding.
    name : str
        Of the axis, for messages.

    Raises
    ------
    UsageError
        If a part is neither, a range is empty or endless, a value stands twice, or there are too many.
    """
    values: list[float] = []
    for part in text.split(","):
        for value in _range(part, name) if ":" in part else [_decimal(part, part, name)]:
            values.append(float(value))
            if len(values) > MOST_VALUES:
                raise UsageError(
                    f"the axis {name!r} has more than {MOST_VALUES:,} values in {text[:60]!r}; take a larger step."
                )
    values.sort()
    for first, second in itertools.pairwise(values):
        if first == second:
            raise UsageError(f"the axis {name!r} has the value {first:g} twice in {text[:60]!r}; write it once.")
    return values


def parse_interval(text: str, name: str) -> tuple[float, float]:
    """Return the two ends of an interval written ``low:high``.

    Raises
    ------
    UsageError
        If the text is anything else, or the ends are not in order.
    """
    parts = text.split(":")
    if len(parts) != 2:
        raise UsageError(f"the range {text[:60]!r} of {name!r} is not understood; write low:high, such as 0:10.")
    low, high = (float(_decimal(part, text, name)) for part in parts)
    if not low < high:
        raise UsageError(f"the range {text[:60]!r} of {name!r} is empty; write the lower end first, such as 0:10.")
    return low, high


def parse_over(text: str, option: str) -> tuple[str, float | None, float | None]:
    """Return the name of what varies, and the two ends of its range if one is given: ``NAME`` or ``NAME=LOW:HIGH``.

    Parameters
    ----------
    text : str
    option : str
        Where it stands, for messages.

    Raises
    ------
    UsageError
        If the text is anything else.
    """
    name, equals, interval = text.partition("=")
    name = axis_name(name)
    if not name or (equals and not interval.strip()):
        raise UsageError(f"{option} {text[:60]!r} is not understood; write a name, or a name and a range: alpha=0:10.")
    return (name, *parse_interval(interval, name)) if equals else (name, None, None)


def _range(part: str, name: str) -> Iterator[Decimal]:
    """Yield the values of a range; decimals keep 0.1 + 0.2 at 0.3."""
    pieces = part.split(":")
    if len(pieces) != 3:
        raise UsageError(f"{part.strip()[:60]!r} among the values of {name!r} is not understood; {HOW}.")
    start, stop = (_decimal(piece, part, name) for piece in pieces[:2])
    is_factor = pieces[2].strip().startswith("*")
    step = _decimal(pieces[2].strip().removeprefix("*"), part, name)
    if stop < start:
        raise UsageError(f"the range {part.strip()[:60]!r} of {name!r} stops before it starts; {HOW}.")
    if is_factor and not (start > 0 and step > 1):
        raise UsageError(
            f"the range {part.strip()[:60]!r} of {name!r} never ends; start above 0 and take a factor above 1."
        )
    if not is_factor and step <= 0:
        raise UsageError(f"the range {part.strip()[:60]!r} of {name!r} never ends; take a step above 0.")
    slack = (start * (step - 1) if is_factor else step) / 10**9
    value, k = start, 0
    while value <= stop + slack:
        yield min(value, stop)
        if k > MOST_VALUES:
            return
        k += 1
        value = start * step**k if is_factor else start + k * step


def _decimal(text: str, whole: str, name: str) -> Decimal:
    if not _NUMBER.fullmatch(text.strip()):
        raise UsageError(f"{whole.strip()[:60]!r} among the values of {name!r} is not understood; {HOW}.")
    return Decimal(text.strip())
