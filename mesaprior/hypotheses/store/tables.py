"""A shard of a census as Parquet tables, and back.

Every table of a shard begins with the column `shard`; ids count from 0 within the shard. Actions have a column for each
cell or situation: that is twice as fast to write and read as lists, and half the size where rows are sorted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.hypotheses.census import FLAGS, Census, Vectors
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.texts import Texts

if TYPE_CHECKING:
    import pyarrow as pa


def shard_tables(shard: int, census: Census) -> dict[str, pa.Table]:
    """Return the tables of one shard by name.

    Parameters
    ----------
    shard : int
        Its number, from 0.
    census : Census
        What it holds, with ids from 0.
    """
    behaviours = {"behaviour": np.arange(census.n_behaviours)}
    behaviours |= {name: census.flags[:, i] for i, name in enumerate(FLAGS)}
    tables = {
        "behaviours": _table(
            shard, behaviours | {"witness": _texts(census.witness)} | _columns("cell", census.predictions)
        ),
        "programs": _table(shard, {"behaviour": census.behaviour_id} | census.columns | {"count": census.count}),
    }
    vectors = census.vectors
    if vectors is not None:
        tables["vectors"] = _table(
            shard,
            {
                "vector": np.arange(len(vectors.intact)),
                "witness": _texts(vectors.witness),
            }
            | _columns("intact", vectors.intact)
            | _columns("search_inverted", vectors.search_inverted),
        )
        tables["vector_programs"] = _table(
            shard, {"vector": vectors.vector_id} | vectors.columns | {"count": vectors.count}
        )
    return tables


def log_table(log: ImitationLog) -> pa.Table:
    """Return a log in its own format."""
    import pyarrow as pa

    # Pandas would note its version there, and the same log must give the same bytes.
    return pa.Table.from_pandas(log.to_frame(), preserve_index=False).replace_schema_metadata(None)


def rows_table(census: Census) -> pa.Table:
    """Return the cell of each row of the log."""
    import pyarrow as pa

    return pa.table({"row": np.arange(len(census.row_cell)), "cell": census.row_cell})


def situations_table(vectors: Vectors) -> pa.Table:
    """Return the situations of the vectors."""
    import pyarrow as pa

    return pa.table({name: vectors.situations[:, i] for i, name in enumerate(vectors.features)})


def log_of(table: pa.Table, source: str) -> ImitationLog:
    """Return the log that a table holds."""
    return log_from_frame(table.to_pandas(), source=source)


def shard_of(
    tables: Mapping[str, pa.Table],
    *,
    row_cell: np.ndarray,
    situations: pa.Table | None,
    n_actions: int,
    space: str,
    bounds: dict[str, Any],
) -> Census:
    """Return the shard that its tables hold.

    Parameters
    ----------
    tables : mapping of str to pyarrow.Table
        By name, as `shard_tables` gives them.
    row_cell : int64[R]
        Cell of each row of the log.
    situations : pyarrow.Table or None
        As `situations_table` gives them; None for languages with `fit`.
    n_actions, space, bounds
        As in `Census`.
    """
    behaviours = tables["behaviours"]
    ids, columns, count = _groups(tables["programs"])
    vectors = None
    if situations is not None:
        vectors = _vectors_of(tables, situations, n_actions)
    return Census(
        space=space,
        n_actions=n_actions,
        predictions=_matrix(behaviours, "cell", int(row_cell.max()) + 1),
        flags=np.column_stack([behaviours[name].to_numpy() for name in FLAGS]),
        witness=Texts.from_arrow(behaviours["witness"]),  # type: ignore[arg-type]
        behaviour_id=ids,
        columns=columns,
        count=count,
        row_cell=row_cell,
        bounds=bounds,
        vectors=vectors,
    )


def _vectors_of(tables: Mapping[str, pa.Table], situations: pa.Table, n_actions: int) -> Vectors:
    table = tables["vectors"]
    ids, columns, count = _groups(tables["vector_programs"])
    # Without features there is one situation, and a table without columns has no rows.
    S = situations.num_rows if situations.num_columns else 1
    return Vectors(
        features=tuple(situations.column_names),
        situations=np.column_stack([column.to_numpy() for column in situations.columns])
        if situations.num_columns
        else np.zeros((S, 0), dtype=np.int64),
        n_actions=n_actions,
        intact=_matrix(table, "intact", S),
        search_inverted=_matrix(table, "search_inverted", S),
        witness=Texts.from_arrow(table["witness"]),  # type: ignore[arg-type]
        vector_id=ids,
        columns=columns,
        count=count,
    )


def _table(shard: int, columns: Mapping[str, Any]) -> pa.Table:
    """Return a table whose first column is the number of the shard."""
    import pyarrow as pa

    n = len(next(iter(columns.values())))
    return pa.table({"shard": np.full(n, shard, dtype=np.int32), **columns})


def _groups(table: pa.Table) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
    """Return the ids (after the shard), the columns between, and the counts (the last column)."""
    _, first, *middle, last = table.column_names
    return table[first].to_numpy(), {name: table[name].to_numpy() for name in middle}, table[last].to_numpy()


def _texts(texts: Sequence[str]) -> pa.Array:
    """Return texts as a column."""
    return (texts if isinstance(texts, Texts) else Texts.of(texts)).to_arrow()


def _columns(name: str, matrix: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of a matrix by name and number."""
    by_column = np.asfortranarray(matrix)
    return {f"{name}_{i}": by_column[:, i] for i in range(matrix.shape[1])}


def _matrix(table: pa.Table, name: str, width: int) -> np.ndarray:
    """Return the columns of a name as a matrix, of their own type."""
    matrix = np.empty((table.num_rows, width), dtype=table[f"{name}_0"].type.to_pandas_dtype())
    for i in range(width):
        matrix[:, i] = table[f"{name}_{i}"].to_numpy()
    return matrix
