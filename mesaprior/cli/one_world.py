"""The options that choose one world, and the world that they choose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Decorator, headed_option
from mesaprior.cli.completion import A_WORLD
from mesaprior.cli.options import F, Parameter, together, whole_numbers

if TYPE_CHECKING:
    from mesaprior.inference.worlds.world import World

WORLD = "The world"

_name_and_seed = together(
    click.argument("name", type=A_WORLD, metavar="NAME"),
    headed_option(
        "--seed",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        metavar="N",
        heading=WORLD,
        help="The random seed; the same seed gives the same world.",
    ),
)


def _settings_option(*, old_names: Sequence[str] = ()) -> Callable[[F], F]:
    return headed_option(
        "--set",
        "settings",
        old_names=old_names,
        type=Parameter(),
        multiple=True,
        heading=WORLD,
        help="Change a setting of the world (`mesaprior world list`); repeatable.",
    )


one_world: Decorator = together(_name_and_seed, _settings_option(old_names=("--param",)))
"""Gives a command the name, the seed and the settings of a world."""

one_world_with_prior: Decorator = together(_name_and_seed, _settings_option())
"""The same for a command whose `--param` is one of a prior."""


def world_of(name: str, seed: int, settings: tuple[tuple[str, float], ...]) -> World:
    """Return the world that the options name."""
    from mesaprior.inference.worlds.worlds import make_world, settings_of_family

    return make_world(name, seed=seed, **settings_of_family(name, whole_numbers(settings, "--set")))
