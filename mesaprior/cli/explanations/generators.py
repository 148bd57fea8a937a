"""A generator, taken apart: its tokens, the circuit that it writes down for each size, and how far that fits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.cli.explanations import Explained
from mesaprior.cli.explanations.gates import gate_facts, gate_values, gates_line
from mesaprior.cli.explanations.tokens import token_facts, tokens_table
from mesaprior.cli.options import SpaceOptions
from mesaprior.hypotheses.circuits.circuit import format_circuit
from mesaprior.hypotheses.generators.language import DEFAULT_LANGUAGE
from mesaprior.hypotheses.generators.space import Generated, GeneratorSpace
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.meaning import Explanation

if TYPE_CHECKING:
    from rich.table import Table

OPTIONS = ("--language", "--extra-gates")
COLUMNS = GeneratorSpace.columns


def explain(program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
    """Take a generator apart; of how many bits it may be does not matter."""
    file = asked.get("--language")
    language = DEFAULT_LANGUAGE if file is None else read_language(file)
    space = GeneratorSpace(1, language, extra_gates=asked.get("--extra-gates") or 0)
    term = space.parse(program, log)
    found, generated = space.explain(term, log), space.predict(term, log)
    predictions, r = generated.predictions, generated.family.most_gates
    length, time = float(found.length), generated.time(found.time)
    circuits = _circuits(generated, predictions["intact"], log)
    return Explained(
        program=found.text,
        n_actions=2,
        columns={"length": length, "time": time, "infer_time": r, "gates": r},
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
        tables=lambda: _tables(found, circuits),
    )


def _circuits(generated: Generated, predicted: np.ndarray, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the circuit for each size of the log, and how many of the rows of that size it gets wrong."""
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


def _tables(found: Explanation, circuits: list[dict[str, Any]]) -> Iterable[Table]:
    from rich.table import Table

    yield tokens_table(found)

    table = Table(title="The circuit for each size", title_justify="left")
    for name in ("size", "depth", "rows", "misses"):
        table.add_column(name, justify="right")
    for name in ("circuit", "gates"):
        table.add_column(name, overflow="fold")
    for one in circuits:
        table.add_row(
            str(one["size"]),
            str(one["depth"]),
            str(one["rows"]),
            str(one["misses"]),
            "\n".join(one["circuit"].split("; ")),
            gates_line(one["gates"]),
            style="red" if one["misses"] else "",
        )
    yield table
