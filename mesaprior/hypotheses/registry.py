"""The registry of hypothesis spaces: the built-in ones, and those that installed packages add.

A package adds a space by an entry point of the group `mesaprior.spaces`, which names the subclass of `Description` that
describes it::

    [project.entry-points."mesaprior.spaces"]
    tables = "my_package.describe:Tables"

The name is that of the space. Descriptions and spaces are imported when they are asked for.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.errors import ContentError, MesapriorError, RunError
from mesaprior.hypotheses.description import Description, Option

if TYPE_CHECKING:
    from mesaprior.hypotheses.space import Space
    from mesaprior.hypotheses.terms.language import Language

GROUP = "mesaprior.spaces"
"""Group of entry points."""

OWN = {
    "terms": "mesaprior.hypotheses.terms.describe:Terms",
    "turing": "mesaprior.hypotheses.turing.describe:Machines",
    "circuits": "mesaprior.hypotheses.circuits.describe:Circuits",
    "networks": "mesaprior.hypotheses.networks.describe:Networks",
    "generators": "mesaprior.hypotheses.generators.describe:Generators",
}
"""For each of our own spaces its description; the first one is asked where none is named."""

USUAL = next(iter(OWN))
"""The space that is asked where none is named."""


@cache
def _places() -> dict[str, str]:
    """Return where the description of each space is, by name; one of ours is not replaced."""
    if not any(_may_add_a_space(folder) for folder in sys.path):
        return dict(OWN)
    from importlib.metadata import entry_points

    return {point.name: point.value for point in sorted(entry_points(group=GROUP))} | OWN


def _may_add_a_space(folder: str) -> bool:
    """Tell whether a package in a folder of the import path may add a space.

    Nearly always none does, and to read the files of all packages for that takes a tenth of what it takes to import
    `importlib.metadata`, which is asked where the answer is yes or cannot be told.
    """
    path = Path(folder)
    if not path.is_dir():
        return path.exists()
    found = chain(path.glob("*.dist-info/entry_points.txt"), path.glob("*.egg-info/entry_points.txt"))
    try:
        return any(GROUP.encode() in file.read_bytes() for file in found)
    except OSError:
        return True


@cache
def names() -> tuple[str, ...]:
    """Return the names of all spaces: our own, then those of other packages, sorted."""
    return (*OWN, *(name for name in _places() if name not in OWN))


@cache
def description(name: str) -> Description[Any]:
    """Return the description of the spaces of this name.

    Raises
    ------
    ContentError
        If there is none.
    RunError
        If the package that has it is broken.
    """
    if name not in _places():
        raise ContentError(f"{name[:60]!r} is no hypothesis space; there are {', '.join(names())}.")
    place = _places()[name]
    module, _, class_name = place.partition(":")
    try:
        found = vars(importlib.import_module(module))[class_name]()
        # Whatever is missing of a description is noticed here, and not half-way through a command.
        told = found.name, found.noun, (*found.columns,), (*found.option_names,), found.space
    except Exception as error:
        raise RunError(
            f"the space {name!r} cannot be loaded from {place} ({type(error).__name__}: {error}); update or remove the "
            "package that has it."
        ) from error
    if told[0] != name:
        raise RunError(
            f"the space {name!r} cannot be loaded from {place}, which describes {told[0]!r}; update or remove the "
            "package that has it."
        )
    return found


def find(name: str) -> Description[Any] | None:
    """Return the description of the spaces of this name, or None where there is none that can be loaded."""
    try:
        return description(name)
    except MesapriorError:
        return None


def descriptions() -> list[Description[Any]]:
    """Return all descriptions; a broken package is left out until its space is requested by name."""
    return [found for name in names() if (found := find(name)) is not None]


@cache
def options() -> dict[str, Option]:
    """Return the options of all spaces by name, in the order in which they are shown; each is described once."""
    found: dict[str, Option] = {}
    for one in descriptions():
        for option in one.options:
            found.setdefault(option.name, option)
    return dict(sorted(found.items(), key=lambda item: item[1].place))


def options_of_programs() -> set[str]:
    """Return the names of the options that matter where a single program of some space is taken apart."""
    return {name for one in descriptions() for name in one.program_option_names}


@cache
def columns() -> tuple[str, ...]:
    """Return the columns of the censuses of all spaces, each once."""
    return tuple(dict.fromkeys(name for one in descriptions() for name in one.columns))


def spaces_with(option: str) -> list[str]:
    """Return the names of the spaces that understand an option."""
    return [one.name for one in descriptions() if option in one.option_names]


def usual_spaces() -> Iterable[str]:
    """Return the names of the spaces that are compared where none are named."""
    return [one.name for one in descriptions() if one.is_usual]


def stored_space(name: str, bounds: dict[str, Any], language: Language | None) -> Space:
    """Return the space that a census was counted from.

    Raises
    ------
    ContentError
        If there is no space of this name.
    """
    return description(name).space_class().of_bounds(bounds, language)
