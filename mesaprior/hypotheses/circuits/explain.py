"""A circuit, taken apart: bits by choice, the role of each gate, and its values in every situation."""

from __future__ import annotations

from collections.abc import Iterable
from math import log2
from typing import Any

from mesaprior.hypotheses.boolean import BooleanLog
from mesaprior.hypotheses.circuits.circuit import Circuit, format_circuit, format_outputs
from mesaprior.hypotheses.circuits.code import n_gate_choices, n_output_choices
from mesaprior.hypotheses.circuits.explained_gates import gate_facts, gate_values, gates_line
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.explained_situations import situations_in_bits, situations_table
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import inputs_text, named_inputs
from mesaprior.hypotheses.tables import Column, Table


def explain_circuit(space: CircuitSpace, text: str, log: ImitationLog) -> Explained:
    """Take a circuit of a space apart."""
    circuit, bits = space.parse(text, log), space.boolean(log)
    meaning, measures = space.predict(circuit, log), space.measures(circuit, log)
    r, depth, length = len(circuit.gates), circuit.depth, measures["length"]
    gates, situations = gate_facts(circuit), _situations(circuit, meaning.actions, bits, log)
    choices = _choices(circuit, bits, space.basis, [gate["text"] for gate in gates])
    return Explained(
        program=format_circuit(circuit),
        n_actions=bits.n_actions,
        columns=measures,
        predictions=meaning.predictions,
        flags=meaning.flags,
        parts={
            "basis": space.basis.name,
            "inputs": named_inputs(bits.names),
            "choices": choices,
            "nodes": gates,
            "outputs": format_outputs(circuit),
            "situations": situations,
        },
        headline=lambda role, verdict: (
            f"{verdict} · {length:.2f} bits ({space.basis.name} basis) · {r} {'gate' if r == 1 else 'gates'} (steps), "
            f"depth {depth}"
        ),
        lines=(gates_line(gates), inputs_text(bits.names)),
        tables=tuple(_tables(choices, gates, situations, log)),
    )


def _choices(circuit: Circuit, bits: BooleanLog, basis: Basis, texts: list[str]) -> list[dict[str, Any]]:
    """Return the choices in the code of a circuit, in order; see `circuits.code`."""
    n, r = bits.n_inputs, len(circuit.gates)
    counted: list[tuple[str, int]] = []
    for k, text in enumerate(texts, 1):
        counted += [("another gate", 2), (f"g{k}={text}", n_gate_choices(n, basis, k))]
    if n >= 2:
        counted.append(("no further gate", 2))
    counted.append((format_outputs(circuit), n_output_choices(n, bits.n_outputs, r)))
    return [{"choice": what, "among": among, "bits": log2(among)} for what, among in counted]


def _situations(circuit: Circuit, actions: list[int], bits: BooleanLog, log: ImitationLog) -> list[dict[str, Any]]:
    """Return the values of gates and outputs in each situation."""
    return [
        one
        | {"gates": gate_values(circuit, number)}
        | {"outputs": "".join(map(str, circuit.values(number))), "action": action}
        for one, number, action in zip(situations_in_bits(log, bits), bits.inputs.tolist(), actions, strict=True)
    ]


def _tables(
    choices: list[dict[str, Any]], gates: list[dict[str, Any]], situations: list[dict[str, Any]], log: ImitationLog
) -> Iterable[Table]:
    yield Table(
        "Choices of the code",
        (
            Column("choice", is_text=True, folds=True),
            Column("among", folds=True, term="choices"),
            Column("bits", folds=True),
        ),
        [[one["choice"], f"{one['among']:,}", f"{one['bits']:.2f}"] for one in choices],
    )
    if gates:
        yield Table(
            "Gates",
            tuple(Column(name, is_text=name != "depth") for name in ("gate", "is", "depth", "used")),
            [[gate["gate"], gate["text"], str(gate["depth"]), "yes" if gate["used"] else "no"] for gate in gates],
        )
    names = [" ".join(gate["gate"] for gate in gates)] if gates else []
    columns = (
        *(Column(name, folds=True, term="values of gates") for name in names),
        Column("outputs", folds=True),
        Column("action", folds=True, term="action of a program"),
    )
    yield situations_table(
        log,
        situations,
        "Values, by situation",
        columns,
        ([*([_aligned(one["gates"])] if gates else []), one["outputs"], str(one["action"])] for one in situations),
    )


def _aligned(values: dict[str, int]) -> str:
    """Return values padded to the width of their gates' names, so that the columns align."""
    return " ".join(f"{value:>{len(name)}}" for name, value in values.items())
