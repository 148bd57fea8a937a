"""The picture of a circuit: inputs on the left, gates in columns by depth, complements as small rings."""

from __future__ import annotations

from typing import Any

from mesaprior.hypotheses.circuits.circuit import Circuit, node_name

_SIGNS = {8: "and", 4: "and", 2: "and", 1: "and", 14: "or", 13: "or", 11: "or", 7: "or", 6: "xor", 9: "xnor"}
_LEFT_RINGS, _RIGHT_RINGS = (2, 1, 11, 7), (4, 1, 13, 7)
_COLOURS = {"and": "#0072B2", "or": "#D55E00", "xor": "#009E73", "xnor": "#009E73", "input": "0.35"}


def draw_circuit(circuit: Circuit, *, title: str) -> Any:
    """Return a figure of a circuit."""
    from matplotlib.figure import Figure

    place = _places(circuit)
    width = max(x for x, _ in place) + 1
    height = max((sum(1 for x, _ in place if x == column) for column in range(int(width))), default=1)
    figure = Figure(figsize=(1.6 * (width + 1.6), 0.9 * (height + 1)), layout="constrained")
    # Matplotlib has no types for what it takes by keyword.
    axes: Any = figure.subplots()
    axes.set_title(title, loc="left", fontsize=11)
    axes.set(xlim=(-0.5, width + 0.3), ylim=(-height / 2 - 0.3, height / 2 + 0.3))
    axes.axis("off")
    for k, gate in enumerate(circuit.gates):
        node = circuit.n_inputs + k
        for source, side, rings in ((gate.left, 1, _LEFT_RINGS), (gate.right, -1, _RIGHT_RINGS)):
            _wire(axes, place[source], (place[node][0] - 0.09, place[node][1] + 0.11 * side), gate.table in rings)
    for node, (x, y) in enumerate(place):
        is_input = node < circuit.n_inputs
        kind = "input" if is_input else _SIGNS[circuit.gates[node - circuit.n_inputs].table]
        label = node_name(circuit.n_inputs, node) + ("" if is_input else f"\n{kind}")
        box = {"boxstyle": "round,pad=0.35", "facecolor": "white", "edgecolor": _COLOURS[kind], "linewidth": 1.6}
        axes.text(x, y, label, ha="center", va="center", fontsize=9, bbox=box, zorder=3)
    for k, output in enumerate(circuit.outputs):
        spread = 0.45 * ((len(circuit.outputs) - 1) / 2 - k)
        if output.node is None:
            axes.text(width - 0.2, spread, str(int(output.is_complemented)), ha="left", va="center", fontsize=11)
        else:
            x, y = place[output.node]
            _wire(axes, (x, y), (width - 0.1, y + spread), output.is_complemented)
            axes.text(width, y + spread, "out", ha="left", va="center", fontsize=9)
    return figure


def _places(circuit: Circuit) -> list[tuple[float, float]]:
    """Return where each node stands: its column is its depth, and within a column nodes keep their order."""
    depth = circuit.node_depths
    columns: dict[int, list[int]] = {}
    for node, column in enumerate(depth):
        columns.setdefault(column, []).append(node)
    place = [(0.0, 0.0)] * len(depth)
    for column, nodes in columns.items():
        for k, node in enumerate(nodes):
            # Columns are set off a little, so that wires do not run through the nodes between.
            place[node] = (float(column), (len(nodes) - 1) / 2 - k + (0.13 * column if column else 0.0))
    return place


def _wire(axes: Any, start: tuple[float, float], end: tuple[float, float], has_ring: bool) -> None:
    """Draw a line, with a ring at its end where what it carries is complemented."""
    axes.plot((start[0], end[0]), (start[1], end[1]), color="0.55", linewidth=1.1, zorder=1)
    if has_ring:
        axes.plot(
            [end[0]], [end[1]], marker="o", markersize=6, markerfacecolor="white", markeredgecolor="0.2", zorder=4
        )
