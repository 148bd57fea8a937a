"""Pictures as files, with the numbers behind them: checked before any work is done, and written atomically."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mesaprior.cli.files import check_file, written_whole
from mesaprior.errors import UsageError
from mesaprior.inference.figures.drawing import check_matplotlib, drawn, escape_dollars
from mesaprior.inference.figures.figure import Figure
from mesaprior.inference.figures.numbers import HEADER, csv_of


def check_picture(path: str, option: str) -> None:
    """Refuse a picture that cannot be drawn, before any work is done.

    Raises
    ------
    UsageError
        If the file name ends in none of .png, .svg and .pdf or is that of a folder, its folder is missing or closed to
        us, or there is no name left for the file of its numbers.
    RunError
        If Matplotlib is not installed.
    """
    if Path(path).suffix not in (".png", ".svg", ".pdf"):
        raise UsageError(f"{option} {path}: a picture is a .png, .svg or .pdf file; give its name such an ending.")
    check_file(path, option)
    _numbers_file(path, option)
    check_matplotlib(option)


def save_picture(figure: Any, path: str) -> None:
    """Write a figure of Matplotlib and close it; a picture that was there stays until the new one is complete.

    The same figure gives the same bytes: no date stands in it, and no names that are drawn at random.
    """
    import matplotlib
    from matplotlib import pyplot as plt

    # Matplotlib has no types for all of its settings.
    library: Any = matplotlib
    escape_dollars(figure)
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix, {})
    try:
        with written_whole(path) as temporary, library.rc_context({"svg.hashsalt": "mesaprior"}):
            figure.savefig(temporary, dpi=150, metadata=undated)
    finally:
        plt.close(figure)


def write_drawing(drawing: Any, path: str) -> None:
    """Write a drawing of Matplotlib into the requested file, and say so."""
    save_picture(drawing, path)
    click.echo(f"Wrote {path}.", err=True)


def write_picture(figure: Figure, path: str) -> None:
    """Write a figure into the requested file, and its numbers beside it; say so."""
    save_picture(drawn(figure), path)
    numbers = _numbers_file(path, "--plot")
    with written_whole(numbers) as temporary:
        temporary.write_text(csv_of(figure), encoding="utf-8", newline="\n")
    click.echo(f"Wrote {path}. Its numbers are in {numbers}.", err=True)


def _numbers_file(path: str, option: str) -> Path:
    """Return where the numbers of a picture go: beside it under its name, or another one if that is taken.

    Raises
    ------
    UsageError
        If both are there and hold something else. A log and its picture often have one name.
    """
    usual = Path(path).with_suffix(".csv")
    other = usual.with_name(f"{usual.stem}-numbers.csv")
    for place in (usual, other):
        if not place.exists() or _holds_numbers(place):
            return place
    raise UsageError(
        f"{option} {path}: the numbers of the picture go to {usual} or {other}, which are both there and hold "
        "something else; give the picture another name."
    )


def _holds_numbers(path: Path) -> bool:
    """Tell whether a file holds the numbers of a picture, so that others may take their place."""
    header = ",".join(HEADER).encode()
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(header)) == header
