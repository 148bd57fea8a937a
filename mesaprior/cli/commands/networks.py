"""`mesaprior networks`: which Boolean functions threshold networks compute, and how many compute each."""

from __future__ import annotations

import os

import click

from mesaprior.cli.command import Command
from mesaprior.cli.options import ReadAs, format_option
from mesaprior.cli.report import show
from mesaprior.hypotheses.networks.describe import weights_of


@click.command(cls=Command)
@click.option("--inputs", type=click.IntRange(1, 4), required=True, metavar="N", help="Inputs of the networks.")
@click.option(
    "--hidden",
    type=click.IntRange(0, 20),
    required=True,
    metavar="H",
    help="Hidden units; with 0, the output reads the inputs directly.",
)
@click.option(
    "--weights",
    type=ReadAs(weights_of),
    metavar="W,W,...",
    help="The integers that weights and biases can be.  [default: -1,0,1]",
)
@click.option(
    "--top", type=click.IntRange(min=0), default=12, show_default=True, metavar="K", help="How many functions to list."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="W",
    help="Threads; by default one for each core. The counts do not depend on it.",
)
@format_option()
def networks(
    inputs: int, hidden: int, weights: tuple[int, ...] | None, top: int, workers: int | None, form: str
) -> None:
    """Count the threshold networks that compute each Boolean function.

    A network has N inputs, H hidden units and one output; a unit is 1 where its weighted sum plus its bias is above 0.
    Every choice of weights and biases is a network. A function is its truth table as a number, whose bit i is the value
    at input number i; the first input is the most significant bit of i. The csv has a line for each function and each
    number of non-zero weights, sum of absolute values and sum of squares of the weights.

    \b
    Examples:
      mesaprior networks --inputs 3 --hidden 3
      mesaprior networks --inputs 4 --hidden 0 --weights -2,-1,0,1,2 --format csv
    """
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.networks.architecture import DEFAULT_WEIGHTS, Architecture
    from mesaprior.hypotheses.networks.counting import PARTS, check_shape
    from mesaprior.hypotheses.networks.functions import count_functions
    from mesaprior.inference.reports.networks import report_networks

    chosen = weights or DEFAULT_WEIGHTS
    shape = Architecture(inputs, hidden, 1, chosen)
    check_shape(shape)
    with progress(f"Counting {shape.n_networks:,} networks", PARTS) as report:
        counts = count_functions(inputs, hidden, chosen, workers=workers or os.cpu_count() or 1, report=report)
    show(report_networks(counts, top), form)
