"""Networks as texts, many at a time."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.networks.architecture import Architecture
from mesaprior.hypotheses.networks.counting import NetworkCounts
from mesaprior.hypotheses.networks.network import format_unit
from mesaprior.hypotheses.texts import Texts


def network_texts(counts: NetworkCounts, shape: Architecture) -> Texts:
    """Return the text of the network that each behaviour has; see `network.format_network`."""
    outputs = _unit_texts("o", counts.outputs, shape.weights, (shape.hidden or shape.inputs) + 1)
    if not shape.hidden:
        return Texts.of(map(" ".join, outputs))
    hidden = _unit_texts("h", counts.hidden, shape.weights, shape.inputs + 1)
    return Texts.of(f"{' '.join(one)} -> {' '.join(other)}" for one, other in zip(hidden, outputs, strict=True))


def _unit_texts(kind: str, numbers: np.ndarray, weights: tuple[int, ...], size: int) -> list[list[str]]:
    """Return the texts of units, ``int64[B, units]`` as numbers of `units.settings_of`; each is written once."""
    distinct, place = np.unique(numbers, return_inverse=True)
    w = len(weights)
    digits = (distinct[:, None] // w ** np.arange(size - 1, -1, -1)) % w
    units = np.array(weights)[digits].tolist()
    texts = np.array([format_unit(kind, unit) for unit in units], dtype=object)
    return texts[place.reshape(numbers.shape)].tolist()
