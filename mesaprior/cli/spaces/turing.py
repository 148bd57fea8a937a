"""Turing machines as policies at the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
import numpy as np

from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.spaces.formalism import WholeFormalism
from mesaprior.cli.words import bits_text
from mesaprior.hypotheses.census import ABSTAIN, Census, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.turing.policies.sizes import TuringSizes

COMFORTABLE_STATES = (1, 3)
"""Where no number of states is given, these sizes are counted; it takes seconds."""


def _of_options(log: ImitationLog, asked: SpaceOptions) -> TuringSizes:
    states = asked.get("--states")
    if states is None:
        states = COMFORTABLE_STATES
        click.echo(f"No --states given: counting machines with {states[0]} to {states[1]} states.", err=True)
    return TuringSizes(states[0], states[1], asked.get("--max-time"))


def _states(bounds: dict[str, Any]) -> str:
    """Return the numbers of states as they would be typed."""
    return f"{bounds['least_states']}-{bounds['states']}" if "least_states" in bounds else str(bounds["states"])


def _notes(census: Census) -> Iterable[str]:
    abstaining = (census.predictions == ABSTAIN).any(axis=1)[census.behaviour_id]
    if abstaining.any():
        n = exact_sum(census.count[abstaining])
        yield (
            f"{n:,} of the machines ({share_text(n / census.n_programs)}) do not halt within "
            f"{census.bounds['max_steps']:,} steps in some situation: they abstain there, which is a chance of one in "
            f"{census.n_actions} in training and a miss later."
        )
    lengths = [float(length) for length in np.unique(census.columns["length"])]
    if len(lengths) == 1:
        yield f"All of the machines have {lengths[0]:.2f} bits, so priors over length alone are uniform."
    else:
        listed = ", ".join(bits_text(length).lstrip("+") for length in lengths)
        yield f"There are machines of {listed} bits; under 2^-length each of these sizes has the same mass."


FORMALISM = WholeFormalism(
    name=TuringSizes.name,
    columns=TuringSizes.columns,
    options=("--states", "--max-time"),
    of_options=_of_options,
    size="states",
    title=lambda space: f"Turing machines, runs of at most {space.max_steps:,} steps",
    sizes=lambda space, log: [str(size.states) for size in space.sizes],
    typed=lambda bounds: f"--states {_states(bounds)} --max-time {bounds['max_steps']}",
    in_words=lambda bounds: f"{_states(bounds)} states, {bounds['max_steps']} steps",
    notes=_notes,
)
