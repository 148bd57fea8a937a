"""Who changes under an intervention: mass, expected rows and numbers of programs, by role and part of the log."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import PARTS, Census, change_columns, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.logspace import log2_sum, log2_total, share
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.prefixes import ClassMasses
from mesaprior.inference.bayes.roles import ROLES


@dataclass(frozen=True, eq=False)
class Effect:
    """What an intervention does to the hypotheses.

    Arrays by part follow `census.PARTS`: training rows, later rows. Arrays by role follow the codes of the roles.

    Attributes
    ----------
    name : str
    mass : float64[2, 4, K]
        Share of the posterior, by part, role and checkpoint, of those that change on some row; nan where nothing is
        left.
    share_of_rows : float64[2, 4]
        Expected share of the rows of the part on which the action is another one, given the role, at N; nan where the
        role has no mass or the part no row.
    number : tuple of tuple of int
        Exact number of programs that change on some row, by part and role.
    behaviour : float64[2, B]
        Share of the rows of the part on which each behaviour changes; nan where there are none.
    """

    name: str
    mass: NDArray[np.float64]
    share_of_rows: NDArray[np.float64]
    number: tuple[tuple[int, ...], ...]
    behaviour: NDArray[np.float64]


def effects(
    census: Census,
    log: ImitationLog,
    noise: NoiseModel,
    role: NDArray[np.int64],
    log2_behaviour: NDArray[np.float64],
    likelihood: NDArray[np.float64],
    n: NDArray[np.int64],
    evidence: NDArray[np.float64],
) -> tuple[Effect, ...]:
    """Return what each intervention of a census does.

    Parameters
    ----------
    census : Census
    log : ImitationLog
        The log that the census was counted on.
    noise : NoiseModel
    role : int64[B]
        Code of each behaviour.
    log2_behaviour, likelihood : float64[B]
        log2 mass of each behaviour before the first row, and log2 likelihood of all training rows.
    n : int64[K]
        The checkpoints.
    evidence : float64[K]
        log2 mass of all of them there.

    Notes
    -----
    Cost: for each intervention one pass as for the masses by role. Nothing, where there is no intervention.
    """
    n_rows = np.array([log.n_training, log.n_rows - log.n_training], dtype=np.float64)
    found: list[Effect] = []
    for name in census.interventions:
        changed = np.stack([census.changes[column] for column in change_columns([name])])
        shape = (len(ROLES), *[2] * len(PARTS))
        of_class = np.ravel_multi_index((role, *(changed > 0).astype(np.int64)), shape)
        masses = ClassMasses(census, log, noise, of_class, int(np.prod(shape)), log2_behaviour, likelihood)
        by_class = masses.at(n).reshape(*shape, -1)
        of_part = np.stack([log2_total(by_class[:, 1], axis=1), log2_total(by_class[:, :, 1], axis=1)])
        behaviour = np.full(changed.shape, np.nan)
        np.divide(changed, n_rows[:, None], out=behaviour, where=n_rows[:, None] > 0)
        found.append(
            Effect(
                name,
                share(of_part, evidence),
                _expected(behaviour, role, log2_behaviour + likelihood),
                _number(census, role, changed),
                behaviour,
            )
        )
    return tuple(found)


def _expected(behaviour: np.ndarray, role: np.ndarray, log2_final: np.ndarray) -> NDArray[np.float64]:
    """Return the expected share of rows that change given each role, float64[2, 4]."""
    whole = log2_sum(log2_final, role, len(ROLES))
    given_role = share(log2_final, whole[role])
    # A behaviour without mass has no say, nor a role without any.
    given_role = np.where(np.isnan(given_role), 0.0, given_role)
    expected = [np.bincount(role, weights=given_role * part, minlength=len(ROLES)) for part in behaviour]
    return np.where(whole > -np.inf, expected, np.nan)


def _number(census: Census, role: np.ndarray, changed: np.ndarray) -> tuple[tuple[int, ...], ...]:
    """Return how many programs of each role change on some row of each part, as Python integers."""
    of_group, changes = role[census.behaviour_id], changed[:, census.behaviour_id] > 0
    return tuple(
        tuple(exact_sum(census.count[(of_group == code) & part]) for code in range(len(ROLES))) for part in changes
    )
