"""One circuit: its gates, its text, and its meaning in plain Python."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from mesaprior.errors import ContentError
from mesaprior.hypotheses.circuits.gates import FORMS

_NODE = r"([xg][1-9][0-9]?)"
_GATE = re.compile(rf"g([1-9][0-9]?)=(~?){_NODE}([&|^])(~?){_NODE}")
_OUTPUT = re.compile(rf"(~?){_NODE}|[01]")
_TABLE_OF = {form.format("a", "b"): table for table, form in FORMS.items()} | {"~a^b": 9, "~a^~b": 6}


class Gate(NamedTuple):
    """A two-input gate.

    Attributes
    ----------
    left, right : int
        Nodes: the inputs from 0 on, then the gates. The left one is lower.
    table : int
        Bit 2 * a + b is the value at a on the left and b on the right; see `gates.FORMS`.
    """

    left: int
    right: int
    table: int


class Output(NamedTuple):
    """The source of an output.

    Attributes
    ----------
    node : int or None
        None for a constant.
    is_complemented : bool
        The constant 1 is the complement of the constant 0.
    """

    node: int | None
    is_complemented: bool = False


@dataclass(frozen=True)
class Circuit:
    """A straight-line circuit: each gate takes two of the nodes before it.

    Attributes
    ----------
    n_inputs : int
    gates : tuple of Gate
    outputs : tuple of Output
        The most significant bit first.
    """

    n_inputs: int
    gates: tuple[Gate, ...]
    outputs: tuple[Output, ...]

    def node_values(self, number: int) -> list[int]:
        """Return the values of the nodes at an input number; the first input is its most significant bit."""
        node = [number >> (self.n_inputs - 1 - v) & 1 for v in range(self.n_inputs)]
        for gate in self.gates:
            node.append(gate.table >> (2 * node[gate.left] + node[gate.right]) & 1)
        return node

    def values(self, number: int) -> list[int]:
        """Return the values of the outputs at an input number; see `node_values`."""
        node = self.node_values(number)
        return [
            int(output.is_complemented) ^ (0 if output.node is None else node[output.node]) for output in self.outputs
        ]

    @property
    def node_depths(self) -> list[int]:
        """Most gates on a path from an input to each node, including the node itself."""
        depth = [0] * self.n_inputs
        for gate in self.gates:
            depth.append(1 + max(depth[gate.left], depth[gate.right]))
        return depth

    @property
    def nodes_used(self) -> list[bool]:
        """Whether a path leads from each node to an output."""
        ends = {output.node for output in self.outputs}
        used = [node in ends for node in range(self.n_inputs + len(self.gates))]
        for k in reversed(range(len(self.gates))):
            if used[self.n_inputs + k]:
                used[self.gates[k].left] = used[self.gates[k].right] = True
        return used

    @property
    def depth(self) -> int:
        """Most gates on a path from an input to an output."""
        depth = self.node_depths
        return max(0 if output.node is None else depth[output.node] for output in self.outputs)


def node_name(n_inputs: int, node: int) -> str:
    """Return the name of a node: inputs from x1 on, gates from g1 on."""
    return f"x{node + 1}" if node < n_inputs else f"g{node - n_inputs + 1}"


def format_circuit(circuit: Circuit) -> str:
    """Return the text of a circuit, such as ``g1=x1&~x2; g2=g1^x3; g2``: its gates, then its outputs."""
    gates = [f"g{k}={format_gate(circuit.n_inputs, gate)}" for k, gate in enumerate(circuit.gates, 1)]
    return "; ".join([*gates, format_outputs(circuit)])


def format_gate(n_inputs: int, gate: Gate) -> str:
    """Return the text of a gate, such as ``x1&~x2``."""
    return FORMS[gate.table].format(node_name(n_inputs, gate.left), node_name(n_inputs, gate.right))


def format_outputs(circuit: Circuit) -> str:
    """Return the text of the outputs of a circuit, with a space between."""
    return " ".join(
        str(int(output.is_complemented))
        if output.node is None
        else "~" * output.is_complemented + node_name(circuit.n_inputs, output.node)
        for output in circuit.outputs
    )


def parse_circuit(text: str, n_inputs: int) -> Circuit:
    """Read a circuit from its text; see `format_circuit`.

    Raises
    ------
    ContentError
        If it is not the text of a circuit with that many inputs.
    """
    *parts, last = (part.strip() for part in text.split(";"))
    gates: list[Gate] = []
    for part in parts:
        match = _GATE.fullmatch(part.replace(" ", ""))
        if match is None or int(match[1]) != len(gates) + 1:
            raise ContentError(
                f"{part[:60]!r} is not gate {len(gates) + 1} of a circuit; write it like g{len(gates) + 1}=x1&~x2."
            )
        _, left_not, left, sign, right_not, right = match.groups()
        table = _TABLE_OF[f"{left_not}a{sign}{right_not}b"]
        nodes = [_node(name, n_inputs, len(gates), part) for name in (left, right)]
        if nodes[0] == nodes[1]:
            raise ContentError(f"{part!r}: a gate takes two different nodes.")
        if nodes[0] > nodes[1]:
            # With its inputs exchanged a gate has the middle bits of its table exchanged.
            nodes.reverse()
            table = table & 9 | (table & 2) << 1 | (table & 4) >> 1
        gates.append(Gate(nodes[0], nodes[1], table))
    outputs: list[Output] = []
    for part in last.split() or [last]:
        match = _OUTPUT.fullmatch(part)
        if match is None:
            raise ContentError(f"{part[:60]!r} is no output of a circuit; write a node such as x1, ~x1 or g1, 0 or 1.")
        if match[2] is None:
            outputs.append(Output(None, part == "1"))
        else:
            outputs.append(Output(_node(match[2], n_inputs, len(gates), part), bool(match[1])))
    return Circuit(n_inputs, tuple(gates), tuple(outputs))


def _node(name: str, n_inputs: int, n_gates: int, place: str) -> int:
    """Return the number of an existing node."""
    number, room = int(name[1:]), n_inputs if name[0] == "x" else n_gates
    if number > room:
        kind = "input" if name[0] == "x" else "gate before it"
        raise ContentError(f"{place!r}: there is no {kind} {name}; there are {room}.")
    return number - 1 if name[0] == "x" else n_inputs + number - 1
