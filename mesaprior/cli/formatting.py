"""Numbers as a person reads them: times, memory, and a line of blocks for a series."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.errors import MesapriorError

BLOCKS = "▁▂▃▄▅▆▇█"
"""Eighths of a line, lowest first."""

WIDEST = 60
"""Characters of a sparkline at most; longer series are thinned out evenly."""


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


def error_text(error: Exception) -> str:
    """Return an error of ours, or of the system, as one sentence."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."
    return error.typed() if isinstance(error, MesapriorError) else str(error)
