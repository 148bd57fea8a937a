"""Reports as text: Markdown, and HTML for notebooks and pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from mesaprior.hypotheses.log.notices import printable
from mesaprior.hypotheses.phrases import sparkline
from mesaprior.hypotheses.tables import Cell, Table
from mesaprior.inference.report_blocks import Block, Line, Series

_TAGS = {"headline": "<p><b>{}</b></p>", "note": "<p>• {}</p>", "warning": "<p>⚠ {}</p>"}
_MARKS = {"headline": "**{}**", "note": "- {}", "warning": "- ⚠ {}", "definition": "- {}"}
_LISTED = ("note", "definition")
"""Kinds of lines that stand in a list, one below the other."""


def markdown(blocks: Iterable[Block], steps: Iterable[str] = ()) -> str:
    """Return blocks, and the steps that lead on, as Markdown with a line break at the end."""
    return "\n".join(_markdown_lines(blocks, list(steps))).strip() + "\n"


def html(blocks: Iterable[Block]) -> str:
    """Return blocks as a fragment of HTML; texts from files are escaped."""
    parts: list[str] = []
    for block in blocks:
        if isinstance(block, Table):
            parts.append(_html_table(block))
        else:
            text = series_text(block) if isinstance(block, Series) else str(block.text)
            tag = _TAGS.get(block.kind, "<p>{}</p>") if isinstance(block, Line) else "<pre>{}</pre>"
            parts.append(tag.format(escape(printable(text))))
    return "\n".join(parts)


def series_text(series: Series) -> str:
    """Return a series as a line of blocks with its ends and its scale; empty where it has nothing to say."""
    line, low, high = sparkline(series.values.tolist())
    if low != low:
        return ""
    first, last = series.ends or ("n = 0", f"{len(series.values) - 1}")
    return f"{series.name}  {first} {line} {last}  {low:+.2f} to {high:+.2f} {series.unit}"


def _markdown_lines(blocks: Iterable[Block], steps: list[str]) -> Iterator[str]:
    previous = ""
    for block in blocks:
        if isinstance(block, Table):
            yield from ("", f"## {_markdown_text(block.title)}", "") if block.title else ("",)
            yield from _markdown_table(block)
            previous = "table"
            continue
        kind = block.kind if isinstance(block, Line) else "series"
        text = series_text(block) if isinstance(block, Series) else str(block.text)
        if not (kind == previous and kind in _LISTED):
            yield ""
        previous = kind
        yield f"    {text}" if kind == "series" else _MARKS.get(kind, "{}").format(_markdown_text(text))
    if steps:
        yield from ("", "Next:", "", *(f"- `{step}`" for step in steps))


def _markdown_table(table: Table) -> Iterator[str]:
    yield _markdown_row([column.name for column in table.columns])
    yield f"|{'|'.join('---' if column.is_text else '---:' for column in table.columns)}|"
    for row in table.rows:
        yield _markdown_row(row)


def _markdown_row(cells: Iterable[Cell]) -> str:
    return f"| {' | '.join(map(_markdown_cell, cells))} |"


def _markdown_cell(cell: Cell) -> str:
    """Return a cell; the end of a line in it is a tag, since a row is one line."""
    return "<br>".join(_markdown_text(line).replace("|", "\\|") for line in str(cell).split("\n"))


def _markdown_text(text: str) -> str:
    """Return a text in which nothing is a mark of Markdown."""
    shown = printable(text)
    for mark in "\\`*_<[&~":
        shown = shown.replace(mark, f"\\{mark}")
    return shown


def _html_table(table: Table) -> str:
    def row(cells: Iterator[str], tag: str) -> str:
        return f"<tr>{''.join(f'<{tag}>{_html_lines(cell)}</{tag}>' for cell in cells)}</tr>"

    caption = f"<caption>{escape(printable(table.title))}</caption>" if table.title else ""
    head = row((column.name for column in table.columns), "th")
    body = "".join(row(map(str, cells), "td") for cells in table.rows)
    return f"<table>{caption}<thead>{head}</thead><tbody>{body}</tbody></table>"


def _html_lines(text: str) -> str:
    return "<br>".join(escape(printable(line)) for line in text.split("\n"))
