"""Texts of witnesses, put together from the head tokens and arguments that the merged engine kept."""

from __future__ import annotations

from collections.abc import Sequence

from mesaprior.hypotheses.counting.gathering import ALIAS
from mesaprior.hypotheses.counting.nodes import Heads
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.program import format_lookup
from mesaprior.hypotheses.terms.tabulation import literal_of

EXTRA = 1 << 40
"""Nodes from here on are bodies of streamed levels that are kept for a witness only."""


def texts(grid: Grid, nodes: Heads, extra: Heads, roots: Heads, ids: Sequence[int]) -> list[str]:
    """Return the text of the program that each root stands for.

    Parameters
    ----------
    grid : Grid
    nodes, extra : Heads
        How stored classes, and the bodies numbered from `EXTRA` on, are put together.
    roots : Heads
        The same for whole programs.
    ids : sequence of int
        Which roots.

    Notes
    -----
    Every subterm is written once, so the cost is about a microsecond a root.
    """
    tokens = grid.language.tokens
    known: dict[int, str] = {}
    # Plain lists are several times faster than arrays where single entries are read.
    stored, extras, whole = (
        (heads.token.tolist(), heads.literal.tolist(), heads.arguments.T.tolist()) for heads in (nodes, extra, roots)
    )

    def compose(source: tuple[list[int], list[int], list[list[int]]], place: int) -> str:
        index = source[0][place]
        if index == ALIAS:
            return text(source[2][place][0])
        token = tokens[index]
        if token.kind == "lookup":
            return format_lookup(token, literal_of(token, source[1][place], grid))
        arity = token.arity
        if arity == 0:
            return token.name
        return f"({token.name} {' '.join([text(node) for node in source[2][place][:arity]])})"

    def text(node: int) -> str:
        if node not in known:
            known[node] = compose(extras, node - EXTRA) if node >= EXTRA else compose(stored, node)
        return known[node]

    return [compose(whole, index) for index in ids]
