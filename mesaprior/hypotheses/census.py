"""The census: exact counts of hypotheses by behaviour, length, time and further columns.

A census depends on no prior. It is the one record that every hypothesis space returns and that every
prior and posterior reads. Sizes: B behaviours, C cells, G groups (rows of the `programs` table), R rows of the log.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.log import TRAIN, ImitationLog

ABSTAIN = -1
"""Stands in `Census.predictions` where a hypothesis gives no prediction."""

FLAGS = ("searching_train", "searching_later", "learning_train", "learning_later")
"""Names of the columns of `Census.flags`."""


@dataclass(frozen=True, eq=False)
class Census:
    """Exact counts of the hypotheses of a space on one log.

    Attributes
    ----------
    space : str
        Name of the hypothesis space, such as ``"terms"``.
    n_actions : int
        A, the number of actions.
    predictions : int16[B, C]
        Action (0..A-1) or `ABSTAIN` of each behaviour in each cell. Rows are distinct together with `flags`, and
        sorted lexicographically by (predictions, flags): the id of a behaviour is its rank.
    flags : uint8[B, 4]
        Lesion flags, 0 or 1, in the order of `FLAGS`.
    witness : tuple of str
        For each behaviour, a program of least time among the shortest.
    behaviour_id : int64[G]
        Behaviour of each group.
    columns : dict of str to array[G]
        ``length`` (bits; int64 for terms, float64 elsewhere), ``time`` and ``infer_time`` (steps, int64), and what
        else the space defines. Groups are sorted by behaviour, then by these columns in order, and are distinct.
    count : uint64[G]
        Exact number of hypotheses of each group, at least 1.
    row_cell : int64[R]
        Cell of each row of the log, in the log's order; cells are numbered by first appearance.
    bounds : dict of str to int or None
        What was counted, such as ``{"max_bits": 28, "max_time": None}``.
    """

    space: str
    n_actions: int
    predictions: np.ndarray
    flags: np.ndarray
    witness: tuple[str, ...]
    behaviour_id: np.ndarray
    columns: dict[str, np.ndarray]
    count: np.ndarray
    row_cell: np.ndarray
    bounds: dict[str, Any] = field(default_factory=dict)
    vectors: Vectors | None = None

    @property
    def n_behaviours(self) -> int:
        """B, the number of behaviours."""
        return len(self.predictions)

    @cached_property
    def n_programs(self) -> int:
        """The number of hypotheses counted, exactly."""
        return exact_sum(self.count)

    @cached_property
    def counted_by_length(self) -> dict[int | float, int]:
        """Exact number of hypotheses of each length that occurs, ascending."""
        length = self.columns["length"]
        return {value.item(): exact_sum(self.count[length == value]) for value in np.unique(length)}

    def __add__(self, other: Census) -> Census:
        """Return the census of two disjoint sets of hypotheses of the same space, on the same log."""
        same = self.space == other.space and self.n_actions == other.n_actions
        if not same or not np.array_equal(self.row_cell, other.row_cell) or list(self.columns) != list(other.columns):
            raise RunError("these censuses are of different spaces or logs and cannot be added; count them alike.")
        vectors = None
        if self.vectors is not None and other.vectors is not None:
            vectors = self.vectors + other.vectors
        return census_from_groups(
            space=self.space,
            n_actions=self.n_actions,
            predictions=np.concatenate([self.predictions, other.predictions]),
            flags=np.concatenate([self.flags, other.flags]),
            witness=self.witness + other.witness,
            behaviour_id=np.concatenate([self.behaviour_id, other.behaviour_id + self.n_behaviours]),
            columns={name: np.concatenate([self.columns[name], other.columns[name]]) for name in self.columns},
            count=np.concatenate([self.count, other.count]),
            row_cell=self.row_cell,
            bounds=self.bounds if self.bounds == other.bounds else {},
            vectors=vectors,
        )


@dataclass(frozen=True, eq=False)
class Vectors:
    """Exact counts by the action vectors over all situations, for languages without `fit`.

    They depend on the language, the bounds and the situations only, so the census of every log over these situations
    is derived from them; see `behaviours_of`. Sizes: n vectors, S situations, G groups.

    Attributes
    ----------
    features : tuple of str
        Names of the feature columns.
    situations : int64[S, F]
        In lexicographic order.
    n_actions : int
        A.
    intact, search_inverted : int16[n, S]
        Actions of the intact and the search-inverted program. Rows are distinct and sorted lexicographically.
    witness : tuple of str
        For each vector, a program of least time among the shortest.
    vector_id : int64[G]
    columns : dict of str to array[G]
        As in `Census`.
    count : uint64[G]
    """

    features: tuple[str, ...]
    situations: np.ndarray
    n_actions: int
    intact: np.ndarray
    search_inverted: np.ndarray
    witness: tuple[str, ...]
    vector_id: np.ndarray
    columns: dict[str, np.ndarray]
    count: np.ndarray

    def __add__(self, other: Vectors) -> Vectors:
        """Return the vectors of two disjoint sets of hypotheses over the same situations."""
        rows = np.concatenate(
            [np.hstack([self.intact, self.search_inverted]), np.hstack([other.intact, other.search_inverted])]
        )
        S = len(self.situations)
        rows, witness, ids, columns, count = group(
            rows,
            self.witness + other.witness,
            np.concatenate([self.vector_id, other.vector_id + len(self.intact)]),
            {name: np.concatenate([self.columns[name], other.columns[name]]) for name in self.columns},
            np.concatenate([self.count, other.count]),
        )
        return replace(
            self,
            intact=rows[:, :S].copy(),
            search_inverted=rows[:, S:].copy(),
            witness=witness,
            vector_id=ids,
            columns=columns,
            count=count,
        )


def exact_sum(counts: np.ndarray) -> int:
    """Return the sum of ``uint64`` counts as an exact integer that never wraps."""
    # Halves are summed apart: up to 2^32 of them fit into 64 bits.
    low = int((counts & np.uint64(0xFFFFFFFF)).sum(dtype=np.uint64))
    return (int((counts >> np.uint64(32)).sum(dtype=np.uint64)) << 32) + low


def census_from_groups(
    *,
    predictions: np.ndarray,
    flags: np.ndarray,
    witness: tuple[str, ...],
    behaviour_id: np.ndarray,
    columns: dict[str, np.ndarray],
    count: np.ndarray,
    **others: Any,
) -> Census:
    """Build a census from groups in any order; behaviours may stand twice, and those without groups are dropped.

    The parameters are the attributes of `Census`. The witness of a behaviour that stands twice is the one of least
    time among the shortest; the first of several.
    """
    rows, witness, behaviour_id, columns, count = group(
        np.hstack([predictions.astype(np.int16), flags.astype(np.int16)]),
        witness,
        behaviour_id,
        columns,
        count,
    )
    C = predictions.shape[1]
    return Census(
        predictions=rows[:, :C].copy(),
        flags=rows[:, C:].astype(np.uint8),
        witness=witness,
        behaviour_id=behaviour_id,
        columns=columns,
        count=count,
        **others,
    )


def group(
    rows: np.ndarray,
    witness: tuple[str, ...],
    ids: np.ndarray,
    columns: dict[str, np.ndarray],
    count: np.ndarray,
) -> tuple[np.ndarray, tuple[str, ...], np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Merge equal rows and equal groups.

    Parameters
    ----------
    rows : int16[n, width]
        What the groups are about; equal rows are merged, those without groups dropped.
    witness : tuple of str
        One for each row, of least time among its shortest.
    ids : int64[G]
        Row of each group.
    columns : dict of str to array[G]
    count : uint64[G]

    Returns
    -------
    rows, witness, ids, columns, count
        Rows distinct and sorted lexicographically; groups distinct and sorted by row, then by the columns in order.

    Raises
    ------
    RunError
        If a count would not fit into 64 bits.
    """
    order = np.lexsort((*reversed(columns.values()), ids))
    starts = _starts(ids[order])
    # The first group of each row that occurs is that of its witness: shortest, then least time.
    best = order[starts]
    occurring = ids[best]
    distinct, rank = _sorted_distinct(rows[occurring])
    by_witness = np.lexsort((occurring, columns["time"][best], columns["length"][best], rank))
    chosen = occurring[by_witness[_starts(rank[by_witness])]]
    rank_of_row = np.full(len(rows), -1, dtype=np.int64)
    rank_of_row[occurring] = rank
    new_ids = rank_of_row[ids]
    order = np.lexsort((*reversed(columns.values()), new_ids))
    starts = _starts(new_ids[order], *(column[order] for column in columns.values()))
    count = count[order]
    summed = np.add.reduceat(count, starts) if len(starts) else count
    if exact_sum(count) >= 2**64 and exact_sum(count) != exact_sum(summed):
        raise RunError("a count does not fit into 64 bits; ask for a smaller bound.")
    first = order[starts]
    return (
        distinct,
        tuple(witness[i] for i in chosen),
        new_ids[first],
        {name: column[first] for name, column in columns.items()},
        summed,
    )


def _starts(*keys: np.ndarray) -> np.ndarray:
    """Return where a run of equal keys begins, in sorted columns."""
    if len(keys[0]) == 0:
        return np.empty(0, dtype=np.int64)
    changes = np.zeros(len(keys[0]), dtype=bool)
    changes[0] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def _sorted_distinct(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the distinct rows (int16, at least -1) in lexicographic order, and the rank of each row."""
    if rows.shape[1] == 0 or len(rows) == 0:
        return rows[:1].copy(), np.zeros(len(rows), dtype=np.int64)
    # Big-endian unsigned numbers compare as bytes do, so whole rows are sorted as one key.
    keys = np.ascontiguousarray((rows + 1).astype(">u2")).view(np.dtype((np.void, 2 * rows.shape[1]))).reshape(-1)
    _, first, rank = np.unique(keys, return_index=True, return_inverse=True)
    return rows[first].copy(), rank.reshape(-1)


def behaviours_of(vectors: Vectors, log: ImitationLog, *, space: str = "terms", bounds: dict[str, Any]) -> Census:
    """Derive the census of a log from the action vectors over situations that include all of its own.

    Parameters
    ----------
    vectors : Vectors
    log : ImitationLog
        Its features are those of the vectors, and every situation of its is among theirs.

    Raises
    ------
    RunError
        If features or situations differ.

    Notes
    -----
    Cost: a sort of the groups; nothing is counted again.
    """
    if log.features != vectors.features:
        raise RunError(
            f"{log.source} has the features {', '.join(log.features)}, and the census was counted over "
            f"{', '.join(vectors.features)}; count a census for this log."
        )
    place = {tuple(situation): index for index, situation in enumerate(vectors.situations.tolist())}
    columns = [place.get(tuple(situation), -1) for situation in log.situations.tolist()]
    if -1 in columns:
        row = int(np.flatnonzero(log.row_situation == columns.index(-1))[0])
        raise RunError(
            f"{log.source}, line {log.file_line[row]}: this situation is not among the {len(place)} of the census; "
            "count a census for this log."
        )
    predictions = vectors.intact[:, columns]
    differs = predictions != vectors.search_inverted[:, columns]
    in_training = np.zeros(len(columns), dtype=bool)
    in_training[log.row_situation[log.split == TRAIN]] = True
    in_later = np.zeros(len(columns), dtype=bool)
    in_later[log.row_situation[log.split != TRAIN]] = True
    flags = np.zeros((len(predictions), len(FLAGS)), dtype=np.uint8)
    flags[:, 0] = (differs & in_training).any(axis=1)
    flags[:, 1] = (differs & in_later).any(axis=1)
    return census_from_groups(
        space=space,
        n_actions=vectors.n_actions,
        predictions=predictions,
        flags=flags,
        witness=vectors.witness,
        behaviour_id=vectors.vector_id,
        columns=vectors.columns,
        count=vectors.count,
        row_cell=log.row_situation,
        bounds=bounds,
        vectors=vectors,
    )
