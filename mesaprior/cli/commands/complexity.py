"""`mesaprior complexity`: the complexity of strings, by the machines that print them."""

from __future__ import annotations

import click

from mesaprior.cli.cluster import cluster_option
from mesaprior.cli.command import Command
from mesaprior.cli.machines import max_steps_option, states_option, string_table, weight_options, workers_option
from mesaprior.cli.options import format_option, weights_of
from mesaprior.cli.report import show


@click.command(cls=Command)
@click.argument("strings", metavar="STRING...", nargs=-1, required=True)
@states_option
@max_steps_option
@weight_options()
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
    from mesaprior.inference.reports.complexity import report_complexity
    from mesaprior.inference.strings.blocks import check_strings, string_complexities
    from mesaprior.inference.strings.complexity import COLUMNS, string_prior

    check_strings(strings)
    prior = weights_of(prior_text, parameters, "turing", COLUMNS)
    table = string_table(states, max_steps, workers, address)
    found = string_complexities(string_prior(table, prior), strings, block=block)
    show(report_complexity(found, table, prior, block), form)
