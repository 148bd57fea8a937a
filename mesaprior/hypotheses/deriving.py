"""The census of another log over the same situations, or of some rows of its own log."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.census import Census, behaviours_of, census_from_groups
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
    place = {tuple(situation): cell for cell, situation in enumerate(own_log.situations.tolist())}
    cells = [place[tuple(situation)] for situation in log.situations.tolist()]
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
