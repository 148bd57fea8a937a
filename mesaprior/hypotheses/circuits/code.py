"""The prefix code of straight-line circuits: the number of circuits with r gates, and the bits of each.

The code of a circuit with r gates has r + 1 bits that say whether another gate follows (none with fewer than two
inputs, where gates are impossible), for each gate a choice among all pairs of distinct earlier nodes and all gates of
the basis, and a choice of outputs. Each output is a node, the complement of a node, or a constant. With r > 0 gates at
least one output is the last gate or its complement, and the first such output is not complemented: the choice of the
last gate includes its complement. So a single output is the last gate, and without gates it is any of the 2n + 2 free
functions. Lengths are logarithms of numbers of choices, so all circuits with r gates have the same length, and together
the mass 2^-(r + 1).
"""

from __future__ import annotations

from math import comb, log2

from mesaprior.hypotheses.circuits.gates import Basis


def n_gate_choices(n: int, basis: Basis, k: int) -> int:
    """Return the choices for gate k, the first being 1, of a circuit with n inputs."""
    return comb(n + k - 1, 2) * basis.n_gates


def n_output_choices(n: int, m: int, r: int) -> int:
    """Return the choices for m outputs of a circuit with n inputs and r gates."""
    each = 2 * (n + r) + 2
    return each**m if r == 0 else (each**m - (each - 2) ** m) // 2


def n_circuits(n: int, m: int, basis: Basis, r: int) -> int:
    """Return the exact number of circuits with n inputs, m outputs and r gates."""
    total = n_output_choices(n, m, r)
    for k in range(1, r + 1):
        total *= n_gate_choices(n, basis, k)
    return total


def length_of(n: int, m: int, basis: Basis, r: int) -> float:
    """Return the bits of each circuit with n inputs, m outputs and r gates."""
    bits = float(r + 1) if n >= 2 else 0.0
    for k in range(1, r + 1):
        bits += log2(n_gate_choices(n, basis, k))
    return bits + log2(n_output_choices(n, m, r))


def mass_beyond(n: int, max_gates: int) -> float:
    """Return the mass under 2^-length of all circuits with more gates."""
    return 2.0 ** -(max_gates + 1) if n >= 2 else 0.0
