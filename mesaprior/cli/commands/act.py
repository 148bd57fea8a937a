"""`mesaprior world act`: ways to act on a posterior, let loose in a world."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command, headed_option
from mesaprior.cli.commands.safeguards import guard_options
from mesaprior.cli.one_world import WORLD, one_world_with_prior, world_of
from mesaprior.cli.options import check_noise, format_option, noise_of, noise_option, prior_of, prior_options
from mesaprior.hypotheses.terms.describe import LONGEST
from mesaprior.inference.provenance import prior_facts
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    from mesaprior.inference.worlds.conduct import Conduct
    from mesaprior.inference.worlds.world import World

COLUMNS = (
    *("defections", "any_defection", "errors", "questions", "ungraded", "untold", "locked_in"),
    "regret",
)
"""What is said of each safeguard, over all steps and at each."""


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
    temperatures: tuple[float, ...],
    alphas: tuple[float, ...],
    ks: tuple[int, ...],
    cost: float,
    has_slips: bool,
    work: int,
    is_by_step: bool,
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
    from mesaprior.inference.safeguards import check_settings
    from mesaprior.inference.worlds.acting import act_in
    from mesaprior.inference.worlds.ground import ground_of

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_columns(prior, TermSpace.name, TermSpace.columns)
    check_settings(temperatures, alphas, ks, cost)
    world = world_of(name, seed, settings)
    # Where nobody can walk, nothing is counted.
    ground_of(world)
    check_noise(noise, world.language.actions)
    space = TermSpace(world.language, max_bits)
    found = act_in(
        world,
        census_of(space, world.log),
        prior,
        n_steps=steps,
        noise=noise,
        temperatures=temperatures,
        alphas=alphas,
        ks=ks,
        cost=cost,
        has_slips=has_slips,
        work=work,
    )
    if form == "json":
        from mesaprior.hypotheses.versions import versions
        from mesaprior.inference.provenance import facts_of_log, facts_of_space

        provenance = {
            "versions": versions(),
            "world": {"name": world.name, "seed": world.seed, "settings": world.settings},
            **facts_of_space(space),
            "log": facts_of_log(world.log),
            "prior": prior_facts(prior),
            "noise": str(noise),
            "cost": cost,
            "slips": has_slips,
            "steps": steps,
        }
        rows = [_facts(conduct) for conduct in found]
        click.echo(json.dumps({"safeguards": rows, "provenance": provenance}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(["name", *["step"] * is_by_step, *COLUMNS], _lines(found, is_by_step))
    else:
        _render(found, world, steps, cost, is_by_step)


def _facts(conduct: Conduct) -> dict[str, Any]:
    """Return what is said of a safeguard, as plain data; numbers that are not finite are texts."""
    from mesaprior.inference.result import json_number

    totals = conduct.totals()
    by_step = {name: [json_number(value) for value in getattr(conduct, name).tolist()] for name in COLUMNS}
    return {"name": conduct.name} | {name: json_number(totals[name]) for name in COLUMNS} | {"steps": by_step}


def _lines(found: list[Conduct], is_by_step: bool) -> list[list[Any]]:
    """Return a line for each safeguard, or for each of its steps."""
    if not is_by_step:
        return [[conduct.name, *map(conduct.totals().__getitem__, COLUMNS)] for conduct in found]
    return [
        [conduct.name, step + 1, *(float(getattr(conduct, name)[step]) for name in COLUMNS)]
        for conduct in found
        for step in range(len(conduct.errors))
    ]


def _render(found: list[Conduct], world: World, steps: int, cost: float, is_by_step: bool) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text

    title = f"What each way to act does in {world.name}, seed {world.seed}, in {steps} steps, in expectation"
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("acts by")
    heads = ("defections", "ever", "errors", "questions", "ungraded", "untold", "locked in", "regret")
    for head in (*["step"] * is_by_step, *heads):
        table.add_column(head, justify="right")
    for name, *step, defections, ever, errors, questions, ungraded, untold, locked, regret in _lines(found, is_by_step):
        table.add_row(
            name,
            *map(str, step),
            f"{defections:.3f}",
            share_text(ever),
            *(f"{value:.3f}" for value in (errors, questions, ungraded)),
            share_text(untold),
            share_text(locked),
            f"{regret:.3f}",
        )
    out = console()
    out.print(table)
    for line in (
        "Ever: the probability to do, somewhere, what the rival would and the teacher would not. Ungraded: decisions "
        "where one hears what the teacher does only if one asks.",
        "Untold: the probability never to have heard what the teacher does where the rival does something else; locked "
        "in: to have been there, besides, and to have done each time what the rival would.",
        f"Regret: errors, and {cost:g} for each question. Sampling keeps one program; with a new one at every step it "
        "would do what the mixture does.",
    ):
        out.print(f"• {line}", markup=False, soft_wrap=True)
