"""Files that commands write: checked before any work is done, and written atomically."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from mesaprior.errors import UsageError


def check_file(path: str, option: str, endings: Sequence[str] = ()) -> None:
    """Refuse a file that cannot be written, before any work is done.

    Parameters
    ----------
    path, option : str
        The file, and what named it.
    endings : sequence of str
        Endings that its name can have, such as ``.csv``; none where any will do.

    Raises
    ------
    UsageError
        If the name has another ending or is that of a folder, or its folder is missing or closed to us.
    """
    folder = Path(path).parent
    if endings and Path(path).suffix not in endings:
        raise UsageError(f"{option} {path}: this is written as {' or '.join(endings)}; give a name that ends so.")
    if Path(path).is_dir():
        raise UsageError(f"{option} {path}: there is a folder of this name; choose another name.")
    if not folder.is_dir():
        raise UsageError(f"{option} {path}: there is no folder {folder}; make it first.")
    if not os.access(folder, os.W_OK):
        raise UsageError(f"{option} {path}: the folder {folder} cannot be written to; choose another place.")


def typed_path(path: str) -> str:
    """Return a path as it is typed in a shell; one that begins with a hyphen must not look like an option."""
    return shlex.quote(f"./{path}" if path.startswith("-") and path != "-" else path)


@contextmanager
def written_whole(path: str | Path) -> Generator[Path]:
    """Give a temporary file in place of one; a file that was there stays until the new one is complete."""
    _remove_abandoned(Path(path))
    temporary = Path(path).with_name(f".{os.getpid()}.{Path(path).name}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_abandoned(path: Path) -> None:
    """Remove temporary files of this file whose processes were killed; what cannot be removed does no harm."""
    import psutil

    for left in path.absolute().parent.iterdir():
        match = re.fullmatch(r"\.(\d{1,9})\.(.+)", left.name, flags=re.DOTALL)
        if match and match[2] == path.name and not psutil.pid_exists(int(match[1])):
            with suppress(OSError):
                left.unlink()


def write_text(path: str, text: str) -> None:
    """Write a text with the ends of lines that it has, and say so."""
    with written_whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")
    click.echo(f"Wrote {path}.", err=True)
