"""From a log or a census folder on the command line to a census and its log."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from mesaprior.cli.counting import Notices
from mesaprior.cli.files import typed_path
from mesaprior.cli.options import SpaceOptions, check_noise
from mesaprior.cli.progress import phase
from mesaprior.cli.reading import ReadingOptions, read_asked
from mesaprior.cli.spaces import space_of
from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.registry import USUAL, stored_space
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store import codes_of_census, open_census
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.inference.request import Question, has_default_language

if TYPE_CHECKING:
    from mesaprior.inference.bayes.noise import NoiseModel


def ask(
    source: str,
    *,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    noise: NoiseModel | None = None,
    max_bytes: int | None = None,
    check: Callable[[ImitationLog], None] = lambda log: None,
) -> Question:
    """Count a census on a log, or open the one in a folder.

    Parameters
    ----------
    source : str
        A log, or a folder with a census.
    other_log : str or None
        Another log that the census in a folder is asked about.
    asked : SpaceOptions
    reading : ReadingOptions
    noise : NoiseModel or None
        What will be asked with; refused before a language is counted whose actions it does not go with.
    max_bytes : int or None
        Memory to keep to, about, while counting and answering; None for what is free.
    check : callable
        Called with the log before anything is counted; it raises where the question cannot be answered.

    Raises
    ------
    UsageError
        If options do not go together.
    """
    if Path(source).is_dir():
        if max_bytes is not None:
            raise UsageError(f"--max-memory bounds counting, and {source} was counted already; leave it out.")
        return _ask_folder(source, other_log, asked, reading)
    if other_log is not None:
        raise UsageError(f"--log goes with a census folder, and {source} is none; give the log alone.")
    log = read_asked(source, reading, asked.get("--language"))
    check(log)
    space = space_of(log, asked)
    if noise is not None and space.language is not None:
        check_noise(noise, space.language.actions)
    return Question(
        census=census_of(space, log, max_bytes=max_bytes),
        log=log,
        space=space,
        is_default_language=is_default(space, asked),
        source=source,
        reading=reading.typed(),
    )


def is_default(space: Space, asked: SpaceOptions) -> bool:
    """Tell whether there is a language, and it is the default one of the log."""
    return space.language is not None and asked.get("--language") is None


def _ask_folder(folder: str, other_log: str | None, asked: SpaceOptions, reading: ReadingOptions) -> Question:
    """Open the census in a folder."""
    codes = codes_of_census(folder)
    for option in asked.given:
        raise UsageError(f"{folder} is a census that was counted already, so {option} cannot change it; leave it out.")
    for option in reading.given if other_log is None else ():
        raise UsageError(f"{option} says how a file is read, and {folder} is a census; name the file with --log.")
    log = read_asked(other_log, reading, codes=codes) if other_log is not None else None
    with phase("Reading the census"):
        stored = open_census(folder, log=log)
    space = stored_space(stored.census.space, stored.census.bounds, stored.language)
    if asked.space not in (None, space.name):
        raise UsageError(f"{folder} is a census of the space {space.name}, not {asked.space}; leave --space out.")
    return Question(
        census=stored.census,
        log=stored.log,
        space=space,
        is_default_language=has_default_language(stored.language, stored.log),
        source=folder,
        reading=f" --log {typed_path(other_log)}{reading.typed()}" if other_log is not None else "",
    )


def census_of(space: Space, log: ImitationLog, *, max_bytes: int | None = None) -> Census:
    """Return the census of the store that answers, or count one; what took long to count is kept in the store.

    Raises
    ------
    UsageError
        If there is memory to keep to, and the space has no way to keep to it.
    """
    if max_bytes is not None and space.cut != "ranges":
        raise UsageError(f"--max-memory goes with --space {USUAL}, and the space here is {space.name}; leave it out.")
    return obtain(space, log, keep=True, max_bytes=max_bytes, listener=Notices(space.noun))
