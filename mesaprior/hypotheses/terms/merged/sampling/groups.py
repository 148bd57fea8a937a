"""Programs of a census by group and number: from the rows of a census to the signatures that its programs have."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.census import FLAGS, Census, Vectors, exact_sum
from mesaprior.hypotheses.log import TRAIN, ImitationLog
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.sampling.unranking import Group, Unranker
from mesaprior.hypotheses.terms.merged.workspace import Progress
from mesaprior.hypotheses.terms.program import Program

if TYPE_CHECKING:
    from mesaprior.hypotheses.terms.space import TermSpace

VECTORS_AT_ONCE = 1 << 16
"""Vectors that are looked through together."""


def programs_at(
    space: TermSpace,
    census: Census,
    log: ImitationLog,
    groups: Sequence[int],
    numbers: Sequence[int],
    *,
    workers: int = 1,
    report: Progress | None = None,
) -> list[Program]:
    """Return the programs with these numbers in these groups of a census.

    Parameters
    ----------
    space : TermSpace
        What was counted.
    census : Census
    log : ImitationLog
        What it was counted on.
    groups : sequence of int
        Rows of its `programs` table.
    numbers : sequence of int
        For each of them a number, 0 .. count - 1.
    workers : int
        Threads; the programs do not depend on it.
    report : callable or None
        Progress, see `workspace.Progress`.

    Returns
    -------
    list of Program
        The numbers of a group and its programs belong to each other one to one.

    Raises
    ------
    RunError
        If the census is not of this space and log.

    Notes
    -----
    Cost: see `Unranker`; and one pass over the vectors of the census.
    """
    grid = Grid(space.language, log)
    wanted = sorted(set(groups))
    parts = dict(zip(wanted, signatures_of(census, grid, wanted), strict=True))
    asked: list[tuple[Group, int]] = []
    for group, number in zip(groups, numbers, strict=True):
        for part in parts[group]:
            if number < part.count:
                asked.append((part, number))
                break
            number -= part.count
    return Unranker(grid, space.max_bits, space.max_time, workers=workers, report=report).programs(asked)


def signatures_of(census: Census, grid: Grid, groups: Sequence[int]) -> list[list[Group]]:
    """Return the behaviour of the programs of some groups of a census, as the engines distinguish it.

    Parameters
    ----------
    census : Census
    grid : Grid
        Of its language and log.
    groups : sequence of int

    Returns
    -------
    list of list of Group
        For each group its parts, sorted by signature; their counts add up to its count.

    Raises
    ------
    RunError
        If they do not.
    """
    behaviours = census.behaviour_id[list(groups)]
    if grid.with_fit or census.vectors is None:
        if not grid.with_fit and grid.layout.V > 1:
            raise RunError(
                "this census does not say what its programs do when inverted or under interventions; count it again to "
                "sample from it."
            )
        whole = _signatures_of_behaviours(census, grid, behaviours)
        return [
            [_group(signature, census.columns, row, int(census.count[row]))]
            for signature, row in zip(whole, groups, strict=True)
        ]
    by_behaviour = _vectors_of_behaviours(census, census.vectors, grid.log, np.unique(behaviours))
    return [
        _parts(census, census.vectors, grid, row, by_behaviour[behaviour])
        for row, behaviour in zip(groups, behaviours.tolist(), strict=True)
    ]


def _group(signature: np.ndarray, columns: dict[str, np.ndarray], row: int, count: int) -> Group:
    length, time, infer_time = (int(columns[name][row]) for name in ("length", "time", "infer_time"))
    return Group(signature.tobytes(), length, time, infer_time, count)


def _signatures_of_behaviours(census: Census, grid: Grid, behaviours: np.ndarray) -> np.ndarray:
    """Return the signatures ``uint8[n, signature_size]`` where each behaviour has one."""
    signatures = np.zeros((len(behaviours), grid.signature_size), dtype=np.uint8)
    place = np.argsort(grid.layout.order) if grid.with_fit else np.arange(grid.layout.Q)
    signatures[:, place[grid.point_of_cell]] = census.predictions[behaviours]
    if grid.with_fit:
        signatures[:, grid.layout.Q : grid.layout.Q + len(FLAGS)] = census.flags[behaviours]
        if census.changes:
            grid.write_changes(np.column_stack([column[behaviours] for column in census.changes.values()]), signatures)
    return signatures


def _columns_of(vectors: Vectors, log: ImitationLog) -> np.ndarray:
    """Return where the situations of a log stand among those of the vectors, ``int64[S]``."""
    place = {tuple(situation): index for index, situation in enumerate(vectors.situations.tolist())}
    columns = [place.get(tuple(situation), -1) for situation in log.situations.tolist()]
    if -1 in columns:
        raise RunError(f"{log.source} has situations that the census lacks; give the log that it was counted on.")
    return np.array(columns, dtype=np.int64)


def _vectors_of_behaviours(
    census: Census, vectors: Vectors, log: ImitationLog, behaviours: np.ndarray
) -> dict[int, list[int]]:
    """Return the vectors that come to each behaviour on a log. Cost: one pass over the vectors."""
    columns = _columns_of(vectors, log)
    n_rows = np.array(
        [
            np.bincount(log.row_situation[rows], minlength=len(log.situations))
            for rows in (log.split == TRAIN, log.split != TRAIN)
        ]
    )
    changes = np.column_stack([np.zeros((census.n_behaviours, 0), dtype=np.int64), *census.changes.values()])
    wanted = {
        (census.predictions[b].tobytes(), *census.flags[b, :2].tolist(), *changes[b].tolist()): b
        for b in behaviours.tolist()
    }
    # Sums that wrap tell most vectors apart at once; what they leave is compared.
    weights = np.random.default_rng(0).integers(0, 2**63, len(columns), dtype=np.uint64)
    sums = np.unique(census.predictions[behaviours].astype(np.uint64) @ weights)
    found: dict[int, list[int]] = {behaviour: [] for behaviour in behaviours.tolist()}
    for first in range(0, len(vectors.intact), VECTORS_AT_ONCE):
        block = vectors.intact[first : first + VECTORS_AT_ONCE][:, columns]
        for place in np.flatnonzero(np.isin(block.astype(np.uint64) @ weights, sums)).tolist():
            numbers: list[int] = []
            for number, actions in enumerate((vectors.search_inverted, *vectors.under.values())):
                changed = n_rows @ (block[place] != actions[first + place, columns])
                # Of a lesion only whether it shows.
                numbers += (changed if number else changed > 0).tolist()
            behaviour = wanted.get((block[place].tobytes(), *numbers))
            if behaviour is not None:
                found[behaviour].append(first + place)
    return found


def _parts(census: Census, vectors: Vectors, grid: Grid, row: int, members: list[int]) -> list[Group]:
    """Return the parts of one group: what these vectors have of its length and times, by signature."""
    situations = _columns_of(vectors, grid.log)
    first_cell = np.unique(grid.point_of_cell, return_index=True)[1]
    # Without fitting a cell is a situation, so a point is that of any of its cells.
    columns = situations[first_cell]
    counts: dict[bytes, list[np.uint64]] = {}
    for member in members:
        start, end = np.searchsorted(vectors.vector_id, [member, member + 1])
        same = np.ones(int(end - start), dtype=bool)
        for name, column in vectors.columns.items():
            same &= column[start:end] == census.columns[name][row]
        rows = [vectors.variants[name][member, columns] for name in grid.variants.names]
        signature = np.concatenate(rows).astype(np.uint8).tobytes()
        counts.setdefault(signature, []).extend(vectors.count[start:end][same])
    parts = [
        _group(np.frombuffer(signature, dtype=np.uint8), census.columns, row, exact_sum(np.array(found)))
        for signature, found in sorted(counts.items())
        if found
    ]
    if sum(part.count for part in parts) != int(census.count[row]):
        raise RunError(
            f"group {row} of the census has {census.count[row]} programs, and its vectors have "
            f"{sum(part.count for part in parts)}; `mesaprior store verify` says what is wrong with it."
        )
    return parts
