"""The census of another log over the same situations, where nothing can be turned upside down."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.census import Census, census_from_groups
from mesaprior.hypotheses.log import ImitationLog


def for_log(census: Census, own_log: ImitationLog, log: ImitationLog) -> Census:
    """Return the census of a log, given that of another log over exactly its situations.

    Parameters
    ----------
    census : Census
        Of a space without a language: its cells are the situations of `own_log`, and all flags are 0.
    own_log : ImitationLog
    log : ImitationLog
        It has the same features, the same situations and as many actions.

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
