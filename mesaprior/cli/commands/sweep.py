"""`mesaprior sweep`: the odds over a grid of parameters."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import OUTPUT, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.values import Axis

if TYPE_CHECKING:
    from mesaprior.cli.contests import Contest
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
@headed_option(
    "--plot",
    "plot_file",
    type=FILE,
    metavar="FILE",
    heading=OUTPUT,
    help="Plot the odds along one or two axes, in a .png or .svg file.",
)
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
    from mesaprior.cli.contests import contests_of
    from mesaprior.cli.progress import progress
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.provenance import provenance_of

    over = _over(axes)
    prior = swept_prior(prior_text, parameters, {name: values[0] for name, values in over.items()})
    noise = noise_of(noise_text)
    check_prior(prior, source, asked)
    _check_files(out_file, plot_file, over)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    analysis = Analysis(question.census, question.log, prior, noise, tolerance, space=question.space)
    n_cells = _n_cells(over)
    with progress(f"Working out {n_cells:,} cells", n_cells) as report:
        swept = analysis.sweep(over, workers=os.cpu_count() or 1, report=report)
    contests = contests_of(swept, has_lesions=question.space.has_lesions)
    if out_file:
        _write(swept, out_file)
    if plot_file:
        from mesaprior.cli.report.plot_sweep import plot_sweep

        plot_sweep(swept, contests, plot_file, title=f"{Path(question.log.source).stem}, prior {prior.name}")
        click.echo(f"Wrote {plot_file}.", err=True)
    settings = {
        "prior": {"name": prior.name, "formula": prior.text, "parameters": fixed_parameters(prior, over)},
        "noise": "swept" if "noise" in over else str(noise),
        "tolerance": tolerance,
    }
    if form == "json":
        provenance = provenance_of(question, **settings)
        click.echo(json.dumps(_to_json(swept, contests) | {"provenance": provenance}, allow_nan=False))
    elif form == "csv":
        click.echo(_csv(swept), nl=False)
    else:
        from mesaprior.cli.render_sweep import render_sweep

        render_sweep(question, swept, contests, settings)


def swept_prior(
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    examples: dict[str, float],
    option: str = "--over",
) -> FormulaPrior:
    """Return the prior that the options name, where some of its parameters vary and so have no value of their own.

    Parameters
    ----------
    prior_text : str
    parameters : tuple of (str, float)
        As given by --param.
    examples : dict of str to float
        A value of each thing that varies, whether it is a parameter of the prior or not.
    option : str
        What said that they vary.
    """
    from mesaprior.cli.options import parameters_of
    from mesaprior.errors import UsageError
    from mesaprior.inference.sweeps.axes import prior_over
    from mesaprior.priors.prior import FormulaPrior

    given = parameters_of(parameters)
    for name in given:
        if name in examples:
            raise UsageError(f"{name!r} varies by {option} and is held by --param; leave one of the two out.")
    prior = prior_over(prior_text, examples, given)
    assert isinstance(prior, FormulaPrior)
    return prior


def fixed_parameters(prior: FormulaPrior, varied: Sequence[str] | dict[str, Any]) -> dict[str, float]:
    """Return the parameters of a prior that do not vary."""
    return {name: value for name, value in prior.parameters.items() if name not in varied}


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
        if Path(out_file).suffix not in TABLES:
            raise UsageError(f"--out {out_file}: a table is a .csv or a .parquet file; give its name such an ending.")
        check_file(out_file, "--out")
    if plot_file:
        from mesaprior.cli.report.figure import check_picture

        check_picture(plot_file, "--plot")
        long = [name for name, values in over.items() if len(values) > 1]
        if not 1 <= len(long) <= 2:
            raise UsageError(
                f"--plot draws one or two axes of several values, and there are {len(long)} here; hold the others at "
                "one value."
            )


def _csv(swept: SweptPosterior) -> str:
    return swept.to_frame().to_csv(index=False, na_rep="nan", lineterminator="\n")


def _write(swept: SweptPosterior, out_file: str) -> None:
    """Write the long table; a file that was there stays until the new one is complete."""
    from mesaprior.cli.files import written_whole

    with written_whole(out_file) as temporary:
        if out_file.endswith(".parquet"):
            swept.to_frame().to_parquet(temporary, index=False)
        else:
            temporary.write_text(_csv(swept), encoding="utf-8")
    click.echo(f"Wrote {swept.n_cells:,} cells to {out_file}.", err=True)


def _to_json(swept: SweptPosterior, contests: Sequence[Contest]) -> dict[str, Any]:
    from mesaprior.cli.render_sweep import lines_of
    from mesaprior.inference.result import json_number
    from mesaprior.inference.roles import ROLES, VERDICTS
    from mesaprior.inference.sweeps.changes import sign_changes

    def nested(values: Any) -> Any:
        return [nested(part) for part in values] if values.ndim else json_number(float(values))

    along = next(iter(swept.axes))
    changes = [
        {
            "of": f"{contest.challengers} over {contest.others}",
            "along": along,
            "at": others,
            "before": change.before,
            "after": change.after,
            "near": change.near,
            "leads": contest.challengers if change.is_rise else contest.others,
        }
        for contest in contests
        for others, odds in lines_of(swept.axes, contest.odds)
        for change in sign_changes(swept.axes[along], odds)
    ]
    return {
        "axes": [{"name": name, "values": values.tolist()} for name, values in swept.axes.items()],
        "log2_odds": nested(swept.log2_odds),
        "log2_odds_verdict": nested(swept.log2_odds_verdict),
        "log2_evidence": nested(swept.log2_evidence),
        "mass": {name: nested(swept.mass_by_role[..., role]) for role, name in enumerate(ROLES)},
        "mass_by_verdict": {
            name: {other: nested(swept.mass[..., role, verdict]) for verdict, other in enumerate(VERDICTS)}
            for role, name in enumerate(ROLES)
        },
        "misses": {name: nested(swept.misses[..., role]) for role, name in enumerate(ROLES)},
        "misses_all": nested(swept.misses_all),
        "sign_changes": changes,
    }
