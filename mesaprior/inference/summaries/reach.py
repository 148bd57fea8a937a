"""The summary of the prices of searching, learning and defecting."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.robustness.reach import Reached

NAMES = {
    "searching": "searching",
    "learning": "learning",
    "defecting": "defecting",
    "faithful": "staying faithful",
}
"""What is priced, as a person calls it."""


def summarize_reach(found: Sequence[Reached], space: Space) -> str:
    """Return what each kind costs over imitating, and how that weighs under 2^-length."""
    by_kind = {one.kind: one for one in found}
    imitating = by_kind["imitating"]
    if imitating.program is None:
        return (
            f"No imitator counted fits every training row, so there is nothing to price the other {space.noun} by; a "
            "larger bound may have one."
        )
    told = [_price(by_kind[kind]) for kind in NAMES]
    prices = "; ".join(filter(None, told)) or "Nothing else can be priced here"
    return (
        f"{prices[0].upper()}{prices[1:]}. This compares the shortest programs only; a posterior also depends on how "
        "many programs of each kind there are."
    )


def _price(one: Reached) -> str:
    """Return what a kind costs, in words; empty where nothing is known."""
    name = NAMES[one.kind]
    if one.price is None:
        if one.price_at_least is None or one.status != "beyond":
            return ""
        return f"{name} costs at least {one.price_at_least:g} bits more than imitating"
    if math.isinf(one.price):
        return f"{name} is impossible"
    if one.price == 0:
        return f"{name} costs the same as imitating"
    weight = f"{ratio_text(abs(one.price))} times the weight under 2^-length"
    if one.price > 0:
        return f"{name} costs {one.price:g} bits more than imitating, which has {weight}"
    return f"{name} saves {-one.price:g} bits over imitating and has {weight}"
