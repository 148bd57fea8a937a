"""Progress on standard error: a bar with an estimate at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

QUIET_SECONDS = 1.0
"""Work that is done sooner shows nothing."""

LINE_SECONDS = 10.0
"""Where there is no terminal, a line is written this often."""


@contextmanager
def progress(title: str, total: int) -> Generator[Callable[[int], None]]:
    """Show the progress of work, and hand out the function that is told how much more is done.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        What the reports add up to, about.
    """
    shown = _bar if sys.stderr.isatty() else _lines
    with shown(title, max(total, 1)) as report:
        yield report


@contextmanager
def _bar(title: str, total: int) -> Generator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    # Shares are shown, since totals can exceed what floating point counts exactly.
    task = bar.add_task(title, total=1.0)
    start = time.monotonic()
    done = 0
    started = False

    def report(more: int) -> None:
        nonlocal done, started
        done += more
        if not started and time.monotonic() - start > QUIET_SECONDS:
            bar.start()
            started = True
        if started:
            bar.update(task, completed=min(1.0, done / total))

    try:
        yield report
    finally:
        if started:
            bar.stop()


@contextmanager
def _lines(title: str, total: int) -> Generator[Callable[[int], None]]:
    start = last = time.monotonic()
    done = 0

    def report(more: int) -> None:
        nonlocal done, last
        done += more
        now = time.monotonic()
        if now - last > LINE_SECONDS and 0 < done < total:
            last = now
            left = (now - start) * (total - done) / done
            click.echo(f"{title}: {done / total:.0%} after {now - start:.0f} s, about {left:.0f} s left", err=True)

    yield report
