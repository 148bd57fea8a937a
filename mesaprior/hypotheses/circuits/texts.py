"""Many circuits as texts at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.circuits import kernels
from mesaprior.hypotheses.circuits.circuit import Circuit, Gate, Output
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.texts import Texts

GATE_WIDTH = 15
"""Most characters of a gate, its separator included: ``g10=~g8|~g9; `` and one to spare."""


def build_circuits(
    n: int,
    basis: Basis,
    function: np.ndarray,
    orbit: np.ndarray,
    way: np.ndarray,
    wanted: NDArray[np.uint64],
    is_complemented: NDArray[np.bool_],
) -> tuple[np.ndarray, np.ndarray]:
    """Return circuits whose gates compute given functions, with the inputs renamed.

    Parameters
    ----------
    n : int
        Inputs.
    basis : Basis
    function, orbit, way
        See `kernels.write_circuits`; W circuits with r gates.
    wanted : uint64[W, K]
        What the outputs are to compute, made 0 at input number 0.
    is_complemented : bool[W, K]
        Whether an output is the complement of that.

    Returns
    -------
    gate : uint8[W, r, 3]
        Left node, right node and table of each gate.
    output : int64[W, K]
        See `texts_of`. Where the last gate is an output, the first of these is the gate itself and no complement.
    """
    W, r = len(orbit), function.shape[1]
    gate, node_function = np.zeros((W, r, 3), dtype=np.uint8), np.zeros((W, n + r), dtype=np.uint64)
    if not kernels.write_circuits(
        symmetries(n), np.int64(basis.n_combinations), function, orbit, way, gate, node_function
    ):
        raise RunError("a circuit could not be built from the functions of its gates; report this.")
    # Of nodes that compute the same, the last one.
    node = n + r - 1 - np.argmax(wanted[:, :, None] == node_function[:, None, ::-1], axis=2)
    flips = is_complemented.copy()
    if r > 0:
        is_last = (node == n + r - 1) & (wanted != 0)
        first = np.argmax(is_last, axis=1)
        flipped = is_complemented[np.arange(W), first] & is_last.any(axis=1)
        gate[flipped, r - 1, 2] = 15 - gate[flipped, r - 1, 2]
        flips ^= is_last & flipped[:, None]
    return gate, np.where(wanted == 0, -2, 2 * node) + flips


def texts_of(n: int, gate: NDArray[np.uint8], output: NDArray[np.int64]) -> Texts:
    """Return the texts of circuits; see `kernels.write_texts`.

    Parameters
    ----------
    n : int
        Inputs.
    gate : uint8[W, r, 3]
    output : int64[W, K]
        Of each output twice its node, plus 1 where it is complemented; -2 for the constant 0 and -1 for 1.
    """
    text = np.zeros((len(gate), GATE_WIDTH * gate.shape[1] + 5 * output.shape[1]), dtype=np.uint8)
    size = np.zeros(len(gate), dtype=np.int64)
    kernels.write_texts(np.int64(n), gate, output, text, size)
    offsets = np.zeros(len(gate) + 1, dtype=np.int64)
    np.cumsum(size, out=offsets[1:])
    return Texts(text[np.arange(text.shape[1]) < size[:, None]], offsets)


def circuit_of(n: int, gate: np.ndarray, output: np.ndarray) -> Circuit:
    """Return one circuit, ``uint8[r, 3]`` with ``int64[K]``, as a record."""
    outputs = [
        Output(None, value == -1) if value < 0 else Output(value >> 1, bool(value & 1)) for value in output.tolist()
    ]
    return Circuit(n, tuple(Gate(*row) for row in gate.tolist()), tuple(outputs))
