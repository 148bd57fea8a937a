"""A shard of a census as Parquet tables.

Every table of a shard begins with the column `shard`; ids count from 0 within the shard. Actions have a column for each
cell or situation: that is twice as fast to write and read as lists, and half the size where rows are sorted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.hypotheses.census import FLAGS, Census, Vectors
from mesaprior.hypotheses.log import ImitationLog, log_from_frame
from mesaprior.hypotheses.parquet import frame_of
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
    behaviours |= {name: census.flags[:, i] for i, name in enumerate(FLAGS)} | census.changes
    tables = {
        "behaviours": _table(
            shard, behaviours | {"witness": _texts(census.witness)} | _columns("cell", census.predictions)
        ),
        "programs": _table(shard, {"behaviour": census.behaviour_id} | census.columns | {"count": census.count}),
    }
    vectors = census.vectors
    if vectors is not None:
        columns = {"vector": np.arange(len(vectors.intact)), "witness": _texts(vectors.witness)}
        for name, actions in vectors.variants.items():
            columns |= _columns(name, actions)
        tables["vectors"] = _table(shard, columns)
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
    return log_from_frame(frame_of(table), source=source, own_codes=True)


def _table(shard: int, columns: Mapping[str, Any]) -> pa.Table:
    """Return a table whose first column is the number of the shard."""
    import pyarrow as pa

    n = len(next(iter(columns.values())))
    return pa.table({"shard": np.full(n, shard, dtype=np.int32), **columns})


def _texts(texts: Sequence[str]) -> pa.Array:
    """Return texts as a column."""
    return (texts if isinstance(texts, Texts) else Texts.of(texts)).to_arrow()


def _columns(name: str, matrix: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of a matrix by name and number."""
    by_column = np.asfortranarray(matrix)
    return {f"{name}_{i}": by_column[:, i] for i in range(matrix.shape[1])}
