"""A prior as the laws see it: weights of single programs, without errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import MesapriorError
from mesaprior.priors.compiler import Program as Compiled
from mesaprior.priors.compiler import describe_weight
from mesaprior.priors.formula import Formula
from mesaprior.priors.laws.strategies import Program, as_columns
from mesaprior.priors.postfix import Step
from mesaprior.priors.prior import FormulaPrior


class Prior(Protocol):
    """What the laws need from a prior."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the census columns that the weight depends on."""
        ...

    def log2_weight(self, columns: Mapping[str, np.ndarray]) -> NDArray[np.float64]:
        """Return log2 of the weight of one program of each group, float64[G]."""
        ...


@dataclass(frozen=True)
class Weight:
    """The value of a prior for one program, whether or not it is a weight.

    Attributes
    ----------
    sign : float
        -1, 0 or 1; nan where the value is undefined.
    log2 : float
        log2 of the magnitude.
    """

    sign: float
    log2: float

    @property
    def is_proper(self) -> bool:
        """Whether this is a weight: a finite number from 0 upwards."""
        return self.sign >= 0 and self.log2 < np.inf

    def __str__(self) -> str:
        """Return the weight in words."""
        return describe_weight(self.sign, self.log2)


@dataclass(frozen=True, eq=False)
class Subject:
    """A prior that is checked against laws.

    Parameters
    ----------
    prior : Prior
    factor : float
        What its weights are multiplied by.
    """

    prior: Prior
    factor: float = 1.0

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a program needs here: length and time, and the others that the prior reads."""
        return ("length", "time", *(name for name in self.prior.columns if name not in ("length", "time")))

    @cached_property
    def landmarks(self) -> tuple[float, ...]:
        """Numbers near which a prior may change: those of the formula, and two to the power of these."""
        if not isinstance(self.prior, FormulaPrior):
            return ()
        written = [float(step.argument) for step in self.prior.formula.code if step.op == "number"]
        numbers = {*written, *self.prior.parameters.values()}
        return tuple(sorted(numbers | {2.0**number for number in numbers if 0 <= number <= 60}))

    def times(self, factor: float) -> Subject:
        """Return the same prior with every weight multiplied."""
        return self._scaled.setdefault(factor, replace(self, factor=factor))

    @cached_property
    def _scaled(self) -> dict[float, Subject]:
        return {}

    @cached_property
    def _compiled(self) -> Compiled | None:
        """The formula; None for a prior that is not one."""
        if not isinstance(self.prior, FormulaPrior):
            return None
        # The factor goes through the formula, as if a user had written it.
        factor = (Step("number", repr(self.factor), 1), Step("*", "", 1)) if self.factor != 1.0 else ()
        formula = self.prior.formula
        return Compiled(Formula(formula.text, (*formula.code, *factor)), self.prior.parameters)

    def weigh(self, programs: Sequence[Program]) -> list[Weight]:
        """Return the value of the prior for each program."""
        columns = as_columns(programs, self.columns)
        if self._compiled:
            sign, log2 = self._compiled.run(columns)
            return [Weight(float(s), float(l)) for s, l in zip(sign, log2, strict=True)]
        rows = ({name: column[k : k + 1] for name, column in columns.items()} for k in range(len(programs)))
        return [self._weigh_one(row) for row in rows]

    def _weigh_one(self, columns: Mapping[str, np.ndarray]) -> Weight:
        try:
            log2 = float(np.broadcast_to(self.prior.log2_weight(columns), 1)[0]) + float(np.log2(self.factor))
        except MesapriorError:
            log2 = np.nan
        if np.isnan(log2):
            return Weight(np.nan, np.nan)
        return Weight(float(log2 > -np.inf), log2)
