"""Shards, one after the other, as one census."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from mesaprior.errors import ContentError
from mesaprior.hypotheses.census import Census, Vectors
from mesaprior.hypotheses.texts import Texts


def concatenated(shards: Iterable[Census]) -> Census:
    """Return the census whose behaviours are those of the shards, in their order; nothing is sorted.

    Parameters
    ----------
    shards : iterable of Census
        At least one, of the same space and log, with ids from 0; each begins after the one before has ended, by
        (predictions, flags, changes). A generator lets each go as soon as its arrays are taken. Vectors ascend within
        a shard.

    Raises
    ------
    ContentError
        If a shard does not begin after the one before.
    """
    first: Census | None = None
    vectors: Vectors | None = None
    parts, vector_parts = _Parts(), _Parts()
    last: list[int] | None = None
    for number, shard in enumerate(shards):
        ends = first_and_last(shard)
        if ends is not None:
            if last is not None and ends[0] <= last:
                raise ContentError(
                    f"shard {number} begins at or before the end of the one before it, so these are not the shards of "
                    "one census in order; count it again."
                )
            last = ends[1]
        parts.add(shard.n_behaviours, shard.behaviour_id, shard.columns, shard.count, shard.witness)
        parts.rows("predictions", shard.predictions)
        parts.rows("flags", shard.flags)
        for name, column in shard.changes.items():
            parts.rows(f"change {name}", column)
        if shard.vectors is not None:
            own = shard.vectors
            vector_parts.add(len(own.intact), own.vector_id, own.columns, own.count, own.witness)
            for name, actions in own.variants.items():
                vector_parts.rows(f"variant {name}", actions)
        if first is None:
            first, vectors = shard, shard.vectors
    if first is None:
        raise ContentError("there is no shard, so there is no census; count it again.")
    if parts.n == 1:
        return first
    names = list(first.columns)
    if vectors is not None:
        vectors = Vectors(
            features=vectors.features,
            situations=vectors.situations,
            n_actions=vectors.n_actions,
            intact=vector_parts.join("variant intact"),
            search_inverted=vector_parts.join("variant search_inverted"),
            under={name: vector_parts.join(f"variant {name}") for name in vectors.under},
            witness=vector_parts.texts(),
            vector_id=vector_parts.join("id"),
            columns={name: vector_parts.join(f"column {name}") for name in names},
            count=vector_parts.join("count"),
        )
    return replace(
        first,
        predictions=parts.join("predictions"),
        flags=parts.join("flags"),
        witness=parts.texts(),
        behaviour_id=parts.join("id"),
        columns={name: parts.join(f"column {name}") for name in names},
        count=parts.join("count"),
        vectors=vectors,
        changes={name: parts.join(f"change {name}") for name in first.changes},
    )


def first_and_last(shard: Census) -> tuple[list[int], list[int]] | None:
    """Return (predictions, flags, changes) of the first and the last behaviour, as lists that compare as ids do."""
    if shard.n_behaviours == 0:
        return None
    changes = shard.changes.values()
    first, last = (
        [*shard.predictions[i].tolist(), *shard.flags[i].tolist(), *(int(column[i]) for column in changes)]
        for i in (0, -1)
    )
    return first, last


class _Parts:
    """The arrays of several shards by name, until each is joined and let go."""

    def __init__(self) -> None:
        self.n = 0
        self._offset = 0
        self._arrays: dict[str, list[np.ndarray]] = {}
        self._texts: list[Texts] = []

    def add(self, n: int, ids: np.ndarray, columns: dict[str, np.ndarray], count: np.ndarray, witness: Any) -> None:
        """Take the groups of a shard with `n` behaviours or vectors."""
        self.rows("id", ids + self._offset if self._offset else ids)
        for name, column in columns.items():
            self.rows(f"column {name}", column)
        self.rows("count", count)
        self._texts.append(witness if isinstance(witness, Texts) else Texts.of(witness))
        self._offset += n
        self.n += 1

    def rows(self, name: str, array: np.ndarray) -> None:
        """Take an array whose first axis goes on in the next shard."""
        self._arrays.setdefault(name, []).append(array)

    def join(self, name: str) -> np.ndarray:
        """Return the arrays of a name as one, and let them go."""
        return np.concatenate(self._arrays.pop(name))

    def texts(self) -> Any:
        """Return all texts, and let the parts go."""
        texts, self._texts = self._texts, []
        return Texts.joined(texts)
