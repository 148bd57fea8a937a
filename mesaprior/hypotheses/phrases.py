"""Numbers and names as a person reads them, in what spaces say of themselves and of their programs."""

from __future__ import annotations

import math
from collections.abc import Sequence

ROUNDING = 2.0**-50
"""A share nearer to 1 than this is all of it: the last bits of a double are lost where shares are added."""


def share_text(share: float) -> str:
    """Return a share as a percentage with three significant digits."""
    if math.isnan(share):
        return "-"
    percent = 100 * share
    if percent == 0:
        return "0 %"
    if percent < 0.01:
        return "<0.01 %"
    if abs(1 - share) <= ROUNDING:
        return "100 %"
    if 99.99 < percent < 100:
        return ">99.99 %"
    if 99.9 < percent < 100:
        # With three digits this could read as all of it.
        return f"{percent:.2f} %"
    return f"{percent:.3g} %"


def named_inputs(names: Sequence[str]) -> dict[str, str]:
    """Return what each input of a Boolean function is, by its name in a circuit: ``x1`` and so on."""
    return {f"x{v}": name for v, name in enumerate(names, 1)}


def inputs_text(names: Sequence[str]) -> str:
    """Return the same as a sentence."""
    return f"Inputs: {', '.join(f'{node} is {name}' for node, name in named_inputs(names).items())}."


def string_text(string: str, most: int = 72) -> str:
    """Return a string of symbols; of a longer one its two ends, with the number of symbols between."""
    if len(string) <= most:
        return string
    end = most // 2 - 8
    return f"{string[:end]}...({len(string) - 2 * end:,} more)...{string[-end:]}"
