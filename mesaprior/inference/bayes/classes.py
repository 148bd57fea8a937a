"""Classes of behaviours of one role, verdict and sleep, and the odds that the masses of these classes give.

Sizes: K prefixes, 32 classes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR, ROLES, VERDICTS, Judgement

SHAPE = (len(ROLES), len(VERDICTS), 2)
"""Roles, verdicts, and whether it is no sleeper or one."""

N_CLASSES = int(np.prod(SHAPE))

_ROLE, _VERDICT = np.indices(SHAPE).reshape(len(SHAPE), -1)[:2]

SIDE_BY_ROLE = np.where(_ROLE == IMITATOR, 0, 1)
"""The side of each class, int64[32]: 1 for optimizers, 0 for imitators."""

SIDE_BY_VERDICT = np.where(_VERDICT == DEFECTING, 1, np.where(_VERDICT == FAITHFUL, 0, -1))
"""The side of each class, int64[32]: 1 for what defects, 0 for what is faithful, -1 for what is neither."""


def class_of(judgement: Judgement) -> NDArray[np.int64]:
    """Return the class of each behaviour, int64[B]."""
    return np.ravel_multi_index((judgement.role, judgement.verdict, judgement.is_sleeper.astype(np.int64)), SHAPE)


def odds_by_role(log2_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the odds of optimizers over imitators, float64[K], of log2 masses by class, float64[32, K].

    There are at least two prefixes: of a single one NumPy adds up masses in another order.
    """
    by_role = log2_total(log2_class.reshape(*SHAPE, -1), (1, 2))
    return log2_odds(log2_total(by_role[IMITATOR + 1 :]), by_role[IMITATOR])


def odds_by_verdict(log2_class: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the odds of defecting over faithful behaviours, as `odds_by_role` does."""
    by_verdict = log2_total(log2_class.reshape(*SHAPE, -1), (0, 2))
    return log2_odds(by_verdict[DEFECTING], by_verdict[FAITHFUL])
