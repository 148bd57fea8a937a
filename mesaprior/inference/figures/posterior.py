"""The figure of a posterior: who holds it along the training rows, and the odds below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.odds import Partition
from mesaprior.inference.figures.drawing import check_matplotlib, drawn, escape_dollars
from mesaprior.inference.figures.figure import Areas, Figure, Line, Mark, Panel


def plot_posterior(sides: Partition, title_source: str, file: str | Path | None = None) -> Any:
    """Draw a posterior for a notebook or a window, or into a file if one is named.

    Parameters
    ----------
    sides : Partition
    title_source : str
        What was asked about, for the title.
    file : str or Path, optional
        The ending says how it is written: ``.png``, ``.svg``, or what else Matplotlib knows.

    Returns
    -------
    matplotlib.figure.Figure
        Without a file one of pyplot, which notebooks and windows show.

    Raises
    ------
    RunError
        If Matplotlib is not installed.
    UsageError
        If the file has no ending of a picture, or no folder.
    """
    check_matplotlib("plot()")
    figure = figure_of_posterior(sides, title_source)
    if file is None:
        from matplotlib import pyplot

        # Matplotlib has no types for what it takes by keyword.
        plt: Any = pyplot
        picture = drawn(figure, plt.figure)
        escape_dollars(picture)
        return picture
    picture = drawn(figure)
    known = picture.canvas.get_supported_filetypes()
    if Path(file).suffix.removeprefix(".") not in known:
        raise UsageError(f"file={str(file)!r} is no kind of picture; let its name end in .png, .svg or .pdf.")
    if not Path(file).parent.is_dir():
        raise UsageError(f"file={str(file)!r}: there is no folder {Path(file).parent}; make it first.")
    escape_dollars(picture)
    picture.savefig(file, dpi=150)
    return picture


def figure_of_posterior(sides: Partition, title_source: str) -> Figure:
    """Return the share of each side along n, above the odds of the two that are weighed.

    Parameters
    ----------
    sides : Partition
    title_source : str
        What was asked about, for the title.
    """
    n = tuple(sides.n.tolist())
    present = [part for part, number in enumerate(sides.number) if number]
    shares = Areas(
        n,
        tuple(sides.names[part] for part in present),
        tuple(tuple(np.nan_to_num(sides.mass[part]).tolist()) for part in present),
    )
    odds = Line(f"{sides.challengers} : {sides.others}", n, tuple(sides.log2_odds.tolist()))
    lost = () if sides.loses_at is None else (Mark("x", float(sides.loses_at), sides.loss),)
    rows = "training rows seen"
    return Figure(
        f"{title_source}: {sides.headline}",
        (
            Panel(rows, "share of the posterior", (shares,), tuple(Mark(m.axis, m.at, "") for m in lost)),
            Panel(rows, f"log2 odds (bits)\n{odds.label}", (odds,), (Mark("y", 0.0, ""), *lost)),
        ),
        is_stacked=True,
    )
