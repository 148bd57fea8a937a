"""A message that kernels are being compiled, which happens in a first run only."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import click

from mesaprior import compiling
from mesaprior.hypotheses.phrases import duration_text

QUIET_SECONDS = 2.0
"""Seconds of compiling, in all, below which there is no message."""


class Notice:
    """Says once on standard error that kernels are being compiled; see `mesaprior.compiling.Watcher`."""

    def __init__(self):
        self._timer: threading.Timer | None = None
        self._is_said = False
        self.seconds: float = 0.0

    def begin(self) -> None:
        """Say it soon, unless the kernel is compiled before."""
        if not self._is_said and QUIET_SECONDS < threading.TIMEOUT_MAX:
            self._timer = threading.Timer(max(0.0, QUIET_SECONDS - self.seconds), self._say)
            self._timer.daemon = True
            self._timer.start()

    def end(self, seconds: float) -> None:
        """Take note of the time."""
        self.seconds += seconds
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def sum_up(self) -> None:
        """Say how long it took, if anything was said."""
        if self._is_said:
            click.echo(f"Compiling took {duration_text(self.seconds)}.", err=True)

    def _say(self) -> None:
        self._is_said = True
        click.echo("Compiling, first run only: the machine code is kept.", err=True)


@contextmanager
def compiling_told() -> Generator[None]:
    """Tell on standard error of kernels that are compiled meanwhile, if that takes long."""
    before, notice = compiling.watcher, Notice()
    compiling.watcher = notice
    try:
        yield
    finally:
        compiling.watcher = before
        notice.sum_up()
