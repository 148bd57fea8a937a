"""Numbers as a person reads them."""

from __future__ import annotations

import math


def share_text(share: float) -> str:
    """Return a share as a percentage with three significant digits."""
    if math.isnan(share):
        return "-"
    percent = 100 * share
    if percent == 0:
        return "0 %"
    if percent < 0.01:
        return "<0.01 %"
    if 99.99 < percent < 100:
        return ">99.99 %"
    if 99.9 < percent < 100:
        # With three digits this could read as all of it.
        return f"{percent:.2f} %"
    return f"{percent:.3g} %"
