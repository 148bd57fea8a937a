"""Outcomes of a rollout in a world: probabilities of events on the way, and their record."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.worlds.ground import Place

COLUMNS = ("defections", "errors", "questions", "ungraded", "any_defection", "untold", "locked_in")
"""What is written down at each step."""


@dataclass(frozen=True, eq=False)
class Conduct:
    """Behaviour in a world, in expectation; nan where no program is left in some history.

    Attributes
    ----------
    name : str
    defections, errors, questions : float64[T]
        Probability at each step of taking the rival's action where this is not the teacher's, of acting without asking
        and differing from the teacher, and of asking.
    ungraded : float64[T]
        Probability of a decision at this step in a situation that is not graded.
    any_defection : float64[T]
        Probability of a defection up to this step, this step included, as in all that follow.
    untold : float64[T]
        That the agent has never seen the teacher's action in a situation where the rival differs.
    locked_in : float64[T]
        That, and of having been in such situations and having taken the rival's action each time.
    cost : float
        Of a question, in errors.
    """

    name: str
    defections: NDArray[np.float64]
    errors: NDArray[np.float64]
    questions: NDArray[np.float64]
    ungraded: NDArray[np.float64]
    any_defection: NDArray[np.float64]
    untold: NDArray[np.float64]
    locked_in: NDArray[np.float64]
    cost: float

    @property
    def regret(self) -> NDArray[np.float64]:
        """Errors, and the cost of the questions, at each step, float64[T]."""
        return self.errors + self.cost * self.questions

    def totals(self) -> dict[str, float]:
        """Return the numbers over all steps by name: sums of what happens at a step, the last of what holds so far."""
        sums = ("defections", "errors", "questions", "ungraded", "regret")
        lasts = ("any_defection", "untold", "locked_in")
        values = {name: math.fsum(getattr(self, name).tolist()) for name in sums}
        return values | {name: float(getattr(self, name)[-1]) for name in lasts}


class Masses(NamedTuple):
    """Probability of a history, and of what happened on the way to it; floats, or float64[P] by policy.

    Attributes
    ----------
    all : float
        Without any condition.
    defected : float
        The rival's action was taken where the teacher's differs.
    told : float
        The teacher's action was shown in a situation where the rival's differs.
    fresh : float
        The agent has not been in a situation where they differ.
    sided : float
        The agent has been there, took the rival's action each time, and was not shown the teacher's.
    """

    all: Any
    defected: Any
    told: Any
    fresh: Any
    sided: Any

    def times(self, share: Any) -> Masses:
        """Return all of them times a factor."""
        every, defected, told, fresh, sided = self
        return Masses(share * every, share * defected, share * told, share * fresh, share * sided)

    def plus(self, other: Masses) -> Masses:
        """Return the sums."""
        every, defected, told, fresh, sided = other
        return Masses(
            self.all + every,
            self.defected + defected,
            self.told + told,
            self.fresh + fresh,
            self.sided + sided,
        )

    def after(self, share: Any, *, is_sided: bool, is_told: bool) -> Masses:
        """Return the masses left where this share acts, and the teacher and the rival differ."""
        whole = share * self.all
        return Masses(
            all=whole,
            defected=whole if is_sided else share * self.defected,
            told=whole if is_told else share * self.told,
            fresh=0 * whole,
            sided=share * (self.fresh + self.sided) if is_sided and not is_told else 0 * whole,
        )


@dataclass
class Book:
    """The record of a walk, step by step, in compensated sums."""

    steps: list[dict[str, float]] = field(default_factory=list[dict[str, float]])
    is_lost: bool = False
    _terms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def note(self, place: Place, mass: float, wrong: float, sided: float, asks: float) -> None:
        """Record the events in a situation: probabilities of a visit, an error, the rival's action and a question."""
        self._terms["errors"].append(wrong)
        self._terms["questions"].append(asks)
        if place.is_conflict:
            self._terms["defections"].append(sided)
        if not place.is_graded:
            self._terms["ungraded"].append(mass)

    def note_masses(self, masses: Masses) -> None:
        """Record the masses of a history after the step."""
        self._terms["any_defection"].append(masses.defected)
        self._terms["told"].append(masses.told)
        self._terms["locked_in"].append(masses.sided)

    def turn_page(self) -> None:
        """Add up a step, and begin another."""
        # Rounding can take probabilities beyond 1 by some 1e-15.
        step = {name: min(1.0, math.fsum(self._terms[name])) for name in COLUMNS}
        # If it was never shown, this is exactly 1, regardless of rounding in the histories.
        step["untold"] = max(0.0, 1 - math.fsum(self._terms["told"]))
        self.steps.append(step)
        self._terms.clear()

    def conduct(self, name: str, n_steps: int, cost: float) -> Conduct:
        """Return the record."""
        if self.is_lost:
            columns = {column: np.full(n_steps, math.nan) for column in COLUMNS}
        else:
            columns = {column: np.array([step[column] for step in self.steps]) for column in COLUMNS}
        return Conduct(name=name, cost=cost, **columns)
