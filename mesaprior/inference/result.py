"""A posterior as plain data: the JSON object and the table of ``infer``, and what they say in words."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import PARTS, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.posterior import Posterior
from mesaprior.inference.roles import FAITHFUL, IMITATOR, ROLES, UNJUDGED, VERDICTS

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
        The leader at n = 0, and then each n at which another role takes the lead; None where nothing is left.
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


def to_json(
    posterior: Posterior,
    census: Census,
    log: ImitationLog,
    *,
    mass_beyond: float | None,
    given: Sequence[dict[str, Any]],
    provenance: dict[str, Any],
    codes: dict[str, dict[str, int]] | None = None,
    warnings: Sequence[str] = (),
    top: int = 10,
) -> dict[str, Any]:
    """Return the object that ``infer --format json`` prints.

    Parameters
    ----------
    posterior : Posterior
    census : Census
        The census it was computed from.
    log : ImitationLog
        The log it was computed from.
    mass_beyond : float or None
        Mass under 2^-length of the programs that were not counted; None where the space has none to give.
    given : sequence of dict
        The ledger of supplied tables, one entry each.
    provenance : dict
        Versions, language, log hash, bounds, prior, noise.
    codes : dict of str to dict of str to int
        The code of each label, by column.
    warnings : sequence of str
        What is suspicious about the log, as sentences.
    top : int
        How many behaviours to list.

    Returns
    -------
    dict
        Plain Python values only, in a fixed order of keys. Infinities are the strings ``"inf"`` and
        ``"-inf"``, undefined numbers ``"nan"``.
    """
    by_role = posterior.mass_by_role
    exact = posterior.exact
    return {
        "n": list(range(posterior.n_training + 1)),
        "log2_odds": _numbers(posterior.log2_odds),
        "log2_odds_verdict": _numbers(posterior.log2_odds_verdict),
        "mass": {name: _numbers(by_role[role]) for role, name in enumerate(ROLES)},
        "mass_by_verdict": {
            name: {
                verdict_name: _numbers(posterior.mass[role, verdict]) for verdict, verdict_name in enumerate(VERDICTS)
            }
            for role, name in enumerate(ROLES)
        },
        "sleepers": _numbers(posterior.sleepers),
        "misses": {name: json_number(posterior.misses[role]) for role, name in enumerate(ROLES)},
        "log2_evidence": _numbers(posterior.log2_evidence),
        "programs": posterior.programs,
        "mass_beyond": None if mass_beyond is None else json_number(float(mass_beyond)),
        "by_bound": {
            str(bound): json_number(odds)
            for bound, odds in zip(posterior.bounds.tolist(), posterior.log2_odds_by_bound, strict=True)
        },
        "stable": posterior.is_stable,
        "loses_at": posterior.loses_at,
        "loses_at_verdict": posterior.loses_at_verdict,
        "number": {name: dict(zip(VERDICTS, posterior.number[role], strict=True)) for role, name in enumerate(ROLES)},
        "predictive": {str(log.n_training + later): _numbers(row) for later, row in enumerate(posterior.predictive)},
        "exact": exact and {"program": exact.program, "length": exact.length, "role": ROLES[exact.role]},
        "top": [
            {
                "program": census.witness[entry.behaviour],
                "length": posterior.length[entry.behaviour].item(),
                "time": int(posterior.time[entry.behaviour]),
                "role": ROLES[posterior.role[entry.behaviour]],
                "verdict": VERDICTS[posterior.verdict[entry.behaviour]],
                "mass": json_number(entry.mass),
                "search_advantage": advantage_of(posterior, entry.behaviour),
                "hits": int(posterior.hits[entry.behaviour]),
                "misses": int(posterior.misses_in_training[entry.behaviour]),
                **_changes(posterior, entry.behaviour),
            }
            for entry in top_behaviours(posterior, census.witness, top)
        ],
        "given": list(given),
        "fit": {
            "chance": posterior.fit.chance,
            "most_frequent": posterior.fit.most_frequent,
            "best_table": posterior.fit.best_table,
        },
        "codes": codes or {},
        "warnings": list(warnings),
        "provenance": provenance,
        **_interventions(posterior),
    }


def to_frame(posterior: Posterior) -> pd.DataFrame:
    """Return the table of ``infer --format csv``: n, role, verdict, mass, one row for every combination.

    Parameters
    ----------
    posterior : Posterior

    Returns
    -------
    pandas.DataFrame
        16 * (N + 1) rows, by n, then role, then verdict; `mass` is nan where nothing is left (write it
        with ``na_rep="nan"``).
    """
    import pandas as pd

    n_prefixes = posterior.n_training + 1
    return pd.DataFrame(
        {
            "n": np.repeat(np.arange(n_prefixes), len(ROLES) * len(VERDICTS)),
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
    changes = tuple((n, None if leading[n] < 0 else ROLES[leading[n]]) for n in changed.tolist())
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


def _leading(shares: np.ndarray) -> np.ndarray:
    """Return the role with the largest share at each prefix, int64[N + 1]; -1 where nothing is left."""
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


def _interventions(posterior: Posterior) -> dict[str, Any]:
    """Return who changes under each intervention; nothing where the language has none."""
    if not posterior.interventions:
        return {}

    def by_part(make: Callable[[int, int], Any]) -> dict[str, dict[str, Any]]:
        return {part: {name: make(place, role) for role, name in enumerate(ROLES)} for place, part in enumerate(PARTS)}

    return {
        "interventions": {
            effect.name: {
                "mass": by_part(lambda part, role, effect=effect: _numbers(effect.mass[part, role])),
                "share_of_rows": by_part(
                    lambda part, role, effect=effect: json_number(effect.share_of_rows[part, role])
                ),
                "number": by_part(lambda part, role, effect=effect: effect.number[part][role]),
            }
            for effect in posterior.interventions
        }
    }


def _changes(posterior: Posterior, behaviour: int) -> dict[str, Any]:
    """Return the shares of rows on which a behaviour changes under each intervention; nothing where there is none."""
    shares = {
        effect.name: dict(zip(PARTS, _numbers(effect.behaviour[:, behaviour]), strict=True))
        for effect in posterior.interventions
    }
    return {"interventions": shares} if shares else {}


def advantage_of(posterior: Posterior, behaviour: int) -> float | None:
    """Return a search advantage, an integer where lengths are; None where there is nothing to compare."""
    value = float(posterior.search_advantage[behaviour])
    if math.isnan(value):
        return None
    return int(value) if posterior.length.dtype.kind in "iu" else value


def json_number(value: float) -> float | str:
    """Return a finite number as it is, and others as the strings that JSON has no numbers for."""
    value = float(value)
    return value if math.isfinite(value) else str(value)


def _numbers(values: np.ndarray) -> list[float | str]:
    """Return an array of numbers as a list for JSON."""
    return [json_number(value) for value in values.tolist()]
