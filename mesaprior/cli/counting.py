"""What is said on standard error while a census is found or counted."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from mesaprior.cli.failures import error_text
from mesaprior.cli.main import InterruptionError
from mesaprior.cli.progress import Meter, progress
from mesaprior.hypotheses.phrases import bytes_text, duration_text
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store.listening import Listener


class Notices(Listener):
    """Says on standard error what happens to the census of a space.

    Parameters
    ----------
    space : Space
    """

    def __init__(self, space: Space):
        self._noun = space.noun

    def found(self, folder: Path, manifest: dict[str, Any], *, is_of_another_log: bool) -> None:
        """Say where the census is."""
        situations = f", counted for {manifest['log'].get('source')} over the same situations" * is_of_another_log
        click.echo(f"Nothing to count: the census is in the store, {folder}{situations}.", err=True)

    def unreadable(self, error: Exception) -> None:
        """Say why it is counted."""
        click.echo(f"The store cannot answer, so the {self._noun} are counted: {error_text(error)}", err=True)

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
        click.echo(f"Kept in the store, {folder}: the same {self._noun} need not be counted again.", err=True)

    def not_kept(self, error: Exception) -> None:
        """Say why not."""
        click.echo(f"The counts are not kept in the store: {error_text(error)}", err=True)

    def interrupted(self, folder: Path, n_done: int, n_shards: int) -> None:
        """End with what the next run resumes from."""
        raise InterruptionError(
            f"interrupted; {n_done} of {n_shards} shards are done and kept in {folder}, and the same command goes on "
            "from there."
        ) from None


def say_sizes(n_programs: int, plan: Plan) -> None:
    """Say what a census that is counted at once takes."""
    click.echo(
        f"{n_programs:,} programs to count: about {duration_text(plan.seconds)} and "
        f"{bytes_text(plan.n_bytes)} of memory.",
        err=True,
    )
