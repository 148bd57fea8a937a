"""The functions that circuits up to a size compute, and the number of circuits of each, independent of any log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits import texts
from mesaprior.hypotheses.circuits.counting.engine import check_gates, count_circuits
from mesaprior.hypotheses.circuits.counting.pairs import count_pairs
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.least.search import LeastCircuits, least_circuits
from mesaprior.hypotheses.circuits.orbits import orbit_forms
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import Progress


@dataclass(frozen=True, eq=False)
class Computed:
    """The functions of circuits. Sizes: k orbits, m outputs, G groups.

    A function is made 0 at input number 0; what is said of one holds for its complement, for each output by itself. One
    tuple of functions stands for its orbit, all that renamed and complemented inputs make of it.

    Attributes
    ----------
    n : int
        Inputs.
    basis : Basis
    functions : uint64[k, m]
    least : int64[k]
        Least gates of each.
    row : int64[k]
        Row of each in the gates of its size.
    gates : tuple of uint64[k_r, r]
        For each number of gates: circuits of least size, as the functions of their gates.
    orbit : int64[G]
    size, depth : int64[G]
        Gates of the circuits, and most gates on a way from an input to an output.
    count : uint64[G]
        Circuits for each tuple of the orbit.
    """

    n: int
    basis: Basis
    functions: NDArray[np.uint64]
    least: NDArray[np.int64]
    row: NDArray[np.int64]
    gates: tuple[np.ndarray, ...]
    orbit: NDArray[np.int64]
    size: NDArray[np.int64]
    depth: NDArray[np.int64]
    count: NDArray[np.uint64]

    @property
    def n_outputs(self) -> int:
        """m, the number of outputs."""
        return self.functions.shape[1]


def all_circuits(
    n: int, m: int, basis: Basis, max_gates: int, *, workers: int = 1, report: Progress | None = None
) -> Computed:
    """Count all straight-line circuits; see `engine.count_circuits` and `pairs.count_pairs`."""
    if m == 2:
        return _of_pairs(n, basis, max_gates, workers, report)
    check_gates(n, max_gates)
    least = least_circuits(n, basis, max_gates, workers=workers)
    sizes = count_circuits(n, basis, max_gates, workers=workers, report=report)
    functions = np.concatenate(least.function)[:, None]
    place = _places(n, functions)
    n_free = len(least.function[0])
    groups = [(np.arange(n_free), np.zeros(n_free, np.int64), np.zeros(n_free, np.int64), np.ones(n_free, np.uint64))]
    for r, counts in enumerate(sizes, 1):
        orbit = place(counts.function[:, None])
        groups.append((orbit, np.full(len(orbit), r), counts.depth, counts.count))
    return _together(n, basis, least, functions, groups)


def minimal_circuits(
    n: int, m: int, basis: Basis, max_gates: int, *, workers: int = 1, report: Progress | None = None
) -> Computed:
    """Count every function, or pair of functions, once: with its least gates, and the depth of the circuit shown."""
    if m == 2:
        every = _of_pairs(n, basis, max_gates, workers, report)
        functions, least, row, gates = every.functions, every.least, every.row, every.gates
    else:
        found = least_circuits(n, basis, max_gates, workers=workers, report=report)
        functions, gates = np.concatenate(found.function)[:, None], found.gates
        least = np.repeat(np.arange(len(gates)), [len(part) for part in gates])
        row = np.concatenate([np.arange(len(part)) for part in gates])
    depth = np.zeros(len(functions), dtype=np.int64)
    for r, part in enumerate(gates):
        place = np.flatnonzero(least == r)
        depth[place] = _depths(n, basis, part, row[place], functions[place])
    k = len(functions)
    return Computed(n, basis, functions, least, row, gates, np.arange(k), least, depth, np.ones(k, dtype=np.uint64))


def _depths(n: int, basis: Basis, gates: np.ndarray, row: np.ndarray, functions: np.ndarray) -> np.ndarray:
    """Return the depths of circuits whose gates compute given functions."""
    identity = np.zeros(len(row), dtype=np.int64)
    plain = np.zeros(functions.shape, dtype=bool)
    gate, output = texts.build_circuits(n, basis, gates, row, identity, functions, plain)
    depth = np.zeros((len(row), n + gate.shape[1] + 1), dtype=np.int64)
    each = np.arange(len(row))
    for k in range(gate.shape[1]):
        depth[:, n + k] = 1 + np.maximum(depth[each, gate[:, k, 0]], depth[each, gate[:, k, 1]])
    # A constant, written with a negative number, has the depth of the place after the last node, 0.
    return depth[each[:, None], np.maximum(output >> 1, -1)].max(axis=1)


def _of_pairs(n: int, basis: Basis, max_gates: int, workers: int, report: Progress | None) -> Computed:
    """Count all circuits with two outputs."""
    sizes = count_pairs(n, basis, max_gates, workers=workers, report=report)
    one, zero = symmetries(n).where[0, 1], np.uint64(0)
    free = [(zero, zero), (zero, one), (one, zero), (one, one)] + ([(one, symmetries(n).where[1, 1])] if n > 1 else [])
    pairs, gates = [np.array(free, dtype=np.uint64)], [np.zeros((len(free), 0), dtype=np.uint64)]
    k = len(free)
    size, depth, count = [np.zeros(k, np.int64)], [np.zeros(k, np.int64)], [np.ones(k, np.uint64)]
    for r, counts in enumerate(sizes, 1):
        pairs.append(counts.pair)
        gates.append(counts.gates)
        size.append(np.full(len(counts.pair), r))
        depth.append(counts.depth)
        count.append(counts.count)
    every, sizes_of_all = np.concatenate(pairs), np.concatenate(size)
    forms = orbit_forms(n, every)
    # Sizes ascend, so the first of each orbit is of its least size.
    _, first, orbit = np.unique(forms, axis=0, return_index=True, return_inverse=True)
    starts = np.cumsum([0] + [len(part) for part in pairs])
    least = sizes_of_all[first]
    return Computed(
        n,
        basis,
        every[first],
        least,
        first - starts[least],
        tuple(gates),
        orbit.reshape(-1),
        sizes_of_all,
        np.concatenate(depth),
        np.concatenate(count),
    )


def _places(n: int, functions: np.ndarray) -> Any:
    """Return a look-up of the orbits of functions, each of which has one representative here."""
    forms = orbit_forms(n, functions)[:, 0]
    order = np.argsort(forms)

    def place(others: np.ndarray) -> np.ndarray:
        return order[np.searchsorted(forms[order], orbit_forms(n, others)[:, 0])]

    return place


def _together(
    n: int, basis: Basis, least: LeastCircuits, functions: np.ndarray, groups: list[tuple[np.ndarray, ...]]
) -> Computed:
    orbit, size, depth, count = (np.concatenate(columns) for columns in zip(*groups, strict=True))
    return Computed(
        n,
        basis,
        functions,
        np.repeat(np.arange(len(least.gates)), [len(part) for part in least.gates]),
        np.concatenate([np.arange(len(part)) for part in least.gates]),
        least.gates,
        orbit,
        size,
        depth,
        count,
    )
