"""Summaries of what goes with a posterior: near-by languages, lookup tables, and goals."""

from __future__ import annotations

import math

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.agency.goals import Goals
from mesaprior.inference.memorizer.memorizer import MemorizerPosterior
from mesaprior.inference.robustness.family import Family


def summarize_family(family: Family, odds: str, sides: str) -> str:
    """Return whether the odds survive changes of the language and the bound, and what moves them most."""
    spread, n = family.spread(odds), len(family.members)
    if not n or math.isnan(spread.own):
        return f"The odds of {sides} are undefined here, so nothing can be said of their robustness."
    kept = (
        f"The same side leads in all {n} near-by languages and bounds, so the answer does not depend on these choices."
        if spread.same_sign == 1
        else f"The same side leads in {share_text(spread.same_sign)} of the {n} near-by languages and bounds only, so "
        "the answer depends on these choices."
    )
    first = spread.moves[0] if spread.moves else None
    if first is None or math.isnan(first.difference) or not first.difference:
        return kept
    moved = bits_text(float(getattr(first.member.standing, odds)))
    return f"{kept} The change that moves the odds most, '{first.member.change}', makes them {moved} bits."


def summarize_memorizer(found: MemorizerPosterior) -> str:
    """Return whether lookup tables explain the choices better than the programs counted."""
    odds, before = float(found.log2_odds[-1]), float(found.log2_odds[0])
    if math.isnan(odds):
        return "Neither tables nor programs have any mass, so nothing can be said."
    leader = "Lookup tables" if odds > 0 else "The programs counted" if odds < 0 else "Neither"
    if not (math.isfinite(odds) and math.isfinite(before)):
        return f"{leader} lead: the other side has no mass."
    moved = odds - before
    towards = "towards tables" if moved > 0 else "towards programs"
    return f"{leader} lead after the training rows, which moved the odds by {abs(moved):.2f} bits {towards}."


def summarize_goals(found: Goals) -> str:
    """Return for how many of the utilities anything is agent-like, and how much the best of them explains."""
    if found.most_support is None:
        return (
            "No program with any mass serves one of these utilities better than chance and the bits of its name can "
            "explain, so none of them is shown to be a goal."
        )
    best = found.candidates[found.most_support]
    share = float(found.support[found.most_support])
    most = "most" if share > 0.5 else "only a part"
    return (
        f"{share_text(share)} of the posterior, {most} of it, acts so well by {best.utility.name} that neither chance "
        f"nor the {best.utility.bits:g} bits of its name explain it; the rest need not serve it."
    )
