"""Exact counts of networks by behaviour in a few situations and by norms."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError, UsageError, setting
from mesaprior.hypotheses.networks import kernels
from mesaprior.hypotheses.networks.architecture import Architecture, norm_codes, norms_of
from mesaprior.hypotheses.networks.layout import Layout
from mesaprior.hypotheses.networks.sums import Parts, add_unit, no_units, single_units
from mesaprior.hypotheses.networks.symmetry import Symmetries
from mesaprior.hypotheses.networks.tallying import Tallying, merged
from mesaprior.hypotheses.networks.units import Units
from mesaprior.hypotheses.space import Progress
from mesaprior.hypotheses.threads import spread

PARTS = 64
"""Parts of the work that threads share; each is reported."""

MOST_PAIRS = 300_000_000_000
"""Pairs of sums, under each choice of biases, that are combined; about half an hour of one core."""

MOST_SETTINGS = 2_000_000
"""Ways to set the weights of a unit that are examined one by one."""

MOST_SUMS = 30_000_000
"""Sums that are made to find the distinct ones; some seconds, and two gigabytes at most."""


@dataclass(frozen=True, eq=False)
class NetworkCounts:
    """Networks of one shape by behaviour. Sizes: B behaviours, N norms, h hidden units, k outputs, D situations.

    Attributes
    ----------
    behaviour : uint64[B]
        Distinct, ascending; bit D * o + i is output o in the i-th situation.
    norm : int64[N]
        See `architecture.norm_codes`; ascending.
    count : int64[B, N]
        Exact numbers of networks.
    hidden : int64[B, h]
        Of a network of fewest non-zero weights the hidden units, as numbers of settings (`units.settings_of`).
    outputs : int64[B, k]
        Its outputs, likewise.
    """

    behaviour: NDArray[np.uint64]
    norm: NDArray[np.int64]
    count: NDArray[np.int64]
    hidden: NDArray[np.int64]
    outputs: NDArray[np.int64]


def count_networks(
    shape: Architecture, inputs: NDArray[np.int64], *, workers: int = 1, report: Progress | None = None
) -> NetworkCounts:
    """Count all networks of a shape by their outputs at some inputs.

    Parameters
    ----------
    shape : Architecture
    inputs : int64[D]
        Distinct numbers of inputs.
    workers : int
        Threads; nothing depends on it.
    report : Progress or None
        Told of `PARTS` parts in all.

    Raises
    ------
    UsageError
        If there are too many to be counted.
    RunError
        If there is not enough memory, or the networks counted are not all there are (an error of the program).

    Notes
    -----
    What the outputs of a network see before their biases is a sum over its hidden units, each of which adds its
    outgoing weights wherever it is 1. So units are grouped by what they add, sums over half of the units are grouped by
    vector, and only pairs of such sums are combined, under each choice of biases. Permutations of the inputs that
    leave the situations as they are permute the sums: of those that they make of each other, one is paired with all
    other sums. Cost: (sums over half of the units)^2 * |W|^k, divided by the number of these permutations.
    """
    if shape.hidden:
        counts = _count_layered(shape, inputs, workers, report)
    else:
        counts = _count_perceptrons(shape, inputs)
        if report is not None:
            report(PARTS)
    total = sum(int(row.sum()) for row in counts.count)
    if total != shape.n_networks:
        raise RunError(f"{total} networks were counted and there are {shape.n_networks}; report this.")
    return counts


def check_shape(shape: Architecture) -> None:
    """Refuse shapes with too many networks, or settings of a unit, to count.

    Raises
    ------
    UsageError
        If so.
    """
    if shape.n_networks >= 2**63:
        most = next(
            hidden
            for hidden in range(shape.hidden, -1, -1)
            if hidden == 0 or replace(shape, hidden=hidden).n_networks < 2**63
        )
        raise UsageError(
            setting("hidden", shape.hidden),
            f": there are {len(shape.weights)}^{shape.n_weights} networks with {shape.inputs} inputs and "
            f"{_bits(shape)}, more than fit into 64 bits; take ",
            setting("hidden", most),
            " or fewer.",
        )
    if shape.hidden:
        layout_of(shape, 1)
    if len(shape.weights) ** (shape.inputs + 1 + shape.outputs * (shape.hidden > 0)) > MOST_SETTINGS:
        raise UsageError(
            setting("weights"),
            f" has {len(shape.weights)} numbers, and a unit of {shape.inputs} inputs can be set in too many ways; take "
            "fewer.",
        )


def _count_perceptrons(shape: Architecture, inputs: np.ndarray) -> NetworkCounts:
    """Count networks without hidden units: their outputs are independent units."""
    units = Units(shape.weights, inputs, shape.inputs)
    D, k = len(inputs), shape.outputs
    if len(units.table) ** k > MOST_SETTINGS * 10:
        raise UsageError(
            setting("weights"),
            f" has {len(shape.weights)} numbers, with which {len(units.table):,} units differ, and {k} of them are too "
            "many to put together; take fewer.",
        )
    behaviour, code, count = np.zeros(1, dtype=np.uint64), np.zeros(1, dtype=np.int64), np.ones(1, dtype=np.int64)
    number = np.zeros((1, 0), dtype=np.int64)
    for output in range(k):
        behaviour = (behaviour[:, None] | (units.table << np.uint64(D * output))[None]).reshape(-1)
        code = (code[:, None] + units.norm[None]).reshape(-1)
        count = (count[:, None] * units.count[None]).reshape(-1)
        before = np.repeat(number, len(units.first), axis=0)
        number = np.hstack([before, np.tile(units.first, len(number))[:, None]])
    distinct, row = np.unique(behaviour, return_inverse=True)
    norm, column = np.unique(code, return_inverse=True)
    counts = np.zeros((len(distinct), len(norm)), dtype=np.int64)
    np.add.at(counts, (row, column), count)
    order = np.lexsort((np.arange(len(row)), norms_of(code)["weights"], row))
    best = order[np.searchsorted(row[order], np.arange(len(distinct)))]
    return NetworkCounts(distinct, norm, counts, np.empty((len(distinct), 0), dtype=np.int64), number[best])


def _count_layered(shape: Architecture, inputs: np.ndarray, workers: int, report: Progress | None) -> NetworkCounts:
    """Count networks with hidden units."""
    h, k, weights = shape.hidden, shape.outputs, shape.weights
    layout = layout_of(shape, len(inputs))
    symmetries = Symmetries(inputs, shape.inputs)
    one, other = _halves(shape, inputs, layout, symmetries)
    choice = np.indices((len(weights),) * k).reshape(k, -1).T
    biases = np.array(weights, dtype=np.int64)
    codes = one.norm[:, None, None] + other.norm[None, :, None] + norm_codes(biases[choice])
    norm = np.unique(codes)
    outputs = kernels.Outputs(
        **layout.planes_of(),
        words=layout.words,
        offset=layout.thresholds(biases),
        choice=np.ascontiguousarray(choice),
        situations=len(inputs),
        norm_sum=np.searchsorted(norm, codes),
        weights=norms_of(norm)["weights"],
    )
    (pieces, order), (others, other_order) = one.pieces(), other.pieces()
    bounds = np.linspace(0, len(order), PARTS + 1).astype(np.int64)
    tallies = spread(
        range(PARTS),
        lambda: Tallying(pieces, others, outputs),
        lambda tallying, part, goes_on: tallying.extend(part, bounds[part], bounds[part + 1], goes_on=goes_on),
        workers=workers,
        report=report,
    )
    found = merged([tally.groups() for tally in tallies]).symmetrized(symmetries, k)
    w = len(weights)
    moved = _moved_units(symmetries, w, k)
    units = np.hstack([one.units_of(order[found.first], moved), other.units_of(other_order[found.second], moved)])
    units = np.sort(moved[found.symmetry[:, None], units], axis=1)
    hidden, outgoing = np.divmod(units, w**k)
    # The number of an output is made of its digits: the weights from the hidden units, then the bias.
    value = w ** np.arange(h, 0, -1)
    place = w ** np.arange(k - 1, -1, -1)
    digits = (outgoing[:, :, None] // place) % w
    return NetworkCounts(
        behaviour=found.behaviour,
        norm=norm,
        count=found.count,
        hidden=hidden,
        outputs=(digits * value[None, :, None]).sum(axis=1) + choice[found.choice],
    )


def layout_of(shape: Architecture, situations: int) -> Layout:
    """Return how the sums of a shape with hidden units are packed.

    Raises
    ------
    UsageError
        If they are too large to be.
    """
    largest = (shape.hidden + 1) * max(abs(weight) for weight in shape.weights)
    return Layout.for_sums(situations, shape.outputs, largest)


def _halves(shape: Architecture, inputs: np.ndarray, layout: Layout, symmetries: Symmetries) -> tuple[Parts, Parts]:
    """Return the sums over the larger half of the units, up to symmetry, and those over the others.

    Raises
    ------
    UsageError
        If there are too many of them, or too many pairs; the message names the hidden units that fit.
    """
    choices = len(shape.weights) ** shape.outputs
    unit = single_units(Units(shape.weights, inputs, shape.inputs), shape.weights, layout)
    one = other = no_units(layout)
    # One unit at a time goes to either half in turn, so every smaller shape is examined on the way.
    for hidden in range(1, shape.hidden + 1):
        reduced = symmetries if hidden % 2 else None
        before = one if hidden % 2 else other
        if len(before.rows.count) * len(unit.rows.count) > MOST_SUMS:
            raise _too_large(shape, hidden - 1)
        if hidden % 2:
            one = add_unit(before, unit, layout, reduced)
        else:
            other = unit if hidden == 2 else add_unit(before, unit, layout)
        if len(one.rows.count) * len(other.rows.count) * choices > MOST_PAIRS:
            raise _too_large(shape, hidden - 1)
    return one, other


def _too_large(shape: Architecture, fitting: int) -> UsageError:
    """Return the refusal of a shape."""
    return UsageError(
        setting("hidden", shape.hidden),
        f" with {shape.inputs} inputs and {_bits(shape)} would take hours, or more memory than there is, for "
        f"{shape.n_networks:,} networks; ",
        setting("hidden", fitting),
        " fits.",
    )


def _bits(shape: Architecture) -> str:
    """Return the number of outputs in words."""
    return "1 output bit" if shape.outputs == 1 else f"{shape.outputs} output bits"


def _moved_units(symmetries: Symmetries, w: int, k: int) -> np.ndarray:
    """Return the image of a unit with its outgoing weights under each symmetry, ``int64[P, units]``."""
    settings = symmetries.of_settings(w)
    n: int = w**k
    return (settings[:, :, None] * n + np.arange(n)).reshape(len(settings), -1)
