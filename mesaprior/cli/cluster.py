"""The option `--cluster`: counting on a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from mesaprior.cli.command import COUNTING, Decorator, headed_option

Remote = Callable[..., Generator[tuple[int, Any]]]
"""Counts shards elsewhere; see `cluster.shards_on_cluster`."""

cluster_option: Decorator = headed_option(
    "--cluster",
    "address",
    metavar="ADDRESS",
    heading=COUNTING,
    help="Count on the Dask cluster whose scheduler has this address.",
)


def remote_of(address: str | None, **about_this_machine: Any) -> Remote | None:
    """Return what counts shards on the cluster of an address, or None where there is none.

    Parameters
    ----------
    address : str or None
    **about_this_machine
        Values of the options that say how this machine counts, by name with underscores; None where not given.

    Raises
    ------
    UsageError
        If one of these is given too.
    """
    from mesaprior.errors import UsageError

    if address is None:
        return None
    for name, value in about_this_machine.items():
        if value is not None:
            raise UsageError(
                f"--{name.replace('_', '-')} is about this machine, and with --cluster others count; say it where they "
                "are started, and leave it out here."
            )
    from functools import partial

    from mesaprior.hypotheses.cluster import shards_on_cluster

    return partial(shards_on_cluster, address)
