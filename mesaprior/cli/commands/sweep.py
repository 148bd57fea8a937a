"""`mesaprior sweep`: the odds over a grid of parameters."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    check_noise_is_not_swept,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    plot_option,
    prior_options,
    space_options,
    swept_prior,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.cli.values import Axis

if TYPE_CHECKING:
    from mesaprior.inference.request import Question
    from mesaprior.inference.sweeps.sweep import SweptPosterior
    from mesaprior.priors.prior import FormulaPrior

TABLES = (".csv", ".parquet")
"""Endings of the files that a long table is written into."""


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@headed_option(
    "--over",
    "axes",
    type=Axis(),
    multiple=True,
    required=True,
    heading="What varies",
    help="A parameter of the prior, noise, a or b (of beta:a,b), n or max_bits, and its values; repeatable.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@tolerance_option
@headed_option(
    "--out",
    "out_file",
    type=FILE,
    metavar="FILE",
    heading=OUTPUT,
    help="Write all cells to a .csv or .parquet file, too.",
)
@plot_option("Plot the odds along one or two axes")
@format_option()
def sweep(
    source: str,
    axes: tuple[tuple[str, list[float]], ...],
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    out_file: str | None,
    plot_file: str | None,
    form: str,
) -> None:
    """Compute the posterior odds over a grid of parameters.

    One census answers for all cells: who leads, by how many bits, the masses by role and verdict, and the expected
    share of later rows that are missed. The table shows the whole grid, and where the lead changes; CSV and JSON list
    every cell. The first axis runs across the table.

    VALUES are numbers with commas, or start:stop:step, or start:stop:*factor.

    \b
    Examples:
      mesaprior sweep census/ --prior speed --over alpha=0:8:0.1
      mesaprior sweep census/ --prior speed --over alpha=0:8:0.1 --over noise=0.01:0.3:0.01 --plot phases.png
      mesaprior sweep corridor.csv --max-bits 24 --over max_bits=8:24:4 --over n=0:9:1 --format csv
    """
    from mesaprior.cli.progress import progress
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.sweep import report_sweep

    over = _over(axes)
    check_noise_is_not_swept(over)
    prior = swept_prior(prior_text, parameters, {name: values[0] for name, values in over.items()})
    noise = noise_of(noise_text)
    check_prior(prior, source, asked)
    _check_files(out_file, plot_file, over)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=question.space)
    n_cells = _n_cells(over)
    with progress(f"Computing {n_cells:,} cells", n_cells) as report:
        swept = analysis.sweep(over, workers=os.cpu_count() or 1, report=report)
    if out_file:
        _write(swept, out_file)
    if plot_file:
        _plot(question, swept, prior, plot_file)
    told = report_sweep(question, swept, prior=prior, noise=noise, tolerance=tolerance)
    show(told.with_steps(_steps(over, out_file, plot_file)), form)


def _steps(over: dict[str, list[float]], out_file: str | None, plot_file: str | None) -> Iterator[str]:
    """Yield options that lead on from a sweep."""
    if not out_file:
        yield "every cell: --out cells.parquet, --format csv or --format json"
    if not plot_file and 1 <= len(_long(over)) <= 2:
        yield "a picture: --plot phases.png"


def _long(over: dict[str, list[float]]) -> list[str]:
    """Return the axes that have several values."""
    return [name for name, values in over.items() if len(values) > 1]


def _over(axes: tuple[tuple[str, list[float]], ...]) -> dict[str, list[float]]:
    from mesaprior.errors import UsageError

    names = [name for name, _ in axes]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"--over {name} is given {names.count(name)} times; list its values in one.")
    over = dict(axes)
    _n_cells(over)
    return over


def _n_cells(over: dict[str, list[float]]) -> int:
    """Return the number of cells; too many are refused before anything is counted."""
    from mesaprior.errors import UsageError
    from mesaprior.inference.sweeps.axes import MOST_CELLS

    n_cells = math.prod(len(values) for values in over.values())
    if n_cells > MOST_CELLS:
        raise UsageError(
            f"the sweep has {n_cells:,} cells, and {MOST_CELLS:,} are allowed; take fewer values of an axis."
        )
    return n_cells


def _check_files(out_file: str | None, plot_file: str | None, over: dict[str, list[float]]) -> None:
    """Refuse files that cannot be written, before any work is done."""
    from mesaprior.cli.files import check_file
    from mesaprior.errors import UsageError

    if out_file:
        check_file(out_file, "--out", TABLES)
    if plot_file:
        n_long = len(_long(over))
        if not 1 <= n_long <= 2:
            raise UsageError(
                f"--plot draws one or two axes of several values, and there are {n_long} here; hold the others at "
                "one value."
            )


def _write(swept: SweptPosterior, out_file: str) -> None:
    """Write the long table; a file that was there stays until the new one is complete."""
    from mesaprior.cli.files import written_whole

    with written_whole(out_file) as temporary:
        if out_file.endswith(".parquet"):
            swept.to_frame().to_parquet(temporary, index=False)
        else:
            swept.to_frame().to_csv(temporary, index=False, na_rep="nan", lineterminator="\n", encoding="utf-8")
    click.echo(f"Wrote {swept.n_cells:,} cells to {out_file}.", err=True)


def _plot(question: Question, swept: SweptPosterior, prior: FormulaPrior, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture
    from mesaprior.inference.figures.sweep import figure_of_sweep
    from mesaprior.inference.provenance import prior_text

    contests = swept.contests(has_lesions=question.space.has_lesions)
    title = f"{Path(question.log.source).stem}, prior {prior_text(prior, swept.axes)}"
    write_picture(figure_of_sweep(swept, contests, title=title), plot_file)
