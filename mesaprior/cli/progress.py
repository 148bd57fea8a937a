"""Progress on standard error: a bar with an estimate at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

import click

from mesaprior.cli.words import duration_text

QUIET_SECONDS = 1.0
"""Work that is done sooner shows nothing."""

LINE_SECONDS = 10.0
"""Where there is no terminal, a line is written this often."""


TELLING_SHARE = 0.02
"""Before this share is done, no time is estimated: the first reports may have waited for kernels to be compiled."""


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


def time_left(share: float, seconds: float) -> str:
    """Return the time that is left after `seconds` for a `share` of the work, in words; nothing while it is a guess."""
    return f"{duration_text(seconds * (1 - share) / share)} left" if TELLING_SHARE <= share < 1 else ""


@contextmanager
def _bar(title: str, total: int) -> Generator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    # Shares are shown, since totals can exceed what floating point counts exactly.
    task = bar.add_task(title, total=1.0, left="")
    start = time.monotonic()
    done = 0
    # A clock of its own shows the bar, since the first report can come late: kernels may have to be compiled.
    clock = threading.Timer(QUIET_SECONDS, bar.start)
    clock.daemon = True
    clock.start()

    def report(more: int) -> None:
        nonlocal done
        done += more
        share = min(1.0, done / total)
        bar.update(task, completed=share, left=time_left(share, time.monotonic() - start))

    try:
        yield report
    finally:
        clock.cancel()
        clock.join()
        if bar.live.is_started:
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
