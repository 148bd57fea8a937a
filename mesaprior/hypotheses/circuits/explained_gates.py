"""The gates of a circuit: the kind, depth, use and values of each."""

from __future__ import annotations

from typing import Any

from mesaprior.hypotheses.circuits.circuit import Circuit, format_gate, node_name


def gate_facts(circuit: Circuit) -> list[dict[str, Any]]:
    """Return the name, text and depth of each gate, and whether a path leads from it to an output."""
    n = circuit.n_inputs
    return [
        {"gate": node_name(n, n + k), "text": format_gate(n, gate), "depth": depth, "used": used}
        for k, (gate, depth, used) in enumerate(
            zip(circuit.gates, circuit.node_depths[n:], circuit.nodes_used[n:], strict=True)
        )
    ]


def gate_values(circuit: Circuit, number: int) -> dict[str, int]:
    """Return the value of each gate by name at an input number."""
    n = circuit.n_inputs
    return {node_name(n, n + k): value for k, value in enumerate(circuit.node_values(number)[n:])}


def gates_line(gates: list[dict[str, Any]]) -> str:
    """Return in a sentence whether all gates are used."""
    unused = [gate["gate"] for gate in gates if not gate["used"]]
    if not gates:
        return "It has no gate, and is free."
    if not unused:
        return "Its only gate is used." if len(gates) == 1 else f"All of its {len(gates)} gates are used."
    return (
        f"Unused, since no output depends on them: {', '.join(unused)}."
        if len(unused) > 1
        else (f"Unused, since no output depends on it: {unused[0]}.")
    )
