"""One function of any number of inputs: whether it was found, and its circuit."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.circuits import texts
from mesaprior.hypotheses.circuits.circuit import Circuit
from mesaprior.hypotheses.circuits.least.search import LeastCircuits
from mesaprior.hypotheses.circuits.orbits import members, orbit_forms


def least_circuit_of(found: LeastCircuits, function: int) -> Circuit | None:
    """Return a least circuit of a function, by its number; None where it needs more gates than were searched."""
    n = found.n
    is_complemented = bool(function & 1)
    normal = np.array([[(1 << (1 << n)) - 1 - function if is_complemented else function]], dtype=np.uint64)
    wanted = orbit_forms(n, normal)[0, 0]
    for r, representatives in enumerate(found.function):
        place = np.flatnonzero(orbit_forms(n, representatives[:, None])[:, 0] == wanted)
        if len(place) == 0:
            continue
        orbit = members(n, representatives[place][:, None])
        way = orbit.way[orbit.function[:, 0] == normal[0, 0]]
        gate, output = texts.build_circuits(
            n, found.basis, found.gates[r], place, way, normal, np.array([[is_complemented]])
        )
        return texts.circuit_of(n, gate[0], output[0])
    return None
