"""The parameters of a table: states of the machines, bound on steps, and radius of the non-halting proofs."""

from __future__ import annotations

from typing import NamedTuple

from mesaprior.errors import UsageError
from mesaprior.hypotheses.turing.machine import check_size
from mesaprior.hypotheses.turing.strings.table import LONGEST_RUN

DEFAULT_MAX_STEPS = LONGEST_RUN | {5: 500, 6: 200}
"""Default bounds on steps: the longest run, and for 5 states the cap of the published table."""

DEFAULT_RADIUS = {1: 6, 2: 6, 3: 6, 4: 6, 5: 3, 6: 3}
"""Cells to each side that closed sets are tried with, by states; more decide few more machines, and take longer."""


class Size(NamedTuple):
    """The parameters of a table of strings.

    Attributes
    ----------
    states : int
        1 to `machine.MOST_STATES`.
    max_steps : int
        Longer runs are not followed.
    radius : int
        Cells to each side in proofs by closed sets, 0 for no such proofs.
    """

    states: int
    max_steps: int
    radius: int

    @classmethod
    def of(cls, states: int, max_steps: int | None = None, radius: int | None = None) -> Size:
        """Return a size, with `DEFAULT_MAX_STEPS` and `DEFAULT_RADIUS` for None.

        Raises
        ------
        UsageError
            If a part is out of range.
        """
        max_steps = DEFAULT_MAX_STEPS.get(states, 1) if max_steps is None else max_steps
        check_size(states, max_steps)
        radius = DEFAULT_RADIUS[states] if radius is None else radius
        if radius < 0:
            raise UsageError(f"radius {radius} is out of range; give a number of cells from 0 upwards.")
        return cls(states, max_steps, radius)

    @property
    def name(self) -> str:
        """Name of a folder for it: states and steps, and the radius where it is not the usual one."""
        usual = self.radius == DEFAULT_RADIUS[self.states]
        return f"{self.states}-{self.max_steps}" + ("" if usual else f"-{self.radius}")
