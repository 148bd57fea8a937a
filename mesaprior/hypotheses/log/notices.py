"""Notices about a file: faults and warnings, each with the options that fix it."""

from __future__ import annotations

import csv
import io
import re
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mesaprior.errors import ContentError

LONGEST_SHOWN = 60
"""Characters of a name or a cell that a message repeats at most."""

TOO_LONG = "a number of thousands of digits"
"""Stands for what Python writes in no decimals."""

_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.,=:/+-]+")


@dataclass(frozen=True)
class Option:
    """A setting that fixes a fault: an argument in Python, an option at the command line.

    Attributes
    ----------
    name : str
        Such as ``drop``.
    values : tuple of str
        At least one.
    is_given : bool
        Whether it was given, and would have to be left out instead.
    """

    name: str
    values: tuple[str, ...]
    is_given: bool = False

    def __str__(self) -> str:
        return f"{self.name}={(self.values[0] if len(self.values) == 1 else self.values)!r}"

    def typed(self) -> str:
        """Return it as it is typed at the command line."""
        joined = joined_by_commas(self.values)
        return f"--{self.name.replace('_', '-')} {joined if _PLAIN_WORD.fullmatch(joined) else shlex.quote(joined)}"


def option(name: str, *values: str) -> Option:
    """Return a setting with these values."""
    return Option(name, values)


def given(name: str, *values: str) -> Option:
    """Return a setting with these values that was given and would have to be left out."""
    return Option(name, values, is_given=True)


def joined_by_commas(values: Sequence[str]) -> str:
    """Return values with commas between them; one with a comma in it stands in double quotes, as in a CSV."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(values)
    return line.getvalue()


@dataclass(frozen=True)
class Notice:
    """One sentence about a file.

    Attributes
    ----------
    parts : tuple of str or Option
        The sentence in pieces, without its full stop.
    """

    parts: tuple[str | Option, ...]

    @property
    def options(self) -> list[Option]:
        """The options that can be added, the best first."""
        return [part for part in self.parts if isinstance(part, Option) and not part.is_given]

    def __str__(self) -> str:
        return "".join(map(str, self.parts)) + "."

    def typed(self) -> str:
        """Return the sentence with options as they are typed at the command line."""
        return "".join(part.typed() if isinstance(part, Option) else part for part in self.parts) + "."


def notice(*parts: str | Option) -> Notice:
    """Return a notice made of these pieces."""
    return Notice(parts)


class FileError(ContentError):
    """A file cannot be read as a log (exit code 1); one message lists all its faults.

    Parameters
    ----------
    source : str
        Name of the file.
    faults : sequence of Notice
        At least one.
    """

    def __init__(self, source: str, faults: Sequence[Notice]):
        self.source = source
        self.faults: tuple[Notice, ...] = tuple(faults)
        super().__init__(self._listed(str, ", "))

    def typed(self) -> str:
        """Return the message with options as they are typed at the command line."""
        return self._listed(lambda part: part.typed(), " ")

    def _listed(self, written: Callable[[Notice | Option], str], between: str) -> str:
        if len(self.faults) == 1:
            return f"{self.source}: {written(self.faults[0])}"
        lines = [f"{self.source}: {len(self.faults)} things keep this file from being read."]
        lines += [f"  - {written(fault)}" for fault in self.faults]
        options = list(dict.fromkeys(fault.options[0] for fault in self.faults if fault.options))
        if len(options) > 1:
            lines.append(f"  Together: {between.join(map(written, _joined(options)))}")
        return "\n".join(lines)


def _joined(options: Sequence[Option]) -> list[Option]:
    """Return options each once, with all their values."""
    values: dict[str, list[str]] = {}
    for one in options:
        values.setdefault(one.name, []).extend(one.values)
    return [Option(name, tuple(dict.fromkeys(own))) for name, own in values.items()]


def shown(text: object) -> str:
    """Return a name or a cell in quotes for a message: unprintable characters are escaped, long texts are cut."""
    try:
        return repr(shortened(str(text)))
    except ValueError:
        return TOO_LONG


def told(value: object) -> str:
    """Return a value of a file as Python writes it, for a message: long values are cut."""
    try:
        return shortened(repr(value))
    except ValueError:
        return TOO_LONG


def shortened(text: str, longest: int = LONGEST_SHOWN) -> str:
    """Return a text cut with an ellipsis where it is longer than that many characters."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def printable(text: str) -> str:
    """Return a text with unprintable characters, such as control characters, as escapes."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def inert(cell: object) -> object:
    """Return a cell of a table for people such that a spreadsheet shows it and does not run it.

    A text that would be read as a formula gets an apostrophe in front, which a spreadsheet takes for the sign of a
    text. Numbers stay as they are, also those written as texts, such as ``-inf``, and so do signs that stand alone.
    """
    if not isinstance(cell, str) or len(cell) == 1 or not cell.startswith(("=", "+", "-", "@", "\t", "\r")):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def number_of(n: int, noun: str) -> str:
    """Return a number with its noun: ``1 row``, ``2,000 rows``."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"
