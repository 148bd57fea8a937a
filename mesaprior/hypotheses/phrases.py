"""Numbers and names as people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

ROUNDING = 2.0**-50
"""A share nearer to 1 than this is all of it: the last bits of a double are lost where shares are added."""


BLOCKS = "▁▂▃▄▅▆▇█"
"""Eighths of a line, lowest first."""

WIDEST = 60
"""Characters of a sparkline at most; longer series are thinned out evenly."""


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


def bits_text(bits: float) -> str:
    """Return a number of bits, signed."""
    if math.isnan(bits):
        return "-"
    if math.isinf(bits):
        return "∞" if bits > 0 else "-∞"
    return f"{bits:+.2f}"


def duration_text(seconds: float) -> str:
    """Return a time in the unit that fits."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def bytes_text(n_bytes: float) -> str:
    """Return an amount of memory in the unit that fits."""
    if n_bytes < 1e6:
        return f"{n_bytes / 1e3:.3g} kB"
    return f"{n_bytes / 1e9:.3g} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.3g} MB"


def sparkline(values: Sequence[float]) -> tuple[str, float, float]:
    """Return a series as a line of blocks, and its least and largest finite value (nan where there is none).

    Infinite values stand at the ends of the scale, undefined ones as a dot.
    """
    step = max(1, math.ceil(len(values) / WIDEST))
    thinned = [*values[:-1:step], values[-1]]
    finite = [value for value in thinned if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (math.nan, math.nan)
    # What differs by rounding only is level.
    is_level = high - low <= 1e-12 * max(abs(high), abs(low), 1.0)

    def block(value: float) -> str:
        if math.isnan(value):
            return "·"
        if math.isinf(value):
            return BLOCKS[-1] if value > 0 else BLOCKS[0]
        place = 0.5 if is_level else (value - low) / (high - low)
        return BLOCKS[round(place * (len(BLOCKS) - 1))]

    return "".join(map(block, thinned)), low, high
