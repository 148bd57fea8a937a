"""`mesaprior circuits`: what every Boolean function of a few inputs costs at least."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import format_option
from mesaprior.cli.report.figure import check_picture

if TYPE_CHECKING:
    from mesaprior.hypotheses.circuits.gates import Basis
    from mesaprior.hypotheses.circuits.least.search import LeastCircuits
    from mesaprior.hypotheses.circuits.least.table import LeastTable

DEFAULT_GATES = 6
"""Gates up to which functions of 5 inputs are searched where nobody says otherwise; it takes seconds."""


class FunctionNumber(click.ParamType):
    """A truth table as a number: decimal, or with 0x or 0b in front."""

    name = "F"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number."""
        text = str(value).strip()
        if not re.fullmatch(r"[0-9]{1,12}|0x[0-9a-fA-F]{1,9}|0b[01]{1,33}", text):
            self.fail(f"{text[:60]!r} is no truth table; give a number such as 0x6996.", param, ctx)
        return int(text, 0) if text[:2] in ("0x", "0b") else int(text)


@click.command(cls=Command)
@click.option("--inputs", "n", type=click.IntRange(1, 5), required=True, metavar="N", help="Inputs of the functions.")
@click.option(
    "--basis",
    "basis_name",
    type=click.Choice(["full", "aig"]),
    default="full",
    show_default=True,
    help="All ten two-input gates, or AND and OR with complements free.",
)
@click.option(
    "--function", type=FunctionNumber(), help="One function only, by its number: bit i is the value at input number i."
)
@click.option("--witness", is_flag=True, help="Add a column with a least circuit of each function.")
@click.option(
    "--plot",
    "plot_file",
    type=FILE,
    metavar="FILE",
    help="Draw the circuit of --function, in a .png or .svg file.",
)
@click.option(
    "--max-gates",
    type=click.IntRange(0, 8),
    metavar="G",
    help="With 5 inputs: search circuits of at most G gates.  [default: 6]",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="W",
    help="Threads; by default one for each core. The result does not depend on it.",
)
@format_option()
def circuits(
    n: int,
    basis_name: str,
    function: int | None,
    witness: bool,
    plot_file: str | None,
    max_gates: int | None,
    workers: int | None,
    form: str,
) -> None:
    """Find the least gates, formula and depth of every Boolean function of N inputs.

    For up to 4 inputs: the least number of two-input gates of a circuit (results may be used more than once; inputs,
    their complements and constants are free), the least number of binary operators of a formula, and the least depth.
    For 5 inputs: how many functions need how many gates. The table counts the functions by cost; csv and json list
    every function by its number: bit i is the value at input number i, whose most significant bit is the first input.

    \b
    Examples:
      mesaprior circuits --inputs 4
      mesaprior circuits --inputs 3 --format csv --witness > functions.csv
      mesaprior circuits --inputs 4 --function 0x6996 --plot parity.png
      mesaprior circuits --inputs 5 --max-gates 7
    """
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.circuits.gates import basis_of

    if function is not None and function >> (1 << n):
        raise UsageError(
            f"--function {function}: functions of {n} inputs have numbers from 0 to {(1 << (1 << n)) - 1}; give such a "
            "number."
        )
    if plot_file is not None:
        if function is None:
            raise UsageError("--plot draws one circuit; name its function with --function.")
        check_picture(plot_file, "--plot")
    if max_gates is not None and n < 5:
        raise UsageError(f"--max-gates goes with 5 inputs; of {n} all functions are found, so leave it out.")
    basis, threads = basis_of(basis_name), workers or os.cpu_count() or 1
    if n == 5:
        if witness:
            raise UsageError("--witness lists all functions, and of 5 inputs there are 4,294,967,296; ask for one.")
        _five(basis, DEFAULT_GATES if max_gates is None else max_gates, function, plot_file, threads, form)
        return
    table = _table(n, basis, threads)
    if function is not None:
        facts = {name: int(getattr(table, name)[function]) for name in ("gates", "formula", "depth")}
        _print_one(function, facts, table.circuit(function), basis, plot_file, form)
    elif form == "table":
        _render(table)
    else:
        _print_all(table, witness, form)


def _table(n: int, basis: Basis, workers: int) -> LeastTable:
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.circuits.least.table import LeastTable

    with progress(f"Costs of {1 << (1 << n):,} functions", 1) as report:
        table = LeastTable(n, basis, workers=workers)
        report(1)
    return table


def _five(basis: Basis, max_gates: int, function: int | None, plot_file: str | None, workers: int, form: str) -> None:
    """Say how many functions of 5 inputs need so many gates, or what one of them needs."""
    from mesaprior.cli.progress import progress
    from mesaprior.errors import RunError
    from mesaprior.hypotheses.circuits.least.search import least_circuits
    from mesaprior.hypotheses.circuits.least.single import least_circuit_of

    with progress(f"Circuits of up to {max_gates} gates", max_gates) as report:
        found = least_circuits(5, basis, max_gates, workers=workers, report=report)
    if function is None:
        _print_counts(found, form)
        return
    circuit = least_circuit_of(found, function)
    if circuit is None:
        raise RunError(
            f"function {function:#x} needs more than {max_gates} gates; search further with --max-gates, up to 8."
        )
    _print_one(function, {"gates": len(circuit.gates)}, circuit, basis, plot_file, form)


def _print_counts(found: LeastCircuits, form: str) -> None:
    from mesaprior.cli.streams import print_csv

    rows = [
        (r, number, len(orbits))
        for r, (number, orbits) in enumerate(zip(found.n_functions, found.function, strict=True))
    ]
    names = ("gates", "functions", "classes")
    if form == "csv":
        print_csv(names, rows)
    elif form == "json":
        sizes = [dict(zip(names, row, strict=True)) for row in rows]
        click.echo(json.dumps({"inputs": found.n, "basis": found.basis.name, "sizes": sizes}))
    else:
        from rich.table import Table

        from mesaprior.cli.report.terminal import console

        total = sum(found.n_functions)
        shown = Table()
        for name in names:
            shown.add_column(name, justify="right")
        for row in rows:
            shown.add_row(*(f"{value:,}" for value in row))
        out = console()
        out.print(f"Functions of {found.n} inputs, {found.basis.name} basis", style="bold")
        out.print(shown)
        out.print(
            f"• {total:,} of {1 << (1 << found.n):,} functions; all others need more than {rows[-1][0]} gates.",
            markup=False,
            soft_wrap=True,
        )
        out.print(
            "• A class is all that renaming and complementing inputs and the output makes of a function.", markup=False
        )


def _print_all(table: LeastTable, witness: bool, form: str) -> None:
    """List every function."""
    import numpy as np

    from mesaprior.cli.streams import print_csv

    columns: dict[str, Any] = {"function": range(table.n_functions)}
    columns |= {name: getattr(table, name).tolist() for name in ("gates", "formula", "depth")}
    if witness:
        columns["circuit"] = table.circuits(np.arange(table.n_functions))
    rows = zip(*columns.values(), strict=True)
    if form == "csv":
        print_csv(tuple(columns), rows)
    else:
        functions = [dict(zip(columns, row, strict=True)) for row in rows]
        click.echo(json.dumps({"inputs": table.n, "basis": table.basis.name, "functions": functions}))


def _print_one(
    function: int, facts: dict[str, int], circuit: Any, basis: Basis, plot_file: str | None, form: str
) -> None:
    """Show one function and a least circuit of it."""
    from mesaprior.cli.streams import print_csv
    from mesaprior.hypotheses.circuits.circuit import format_circuit

    text = format_circuit(circuit)
    if plot_file is not None:
        from mesaprior.cli.report.circuit_picture import plot_circuit

        plot_circuit(circuit, plot_file, title=f"{function:#x}: {facts['gates']} gates, {basis.name} basis")
        click.echo(f"Drawn into {plot_file}.", err=True)
    row: dict[str, Any] = {"function": function} | facts | {"circuit": text}
    if form == "csv":
        print_csv(tuple(row), [tuple(row.values())])
    elif form == "json":
        click.echo(json.dumps({"inputs": circuit.n_inputs, "basis": basis.name} | row))
    else:
        n = circuit.n_inputs
        values = "".join(str(function >> number & 1) for number in range(1 << n))
        click.echo(f"function  {function:#x} ({function}), values at inputs 0 to {(1 << n) - 1}: {values}")
        for name, value in facts.items():
            click.echo(f"{name:<9} {value}")
        for k, part in enumerate(text.split("; ")):
            click.echo(f"{'circuit' if k == 0 else '':<9} {part}")


def _render(table: LeastTable) -> None:
    """Show how many functions cost how much."""
    import numpy as np
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    counts = {name: np.bincount(getattr(table, name)) for name in ("gates", "formula", "depth")}
    classes = [len(function) for function in table.least.function]
    shown = Table()
    for name in ("cost", "by gates", "classes", "by formula", "by depth"):
        shown.add_column(name, justify="right")
    for cost in range(max(map(len, counts.values()))):
        by_gates, by_formula, by_depth = (
            f"{counts[name][cost]:,}" if cost < len(counts[name]) else "" for name in counts
        )
        by_class = f"{classes[cost]:,}" if cost < len(classes) else ""
        shown.add_row(str(cost), by_gates, by_class, by_formula, by_depth)
    out = console()
    out.print(f"Functions of {table.n} {'input' if table.n == 1 else 'inputs'}, {table.basis.name} basis", style="bold")
    out.print(shown)
    out.print(
        "• A class is all that renaming and complementing inputs and the output makes of a function.", markup=False
    )
    out.print(
        f"Next: mesaprior circuits --inputs {table.n} --format csv --witness, for all {table.n_functions:,} functions",
        style="dim",
        markup=False,
    )
