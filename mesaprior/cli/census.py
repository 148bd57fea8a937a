"""`mesaprior census`: count once, keep the counts."""

from __future__ import annotations

import os
from pathlib import Path

import click

from mesaprior.cli.options import language_option, max_bits_option, max_time_option


@click.command()
@click.argument("log_file", metavar="LOG")
@language_option
@max_bits_option
@max_time_option
@click.option(
    "--engine",
    type=click.Choice(["merged", "reference"]),
    default="merged",
    show_default=True,
    help="merged counts classes of equal terms, reference evaluates programs one by one; the counts are the same.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    help="Threads of the merged engine; as many as there are cores where not given. The census does not depend on it.",
)
@click.option("--out", "folder", required=True, metavar="DIR", help="Folder of the census.")
def census(
    log_file: str,
    language_file: str | None,
    max_bits: int | None,
    max_time: int | None,
    engine: str,
    workers: int | None,
    folder: str,
) -> None:
    """Count every program once and keep the counts in a folder.

    A folder that holds this very census already is left as it is, and one that holds another is replaced when the
    new one is complete. `mesaprior infer DIR` then answers at once, for any prior.

    \b
    Example:
      mesaprior census corridor.csv --language corridor.toml --max-bits 32 --out corridor-32
    """
    from mesaprior.cli.question import count, space_of
    from mesaprior.errors import MesapriorError
    from mesaprior.hypotheses.log import read_log
    from mesaprior.hypotheses.store import check_writable, open_census, save_census

    log = read_log(log_file)
    space = space_of(log, language_file, max_bits, max_time)
    check_writable(folder)
    if Path(folder).is_dir() and any(Path(folder).iterdir()):
        try:
            stored = open_census(folder)
        except MesapriorError:
            stored = None
        if stored and (stored.language.digest, stored.log.digest, stored.census.bounds) == (
            space.language.digest,
            log.digest,
            space.bounds,
        ):
            click.echo(f"{folder} holds this census already: {stored.census.n_programs:,} programs.", err=True)
            return
    result = count(space, log, engine=engine, workers=workers or os.cpu_count() or 1)  # type: ignore[arg-type]
    save_census(folder, result, log, space.language, engine=engine)
    click.echo(
        f"Counted {result.n_programs:,} programs in {result.n_behaviours:,} behaviours; `mesaprior infer {folder}` "
        "answers at once.",
        err=True,
    )
