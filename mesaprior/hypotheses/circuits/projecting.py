"""The functions of circuits restricted to the inputs of a log: their behaviours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.boolean import BooleanLog
from mesaprior.hypotheses.circuits import texts
from mesaprior.hypotheses.circuits.computed import Computed
from mesaprior.hypotheses.circuits.orbits import Members, members
from mesaprior.hypotheses.texts import Texts

MOST_MEMBERS = 20_000_000
"""Functions, or pairs of functions, that a log is asked of; more take too much memory."""


@dataclass(frozen=True, eq=False)
class Behaviours:
    """Circuits by behaviour on a log. Sizes: B behaviours, S situations, G groups.

    Attributes
    ----------
    predictions : int16[B, S]
    witness : Texts
    behaviour_id, size, depth : int64[G]
    count : uint64[G]
    """

    predictions: NDArray[np.int16]
    witness: Texts
    behaviour_id: NDArray[np.int64]
    size: NDArray[np.int64]
    depth: NDArray[np.int64]
    count: NDArray[np.uint64]


def behaviours(computed: Computed, boolean: BooleanLog) -> Behaviours:
    """Add up circuits with the same action at every input of a log.

    Raises
    ------
    RunError
        If they compute more functions than memory holds.

    Notes
    -----
    Of circuits that do the same, the witness is one of least gates. Cost: a sort of all functions.
    """
    found = members(computed.n, computed.functions)
    m = computed.n_outputs
    if len(found.orbit) << m > MOST_MEMBERS:
        raise RunError(
            f"so many gates compute {len(found.orbit) << m:,} different functions of {computed.n} inputs, and at most "
            f"{MOST_MEMBERS:,} fit; ask for fewer gates."
        )
    # Each output may be complemented: variant number v complements output j where bit j is set.
    variants = range(1 << m)
    key = np.concatenate([_keys(found, boolean, variant) for variant in variants])
    orbit = np.tile(found.orbit, len(variants))
    order = np.lexsort((computed.least[orbit], key))
    starts = np.flatnonzero(np.concatenate([[True], np.diff(key[order]) != 0]))
    orbit = orbit[order]
    ids: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    depths: list[np.ndarray] = []
    counts: list[np.ndarray] = []
    for size, depth in sorted(set(zip(computed.size.tolist(), computed.depth.tolist(), strict=True))):
        chosen = (computed.size == size) & (computed.depth == depth)
        each = np.zeros(len(computed.functions), dtype=np.uint64)
        each[computed.orbit[chosen]] = computed.count[chosen]
        total = np.add.reduceat(each[orbit], starts)
        some = np.flatnonzero(total)
        ids.append(some)
        sizes.append(np.full(len(some), size))
        depths.append(np.full(len(some), depth))
        counts.append(total[some])
    return Behaviours(
        _predictions(key[order[starts]], boolean),
        _witnesses(computed, found, order[starts]),
        np.concatenate(ids),
        np.concatenate(sizes),
        np.concatenate(depths),
        np.concatenate(counts),
    )


def _keys(found: Members, boolean: BooleanLog, variant: int) -> np.ndarray:
    """Return the actions of functions in all situations as one number each, ``uint64[M]``."""
    m, one = found.function.shape[1], np.uint64(1)
    key = np.zeros(len(found.orbit), dtype=np.uint64)
    for s, number in enumerate(boolean.inputs.tolist()):
        value = np.zeros(len(key), dtype=np.uint64)
        for output in range(m):
            bit = (found.function[:, output] >> np.uint64(number)) & one
            value = (value << one) | (bit ^ np.uint64(variant >> output & 1))
        if boolean.n_actions < 1 << m:
            value %= np.uint64(boolean.n_actions)
        key |= value << np.uint64(boolean.n_outputs * s)
    return key


def _predictions(key: np.ndarray, boolean: BooleanLog) -> np.ndarray:
    """Return the actions of keys, ``int16[B, S]``."""
    width = boolean.n_outputs
    actions = np.empty((len(key), len(boolean.inputs)), dtype=np.int16)
    for s in range(actions.shape[1]):
        actions[:, s] = (key >> np.uint64(width * s)) & np.uint64((1 << width) - 1)
    return actions


def _witnesses(computed: Computed, found: Members, chosen: np.ndarray) -> Texts:
    """Return circuits of least size for some functions: numbers of members, counted through all variants."""
    variant, member = np.divmod(chosen, len(found.orbit))
    orbit, m = found.orbit[member], computed.n_outputs
    complemented = (variant[:, None] >> np.arange(m) & 1).astype(bool)
    parts, places = Texts.of(()), [np.empty(0, dtype=np.int64)]
    sizes: list[int] = np.unique(computed.least[orbit]).tolist()
    for r in sizes:
        place = np.flatnonzero(computed.least[orbit] == r)
        of = member[place]
        gate, output = texts.build_circuits(
            computed.n,
            computed.basis,
            computed.gates[r],
            computed.row[orbit[place]],
            found.way[of],
            found.function[of],
            complemented[place],
        )
        parts = parts + texts.texts_of(computed.n, gate, output)
        places.append(place)
    return parts.take(np.argsort(np.concatenate(places)))
