"""Summaries of priors: of one, of several compared, of the laws they obey, and of their shape."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.odds import BY_ROLE, BY_VERDICT, Contest
from mesaprior.inference.robustness.comparison import Comparison
from mesaprior.priors.landscape import Landscape
from mesaprior.priors.prior import Description

if TYPE_CHECKING:
    from mesaprior.priors.laws import Finding

FAR = 0.5
"""Total variation from which on two posteriors are far apart."""


def summarize_comparison(comparison: Comparison, titles: Sequence[str], *, has_lesions: bool) -> str:
    """Return whether priors agree on who wins, and which two lie furthest apart."""
    contest = BY_ROLE if has_lesions else BY_VERDICT
    odds = [float(contest.odds_of(standing)) for standing in comparison.standings]
    first = _agreement(contest, odds, titles)
    known = [one for one in comparison.distances if not math.isnan(one.total_variation)]
    if not known:
        return first
    furthest = max(known, key=lambda one: one.total_variation)
    how = "far apart" if furthest.total_variation >= FAR else "not far apart"
    return (
        f"{first} After the training rows {titles[furthest.first]} and {titles[furthest.second]} lie furthest from "
        f"each other: {share_text(furthest.total_variation)} of the posterior would have to move to turn one into the "
        f"other, so they are {how}."
    )


def _agreement(contest: Contest, odds: Sequence[float], titles: Sequence[str]) -> str:
    ahead = [title for title, one in zip(titles, odds, strict=True) if one > 0]
    behind = [title for title, one in zip(titles, odds, strict=True) if one < 0]
    if not (ahead or behind):
        return f"Under none of these priors do {contest.challengers} or {contest.others} lead."
    if len(ahead) == len(titles) or len(behind) == len(titles):
        leader = contest.challengers if ahead else contest.others
        every = "this prior" if len(titles) == 1 else f"all {len(titles)} priors"
        return f"Under {every} {leader} lead."
    if not (ahead and behind):
        leader, where = (contest.challengers, ahead) if ahead else (contest.others, behind)
        return f"{leader.capitalize()} lead under {_listed(where)}, and neither side under the others."
    return (
        f"The prior decides who wins: {contest.challengers} lead under {_listed(ahead)}, {contest.others} under "
        f"{_listed(behind)}."
    )


def _listed(titles: Sequence[str]) -> str:
    return f"{', '.join(titles[:-1])} and {titles[-1]}" if len(titles) > 1 else titles[0]


def summarize_prior(described: Description) -> str:
    """Return what a prior weighs programs by, what it leaves out, and whether its weights can be normalized."""
    read = described.columns
    told = [f"{described.name} weighs a program by its {_listed(read)}." if read else f"{described.name} is constant."]
    ignored = [
        *(["length"] if "length" not in read else []),
        *(["running time"] if not {"time", "infer_time"} & set(read) else []),
    ]
    if ignored:
        told.append(f"It does not depend on {' or '.join(ignored)}.")
    elif "time" not in read:
        told.append("It charges no time for fitting: infer_time is the time once everything is fitted.")
    unset = [name for name, value in described.parameters.items() if value is None]
    if unset:
        told.append(f"Before it can be used, {_listed(unset)} must be given a value.")
    told.append(
        f"Its weights can be normalized {described.normalizable}."
        if described.normalizable
        else "Over a census its weights can be normalized; whether they can be over all programs is not known."
    )
    return " ".join(told)


def summarize_laws(name: str, findings: Sequence[Finding], n_examples: int, required: Collection[str] = ()) -> str:
    """Return whether a formula is a prior, and which laws it breaks."""
    broken = [finding for finding in findings if not finding.holds]
    fatal = [one.law.name for one in broken if one.law.is_required or one.law.name in required]
    others = [one.law.name for one in broken if one.law.name not in fatal]
    if fatal:
        return f"{name} cannot be used as it is: it breaks {_listed(fatal)}, which must hold."
    breaks = f" It breaks {_listed(others)}, which a prior may do." if others else ""
    return (
        f"{name} can be used as a prior: every law that must hold does.{breaks} Each was tried on "
        f"{number_of(n_examples, 'example')}, which is no proof."
    )


def summarize_landscape(landscape: Landscape) -> str:
    """Return how much the weights fall along length, and along time, between the ends of the axes."""
    weights = landscape.log2_weight
    told = [
        _fall(weights[0], landscape.across, landscape.x, f"{landscape.up} {landscape.y[0]:,}"),
        _fall(weights[:, 0], landscape.up, landscape.y, f"{landscape.across} {landscape.x[0]:,}"),
    ]
    return " ".join(told)


def _fall(weights: np.ndarray, name: str, values: np.ndarray, held: str) -> str:
    """Return how the weight changes from the first value to the last, all else at its least."""
    first, last = float(weights[0]), float(weights[-1])
    ends = f"from {name} {values[0]:,} to {values[-1]:,}, at {held},"
    if not (math.isfinite(first) and math.isfinite(last)):
        return f"Weights {ends} are 0 at {'both ends' if first == last else 'one end'}."
    change = last - first
    if abs(change) < 0.005:
        return f"Weights {ends} stay the same."
    return f"Weights {ends} {'fall' if change < 0 else 'rise'} by {abs(change):.4g} bits."
