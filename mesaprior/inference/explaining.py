"""The meaning of a report's columns and words, from the glossary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mesaprior.hypotheses.tables import Table
from mesaprior.inference.glossary import GLOSSARY, Term, term_of
from mesaprior.inference.report_blocks import Block, Line

WORDS = (
    *("teacher", "training row", "later row", "behaviour", "beyond the bound", "prior", "noise", "given for free"),
    *("posterior", "odds", "imitator", "planner", "learner", "planner+learner", "optimizer", "lesion", "sleeper"),
    *("faithful", "defecting", "erring", "unjudged", "stable", "evidence", "advantage", "rival", "crossover"),
)
"""Terms that sentences use and that are explained behind them; other terms name columns, or have a plain sense, too."""


def explained(blocks: Iterable[Block]) -> Iterator[Block]:
    """Yield blocks, behind each table what its columns mean, and last what other words mean that the blocks use.

    A column that the glossary does not know, such as one of another package's space, is skipped.
    """
    told: set[str] = set()
    texts: list[str] = []
    for block in blocks:
        yield block
        if isinstance(block, Table):
            for column in block.columns:
                if term := term_of(column.heading):
                    told.add(term.name)
                    yield _definition(column.name, term)
            texts += [str(cell) for row in block.rows for cell in row]
        elif isinstance(block, Line):
            texts.append(str(block.text))
    words = [word for word in WORDS if word not in told and _is_used(word, texts)]
    if words:
        yield Line("Words:")
    for word in words:
        yield _definition(word, GLOSSARY[word])


def _definition(name: str, term: Term) -> Line:
    return Line(f"{name or '(no heading)'}: {term}", "definition")


def _is_used(word: str, texts: Iterable[str]) -> bool:
    """Tell whether a word, or its plural, stands in some text."""
    pattern = re.compile(rf"(?<![\w+]){re.escape(word)}s?(?![\w+])", re.IGNORECASE)
    return any(pattern.search(text) for text in texts)
