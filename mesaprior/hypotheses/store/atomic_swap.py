"""Atomic swap: a census that replaces another is counted in a folder beside it and swapped in when it is complete.

Whatever interrupts it, the old one or the new one is found: in the folder, or beside it.
"""

from __future__ import annotations

import os
from pathlib import Path

from mesaprior.errors import Named, UsageError
from mesaprior.hypotheses.store.files import sync_folder
from mesaprior.hypotheses.store.layout import CENSUS, census_record, is_census_folder
from mesaprior.hypotheses.store.locking import CLAIM
from mesaprior.hypotheses.store.record import MANIFEST

_FOR_OUT = Named("", " for --out")
_ANOTHER = Named("choose another folder", "choose another name for --out")


def beside(folder: Path) -> Path:
    """Return where the census that will replace the one in a folder is counted."""
    return folder.with_name(f".{folder.name}.unfinished")


def replaced(folder: Path) -> Path:
    """Return where the census that was in a folder is while it is being replaced."""
    return folder.with_name(f".{folder.name}.replaced")


def check_writable(folder: str | Path) -> None:
    """Refuse a folder that a census must not be written to, before anything is counted.

    Raises
    ------
    UsageError
        If it holds anything but a census, or its parent is missing or closed to us.
    """
    folder = Path(folder)
    if folder.exists() or folder.is_symlink():
        refused = UsageError(f"{folder}: there is something here that is not a census; ", _ANOTHER, ".")
        if not folder.is_dir():
            raise refused
        names = [path.name for path in folder.iterdir()]
        if not all(CENSUS.is_temporary(name) or name == CLAIM for name in names):
            if not is_census_folder(folder):
                raise refused
            foreign = census_record(folder).foreign_names
            if foreign:
                raise UsageError(
                    f"{folder}: {foreign[0]!r} is not a file of the census here, and would be lost when the census is "
                    "replaced; move it away or ",
                    _ANOTHER,
                    ".",
                )
    parent = folder.absolute().parent
    if not parent.is_dir() or not os.access(parent, os.W_OK):
        raise UsageError(f"{parent}: this is not a folder that can be written to; choose another place", _FOR_OUT, ".")


def current_folder(folder: Path) -> Path:
    """Return where to read the census of a folder: beside it, if a replacement was interrupted half-way."""
    if not folder.exists():
        for place in (beside(folder), replaced(folder)):
            if (place / MANIFEST).is_file():
                return place
    return folder


def settle(folder: Path) -> None:
    """Finish a replacement that was interrupted half-way."""
    place = current_folder(folder)
    if place != folder:
        place.rename(folder)
    if folder.exists():
        _remove_replaced(folder)


def swap_in(new: Path, folder: Path) -> None:
    """Put a complete census in the place of a folder; what was there is moved away first and removed last."""
    _remove_replaced(folder)
    if folder.exists():
        folder.rename(replaced(folder))
    new.rename(folder)
    sync_folder(folder.absolute().parent)
    _remove_replaced(folder)


def _remove_replaced(folder: Path) -> None:
    """Remove what was replaced in a folder; an interruption may have left any of its files."""
    old = replaced(folder)
    if old.is_dir() and not old.is_symlink() and not (record := census_record(old)).foreign_names:
        record.remove()
