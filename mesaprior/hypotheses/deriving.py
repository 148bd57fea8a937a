"""The census of another log over the same situations, or of some rows of its own log."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviour_of_vector, behaviours_of, census_from_groups
from mesaprior.hypotheses.log import ImitationLog


def for_log(census: Census, own_log: ImitationLog, log: ImitationLog) -> Census:
    """Return the census of a log, given that of another log over situations that include its own.

    Parameters
    ----------
    census : Census
        Of a space without a language: its cells are the situations of `own_log`, and all flags are 0.
    own_log : ImitationLog
    log : ImitationLog
        It has the same features, no situation that `own_log` lacks, and as many actions.

    Notes
    -----
    Cost: a sort of the groups; nothing is counted again.
    """
    cells = _cells_of(own_log, log)
    return census_from_groups(
        space=census.space,
        n_actions=census.n_actions,
        predictions=np.ascontiguousarray(census.predictions[:, cells]),
        flags=census.flags,
        witness=census.witness,
        behaviour_id=census.behaviour_id,
        columns=census.columns,
        count=census.count,
        row_cell=log.row_situation,
        bounds=census.bounds,
    )


def for_rows(census: Census, own_log: ImitationLog, rows: ImitationLog) -> Census:
    """Return the census of some rows of a log as a log of their own, given that of the whole log.

    Parameters
    ----------
    census : Census
        Of a space in which the teacher does not matter: of terms without `fit`, or without a language.
    own_log : ImitationLog
    rows : ImitationLog
        Rows of it; see `ImitationLog.of_group`.

    Notes
    -----
    Cost: a sort of the groups; nothing is counted again.
    """
    if census.vectors is not None:
        return behaviours_of(census.vectors, rows, space=census.space, bounds=census.bounds)
    return for_log(census, own_log, rows)


def unit_of_group(census: Census) -> tuple[NDArray[np.int64], dict[str, np.ndarray], NDArray[np.uint64]]:
    """Return the counts of a census by the finest sets of programs that it tells apart, its *units*.

    Returns
    -------
    unit_id : int64[G]
        Unit of each group: what behaves alike on every log over the same situations.
    columns : dict of str to array[G]
    count : uint64[G]
    """
    if census.vectors is not None:
        return census.vectors.vector_id, census.vectors.columns, census.vectors.count
    return census.behaviour_id, census.columns, census.count


def behaviour_of_unit(census: Census, own_log: ImitationLog, rows: ImitationLog) -> NDArray[np.int64]:
    """Return the id of the behaviour that each unit has in the census of some rows, int64[units].

    That is `for_rows(census, own_log, rows)`, or the census itself where these are all rows of its log.
    """
    if census.vectors is not None:
        return behaviour_of_vector(census.vectors, rows)
    # Behaviours are numbered by what tells them apart, in this order.
    changes = [column[:, None] for column in census.changes.values()]
    told = np.hstack([census.predictions[:, _cells_of(own_log, rows)].astype(np.int32), census.flags, *changes])
    return np.unique(told, axis=0, return_inverse=True)[1].reshape(-1)


def _cells_of(own_log: ImitationLog, log: ImitationLog) -> list[int]:
    """Return the cell of each situation of a log in the census of another one."""
    place = {tuple(situation): cell for cell, situation in enumerate(own_log.situations.tolist())}
    return [place[tuple(situation)] for situation in log.situations.tolist()]
