"""`mesaprior world act`: safeguards in a world that responds to the actions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Command, headed_option
from mesaprior.cli.commands.safeguards import Ways, guard_options
from mesaprior.cli.one_world import WORLD, one_world_with_prior, world_of
from mesaprior.cli.options import (
    check_noise,
    format_option,
    noise_of,
    noise_option,
    plot_option,
    prior_of,
    prior_options,
)
from mesaprior.cli.report import show
from mesaprior.hypotheses.terms.describe import LONGEST
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    from mesaprior.inference.worlds.conduct import Conduct


@click.command(cls=Command)
@one_world_with_prior
@headed_option(
    "--steps",
    type=click.IntRange(1, 255),
    default=10,
    show_default=True,
    metavar="T",
    heading=WORLD,
    help="How many steps to act after the training rows.",
)
@headed_option(
    "--max-bits",
    type=click.IntRange(1, LONGEST),
    default=24,
    show_default=True,
    metavar="B",
    heading=WORLD,
    help="Count every program of at most B bits.",
)
@prior_options
@noise_option
@guard_options
@click.option(
    "--work",
    type=click.IntRange(min=1),
    default=1_500_000_000,
    show_default=True,
    metavar="W",
    help="The limit on histories times policies; with a higher one, more steps can be taken.",
)
@click.option("--by-step", "is_by_step", is_flag=True, help="Print a line for each step; JSON always has them.")
@plot_option("Plot regret, and defections along the steps")
@format_option()
def act(
    name: str,
    seed: int,
    settings: tuple[tuple[str, float], ...],
    steps: int,
    max_bits: int,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    ways: Ways,
    work: int,
    is_by_step: bool,
    plot_file: str | None,
    form: str,
) -> None:
    """Act on the posterior in a world that responds to the actions.

    Counts every program of the world's language up to a length, updates on its training rows, and acts from there on
    in the ways that `mesaprior safeguards` compares on the rows of a log. What the teacher would do is seen only on
    graded steps and after a question. All numbers are exact expectations over all histories.

    \b
    Examples:
      mesaprior world act fork --seed 3 --steps 10
      mesaprior world act lagoon --alpha 0.1 --alpha 0.001 --no-slips --by-step --format csv
    """
    from mesaprior.cli.question import census_of
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.inference.provenance import prior_text as text_of
    from mesaprior.inference.reports.acting import report_acting
    from mesaprior.inference.worlds.acting import act_in
    from mesaprior.inference.worlds.ground import ground_of

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_columns(prior, TermSpace.name, TermSpace.columns)
    ways.check()
    world = world_of(name, seed, settings)
    # Where nobody can walk, nothing is counted.
    ground_of(world)
    check_noise(noise, world.language.actions)
    space = TermSpace(world.language, max_bits)
    census = census_of(space, world.log)
    found = act_in(world, census, prior, n_steps=steps, noise=noise, work=work, **asdict(ways))
    if plot_file:
        asked = f"{world.name}, seed {world.seed}, prior {text_of(prior)}, noise {noise}"
        _plot(found, ways.cost, f"{asked}: what each way to act does", plot_file)
    told = report_acting(
        found,
        world,
        space,
        prior=prior,
        noise=noise,
        cost=ways.cost,
        has_slips=ways.has_slips,
        steps=steps,
        is_by_step=is_by_step,
    )
    show(told, form)


def _plot(found: list[Conduct], cost: float, title: str, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture
    from mesaprior.inference.figures.safeguards import figure_of_acting

    write_picture(figure_of_acting(found, cost=cost, title=title), plot_file)
