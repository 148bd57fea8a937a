"""The facts of a posterior: the object that ``infer --format json`` prints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import PARTS, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.leading import leading
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import advantage_of
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.glossing import gloss

MOST_LATER = 1_000
"""Later rows up to which each has its own entry in ``predictive``, also on logs too long to look at every prefix."""


def posterior_facts(
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
    space: Space | None = None,
) -> dict[str, Any]:
    """Return a posterior as plain data and arrays, in a fixed order of keys; see `report.plain` for JSON.

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
    space : Space or None
        That of the programs, if it is known.
    """
    exact = posterior.exact
    return {
        **facts_by_prefix(posterior),
        "programs": posterior.programs,
        "mass_beyond": None if mass_beyond is None else float(mass_beyond),
        "by_bound": {
            str(bound): odds
            for bound, odds in zip(posterior.bounds.tolist(), posterior.log2_odds_by_bound, strict=True)
        },
        "stable": posterior.is_stable,
        "loses_at": posterior.loses_at,
        "loses_at_verdict": posterior.loses_at_verdict,
        "number": {name: dict(zip(VERDICTS, posterior.number[role], strict=True)) for role, name in enumerate(ROLES)},
        "predictive": _predictive(posterior, census, log),
        "exact": exact and {"program": exact.program, "length": exact.length, "role": ROLES[exact.role]},
        "top": _leading(posterior, census, log, top, space),
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


def facts_by_prefix(posterior: Posterior) -> dict[str, Any]:
    """Return the masses, odds and evidence at every checkpoint, and the misses of each role on later rows."""
    return {
        "n": posterior.n,
        "log2_odds": posterior.log2_odds,
        "log2_odds_verdict": posterior.log2_odds_verdict,
        "mass": dict(zip(ROLES, posterior.mass_by_role, strict=True)),
        "mass_by_verdict": {
            name: dict(zip(VERDICTS, posterior.mass[role], strict=True)) for role, name in enumerate(ROLES)
        },
        "sleepers": posterior.sleepers,
        "misses": dict(zip(ROLES, posterior.misses, strict=True)),
        "log2_evidence": posterior.log2_evidence,
    }


def _predictive(posterior: Posterior, census: Census, log: ImitationLog) -> dict[str, Any]:
    """Return the predictive by later row; of a long log, by the first later row of each cell."""
    N = log.n_training
    later = np.arange(log.n_rows - N)
    if len(posterior.n) <= N and len(later) > MOST_LATER:
        later = np.sort(np.unique(census.row_cell[N:], return_index=True)[1])
    return {str(N + row): posterior.predictive[row] for row in later.tolist()}


def _leading(
    posterior: Posterior, census: Census, log: ImitationLog, top: int, space: Space | None
) -> list[dict[str, Any]]:
    """Return the behaviours of most mass, each with a shortest program."""
    return [
        {
            "program": one.program,
            "length": one.bits,
            "time": one.steps,
            "role": one.role,
            "verdict": one.verdict,
            "mass": one.mass,
            "search_advantage": advantage_of(posterior, behaviour),
            "hits": one.hits,
            "misses": one.misses,
            "gloss": gloss(one.program, log, space, census.predictions[behaviour]),
            **_changes(posterior, behaviour),
        }
        for behaviour, one in leading(posterior, census.witness, top).items()
    ]


def _interventions(posterior: Posterior) -> dict[str, Any]:
    """Return who changes under each intervention; nothing where the language has none."""
    if not posterior.interventions:
        return {}

    def by_part(make: Callable[[int, int], Any]) -> dict[str, dict[str, Any]]:
        return {part: {name: make(place, role) for role, name in enumerate(ROLES)} for place, part in enumerate(PARTS)}

    return {
        "interventions": {
            effect.name: {
                "mass": by_part(lambda part, role, effect=effect: effect.mass[part, role]),
                "share_of_rows": by_part(lambda part, role, effect=effect: effect.share_of_rows[part, role]),
                "number": by_part(lambda part, role, effect=effect: effect.number[part][role]),
            }
            for effect in posterior.interventions
        }
    }


def _changes(posterior: Posterior, behaviour: int) -> dict[str, Any]:
    """Return the shares of rows on which a behaviour changes under each intervention; nothing where there is none."""
    shares = {
        effect.name: dict(zip(PARTS, effect.behaviour[:, behaviour], strict=True)) for effect in posterior.interventions
    }
    return {"interventions": shares} if shares else {}
