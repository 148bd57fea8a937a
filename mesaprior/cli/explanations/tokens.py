"""The tokens of a term: bits and steps of each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesaprior.hypotheses.terms.meaning import Explanation

if TYPE_CHECKING:
    from rich.table import Table

_COLUMNS = ("text", "bits", "literal_bits", "steps")


def token_facts(found: Explanation) -> list[dict[str, Any]]:
    """Return the tokens as plain data."""
    return [dict(zip(_COLUMNS, token, strict=True)) for token in found.tokens]


def tokens_table(found: Explanation) -> Table:
    """Return the tokens as a table."""
    from rich.table import Table

    table = Table(title="Tokens", title_justify="left")
    for name in ("token", "bits", "literal bits", "steps"):
        table.add_column(name, justify="left" if name == "token" else "right", overflow="fold")
    for text, bits, literal_bits, steps in found.tokens:
        table.add_row(text, str(bits), str(literal_bits or ""), str(steps))
    return table
