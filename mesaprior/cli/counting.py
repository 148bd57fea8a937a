"""Messages on standard error while a census or a table of strings is found or counted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import click

from mesaprior.cli.failures import InterruptionError, error_text
from mesaprior.cli.progress import Meter, phase, progress
from mesaprior.hypotheses.phrases import bytes_text, duration_text
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.store.listening import Listener


class Notices(Listener):
    """Says on standard error what happens.

    Parameters
    ----------
    noun : str
        What is counted, in the plural.
    thing : str
        What the counts are called.
    done : str
        What is done to what is counted.
    """

    def __init__(self, noun: str, *, thing: str = "census", done: str = "counted"):
        self._noun, self._thing, self._done = noun, thing, done

    def found(self, folder: Path, other_log: str | None = None) -> None:
        """Say where it is."""
        situations = "" if other_log is None else f", counted for {other_log} over the same situations"
        click.echo(f"Nothing to count: the {self._thing} is in the store, {folder}{situations}.", err=True)

    def unreadable(self, error: Exception) -> None:
        """Say why it is counted."""
        click.echo(f"The store cannot answer, so the {self._noun} are {self._done}: {error_text(error)}", err=True)

    def planned(self, plan: Plan, *, n_shards: int, workers: int, with_answer: bool) -> None:
        """Say what counting takes."""
        needed = plan.counting_bytes(n_shards)
        if needed > plan.available_bytes:
            memory = f"{bytes_text(plan.available_bytes)} of memory, in several passes"
        else:
            memory = f"{bytes_text(max(needed, plan.answer_bytes) if with_answer else needed)} of memory"
        shards = f" in {n_shards} shards" if n_shards > 1 else ""
        seconds = plan.seconds(workers, n_shards)
        click.echo(
            f"{plan.n_programs:,} programs to count{shards}: about {duration_text(seconds)} and {memory}"
            f"{', with the posterior' if with_answer else ''}.",
            err=True,
        )

    def resumed(self, n_done: int, n_shards: int) -> None:
        """Say how many shards are left out."""
        click.echo(f"{n_done} of {n_shards} shards were done already.", err=True)

    def progress(self, title: str, total: int) -> AbstractContextManager[Meter]:
        """Show a bar, or a line now and then."""
        return progress(title, total)

    def phase(self, title: str) -> AbstractContextManager[None]:
        """Show a bar without an end, or a line after a while."""
        return phase(title)

    def kept(self, folder: Path) -> None:
        """Say where it is kept."""
        click.echo(f"Kept in the store, {folder}: the same {self._noun} need not be {self._done} again.", err=True)

    def not_kept(self, error: Exception) -> None:
        """Say why not."""
        click.echo(f"The counts are not kept in the store: {error_text(error)}", err=True)

    def interrupted(self, folder: Path, n_done: int, n_shards: int) -> None:
        """End with what the next run resumes from."""
        raise InterruptionError(
            f"interrupted; {n_done} of {n_shards} shards are done and kept in {folder}, and the same command resumes "
            "from there."
        ) from None
