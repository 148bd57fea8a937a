"""Threshold networks at the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
import numpy as np

from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.spaces.formalism import WholeFormalism
from mesaprior.cli.words import bits_text
from mesaprior.hypotheses.census import Census, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.networks.architecture import DEFAULT_WEIGHTS
from mesaprior.hypotheses.networks.space import NetworkSpace
from mesaprior.hypotheses.phrases import share_text

COMFORTABLE_HIDDEN = (0, 2)
"""Where no number of hidden units is given, these are counted; it takes seconds."""


def _of_options(log: ImitationLog, asked: SpaceOptions) -> NetworkSpace:
    hidden = asked.get("--hidden") or COMFORTABLE_HIDDEN
    space = NetworkSpace(*hidden, weights=asked.get("--weights") or DEFAULT_WEIGHTS, encoding=asked.get("--encoding"))
    # A log that networks cannot take is refused before anything else is done with it.
    space.shapes(log)
    if asked.get("--hidden") is None:
        click.echo(f"No --hidden given: counting networks with {hidden[0]} to {hidden[1]} hidden units.", err=True)
    return space


def _hidden(bounds: dict[str, Any]) -> str:
    """Return the numbers of hidden units as they would be typed."""
    return f"{bounds['least_hidden']}-{bounds['hidden']}" if "least_hidden" in bounds else str(bounds["hidden"])


def _weights(bounds: dict[str, Any]) -> str:
    """Return the set of weights as it would be typed."""
    return ",".join(map(str, bounds["weights"]))


def _typed(bounds: dict[str, Any]) -> str:
    options = f"--hidden {_hidden(bounds)}"
    if tuple(bounds["weights"]) != DEFAULT_WEIGHTS:
        options += f" --weights {_weights(bounds)}"
    return options + (f" --encoding {bounds['encoding']}" if "encoding" in bounds else "")


def _in_words(bounds: dict[str, Any]) -> str:
    encoding = f", {bounds['encoding']}" if "encoding" in bounds else ""
    return f"{_hidden(bounds)} hidden, weights {_weights(bounds)}{encoding}"


def _notes(census: Census) -> Iterable[str]:
    constant = (census.predictions == census.predictions[:, :1]).all(axis=1)[census.behaviour_id]
    n = exact_sum(census.count[constant])
    yield (
        f"{n:,} of the networks ({share_text(n / census.n_programs)}) take the same action in every situation: "
        "networks with random weights lean to constants by themselves."
    )
    lengths = [float(length) for length in np.unique(census.columns["length"])]
    if len(lengths) == 1:
        yield (
            f"All of the networks have {lengths[0]:.2f} bits, so priors over length alone are uniform; `regularized` "
            "is a prior over their weights."
        )
    else:
        listed = ", ".join(bits_text(length).lstrip("+") for length in lengths)
        yield (
            f"There are networks of {listed} bits; 2^-length is a code of how many hidden units there are, and uniform "
            "on their weights."
        )


FORMALISM = WholeFormalism(
    name=NetworkSpace.name,
    columns=NetworkSpace.columns,
    options=("--hidden", "--weights", "--encoding"),
    of_options=_of_options,
    size="hidden",
    title=lambda space: f"Threshold networks, weights {_weights(space.bounds)}",
    sizes=lambda space, log: [str(hidden) for hidden in range(space.least, space.most + 1)],
    typed=_typed,
    in_words=_in_words,
    notes=_notes,
    legend=lambda space, log: (f"Weights are in the order of the inputs, {', '.join(space.boolean(log).names)}.",),
    # A network whose weights are all 0 takes no time, and there is no dividing by that.
    compared="uniform,simplicity,regularized",
    suggested={"regularized": "--prior regularized", "uniform": "--prior uniform", "simplicity": "--prior simplicity"},
)
