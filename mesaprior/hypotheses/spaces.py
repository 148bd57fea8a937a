"""The hypothesis spaces beside terms, by name; each is imported when it is asked for."""

from __future__ import annotations

import importlib

from mesaprior.hypotheses.space import WholeSpace

_PLACES = {
    "circuits": ("mesaprior.hypotheses.circuits.space", "CircuitSpace"),
    "generators": ("mesaprior.hypotheses.generators.space", "GeneratorSpace"),
    "turing": ("mesaprior.hypotheses.turing.policies.sizes", "TuringSizes"),
    "networks": ("mesaprior.hypotheses.networks.space", "NetworkSpace"),
}
"""For each name the module and the class."""


def whole_space(name: str) -> type[WholeSpace] | None:
    """Return the class of the spaces of this name, or None where there is none."""
    if name not in _PLACES:
        return None
    module, class_name = _PLACES[name]
    return getattr(importlib.import_module(module), class_name)
