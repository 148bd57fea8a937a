"""What commands about Turing machines share: their options, and the table of strings, kept or counted."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesaprior.cli.cluster import remote_of
from mesaprior.cli.command import COUNTING, PRIOR, headed_option
from mesaprior.cli.completion import A_PRIOR
from mesaprior.cli.failures import error_text
from mesaprior.cli.options import WholeNumber, param_option, together

if TYPE_CHECKING:
    from mesaprior.cli.cluster import Remote
    from mesaprior.hypotheses.turing.strings.keeping import StringKeeper
    from mesaprior.hypotheses.turing.strings.size import Size
    from mesaprior.hypotheses.turing.strings.table import StringTable

F = TypeVar("F", bound=Callable[..., Any])

states_option = click.option(
    "--states",
    type=click.IntRange(1, 6),
    required=True,
    metavar="N",
    help="States of the machines, not counting the halt.",
)
max_steps_option = click.option(
    "--max-steps",
    type=WholeNumber(1, 10**6),
    metavar="T",
    help="Stop runs after T steps; by default as late as any machine of up to 4 states halts, and after 500 for 5.",
)

workers_option = headed_option(
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
    from mesaprior.hypotheses.turing.strings.keeping import is_kept
    from mesaprior.hypotheses.turing.strings.size import Size

    remote = remote_of(address, workers=workers)
    size, workers = Size.of(states, max_steps), workers or os.cpu_count() or 1
    if remote is None and not is_kept(size):
        return _count(size, workers)
    return _from_store(size) or _count_and_keep(size, workers, remote)


def _count(size: Size, workers: int) -> StringTable:
    """Count with progress, and keep it nowhere."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.turing.strings.sharding import StringShards

    enumeration = StringShards(size).enumeration
    with progress(_title(size), len(enumeration.prefixes)) as report:
        return enumeration.table(workers=workers, report=report)


def _count_elsewhere(size: Size, remote: Remote) -> StringTable:
    """Have others count with progress, and keep it nowhere."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.turing.strings.sharding import StringShards

    shards = StringShards(size)
    n_shards = shards.n_shards()
    counted: dict[int, StringTable] = {}
    with progress(_title(size), n_shards) as report:
        for k, table in remote(shards, None, range(n_shards), n_shards):
            counted[k] = table
            report(1)
    return shards.enumeration.together(counted[k] for k in range(n_shards))


def _from_store(size: Size) -> StringTable | None:
    from mesaprior.hypotheses.turing.strings.stored import find_strings, strings_folder

    try:
        table = find_strings(size)
    except OSError as error:
        click.echo(f"The store cannot answer, so the machines are run: {error_text(error)}", err=True)
        return None
    if table is not None:
        click.echo(f"Nothing to count: the table is in the store, {strings_folder(size)}.", err=True)
    return table


def _count_and_keep(size: Size, workers: int, remote: Remote | None) -> StringTable:
    """Count into the store; where the store is of no use, only count."""
    from mesaprior.errors import RunError
    from mesaprior.hypotheses.turing.strings.keeping import StringKeeper

    try:
        keeper = StringKeeper(size)
    except (RunError, OSError) as error:
        click.echo(f"The counts are not kept in the store: {error_text(error)}", err=True)
        return _count(size, workers) if remote is None else _count_elsewhere(size, remote)
    table = _count_into(keeper, size, workers, remote)
    click.echo(f"Kept in the store, {keeper.folder}: the same machines need not be run again.", err=True)
    return table


def _count_into(keeper: StringKeeper, size: Size, workers: int, remote: Remote | None) -> StringTable:
    """Count what is missing; after an interruption, say what is kept."""
    from mesaprior.cli.main import InterruptionError
    from mesaprior.cli.progress import progress

    n_shards = keeper.n_shards
    n_done = n_shards - len(keeper.missing)
    if n_done:
        click.echo(f"{n_done} of {n_shards} shards were done already.", err=True)
    try:
        with progress(_title(size), keeper.n_missing_prefixes) as report:
            return keeper.count(workers=workers, report=report, remote=remote)
    except BaseException as error:
        keeper.look()
        n_done = n_shards - len(keeper.missing)
        if n_done == 0:
            keeper.abandon()
        elif isinstance(error, KeyboardInterrupt):
            raise InterruptionError(
                f"interrupted; {n_done} of {n_shards} shards are done and kept in {keeper.folder}, and the same "
                "command goes on from there."
            ) from None
        raise


def _title(size: Size) -> str:
    from mesaprior.hypotheses.turing.machine import n_machines

    return f"Running {n_machines(size.states):,} machines"
