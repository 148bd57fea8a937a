"""Tables about a program, for the terminal."""

from __future__ import annotations

import rich.table

from mesaprior.hypotheses.explained import Table


def as_rich(table: Table) -> rich.table.Table:
    """Return a table as Rich prints it; rows that are marked are red."""
    drawn = rich.table.Table(title=table.title, title_justify="left")
    for column in table.columns:
        drawn.add_column(
            column.name,
            justify="left" if column.is_text else "right",
            overflow="fold" if column.folds else "ellipsis",
        )
    for row, is_marked in zip(table.rows, table.is_marked or [False] * len(table.rows), strict=True):
        drawn.add_row(*map(str, row), style="red" if is_marked else "")
    return drawn
