"""The layout of a text: how cells are separated, and where the header is."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log.notices import shown

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "spaces"}
"""Possible delimiters, the likeliest first."""

_MOST_ABOVE = 5
"""Rows above the header at most."""

_SAMPLE = 1 << 16


@dataclass(frozen=True)
class Layout:
    """How a text is split into cells.

    Attributes
    ----------
    delimiter : str
        One character.
    start : int
        Where the first row that is no comment begins in the text.
    line : int
        Its line, from 1.
    n_above : int
        Rows from there that stand above the header, such as a title.
    remarks : tuple of str
        What was recognized.
    """

    delimiter: str
    start: int
    line: int
    n_above: int
    remarks: tuple[str, ...]

    @property
    def delimiter_name(self) -> str:
        """Name of the delimiter, in the plural."""
        return DELIMITERS.get(self.delimiter, shown(self.delimiter))


def layout_of(text: str, source: str) -> Layout:
    """Return how a text is split into cells.

    Raises
    ------
    ContentError
        If there is nothing in it but comments.

    Notes
    -----
    Of commas, semicolons, tabs, bars and spaces, the one is taken by which the most rows have equally many cells, more
    than one, and of several the one with the most cells. The header is the first row with so many cells, or one less
    where rows have names or a delimiter too many at their end. A line ``sep=;`` decides.
    """
    named, start, line = _before_rows(text, source)
    sample = text[start : start + _SAMPLE]
    is_cut = start + _SAMPLE < len(text)
    candidates = [named] if named else list(DELIMITERS)
    delimiter = max(candidates, key=lambda candidate: _fitness(sample, candidate, is_cut))
    if not named and not _fitness(sample, delimiter, is_cut)[0]:
        delimiter = ","
    rows = _rows(sample, delimiter, is_cut)
    n_above = _rows_above(rows)
    remarks: list[str] = []
    if delimiter != ",":
        remarks.append(f"Columns are separated by {DELIMITERS.get(delimiter, shown(delimiter))}.")
    if n_above:
        above = "; ".join(shown(" ".join(filter(None, row))) for row in rows[:n_above])
        remarks.append(f"What stands above the header is left out: {above}.")
    return Layout(delimiter, start, line, n_above, tuple(remarks))


def _before_rows(text: str, source: str) -> tuple[str | None, int, int]:
    """Return the delimiter that a line ``sep=`` names, if any, and where the first row begins: place and line."""
    start, line = 0, 1
    named: str | None = None
    for match in re.finditer(r"[^\r\n]*(?:\r\n|\r|\n|$)", text):
        content = match[0].strip()
        said = re.fullmatch(r'"?sep=(.)"?', match[0].strip("\r\n"), flags=re.IGNORECASE)
        if content and not content.startswith("#") and not said:
            break
        if said:
            named = said[1]
        if match.end() == len(text):
            raise ContentError(f"{source}: the file is empty; a log has a header and at least one row of choices.")
        start, line = match.end(), line + 1
    return named, start, line


def _rows(sample: str, delimiter: str, is_cut: bool) -> list[list[str]]:
    """Return the non-empty rows of a sample; without the last if the sample is truncated."""
    try:
        reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, skipinitialspace=True)
        rows = [row for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        return []
    rows = rows[:-1] if is_cut and len(rows) > 2 else rows
    return [row for row in rows if len(row) > 1 or not row[0].startswith("#")]


def _fitness(sample: str, delimiter: str, is_cut: bool) -> tuple[bool, float, int]:
    """Return how well a delimiter splits a sample: whether at all, the share of equally long rows, their cells."""
    widths = [len(row) for row in _rows(sample, delimiter, is_cut)]
    if not widths:
        return False, 0.0, 0
    width, n = max(Counter(widths).items(), key=lambda pair: (pair[1], pair[0]))
    # A header may lack a name for the names of rows; one that fits entirely is likelier.
    fitting = n + 0.5 * (widths[0] == width - 1)
    return width > 1, fitting / len(widths), width


def _rows_above(rows: list[list[str]]) -> int:
    """Return the number of rows above the header: they have fewer cells than most, or one where others have more."""
    if len(rows) < 3:
        return 0
    width = Counter(len(row) for row in rows).most_common(1)[0][0]
    for n, row in enumerate(rows[: min(_MOST_ABOVE, len(rows) - 2)]):
        filled, below = [bool(cell.strip()) for cell in row], rows[n + 1]
        is_title = (
            filled[0] and sum(filled) == 1 < width and all(cell.strip() for cell in below) and len(below) == width
        )
        if len(row) in (width, width - 1) and not is_title and (len(row) == width or len(below) == width):
            return n
    return 0
