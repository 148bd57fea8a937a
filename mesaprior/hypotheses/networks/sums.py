"""The contributions of one hidden unit to the outputs, and of several together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.networks import kernels
from mesaprior.hypotheses.networks.architecture import norm_codes
from mesaprior.hypotheses.networks.layout import Layout
from mesaprior.hypotheses.networks.symmetry import Symmetries
from mesaprior.hypotheses.networks.units import Units, settings_of

_FIRST_ROOM = 1 << 10
"""Rows that there is room for at first."""

_NOBODY = -1
"""Stands for the row before the first unit."""


@dataclass(frozen=True, eq=False)
class Parts:
    """Sums over some hidden units, and how they were formed.

    Attributes
    ----------
    rows : kernels.Sums
        Of the sums of one unit, `first` is its number: setting * w^k + choice of outgoing weights.
    norm : int64[N]
        The norms that occur, ascending; see `architecture.norm_codes`.
    before : Parts or None
        What one unit was added to; None for no unit at all and for the sums of a single one.
    unit : Parts or None
        What was added.
    """

    rows: kernels.Sums
    norm: NDArray[np.int64]
    before: Parts | None = None
    unit: Parts | None = None

    def pieces(self) -> tuple[kernels.Pieces, np.ndarray]:
        """Return the rows sorted by their norms, and the place of each of them here, ``int64[G]``."""
        rows = self.rows
        order = np.argsort(rows.norm, kind="stable")
        vector = np.repeat(rows.vector, np.diff(rows.start), axis=0)
        return kernels.Pieces(vector[order], rows.count[order], rows.norm[order]), order

    def units_of(self, rows: np.ndarray, moved: NDArray[np.int64]) -> np.ndarray:
        """Return the units that first made these rows, ``int64[m]``, as numbers, ``int64[m, units]``.

        Parameters
        ----------
        moved : int64[P, units]
            What each symmetry makes of a unit.
        """
        if self.unit is None:
            return (
                self.rows.first[rows][:, None] if self.rows.first[0] != _NOBODY else np.empty((len(rows), 0), np.int64)
            )
        assert self.before is not None
        before = self.before.units_of(self.rows.first[rows], moved)
        last = self.unit.units_of(self.rows.second[rows], moved)
        return moved[self.rows.symmetry[rows][:, None], np.hstack([before, last])]


def no_units(layout: Layout) -> Parts:
    """Return the one sum over no unit."""
    one = np.zeros(1, dtype=np.int64)
    rows = kernels.Sums(
        vector=np.zeros((1, layout.outputs * layout.words), dtype=np.uint64),
        start=np.array([0, 1]),
        norm=one,
        count=one + 1,
        first=one + _NOBODY,
        second=one,
        symmetry=one,
    )
    return Parts(rows, one)


def single_units(units: Units, weights: tuple[int, ...], layout: Layout) -> Parts:
    """Return the possible contributions of one hidden unit: its outgoing weight to each output wherever it is 1.

    Parameters
    ----------
    units : Units
    weights : tuple of int
        Of the outgoing weights.
    layout : Layout
    """
    outgoing = settings_of(weights, layout.outputs)
    fires = (units.table[:, None] >> np.arange(layout.situations, dtype=np.uint64)) & np.uint64(1)
    entries = outgoing[None, :, :, None] * fires.astype(np.int64)[:, None, None, :]
    vector = layout.pack(entries.reshape(-1, *entries.shape[2:]))
    codes = (units.norm[:, None] + norm_codes(outgoing)[None]).reshape(-1)
    number = (units.first[:, None] * len(outgoing) + np.arange(len(outgoing))[None]).reshape(-1)
    norm, code = np.unique(codes, return_inverse=True)
    # The lowest number first, so that it stands for its row.
    order = np.lexsort((number, code, *vector.T[::-1]))
    vector, code, number = vector[order], code[order], number[order]
    count = np.repeat(units.count, len(outgoing))[order]
    differs = np.r_[True, (vector[1:] != vector[:-1]).any(axis=1) | (code[1:] != code[:-1])]
    starts = np.flatnonzero(differs)
    zero = np.zeros(len(starts), dtype=np.int64)
    rows = _grouped(vector[starts], code[starts], np.add.reduceat(count, starts), (number[starts], zero, zero))
    return Parts(rows, norm)


def add_unit(before: Parts, unit: Parts, layout: Layout, symmetries: Symmetries | None = None) -> Parts:
    """Return the sums with one more unit.

    Parameters
    ----------
    before, unit : Parts
    layout : Layout
    symmetries : Symmetries or None
        Where they are given, a vector stands for all that they make of it: only the smallest of these is kept, with the
        counts of all.
    """
    W = before.rows.vector.shape[1]
    norm = np.unique(before.norm[:, None] + unit.norm[None])
    norm_sum = np.searchsorted(norm, before.norm[:, None] + unit.norm[None])
    sources = np.arange(layout.situations)[None] if symmetries is None else symmetries.source
    fields, scratch = layout.fields(sources), np.zeros((3, W), dtype=np.uint64)
    found = _room(_FIRST_ROOM, W)
    while kernels.add_sums(before.rows, unit.rows, fields, norm_sum, found, scratch) == kernels.FULL:
        found = _enlarged(found)
    n = int(found.place[0])
    vector, code = found.vector[:n], found.norm[:n]
    order = np.lexsort((code, *vector.T[::-1]))
    ways = (found.first[:n][order], found.second[:n][order], found.symmetry[:n][order])
    return Parts(_grouped(vector[order], code[order], found.count[:n][order], ways), norm, before, unit)


def _grouped(
    vector: np.ndarray, norm: np.ndarray, count: np.ndarray, ways: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> kernels.Sums:
    """Return sorted rows as sums: equal vectors, ``uint64[G, W]``, become one."""
    starts = np.flatnonzero(np.r_[True, (vector[1:] != vector[:-1]).any(axis=1)])
    return kernels.Sums(
        np.ascontiguousarray(vector[starts]),
        np.append(starts, len(vector)),
        np.ascontiguousarray(norm, dtype=np.int64),
        np.ascontiguousarray(count, dtype=np.int64),
        *(np.ascontiguousarray(way, dtype=np.int64) for way in ways),
    )


def _room(rows: int, W: int) -> kernels.Found:
    column = np.zeros(rows, dtype=np.int64)
    return kernels.Found(
        vector=np.zeros((rows, W), dtype=np.uint64),
        norm=column,
        count=column.copy(),
        first=column.copy(),
        second=column.copy(),
        symmetry=column.copy(),
        slots=np.full(2 * rows, -1, dtype=np.int64),
        place=np.zeros(3, dtype=np.int64),
    )


def _enlarged(old: kernels.Found) -> kernels.Found:
    """Return the same rows with twice the room."""
    columns = {name: getattr(old, name) for name in ("vector", "norm", "count", "first", "second", "symmetry")}
    found = old._replace(
        slots=np.full(2 * len(old.slots), -1, dtype=np.int64),
        **{name: np.concatenate([column, np.zeros_like(column)]) for name, column in columns.items()},
    )
    kernels.reslot_found(found)
    return found
