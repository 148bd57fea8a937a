"""`mesaprior strings`: what all Turing machines of a size print."""

from __future__ import annotations

import shlex

import click

from mesaprior.cli.cluster import cluster_option
from mesaprior.cli.command import Command
from mesaprior.cli.machines import max_steps_option, states_option, string_table, weight_options, workers_option
from mesaprior.cli.options import format_option, weights_of
from mesaprior.cli.report import show


@click.command(cls=Command)
@states_option
@max_steps_option
@weight_options("--weights")
@click.option("--joint", is_flag=True, help="Count by string and number of steps.")
@click.option(
    "--report",
    "subject",
    type=click.Choice(["strings", "halting"]),
    default="strings",
    show_default=True,
    help="The strings; or how runs end, how long they take, and the busy beavers.",
)
@click.option(
    "--top", type=click.IntRange(min=0), default=20, show_default=True, metavar="K", help="How many strings to list."
)
@workers_option
@cluster_option
@format_option()
def strings(
    states: int,
    max_steps: int | None,
    prior_text: str | None,
    parameters: tuple[tuple[str, float], ...],
    joint: bool,
    subject: str,
    top: int,
    workers: int | None,
    address: str | None,
    form: str,
) -> None:
    """Count what all Turing machines of a size print on a blank tape.

    Machines have N states, two symbols and a halting transition. Each runs on a blank tape of zeros and on one of
    ones, and prints every cell that it has visited when it halts. The share of runs that print a string is the
    string's algorithmic probability; -log2 of it estimates the string's complexity. A long count is kept in
    the store; after Ctrl-C the same command resumes it.

    \b
    Examples:
      mesaprior strings --states 4 --format csv > D4.csv
      mesaprior strings --states 3 --prior '2**-length / time'
      mesaprior strings --states 4 --report halting
    """
    from mesaprior.errors import UsageError
    from mesaprior.inference.reports.strings import report_halting, report_joint, report_strings
    from mesaprior.inference.strings.complexity import COLUMNS, string_prior

    prior = weights_of(prior_text, parameters, "turing", COLUMNS)
    if joint and (prior is not None or subject != "strings"):
        raise UsageError("--joint lists counts by string and steps; leave --prior and --report out with it.")
    table = string_table(states, max_steps, workers, address)
    if subject == "halting":
        show(report_halting(table), form)
        return
    weighed = string_prior(table, prior)
    report = report_joint(table, top) if joint else report_strings(table, weighed, prior, top)
    if len(weighed.strings) > top:
        asked = _typed_again(states, max_steps, prior_text, parameters) + " --joint" * joint
        report = report.with_steps([f"all {len(weighed.strings):,} strings: {asked} --format csv"])
    show(report, form)


def _typed_again(
    states: int, max_steps: int | None, prior_text: str | None, parameters: tuple[tuple[str, float], ...]
) -> str:
    """Return the command that counts the same strings."""
    words = ["mesaprior", "strings", "--states", str(states)]
    if max_steps is not None:
        words += ["--max-steps", str(max_steps)]
    if prior_text is not None:
        words += ["--prior", prior_text]
    for name, value in parameters:
        words += ["--param", f"{name}={value!r}"]
    return shlex.join(words)
