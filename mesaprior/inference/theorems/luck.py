"""The bound on serving a utility well by luck, which justifies measuring agency by the share that does as well."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.agency.agency import Utility, agency
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.theorems.theorem import Theorem


def luck_theorem(weighed: Weighed, log: ImitationLog) -> Theorem:
    """Evaluate Pr[g >= c] <= 2^-c for the utility "to do on the training rows what the teacher does".

    Parameters
    ----------
    weighed : Weighed
        The prior is the reference measure.
    log : ImitationLog

    Notes
    -----
    At every c that is attained; between them the left side is constant and the right side falls.
    """
    census = weighed.census
    # Rows of one cell are combined: the value of an action there is the number of times the teacher took it.
    _, rows, place = np.unique(census.row_cell[: log.n_training], return_index=True, return_inverse=True)
    value = np.zeros((len(rows), census.n_actions), dtype=np.int64)
    np.add.at(value, (place, log.action[: log.n_training]), 1)
    g = agency(weighed, Utility("the training actions", 0.0, rows, value)).g_prior
    mass = weighed.log2_behaviour
    whole = log2_total(mass)
    attained = np.unique(g[np.isfinite(g)])
    excess = [float(log2_total(mass[g >= c])) - float(whole) + float(c) for c in attained]
    worst = int(np.argmax(excess))
    return Theorem(
        "luck",
        "log2 Pr[g >= c] <= -c, g = -log2 of the prior share that serves a utility at least as well",
        "V. Kosoy, descriptions of agency by the share of policies that do as well (2020 and later)",
        "<=",
        excess[worst] - float(attained[worst]),
        -float(attained[worst]),
        f"all {log.n_training} training rows, U = how many training actions are given; the tightest of "
        f"{len(attained):,} values of c",
    )
