"""The base of hypothesis spaces: formal languages with bounds, whose programs can all be counted on any log."""

from __future__ import annotations

import hashlib
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.prediction import Prediction

if TYPE_CHECKING:
    from typing import Self

    from mesaprior.hypotheses.plan import Plan
    from mesaprior.hypotheses.terms.language import Language

Progress = Callable[[int], None]
"""Is told how many more parts of the work are done."""

Cut = Literal["whole", "ranges", "sets"]
"""How a census is cut into shards: not at all; into ranges of what programs predict, so that it is one shard after the
other and each takes a pass over all programs; or into disjoint sets of programs, any of which may have any behaviour,
so that it is the sum of the shards in their order, see `census.sum_of_censuses`."""


class Space(ABC):
    """A formal language with bounds, whose programs can be counted on any log.

    A space must define the methods that have no default: `bounds` and `of_bounds`, `count_by_length` and `census`,
    `parse` and `format`, `predict` and `measures`. `conformance.check_space` checks that they agree.

    Attributes
    ----------
    name : str
        Such as ``"circuits"``.
    noun : str
        Name of its programs, in the plural.
    columns : tuple of str
        Columns of its censuses: ``length``, ``time`` and ``infer_time``, then its own.
    engines : tuple of str
        Ways of counting, which give the same census; the first is the default.
    cut : Cut
        How a census is cut into shards.
    has_lesions : bool
        Whether programs can have a search or a fit to invert, so that they have roles.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    engines: ClassVar[tuple[str, ...]] = ("exact",)
    cut: ClassVar[Cut] = "whole"
    has_lesions: ClassVar[bool] = False

    @property
    def language(self) -> Language | None:
        """The term language of its programs, if they are terms."""
        return None

    @property
    @abstractmethod
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data, which a census and its folder hold."""

    @classmethod
    @abstractmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> Self:
        """Return the space that has these bounds, and this language if it is one of terms."""

    @abstractmethod
    def count_by_length(self, log: ImitationLog) -> dict[Any, int]:
        """Return the exact number of programs of each length in bits, known without counting; see `is_settled`."""

    @abstractmethod
    def census(
        self, log: ImitationLog, *, engine: Any = ..., workers: int = 1, report: Progress | None = None
    ) -> Census:
        """Count every program within the bounds, exactly.

        Parameters
        ----------
        log : ImitationLog
        engine : str
            One of `engines`; the usual one by default.
        workers : int
            Threads; nothing depends on it.
        report : Progress or None
            Its reports add up to `n_reports`.
        """

    @abstractmethod
    def parse(self, text: str, log: ImitationLog) -> Any:
        """Read a program from its text; a `ContentError` says what is wrong with it."""

    @abstractmethod
    def format(self, program: Any) -> str:
        """Return the text of a program."""

    @abstractmethod
    def predict(self, program: Any, log: ImitationLog) -> Prediction:
        """Return the plain meaning of a program."""

    @abstractmethod
    def measures(self, program: Any, log: ImitationLog) -> dict[str, int | float]:
        """Return what a census has of a program in its columns, in their order."""

    def gloss(self, text: str, log: ImitationLog) -> str:
        """Return what a program does, given as text, in a phrase made from its syntax; empty where there is none."""
        return ""

    @property
    def is_settled(self) -> bool:
        """Whether every program of `count_by_length` is in a census; if not, some may be left out of it, for time."""
        return True

    def fingerprint(self) -> str:
        """Return a SHA-256 of the space and the bounds."""
        return digest({"space": self.name} | self.bounds)

    def n_actions(self, log: ImitationLog) -> int:
        """Return A, by default the largest action or rival of a log plus one, at least 2."""
        return max(2, 1 + log.largest_action)

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return what the reports of progress of `census` add up to, about, and those of one pass of `shards`."""
        return 1

    def n_shards(self, log: ImitationLog) -> int:
        """Return the usual number of shards."""
        return 1

    def shards(
        self,
        log: ImitationLog,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int = 1,
        max_bytes: int | None = None,
        report: Progress | None = None,
    ) -> Iterator[tuple[int, Census]]:
        """Count some shards, and yield the number and the census of each as soon as it is done.

        Parameters
        ----------
        log : ImitationLog
        wanted : sequence of int
            Numbers of shards, ascending, below `n_shards`.
        n_shards : int
            1 where a census is not cut.
        workers, max_bytes
            Threads, and memory to keep to, about; nothing depends on them.
        report : Progress or None
            See `n_reports`.
        """
        if n_shards != 1:
            raise UsageError(f"n_shards={n_shards}: a census of {self.noun} is not cut into shards; give 1.")
        for k in wanted:
            yield k, self.census(log, workers=workers, report=report)

    def plan(self, log: ImitationLog) -> Plan | None:
        """Return what a census will take, or None where that cannot be known before."""
        return None

    def check_memory(
        self, log: ImitationLog, n_shards: int | None = None, *, limit: int | None = None, with_answer: bool = False
    ) -> Plan | None:
        """Return the plan, or refuse with a `RunError` a census that would need more memory than there is.

        Parameters
        ----------
        log : ImitationLog
        n_shards : int or None
            Into how many shards it is cut; the usual number where None.
        limit : int or None
            Bytes of memory to keep to, if that is less than is free.
        with_answer : bool
            Whether a posterior over all of it is asked for, too.
        """
        return self.plan(log)

    def mass_beyond(self, census: Census, log: ImitationLog) -> float | None:
        """Return the mass under 2^-length of the programs not counted; None where it is unknown or without bound."""
        return None

    def length_beyond(self, log: ImitationLog) -> float | None:
        """Return the least length in bits of any program not counted, inf where there is none; None if unknown."""
        return None


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of plain data."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
