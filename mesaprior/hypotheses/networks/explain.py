"""A network, taken apart: its units, the bits of their weights, and the weighted sums in every situation."""

from __future__ import annotations

from typing import Any

from mesaprior.hypotheses.boolean import BooleanLog
from mesaprior.hypotheses.explained import Explained
from mesaprior.hypotheses.explained_situations import situations_in_bits, situations_table
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.networks.network import Network, format_network, format_unit
from mesaprior.hypotheses.networks.space import NetworkSpace
from mesaprior.hypotheses.phrases import inputs_text, named_inputs
from mesaprior.hypotheses.tables import Column, Table


def explain_network(space: NetworkSpace, text: str, log: ImitationLog) -> Explained:
    """Take a network of a space apart."""
    network, bits = space.parse(text, log), space.boolean(log)
    policy, shape, norms = space.predict(network, log), space.shape_of(network, log), space.measures(network, log)
    length = norms["length"]
    units = _units(network, shape.bits / shape.n_weights)
    situations = _situations(network, policy.actions, [unit["unit"] for unit in units], bits, log)
    hidden_units = f"{shape.hidden} hidden {'unit' if shape.hidden == 1 else 'units'}"
    return Explained(
        program=format_network(network),
        n_actions=bits.n_actions,
        columns=norms,
        predictions=policy.predictions,
        flags=policy.flags,
        parts={
            "hidden": space.hidden,
            "weight_set": list(space.weights),
            "hidden_bits": length - shape.bits,
            "inputs": named_inputs(bits.names),
            "units": units,
            "situations": situations,
        },
        headline=lambda role, verdict: (
            f"{verdict}, {hidden_units} · {length:.2f} bits · {norms['weights']} of {shape.n_weights} weights are not "
            f"0 (steps) · l1 {norms['l1']}, l2 {norms['l2']}"
        ),
        lines=(
            f"Bits: {length - shape.bits:.0f} for the number of hidden units (--hidden {space.hidden}) and "
            f"{shape.bits:.2f} for {shape.n_weights} weights, each one of {len(space.weights)}.",
            inputs_text(bits.names),
        ),
        tables=_tables(units, situations, log),
    )


def _units(network: Network, bits: float) -> list[dict[str, Any]]:
    """Return the units; all weights have equally many bits."""
    return [
        {"unit": f"{kind}{k}", "text": format_unit(kind, unit), "bits": len(unit) * bits}
        for kind, units in (("h", network.hidden), ("o", network.outputs))
        for k, unit in enumerate(units, 1)
    ]


def _situations(
    network: Network, actions: list[int], names: list[str], bits: BooleanLog, log: ImitationLog
) -> list[dict[str, Any]]:
    """Return the weighted sums of all units in each situation, and the resulting values."""
    found: list[dict[str, Any]] = []
    for one, action in zip(situations_in_bits(log, bits), actions, strict=True):
        hidden, outputs = network.sums([int(bit) for bit in one["input"]])
        sums = dict(zip(names, hidden + outputs, strict=True))
        values = {name: int(total > 0) for name, total in sums.items()}
        found.append(one | {"sums": sums, "values": values, "action": action})
    return found


def _tables(units: list[dict[str, Any]], situations: list[dict[str, Any]], log: ImitationLog) -> tuple[Table, Table]:
    of_units = Table(
        "Units",
        tuple(Column(name, is_text=name != "bits") for name in ("unit", "weights | bias", "bits")),
        [[unit["unit"], unit["text"], f"{unit['bits']:.2f}"] for unit in units],
    )
    sums = situations_table(
        log,
        situations,
        "Weighted sums with the bias, by situation; a unit is 1 where its sum is above 0",
        [
            *(Column(unit["unit"], folds=True, term="sum of a unit") for unit in units),
            Column("action", folds=True, term="action of a program"),
        ],
        (
            [*(f"{total} → {one['values'][name]}" for name, total in one["sums"].items()), str(one["action"])]
            for one in situations
        ),
    )
    return of_units, sums
