"""One program, taken apart: what every space says of it. Each space has a module here that says its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from mesaprior.cli.options import SPACES, SpaceOptions
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from rich.table import Table

    from mesaprior.hypotheses.log import ImitationLog


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
    tables : callable
        Returns its parts as tables.
    changes : dict of str to int
        On how many training and later rows each intervention changes the action, by the column of a census.
    """

    program: str
    n_actions: int
    columns: dict[str, int | float]
    predictions: dict[str, np.ndarray]
    flags: dict[str, bool]
    parts: dict[str, Any]
    headline: Callable[[str, str], str]
    lines: tuple[str, ...]
    tables: Callable[[], Iterable[Table]]
    changes: dict[str, int] = field(default_factory=dict)


class Explaining(Protocol):
    """What the module of a space has.

    Attributes
    ----------
    OPTIONS : tuple of str
        Options of spaces that it understands.
    COLUMNS : tuple of str
        Columns that a prior may read.
    """

    OPTIONS: tuple[str, ...]
    COLUMNS: tuple[str, ...]

    def explain(self, program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
        """Take a program apart, given as text."""
        ...


def explaining(asked: SpaceOptions) -> Explaining:
    """Return what takes the programs of the space asked for apart.

    Raises
    ------
    UsageError
        If there is none, or an option does not go with it.
    """
    name = asked.space or SPACES[0]
    if find_spec(f"{__name__}.{name}") is None:
        known = [other for other in SPACES if find_spec(f"{__name__}.{other}") is not None]
        raise UsageError(f"--space {name} has programs that cannot be taken apart yet; there are {', '.join(known)}.")
    module: Any = importlib.import_module(f"{__name__}.{name}")
    for option in asked.given:
        if option not in module.OPTIONS:
            raise UsageError(f"{option} does not go with a program of --space {name}; leave it out.")
    return module
