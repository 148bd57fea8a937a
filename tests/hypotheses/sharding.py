"""Cutting a census into shards, as an engine does that counts by ranges of predictions."""

from dataclasses import replace

import numpy as np


def split(census, log, n):
    """Return `n` shards of a census, some of them empty, that are the census one after the other."""
    B = census.n_behaviours
    cuts = [0, *(_next_predictions(census, B * k // n) for k in range(1, n)), B]
    shard_of = {}
    for k in range(n):
        for row in census.predictions[cuts[k] : cuts[k + 1]].tolist():
            shard_of[tuple(row)] = k
    return [_part(census, log, k, cuts[k], cuts[k + 1], shard_of) for k in range(n)]


def _next_predictions(census, place):
    """Return where the next other predictions begin."""
    while 0 < place < census.n_behaviours and (census.predictions[place] == census.predictions[place - 1]).all():
        place += 1
    return place


def _part(census, log, k, start, end, shard_of):
    groups = (census.behaviour_id >= start) & (census.behaviour_id < end)
    vectors = census.vectors
    if vectors is not None:
        place = {tuple(row): i for i, row in enumerate(vectors.situations.tolist())}
        cells = [place[tuple(row)] for row in log.situations.tolist()]
        mine = np.array([shard_of[tuple(row)] == k for row in vectors.intact[:, cells].tolist()], dtype=bool)
        rows, rank = mine[vectors.vector_id], np.cumsum(mine) - 1
        vectors = replace(
            vectors,
            intact=vectors.intact[mine],
            search_inverted=vectors.search_inverted[mine],
            under={name: actions[mine] for name, actions in vectors.under.items()},
            witness=tuple(vectors.witness[i] for i in np.flatnonzero(mine)),
            vector_id=rank[vectors.vector_id[rows]],
            columns={name: column[rows] for name, column in vectors.columns.items()},
            count=vectors.count[rows],
        )
    return replace(
        census,
        predictions=census.predictions[start:end],
        flags=census.flags[start:end],
        changes={name: column[start:end] for name, column in census.changes.items()},
        witness=census.witness[start:end],
        behaviour_id=census.behaviour_id[groups] - start,
        columns={name: column[groups] for name, column in census.columns.items()},
        count=census.count[groups],
        vectors=vectors,
    )
