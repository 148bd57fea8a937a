"""Events while a census or a table of strings is found or counted, for whoever listens."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from mesaprior.hypotheses.plan import Plan


class Meter(Protocol):
    """How much of some work is done; called with how much more is, from any thread."""

    @property
    def done(self) -> int:
        """What is done."""
        ...

    def __call__(self, more: int) -> None:
        """Take note of more work that is done."""
        ...

    def expect(self, more: int) -> None:
        """Expect so much more work from now on, whatever was said before."""
        ...


class Listener:
    """Is told what happens while something is found or counted; this one says nothing, others override methods."""

    def found(self, folder: Path, other_log: str | None = None) -> None:
        """Take note that the store answers, perhaps by a census of another log over the same situations."""

    def unreadable(self, error: Exception) -> None:
        """Take note that the store cannot answer, and so counting begins."""

    def planned(self, plan: Plan, *, n_shards: int, workers: int, with_answer: bool) -> None:
        """Take note of the time and memory that counting takes, and the posterior as well where it is asked for."""

    def resumed(self, n_done: int, n_shards: int) -> None:
        """Take note that some shards were counted before."""

    def progress(self, title: str, total: int) -> AbstractContextManager[Meter]:
        """Show the progress of work whose reports add up to a total, about, and hand out what they are told to."""
        return _silence()

    def phase(self, title: str) -> AbstractContextManager[None]:
        """Show that work is under way of which it is not known how much there is."""
        return nullcontext()

    def kept(self, folder: Path) -> None:
        """Take note that what was counted is in the store."""

    def not_kept(self, error: Exception) -> None:
        """Take note that the store is of no use, so nothing is kept."""

    def interrupted(self, folder: Path, n_done: int, n_shards: int) -> None:
        """Take note of an interruption; the shards that are done are a checkpoint, from which the next run resumes."""


SILENT = Listener()
"""Says nothing."""


class _SilentMeter:
    """Knows what is done and shows nothing."""

    done = 0

    def __call__(self, more: int) -> None:
        self.done += more

    def expect(self, more: int) -> None:
        """Expect nothing."""


@contextmanager
def _silence() -> Generator[Meter]:
    yield _SilentMeter()
