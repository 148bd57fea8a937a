"""`mesaprior strings`: what all Turing machines of a size print."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.cluster import cluster_option
from mesaprior.cli.command import Command
from mesaprior.cli.completion import A_PRIOR
from mesaprior.cli.machines import max_steps_option, states_option, string_table, workers_option
from mesaprior.cli.options import format_option, param_option, weights_of
from mesaprior.inference.provenance import prior_facts

if TYPE_CHECKING:
    from mesaprior.hypotheses.turing.strings.table import StringTable
    from mesaprior.inference.complexity import StringPrior


@click.command(cls=Command)
@states_option
@max_steps_option
@click.option(
    "--weights",
    "prior_text",
    type=A_PRIOR,
    metavar="PRIOR",
    help="A prior over length and time that weighs the machines; by default all count alike.",
)
@param_option
@click.option("--joint", is_flag=True, help="Print a line for each string and number of steps.")
@click.option(
    "--report",
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
    report: str,
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
      mesaprior strings --states 3 --weights '2**-length / time'
      mesaprior strings --states 4 --report halting
    """
    from mesaprior.errors import UsageError
    from mesaprior.inference.complexity import COLUMNS, string_prior

    prior = weights_of(prior_text, parameters, "turing", COLUMNS)
    if joint and (prior is not None or report != "strings"):
        raise UsageError("--joint lists counts by string and steps; leave --weights and --report out with it.")
    table = string_table(states, max_steps, workers, address)
    if report == "halting":
        _report_halting(table, form)
        return
    if joint:
        _print_joint(table, form)
        return
    weighed = string_prior(table, prior)
    if form == "csv":
        _print_csv(weighed, with_bits=prior is not None)
    elif form == "json":
        from mesaprior.inference.result import json_number

        bits = [json_number(value) for value in weighed.bits.tolist()]
        entries = [
            {"string": string, "count": count, "bits": of, "depth": depth}
            for string, count, of, depth in zip(
                weighed.strings, weighed.count.tolist(), bits, weighed.depth.tolist(), strict=True
            )
        ]
        _print_json(table, {"prior": prior_facts(prior), "strings": entries})
    else:
        _render_strings(table, weighed, top, prior.name if prior else "all machines alike")


def _print_csv(weighed: StringPrior, *, with_bits: bool) -> None:
    from mesaprior.cli.streams import print_csv

    columns: dict[str, Any] = {"string": weighed.strings, "count": weighed.count.tolist()}
    if with_bits:
        columns["bits"] = weighed.bits.tolist()
    print_csv(tuple(columns), zip(*columns.values(), strict=True))


def _print_joint(table: StringTable, form: str) -> None:
    """Print counts by string and steps, over both blank tapes."""
    from mesaprior.cli.streams import print_csv

    both = table.on_both_blanks()
    names = list(both.strings)
    rows = [
        (names[string], steps, count)
        for string, steps, count in zip(both.string_id.tolist(), both.steps.tolist(), both.count.tolist(), strict=True)
    ]
    if form == "json":
        _print_json(table, {"strings": [dict(zip(("string", "steps", "count"), row, strict=True)) for row in rows]})
    else:
        print_csv(("string", "steps", "count"), rows)


def _print_json(table: StringTable, others: dict[str, Any]) -> None:
    facts = {
        "states": table.states,
        "max_steps": table.max_steps,
        "machines": table.n_machines,
        "halting": table.verdicts["halted"],
        "verdicts": table.verdicts,
        "is_final": table.is_final,
    }
    click.echo(json.dumps(facts | others, allow_nan=False))


def _report_halting(table: StringTable, form: str) -> None:
    """Print how runs on zeros end, how long they take, and which machines take longest and write most."""
    from mesaprior.cli.streams import print_csv
    from mesaprior.hypotheses.turing.text import format_machine

    champions = {
        name: champion and {"value": champion.value, "machine": format_machine(champion.machine)}
        for name, champion in (("most_steps", table.most_steps), ("most_ones", table.most_ones))
    }
    if form == "json":
        steps = [{"steps": steps, "count": count} for steps, count in table.counted_by_steps.items()]
        _print_json(table, {"busy_beavers": champions, "steps": steps})
    elif form == "csv":
        print_csv(("steps", "count"), table.counted_by_steps.items())
    else:
        _render_halting(table, champions)


def _render_strings(table: StringTable, weighed: StringPrior, top: int, prior_name: str) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out = console()
    halting = 2 * table.verdicts["halted"]
    out.print(f"{halting:,} halting runs print {len(weighed.strings):,} strings.", style="bold")
    out.print(
        f"{table.n_machines:,} machines of {table.states} states, each on zeros and on ones · {prior_name}",
        style="dim",
        markup=False,
    )
    shown = Table()
    shown.add_column("string", overflow="fold")
    for name in ("runs", "bits", "depth"):
        shown.add_column(name, justify="right")
    rows = zip(weighed.strings[:top], weighed.count.tolist(), weighed.bits.tolist(), weighed.depth.tolist())  # noqa: B905
    for string, count, bits, depth in rows:
        shown.add_row(string, f"{count:,}", f"{bits:.4f}", f"{depth:,}")
    out.print(shown)
    for line in _notes(table):
        out.print(f"• {line}", markup=False, soft_wrap=True)
    if len(weighed.strings) > top:
        out.print(
            f"Next: mesaprior strings --states {table.states} --format csv, for all {len(weighed.strings):,} strings",
            style="dim",
            markup=False,
        )


def _render_halting(table: StringTable, champions: dict[str, Any]) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text

    out = console()
    halting = table.verdicts["halted"]
    out.print(f"{halting:,} of {table.n_machines:,} machines halt on a blank tape.", style="bold")
    verdicts = Table(title="How runs end", title_justify="left", title_style="bold")
    verdicts.add_column("verdict")
    verdicts.add_column("machines", justify="right")
    verdicts.add_column("share", justify="right")
    for name, count in table.verdicts.items():
        verdicts.add_row(name.replace("_", " "), f"{count:,}", share_text(count / table.n_machines))
    out.print(verdicts)
    steps = Table(title="Steps to halt", title_justify="left", title_style="bold")
    steps.add_column("steps", justify="right")
    steps.add_column("machines", justify="right")
    steps.add_column("share", justify="right")
    counts = list(table.counted_by_steps.items())
    shown = counts if len(counts) <= 24 else [*counts[:20], *counts[-3:]]
    for place, (number, count) in enumerate(shown):
        if place == 20 and len(counts) > 24:
            steps.add_row("...", "", "")
        steps.add_row(f"{number:,}", f"{count:,}", share_text(count / halting))
    out.print(steps)
    for name, title in (("most_steps", "Longest run"), ("most_ones", "Most ones")):
        if (champion := champions[name]) is not None:
            unit = "steps" if name == "most_steps" else "ones"
            out.print(f"{title}: {champion['value']:,} {unit}, {champion['machine']}", markup=False)
    for line in _notes(table):
        out.print(f"• {line}", markup=False, soft_wrap=True)


def _notes(table: StringTable) -> list[str]:
    """Return what one should know of a table."""
    if table.is_final:
        return []
    return [
        f"{table.verdicts['cap']:,} machines were still running after {table.max_steps:,} steps and count as printing "
        "nothing; --max-steps follows them longer."
    ]
