"""A prior: a formula with values for its parameters, which weighs the groups of a census."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.priors.catalogue import DEFAULT_PARAMETERS, catalogue, find_entry
from mesaprior.priors.formula import (
    COLUMNS,
    FUNCTIONS,
    LARGEST,
    SMALLEST,
    Formula,
    complain,
    parse_formula,
    suggestion,
)


@dataclass(frozen=True)
class Description:
    """What there is to show of a prior.

    Attributes
    ----------
    name, text, latex : str
        Name, formula as written, and in LaTeX.
    columns : tuple of str
        Census columns that it reads.
    parameters : dict of str to float
    meaning, source, normalizable : str
        As in the catalogue; "" where the prior is not of the catalogue.
    """

    name: str
    text: str
    latex: str
    columns: tuple[str, ...]
    parameters: dict[str, float]
    meaning: str
    source: str
    normalizable: str


@dataclass(frozen=True)
class FormulaPrior:
    """A prior over programs, given by a formula.

    Parameters
    ----------
    name : str
        Name of the catalogue, or the formula.
    text : str
        The formula.
    parameters : mapping of str to float
        Values; those of `DEFAULT_PARAMETERS` may be left out where the formula has them.

    Raises
    ------
    UsageError
        If the text is no formula, a parameter has no value, or a value belongs to no parameter or is out of range.
    """

    name: str
    text: str
    parameters: Mapping[str, float] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", _settle(self.formula, self.parameters))

    @cached_property
    def formula(self) -> Formula:
        """The parsed formula."""
        return parse_formula(self.text)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the census columns that the weight depends on."""
        return self.formula.columns

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return log2 of the weight of one program of each group.

        Parameters
        ----------
        columns : mapping of str to array[G]
            The columns of a census: those that the formula reads, and any others.

        Returns
        -------
        float64[G]
            -inf where the weight is 0.

        Raises
        ------
        UsageError
            If a column is missing, or a weight is negative, infinite or undefined.

        Notes
        -----
        Some 10 ns for each group and operation. A result does not depend on the other groups of the call.
        """
        missing = [name for name in self.columns if name not in columns]
        if missing:
            raise UsageError(
                f"prior {self.name!r} reads the column {missing[0]!r}, and these hypotheses have only "
                f"{', '.join(columns)}; use a prior over these, or another space."
            )
        # Numba is imported here, where something is worked out.
        from mesaprior.priors.compiler import Program, describe_weight

        sign, log2_weight = Program(self.formula, self.parameters).run(columns)
        wrong = np.flatnonzero(~(sign >= 0) | (log2_weight == np.inf))
        if len(wrong):
            row = int(wrong[0])
            place = ", ".join(f"{name} = {columns[name][row]}" for name in self.columns) or "every program"
            values = "".join(f", {name} = {value:g}" for name, value in self.parameters.items())
            weight = describe_weight(float(sign[row]), float(log2_weight[row]))
            raise UsageError(
                f"prior {self.name!r} gives the weight {weight} at {place}{values}; a weight must be a finite "
                "number from 0 upwards, so change the formula or its parameters."
            )
        return log2_weight

    def describe(self) -> Description:
        """Return what there is to show of this prior. Imports SymPy."""
        from mesaprior.priors.symbolic import latex

        entry = find_entry(self.name)
        return Description(
            name=self.name,
            text=self.text,
            latex=latex(self.formula),
            columns=self.columns,
            parameters=dict(self.parameters),
            meaning=entry.meaning if entry else "",
            source=entry.source if entry else "",
            normalizable=entry.normalizable if entry else "",
        )


def make_prior(name_or_formula: str, parameters: Mapping[str, float] | None = None) -> FormulaPrior:
    """Return the prior of a catalogue name, or of a formula.

    Raises
    ------
    UsageError
        If the text is neither, or the parameters do not fit; see `FormulaPrior`.

    Examples
    --------
    >>> make_prior("speed", {"alpha": 2}).text
    '2**-length * time**-alpha'
    """
    text = name_or_formula.strip()
    entry = find_entry(text)
    if entry:
        return FormulaPrior(entry.name, entry.text, parameters or {})
    names = [entry.name for entry in catalogue()]
    is_name = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text not in (*COLUMNS, *FUNCTIONS)
    if is_name or text.replace("-", "_") in names:
        near = suggestion(text.replace("-", "_"), (*names, *COLUMNS))
        raise UsageError(
            f"prior {text[:60]!r} is not in the catalogue{near}; the catalogue has {', '.join(names)}, and a formula "
            "such as 2**-length / time is a prior too."
        )
    return FormulaPrior(name_or_formula, name_or_formula, parameters or {})


def _settle(formula: Formula, given: Mapping[str, float]) -> dict[str, float]:
    """Return a value for each parameter of a formula, in its order."""
    for name, value in given.items():
        if name not in formula.parameters:
            raise UsageError(_not_a_parameter(name, formula))
        if not math.isfinite(value) or (value and not SMALLEST <= abs(value) <= LARGEST):
            raise UsageError(
                f"parameter {name} = {value:g} is out of range; 0 and magnitudes from {SMALLEST} to {LARGEST} are "
                f"allowed, so write another value: --param {name}=VALUE."
            )
    values = {**DEFAULT_PARAMETERS, **given}
    for name in formula.parameters:
        if name not in values:
            near = suggestion(name, (*COLUMNS, *FUNCTIONS, *DEFAULT_PARAMETERS))
            complain(
                formula.text,
                formula.place_of(name),
                f"{name[:40]!r} is no column and has no value{near}; the columns are {', '.join(COLUMNS)}, and a "
                f"parameter gets its value by --param {name[:40]}=VALUE",
            )
    return {name: float(values[name]) for name in formula.parameters}


def _not_a_parameter(name: str, formula: Formula) -> str:
    shown = repr(name[:40])
    if name in COLUMNS:
        return f"--param {shown} names a column of the census, which takes no value; remove it."
    if not formula.parameters:
        return f"the formula {formula.text[:60]!r} has no parameters, and --param gives {shown}; remove it."
    near = suggestion(name, formula.parameters)
    has = ", ".join(formula.parameters)
    return f"the formula has no parameter {shown}{near}; it has {has}, so give values to these only."
