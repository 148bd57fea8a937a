"""Reports for a person at the terminal, by Rich: nothing is cut, whatever the width."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

import rich.table
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from mesaprior.errors import Sentence
from mesaprior.hypotheses.log.notices import printable
from mesaprior.hypotheses.tables import Cell, Column, Styled, Table
from mesaprior.inference.rendering import series_text
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Line, Series

PIPED_WIDTH = 120
"""Width of tables where standard output is no terminal."""

LEAST_FOLDED = 24
"""Characters that a column of long texts keeps at least."""

_FRAMES_OF_TWO = 7
"""Characters that are no text in a table of two columns."""

COLLAPSED_FROM = 3
"""So many equal rows in a row are told once, with their number."""

STYLES = {"plain": "", "strong": "bold", "dim": "dim", "good": "green", "bad": "red", "caution": "yellow"}
"""How each style of a text is printed."""


_Parts = list[list[int]]
"""The columns of each of several tables."""


class PlainConsole(Console):
    """A console that prints texts as they are: brackets are no markup, and control characters are shown escaped.

    Texts of our own that have several styles are `rich.text.Text`.
    """

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text as what is printed."""
        lines = "\n".join(printable(line) for line in text.split("\n"))
        options["markup"] = options["emoji"] = False
        return super().render_str(lines, **options)


def console() -> Console:
    """Return the console of results."""
    return PlainConsole(width=None if sys.stdout.isatty() else PIPED_WIDTH, highlight=False, soft_wrap=False)


def print_report(report: Report) -> None:
    """Print what a person reads, and the steps that lead on last."""
    out = console()
    previous = ""
    for block in report.blocks():
        kind = block.kind if isinstance(block, Line) else "series" if isinstance(block, Series) else "table"
        if previous and previous != kind and ("series" in (kind, previous) or kind == "headline"):
            out.print()
        if isinstance(block, Table):
            if previous in ("about", "definition"):
                out.print()
            for part in _fitted(block, out.width):
                out.print(part)
        elif isinstance(block, Series):
            text = series_text(block)
            if not text:
                continue
            out.print(text)
        else:
            _print_line(out, block)
        previous = kind
    if report.steps:
        out.print()
    for place, step in enumerate(report.steps):
        out.print(f"{'      or' if place else 'Next:'} {step}", style="dim", soft_wrap=True)


def _print_line(out: Console, line: Line) -> None:
    match line.kind:
        case "headline":
            out.print(_text(line.text), style="bold", soft_wrap=True)
        case "about":
            out.print(_text(line.text), style="dim")
        case "note":
            out.print(Text.assemble("• ", _text(line.text)), soft_wrap=not out.is_terminal)
        case "definition":
            out.print(Text.assemble("  ", _text(line.text)), style="dim", soft_wrap=not out.is_terminal)
        case "warning":
            out.print(Text.assemble("! ", _text(line.text)), style="yellow", soft_wrap=not out.is_terminal)
        case "plain" | "summary":
            out.print(_text(line.text), soft_wrap=True)


def _text(cell: Cell | Sentence) -> Text:
    """Return a cell as Rich prints it; what is no character to be printed is escaped."""
    if isinstance(cell, Styled):
        text = Text(printable(cell.text), STYLES[cell.style])
        return text.append(f"  {printable(cell.remark)}", "dim") if cell.remark else text
    return Text("\n".join(printable(line) for line in str(cell).split("\n")))


def _fitted(table: Table, width: int) -> Iterator[rich.table.Table]:
    """Yield a table as Rich prints it; one too wide for the terminal in several parts, columns beside columns.

    Numbers are never cut and words never broken: columns of long texts fold, and what still does not fit goes into a
    further table, which repeats the columns that tell the rows apart.
    """
    counted = _collapsed(table)
    columns, rows = counted.columns, counted.rows
    cells = [[row[place] for row in rows] for place in range(len(columns))]
    least = [_least_width(column, cells[place], width) for place, column in enumerate(columns)]
    whole = [max(cell_len(column.name), _widest(cells[place])) for place, column in enumerate(columns)]
    title = table.title
    for part in _parts(columns, rows, least, width):
        widths = _widths([least[place] for place in part], [whole[place] for place in part], width - 3 * len(part) - 1)
        yield _drawn(counted, title, dict(zip(part, widths, strict=True)))
        title = ""


def _collapsed(table: Table) -> Table:
    """Return a table in which many equal rows in a row are one, with their number in a column behind."""
    marks = table.is_marked or [False] * len(table.rows)
    groups = [
        (list(row), is_marked, len(list(same)))
        for (row, is_marked), same in groupby(zip(map(tuple, table.rows), marks, strict=True))
    ]
    if not any(n >= COLLAPSED_FROM for _, _, n in groups):
        return table
    rows: list[list[Cell]] = []
    is_marked: list[bool] = []
    for row, mark, n in groups:
        is_one = n >= COLLAPSED_FROM
        for _ in range(1 if is_one else n):
            rows.append([*row, f"{n:,}" if is_one else ""])
            is_marked.append(mark)
    return Table(table.title, (*table.columns, Column("equal rows")), rows, is_marked)


def _least_width(column: Column, cells: Sequence[Cell], width: int) -> int:
    """Return the characters that a column needs at least: its longest word, or cell where it does not fold.

    A word in a column that folds counts as far as such a column and one like it fit into the width.
    """
    heading = max(map(cell_len, column.name.split()), default=0)
    widest = _widest(cells)
    if not column.folds:
        return max(heading, widest)
    word = max((cell_len(word) for cell in cells for word in _text(cell).plain.split()), default=0)
    return max(heading, min(widest, LEAST_FOLDED), min(word, (width - _FRAMES_OF_TWO) // 2))


def _widest(cells: Sequence[Cell]) -> int:
    """Return the characters of the widest cell."""
    return max((cell_len(line) for cell in cells for line in _text(cell).plain.split("\n")), default=0)


def _widths(least: Sequence[int], whole: Sequence[int], room: int) -> list[int]:
    """Return the width of each column: the whole of it, or if there is no room, the widest shrink to one width.

    None becomes narrower than its least; whatever is left over goes to the first that can use it.
    """
    if sum(whole) <= room:
        return list(whole)

    def shrunk(level: int) -> list[int]:
        return [max(low, min(high, level)) for low, high in zip(least, whole, strict=True)]

    level = max((one for one in range(max(whole)) if sum(shrunk(one)) <= room), default=0)
    widths = shrunk(level)
    for place, high in enumerate(whole):
        if sum(widths) < room and level <= widths[place] < high:
            widths[place] += 1
    return widths


def _parts(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], least: Sequence[int], width: int) -> _Parts:
    """Return the columns of each table, as many as fit beside each other into the width."""

    def needed(places: Sequence[int]) -> int:
        return sum(least[place] + 3 for place in places) + 1

    every = list(range(len(columns)))
    if needed(every) <= width:
        return [every]
    key = next(
        key
        for key in (_telling_columns(columns, rows), [_name_column(columns)], [])
        if not key or all(needed([*key, place]) <= width for place in every if place not in key)
    )
    parts: _Parts = [[]]
    for place in every:
        if place in key:
            continue
        if parts[-1] and needed([*parts[-1], place, *key]) > width:
            parts.append([])
        parts[-1].append(place)
    return [sorted([*part, *key]) for part in parts]


def _name_column(columns: Sequence[Column]) -> int:
    """Return the column that most likely names the rows: the first of long texts, or of texts."""
    every = range(len(columns))
    return next((place for place in every if columns[place].folds), next((p for p in every if columns[p].is_text), 0))


def _telling_columns(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Return the columns that tell the rows apart: the one that names them, or as many of the first as it takes."""
    name = _name_column(columns)
    for key in ([name], *(list(range(n)) for n in range(1, len(columns)))):
        if len({tuple(row[place] for place in key) for row in rows}) == len(rows):
            return key
    return [name]


def _drawn(table: Table, title: str, widths: Mapping[int, int]) -> rich.table.Table:
    """Return columns of a table, each in its width."""
    drawn = rich.table.Table(title=Text(printable(title)) if title else None, title_justify="left", title_style="bold")
    for place, width in widths.items():
        column = table.columns[place]
        drawn.add_column(
            Text(printable(column.name)),
            justify="left" if column.is_text else "right",
            overflow="fold",
            width=width,
        )
    for row, is_marked in zip(table.rows, table.is_marked or [False] * len(table.rows), strict=True):
        drawn.add_row(*(_text(row[place]) for place in widths), style="red" if is_marked else "")
    return drawn
