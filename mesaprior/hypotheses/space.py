"""What a hypothesis space is: anything with these names. Every own space and every user's space has them."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog


class Prediction(Protocol):
    """The meaning of one program on a log, in plain Python."""

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``, by variant; the one named ``intact`` is what the program does."""
        ...

    @property
    def flags(self) -> dict[str, bool]:
        """Lesion flags by name, see `census.FLAGS`."""
        ...


class HypothesisSpace(Protocol):
    """A formal language with bounds, whose programs can be counted on any log.

    Attributes
    ----------
    name : str
        Such as ``"terms"``.
    columns : tuple of str
        Columns of its censuses, ``length`` first.
    """

    name: str
    columns: tuple[str, ...]

    def census(self, log: ImitationLog, *, engine: Any = ...) -> Census:
        """Count every program within the bounds, exactly."""
        ...

    def count_by_length(self, log: ImitationLog) -> dict[int, int]:
        """Return the exact number of programs of each length, known without counting."""
        ...

    def parse(self, text: str, log: ImitationLog) -> Any:
        """Read a program from its text."""
        ...

    def format(self, program: Any) -> str:
        """Return the text of a program."""
        ...

    def predict(self, program: Any, log: ImitationLog) -> Prediction:
        """Return the plain meaning of a program."""
        ...

    def fingerprint(self) -> str:
        """Return a digest of the language and the bounds."""
        ...
