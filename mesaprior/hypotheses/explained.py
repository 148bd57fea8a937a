"""One program, taken apart: what every space reports of it, as data for any output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesaprior.hypotheses.tables import Table

if TYPE_CHECKING:
    import numpy as np

    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space


@dataclass(frozen=True, eq=False)
class Explained:
    """A program on a log.

    Attributes
    ----------
    program : str
        Its text.
    n_actions : int
        A.
    columns : dict of str to int or float
        What a census has of it in its columns, in their order.
    predictions : dict of str to int64[R]
        Action on each row, or `ABSTAIN`, by variant; ``intact`` is the first.
    flags : dict of str to bool
        Lesion flags by name.
    parts : dict of str to Any
        What the space says of it beside, as plain data.
    headline : callable
        Given role and verdict, returns what it is and how large, in a line.
    lines : tuple of str
        Further lines.
    notes : tuple of str
        What one has to know to read the tables.
    tables : tuple of Table
        Its parts.
    changes : dict of str to int
        On how many training and later rows each intervention changes the action, by the column of a census.
    gloss : str
        What it does, in a phrase made from its syntax; empty where there is none.
    lesions : tuple of str or None
        What of it can be inverted, ``search`` and ``fit``; None where its space has neither.
    """

    program: str
    n_actions: int
    columns: dict[str, int | float]
    predictions: dict[str, np.ndarray]
    flags: dict[str, bool]
    parts: dict[str, Any]
    headline: Callable[[str, str], str]
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    changes: dict[str, int] = field(default_factory=dict[str, int])
    gloss: str = ""
    lesions: tuple[str, ...] | None = None


def explain_plainly(space: Space, text: str, log: ImitationLog) -> Explained:
    """Say of a program what every space knows: its measures, and what it does.

    Raises
    ------
    ContentError
        If it is not the text of a program of the space.
    """
    program = space.parse(text, log)
    meaning, measures = space.predict(program, log), space.measures(program, log)
    told = " · ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in measures.items())
    return Explained(
        program=space.format(program),
        n_actions=space.n_actions(log),
        columns=measures,
        predictions=meaning.predictions,
        flags=meaning.flags,
        parts={},
        gloss=space.gloss(text, log),
        lesions=() if space.has_lesions else None,
        headline=lambda role, verdict: f"{f'{role}, ' if space.has_lesions else ''}{verdict} · {told}",
    )
