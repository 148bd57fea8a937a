"""Pictures as files: refused before any work is done, or written whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mesaprior.cli.files import check_file, written_whole
from mesaprior.errors import UsageError
from mesaprior.inference.figures.drawing import check_matplotlib, escape_dollars


def check_picture(path: str, option: str) -> None:
    """Refuse a picture that cannot be drawn, before any work is done.

    Raises
    ------
    UsageError
        If the file name ends in none of .png, .svg and .pdf or is that of a folder, or its folder is missing or closed
        to us.
    RunError
        If Matplotlib is not installed.
    """
    if Path(path).suffix not in (".png", ".svg", ".pdf"):
        raise UsageError(f"{option} {path}: a picture is a .png, .svg or .pdf file; give its name such an ending.")
    check_file(path, option)
    check_matplotlib(option)


def save_picture(figure: Any, path: str) -> None:
    """Write a figure of Matplotlib and close it; a picture that was there stays until the new one is complete.

    The same figure gives the same bytes: no date stands in it, and no names that are drawn at random.
    """
    import matplotlib
    from matplotlib import pyplot as plt

    escape_dollars(figure)
    undated = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}.get(Path(path).suffix, {})
    try:
        with written_whole(path) as temporary, matplotlib.rc_context({"svg.hashsalt": "mesaprior"}):
            figure.savefig(temporary, dpi=150, metadata=undated)
    finally:
        plt.close(figure)


def write_picture(figure: Any, path: str) -> None:
    """Write a figure of Matplotlib into a file that was asked for, and say so."""
    save_picture(figure, path)
    click.echo(f"Wrote {path}.", err=True)
