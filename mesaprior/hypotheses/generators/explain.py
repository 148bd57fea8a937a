"""A generator, taken apart: its tokens, its circuit for each size, and how well that fits."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.circuits.circuit import format_circuit
from mesaprior.hypotheses.circuits.explained_gates import gate_facts, gate_values, gates_line
from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.generators.space import Generated, GeneratorSpace
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.hypotheses.tables import Column, Table
from mesaprior.hypotheses.terms.explained_tokens import token_facts, tokens_table


def explain_generator(space: GeneratorSpace, text: str, log: ImitationLog) -> Explained:
    """Take a generator of a space apart."""
    term = space.parse(text, log)
    found, generated = space.explain(term, log), space.predict(term, log)
    predictions, r = generated.predictions, generated.family.most_gates
    measures = space.measures(term, log)
    time = measures["time"]
    circuits = _circuits(generated, predictions["intact"], log)
    return Explained(
        program=found.text,
        n_actions=space.n_actions(log),
        columns=measures,
        predictions=predictions,
        flags=generated.flags,
        parts={
            "tokens": token_facts(found),
            "extra_gates": space.extra_gates,
            "circuits": circuits,
            "situations": _situations(generated, log),
        },
        headline=lambda role, verdict: (
            f"{verdict} · {found.length} bits · {time:,} steps ({r} once the circuit is written down)"
        ),
        lines=(
            f"It is asked 3 times for each of the {r} gates of the largest circuit, {found.time} steps a time; running "
            f"that takes {r}.",
        ),
        tables=(tokens_table(found), _circuits_table(circuits)),
    )


def _circuits(generated: Generated, predicted: np.ndarray, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the circuit for each size of the log, and its misses on the rows of that size."""
    size = generated.family.row_size[log.row_situation]
    found: list[dict[str, Any]] = []
    for n in generated.family.sizes:
        circuit, judged = generated.circuit(n), (size == n) & (log.action != NONE)
        found.append(
            {
                "size": n,
                "circuit": format_circuit(circuit),
                "depth": circuit.depth,
                "gates": gate_facts(circuit),
                "rows": int(judged.sum()),
                "misses": int((predicted != log.action)[judged].sum()),
            }
        )
    return found


def _situations(generated: Generated, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the values of the gates in each situation; the last one is the action."""
    family = generated.family
    rows = zip(log.situations.tolist(), family.row_size.tolist(), family.row_input.tolist(), strict=True)
    found: list[dict[str, Any]] = []
    for values, n, number in rows:
        circuit = generated.circuit(n)
        found.append(
            {
                "situation": dict(zip(log.features, values, strict=True)),
                "input": f"{number:0{n}b}",
                "gates": gate_values(circuit, number),
                "action": circuit.values(number)[0],
            }
        )
    return found


def _circuits_table(circuits: list[dict[str, Any]]) -> Table:
    return Table(
        "The circuit for each size",
        (
            Column("size", term="input size"),
            Column("depth"),
            Column("rows", term="rows of a size"),
            Column("misses"),
            Column("circuit", is_text=True, folds=True, term="circuit of a size"),
            Column("gates", is_text=True, folds=True, term="unused gates"),
        ),
        [
            [
                *(str(one[name]) for name in ("size", "depth", "rows", "misses")),
                "\n".join(one["circuit"].split("; ")),
                gates_line(one["gates"]),
            ]
            for one in circuits
        ],
        [bool(one["misses"]) for one in circuits],
    )
