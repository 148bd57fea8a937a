"""The exact number of straight-line circuits with two outputs, by the pair of functions that they compute."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError, UsageError, setting
from mesaprior.hypotheses.circuits.counting import kernels
from mesaprior.hypotheses.circuits.counting.engine import n_normal_circuits
from mesaprior.hypotheses.circuits.gates import Basis
from mesaprior.hypotheses.circuits.growing import Level, first_level, next_level
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS, FULL
from mesaprior.hypotheses.circuits.orbits import orbit_sizes
from mesaprior.hypotheses.circuits.symmetries import symmetries
from mesaprior.hypotheses.threads import Progress

MOST_GATES = {1: 0, 2: 5, 3: 5, 4: 4, 5: 3}
"""Gates up to which circuits with two outputs are counted, by inputs: there are millions of pairs of functions."""


@dataclass(frozen=True, eq=False)
class PairCounts:
    """Circuits with one number of gates, by the functions of their two outputs and the greater depth.

    Functions are made 0 at input number 0, and one pair stands for all that renamed inputs make of it.

    Attributes
    ----------
    pair : uint64[k, 2]
    depth : int64[k]
    count : uint64[k]
        Circuits for each pair, with any complements in it.
    orbit_size : int64[k]
        Pairs that it stands for.
    gates : uint64[k, r]
        Functions of the gates of one of the circuits, the last one last, in the form in which `pair` is.
    """

    pair: NDArray[np.uint64]
    depth: NDArray[np.int64]
    count: NDArray[np.uint64]
    orbit_size: NDArray[np.int64]
    gates: NDArray[np.uint64]


def count_pairs(
    n: int, basis: Basis, max_gates: int, *, workers: int = 1, report: Progress | None = None
) -> list[PairCounts]:
    """Count all circuits with two outputs and from one gate to a given number; as `engine.count_circuits`.

    Raises
    ------
    UsageError
        If there are too many.
    RunError
        If the circuits counted are not all there are: an error of the program.
    """
    most = MOST_GATES.get(n, 0)
    if n > 1 and max_gates > most:
        raise UsageError(
            setting("max_gates", max_gates),
            f": circuits with {n} inputs and two outputs (3 or 4 actions) are counted up to {most} gates; ask for at "
            f"most {most}.",
        )
    if n < 2 or max_gates == 0:
        return []
    level = first_level(is_counted=True)
    sizes: list[PairCounts] = []
    for r in range(1, max_gates + 1):
        if r > 1:
            level = next_level(n, basis, level, workers=workers)
        sizes.append(_pair_counts(n, basis, level, r))
        if report is not None:
            report(1)
    return sizes


def _pair_counts(n: int, basis: Basis, level: Level, r: int) -> PairCounts:
    pairs = _tally(n, basis, level)
    used = int(pairs.used[0])
    key, count, first = pairs.key[:used], pairs.count[:used], pairs.first[:used]
    both_ways = key[:, 2] < 1 << DEPTH_BITS
    # Of the outputs one is the last gate and the other any node: in both orders, or the last gate twice.
    ordered = np.concatenate([key[:, :2], key[both_ways][:, 1::-1]])
    depth = (np.concatenate([key[:, 2], key[both_ways, 2]]) & np.uint64((1 << DEPTH_BITS) - 1)).astype(np.int64)
    count, source = (
        np.concatenate([count, count[both_ways]]),
        np.concatenate([np.arange(used), np.flatnonzero(both_ways)]),
    )
    form = np.zeros_like(ordered)
    kernels.write_pair_forms(symmetries(n), ordered, form)
    order = np.lexsort((source, depth, form[:, 1], form[:, 0]))
    form, depth, count, source = form[order], depth[order], count[order], source[order]
    changes = np.ones(len(form), dtype=bool)
    changes[1:] = (form[1:] != form[:-1]).any(axis=1) | (depth[1:] != depth[:-1])
    starts = np.flatnonzero(changes)
    total = np.add.reduceat(count, starts)
    # The pair that stands for the others is the one whose gates are known.
    chosen = source[starts]
    pair = ordered[order][starts]
    size = orbit_sizes(n, pair).astype(np.uint64)
    choices = 2 * (n + r) + 1
    if (total % size).any() or sum(total.tolist()) != n_normal_circuits(n, basis, r) * choices:
        raise RunError(f"the circuits with {r} gates and two outputs were not counted evenly; report this.")
    each = total // size << np.uint64(r - 1)
    gates = np.column_stack([level.code[first[chosen]] >> np.uint64(DEPTH_BITS), key[chosen, 0]])
    return PairCounts(pair, depth[starts], each, size.astype(np.int64), gates)


def _tally(n: int, basis: Basis, level: Level) -> kernels.Pairs:
    """Return the sums over all sets."""
    rows = 1 << 14
    pairs = kernels.Pairs(
        key=np.zeros((rows, 3), dtype=np.uint64),
        count=np.zeros(rows, dtype=np.uint64),
        first=np.zeros(rows, dtype=np.int64),
        slots=np.full(2 * rows, -1, dtype=np.int32),
        used=np.zeros(1, dtype=np.int64),
    )
    place = np.array([0, len(level.code)], dtype=np.int64)
    P = np.int64(basis.n_combinations)
    while kernels.tally_pairs(symmetries(n), P, level.code, level.count, place, pairs) == FULL:
        columns = {name: getattr(pairs, name) for name in ("key", "count", "first")}
        pairs = kernels.Pairs(
            slots=np.full(2 * len(pairs.slots), -1, dtype=np.int32),
            used=pairs.used,
            **{name: np.concatenate([column, np.zeros_like(column)]) for name, column in columns.items()},
        )
        kernels.reslot_pairs(pairs)
    return pairs
