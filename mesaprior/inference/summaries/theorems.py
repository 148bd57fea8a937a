"""The summary of the theorems evaluated on a log."""

from __future__ import annotations

from mesaprior.hypotheses.log.notices import shown
from mesaprior.inference.theorems import Evaluation


def summarize_theorems(found: Evaluation) -> str:
    """Return whether the theorems hold, where the room is least, and what they take for the truth."""
    evaluated = [theorem for theorem in found.theorems if theorem.holds is not None]
    broken = [theorem.name for theorem in evaluated if theorem.holds is False]
    truth = (
        f"The truth is taken to be {found.truth}, which fits every training row"
        if found.is_exact
        else f"No program fits every training row, so the truth is taken to be the leading one, {found.truth}"
    )
    weight = f"{truth}; the smaller its prior weight, 2^{found.log2_weight:.2f}, the weaker the bounds."
    if broken:
        return f"Proved statements do not hold, which points to an error in the numbers: {', '.join(broken)}. {weight}"
    if not evaluated:
        return f"No theorem applies here: each has a hypothesis that fails. {weight}"
    bounds = [theorem for theorem in evaluated if theorem.relation == "<=" and theorem.slack is not None]
    tightest = min(bounds, key=lambda theorem: theorem.slack or 0.0, default=None)
    room = (
        ""
        if tightest is None
        else f"; the tightest bound is {shown(tightest.name)}, with a slack of {tightest.slack:.3g}"
    )
    failing = len(found.theorems) - len(evaluated)
    apply = f" {failing:,} more cannot be judged here, since a hypothesis fails." if failing else ""
    statements = (
        "1 statement applies and holds" if len(evaluated) == 1 else f"{len(evaluated)} statements apply and hold"
    )
    return f"{statements}, as proved statements must{room}.{apply} {weight}"
