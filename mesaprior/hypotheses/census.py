"""The census: exact counts of hypotheses by behaviour, length, time and further columns.

A census depends on no prior. It is the one record that every hypothesis space returns and that every
prior and posterior reads. Sizes: B behaviours, C cells, G groups (rows of the `programs` table), R rows of the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from itertools import accumulate
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.counting.sums import added_up, exact_sum
from mesaprior.hypotheses.log import TRAIN, ImitationLog
from mesaprior.hypotheses.texts import Texts

if TYPE_CHECKING:
    import pandas as pd

    from mesaprior.hypotheses.counting.kernels import Rows

ABSTAIN = -1
"""Stands in `Census.predictions` where a hypothesis gives no prediction."""

FLAGS = ("searching_train", "searching_later", "learning_train", "learning_later")
"""Names of the columns of `Census.flags`."""

PARTS = ("train", "later")
"""The two parts of a log that changes are counted on."""


def action_dtype(n_actions: int) -> np.dtype:
    """Return the type of actions and abstentions: a byte each where that is enough, since censuses are wide."""
    return np.dtype(np.int8 if n_actions <= 127 else np.int16)


def change_columns(interventions: Iterable[str]) -> tuple[str, ...]:
    """Return the names of the columns of changes that belong to interventions, in their order."""
    return tuple(f"{name}_{part}" for name in interventions for part in PARTS)


@dataclass(frozen=True, eq=False)
class Census:
    """Exact counts of the hypotheses of a space on one log.

    Attributes
    ----------
    space : str
        Name of the hypothesis space, such as ``"terms"``.
    n_actions : int
        A, the number of actions.
    predictions : int8[B, C] or int16[B, C]
        Action (0..A-1) or `ABSTAIN` of each behaviour in each cell, see `action_dtype`. Rows are distinct together with
        `flags` and `changes`, and sorted lexicographically by (predictions, flags, changes): the id of a behaviour is
        its rank.
    flags : uint8[B, 4]
        Lesion flags, 0 or 1, in the order of `FLAGS`.
    witness : Texts
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
        Bounds of the count, such as ``{"max_bits": 28, "max_time": None}``.
    vectors : Vectors or None
    changes : dict of str to int32[B]
        For each intervention of the language, in order, the number of training rows and of later rows on which it
        changes the action: ``NAME_train`` and ``NAME_later``. Empty where there is no intervention.
    """

    space: str
    n_actions: int
    predictions: np.ndarray
    flags: NDArray[np.uint8]
    witness: Texts
    behaviour_id: NDArray[np.int64]
    columns: dict[str, np.ndarray]
    count: NDArray[np.uint64]
    row_cell: NDArray[np.int64]
    bounds: dict[str, Any] = field(default_factory=dict[str, Any])
    vectors: Vectors | None = None
    changes: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])

    @property
    def interventions(self) -> tuple[str, ...]:
        """Names of the interventions of the language, in its order."""
        return tuple(name.removesuffix("_train") for name in list(self.changes)[::2])

    @property
    def n_behaviours(self) -> int:
        """B, the number of behaviours."""
        return len(self.predictions)

    @property
    def n_cells(self) -> int:
        """C, the number of cells."""
        return self.predictions.shape[1]

    @cached_property
    def n_programs(self) -> int:
        """The number of hypotheses counted, exactly."""
        return exact_sum(self.count)

    @cached_property
    def counted_by_length(self) -> dict[int | float, int]:
        """Exact number of hypotheses of each length that occurs, ascending."""
        length = self.columns["length"]
        return {value.item(): exact_sum(self.count[length == value]) for value in np.unique(length)}

    def to_frame(self) -> pd.DataFrame:
        """Return the counts as a table, one row per group.

        Returns
        -------
        pandas.DataFrame
            `behaviour`, the columns of the census, `count`, and `program`: a shortest one of the behaviour.
        """
        import pandas as pd

        witness = np.array(list(self.witness), dtype=object)
        parts = {"behaviour": self.behaviour_id, **self.columns, "count": self.count}
        return pd.DataFrame({**parts, "program": witness[self.behaviour_id]})

    def __add__(self, other: Census) -> Census:
        """Return the census of two disjoint sets of hypotheses of the same space, on the same log."""
        return _sum([self, other])


AT_ONCE = 1 << 22
"""Groups that `sum_of_censuses` waits for before it adds them up."""


def sum_of_censuses(parts: Iterable[Census]) -> Census:
    """Return the census of disjoint sets of hypotheses of the same space, on the same log.

    Parameters
    ----------
    parts : iterable of Census
        At least one. They are taken one by one, and few are held at a time.

    Raises
    ------
    RunError
        If they are of different spaces or logs.

    Notes
    -----
    Of witnesses that are equally short and quick, that of the first part is kept. Time is O(G log G) for G groups in
    all.
    """
    return added_up(parts, _sum, lambda part: len(part.count), at_once=AT_ONCE)


def _sum(parts: Sequence[Census]) -> Census:
    """Return the sum of censuses that are added at once."""
    first = parts[0]
    if len(parts) == 1:
        return first
    for other in parts[1:]:
        same = first.space == other.space and first.n_actions == other.n_actions
        same = same and list(first.columns) == list(other.columns) and list(first.changes) == list(other.changes)
        if not same or not np.array_equal(first.row_cell, other.row_cell):
            raise RunError("these censuses are of different spaces or logs and cannot be added; count them alike.")
    vectors = [part.vectors for part in parts if part.vectors is not None]
    begins = list(accumulate((part.n_behaviours for part in parts), initial=0))
    return census_from_groups(
        space=first.space,
        n_actions=first.n_actions,
        predictions=np.concatenate([part.predictions for part in parts]),
        flags=np.concatenate([part.flags for part in parts]),
        witness=Texts.joined([part.witness for part in parts]),
        behaviour_id=np.concatenate([part.behaviour_id + begin for part, begin in zip(parts, begins, strict=False)]),
        columns={name: np.concatenate([part.columns[name] for part in parts]) for name in first.columns},
        count=np.concatenate([part.count for part in parts]),
        row_cell=first.row_cell,
        bounds=first.bounds if all(part.bounds == first.bounds for part in parts) else {},
        vectors=reduce(add, vectors) if len(vectors) == len(parts) else None,
        changes={name: np.concatenate([part.changes[name] for part in parts]) for name in first.changes},
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
        In the order in which they appear in the log that was counted.
    n_actions : int
        A.
    intact, search_inverted : int8[n, S] or int16[n, S]
        Actions of the intact and the search-inverted program. Rows are distinct and sorted lexicographically.
    witness : Texts
        For each vector, a program of least time among the shortest.
    vector_id : int64[G]
    columns : dict of str to array[G]
        As in `Census`.
    count : uint64[G]
    under : dict of str to array[n, S]
        Actions under each intervention of the language, by its name and in its order; rows are told apart by them too.
    """

    features: tuple[str, ...]
    situations: NDArray[np.int64]
    n_actions: int
    intact: np.ndarray
    search_inverted: np.ndarray
    witness: Texts
    vector_id: NDArray[np.int64]
    columns: dict[str, np.ndarray]
    count: NDArray[np.uint64]
    under: dict[str, np.ndarray] = field(default_factory=dict[str, np.ndarray])

    @property
    def variants(self) -> dict[str, np.ndarray]:
        """The actions of all variants by name, in the order in which they tell rows apart."""
        return {"intact": self.intact, "search_inverted": self.search_inverted} | self.under

    def __add__(self, other: Vectors) -> Vectors:
        """Return the vectors of two disjoint sets of hypotheses over the same situations."""
        names = list(self.variants)
        rows, witness, ids, columns, count = group(
            np.concatenate([np.hstack(list(part.variants.values())) for part in (self, other)]),
            self.witness + other.witness,
            np.concatenate([self.vector_id, other.vector_id + len(self.intact)]),
            {name: np.concatenate([self.columns[name], other.columns[name]]) for name in self.columns},
            np.concatenate([self.count, other.count]),
        )
        actions = {name: part.copy() for name, part in zip(names, np.hsplit(rows, len(names)), strict=True)}
        return Vectors(
            features=self.features,
            situations=self.situations,
            n_actions=self.n_actions,
            intact=actions.pop("intact"),
            search_inverted=actions.pop("search_inverted"),
            under=actions,
            witness=witness,
            vector_id=ids,
            columns=columns,
            count=count,
        )


def census_from_groups(
    *,
    predictions: np.ndarray,
    flags: np.ndarray,
    witness: Sequence[str],
    behaviour_id: np.ndarray,
    columns: dict[str, np.ndarray],
    count: np.ndarray,
    changes: dict[str, np.ndarray] | None = None,
    **others: Any,
) -> Census:
    """Build a census from groups in any order; behaviours may stand twice, and those without groups are dropped.

    The parameters are the attributes of `Census`. The witness of a behaviour that stands twice is the one of least
    time among the shortest; the first of several.
    """
    rows, witness, behaviour_id, columns, count = group(
        _told_apart(predictions, flags, changes or {}),
        witness,
        behaviour_id,
        columns,
        count,
    )
    return Census(
        **_taken_apart(rows, predictions, changes or {}),
        witness=witness,
        behaviour_id=behaviour_id,
        columns=columns,
        count=count,
        **others,
    )


def _told_apart(predictions: np.ndarray, flags: np.ndarray, changes: dict[str, np.ndarray]) -> np.ndarray:
    """Return what tells behaviours apart, side by side; int16 where all numbers of rows are that small, else int32."""
    largest = max((int(column.max(initial=0)) for column in changes.values()), default=0)
    dtype = np.int16 if largest < 2**15 else np.int32
    parts = (predictions, flags, *(column[:, None] for column in changes.values()))
    return np.hstack([part.astype(dtype, copy=False) for part in parts])


def _taken_apart(rows: np.ndarray, predictions: np.ndarray, changes: Iterable[str]) -> dict[str, Any]:
    """Return what tells behaviours apart as the attributes of a census, predictions of the type that they had."""
    C = predictions.shape[1]
    flags = C + len(FLAGS)
    return {
        "predictions": rows[:, :C].astype(predictions.dtype),
        "flags": rows[:, C:flags].astype(np.uint8),
        "changes": {name: rows[:, flags + k].astype(np.int32) for k, name in enumerate(changes)},
    }


def group(
    rows: np.ndarray,
    witness: Sequence[str],
    ids: NDArray[np.int64],
    columns: dict[str, np.ndarray],
    count: NDArray[np.uint64],
) -> tuple[np.ndarray, Texts, np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Merge equal rows and equal groups.

    Parameters
    ----------
    rows : int8[n, width], int16[n, width] or int32[n, width]
        What the groups are about; equal rows are merged, those without groups dropped.
    witness : sequence of str
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
        (witness if isinstance(witness, Texts) else Texts.of(witness)).take(chosen),
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
    """Return the distinct rows (at least -1) in lexicographic order, and the rank of each row."""
    if rows.shape[1] == 0 or len(rows) == 0:
        return rows[:1].copy(), np.zeros(len(rows), dtype=np.int64)
    words = _packed(rows)
    order = np.argsort(words[0], kind="stable") if len(words) == 1 else np.lexsort(words[::-1])
    starts = _starts(*(word[order] for word in words))
    rank = np.empty(len(rows), dtype=np.int64)
    rank[order] = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(rows))))
    return rows[order[starts]], rank


def _packed(rows: np.ndarray) -> list[np.ndarray]:
    """Return rows (at least -1) as few 64-bit words that compare as the rows do."""
    bits = int(rows.max() + 1).bit_length()
    per_word = 64 // bits
    words: list[np.ndarray] = []
    for first in range(0, rows.shape[1], per_word):
        word = np.zeros(len(rows), dtype=np.uint64)
        for column in rows[:, first : first + per_word].T:
            word <<= np.uint64(bits)
            word |= (column + 1).astype(np.uint64)
        words.append(word)
    return words


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
    columns = _columns_of(vectors, log)
    is_own = columns == list(range(len(vectors.situations)))
    flags, changes, members, start = _told_apart_on(vectors, columns, log)
    # Kernels are loaded where they are needed: who only reads a census does without.
    from mesaprior.hypotheses.counting.bins import merged_rows

    rows = _rows_of(vectors)
    merged = merged_rows(rows, members, start)
    # The first row of each vector is that of its witness: shortest, then least time.
    first = rows.start[members]
    behaviour = np.repeat(np.arange(len(start) - 1), np.diff(start))
    order = np.lexsort((members, rows.time[first], rows.length[first], behaviour))
    chosen = members[order[start[:-1]]]
    predictions = vectors.intact[chosen]
    return Census(
        space=space,
        n_actions=vectors.n_actions,
        predictions=predictions if is_own else np.ascontiguousarray(predictions[:, columns]),
        flags=flags[chosen],
        changes={name: column[chosen] for name, column in changes.items()},
        witness=vectors.witness.take(chosen),
        behaviour_id=np.repeat(np.arange(len(chosen)), merged.end - merged.start),
        columns={"length": merged.length.astype(np.int64), "time": merged.time, "infer_time": merged.infer_time},
        count=merged.count,
        row_cell=log.row_situation,
        bounds=bounds,
        vectors=vectors,
    )


def behaviour_of_vector(vectors: Vectors, log: ImitationLog) -> NDArray[np.int64]:
    """Return the id of the behaviour that each vector has in the census of a log, int64[n]; see `behaviours_of`.

    Raises
    ------
    RunError
        If features or situations differ.
    """
    _, _, members, start = _told_apart_on(vectors, _columns_of(vectors, log), log)
    behaviour = np.empty(len(members), dtype=np.int64)
    behaviour[members] = np.repeat(np.arange(len(start) - 1), np.diff(start))
    return behaviour


def _columns_of(vectors: Vectors, log: ImitationLog) -> list[int]:
    """Return the column of each situation of a log, or refuse a log over other situations."""
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
    return columns


def _told_apart_on(
    vectors: Vectors, columns: list[int], log: ImitationLog
) -> tuple[NDArray[np.uint8], dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Return the flags and the changes of each vector on a log, and the vectors by behaviour as `_alike` does."""
    flags = _flags(vectors, columns, log)
    changes = _changes(vectors, columns, log)
    told = np.column_stack([flags[:, :2], *changes.values()])
    # Vectors are sorted, so those of its own log that act alike stand together.
    is_own = columns == list(range(len(vectors.situations)))
    pattern = _runs(vectors.intact) if is_own else _sorted_distinct(vectors.intact[:, columns])[1]
    return flags, changes, *_alike(pattern, told)


BLOCK_ENTRIES = 1 << 22
"""Entries of a table of vectors by situations that are held at a time."""


def _blocks(n: int, width: int) -> Iterator[slice]:
    """Yield slices of n rows of this width that have about `BLOCK_ENTRIES` entries each."""
    size = max(1, BLOCK_ENTRIES // max(1, width))
    return (slice(start, start + size) for start in range(0, n, size))


def _flags(vectors: Vectors, columns: list[int], log: ImitationLog) -> NDArray[np.uint8]:
    """Return the lesion flags of each vector on a log: whether inverting its search changes an action there."""
    parts = [np.unique(log.row_situation[part]) for part in (log.split == TRAIN, log.split != TRAIN)]
    flags = np.zeros((len(vectors.intact), len(FLAGS)), dtype=np.uint8)
    for block in _blocks(len(flags), len(columns)):
        differs = (vectors.intact[block] != vectors.search_inverted[block])[:, columns]
        for flag, part in enumerate(parts):
            flags[block, flag] = differs[:, part].any(axis=1)
    return flags


def _runs(rows: np.ndarray) -> NDArray[np.int64]:
    """Return the number of the run of equal neighbours that each row belongs to."""
    is_new = np.zeros(len(rows), dtype=np.int64)
    for block in _blocks(len(rows) - 1, rows.shape[1]):
        after = rows[block.start + 1 : block.stop + 1]
        is_new[block.start + 1 : block.stop + 1] = (after != rows[block][: len(after)]).any(axis=1)
    return np.cumsum(is_new)


def _changes(vectors: Vectors, columns: list[int], log: ImitationLog) -> dict[str, np.ndarray]:
    """Return on how many training rows and on how many later ones each vector changes under each intervention."""
    is_training = log.split == TRAIN
    n_rows = np.stack(
        [np.bincount(log.row_situation[part], minlength=len(columns)) for part in (is_training, ~is_training)], axis=1
    )
    changes: dict[str, np.ndarray] = {}
    for name, actions in vectors.under.items():
        changed = np.empty((len(actions), len(PARTS)), dtype=np.int32)
        for block in _blocks(len(actions), len(columns)):
            differs = vectors.intact[block][:, columns] != actions[block][:, columns]
            # Sums of whole numbers below 2^53 are exact, and quick.
            changed[block] = differs.astype(np.float64) @ n_rows.astype(np.float64)
        changes |= dict(zip(change_columns([name]), changed.T.copy(), strict=True))
    return changes


def _rows_of(vectors: Vectors) -> Rows:
    """Return the counts of vectors as the kernels want them."""
    from mesaprior.hypotheses.counting.kernels import Rows

    ends = np.searchsorted(vectors.vector_id, np.arange(len(vectors.intact)), side="right")
    start = np.concatenate([[0], ends[:-1]]) if len(ends) else ends
    length = vectors.columns["length"].astype(np.int32)
    return Rows(start, ends, length, vectors.columns["time"], vectors.columns["infer_time"], vectors.count)


def _alike(pattern: np.ndarray, told: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return vectors in the order of (pattern, told), and where those that are alike in both begin.

    Number g of those alike are members[start[g]] .. members[start[g + 1] - 1]; `start` has the end as well.
    """
    members = np.lexsort((*told.T[::-1], pattern))
    starts = _starts(pattern[members], *told[members].T)
    return members, np.append(starts, len(members))
