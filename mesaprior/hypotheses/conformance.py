"""Checks that every hypothesis space must pass; public, so that users run them on their own spaces."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from mesaprior.hypotheses.census import Census, sum_of_censuses
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space

MOST_WITNESSES = 500
"""Witnesses that are evaluated in plain Python; beyond it, evenly spaced ones are."""

MOST_SHARDS = 3
"""Shards that a census is cut into, to see that nothing depends on it."""


def check_space(space: Space, log: ImitationLog, *, engines: Sequence[str] | None = None) -> None:
    """Check a space on a log: engines, totals, bounds, texts, witnesses, and the addition of shards.

    Parameters
    ----------
    space : Space
        Without a time bound, since the totals by length are compared.
    log : ImitationLog
    engines : sequence of str or None
        Names of the engines that must agree; all that the space has by default.

    Raises
    ------
    AssertionError
        With a sentence that says which law is broken, and where.
    """
    engines = space.engines if engines is None else engines
    _check_bounds(space)
    censuses = [space.census(log, engine=engine) for engine in engines]
    for engine, census in zip(engines, censuses, strict=True):
        if (difference := _difference(censuses[0], census)) is not None:
            raise AssertionError(f"engines {engines[0]} and {engine} differ in {difference}")
        if census.counted_by_length != space.count_by_length(log):
            raise AssertionError(f"engine {engine}: the totals by length are not those of the counting identity")
        if (census.space, census.bounds, tuple(census.columns)) != (space.name, space.bounds, space.columns):
            raise AssertionError(f"engine {engine}: the census does not have the name, bounds and columns of the space")
        _check_witnesses(space, log, census, engine)
    _check_addition(censuses[0])
    _check_shards(space, log, censuses[0])


def _check_bounds(space: Space) -> None:
    """Make the space again from its bounds, as a stored census has them."""
    bounds = json.loads(json.dumps(space.bounds))
    again = type(space).of_bounds(bounds, space.language)
    if again.bounds != space.bounds or again.fingerprint() != space.fingerprint():
        raise AssertionError(f"the space made from the bounds {bounds} is another one")


def _difference(one: Census, other: Census) -> str | None:
    """Return the name of the first part in which two censuses differ, witnesses aside."""
    parts = {name: (getattr(one, name), getattr(other, name)) for name in ("predictions", "flags", "behaviour_id")}
    parts |= {name: (one.columns[name], other.columns[name]) for name in one.columns}
    parts |= {name: (one.changes[name], other.changes.get(name, ())) for name in one.changes}
    parts |= {"count": (one.count, other.count), "row_cell": (one.row_cell, other.row_cell)}
    return next((name for name, (a, b) in parts.items() if not np.array_equal(a, b)), None)


def _check_witnesses(space: Space, log: ImitationLog, census: Census, engine: str) -> None:
    """Compare witnesses with their behaviours, by the plain meaning of their text."""
    step = max(1, census.n_behaviours // MOST_WITNESSES)
    for behaviour in range(0, census.n_behaviours, step):
        text = census.witness[behaviour]
        program = space.parse(text, log)
        if space.format(program) != text:
            raise AssertionError(f"engine {engine}: {text} reads back as {space.format(program)}")
        meaning = space.predict(program, log)
        if not np.array_equal(meaning.predictions["intact"], census.predictions[behaviour][census.row_cell]):
            raise AssertionError(f"engine {engine}: {text} does not predict the behaviour {behaviour} it stands for")
        groups = census.behaviour_id == behaviour
        for name, value in space.measures(program, log).items():
            groups &= census.columns[name] == value
        if not groups.any():
            raise AssertionError(f"engine {engine}: {text} has measures that no group of behaviour {behaviour} has")
        if [int(flag) for flag in meaning.flags.values()] != census.flags[behaviour].tolist():
            raise AssertionError(f"engine {engine}: {text} does not have the flags of behaviour {behaviour}")
        for name, column in census.changes.items():
            if meaning.changes.get(name) != column[behaviour]:
                raise AssertionError(f"engine {engine}: {text} does not have the {name} of behaviour {behaviour}")


def _check_addition(census: Census) -> None:
    """Split a census into two disjoint halves and add them up again."""
    halves = [
        Census(
            **{name: getattr(census, name) for name in ("space", "n_actions", "predictions", "flags", "witness")},
            behaviour_id=census.behaviour_id[part::2],
            columns={name: column[part::2] for name, column in census.columns.items()},
            count=census.count[part::2],
            row_cell=census.row_cell,
            bounds=census.bounds,
            changes=census.changes,
        )
        for part in (0, 1)
    ]
    if (difference := _difference(census, halves[0] + halves[1])) is not None:
        raise AssertionError(f"two shards do not add up to the census: {difference} differs")


def _check_shards(space: Space, log: ImitationLog, census: Census) -> None:
    """Count in shards, and put them together."""
    n_shards = space.n_shards(log) if space.cut == "whole" else MOST_SHARDS
    shards = dict(space.shards(log, range(n_shards), n_shards))
    if sorted(shards) != [*range(n_shards)]:
        raise AssertionError(f"of {n_shards} shards those numbered {sorted(shards)} were counted")
    parts = [shards[k] for k in range(n_shards)]
    if space.cut == "sets":
        together = sum_of_censuses(parts)
        if (difference := _difference(census, together)) is not None:
            raise AssertionError(f"the shards do not add up to the census: {difference} differs")
    elif sum(part.n_programs for part in parts) != census.n_programs:
        raise AssertionError("the shards have more or fewer programs than the census")
