"""The space of terms: all closed terms of a language up to a length, counted by one of two engines."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.census import Census, Vectors, behaviours_of, census_from_groups, group
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.tabulation import Tabulation


def census_of(tabulation: Tabulation, grid: Grid, bounds: dict[str, Any]) -> Census:
    """Return the census that an engine's tabulation stands for."""
    present, ids = np.unique(tabulation.signature_id, return_inverse=True)
    signatures = tabulation.signatures[present].astype(np.int16)
    witness = tuple(tabulation.witness(present.tolist()))
    columns = {"length": tabulation.length, "time": tabulation.time, "infer_time": tabulation.infer_time}
    Q = grid.layout.Q
    if grid.with_fit:
        flags = (signatures[:, Q:] >> np.arange(4)) & 1
        return census_from_groups(
            space="terms",
            n_actions=grid.language.actions,
            predictions=signatures[:, grid.point_of_cell],
            flags=flags,
            witness=witness,
            behaviour_id=ids.reshape(-1),
            columns=columns,
            count=tabulation.count,
            row_cell=grid.cells.row_cell,
            bounds=bounds,
        )
    log = grid.log
    sorted_situations = np.lexsort(log.situations.T[::-1]) if log.features else np.zeros(1, dtype=np.int64)
    point_of_situation = np.empty(len(log.situations), dtype=np.int64)
    point_of_situation[grid.cells.situation] = grid.point_of_cell
    points = point_of_situation[sorted_situations]
    inverted = (Q if grid.with_search else 0) + points
    S = len(points)
    rows, witness, ids, columns, count = group(
        np.hstack([signatures[:, points], signatures[:, inverted]]), witness, ids.reshape(-1), columns, tabulation.count
    )
    vectors = Vectors(
        features=log.features,
        situations=log.situations[sorted_situations],
        n_actions=grid.language.actions,
        intact=rows[:, :S].copy(),
        search_inverted=rows[:, S:].copy(),
        witness=witness,
        vector_id=ids,
        columns=columns,
        count=count,
    )
    return behaviours_of(vectors, log, bounds=bounds)
