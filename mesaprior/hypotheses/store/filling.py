"""From the Parquet tables of shards to the arrays of one census, each filled shard by shard.

The arrays are made at once for all shards, since at tens of millions of behaviours every copy counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import ContentError
from mesaprior.hypotheses.census import FLAGS, Census, Vectors, change_columns
from mesaprior.hypotheses.texts import Texts

if TYPE_CHECKING:
    import pyarrow as pa

Tables = Mapping[str, Iterable["pa.Table"]]
"""The tables of one shard by name, each in pieces: at hundreds of cells a whole one is several times its file."""


def census_of(
    shards: Iterable[Tables],
    sizes: Mapping[str, int],
    *,
    row_cell: NDArray[np.int64],
    vectors: Vectors | None,
    interventions: Sequence[str],
    n_actions: int,
    space: str,
    bounds: dict[str, Any],
) -> Census:
    """Return the census of shards, in their order; nothing is sorted.

    Parameters
    ----------
    shards : iterable of mapping of str to iterable of pyarrow.Table
        The tables of each, as `shard_tables` gives them, in pieces. Generators hold one at a time in memory.
    sizes : mapping of str to int
        For each table, how many rows it has in all shards together.
    row_cell : int64[R]
        Cell of each row of the log.
    interventions : sequence of str
        Names of those of the language.
    vectors, n_actions, space, bounds
        As in `Census`.

    Raises
    ------
    ContentError
        If the tables have not as many rows, or a shard does not begin after the one before.
    """
    behaviours = _Counted("behaviours", "programs", sizes, {"cell": int(row_cell.max()) + 1})
    flags = np.empty((sizes["behaviours"], len(FLAGS)), dtype=np.uint8)
    changes = {name: np.empty(sizes["behaviours"], dtype=np.int32) for name in change_columns(interventions)}

    def take_others(place: slice, piece: pa.Table) -> None:
        _fill_matrix(flags[place], piece.select(FLAGS))
        for name, column in changes.items():
            _fill(column[place], _column("behaviours", piece, name))

    for tables in shards:
        start = behaviours.n_filled
        behaviours.take(tables, take_others)
        if 0 < start < behaviours.n_filled:
            ends = [
                [*behaviours.matrices["cell"][i].tolist(), *flags[i].tolist(), *(int(c[i]) for c in changes.values())]
                for i in (start - 1, start)
            ]
            if ends[1] <= ends[0]:
                raise ContentError(
                    "a shard begins at or before the end of the one before it, so these are not the shards of one "
                    "census in order; count it again."
                )
    return Census(
        space=space,
        n_actions=n_actions,
        predictions=behaviours.matrices["cell"],
        flags=flags,
        witness=behaviours.witness(),
        behaviour_id=behaviours.ids,
        columns=behaviours.columns,
        count=behaviours.count,
        row_cell=row_cell,
        bounds=bounds,
        vectors=vectors,
        changes=changes,
    )


_BLOCK = 2**14
"""Rows that are copied at once."""


def vectors_of(
    shards: Iterable[Tables],
    sizes: Mapping[str, int],
    situations: pa.Table,
    interventions: Sequence[str],
    n_actions: int,
) -> Vectors:
    """Return the vectors of shards, in their order.

    Parameters
    ----------
    shards, sizes, interventions, n_actions
        As for `census_of`.
    situations : pyarrow.Table
        As `situations_table` gives them.

    Raises
    ------
    ContentError
        If the tables have not as many rows as they should.
    """
    # Without features there is one situation, and a table without columns has no rows.
    S = situations.num_rows if situations.num_columns else 1
    variants = dict.fromkeys(("intact", "search_inverted", *interventions), S)
    filled = _Counted("vectors", "vector_programs", sizes, variants)
    for tables in shards:
        filled.take(tables, lambda place, piece: None)
    values = [column.to_numpy() for column in situations.columns]
    actions = dict(filled.matrices)
    return Vectors(
        features=tuple(situations.column_names),
        situations=np.column_stack(values) if values else np.zeros((1, 0), dtype=np.int64),
        n_actions=n_actions,
        intact=actions.pop("intact"),
        search_inverted=actions.pop("search_inverted"),
        under=actions,
        witness=filled.witness(),
        vector_id=filled.ids,
        columns=filled.columns,
        count=filled.count,
    )


class _Counted:
    """Behaviours or vectors with their witnesses and the groups of programs, as far as they are filled.

    Parameters
    ----------
    things, groups : str
        Names of the two tables.
    sizes : mapping of str to int
        Rows of each table in all shards.
    widths : dict of str to int
        How many columns each matrix has.
    """

    def __init__(self, things: str, groups: str, sizes: Mapping[str, int], widths: dict[str, int]):
        self.n_filled = 0
        self.matrices: dict[str, np.ndarray] = {}
        self._names = (things, groups)
        self._sizes = (sizes[things], sizes[groups])
        self._widths = widths
        self._n_groups = 0
        self._groups: dict[str, np.ndarray] = {}
        self._texts: list[pa.ChunkedArray] = []

    def take(self, tables: Tables, others: Callable[[slice, pa.Table], None]) -> None:
        """Fill in one shard; `others` is called with each piece of its things and the place of that."""
        start = self.n_filled
        for piece in tables[self._names[0]]:
            place = slice(self.n_filled, self.n_filled + piece.num_rows)
            if place.stop > self._sizes[0]:
                raise _wrong_size(self._names[0], self._sizes[0])
            self._take_matrices(place, piece)
            others(place, piece)
            self.n_filled = place.stop
        for groups in tables[self._names[1]]:
            self._take_groups(groups, start)

    def _take_matrices(self, place: slice, things: pa.Table) -> None:
        for name, width in self._widths.items():
            numbered = [f"{name}_{i}" for i in range(width)]
            for column in numbered:
                _column(self._names[0], things, column)
            if name not in self.matrices:
                dtype = things[f"{name}_0"].type.to_pandas_dtype()
                self.matrices[name] = np.empty((self._sizes[0], width), dtype=dtype)
            _fill_matrix(self.matrices[name][place], things.select(numbered))
        self._texts.append(things["witness"])

    def _take_groups(self, groups: pa.Table, start: int) -> None:
        """Fill in groups of a shard whose things have been filled in from `start` on."""
        first, n_things = self._n_groups, self.n_filled - start
        self._n_groups += groups.num_rows
        if self._n_groups > self._sizes[1]:
            raise _wrong_size(self._names[1], self._sizes[1])
        # The first column is the shard, which the place of its rows says too.
        for name in groups.column_names[1:]:
            if name not in self._groups:
                self._groups[name] = np.empty(self._sizes[1], dtype=groups[name].type.to_pandas_dtype())
            values = self._groups[name][first : self._n_groups]
            _fill(values, groups[name])
            is_id = name == groups.column_names[1]
            if len(values) and (values.min() < 0 or (is_id and values.max() >= n_things)):
                allowed = f"numbers from 0 to {n_things - 1}" if is_id else "numbers from 0 upwards"
                raise ContentError(
                    f"the column {name!r} of the {self._names[1]} of a shard has not only {allowed}; count it again."
                )
        self._groups[groups.column_names[1]][first : self._n_groups] += start

    @property
    def ids(self) -> np.ndarray:
        """The first column of the groups: their behaviours or vectors, numbered through all shards."""
        return next(iter(self._checked().values()))

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns of the groups between ids and counts."""
        return dict(list(self._checked().items())[1:-1])

    @property
    def count(self) -> np.ndarray:
        """The last column of the groups."""
        return list(self._checked().values())[-1]

    def witness(self) -> Texts:
        """Return the texts of all shards."""
        import pyarrow as pa

        columns, self._texts = self._texts, []
        chunks = [chunk for column in columns for chunk in column.chunks]
        return Texts.from_arrow(pa.chunked_array(chunks, type=pa.large_string()))

    def _checked(self) -> dict[str, np.ndarray]:
        for name, size, filled in zip(self._names, self._sizes, (self.n_filled, self._n_groups), strict=True):
            if filled != size:
                raise _wrong_size(name, size)
        return self._groups


def _column(table: str, of: pa.Table, name: str) -> pa.ChunkedArray:
    """Return a column of a table, or refuse that it is missing."""
    if name not in of.column_names:
        raise ContentError(f"the {table} of a shard have no column {name!r}, as their census says; count it again.")
    return of[name]


def _wrong_size(name: str, size: int) -> ContentError:
    return ContentError(f"the shards have not {size} rows of {name}, as their census says; count it again.")


def _fill(array: np.ndarray, column: pa.ChunkedArray) -> None:
    """Copy a column into an array of its length."""
    start = 0
    for chunk in column.chunks:
        array[start : start + len(chunk)] = chunk.to_numpy()
        start += len(chunk)


def _fill_matrix(matrix: np.ndarray, table: pa.Table) -> None:
    """Copy the columns of a table into those of a matrix."""
    start = 0
    # The rows of a block stay in the cache while one column after the other is written into them.
    for batch in table.to_batches(max_chunksize=_BLOCK):
        rows = matrix[start : start + batch.num_rows]
        for i, column in enumerate(batch.columns):
            rows[:, i] = column.to_numpy()
        start += batch.num_rows
