"""The report on the Boolean functions that threshold networks compute."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.networks.functions import FunctionCounts
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.formalisms import summarize_networks


def report_networks(counts: FunctionCounts, top: int) -> Report:
    """Return the report on the functions of all networks of a shape.

    Parameters
    ----------
    counts : FunctionCounts
    top : int
        How many functions a person sees.
    """

    def records() -> Records:
        columns = {"function": counts.function, **counts.columns, "count": counts.count}
        return Records(tuple(columns), zip(*(column.tolist() for column in columns.values()), strict=True))

    return Report(facts=lambda: _facts(counts, records()), records=records, blocks=lambda: _blocks(counts, top))


def _facts(counts: FunctionCounts, records: Records) -> dict[str, Any]:
    shape, least = counts.shape, counts.least_weights
    return {
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
        "counts": [dict(zip(records.header, row, strict=True)) for row in records.rows],
        "summary": summarize_networks(counts),
    }


def _blocks(counts: FunctionCounts, top: int) -> Iterator[Block]:
    shape = counts.shape
    n_functions, n_values = 1 << (1 << shape.inputs), 1 << shape.inputs
    yield Line(
        f"{shape.n_networks:,} networks compute {len(counts.counted_by_function):,} of the {n_functions:,} functions "
        f"of {number_of(shape.inputs, 'input')}.",
        "headline",
    )
    yield Line(summarize_networks(counts), "summary")
    yield Line(
        f"{number_of(shape.hidden, 'hidden unit')} · weights {','.join(map(str, shape.weights))} · {shape.n_weights} "
        f"weights and biases, {shape.bits:.2f} bits",
        "about",
    )
    if top:
        yield _functions_table(counts, top)
    yield from notes(
        f"Constants have {share_text(counts.constant_share)} of the networks, and {share_text(2 / n_functions)} of the "
        "functions.",
        f"The function of a network drawn at random has {counts.entropy:.4f} bits of entropy, one drawn from all "
        f"functions alike {n_values}.",
    )


def _functions_table(counts: FunctionCounts, top: int) -> Table:
    shape, least = counts.shape, counts.least_weights
    return Table(
        "Most frequent functions",
        (
            *numbers("function"),
            *numbers("networks", term="networks of a function"),
            *numbers("share", term="share of networks"),
            *numbers("least weights"),
            *words("truth table, input 0 last"),
            *texts("network of fewest weights"),
        ),
        [
            (
                f"{function}",
                f"{count:,}",
                share_text(count / shape.n_networks),
                f"{least[function]}",
                f"{function:0{1 << shape.inputs}b}",
                counts.witness[function],
            )
            for function, count in islice(counts.counted_by_function.items(), top)
        ],
    )
