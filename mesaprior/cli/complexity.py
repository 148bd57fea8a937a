"""`mesaprior complexity`: how many bits strings have, by the machines that print them."""

from __future__ import annotations

import json
import math

import click

from mesaprior.cli.cluster import cluster_option
from mesaprior.cli.machines import max_steps_option, states_option, string_table, workers_option
from mesaprior.cli.options import Parameter, format_option, prior_facts, weights_of


@click.command()
@click.argument("strings", metavar="STRING...", nargs=-1, required=True)
@states_option
@max_steps_option
@click.option(
    "--prior",
    "prior_text",
    metavar="NAME_OR_FORMULA",
    help="A prior over length and time; without it all machines count alike.",
)
@click.option("--param", "parameters", type=Parameter(), multiple=True, help="A parameter of the prior; repeatable.")
@workers_option
@cluster_option
@format_option("table", "csv", "json")
def complexity(
    strings: tuple[str, ...],
    states: int,
    max_steps: int | None,
    prior_text: str | None,
    parameters: tuple[tuple[str, float], ...],
    workers: int | None,
    address: str | None,
    form: str,
) -> None:
    """Say how many bits strings of 0 and 1 have: -log2 of the share of halting runs that print them.

    All machines of N states run on a blank tape of zeros and on one of ones. The depth is the least number of steps
    of any run that prints the string. A string that no such machine prints has no finite complexity here; more
    states print more. What takes long is counted once and kept in the store, for `mesaprior strings` too.

    \b
    Examples:
      mesaprior complexity 0101 0110 0000 --states 4
      mesaprior complexity 010101 --states 4 --prior '2**-length / time'
    """
    from mesaprior.errors import UsageError
    from mesaprior.inference.complexity import COLUMNS, string_prior

    for string in strings:
        if not string or set(string) - {"0", "1"}:
            raise UsageError(f"{string[:60]!r} is no string of 0 and 1; write one such as 0101.")
    prior = weights_of(prior_text, parameters, "turing", COLUMNS)
    counted = string_table(states, max_steps, workers, address)
    weighed = string_prior(counted, prior)
    place = {string: k for k, string in enumerate(weighed.strings)}
    rows = []
    for string in strings:
        k = place.get(string)
        bits = math.inf if k is None else float(weighed.bits[k])
        rows.append(
            {
                "string": string,
                "count": 0 if k is None else int(weighed.count[k]),
                "bits": bits,
                "depth": None if k is None else int(weighed.depth[k]),
            }
        )
    if form == "json":
        from mesaprior.inference.result import json_number

        entries = [row | {"bits": json_number(row["bits"])} for row in rows]
        facts = {"states": states, "max_steps": counted.max_steps, "prior": prior_facts(prior)}
        click.echo(json.dumps(facts | {"strings": entries}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(tuple(rows[0]), [["" if value is None else value for value in row.values()] for row in rows])
    else:
        from rich.table import Table

        from mesaprior.cli.render import console

        table = Table()
        table.add_column("string", overflow="fold")
        for name in ("runs", "bits", "depth"):
            table.add_column(name, justify="right")
        for row in rows:
            bits = "∞" if row["bits"] == math.inf else f"{row['bits']:.4f}"
            table.add_row(
                row["string"], f"{row['count']:,}", bits, "-" if row["depth"] is None else f"{row['depth']:,}"
            )
        console().print(table)
