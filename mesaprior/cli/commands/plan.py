"""`mesaprior plan`: sizes, time and memory before a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import SpaceOptions, format_option, space_options
from mesaprior.cli.reading import ReadingOptions, reading_options

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space


@click.command(cls=Command)
@click.argument("log_file", type=FILE, metavar="LOG")
@reading_options()
@space_options
@format_option()
def plan(log_file: str, asked: SpaceOptions, reading: ReadingOptions, form: str) -> None:
    """Tell how many programs there are within a bound, and the time and memory that counting them takes.

    The numbers of programs are exact and found at once; time and memory are estimated by counting shorter programs
    for about a second. For other spaces than terms, only the numbers are given.

    \b
    Example:
      mesaprior plan corridor.csv --language corridor.toml --max-bits 40
    """
    from mesaprior.cli.reading import read_asked
    from mesaprior.cli.spaces import space_of
    from mesaprior.hypotheses.registry import description

    log = read_asked(log_file, reading, asked.get("--language"))
    space = space_of(log, asked)
    result = space.plan(log)
    if result is None:
        _plan_plainly(space, log, form)
        return
    if form == "csv":
        click.echo("length,count")
        for length, n in result.count_by_length.items():
            click.echo(f"{length},{n}")
        return
    if form == "json":
        estimates = {
            "bounds": space.bounds,
            "programs": result.n_programs,
            "programs_by_length": {str(length): n for length, n in result.count_by_length.items()},
            "classes": result.n_classes,
            "rows": result.n_rows,
            "shards": space.n_shards(log),
            "seconds": result.seconds,
            "bytes": result.n_bytes,
            "available_bytes": result.available_bytes,
            "probe_bits": result.probe_bits,
            "fitting_bits": result.fitting_bits,
        }
        click.echo(json.dumps(estimates))
        return
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import bytes_text, duration_text

    table = Table(title=f"{description(space.name).title(space)} on {log.source}", title_justify="left")
    for name in ("bits", "programs", "up to here"):
        table.add_column(name, justify="right")
    total = 0
    for length, n in result.count_by_length.items():
        total += n
        table.add_row(str(length), f"{n:,}", f"{total:,}")
    out = console()
    out.print(table)
    shards = space.n_shards(log)
    out.print(
        f"Up to {result.max_bits} bits: about {result.n_classes:,} different ways to act, {result.n_rows:,} rows, "
        f"{shards} {'shard' if shards == 1 else 'shards'}.",
        markup=False,
    )
    one_pass = result.n_bytes <= result.available_bytes
    fits = "fits" if one_pass else f"more than one pass; up to {result.fitting_bits} bits takes one"
    out.print(
        f"Up to {result.max_bits} bits: {result.n_programs:,} programs, {duration_text(result.seconds)}, "
        f"{bytes_text(result.n_bytes)} of {bytes_text(result.available_bytes)} free memory ({fits}).",
        markup=False,
    )
    if result.probe_bits < result.max_bits:
        out.print(
            f"Time and memory are estimated from a run up to {result.probe_bits} bits.", style="dim", markup=False
        )


def _plan_plainly(space: Space, log: ImitationLog, form: str) -> None:
    """Say how many programs there are of each size; what they take is not estimated."""
    counts = space.count_by_length(log)
    if form == "csv":
        click.echo("length,count")
        for length, n in counts.items():
            click.echo(f"{length},{n}")
        return
    if form == "json":
        by_length = {str(length): n for length, n in counts.items()}
        facts = {"bounds": space.bounds, "programs": sum(counts.values()), "programs_by_length": by_length}
        click.echo(json.dumps(facts))
        return
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.registry import description

    spoken = description(space.name)
    table = Table(title=spoken.title(space), title_justify="left")
    for name in (spoken.size, "bits", space.noun):
        table.add_column(name, justify="right")
    for size, (length, n) in zip(spoken.sizes(space, log), counts.items(), strict=True):
        table.add_row(size, f"{length:.2f}", f"{n:,}")
    console().print(table)
