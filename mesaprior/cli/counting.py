"""What is said on standard error while a census or a table of strings is found or counted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

import click

from mesaprior.cli.failures import InterruptionError, error_text
from mesaprior.cli.progress import Meter, progress
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

    def planned(self, plan: Plan, n_shards: int) -> None:
        """Say what counting takes."""
        if n_shards == 1:
            say_sizes(plan.n_programs, plan)
            return
        click.echo(
            f"{plan.n_programs:,} programs to count in {n_shards} shards: about {duration_text(plan.seconds)} on one "
            "worker for each pass over them, and as many passes as it takes to keep to the memory.",
            err=True,
        )

    def resumed(self, n_done: int, n_shards: int) -> None:
        """Say how many shards are left out."""
        click.echo(f"{n_done} of {n_shards} shards were done already.", err=True)

    def progress(self, title: str, total: int) -> AbstractContextManager[Meter]:
        """Show a bar, or a line now and then."""
        return progress(title, total)

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


def say_sizes(n_programs: int, plan: Plan) -> None:
    """Say what a census that is counted at once takes."""
    click.echo(
        f"{n_programs:,} programs to count: about {duration_text(plan.seconds)} and "
        f"{bytes_text(plan.n_bytes)} of memory.",
        err=True,
    )
