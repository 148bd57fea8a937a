"""`mesaprior complexity`: how many bits strings have, by the machines that print them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.cluster import cluster_option
from mesaprior.cli.command import Command
from mesaprior.cli.completion import A_PRIOR
from mesaprior.cli.machines import max_steps_option, states_option, string_table, workers_option
from mesaprior.cli.options import format_option, param_option, weights_of
from mesaprior.hypotheses.phrases import string_text
from mesaprior.inference.provenance import prior_facts

if TYPE_CHECKING:
    from rich.table import Table

    from mesaprior.inference.blocks import StringComplexity

CSV = ("string", "count", "bits", "depth", "method", "blocks")

MOST_CELLS = 60
"""Cells of a string that the terminal shows, about; a longer one is shortened."""

MOST_SHOWN = 16
"""Blocks of a string that the terminal shows, at most."""


@click.command(cls=Command)
@click.argument("strings", metavar="STRING...", nargs=-1, required=True)
@states_option
@max_steps_option
@click.option(
    "--prior",
    "prior_text",
    type=A_PRIOR,
    metavar="NAME_OR_FORMULA",
    help="A prior over length and time that weighs the machines; by default all count alike.",
)
@param_option
@click.option(
    "--block",
    type=click.IntRange(min=1),
    metavar="K",
    help="Cut strings longer than K into blocks of K; by default those longer than 12 that no machine prints.",
)
@workers_option
@cluster_option
@format_option()
def complexity(
    strings: tuple[str, ...],
    states: int,
    max_steps: int | None,
    prior_text: str | None,
    parameters: tuple[tuple[str, float], ...],
    block: int | None,
    workers: int | None,
    address: str | None,
    form: str,
) -> None:
    """Estimate the complexity of strings of 0 and 1: -log2 of the share of halting runs that print them, in bits.

    All machines of N states run on a blank tape of zeros and on one of ones. The depth is the least number of steps
    of any run that prints the string. A string that no such machine prints has no finite complexity here; more states
    print more strings. A long string is cut into blocks: its complexity is the sum, over distinct blocks, of the bits
    of the block and log2 of how often it occurs. A long count is kept in the store, also for `mesaprior strings`.

    \b
    Examples:
      mesaprior complexity 0101 0110 0000 --states 4
      mesaprior complexity 010101010101010101010101 --states 4 --block 8
      mesaprior complexity 010101 --states 4 --prior '2**-length / time'
    """
    from mesaprior.inference.blocks import DEFAULT_BLOCK, check_strings, string_complexities
    from mesaprior.inference.complexity import COLUMNS, string_prior

    check_strings(strings)
    prior = weights_of(prior_text, parameters, "turing", COLUMNS)
    counted = string_table(states, max_steps, workers, address)
    found = string_complexities(string_prior(counted, prior), strings, block=block)
    if form == "json":
        facts = {"states": states, "max_steps": counted.max_steps, "prior": prior_facts(prior)}
        facts["block"] = DEFAULT_BLOCK if block is None else block
        click.echo(json.dumps(facts | {"strings": [_facts(one) for one in found]}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(CSV, [_row(one) for one in found])
    else:
        _render(found, DEFAULT_BLOCK if block is None else block)


def _facts(one: StringComplexity) -> dict[str, Any]:
    """Return the complexity of a string as plain data."""
    from mesaprior.inference.result import json_number

    blocks = [block._asdict() for block in one.blocks]
    return {
        "string": one.string,
        "count": one.count,
        "bits": json_number(one.bits),
        "depth": one.depth,
        "method": one.method,
        "blocks": blocks if one.method == "blocks" else None,
    }


def _row(one: StringComplexity) -> tuple[Any, ...]:
    """Return the same as a row of the CSV; blocks as in ``010101010101*3 0101*1``."""
    blocks = " ".join(f"{block.string}*{block.times}" for block in one.blocks)
    return one.string, one.count, one.bits, "" if one.depth is None else one.depth, one.method, blocks


def _render(found: list[StringComplexity], size: int) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out = console()
    is_cut = any(one.method == "blocks" for one in found)
    table = Table()
    table.add_column("string", overflow="fold")
    for name in ("cells", "runs", "bits", "depth", *(("method",) if is_cut else ())):
        table.add_column(name, justify="right")
    for one in found:
        bits = "∞" if one.bits == math.inf else f"{one.bits:.4f}"
        depth = "-" if one.depth is None else f"{one.depth:,}"
        method = (one.method,) if is_cut else ()
        table.add_row(
            string_text(one.string, MOST_CELLS), f"{len(one.string):,}", f"{one.count:,}", bits, depth, *method
        )
    out.print(table)
    for one in found:
        if one.method == "blocks":
            named = string_text(one.string, MOST_CELLS)
            out.print(f"{named}, {len(one.string):,} cells, in blocks of {size}:", soft_wrap=True)
            out.print(_blocks_table(one))
    if is_cut:
        out.print(
            "• blocks: the bits are a sum over the distinct blocks, of their bits and log2 of how often they stand "
            "there; the last block may be shorter.",
            soft_wrap=True,
        )
    if is_cut and any(one.method == "table" and len(one.string) > size for one in found):
        out.print(
            f"• Strings that some machine prints were looked up whole, which is another scale than that of blocks: "
            f"--block {size} cuts all of more than {size} cells.",
            soft_wrap=True,
        )


def _blocks_table(one: StringComplexity) -> Table:
    """Return the blocks of a string, those that stand there most often first, and of equal ones as they appear."""
    from rich.table import Table

    table = Table()
    table.add_column("block", overflow="fold")
    for name in ("times", "bits"):
        table.add_column(name, justify="right")
    blocks = sorted(one.blocks, key=lambda block: -block.times)
    for block in blocks[:MOST_SHOWN]:
        table.add_row(string_text(block.string, MOST_CELLS), f"{block.times:,}", f"{block.bits:.4f}")
    if len(blocks) > MOST_SHOWN:
        rest = blocks[MOST_SHOWN:]
        table.add_row(f"{len(rest):,} more blocks", f"{sum(block.times for block in rest):,}", "")
    return table
