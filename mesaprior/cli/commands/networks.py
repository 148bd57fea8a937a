"""`mesaprior networks`: which Boolean functions threshold networks compute, and how many compute each."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Command
from mesaprior.cli.options import ReadAs, format_option
from mesaprior.hypotheses.networks.describe import weights_of

if TYPE_CHECKING:
    from mesaprior.hypotheses.networks.functions import FunctionCounts


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

    chosen = weights or DEFAULT_WEIGHTS
    shape = Architecture(inputs, hidden, 1, chosen)
    check_shape(shape)
    with progress(f"Counting {shape.n_networks:,} networks", PARTS) as report:
        counts = count_functions(inputs, hidden, chosen, workers=workers or os.cpu_count() or 1, report=report)
    if form == "csv":
        from mesaprior.cli.streams import print_csv

        columns = {"function": counts.function, **counts.columns, "count": counts.count}
        print_csv(tuple(columns), zip(*(column.tolist() for column in columns.values()), strict=True))
    elif form == "json":
        _print_json(counts)
    else:
        _render(counts, top)


def _print_json(counts: FunctionCounts) -> None:
    shape, least = counts.shape, counts.least_weights
    names = ("function", *counts.columns, "count")
    rows = zip(
        counts.function.tolist(),
        *(column.tolist() for column in counts.columns.values()),
        counts.count.tolist(),
        strict=True,
    )
    facts = {
        "inputs": shape.inputs,
        "hidden": shape.hidden,
        "weights": list(shape.weights),
        "length": shape.bits,
        "networks": shape.n_networks,
        "entropy": counts.entropy,
        "constant_share": counts.constant_share,
        "functions": [
            {
                "function": function,
                "count": count,
                "least_weights": least[function],
                "network": counts.witness[function],
            }
            for function, count in counts.counted_by_function.items()
        ],
        "counts": [dict(zip(names, row, strict=True)) for row in rows],
    }
    click.echo(json.dumps(facts))


def _render(counts: FunctionCounts, top: int) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text

    out = console()
    shape, by_function, least = counts.shape, counts.counted_by_function, counts.least_weights
    noun = "unit" if shape.hidden == 1 else "units"
    n_functions, digits = 1 << (1 << shape.inputs), 1 << shape.inputs
    out.print(
        f"{shape.n_networks:,} networks compute {len(by_function):,} of the {n_functions:,} functions of "
        f"{shape.inputs} {'input' if shape.inputs == 1 else 'inputs'}.",
        style="bold",
    )
    out.print(
        f"{shape.hidden} hidden {noun} · weights {','.join(map(str, shape.weights))} · {shape.n_weights} weights and "
        f"biases, {shape.bits:.2f} bits",
        style="dim",
        markup=False,
    )
    shown = Table(title="Most frequent functions", title_justify="left", title_style="bold")
    for name in ("function", "networks", "share", "least weights"):
        shown.add_column(name, justify="right")
    shown.add_column("truth table, input 0 last")
    shown.add_column("network of fewest weights", overflow="fold")
    for function, count in list(by_function.items())[:top]:
        share = share_text(count / shape.n_networks)
        table = f"{function:0{digits}b}"
        shown.add_row(f"{function}", f"{count:,}", share, f"{least[function]}", table, counts.witness[function])
    if top:
        out.print(shown)
    out.print(
        f"• Constants have {share_text(counts.constant_share)} of the networks, and {share_text(2 / n_functions)} of "
        "the functions.",
        markup=False,
        soft_wrap=True,
    )
    out.print(
        f"• The function of a network drawn at random has {counts.entropy:.4f} bits of entropy, one drawn from all "
        f"functions alike {digits}.",
        markup=False,
        soft_wrap=True,
    )
