"""`mesaprior sample`: programs drawn from the posterior."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import COUNTING, Command, headed_option
from mesaprior.cli.completion import FOLDER
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.inference.provenance import prior_facts

if TYPE_CHECKING:
    from mesaprior.inference.sampling import Draw

COLUMNS = ("program", "length", "time", "infer_time", "role", "verdict", "probability")
"""What is said of each program."""


@click.command(cls=Command)
@click.argument("folder", type=FOLDER, metavar="CENSUS")
@click.option(
    "-k",
    "--draws",
    "k",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    metavar="K",
    help="How many programs to draw.",
)
@other_log_option
@reading_options(is_hidden=True)
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="N",
    help="The random seed; the same seed draws the same programs.",
)
@headed_option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    heading=COUNTING,
    help="Threads; by default one for each core. The programs do not depend on it.",
)
@format_option()
def sample(
    folder: str,
    k: int,
    other_log: str | None,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    seed: int,
    workers: int | None,
    form: str,
) -> None:
    """Draw programs from the posterior, each with its exact probability.

    Every program counted is drawn with exactly its posterior probability, each draw independent of the others. It
    takes a few times as long as the census did, however many programs are drawn.

    CENSUS is a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior sample corridor-28
      mesaprior sample corridor-28 -k 100 --prior levin --seed 1 --format json
    """
    from pathlib import Path

    from mesaprior.cli.progress import progress
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.terms.space import space_of_terms
    from mesaprior.inference.analysis import Analysis

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    if not Path(folder).is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; `mesaprior census LOG --max-bits B --out DIR` writes a census."
        )
    check_prior(prior, folder, SpaceOptions())
    question = ask(folder, other_log=other_log, asked=SpaceOptions(), reading=reading)
    space = space_of_terms(question.space)
    if space is None:
        raise UsageError(
            f"{folder} is a census of the space {question.space.name}, and programs are drawn from terms only; give a "
            "census of terms."
        )
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=space)
    with progress(f"Drawing {k:,} programs", space.n_reports(question.log)) as report:
        draws = analysis.sample(k, seed, workers=workers or os.cpu_count() or 1, report=report)
    rows = [_facts(entry) for entry in draws]
    if form == "json":
        from mesaprior.inference.provenance import provenance_of

        provenance = provenance_of(
            question,
            prior=prior_facts(prior),
            noise=str(noise),
            tolerance=tolerance,
            seed=seed,
        )
        click.echo(json.dumps({"draws": rows, "provenance": provenance}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(COLUMNS, [list(row.values()) for row in rows])
    else:
        _render(rows)


def _facts(draw: Draw) -> dict[str, Any]:
    """Return what is said of a program."""
    from mesaprior.inference.roles import ROLES, VERDICTS

    facts = {name: getattr(draw, name) for name in COLUMNS}
    return facts | {"role": ROLES[draw.role], "verdict": VERDICTS[draw.verdict]}


def _render(rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text

    table = Table()
    for name in ("probability", "role", "verdict", "bits", "steps"):
        table.add_column(name, justify="left" if name in ("role", "verdict") else "right")
    table.add_column("program", overflow="fold")
    for row in rows:
        table.add_row(
            share_text(row["probability"]),
            row["role"],
            row["verdict"],
            f"{row['length']:,}",
            f"{row['time']:,}",
            row["program"],
        )
    console().print(table)
