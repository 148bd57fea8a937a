"""Several candidate utilities at once: which has the most support, which explains a behaviour best, and by role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.inference.agency.agency import AGENCIES, AGENT, UNDECIDED, Agency
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import ROLES

NO_GOAL = -1
"""Stands for a utility where no candidate can be decided."""


@dataclass(frozen=True, eq=False)
class Goals:
    """What candidate utilities say together, U of them in the order given.

    Attributes
    ----------
    candidates : tuple of Agency
    support : float64[U]
        Posterior share, at N, of the behaviours that are agent-like for each; nan where nothing is left.
    most_support : int or None
        The candidate with the largest support, the first of equal ones; None where none has any.
    best : int64[B]
        For each behaviour the decided candidate with the largest g - K(U), the first of equal ones; `NO_GOAL` where
        none is decided.
    excess : float64[B]
        That g - K(U), bits; above 0 the behaviour is agent-like for it. nan where there is none.
    mass : float64[U + 1, 4, 3]
        Posterior share by candidate, role and what a behaviour is for it, see `AGENCIES`. The last candidate stands
        for any of them: agent-like for at least one, else not for any that is decided, undecided where none is.
    number : int64[U + 1, 4, 3]
        Behaviours, likewise.
    """

    candidates: tuple[Agency, ...]
    support: NDArray[np.float64]
    most_support: int | None
    best: NDArray[np.int64]
    excess: NDArray[np.float64]
    mass: np.ndarray
    number: NDArray[np.int64]


def goals(candidates: Sequence[Agency], posterior: Posterior) -> Goals:
    """Compare candidate utilities on one posterior.

    Parameters
    ----------
    candidates : sequence of Agency
        At least one, all of the census of the posterior.
    posterior : Posterior

    Raises
    ------
    UsageError
        If there is no candidate.

    Notes
    -----
    g is that among all maps. Trying many candidates is no way to find one by luck where the K(U) are lengths of a
    prefix code: a share of at most 2^-(K(U) + c) of all maps has g above K(U) + c for one candidate, so at most 2^-c
    has it for any, by Kraft's inequality.
    """
    if not candidates:
        raise UsageError("no utility is given, so there is no goal to compare; give at least one.")
    mass = np.exp2(posterior.log2_mass)
    verdicts = np.stack([one.verdict for one in candidates])
    excess = np.stack([one.g_uniform - one.utility.bits for one in candidates])
    open_for = np.where(verdicts == UNDECIDED, -np.inf, excess)
    best = open_for.argmax(axis=0)
    largest = open_for.max(axis=0)
    is_decided = largest > -np.inf

    any_verdict = np.where((verdicts == AGENT).any(axis=0), AGENT, verdicts.min(axis=0, initial=UNDECIDED))
    by_role = [posterior.role * len(AGENCIES) + verdict for verdict in (*verdicts, any_verdict)]
    shape, size = (len(by_role), len(ROLES), len(AGENCIES)), len(ROLES) * len(AGENCIES)
    shares = np.stack([np.bincount(code, weights=mass, minlength=size) for code in by_role]).reshape(shape)
    number = np.stack([np.bincount(code, minlength=size) for code in by_role]).reshape(shape)
    support = shares[:-1, :, AGENT].sum(axis=1)
    has_support = bool((support > 0).any())
    return Goals(
        tuple(candidates),
        support,
        int(np.argmax(support)) if has_support else None,
        np.where(is_decided, best, NO_GOAL),
        np.where(is_decided, largest, np.nan),
        shares,
        number,
    )
