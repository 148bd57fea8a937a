"""A prior: a formula with values for its parameters, which weighs the groups of a census."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import Named, UsageError
from mesaprior.priors.catalogue import DEFAULT_PARAMETERS, catalogue, find_entry
from mesaprior.priors.columns import columns
from mesaprior.priors.formula import (
    FUNCTIONS,
    LARGEST,
    SMALLEST,
    Formula,
    complain,
    is_in_range,
    number_text,
    parse_formula,
    suggestion,
)


@dataclass(frozen=True)
class Description:
    """The display data of a prior.

    Attributes
    ----------
    name, text, latex : str
        Name, formula as written, and in LaTeX.
    columns : tuple of str
        Census columns that it reads.
    parameters : dict of str to float or None
        None where the formula has a parameter without a value.
    meaning, source, normalizable : str
        As in the catalogue; "" where the prior is not of the catalogue.
    """

    name: str
    text: str
    latex: str
    columns: tuple[str, ...]
    parameters: Mapping[str, float | None]
    meaning: str
    source: str
    normalizable: str


@dataclass(frozen=True)
class FormulaPrior:
    """A prior over programs, given by a formula.

    Parameters
    ----------
    name : str
        Name in the catalogue, or the formula.
    text : str
        The formula.
    parameters : mapping of str to float
        Values; those in `DEFAULT_PARAMETERS` may be left out.

    Raises
    ------
    UsageError
        If the text is no formula, a parameter has no value, or a value belongs to no parameter or is out of range.
    """

    name: str
    text: str
    parameters: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)

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

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> NDArray[np.float64]:
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
        Some 10 ns for each group. A result does not depend on the other groups of the call.
        """
        missing = [name for name in self.columns if name not in columns]
        if missing:
            raise UsageError(
                f"prior {self.name!r} reads the column {missing[0]!r}, and these hypotheses have only "
                f"{', '.join(columns)}; use a prior over these, or another space."
            )
        # Numba is imported here, where something is computed.
        from mesaprior.priors.compiler import Program, describe_weight

        program = Program(self.formula, self.parameters)
        log2_weight, row = program.weigh(columns)
        if row >= 0:
            sign, log2_magnitude = program.run({name: columns[name][row : row + 1] for name in columns})
            place = ", ".join(f"{name} = {columns[name][row]}" for name in self.columns) or "every program"
            values = "".join(f", {name} = {value:g}" for name, value in self.parameters.items())
            weight = describe_weight(float(sign[0]), float(log2_magnitude[0]))
            raise UsageError(
                f"prior {self.name!r} gives the weight {weight} at {place}{values}; a weight must be a finite "
                "number from 0 upwards, so change the formula or its parameters."
            )
        return log2_weight


def describe_prior(name_or_formula: str, parameters: Mapping[str, float] | None = None) -> Description:
    """Return the display data of a prior, also without values of parameters. Imports SymPy.

    Raises
    ------
    UsageError
        If the text is neither a name nor a formula, or a constant that is no weight, or a value belongs to no parameter
        or is out of range.
    """
    from mesaprior.priors.symbolic import latex

    name, text = _resolve(name_or_formula)
    formula = parse_formula(text)
    values = check_parameters(formula, parameters or {})
    entry = find_entry(name)
    if entry is None and not formula.columns and not formula.parameters:
        # What is no weight here is one nowhere.
        FormulaPrior(name, text).log2_weight({"length": np.ones(1, dtype=np.int64)})
    return Description(
        name=name,
        text=formula.text,
        latex=latex(formula),
        columns=formula.columns,
        parameters={parameter: values.get(parameter) for parameter in formula.parameters},
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
    name, text = _resolve(name_or_formula)
    return FormulaPrior(name, text, parameters or {})


def check_parameters(formula: Formula, given: Mapping[str, float]) -> dict[str, float]:
    """Return the values given for a formula, and the default ones.

    Raises
    ------
    UsageError
        If a value belongs to no parameter of the formula, or is out of range.
    """
    for name, value in given.items():
        if name not in formula.parameters:
            raise UsageError(*_not_a_parameter(name, formula))
        if not is_in_range(value):
            raise UsageError(
                f"parameter {name} = {number_text(value)} is out of range; 0 and magnitudes from {SMALLEST} to "
                f"{LARGEST} are allowed, so write another value: ",
                Named(f"{name}=VALUE", f"--param {name}=VALUE"),
                ".",
            )
    return {**DEFAULT_PARAMETERS, **given}


def _resolve(name_or_formula: str) -> tuple[str, str]:
    """Return name and formula of a typed name of the catalogue or formula."""
    text = name_or_formula.strip()
    entry = find_entry(text)
    if entry:
        return entry.name, entry.text
    names = [entry.name for entry in catalogue()]
    is_name = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text not in (*columns(), *FUNCTIONS)
    if is_name or text.replace("-", "_") in names:
        near = suggestion(text.replace("-", "_"), (*names, *columns()))
        raise UsageError(
            f"prior {text[:60]!r} is not in the catalogue{near}; the catalogue has {', '.join(names)}, and a formula "
            "such as 2**-length / time is a prior too."
        )
    return name_or_formula, name_or_formula


def _settle(formula: Formula, given: Mapping[str, float]) -> dict[str, float]:
    """Return a value for each parameter of a formula, in its order."""
    values = check_parameters(formula, given)
    for name in formula.parameters:
        if name not in values:
            near = suggestion(name, (*columns(), *FUNCTIONS, *DEFAULT_PARAMETERS))
            near = near or suggestion(name, (entry.name for entry in catalogue()), cutoff=0.8)
            complain(
                formula.text,
                formula.place_of(name),
                f"{name[:40]!r} is no column and has no value{near}; the columns are {', '.join(columns())}, and a "
                "parameter gets its value by ",
                Named(f"{name[:40]}=VALUE", f"--param {name[:40]}=VALUE"),
            )
    return {name: float(values[name]) for name in formula.parameters}


def _not_a_parameter(name: str, formula: Formula) -> tuple[str | Named, ...]:
    """Return the error about a value without a parameter in the formula."""
    shown = repr(name[:40])
    given = Named(shown, f"--param {shown}")
    if name in columns():
        return given, " names a column of the census, which takes no value; remove it."
    if not formula.parameters:
        return f"the formula {formula.text[:60]!r} has no parameters, and ", given, " is given; remove it."
    near = suggestion(name, formula.parameters)
    has = ", ".join(formula.parameters)
    return (f"the formula has no parameter {shown}{near}; it has {has}, so give values to these only.",)
