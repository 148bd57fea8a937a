"""The records of a claim: its argument, its worlds, the measurement in each, the verdict's rule, and its findings."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.inference.claims.rules import Rule
from mesaprior.inference.claims.sources import Source
from mesaprior.inference.figures.figure import Figure, quartiles

if TYPE_CHECKING:
    import pandas as pd

BASE = "base"
"""Name in a table of the cells in which every parameter has its base value."""

BOUND = "bound"
"""Name in a table of the cells at shorter length bounds, all else at its base."""

CONTROL = "control"
"""Name of the cells of the negative control: targets without the structure that the argument is about."""

PLANTED = "planted"
"""Name of the cells in which the laws of the argument are planted: one token each, not named among a family."""

_BESIDE = "beside: "


def beside(label: str) -> str:
    """Return the name of the cells that stand beside the base: another noise, another charge, other targets."""
    return f"{_BESIDE}{label}"


def label_beside(parameter: str) -> str | None:
    """Return the label that `beside` was given, None for any other name of cells."""
    return parameter.removeprefix(_BESIDE) if parameter.startswith(_BESIDE) else None


@dataclass(frozen=True)
class Parameter:
    """A parameter that a claim varies, one at a time.

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

    def __post_init__(self) -> None:
        assert self.base in self.values, f"the base {self.base} of {self.name} is none of its values"
        assert list(self.values) == sorted(set(self.values)), f"the values of {self.name} do not ascend"


@dataclass(frozen=True)
class Size:
    """The size of a run.

    Attributes
    ----------
    n_worlds : int
        Seeds 0, 1, ...; each has laws and a language of its own (in the first edition the tokens of odd ones cost up to
        a bit more each).
    max_bits : int
        Length bound of the census at the base; where tokens are dearer a claim may count somewhat longer programs.
        Where `is_beyond` is set it is counted from the dearest program that a world is about.
    parameters : tuple of Parameter
    is_beyond : bool
    """

    n_worlds: int
    max_bits: int
    parameters: tuple[Parameter, ...]
    is_beyond: bool = False

    @property
    def bound_text(self) -> str:
        """How long the programs are that are counted."""
        return f"up to {self.max_bits} bits" + (" beyond the dearest that a world is about" if self.is_beyond else "")

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
    """One measurement in one world.

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
        What the world's language gives for free, as `Language.ledger` has it; with `effective_bits`, what a law pins
        down of the actions, where a claim knows it.
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
    untested : str
        What the claim does not test, in a sentence or two.
    measured : str
        How the argument is made computable, in a sentence or two: what stands for what.
    sources : tuple of Source
        Who made the argument.
    prior_work : tuple of Source
        What comes nearest to what the claim does.
    edition : int
        1 where laws are planted at the price of a token, 2 where they come from families at a fair price.
    changed : str
        What the second edition asks that the first did not, in a sentence.
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
    untested: str = ""
    measured: str = ""
    sources: tuple[Source, ...] = ()
    prior_work: tuple[Source, ...] = ()
    edition: int = 1
    changed: str = ""
    settles_within: float = 1.0


@dataclass(frozen=True)
class Sensitivity:
    """How the answer changes with one parameter, with all others at their base.

    Attributes
    ----------
    parameter : Parameter
    shares : tuple of float
        Share of the worlds in which the argument holds, at each value of the parameter.
    medians : tuple of float
        Median margin, at each value.
    flips : tuple of float
        Where the argument goes over from holding in most worlds to not doing so, or back: between two values, by a
        straight line through the medians where they are finite.
    """

    parameter: Parameter
    shares: tuple[float, ...]
    medians: tuple[float, ...]
    flips: tuple[float, ...]

    @property
    def effect(self) -> tuple[float, float]:
        """The range of the share of worlds over the values, then the range of the finite medians."""
        finite = [median for median in self.medians if math.isfinite(median)]
        return max(self.shares) - min(self.shares), max(finite, default=0.0) - min(finite, default=0.0)


@dataclass(frozen=True)
class FormulaCheck:
    """The simple formula beside the exact count.

    Attributes
    ----------
    n_cells : int
        Cells in which both are finite.
    median_difference : float
        Median of the margin less the prediction, in the unit of the margin; nan without such cells.
    largest_difference : float
        The largest absolute one.
    agreement : float
        Share of these cells in which both are above 0, or neither is.
    """

    n_cells: int
    median_difference: float
    largest_difference: float
    agreement: float


@dataclass(frozen=True)
class SecondLine:
    """A verdict beside the main one: of the control, of planted laws, or of a row beside the base.

    Attributes
    ----------
    label : str
    verdict : str
    share : float
        Share of the worlds in which the argument holds.
    median : float
        Median margin.
    """

    label: str
    verdict: str
    share: float
    median: float


@dataclass(frozen=True)
class Findings:
    """All that a claim found at one size.

    Attributes
    ----------
    claim : Claim
    size_name : str
    size : Size
    table : pandas.DataFrame
        Columns `world`, `parameter`, `value`, `margin`, `predicted` and the claim's own; a row for each cell.
    verdict : str
    share : float
        Of the worlds, that the verdict rests on.
    interval : tuple of float
        95 % interval of that share over all worlds that could have been drawn, by Wilson's score.
    mark : str
        `SETTLED` where the margin has settled along the length bound in at least three quarters of the worlds, else
        `PROVISIONAL`.
    spread : float
        Range between the quartiles of the margin over the worlds, whose languages and laws all differ; nan where it is
        infinite.
    lines : tuple of SecondLine
        The control, planted laws, and the rows beside the base, in the order of the table.
    sensitivities : tuple of Sensitivity
        Of every parameter, the most sensitive first.
    formula : FormulaCheck
    stable_share : float
        Share of the worlds whose margin has settled along the length bound.
    ledger : list of dict
        For each token with a supplied table its `name` and `literal_bits`, and the `least_charged_bits` and
        `most_charged_bits` over the worlds; `effective_bits` where the claim knows what a law pins down.
    """

    claim: Claim
    size_name: str
    size: Size
    table: pd.DataFrame
    verdict: str
    share: float
    interval: tuple[float, float]
    mark: str
    spread: float
    lines: tuple[SecondLine, ...]
    sensitivities: tuple[Sensitivity, ...]
    formula: FormulaCheck
    stable_share: float
    ledger: list[dict[str, Any]]

    @property
    def figure(self) -> Figure:
        """The figure of the result."""
        return self.claim.draw(self.table, self.size)

    @property
    def sentences(self) -> str:
        """The result in two sentences."""
        return self.claim.tell(self)

    def median(self, column: str = "margin", parameter: str = BASE, value: float = 0.0) -> float:
        """Return the median of a column over the worlds, at the base or where a parameter has a value."""
        rows = self.table[(self.table["parameter"] == parameter) & (self.table["value"] == value)]
        return quartiles(rows[column].tolist())[1]


SIZES = ("small", "default", "large")
"""Names of the sizes of a claim: for tests, for two cores within two minutes, and for longer runs."""


def jitter_of(seed: int) -> int:
    """Return the largest extra price of tokens in a world, in bits: 0 in even worlds, 1 in odd ones."""
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
