"""From the options that name a hypothesis space to the space, and from a stored census back to it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.cli.options import SPACES, SpaceOptions, check_columns
from mesaprior.cli.spaces.formalism import Formalism, Space, WholeFormalism
from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.spaces import whole_space
from mesaprior.hypotheses.store import open_manifest
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.space import TermSpace

if TYPE_CHECKING:
    from mesaprior.priors.prior import FormulaPrior

__all__ = [
    "Space",
    "check_prior",
    "formalism",
    "space_name",
    "space_of",
    "spaces_of",
    "stored_space",
    "whole_formalism",
]


def formalism(name: str) -> Formalism:
    """Return what the command line knows of the spaces of this name, one of `SPACES`."""
    return importlib.import_module(f"mesaprior.cli.spaces.{name}").FORMALISM


def whole_formalism(name: str) -> WholeFormalism:
    """Return the same for a space that is counted all at once."""
    found = formalism(name)
    assert isinstance(found, WholeFormalism)
    return found


def space_of(log: ImitationLog, asked: SpaceOptions) -> Space:
    """Return the space that the options name; without a bound, one that is counted in seconds.

    Raises
    ------
    UsageError
        If an option belongs to another space.
    """
    chosen = formalism(asked.space or TermSpace.name)
    for option in asked.given:
        if option not in chosen.options:
            homes = [name for name in SPACES if option in formalism(name).options]
            raise UsageError(
                f"{option} goes with --space {' or '.join(homes)}, and the space here is {chosen.name}; leave it out, "
                f"or ask for --space {homes[0]}."
            )
    return chosen.of_options(log, asked)


def spaces_of(log: ImitationLog, names: Sequence[str], given: dict[str, Any]) -> list[Space]:
    """Return several spaces, each bounded by those of the options that it understands.

    Raises
    ------
    UsageError
        If an option belongs to none of them.
    """
    chosen = [formalism(name) for name in names]
    for option in given:
        if not any(option in one.options for one in chosen):
            homes = [name for name in SPACES if option in formalism(name).options]
            raise UsageError(
                f"{option} belongs to the space {' or '.join(homes)}, which is not asked; name it, or leave the option "
                "out."
            )
    return [
        one.of_options(log, SpaceOptions(one.name, {name: given[name] for name in given if name in one.options}))
        for one in chosen
    ]


def stored_space(name: str, language: Language | None, bounds: dict[str, Any]) -> Space:
    """Return the space that a census folder was counted from.

    Raises
    ------
    ContentError
        If there is no space of this name.
    """
    if language is not None:
        return TermSpace(language, bounds["max_bits"], bounds["max_time"])
    found = whole_space(name)
    if found is None:
        raise ContentError(f"{name[:60]!r} is no hypothesis space; there are {', '.join(SPACES)}.")
    return found.of_bounds(bounds)


def space_name(source: str, asked: SpaceOptions) -> str:
    """Return the name of the space asked for, or of that of a census folder."""
    is_folder = Path(source).is_dir()
    name = str(open_manifest(Path(source)).get("space")) if is_folder else asked.space or TermSpace.name
    # A folder that says nothing sensible is refused when it is opened.
    return name if name in SPACES else TermSpace.name


def check_prior(prior: FormulaPrior, source: str, asked: SpaceOptions) -> None:
    """Refuse a prior that reads what the space asked for, or that of a census folder, does not count.

    Raises
    ------
    UsageError
        If so.
    """
    name = space_name(source, asked)
    check_columns(prior, name, formalism(name).columns)
