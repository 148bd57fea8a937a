"""`mesaprior circuits`: the least gates, formula and depth of every Boolean function of a few inputs."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command, ParamType
from mesaprior.cli.options import format_option, plot_option
from mesaprior.cli.report import show

if TYPE_CHECKING:
    from mesaprior.hypotheses.circuits.circuit import Circuit
    from mesaprior.hypotheses.circuits.gates import Basis
    from mesaprior.hypotheses.circuits.least.search import LeastCircuits
    from mesaprior.hypotheses.circuits.least.table import LeastTable

DEFAULT_GATES = 7
"""Gates up to which functions of 5 inputs are searched by default; it takes seconds."""


class FunctionNumber(ParamType):
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
@plot_option("Plot the circuit of --function")
@click.option(
    "--max-gates",
    type=click.IntRange(0, 9),
    metavar="G",
    help="With 5 inputs: search circuits of at most G gates; 9 take some minutes and 0.7 GB.  [default: 7]",
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
      mesaprior circuits --inputs 5 --max-gates 8
    """
    from mesaprior.hypotheses.circuits.gates import basis_of
    from mesaprior.inference.reports.circuits import report_counts, report_every_function

    _check(n, function, witness, plot_file, max_gates)
    basis, threads = basis_of(basis_name), workers or os.cpu_count() or 1
    if n == 5:
        found = _search(basis, DEFAULT_GATES if max_gates is None else max_gates, threads)
        if function is None:
            show(report_counts(found), form)
            return
        circuit = _circuit_of(found, function)
        _tell_one(function, {"gates": len(circuit.gates)}, circuit, basis, plot_file, form)
        return
    table = _table(n, basis, threads)
    if function is None:
        report = report_every_function(table, with_circuits=witness)
        asked = f"mesaprior circuits --inputs {n} --basis {basis_name} --format csv --witness"
        show(report.with_steps([f"all {table.n_functions:,} functions: {asked}"]), form)
        return
    costs = {name: int(getattr(table, name)[function]) for name in ("gates", "formula", "depth")}
    _tell_one(function, costs, table.circuit(function), basis, plot_file, form)


def _check(n: int, function: int | None, witness: bool, plot_file: str | None, max_gates: int | None) -> None:
    """Refuse options that do not go together."""
    from mesaprior.errors import UsageError

    if function is not None and function >> (1 << n):
        raise UsageError(
            f"--function {function}: functions of {n} inputs have numbers from 0 to {(1 << (1 << n)) - 1}; give such a "
            "number."
        )
    if plot_file is not None and function is None:
        raise UsageError("--plot draws one circuit; name its function with --function.")
    if max_gates is not None and n < 5:
        raise UsageError(f"--max-gates goes with 5 inputs; of {n} all functions are found, so leave it out.")
    if n == 5 and witness:
        raise UsageError("--witness lists all functions, and of 5 inputs there are 4,294,967,296; ask for one.")


def _table(n: int, basis: Basis, workers: int) -> LeastTable:
    """Find what all functions cost, with progress."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.circuits.least.table import LeastTable

    with progress(f"Costs of {1 << (1 << n):,} functions", 1) as report:
        table = LeastTable(n, basis, workers=workers)
        report(1)
    return table


def _search(basis: Basis, max_gates: int, workers: int) -> LeastCircuits:
    """Find which functions of 5 inputs need how many gates, with progress."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.circuits.least.search import least_circuits, work_of

    with progress(f"Circuits of up to {max_gates} gates", work_of(5, max_gates)) as report:
        return least_circuits(5, basis, max_gates, workers=workers, report=report)


def _circuit_of(found: LeastCircuits, function: int) -> Circuit:
    """Return a least circuit of a function of 5 inputs."""
    from mesaprior.errors import RunError
    from mesaprior.hypotheses.circuits.least.search import most_gates
    from mesaprior.hypotheses.circuits.least.single import least_circuit_of

    circuit = least_circuit_of(found, function)
    if circuit is None:
        max_gates, most = len(found.n_functions) - 1, most_gates(found.n, found.basis)
        way_on = (
            "that is as far as it is searched"
            if max_gates == most
            else f"search further with --max-gates, up to {most}"
        )
        raise RunError(f"function {function:#x} needs more than {max_gates} gates; {way_on}.")
    return circuit


def _tell_one(
    function: int, costs: dict[str, int], circuit: Circuit, basis: Basis, plot_file: str | None, form: str
) -> None:
    """Show one function and a least circuit of it."""
    from mesaprior.inference.reports.circuits import report_function

    if plot_file is not None:
        from mesaprior.cli.report.figure import write_drawing
        from mesaprior.inference.figures.circuit import draw_circuit

        title = f"{function:#x}: {costs['gates']} gates, {basis.name} basis"
        write_drawing(draw_circuit(circuit, title=title), plot_file)
    show(report_function(function, costs, circuit, basis.name), form)
