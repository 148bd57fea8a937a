"""A posterior in brief: its leading behaviours, the table of masses, and who leads in one sentence."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import FAITHFUL, IMITATOR, ROLES, UNJUDGED, VERDICTS

if TYPE_CHECKING:
    import pandas as pd

TIED = 1e-12
"""Masses within this many bits of each other are equal: sums in floating point are no finer than that."""


@dataclass(frozen=True)
class Entry:
    """One behaviour among the top ones.

    Attributes
    ----------
    behaviour : int
        Id in the census.
    mass : float
        Share of the posterior at N; nan where nothing is left.
    """

    behaviour: int
    mass: float


@dataclass(frozen=True)
class Summary:
    """Who leads, and where the lead changes.

    Attributes
    ----------
    leader : str or None
        Role with the largest share at N; None where nothing is left.
    share : float
        Its share, 0..1; nan where nothing is left.
    changes : tuple of (int, str or None)
        The leader at n = 0, and then each checkpoint at which another role has taken the lead; None where nothing is
        left.
    sentence : str
        Where the honest imitator loses, in one sentence.
    """

    leader: str | None
    share: float
    changes: tuple[tuple[int, str | None], ...]
    sentence: str


def top_behaviours(posterior: Posterior, witness: Sequence[str], top: int) -> list[Entry]:
    """Return the behaviours with the largest masses at N, by mass, then length, then text.

    Parameters
    ----------
    posterior : Posterior
    witness : sequence of str
        Text of each behaviour, as in `Census`.
    top : int
        How many, at least 0; fewer where there are fewer behaviours.

    Raises
    ------
    UsageError
        If `top` is negative.

    Notes
    -----
    Tied behaviours (see `TIED`) are given the mass of the first of them. Only texts of behaviours that are
    tied in mass and in length at the border are compared.
    """
    if top < 0:
        raise UsageError(f"top {top} is negative; ask for 0 or more behaviours.")
    log2_mass = posterior.log2_mass
    n_behaviours = len(log2_mass)
    wanted = min(top, n_behaviours)
    if not wanted:
        return []
    key = np.where(np.isnan(log2_mass), -np.inf, log2_mass)
    border = np.partition(key, n_behaviours - wanted)[n_behaviours - wanted]
    near = np.flatnonzero(key >= border - TIED)
    near = near[np.argsort(-key[near], kind="stable")]

    entries: list[Entry] = []
    start = 0
    while len(entries) < wanted:
        leader = key[near[start]]
        stop = int(np.searchsorted(-key[near], -(leader - TIED), side="right"))
        tied = _first_by_length_and_text(near[start:stop], posterior.length, witness, wanted - len(entries))
        mass = math.nan if math.isnan(log2_mass[near[start]]) else float(np.exp2(leader))
        entries.extend(Entry(behaviour, mass) for behaviour in tied)
        start = stop
    return entries


def to_frame(posterior: Posterior) -> pd.DataFrame:
    """Return the table of ``infer --format csv``: n, role, verdict, mass, one row for every combination.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    pandas.DataFrame
        16 rows for each checkpoint, by n, then role, then verdict; `mass` is nan where nothing is left (write it
        with ``na_rep="nan"``).
    """
    import pandas as pd

    n_prefixes = len(posterior.n)
    return pd.DataFrame(
        {
            "n": np.repeat(posterior.n, len(ROLES) * len(VERDICTS)),
            "role": np.tile(np.repeat(ROLES, len(VERDICTS)), n_prefixes),
            "verdict": np.tile(VERDICTS, n_prefixes * len(ROLES)),
            "mass": np.moveaxis(posterior.mass, 2, 0).ravel(),
        }
    )


def summarize(posterior: Posterior) -> Summary:
    """Say who leads at N, where the lead changed, and where the honest imitator loses.

    Parameters
    ----------
    posterior : Posterior

    Notes
    -----
    Of roles with equal shares the first in the order of `ROLES` leads, so a tie is no lead of an optimizer.
    """
    by_role = posterior.mass_by_role
    leading = _leading(by_role)
    changed = np.flatnonzero(np.diff(leading, prepend=-2))
    changes = tuple((int(posterior.n[k]), None if leading[k] < 0 else ROLES[int(leading[k])]) for k in changed.tolist())
    leaders = [leader for _, leader in changes]
    last = math.nan if leaders[-1] is None else float(by_role[:, -1].max())
    return Summary(leaders[-1], last, changes, loses_sentence(posterior))


def loses_sentence(posterior: Posterior) -> str:
    """Return one sentence on where the honest imitator loses, if it does."""
    n, last = posterior.loses_at, posterior.n_training
    final = float(posterior.log2_odds[-1])
    if math.isnan(final):
        return f"No hypothesis is left at n = {last}."
    if n is None:
        return kept_lead(posterior, f"at n = {last} the optimizers' odds are {final:+.2f} bits")
    place = "before any training row" if n == 0 else f"at n = {n} of {number_of(last, 'training row')}"
    return f"The honest imitator loses {place}, and ends {final:.2f} bits behind."


def kept_lead(posterior: Posterior, odds: str) -> str:
    """Return one sentence for the case that imitators keep the lead, by what they do later.

    Parameters
    ----------
    posterior : Posterior
    odds : str
        The final odds in words.
    """
    mass = posterior.mass[IMITATOR, :, -1]
    held = float(mass.sum())
    if held == 0 or mass[FAITHFUL] >= held / 2:
        return f"The honest imitator does not lose: {odds}."
    if mass[UNJUDGED] == held:
        return f"Imitators keep the lead, and no later row tells how they do: {odds}."
    share = float(mass[FAITHFUL]) / held
    few = "none of their mass" if share == 0 else f"only {100 * share:.3g} % of their mass"
    return f"Imitators keep the lead, but {few} is faithful on later rows: {odds}."


def _leading(shares: np.ndarray) -> NDArray[np.int64]:
    """Return the role with the largest share at each checkpoint, int64[K]; -1 where nothing is left."""
    leading = np.argmax(shares >= shares.max(axis=0) * (1 - TIED), axis=0)
    return np.where(np.isnan(shares).any(axis=0), -1, leading)


def _first_by_length_and_text(
    behaviours: np.ndarray, length: np.ndarray, witness: Sequence[str], wanted: int
) -> list[int]:
    """Return the first `wanted` behaviours by length, then text, comparing no more texts than needed."""
    if len(behaviours) > wanted:
        border = np.partition(length[behaviours], wanted - 1)[wanted - 1]
        behaviours = behaviours[length[behaviours] <= border]
    return heapq.nsmallest(
        wanted,
        behaviours.tolist(),
        key=lambda behaviour: (length[behaviour], witness[behaviour], behaviour),
    )


def advantage_of(posterior: Posterior, behaviour: int) -> float | None:
    """Return a search advantage, an integer where lengths are; None where there is nothing to compare."""
    value = float(posterior.search_advantage[behaviour])
    if math.isnan(value):
        return None
    return int(value) if posterior.length.dtype.kind in "iu" else value
