"""The tokens of a term: bits and steps of each."""

from __future__ import annotations

from typing import Any

from mesaprior.hypotheses.tables import Column, Table
from mesaprior.hypotheses.terms.meaning import Explanation

_COLUMNS = ("text", "bits", "literal_bits", "steps")


def token_facts(found: Explanation) -> list[dict[str, Any]]:
    """Return the tokens as plain data."""
    return [dict(zip(_COLUMNS, token, strict=True)) for token in found.tokens]


def tokens_table(found: Explanation) -> Table:
    """Return the tokens as a table."""
    return Table(
        "Tokens",
        tuple(Column(name, is_text=name == "token", folds=True) for name in ("token", "bits", "literal bits", "steps")),
        [[text, str(bits), str(literal_bits or ""), str(steps)] for text, bits, literal_bits, steps in found.tokens],
    )
