"""What a hypothesis space is: anything with these names. Every own space and every user's space has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog

Report = Callable[[int], None]
"""Is told how many more parts of the work are done."""


class Prediction(Protocol):
    """The meaning of one program on a log, run by itself."""

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

    def count_by_length(self, log: ImitationLog) -> dict[Any, int]:
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


class WholeSpace(HypothesisSpace, Protocol):
    """A space without a language and without lesions, which is counted all at once.

    Attributes
    ----------
    noun : str
        What its programs are called, in the plural.
    engine : str
        What the manifest of a census calls the way of counting.
    has_lesions : bool
        False: nothing in the programs can be turned upside down.
    language : None
    """

    noun: str
    engine: str
    has_lesions: bool
    language: None

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data."""
        ...

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any]) -> WholeSpace:
        """Return the space that has these bounds."""
        ...

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of programs of each length, known without counting."""
        ...

    def n_reports(self, log: ImitationLog) -> int:
        """Return what the reports of progress of `census` add up to."""
        ...

    def census(
        self, log: ImitationLog, *, engine: Any = ..., workers: int = ..., report: Report | None = ...
    ) -> Census:
        """Count every program within the bounds, exactly; nothing depends on the workers."""
        ...

    def mass_beyond(self, census: Census, log: ImitationLog) -> float | None:
        """Return the mass under 2^-length of the programs that were not counted; None where it is without bound."""
        ...


@runtime_checkable
class PartedSpace(WholeSpace, Protocol):
    """A whole space that can be counted in shards too: disjoint sets of programs, any of which may have any behaviour.

    In their order they add up to the census, see `census.sum_of_censuses`, and a `CensusWriter` keeps them until then.
    """

    def n_shards(self, log: ImitationLog) -> int:
        """Return the usual number of shards."""
        ...

    def n_terms(self, log: ImitationLog) -> int:
        """Return the work in all shards together: what the reports of `shards` add up to."""
        ...

    def shards(
        self,
        log: ImitationLog,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int = ...,
        max_bytes: int | None = ...,
        report: Report | None = ...,
    ) -> Iterator[tuple[int, Census]]:
        """Count some shards, and yield the number and the census of each; nothing depends on workers and memory."""
        ...
