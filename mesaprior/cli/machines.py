"""Options that commands about Turing machines share, and their table of strings, stored or counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesaprior.cli.cluster import remote_of
from mesaprior.cli.command import COUNTING, PRIOR, Decorator, headed_option
from mesaprior.cli.completion import A_PRIOR
from mesaprior.cli.options import WholeNumber, param_option, together

if TYPE_CHECKING:
    from mesaprior.hypotheses.turing.strings.table import StringTable

F = TypeVar("F", bound=Callable[..., Any])

states_option: Decorator = click.option(
    "--states",
    type=click.IntRange(1, 6),
    required=True,
    metavar="N",
    help="States of the machines, not counting the halt.",
)
max_steps_option: Decorator = click.option(
    "--max-steps",
    type=WholeNumber(1, 10**6),
    metavar="T",
    help="Stop runs after T steps; by default as late as any machine of up to 4 states halts, and after 500 for 5.",
)

workers_option: Decorator = headed_option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="W",
    heading=COUNTING,
    help="Threads; by default one for each core. The counts do not depend on it.",
)


def weight_options(*old_names: str) -> Callable[[F], F]:
    """Return the options of the prior that weighs machines, as the arguments `prior_text` and `parameters`.

    Parameters
    ----------
    *old_names : str
        What `--prior` was called before.
    """
    prior_option = headed_option(
        "--prior",
        "prior_text",
        type=A_PRIOR,
        metavar="NAME_OR_FORMULA",
        heading=PRIOR,
        old_names=old_names,
        help="A prior over length and time that weighs the machines; by default all count alike.",
    )
    return together(prior_option, param_option)


def string_table(states: int, max_steps: int | None, workers: int | None, address: str | None) -> StringTable:
    """Return what machines print, from the store or counted with progress; what takes long to count is kept there.

    Parameters
    ----------
    states, max_steps
        As in `Size.of`.
    workers : int or None
        Threads; None for as many as there are cores.
    address : str or None
        Of a cluster that counts; what is counted there is kept, however small it is.
    """
    from mesaprior.cli.counting import Notices
    from mesaprior.hypotheses.turing.strings.obtain import obtain_strings
    from mesaprior.hypotheses.turing.strings.size import Size

    remote = remote_of(address, workers=workers)
    notices = Notices("machines", thing="table", done="run")
    return obtain_strings(Size.of(states, max_steps), keep=True, workers=workers, remote=remote, listener=notices)
