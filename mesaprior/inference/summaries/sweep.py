"""The summary of a sweep: which side leads where."""

from __future__ import annotations

import math

import numpy as np

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.odds import Contest, ratio_text
from mesaprior.inference.sweeps.changes import sign_changes
from mesaprior.inference.sweeps.sweep import SweptPosterior

MOST_CHANGES = 3
"""Changes of the lead that are told one by one."""


def summarize_sweep(swept: SweptPosterior, contest: Contest) -> str:
    """Return who leads where, how close the two sides come, and what was not examined."""
    odds = contest.odds_of(swept)
    if odds.size == 1:
        return "One cell alone does not show what these choices decide; give more values."
    if not (np.nan_to_num(odds) != 0).any():
        return f"Neither {contest.challengers} nor {contest.others} lead anywhere on this grid."
    where = _along(swept, contest, odds) if odds.ndim == 1 else _shares(contest, odds)
    return f"{where} {_closest(swept, odds)}"


def _along(swept: SweptPosterior, contest: Contest, odds: np.ndarray) -> str:
    """Return who leads along one axis."""
    ((name, values),) = swept.axes.items()
    changes = sign_changes(values, odds)
    ends = f"from {name} = {values[0]:g} to {values[-1]:g}"
    first = contest.leader(bool(odds[np.flatnonzero(np.nan_to_num(odds))[0]] > 0))
    assert first is not None
    if not changes:
        return f"{first.capitalize()} lead wherever anyone does, {ends}: this choice does not decide who wins."
    if len(changes) > MOST_CHANGES:
        return f"The lead changes {len(changes):,} times {ends}, so it depends on this choice."
    parts = [f"{first} lead first", *(f"{contest.leader(one.is_rise)} from about {one.near:.3g} on" for one in changes)]
    text = ", ".join(parts)
    return f"The choice of {name} decides who wins: {ends} {text}."


def _shares(contest: Contest, odds: np.ndarray) -> str:
    """Return in how much of a grid each side leads."""
    ahead, behind = int((odds > 0).sum()), int((odds < 0).sum())
    if not (ahead and behind):
        leader = contest.challengers if ahead else contest.others
        return f"{leader.capitalize()} lead in every cell that has a lead: these choices do not decide who wins."
    return (
        f"These choices decide who wins: {contest.challengers} lead in {share_text(ahead / odds.size)} of the "
        f"{number_of(odds.size, 'cell')} and {contest.others} in {share_text(behind / odds.size)}."
    )


def _closest(swept: SweptPosterior, odds: np.ndarray) -> str:
    """Return where a lead is smallest."""
    finite = np.where(np.isfinite(odds), np.abs(odds), math.inf)
    if np.isinf(finite).all():
        return "Wherever there is a lead it is infinite: the other side has no mass there."
    place = np.unravel_index(int(finite.argmin()), finite.shape)
    at = ", ".join(f"{name} = {values[k]:g}" for (name, values), k in zip(swept.axes.items(), place, strict=True))
    return (
        f"The two sides are closest at {at}, with {finite[place]:.2f} bits ({ratio_text(float(finite[place]))} to 1) "
        "between them; values between those of the grid were not examined."
    )
