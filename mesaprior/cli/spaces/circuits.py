"""Boolean circuits at the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
import numpy as np

from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.spaces.formalism import WholeFormalism
from mesaprior.cli.words import inputs_text
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import ImitationLog

COMFORTABLE = {1: {1: 0, 2: 6, 3: 6, 4: 6, 5: 4}, 2: {1: 0, 2: 4, 3: 4, 4: 3, 5: 2}}
"""Gates where no number is given, by output bits and inputs; they are counted in seconds."""


def _of_options(log: ImitationLog, asked: SpaceOptions) -> CircuitSpace:
    def space(max_gates: int) -> CircuitSpace:
        return CircuitSpace(
            max_gates,
            basis=asked.get("--basis") or "full",
            count=asked.get("--circuits") or "all",
            encoding=asked.get("--encoding"),
        )

    max_gates = asked.get("--max-gates")
    if max_gates is None:
        bits = space(0).boolean(log)
        max_gates = COMFORTABLE[bits.n_outputs][bits.n_inputs]
        click.echo(f"No --max-gates given: counting up to {max_gates} gates.", err=True)
    return space(max_gates)


def _typed(bounds: dict[str, Any]) -> str:
    encoding = f" --encoding {bounds['encoding']}" if "encoding" in bounds else ""
    return f"--max-gates {bounds['max_gates']} --basis {bounds['basis']} --circuits {bounds['count']}{encoding}"


def _notes(census: Census) -> Iterable[str]:
    if census.bounds["count"] == "minimal":
        yield "Each function is counted once, with the gates of a least circuit and the bits of that circuit."
    else:
        sizes = len(np.unique(census.columns["gates"]))
        yield (
            f"Every straight-line circuit is counted, also those that could do with fewer gates; of the {sizes} sizes "
            "each has half the mass of the one before under 2^-length."
        )


FORMALISM = WholeFormalism(
    name=CircuitSpace.name,
    columns=CircuitSpace.columns,
    options=("--max-gates", "--basis", "--circuits", "--encoding"),
    of_options=_of_options,
    size="gates",
    title=lambda space: f"Circuits of two-input gates, {space.basis.name} basis, {space.count} counted",
    sizes=lambda space, log: [str(r) for r in range(len(space.count_by_length(log)))],
    typed=_typed,
    in_words=lambda bounds: f"{bounds['max_gates']} gates, {bounds['basis']} basis, {bounds['count']} counted",
    notes=_notes,
    legend=lambda space, log: (inputs_text(space.boolean(log).names),),
    # A circuit without gates takes no time, and there is no dividing by that.
    compared="uniform,simplicity,circuit",
    suggested={"circuit": "--prior circuit", "uniform": "--prior uniform", "simplicity": "--prior simplicity"},
)
