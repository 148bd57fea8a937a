"""Programs that read a log in bits: situations, their inputs, and their outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mesaprior.hypotheses.boolean import BooleanLog
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.tables import Column, Table


def situations_in_bits(log: ImitationLog, bits: BooleanLog) -> list[dict[str, Any]]:
    """Return of each situation its feature values by name and its input, the first one first."""
    return [
        {"situation": dict(zip(log.features, values, strict=True)), "input": f"{number:0{bits.n_inputs}b}"}
        for values, number in zip(log.situations.tolist(), bits.inputs.tolist(), strict=True)
    ]


def situations_table(
    log: ImitationLog,
    situations: Iterable[dict[str, Any]],
    title: str,
    columns: Iterable[Column],
    texts: Iterable[list[str]],
) -> Table:
    """Return a table of the situations: feature values, inputs, and what else is said of them.

    Parameters
    ----------
    log : ImitationLog
    situations : iterable of dict
        Each with ``situation`` and ``input``.
    title : str
    columns : iterable of Column
        The further ones.
    texts : iterable of list of str
        What stands in these, by situation.
    """
    return Table(
        title,
        (
            *(Column(name, folds=True, term="feature") for name in log.features),
            Column("input", folds=True),
            *columns,
        ),
        [
            [*(str(value) for value in one["situation"].values()), one["input"], *further]
            for one, further in zip(situations, texts, strict=True)
        ],
    )
