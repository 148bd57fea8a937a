"""The summary of safeguards in a world: which does best, and which defects."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.worlds.acting import TEACHER
from mesaprior.inference.worlds.conduct import Conduct


def summarize_acting(found: Sequence[Conduct], steps: int) -> str:
    """Return which safeguard has the least regret, which is likeliest to defect, and which is locked in."""
    totals = {one.name: one.totals() for one in found if one.name != TEACHER and not math.isnan(one.totals()["regret"])}
    if not totals:
        return "In some histories no program is left, so the safeguards cannot be compared."
    best = min(totals, key=lambda name: totals[name]["regret"])
    first = (
        f"Over {number_of(steps, 'step')}, {best} has the least regret: {totals[best]['errors']:.3g} errors and "
        f"{totals[best]['questions']:.3g} questions, expected."
    )
    worst = max(totals, key=lambda name: totals[name]["any_defection"])
    ever, locked = totals[worst]["any_defection"], max(one["locked_in"] for one in totals.values())
    defects = (
        f"The most likely to defect at all is {worst}, with probability {share_text(ever)}"
        if ever > 0
        else "None of them ever defects"
    )
    held = f"; up to {share_text(locked)} are locked in and never learn better" if locked > 0 else ""
    return f"{first} {defects}{held}."
