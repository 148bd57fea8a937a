"""What a claim is: an argument, the worlds it is about, what is measured in each, and the rule for the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.inference.claims.rules import Rule
from mesaprior.inference.figure import Figure

if TYPE_CHECKING:
    import pandas as pd

    from mesaprior.inference.claims.findings import Findings

BASE = "base"
"""Name in a table of the cells in which every parameter has its base value."""

BOUND = "bound"
"""Name in a table of the cells at shorter length bounds, all else at its base."""


@dataclass(frozen=True)
class Parameter:
    """Something that a claim varies, one thing at a time.

    Attributes
    ----------
    name : str
    base : float
    values : tuple of float
        Ascending; the base is one of them.
    meaning : str
        A phrase, with the unit.
    """

    name: str
    base: float
    values: tuple[float, ...]
    meaning: str

    def __post_init__(self):
        assert self.base in self.values, f"the base {self.base} of {self.name} is none of its values"
        assert list(self.values) == sorted(set(self.values)), f"the values of {self.name} do not ascend"


@dataclass(frozen=True)
class Size:
    """How much is asked.

    Attributes
    ----------
    n_worlds : int
        Seeds 0, 1, ...; the tokens of odd ones cost up to a bit more each, drawn for each.
    max_bits : int
        Length bound of the census at the base; where tokens are dearer a claim may count somewhat longer programs.
    parameters : tuple of Parameter
    """

    n_worlds: int
    max_bits: int
    parameters: tuple[Parameter, ...]

    @property
    def bases(self) -> dict[str, float]:
        """The base value of every parameter by its name."""
        return {parameter.name: parameter.base for parameter in self.parameters}

    def departures(self) -> Iterator[tuple[str, float]]:
        """Yield the name of each parameter with each of its values but the base."""
        for parameter in self.parameters:
            yield from ((parameter.name, value) for value in parameter.values if value != parameter.base)

    def base(self, name: str) -> float:
        """Return the base value of a parameter."""
        return self.bases[name]

    def values(self, name: str) -> tuple[float, ...]:
        """Return the values of a parameter."""
        return next(parameter.values for parameter in self.parameters if parameter.name == name)


@dataclass(frozen=True)
class Cell:
    """What was measured in one world, once.

    Attributes
    ----------
    parameter : str
        What departs from its base: a parameter's name, `BASE` where nothing does, `BOUND` at a shorter length bound,
        or the name of a series that the figure needs.
    value : float
        Its value; 0 where nothing departs.
    margin : float
        Above 0 where the argument holds, see `Claim.margin`; infinite where one side has nothing, nan where both.
    predicted : float
        The margin that the simple formula predicts; nan where it says nothing.
    facts : mapping of str to float or str
        What else is worth a column; the same names in every cell of a claim.
    """

    parameter: str
    value: float
    margin: float
    predicted: float
    facts: Mapping[str, float | str]


@dataclass(frozen=True)
class WorldStudy:
    """All that a claim measures in one world.

    Attributes
    ----------
    cells : list of Cell
        One at the base; one for each parameter and value with all else at its base, but the base value may be left out;
        the margins at shorter length bounds; what else the figure needs.
    given : list of dict
        What the world's language gives for free, as `Language.ledger` has it.
    """

    cells: list[Cell]
    given: list[dict[str, Any]]


@dataclass(frozen=True)
class Claim:
    """An argument made computable.

    Attributes
    ----------
    name : str
    argument : str
        The argument, in a sentence or two.
    worlds : str
        What is drawn for each world, and who competes in it.
    given : str
        What is given for free, and at what price.
    margin : str
        What the margin is, with the unit.
    rule : Rule
        How the verdict follows from the margins.
    formula : str
        The simple formula that predicts the margin.
    sizes : mapping of str to Size
        By `SIZES`.
    study : callable
        Measure one world: a `WorldStudy` from its seed and a `Size`. It must depend on nothing else.
    draw : callable
        The figure that carries the point, from the table.
    tell : callable
        What was found, in two sentences, from the findings.
    settles_within : float
        How far apart margins at the last length bounds may be and count as settled, in the unit of the margin.
    """

    name: str
    argument: str
    worlds: str
    given: str
    margin: str
    rule: Rule
    formula: str
    sizes: Mapping[str, Size]
    study: Callable[[int, Size], WorldStudy]
    draw: Callable[[pd.DataFrame, Size], Figure]
    tell: Callable[[Findings], str]
    settles_within: float = 1.0


SIZES = ("small", "default", "large")
"""Names of the sizes that a claim has: for tests, for two cores within two minutes, and for who has more time."""


def jitter_of(seed: int) -> int:
    """Return by how many bits at most the tokens of a world are dearer: none in even worlds, one bit in odd ones."""
    return seed % 2


def at_base(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table where every parameter has its base value, one for each world."""
    return table.loc[table["parameter"] == BASE]


def mean_at_base(table: pd.DataFrame, column: str) -> float:
    """Return the mean of a column over the worlds, where every parameter has its base value."""
    return float(at_base(table)[column].to_numpy(np.float64).mean())


def along(table: pd.DataFrame, parameter: str, column: str = "margin") -> tuple[list[float], list[Sequence[float]]]:
    """Return the values of a parameter or series, ascending, and a column's numbers over the worlds at each."""
    rows = table[table["parameter"] == parameter]
    values = sorted(set(rows["value"]))
    return values, [rows.loc[rows["value"] == value, column].tolist() for value in values]
