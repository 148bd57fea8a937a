"""What the prices of searching, learning and defecting mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.robustness.reach import FOUND, Reached


def summarize_reach(found: Sequence[Reached], space: Space) -> str:
    """Return what each kind costs over imitating, and how that weighs under 2^-length."""
    by_kind = {one.kind: one for one in found}
    imitating = by_kind["imitating"]
    if imitating.program is None:
        return (
            f"No imitator counted fits every training row, so there is nothing to price the other {space.noun} by; a "
            "larger bound may have one."
        )
    told = [_price(by_kind[kind]) for kind in ("searching", "learning", "defecting") if kind in by_kind]
    prices = "; ".join(filter(None, told)) or "Nothing else can be priced here"
    return f"{prices[0].upper()}{prices[1:]}. {next(_caveats(by_kind))}"


def _price(one: Reached) -> str:
    """Return what a kind costs, in words; empty where nothing is known."""
    if one.price is None:
        if one.price_at_least is None or one.status != "beyond":
            return ""
        return f"{one.kind} costs at least {one.price_at_least:g} bits more than imitating"
    if math.isinf(one.price):
        return f"{one.kind} is impossible"
    if one.price == 0:
        return f"{one.kind} costs the same as imitating"
    weight = f"{ratio_text(abs(one.price))} times the weight"
    if one.price > 0:
        return f"{one.kind} costs {one.price:g} bits, so under 2^-length the shortest imitator has {weight}"
    return f"{one.kind} saves {-one.price:g} bits, so under 2^-length it has {weight} of the shortest imitator"


def _caveats(by_kind: dict[str, Reached]) -> Iterator[str]:
    """Yield what one should know, the most important first."""
    faithful = by_kind["faithful"]
    if faithful.status == FOUND and faithful.price is not None and faithful.price > 0:
        yield f"Staying faithful on later rows costs {faithful.price:g} bits, too."
    yield "This compares the shortest programs alone; how many there are of each kind counts for a posterior, too."
