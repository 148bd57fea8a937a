"""From the options that name a hypothesis space to the space."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.options import SpaceOptions
from mesaprior.errors import UsageError
from mesaprior.hypotheses import registry
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.store import open_manifest
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    from mesaprior.priors.prior import FormulaPrior


def space_of(log: ImitationLog, asked: SpaceOptions) -> Space:
    """Return the space that the options name; without a bound, one that is counted in seconds.

    Raises
    ------
    UsageError
        If an option belongs to another space.
    """
    chosen = registry.description(asked.space or registry.USUAL)
    for option in asked.given:
        if option not in chosen.option_names:
            homes = registry.spaces_with(option)
            raise UsageError(
                f"{option} goes with --space {' or '.join(homes)}, and the space here is {chosen.name}; leave it out, "
                f"or ask for --space {homes[0]}."
            )
    return chosen.of_options(log, asked.given, _say)


def spaces_of(log: ImitationLog, names: Sequence[str], given: dict[str, Any]) -> list[Space]:
    """Return several spaces, each bounded by those of the options that it understands.

    Raises
    ------
    UsageError
        If an option belongs to none of them.
    """
    chosen = [registry.description(name) for name in names]
    for option in given:
        if not any(option in one.option_names for one in chosen):
            homes = registry.spaces_with(option)
            raise UsageError(
                f"{option} belongs to the space {' or '.join(homes)}, which is not asked; name it, or leave the option "
                "out."
            )
    return [
        one.of_options(log, {name: given[name] for name in given if name in one.option_names}, _say) for one in chosen
    ]


def _say(sentence: str) -> None:
    click.echo(sentence, err=True)


def space_name(source: str, asked: SpaceOptions) -> str:
    """Return the name of the space asked for, or of that of a census folder."""
    is_folder = Path(source).is_dir()
    name = str(open_manifest(Path(source)).get("space")) if is_folder else asked.space or registry.USUAL
    # A folder that says nothing sensible is refused when it is opened.
    return name if name in registry.names() else registry.USUAL


def check_prior(prior: FormulaPrior, source: str, asked: SpaceOptions) -> None:
    """Refuse a prior that reads what the space asked for, or that of a census folder, does not count.

    Raises
    ------
    UsageError
        If so.
    """
    name = space_name(source, asked)
    check_columns(prior, name, registry.description(name).columns)
