"""Progress on standard error: a bar with an estimate at a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import timed
from mesaprior.hypotheses.phrases import duration_text

if TYPE_CHECKING:
    from rich.progress import Progress

QUIET_SECONDS = 1.0
"""Work that is done sooner shows nothing."""

LINE_SECONDS = 10.0
"""Where there is no terminal, a line is written this often."""


TELLING_SHARE = 0.02
"""Before this share is done, no time is estimated: the first reports may have waited for kernels to be compiled."""


class Meter:
    """How much of some work is done; called with how much more is.

    Parameters
    ----------
    total : int
        What the reports add up to, about.
    show : callable
        Called with the meter after each report.
    """

    def __init__(self, total: int, show: Callable[[Meter], None]):
        self._done, self._total = 0, max(total, 1)
        self._show = show
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, more: int) -> None:
        """Take note of more work that is done; any thread may."""
        with self._lock:
            self._done += more
            self._show(self)

    def expect(self, more: int) -> None:
        """Expect so much more work from now on, whatever was said before."""
        with self._lock:
            self._total = max(self._done + more, 1)

    @property
    def done(self) -> int:
        """What is done."""
        return self._done

    @property
    def share(self) -> float:
        """The share that is done, at most 1."""
        return min(1.0, self._done / self._total)

    @property
    def seconds(self) -> float:
        """Time since the work began."""
        return time.monotonic() - self._start


@contextmanager
def progress(title: str, total: int) -> Generator[Meter]:
    """Show the progress of work, and yield the meter that takes its reports.

    Parameters
    ----------
    title : str
        What is being done.
    total : int
        What the reports add up to, about.
    """
    shown = _bar if sys.stderr.isatty() else _lines
    with timed(title), shown(title, total) as meter:
        yield meter


@contextmanager
def phase(title: str) -> Generator[None]:
    """Show that work is under way of which it is not known how much there is, where it takes a while.

    Parameters
    ----------
    title : str
        What is being done.
    """
    shown = _pulse if sys.stderr.isatty() else _announced
    with timed(title), shown(title):
        yield


def time_left(share: float, seconds: float) -> str:
    """Return the time that is left after `seconds` for a `share` of the work, in words; nothing while it is a guess."""
    return f"{duration_text(seconds * (1 - share) / share)} left" if TELLING_SHARE <= share < 1 else ""


@contextmanager
def _bar(title: str, total: int) -> Generator[Meter]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TextColumn("{task.fields[left]}"))
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    # Shares are shown, since totals can exceed what floating point counts exactly.
    task = bar.add_task(title, total=1.0, left="")
    meter = Meter(
        total, lambda meter: bar.update(task, completed=meter.share, left=time_left(meter.share, meter.seconds))
    )
    # A clock shows the bar, since the first report can come late: kernels may have to be compiled.
    with _stopped(bar), _begun_after(QUIET_SECONDS, bar.start):
        yield meter


@contextmanager
def _pulse(title: str) -> Generator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    bar = Progress(TextColumn("{task.description}"), BarColumn(), console=Console(stderr=True), transient=True)
    bar.add_task(title, total=None)
    with _stopped(bar), _begun_after(QUIET_SECONDS, bar.start):
        yield


@contextmanager
def _stopped(bar: Progress) -> Generator[None]:
    """Take a bar from the terminal in the end, if it was shown."""
    try:
        yield
    finally:
        if bar.live.is_started:
            bar.stop()


@contextmanager
def _announced(title: str) -> Generator[None]:
    with _begun_after(LINE_SECONDS, lambda: click.echo(f"{title}.", err=True)):
        yield


@contextmanager
def _begun_after(seconds: float, begin: Callable[[], None]) -> Generator[None]:
    """Begin something by a clock of its own, unless the work is done before."""
    clock = threading.Timer(seconds, begin)
    clock.daemon = True
    clock.start()
    try:
        yield
    finally:
        clock.cancel()
        clock.join()


@contextmanager
def _lines(title: str, total: int) -> Generator[Meter]:
    last = time.monotonic()

    def show(meter: Meter) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last > LINE_SECONDS and 0 < meter.share < 1:
            last = now
            left = time_left(meter.share, meter.seconds)
            click.echo(
                f"{title}: {meter.share:.0%} after {duration_text(meter.seconds)}{left and ', ' + left}", err=True
            )

    yield Meter(total, show)
