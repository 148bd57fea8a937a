"""A network, taken apart: its units, the bits of their weights, and what every unit sums up in every situation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mesaprior.cli.explanations import Explained
from mesaprior.cli.explanations.boolean import situations_in_bits, situations_table
from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.spaces.networks import COMFORTABLE_HIDDEN
from mesaprior.cli.words import inputs_text, named_inputs
from mesaprior.hypotheses.boolean import BooleanLog
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.networks.architecture import DEFAULT_WEIGHTS, Architecture
from mesaprior.hypotheses.networks.network import Network, format_network, format_unit, parse_network
from mesaprior.hypotheses.networks.space import NetworkSpace

if TYPE_CHECKING:
    from rich.table import Table

OPTIONS = ("--hidden", "--weights", "--encoding")
COLUMNS = NetworkSpace.columns


def explain(program: str, log: ImitationLog, asked: SpaceOptions) -> Explained:
    """Take a network apart; without a number of hidden units, that is open, and its bits count."""
    hidden = asked.get("--hidden") or (0, max(COMFORTABLE_HIDDEN[1], len(parse_network(program).hidden)))
    space = NetworkSpace(*hidden, weights=asked.get("--weights") or DEFAULT_WEIGHTS, encoding=asked.get("--encoding"))
    network, bits = space.parse(program, log), space.boolean(log)
    policy = space.predict(network, log)
    shape = Architecture(bits.n_inputs, len(network.hidden), bits.n_outputs, space.weights)
    length, norms = space.length(shape), _norms(network)
    units = _units(network, shape.bits / shape.n_weights)
    situations = _situations(network, policy.actions, [unit["unit"] for unit in units], bits, log)
    hidden_units = f"{shape.hidden} hidden {'unit' if shape.hidden == 1 else 'units'}"
    return Explained(
        program=format_network(network),
        n_actions=bits.n_actions,
        columns={"length": length, "time": norms["weights"], "infer_time": norms["weights"], **norms},
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
        tables=lambda: _tables(units, situations, log),
    )


def _norms(network: Network) -> dict[str, int]:
    """Return how many weights are not 0, and the sums of their sizes and squares."""
    weights = network.weights
    return {
        "weights": sum(weight != 0 for weight in weights),
        "l1": sum(map(abs, weights)),
        "l2": sum(weight**2 for weight in weights),
    }


def _units(network: Network, bits: float) -> list[dict[str, Any]]:
    """Return the units; each weight has as many bits."""
    return [
        {"unit": f"{kind}{k}", "text": format_unit(kind, unit), "bits": len(unit) * bits}
        for kind, units in (("h", network.hidden), ("o", network.outputs))
        for k, unit in enumerate(units, 1)
    ]


def _situations(
    network: Network, actions: list[int], names: list[str], bits: BooleanLog, log: ImitationLog
) -> list[dict[str, Any]]:
    """Return the weighted sums of all units in each situation, and what comes of them."""
    found: list[dict[str, Any]] = []
    for one, action in zip(situations_in_bits(log, bits), actions, strict=True):
        hidden, outputs = network.sums([int(bit) for bit in one["input"]])
        sums = dict(zip(names, hidden + outputs, strict=True))
        values = {name: int(total > 0) for name, total in sums.items()}
        found.append(one | {"sums": sums, "values": values, "action": action})
    return found


def _tables(units: list[dict[str, Any]], situations: list[dict[str, Any]], log: ImitationLog) -> Iterable[Table]:
    from rich.table import Table

    table = Table(title="Units", title_justify="left")
    for name in ("unit", "weights | bias", "bits"):
        table.add_column(name, justify="right" if name == "bits" else "left")
    for unit in units:
        table.add_row(unit["unit"], unit["text"], f"{unit['bits']:.2f}")
    yield table

    yield situations_table(
        log,
        situations,
        "Weighted sums with the bias, by situation; a unit is 1 where its sum is above 0",
        [*(unit["unit"] for unit in units), "action"],
        (
            [*(f"{total} → {one['values'][name]}" for name, total in one["sums"].items()), str(one["action"])]
            for one in situations
        ),
    )
