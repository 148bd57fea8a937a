"""The report on the least circuits of Boolean functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from mesaprior.hypotheses.circuits.circuit import Circuit, format_circuit
from mesaprior.hypotheses.circuits.least.search import LeastCircuits
from mesaprior.hypotheses.circuits.least.table import LeastTable
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.tables import Column, Table, numbers, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.formalisms import summarize_costs, summarize_function

COSTS = ("gates", "formula", "depth")
"""What is least, by name."""

_CLASS = "A class is all that renaming and complementing inputs and the output makes of a function."


def report_every_function(table: LeastTable, *, with_circuits: bool) -> Report:
    """Return what every function costs.

    Parameters
    ----------
    table : LeastTable
    with_circuits : bool
        Whether the facts and the records have a least circuit of each function.
    """

    def columns() -> dict[str, Any]:
        found: dict[str, Any] = {"function": range(table.n_functions)}
        found |= {name: getattr(table, name).tolist() for name in COSTS}
        return found | ({"circuit": table.circuits(np.arange(table.n_functions))} if with_circuits else {})

    def records() -> Records:
        found = columns()
        return Records(tuple(found), zip(*found.values(), strict=True))

    def facts() -> dict[str, Any]:
        found = records()
        functions = [dict(zip(found.header, row, strict=True)) for row in found.rows]
        return {
            "inputs": table.n,
            "basis": table.basis.name,
            "functions": functions,
            "summary": summarize_costs(table.least.n_functions, table.n),
        }

    return Report(facts=facts, records=records, blocks=lambda: _cost_blocks(table))


def report_counts(found: LeastCircuits) -> Report:
    """Return how many functions need how many gates."""
    header = ("gates", "functions", "classes")
    rows = [
        (r, number, len(orbits))
        for r, (number, orbits) in enumerate(zip(found.n_functions, found.function, strict=True))
    ]
    columns = (*numbers("gates"), *numbers("functions", term="functions of this cost"), *numbers("classes"))
    return Report(
        facts=lambda: {
            "inputs": found.n,
            "basis": found.basis.name,
            "sizes": [dict(zip(header, row, strict=True)) for row in rows],
            "summary": summarize_costs(found.n_functions, found.n),
        },
        records=lambda: Records(header, rows),
        blocks=lambda: [
            Line(f"Functions of {number_of(found.n, 'input')}, {found.basis.name} basis", "headline"),
            Line(summarize_costs(found.n_functions, found.n), "summary"),
            Table("", columns, [[f"{value:,}" for value in row] for row in rows]),
            *notes(
                f"{sum(found.n_functions):,} of {1 << (1 << found.n):,} functions; all others need more than "
                f"{rows[-1][0]} gates.",
                _CLASS,
            ),
        ],
    )


def report_function(function: int, costs: Mapping[str, int], circuit: Circuit, basis: str) -> Report:
    """Return what one function costs, with a least circuit.

    Parameters
    ----------
    function : int
        Its number: bit i is the value at input number i.
    costs : mapping of str to int
        Some of `COSTS`, ``gates`` among them.
    circuit : Circuit
    basis : str
        Name of the basis.
    """
    row: dict[str, Any] = {"function": function, **costs, "circuit": format_circuit(circuit)}
    return Report(
        facts=lambda: {"inputs": circuit.n_inputs, "basis": basis} | row | {"summary": summarize_function(costs)},
        records=lambda: Records.of_mappings([row]),
        blocks=lambda: _function_blocks(function, costs, circuit),
    )


def _cost_blocks(table: LeastTable) -> Iterator[Block]:
    """Yield how many functions cost how much."""
    by_cost = [np.bincount(getattr(table, name)).tolist() for name in COSTS]
    gates, formula, depth = by_cost
    columns = (gates, [len(orbits) for orbits in table.least.function], formula, depth)
    yield Line(f"Functions of {number_of(table.n, 'input')}, {table.basis.name} basis", "headline")
    yield Line(summarize_costs(table.least.n_functions, table.n), "summary")
    yield Table(
        "",
        numbers("cost", "by gates", "classes", "by formula", "by depth"),
        [
            (str(cost), *(f"{column[cost]:,}" if cost < len(column) else "" for column in columns))
            for cost in range(max(map(len, by_cost)))
        ],
    )
    yield from notes(_CLASS)


def _function_blocks(function: int, costs: Mapping[str, int], circuit: Circuit) -> Iterator[Block]:
    """Yield the function, what it costs, and its circuit with one gate a line."""
    n_values = 1 << circuit.n_inputs
    values = "".join(str(function >> number & 1) for number in range(n_values))
    yield Line(f"Function {function:#x} ({function}), values at inputs 0 to {n_values - 1}: {values}", "headline")
    yield Line(summarize_function(costs), "summary")
    gates = "\n".join(format_circuit(circuit).split("; "))
    yield Table(
        "", (*_cost_columns(costs), *words("circuit", term="least circuit")), [(*map(str, costs.values()), gates)]
    )


def _cost_columns(costs: Iterable[str]) -> tuple[Column, ...]:
    return tuple(Column(name, term="operators" if name == "formula" else "") for name in costs)
