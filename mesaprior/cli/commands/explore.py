"""`mesaprior explore`: the page with sliders, on a server that has the full census."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Literal

import click

from mesaprior.cli.command import OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    checkpoints_option,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options

if TYPE_CHECKING:
    from mesaprior.inference.report import Report


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@tolerance_option
@checkpoints_option
@headed_option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    heading=OUTPUT,
    help="Where to listen; by default any free port.",
)
@headed_option("--open", "is_opened", is_flag=True, heading=OUTPUT, help="Open the page in a browser.")
@format_option()
def explore(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    checkpoints: int | Literal["all"] | None,
    port: int,
    is_opened: bool,
    form: str,
) -> None:
    """Serve the page of `mesaprior report` with the full census behind it.

    Its numbers are those of `mesaprior infer`, for every place of the sliders and for any formula of a prior that is
    typed into the page. A list on it leads to the other censuses of the same log in the store. The server listens on
    this machine only, and answers whoever has the address that it prints. Ctrl-C ends it.

    LOG_OR_CENSUS is a table of choices, or a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior explore corridor.csv --language corridor.toml --max-bits 28 --open
      mesaprior explore corridor-32 --prior '2**-length / (1 + time)' --port 8000
    """
    from mesaprior.cli.explore.censuses import Censuses, Start
    from mesaprior.cli.explore.server import Server
    from mesaprior.cli.question import ask
    from mesaprior.cli.report import show
    from mesaprior.cli.spaces import check_prior
    from mesaprior.errors import UsageError
    from mesaprior.inference.page.charts import check_charts
    from mesaprior.inference.page.sliders import start_of_noise

    check_charts("mesaprior explore")
    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    start_of_noise(noise)
    check_prior(prior, source, asked)
    if reading.columns.by:
        raise UsageError("--by is for `mesaprior report`, whose page shows each person; leave it out here.")
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    start = Start(prior=prior, noise=noise, tolerance=tolerance, checkpoints=checkpoints)
    with Server(Censuses(question, start), port) as server:
        show(_report_address(server.guard.address), form)
        sys.stdout.flush()
        if is_opened:
            import webbrowser

            webbrowser.open(server.guard.address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped; nothing is served any more.", err=True)


def _report_address(address: str) -> Report:
    """Return what is told once the server listens."""
    import os

    from mesaprior.inference.report import Records, Report
    from mesaprior.inference.report_blocks import Line

    facts = {"address": address, "pid": os.getpid()}
    return Report(
        facts=lambda: facts,
        records=lambda: Records.of_mappings([facts]),
        blocks=lambda: [Line(address, "headline"), Line("Open this address in a browser; Ctrl-C ends the server.")],
    )
