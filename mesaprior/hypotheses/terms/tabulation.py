"""The result of the engines, exact counts by signature, length, time and infer_time, and the census built from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import FLAGS, Census, Vectors, action_dtype, behaviours_of, change_columns
from mesaprior.hypotheses.counting.kernels import Rows
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.tokens import Token
from mesaprior.hypotheses.texts import Texts


@dataclass(frozen=True, eq=False)
class Tabulation:
    """Counts of closed terms by signature (see `grid.Grid.signatures`).

    Attributes
    ----------
    signatures : uint8[n, signature_size]
        Distinct, in lexicographic order; each has programs.
    rows : Rows
        Counts of each signature, sorted, one signature after the other.
    witness : callable
        Given places of signatures (``int64[m]``), returns for each a program of least time among the shortest.
    """

    signatures: NDArray[np.uint8]
    rows: Rows
    witness: Callable[[np.ndarray], Texts]

    @property
    def n_rows(self) -> int:
        """How many distinct counts there are."""
        return len(self.rows.count)


def literal_of(token: Token, number: int, grid: Grid) -> tuple[int, ...] | None:
    """Return literal number `number` of a token as `Program` has it, None where it has no literals.

    Of a lookup it is a table, see `kernels.lookup_rows`, of a number a value.
    """
    if token.kind == "number":
        return (number,)
    if token.kind != "lookup":
        return None
    size = grid.log.feature_sizes[grid.log.features.index(token.name)]
    A = grid.language.actions
    return tuple(number // A**power % A for power in reversed(range(size)))


def census_of(tabulation: Tabulation, grid: Grid, bounds: dict[str, Any]) -> Census:
    """Return the census that an engine's tabulation stands for. Cost: proportional to its rows."""
    signatures, rows = tabulation.signatures, tabulation.rows
    n, Q = len(signatures), grid.layout.Q
    ids = np.repeat(np.arange(n), rows.end - rows.start)
    columns = {"length": rows.length.astype(np.int64), "time": rows.time, "infer_time": rows.infer_time}
    witness = tabulation.witness(np.arange(n))
    if grid.with_fit:
        # Points stand in the signature as they appear in the log.
        place = np.argsort(grid.layout.order)
        return Census(
            space="terms",
            n_actions=grid.language.actions,
            predictions=_columns(signatures, place[grid.point_of_cell], grid),
            flags=signatures[:, Q : Q + len(FLAGS)].copy(),
            witness=witness,
            behaviour_id=ids,
            columns=columns,
            count=rows.count,
            row_cell=grid.cells.row_cell,
            bounds=bounds,
            changes=dict(
                zip(change_columns(grid.language.intervention_names), grid.changes(signatures).T.copy(), strict=True)
            ),
        )

    def actions(variant: int) -> np.ndarray:
        return _columns(signatures, variant * Q + grid.point_of_cell, grid)

    vectors = Vectors(
        features=grid.log.features,
        situations=grid.log.situations,
        n_actions=grid.language.actions,
        intact=actions(0),
        search_inverted=actions(max(grid.layout.search_variant, 0)),
        witness=witness,
        vector_id=ids,
        columns=columns,
        count=rows.count,
        under={name: actions(grid.variants.place(name)) for name in grid.language.intervention_names},
    )
    return behaviours_of(vectors, grid.log, bounds=bounds)


def _columns(signatures: np.ndarray, places: np.ndarray, grid: Grid) -> np.ndarray:
    """Return the bytes of signatures at some places as actions, ``int8[n, C]`` or ``int16[n, C]``."""
    first = int(places[0]) if len(places) else 0
    if np.array_equal(places, np.arange(first, first + len(places))):
        taken = signatures[:, first : first + len(places)]
    else:
        taken = signatures[:, places]
    return taken.astype(action_dtype(grid.language.actions))
